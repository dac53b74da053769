import KabanCore

extension HandoverStep {
    init(_ core: KabanCore.HandoverFile) { self.init(status: HandoverStatus(core.view), file: core.file) }
}

extension HandoverStatus {
    init(_ core: KabanCore.HandoverView) {
        self.init(
            state: HandoverState(core.state),
            offer: core.offer,
            from: core.from,
            to: core.to,
            patients: core.patients,
            envelopes: core.envelopes,
            bytes: core.bytes,
            erased: core.erased,
            keptOwn: core.keptOwn,
            unsent: core.unsent,
            late: core.late,
            receipt: core.receipt,
            at: core.at.map(Instant.init(rfc3339:))
        )
    }
}

extension HandoverState {
    init(_ core: KabanCore.HandoverState) {
        switch core {
        case .none: self = .none
        case .offered: self = .offered
        case .received: self = .received
        case .accepted: self = .accepted
        case .released: self = .released
        case .erased: self = .erased
        case .withdrawn: self = .withdrawn
        case .expired: self = .expired
        }
    }
}

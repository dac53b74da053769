import KabanCore

extension Words {
    init(_ core: KabanCore.Words) { self.init(ja: core.ja, en: core.en) }
}

extension Coded {
    init(_ core: KabanCore.Coded) { self.init(code: core.code, words: Words(core.words)) }
}

extension Lid {
    init(_ core: KabanCore.LidView) {
        self.init(
            association: core.association,
            me: core.me,
            onDuty: core.onDuty,
            onDutySince: core.onDutySince.map(Instant.init(rfc3339:)),
            onDutyUntil: core.onDutyUntil.map(Instant.init(rfc3339:)),
            holdsBag: core.holdsBag,
            handoverUnconfirmed: core.handoverUnconfirmed,
            syncedAt: core.syncedAt.map(Instant.init(rfc3339:)),
            unsent: core.unsent,
            patients: core.patients,
            locked: core.locked,
            dutyList: core.dutyList,
            conflicts: core.conflicts,
            newAdmissions: core.newAdmissions,
            setAside: core.setAside.map(SetAside.init),
            lease: Lease(core.lease),
            connection: Connection(core.connection)
        )
    }
}

extension SetAside {
    init(_ core: KabanCore.SetAside) { self.init(id: core.id, reason: core.reason) }
}

extension Connection {
    init(_ core: KabanCore.Connection) {
        switch core {
        case .none: self = .none
        case .metered: self = .metered
        case .unmetered: self = .unmetered
        case .unknown: self = .unknown
        }
    }
}

extension Health {
    init(_ core: KabanCore.HealthView) { self.init(isWell: core.ok, findings: core.findings.map(Finding.init)) }
}

extension Finding {
    init(_ core: KabanCore.Finding) {
        self.init(check: core.check, isWell: core.ok, found: core.found, advice: core.advice)
    }
}

extension SyncOutcome {
    init(_ core: KabanCore.SyncOutcome) {
        switch core {
        case .finished(let view): self = .finished(SyncReport(view))
        case .cancelled(let progress): self = .cancelled(SyncProgress(progress))
        }
    }
}

extension SyncProgress {
    init(_ core: KabanCore.SyncProgress) { self.init(received: core.received, unsent: core.unsent) }
}

extension SyncReport {
    init(_ core: KabanCore.SyncView) {
        self.init(
            sent: core.sent,
            received: core.received,
            setAside: core.setAside,
            refused: core.refused.map(SetAside.init),
            peers: core.peers,
            traffic: Traffic(core.traffic)
        )
    }
}

extension Traffic {
    init(_ core: KabanCore.TrafficView) {
        self.init(
            bytesOut: core.bytesOut, bytesIn: core.bytesIn, roundTrips: core.roundTrips, broken: core.broken)
    }
}

import KabanCore

extension Proof {
    var core: KabanCore.Proof {
        switch self {
        case .notCompared: .notCompared
        case .answer(let digits): .answer(digits: digits)
        case .scanned(let text): .scanned(text: text)
        }
    }
}

extension Compared {
    init(_ core: KabanCore.Compared) {
        switch core {
        case .not: self = .not
        case .spoken: self = .spoken
        case .scanned: self = .scanned
        }
    }
}

extension JoinRequest {
    init(_ core: KabanCore.JoinRequestView) { self.init(request: core.request, fingerprint: core.fingerprint) }
}

extension Challenge {
    init(_ core: KabanCore.ChallengeView) {
        self.init(name: core.name, role: Coded(core.role), challenge: core.challenge)
    }
}

extension Grant {
    init(_ core: KabanCore.GrantView) {
        self.init(association: core.association, admin: core.admin, challenge: core.challenge)
    }
}

extension Joined {
    init(_ core: KabanCore.Joined) {
        self.init(
            device: DeviceID(core.device),
            member: MemberID(core.member),
            compared: Compared(core.compared),
            grant: core.grant,
            fingerprint: core.fingerprint
        )
    }
}

extension Admission {
    init(_ core: KabanCore.AdmissionView) {
        self.init(
            device: DeviceID(core.device),
            member: MemberID(core.member),
            name: core.name,
            by: core.by,
            on: DeviceID(core.on),
            at: Instant(rfc3339: core.at),
            compared: Compared(core.compared),
            isNew: core.isNew
        )
    }
}

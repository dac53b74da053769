import KabanCore

extension Answers {
    init(_ core: KabanCore.AnswersView) {
        self.init(
            chain: core.chain.map(Answerer.init),
            passedOver: core.passedOver.map(PassedOver.init),
            turnFrom: Instant(rfc3339: core.turnFrom),
            turnTo: Instant(rfc3339: core.turnTo),
            holder: core.holder,
            duty: core.duty
        )
    }
}

extension Answerer {
    init(_ core: KabanCore.Answerer) {
        self.init(
            name: core.name,
            member: MemberID(core.member),
            answersAs: core.answersAs,
            why: Words(core.why),
            phone: core.phone,
            knownAgeSeconds: core.knownAgeS
        )
    }
}

extension PassedOver {
    init(_ core: KabanCore.PassedOver) { self.init(name: core.name, why: Words(core.why)) }
}

extension Absence {
    init(_ core: KabanCore.AbsenceView) {
        self.init(name: core.name, from: Instant(rfc3339: core.from), to: Instant(rfc3339: core.to))
    }
}

extension Lease {
    init(_ core: KabanCore.LeaseView) {
        self.init(
            state: LeaseState(core.state),
            duty: core.duty,
            turnFrom: core.turnFrom.map(Instant.init(rfc3339:)),
            turnTo: core.turnTo.map(Instant.init(rfc3339:)),
            until: core.until.map(Instant.init(rfc3339:)),
            isBagLocked: core.bagLocked,
            isOwnLocked: core.ownLocked,
            banner: core.banner.map(Words.init),
            why: core.why.map(Words.init)
        )
    }
}

extension LeaseState {
    init(_ core: KabanCore.LeaseState) {
        switch core {
        case .none: self = .none
        case .running: self = .running
        case .grace: self = .grace
        case .overdue: self = .overdue
        case .softLocked: self = .softLocked
        }
    }
}

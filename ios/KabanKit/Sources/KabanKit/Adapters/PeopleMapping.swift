import KabanCore

extension Person {
    var core: KabanCore.PersonRequest { KabanCore.PersonRequest(name: name, kana: kana, role: role, phone: phone) }
}

extension WhoAmI {
    init(_ core: KabanCore.WhoAmI) {
        self.init(
            association: core.association,
            member: MemberID(core.member),
            name: core.name,
            role: Coded(core.role),
            device: DeviceID(core.device),
            holdsBag: core.holdsBag
        )
    }
}

extension Member {
    init(_ core: KabanCore.MemberView) {
        self.init(
            id: MemberID(core.id),
            name: core.name,
            kana: core.kana,
            role: Coded(core.role),
            phone: core.phone,
            isActive: core.active,
            isAdmin: core.admin,
            isOnDuty: core.onDuty,
            compared: core.compared.map(Compared.init)
        )
    }
}

extension Device {
    init(_ core: KabanCore.DeviceView) {
        self.init(
            id: DeviceID(core.id),
            members: core.members,
            status: DeviceStatus(core.status),
            isThisOne: core.isThisOne
        )
    }
}

extension Suspension {
    init(_ core: KabanCore.SuspensionView) {
        self.init(
            member: MemberID(core.member),
            name: core.name,
            by: core.by,
            since: Instant(rfc3339: core.since),
            confirmedBy: core.confirmedBy,
            isAsked: core.asked
        )
    }
}

extension DeviceStatus {
    init(_ core: KabanCore.DeviceStatus) {
        switch core {
        case .active: self = .active
        case .suspended: self = .suspended
        case .removed: self = .removed
        }
    }
}

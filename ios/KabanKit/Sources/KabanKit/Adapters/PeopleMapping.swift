import KabanCore

extension Person {
    var core: KabanCore.PersonRequest { KabanCore.PersonRequest(name: name, kana: kana, role: role, phone: phone) }
}

extension JoinRequest {
    init(_ core: KabanCore.JoinRequestView) { self.init(request: core.request, code: core.code) }
}

extension Admission {
    init(_ core: KabanCore.Joined) {
        self.init(device: DeviceID(core.device), member: MemberID(core.member), grant: core.grant)
    }
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
            isOnDuty: core.onDuty
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

extension DeviceStatus {
    init(_ core: KabanCore.DeviceStatus) {
        switch core {
        case .active: self = .active
        case .suspended: self = .suspended
        case .removed: self = .removed
        }
    }
}

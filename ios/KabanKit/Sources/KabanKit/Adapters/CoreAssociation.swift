import Foundation
import KabanCore

struct CoreAssociation: Association {
    let core: KabanCore.Association

    func members() async throws(KabanFailure) -> [Member] { try asking { try core.members().map(Member.init) } }
    func devices() async throws(KabanFailure) -> [Device] { try asking { try core.devices().map(Device.init) } }

    func admit(_ request: Data, code: String) async throws(KabanFailure) -> Admission {
        try asking { Admission(try core.admit(request: request, code: code)) }
    }

    func suspend(_ member: MemberID, because reason: String) async throws(KabanFailure) {
        try asking { try core.suspend(member: member.text, reason: reason) }
    }
}

import Foundation
import KabanCore

struct CoreAssociation: Association {
    let core: KabanCore.Association

    func members() async throws(KabanFailure) -> [Member] { try asking { try core.members().map(Member.init) } }
    func devices() async throws(KabanFailure) -> [Device] { try asking { try core.devices().map(Device.init) } }

    func challengeNewcomer(_ request: Data) async throws(KabanFailure) -> Challenge {
        try asking { Challenge(try core.challengeNewcomer(request: request)) }
    }

    func admit(_ request: Data, proof: Proof) async throws(KabanFailure) -> Joined {
        try asking { Joined(try core.admit(request: request, proof: proof.core)) }
    }

    func answerNewcomer(_ member: MemberID, challenge: String) async throws(KabanFailure) -> String {
        try asking { try core.answerNewcomer(member: member.text, challenge: challenge) }
    }

    func admissions() async throws(KabanFailure) -> [Admission] {
        try asking { try core.admissions().map(Admission.init) }
    }

    func seeAdmissions() async throws(KabanFailure) { try asking { try core.seeAdmissions() } }

    func suspend(_ member: MemberID, because reason: String) async throws(KabanFailure) {
        try asking { try core.suspend(member: member.text, reason: reason) }
    }

    func suspensions() async throws(KabanFailure) -> [Suspension] {
        try asking { try core.suspensions().map(Suspension.init) }
    }

    func confirmSuspension(of member: MemberID) async throws(KabanFailure) {
        try asking { try core.confirmSuspension(member: member.text) }
    }

    func liftSuspension(of member: MemberID) async throws(KabanFailure) {
        try asking { try core.liftSuspension(member: member.text) }
    }
}

import KabanCore

struct CoreDuty: Duty {
    let core: KabanCore.Duty

    func whoAnswers(for patient: PatientID?, at instant: Instant?) async throws(KabanFailure) -> Answers {
        try asking { Answers(try core.whoAnswers(patient: patient?.text, at: instant?.text)) }
    }

    func absences() async throws(KabanFailure) -> [Absence] {
        try asking { try core.absences().map(Absence.init) }
    }

    func declareAbsence(of member: MemberID, from: Instant, to: Instant) async throws(KabanFailure) {
        try asking { try core.declareAbsence(member: member.text, from: from.text, to: to.text) }
    }

    func notReached(_ member: MemberID, for patient: PatientID?, tries: UInt32) async throws(KabanFailure) {
        try asking { try core.notReached(member: member.text, patient: patient?.text, tries: tries) }
    }

    func takeOver() async throws(KabanFailure) { try asking { try core.takeOver() } }
    func lease() async throws(KabanFailure) -> Lease { try asking { Lease(try core.lease()) } }
}

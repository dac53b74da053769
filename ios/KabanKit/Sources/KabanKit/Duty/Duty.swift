/// The duty as this device knows it.
public protocol Duty: Sendable {
    /// Who answers for a patient at an instant, in order, each with why; without a patient the duty
    /// only, without an instant now. Throws `notFound` for a patient who is not registered, `invalid`.
    func whoAnswers(for patient: PatientID?, at instant: Instant?) async throws(KabanFailure) -> Answers
    /// Absences that are not over, of everybody. Throws `locked`.
    func absences() async throws(KabanFailure) -> [Absence]
    /// Declares one's own absence, or the office somebody's. Throws `invalid` when it ends before it
    /// begins, `rule`.
    func declareAbsence(of member: MemberID, from: Instant, to: Instant) async throws(KabanFailure)
    /// Records that a doctor was not reached, how often it was tried, and for whom. Throws `invalid`
    /// unless `tries` is 1 to 100, `rule`.
    func notReached(_ member: MemberID, for patient: PatientID?, tries: UInt32) async throws(KabanFailure)
    /// Takes the duty with one signature: the first holder, or in an emergency. Everybody sees it.
    /// Throws `rule` for anybody but a doctor.
    func takeOver() async throws(KabanFailure)
    /// Where the lease of this device stands. Throws `locked`.
    func lease() async throws(KabanFailure) -> Lease
}

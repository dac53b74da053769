import Foundation

/// The association as this device knows it.
public protocol Association: Sendable {
    /// Everybody. Throws `locked`.
    func members() async throws(KabanFailure) -> [Member]
    /// Every device. Throws `locked`.
    func devices() async throws(KabanFailure) -> [Device]
    /// Fixes a request, and gives the eight digits to read out to whoever asks. Throws `rule` for
    /// anybody but an admin and for who is known already, `invalid` for what is no request.
    func challengeNewcomer(_ request: Data) async throws(KabanFailure) -> Challenge
    /// Lets a device in, if the proof is its own: the answer to the challenge that was made last, or
    /// what the camera read from it. Throws `rule` for a wrong proof or anybody but an admin,
    /// `invalid` for what is no request or has no six digits.
    func admit(_ request: Data, proof: Proof) async throws(KabanFailure) -> Joined
    /// The six digits that answer the eight that a new member reads out. Throws `rule` on any device
    /// but the one that let them in.
    func answerNewcomer(_ member: MemberID, challenge: String) async throws(KabanFailure) -> String
    /// Every device that was let in, the latest last. Throws `locked`.
    func admissions() async throws(KabanFailure) -> [Admission]
    /// This person has seen every admission there is. Throws `locked`.
    func seeAdmissions() async throws(KabanFailure)
    /// Stops a member until the suspension is lifted: what they write is refused, nothing new is
    /// sealed to them. It is provisional until somebody else confirms it. Throws `rule` for oneself, for whoever is on duty, and for anybody but doctors and the office.
    func suspend(_ member: MemberID, because reason: String) async throws(KabanFailure)
    /// The suspensions that stand, oldest first. Throws `locked`.
    func suspensions() async throws(KabanFailure) -> [Suspension]
    /// Says that the suspension of a member is right. Throws `rule` when the member is not suspended,
    /// for one's own suspension of them, and for anybody but doctors and the office.
    func confirmSuspension(of member: MemberID) async throws(KabanFailure)
    /// Lifts the suspension of a member: an admin, or two doctors. Throws `rule` when the member is not
    /// suspended, for oneself, and for anybody but doctors and the office.
    func liftSuspension(of member: MemberID) async throws(KabanFailure)
}

/// A person who founds an association or asks to join one.
public struct Person: Hashable, Confidential {
    /// Name.
    public let name: String
    /// Reading, in katakana.
    public let kana: String
    /// `doctor`, `nurse`, `pharmacist`, `care_manager`, `dentist`, `helper`, `hospital`, `office`.
    public let role: String
    /// Number to call.
    public let phone: String

    /// A person as typed.
    public init(name: String, kana: String, role: String, phone: String) {
        self.name = name
        self.kana = kana
        self.role = role
        self.phone = phone
    }
}

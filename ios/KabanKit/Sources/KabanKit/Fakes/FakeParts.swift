#if DEBUG
import Foundation

/// A notebook that is made up.
public final class FakeNotebook: Notebook {
    /// Its entries.
    public let notes = Watched<[Note]>([])
    /// What was written, and the ids it got.
    public let written = FakeAnswer<String, EntryID>(anEntryID())

    /// Nothing written yet.
    public init() {}

    public func list() async throws(KabanFailure) -> [Note] { try notes.read() }
    public func watch() -> Subscribed<[Note]> { notes.watch() }
    public func write(
        _ text: String, about patient: PatientID?, isUrgent: Bool
    ) async throws(KabanFailure) -> EntryID { try written.ask(text) }
}

/// A duty that is made up.
public final class FakeDuty: Duty {
    /// Who answers.
    public let answers = FakeAnswer<PatientID?, Answers>(anAnswers())
    /// Who is away.
    public let away = FakeAnswer<Void, [Absence]>([])
    /// Absences that were declared.
    public let declared = FakeAnswer<MemberID, Void>(())
    /// Who was not reached.
    public let unreached = FakeAnswer<MemberID, Void>(())
    /// Whether the duty is taken.
    public let taken = FakeAnswer<Void, Void>(())
    /// The lease.
    public let leased = FakeAnswer<Void, Lease>(aLease())

    /// Nobody is away.
    public init() {}

    public func whoAnswers(for patient: PatientID?, at instant: Instant?) async throws(KabanFailure) -> Answers {
        try answers.ask(patient)
    }
    public func absences() async throws(KabanFailure) -> [Absence] { try away.ask(()) }
    public func declareAbsence(of member: MemberID, from: Instant, to: Instant) async throws(KabanFailure) {
        try declared.ask(member)
    }
    public func notReached(_ member: MemberID, for patient: PatientID?, tries: UInt32) async throws(KabanFailure) {
        try unreached.ask(member)
    }
    public func takeOver() async throws(KabanFailure) { try taken.ask(()) }
    public func lease() async throws(KabanFailure) -> Lease { try leased.ask(()) }
}

/// A handover that is made up.
public final class FakeHandover: Handover {
    /// What each step gives; asked with the name of the step.
    public let stepped = FakeAnswer<String, HandoverStep>(HandoverStep(status: aHandoverStatus(), file: nil))

    /// None under way.
    public init() {}

    public func offer(to member: MemberID, on device: DeviceID) async throws(KabanFailure) -> HandoverStep {
        try stepped.ask("offer")
    }
    public func receive(_ file: Data?) async throws(KabanFailure) -> HandoverStep { try stepped.ask("receive") }
    public func accept() async throws(KabanFailure) -> HandoverStep { try stepped.ask("accept") }
    public func release(_ file: Data?) async throws(KabanFailure) -> HandoverStep { try stepped.ask("release") }
    public func withdraw() async throws(KabanFailure) -> HandoverStatus { try stepped.ask("withdraw").status }
    public func status() async throws(KabanFailure) -> HandoverStatus { try stepped.ask("status").status }
}

/// An association that is made up.
public final class FakeAssociation: Association {
    /// Its members.
    public let people = FakeAnswer<Void, [Member]>([aMember()])
    /// Its devices.
    public let phones = FakeAnswer<Void, [Device]>([aDevice()])
    /// What fixing a request gives.
    public let challenged = FakeAnswer<Data, Challenge>(aChallenge())
    /// What admitting gives, by the proof.
    public let admitted = FakeAnswer<Proof, Joined>(aJoined())
    /// What is answered to a new member, by their challenge.
    public let answered = FakeAnswer<String, String>("123456")
    /// Who was let in.
    public let letIn = FakeAnswer<Void, [Admission]>([anAdmission()])
    /// Whether that was seen.
    public let seen = FakeAnswer<Void, Void>(())
    /// Who was suspended.
    public let suspended = FakeAnswer<MemberID, Void>(())

    /// What stands.
    public let standing = FakeAnswer<Void, [Suspension]>([aSuspension()])
    /// Whose suspension was confirmed.
    public let confirmed = FakeAnswer<MemberID, Void>(())
    /// Whose suspension was lifted.
    public let lifted = FakeAnswer<MemberID, Void>(())

    /// One member with one device.
    public init() {}

    public func members() async throws(KabanFailure) -> [Member] { try people.ask(()) }
    public func devices() async throws(KabanFailure) -> [Device] { try phones.ask(()) }
    public func challengeNewcomer(_ request: Data) async throws(KabanFailure) -> Challenge {
        try challenged.ask(request)
    }
    public func admit(_ request: Data, proof: Proof) async throws(KabanFailure) -> Joined {
        try admitted.ask(proof)
    }
    public func answerNewcomer(_ member: MemberID, challenge: String) async throws(KabanFailure) -> String {
        try answered.ask(challenge)
    }
    public func admissions() async throws(KabanFailure) -> [Admission] { try letIn.ask(()) }
    public func seeAdmissions() async throws(KabanFailure) { try seen.ask(()) }
    public func suspend(_ member: MemberID, because reason: String) async throws(KabanFailure) {
        try suspended.ask(member)
    }
    public func suspensions() async throws(KabanFailure) -> [Suspension] { try standing.ask(()) }
    public func confirmSuspension(of member: MemberID) async throws(KabanFailure) { try confirmed.ask(member) }
    public func liftSuspension(of member: MemberID) async throws(KabanFailure) { try lifted.ask(member) }
}
#endif

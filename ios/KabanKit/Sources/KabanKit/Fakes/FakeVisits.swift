#if DEBUG
/// Visits that are made up. A draft that is saved is there until it is signed or discarded.
public final class FakeVisits: Visits {
    /// Something said about a note.
    public struct Said: Hashable, Confidential {
        /// About which.
        public let note: EntryID
        /// The correction, or the reason; nothing when it was confirmed.
        public let text: String?
    }

    /// The log of each patient.
    public let logs = Watched<[PatientID: [Visit]]>([:])
    /// The drafts, by patient.
    public let kept = Watched<[PatientID: Draft]>([:])
    /// What saving a draft does besides keeping it.
    public let saved = FakeAnswer<VisitForm, Void>(())
    /// What signing gives.
    public let signed = FakeAnswer<PatientID, SignedVisit>(aSignedVisit())
    /// Ids of what is said about notes.
    public let said = FakeAnswer<Said, EntryID>(anEntryID())

    /// Nothing written yet.
    public init() {}

    public func list(of patient: PatientID) async throws(KabanFailure) -> [Visit] { try logs.read()[patient] ?? [] }
    public func draft(about patient: PatientID) async throws(KabanFailure) -> Draft? { try kept.read()[patient] }
    public func drafts() async throws(KabanFailure) -> [Draft] { Array(try kept.read().values) }

    public func saveDraft(_ form: VisitForm, about patient: PatientID) async throws(KabanFailure) -> Draft {
        try saved.ask(form)
        let draft = aDraft(patient: patient, form: form)
        var drafts = try kept.read()
        drafts[patient] = draft
        kept.becomes(.value(drafts))
        return draft
    }

    public func discardDraft(about patient: PatientID) async throws(KabanFailure) -> Bool {
        var drafts = try kept.read()
        let wasThere = drafts.removeValue(forKey: patient) != nil
        kept.becomes(.value(drafts))
        return wasThere
    }

    public func signDraft(about patient: PatientID) async throws(KabanFailure) -> SignedVisit {
        let note = try signed.ask(patient)
        _ = try await discardDraft(about: patient)
        return note
    }

    public func amend(_ note: EntryID, of patient: PatientID, with text: String) async throws(KabanFailure) -> EntryID {
        try said.ask(Said(note: note, text: text))
    }

    public func confirm(_ note: EntryID, of patient: PatientID) async throws(KabanFailure) -> EntryID {
        try said.ask(Said(note: note, text: nil))
    }

    public func retract(
        _ note: EntryID, of patient: PatientID, because reason: String
    ) async throws(KabanFailure) -> EntryID {
        try said.ask(Said(note: note, text: reason))
    }
}
#endif

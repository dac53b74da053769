/// The visit notes of the patients that this device can read, and the drafts of whoever opened it.
public protocol Visits: Sendable {
    /// The log of a patient, oldest first, each item with everything said about it. One audit row.
    /// Throws `notFound`, `leaseExpired`, `locked`.
    func list(of patient: PatientID) async throws(KabanFailure) -> [Visit]

    /// One's own draft about a patient. Throws as `list`.
    func draft(about patient: PatientID) async throws(KabanFailure) -> Draft?
    /// All of one's own drafts. Throws `locked`.
    func drafts() async throws(KabanFailure) -> [Draft]
    /// Saves what is written so far, durably. Half a visit is fine. Throws `invalid` naming the
    /// member that cannot be; the draft saved before stays.
    @discardableResult
    func saveDraft(_ form: VisitForm, about patient: PatientID) async throws(KabanFailure) -> Draft
    /// Throws a draft away; false when there was none. Throws `locked`.
    @discardableResult
    func discardDraft(about patient: PatientID) async throws(KabanFailure) -> Bool
    /// Signs the draft as a visit note: from now on it is corrected by amendments only. Throws
    /// `notFound` without a draft, `invalid`, `rule`; the draft then stays.
    @discardableResult
    func signDraft(about patient: PatientID) async throws(KabanFailure) -> SignedVisit

    /// Corrects a note; the correction stands beside the original for ever. Throws `rule` for
    /// anybody but its author, the primary physician and the doctor on duty; `notFound`.
    @discardableResult
    func amend(_ note: EntryID, of patient: PatientID, with text: String) async throws(KabanFailure) -> EntryID
    /// Confirms a draft of one's own that left with the bag. Throws `rule` for anybody but its
    /// author, or when it is confirmed already.
    @discardableResult
    func confirm(_ note: EntryID, of patient: PatientID) async throws(KabanFailure) -> EntryID
    /// Takes a note back that was written about another patient; it stays readable, and marked.
    /// Throws as `amend`.
    @discardableResult
    func retract(_ note: EntryID, of patient: PatientID, because reason: String) async throws(KabanFailure) -> EntryID
}

/// The patients that this device can read.
public protocol Patients: Sendable {
    /// Everybody, by former municipality and reading. One audit row. Throws `locked`, `tampered`.
    func list() async throws(KabanFailure) -> [PatientRow]
    /// Watches the list.
    func watchList() -> Subscribed<[PatientRow]>
    /// Finds by whatever is typed: kanji, kana, romaji, street, phone; width and spaces do not
    /// matter. Throws `invalid` for a text of more than 100 characters, `locked`.
    func search(_ text: String) async throws(KabanFailure) -> SearchResult

    /// Opens one patient. One audit row. Throws `notFound`, `leaseExpired`, `tampered`.
    func page(of patient: PatientID) async throws(KabanFailure) -> Page
    /// Watches the pages of one patient; each time they are read there is an audit row. An id that
    /// is none is a failure in the stream.
    func watchPage(of patient: PatientID) -> Subscribed<Page>

    /// Writes a field, or with no value that somebody asked and it is not known. Gives where it was
    /// written: `medication/+` makes a new entry. Throws `invalid` naming the field, `conflict` when
    /// several values are open, `rule` when this person may not.
    @discardableResult
    func setField(_ field: FieldID, of patient: PatientID, to value: String?) async throws(KabanFailure) -> FieldID
    /// "I am at the house now": writes where the phone is as the patient's pin. Throws `invalid`
    /// naming `location` when the phone does not know where it is, or only to more than 50 m.
    @discardableResult
    func setPinHere(of patient: PatientID) async throws(KabanFailure) -> FieldID

    /// Fields that wait for a decision, of one patient or of all; each patient opened leaves an
    /// audit row. Throws `notFound`, `leaseExpired`, `locked`.
    func conflicts(of patient: PatientID?) async throws(KabanFailure) -> [OpenConflict]
    /// Decides for one of the open values. `read` names the values that were read; if others came
    /// meanwhile, they stay open. Throws `rule` when one of them is not open, `notFound`, `invalid`.
    func resolve(
        _ field: FieldID, of patient: PatientID, read: [ValueID], taking value: ValueID
    ) async throws(KabanFailure)
    /// Decides for a new value instead of the open ones. Throws as the other.
    func resolve(
        _ field: FieldID, of patient: PatientID, read: [ValueID], writing value: String
    ) async throws(KabanFailure)

    /// Registers a patient who cannot attend and wants care at home. Throws `rule` when this person
    /// may not, `invalid` for the first value that will not do; then nothing is written.
    func register(_ registration: Registration) async throws(KabanFailure) -> PatientID
}

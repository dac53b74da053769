#if DEBUG
/// Patients that are made up.
public final class FakePatients: Patients {
    /// A field that was written.
    public struct Written: Hashable, Confidential {
        /// Whose.
        public let patient: PatientID
        /// Which.
        public let field: FieldID
        /// With what.
        public let value: String?
    }

    /// A decision that was made.
    public struct Resolved: Hashable, Confidential {
        /// Whose.
        public let patient: PatientID
        /// Which field.
        public let field: FieldID
        /// Among these.
        public let read: [ValueID]
        /// For one of them.
        public let taken: ValueID?
        /// Or for this instead.
        public let written: String?
    }

    /// The list.
    public let rows = Watched<[PatientRow]>([])
    /// The pages.
    public let pages = Watched<[PatientID: Page]>([:])
    /// What a search finds.
    public let found = FakeAnswer<String, SearchResult>(aSearchResult())
    /// Where a field is written.
    public let written = FakeAnswer<Written, FieldID>(FieldID("severity"))
    /// Where a pin is written.
    public let pinned = FakeAnswer<PatientID, FieldID>(FieldID("pin"))
    /// What waits for a decision.
    public let open = FakeAnswer<PatientID?, [OpenConflict]>([])
    /// Whether a decision is taken.
    public let resolved = FakeAnswer<Resolved, Void>(())
    /// Who was registered.
    public let registered = FakeAnswer<Registration, PatientID>(aPatientID())

    /// Nobody yet.
    public init() {}

    public func list() async throws(KabanFailure) -> [PatientRow] { try rows.read() }
    public func watchList() -> Subscribed<[PatientRow]> { rows.watch() }
    public func search(_ text: String) async throws(KabanFailure) -> SearchResult { try found.ask(text) }

    public func page(of patient: PatientID) async throws(KabanFailure) -> Page {
        guard let page = try pages.read()[patient] else { throw .notFound(what: "no such patient") }
        return page
    }

    public func watchPage(of patient: PatientID) -> Subscribed<Page> {
        pages.watch { told in
            switch told {
            case .value(let pages): pages[patient].map(Told.value) ?? .failed(.notFound(what: "no such patient"))
            case .failed(let failure): .failed(failure)
            }
        }
    }

    public func setField(
        _ field: FieldID, of patient: PatientID, to value: String?
    ) async throws(KabanFailure) -> FieldID {
        try written.ask(Written(patient: patient, field: field, value: value))
    }

    public func setPinHere(of patient: PatientID) async throws(KabanFailure) -> FieldID { try pinned.ask(patient) }

    public func conflicts(of patient: PatientID?) async throws(KabanFailure) -> [OpenConflict] {
        try open.ask(patient)
    }

    public func resolve(
        _ field: FieldID, of patient: PatientID, read: [ValueID], taking value: ValueID
    ) async throws(KabanFailure) {
        try resolved.ask(Resolved(patient: patient, field: field, read: read, taken: value, written: nil))
    }

    public func resolve(
        _ field: FieldID, of patient: PatientID, read: [ValueID], writing value: String
    ) async throws(KabanFailure) {
        try resolved.ask(Resolved(patient: patient, field: field, read: read, taken: nil, written: value))
    }

    public func register(_ registration: Registration) async throws(KabanFailure) -> PatientID {
        try registered.ask(registration)
    }
}
#endif

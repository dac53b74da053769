/// The liaison notebook between the doctors; a patient appears in it as a pointer only.
public protocol Notebook: Sendable {
    /// The entries, newest first. One audit row. Throws `locked`, `tampered`.
    func list() async throws(KabanFailure) -> [Note]
    /// Writes an entry, signed and append-only. Throws `invalid` for an empty or overlong text,
    /// `rule` for anybody but doctors and the office.
    @discardableResult
    func write(_ text: String, about patient: PatientID?, isUrgent: Bool) async throws(KabanFailure) -> EntryID
    /// Watches it.
    func watch() -> Subscribed<[Note]>
}

/// One entry of the notebook.
public struct Note: Hashable, Identifiable, Confidential {
    /// The entry.
    public let id: EntryID
    /// When.
    public let at: Instant
    /// Who.
    public let by: String
    /// Text.
    public let text: String
    /// The patient it points to.
    public let patient: PatientID?
    /// To be read first.
    public let isUrgent: Bool
    /// Where it is.
    public let sent: SendState
}

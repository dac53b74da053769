/// An item of a patient's log with everything said about it.
public struct Visit: Hashable, Identifiable, Confidential {
    /// The item.
    public let id: EntryID
    /// `visit`, `draft`, … as in `core/docs/formats.md`.
    public let kind: String
    /// Clinical time.
    public let at: Instant
    /// Who signed.
    public let by: String
    /// Signed as final, or confirmed by its author.
    public let isConfirmed: Bool
    /// Who took it back, when and why; it stays readable, and is marked.
    public let retractedBy: [Amendment]
    /// Number of the duty it was written under, 0 for none.
    public let duty: UInt64
    /// Corrections, oldest first.
    public let amendments: [Amendment]
    /// What is written.
    public let form: VisitForm
    /// Where it is.
    public let sent: SendState
}

/// Something said about a note after it was signed: a correction, or that it was taken back. It
/// stands beside the original for ever.
public struct Amendment: Hashable, Identifiable, Confidential {
    /// Its id.
    public let id: EntryID
    /// Who signed.
    public let by: String
    /// When.
    public let at: Instant
    /// The text; of a note that was taken back, the reason.
    public let text: String
}

/// Where an item is.
public enum SendState: Hashable, Sendable {
    /// ● On this device only.
    case hereOnly
    /// ✓ A relay has given a receipt.
    case receipt
}

/// A draft: on this device only until it is signed, or leaves with the bag.
public struct Draft: Hashable, Identifiable, Confidential {
    /// Its id, which the note keeps.
    public let id: EntryID
    /// Whom it is about.
    public let patient: PatientID
    /// Begun at.
    public let begunAt: Instant
    /// Saved at.
    public let savedAt: Instant
    /// Under which scope it lies.
    public let scope: Scope
    /// What is written so far.
    public let form: VisitForm
    /// What looks implausible, in Japanese.
    public let warnings: [String]
}

/// A visit that was signed.
public struct SignedVisit: Hashable, Identifiable, Confidential {
    /// The note.
    public let id: EntryID
    /// What looks implausible and deserves a second look, in Japanese.
    public let warnings: [String]
}

/// A patient to register.
public struct Registration: Hashable, Confidential {
    /// Primary physician; whoever registers, if not given.
    public var primary: MemberID?
    /// Deputy physician.
    public var deputy: MemberID?
    /// Others of the team.
    public var team: [MemberID] = []
    /// Date of the consent on paper, `YYYY-MM-DD`; without one the patient is on no duty list.
    public var consentPaperDate: String?
    /// First values of the pages.
    public var values: [TypedValue] = []

    /// Nothing filled in yet.
    public init() {}
}

/// A value to write, as typed.
public struct TypedValue: Hashable, Confidential {
    /// Where.
    public let field: FieldID
    /// The text, or JSON for an object.
    public let value: String

    /// What was typed, and where.
    public init(_ field: FieldID, _ value: String) {
        self.field = field
        self.value = value
    }
}

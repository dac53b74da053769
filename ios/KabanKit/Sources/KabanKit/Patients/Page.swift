/// The pages of one patient.
public struct Page: Hashable, Identifiable, Confidential {
    /// Patient.
    public let id: PatientID
    /// Short number on this device.
    public let number: UInt64
    /// Through what it is read here.
    public let scope: Scope
    /// 氏名.
    public let name: String
    /// フリガナ.
    public let kana: String
    /// Date of birth, the second identifier.
    public let birthDate: String
    /// Age today.
    public let age: Age?
    /// 性別.
    public let sex: Coded
    /// The gravest severity shown.
    public let severity: Coded
    /// A death is recorded.
    public let isDeceased: Bool
    /// Page 1, then page 2.
    public let lines: [PageLine]
    /// Silent blanks of page 1.
    public let gaps: UInt32
    /// Fields that wait for a decision.
    public let conflicts: UInt32
    /// When page 1 was last changed.
    public let updatedAt: Instant?
    /// By whom.
    public let updatedBy: String?
}

/// Age in whole years.
public struct Age: Hashable, Confidential {
    /// Years.
    public let years: UInt32
    /// False where the date of birth is not known to the day.
    public let isExact: Bool
}

/// One line of a page.
public struct PageLine: Hashable, Confidential {
    /// The field, without an entry.
    public let field: FieldID
    /// Its label.
    public let label: Words
    /// 1 or 2.
    public let page: UInt8
    /// Clinically significant: concurrent values are shown side by side.
    public let isSignificant: Bool
    /// It has any number of entries.
    public let isList: Bool
    /// A silent blank that somebody should ask about.
    public let isGap: Bool
    /// What is written, current entries first.
    public let entries: [FieldEntry]
}

/// One field, or one entry of a list such as the drugs.
public struct FieldEntry: Hashable, Confidential {
    /// Where to write.
    public let field: FieldID
    /// One value; several that were written apart stand side by side until a person decides.
    public let values: [FieldValue]
    /// It waits for a decision.
    public let isConflict: Bool
}

/// One value of a field.
public struct FieldValue: Hashable, Identifiable, Confidential {
    /// Its id, for a decision.
    public let id: ValueID
    /// The value in words; for one that was asked and is not known, by whom and when.
    public let words: Words
    /// False for "asked, not known".
    public let isKnown: Bool
    /// The value as it is kept, for an input field: text, or JSON for an object.
    public let raw: String
    /// Who wrote it.
    public let by: String
    /// When.
    public let at: Instant
    /// Where it was taken from, if nobody typed it.
    public let source: String?
}

/// A field that waits for a decision.
public struct OpenConflict: Hashable, Confidential {
    /// Patient.
    public let patient: PatientID
    /// Field.
    public let field: FieldID
    /// Its label.
    public let label: Words
    /// The values side by side.
    public let values: [FieldValue]
}

/// An id as the core writes it. Each kind has a type of its own, so that one is not taken for another;
/// whether the text is an id at all is the core's to say.
public protocol Identifier: Hashable, Sendable, CustomStringConvertible {
    /// The id as text.
    var text: String { get }
    /// The id of this text.
    init(_ text: String)
}

extension Identifier {
    /// The id as text: it says nothing about whom it names.
    public var description: String { text }
}

/// A patient: 32 digits.
public struct PatientID: Identifier {
    /// The id as text.
    public let text: String
    /// The id of this text.
    public init(_ text: String) { self.text = text }
}

/// A member of the association: 32 digits.
public struct MemberID: Identifier {
    /// The id as text.
    public let text: String
    /// The id of this text.
    public init(_ text: String) { self.text = text }
}

/// A device: 32 digits.
public struct DeviceID: Identifier {
    /// The id as text.
    public let text: String
    /// The id of this text.
    public init(_ text: String) { self.text = text }
}

/// A note, an amendment or an entry of the notebook: 32 digits.
public struct EntryID: Identifier {
    /// The id as text.
    public let text: String
    /// The id of this text.
    public init(_ text: String) { self.text = text }
}

/// One of several open values of a field.
public struct ValueID: Identifier {
    /// The id as text.
    public let text: String
    /// The id of this text.
    public init(_ text: String) { self.text = text }
}

/// A field of a patient's pages: `severity`, `medication/+` for a new entry, `medication/<id>`.
public struct FieldID: Identifier {
    /// The path as text.
    public let text: String
    /// The field of this path.
    public init(_ text: String) { self.text = text }
}

/// Through what a patient is read here.
public enum Scope: Hashable, Sendable {
    /// The duty; gone with the bag.
    case bag
    /// The care team of the patient.
    case own
}

/// One row of the list.
public struct PatientRow: Hashable, Identifiable, Confidential {
    /// Patient.
    public let id: PatientID
    /// Short number on this device.
    public let number: UInt64
    /// 氏名.
    public let name: String
    /// フリガナ.
    public let kana: String
    /// 旧市町村.
    public let area: String
    /// The gravest severity shown.
    public let severity: Coded
    /// Date of birth, the second identifier: `YYYY-MM-DD` or less.
    public let birthDate: String
    /// 住所.
    public let address: String
    /// Through what it is read here.
    public let scope: Scope
    /// Fields that wait for a decision.
    public let conflicts: UInt32
}

/// What a search found.
public struct SearchResult: Hashable, Confidential {
    /// Best first, at most 50.
    public let hits: [Hit]
    /// Time of the search itself, microseconds.
    public let computeMicroseconds: UInt64
}

/// One hit of a search.
public struct Hit: Hashable, Identifiable, Confidential {
    /// Patient.
    public let id: PatientID
    /// Short number on this device.
    public let number: UInt64
    /// 氏名.
    public let name: String
    /// フリガナ.
    public let kana: String
    /// What was found: `name`, `kana`, `address`, `phone`.
    public let why: String
    /// 旧市町村.
    public let area: String
    /// Date of birth, the second identifier.
    public let birthDate: String
    /// How many others have the same or a similar name: look twice.
    public let alike: UInt32
}

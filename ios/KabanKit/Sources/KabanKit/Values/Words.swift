/// A text for a person, in both languages.
public struct Words: Hashable, Confidential {
    /// Japanese.
    public let ja: String
    /// English.
    public let en: String
}

/// A code of a closed list, with its words. A code that this version does not know has itself for words.
public struct Coded: Hashable, Confidential {
    /// The code, empty where nothing was asked.
    public let code: String
    /// The words.
    public let words: Words
}

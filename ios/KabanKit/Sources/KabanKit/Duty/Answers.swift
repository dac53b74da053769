/// Who answers, in order.
public struct Answers: Hashable, Confidential {
    /// First = who answers now; each next one if there is no answer.
    public let chain: [Answerer]
    /// Who is passed over.
    public let passedOver: [PassedOver]
    /// The ordinary turn at that instant: from.
    public let turnFrom: Instant
    /// The ordinary turn at that instant: to.
    public let turnTo: Instant
    /// Who holds the bag by the signed chain.
    public let holder: String?
    /// Number of that link.
    public let duty: UInt64
}

/// One who answers.
public struct Answerer: Hashable, Confidential {
    /// Name.
    public let name: String
    /// Member.
    public let member: MemberID
    /// In what capacity: `primary`, `entrusted`, `deputy`, `duty`.
    public let answersAs: String
    /// Why.
    public let why: Words
    /// Number to call.
    public let phone: String
    /// Age of what is known about this, seconds.
    public let knownAgeSeconds: Int64
}

/// One who would answer and is away.
public struct PassedOver: Hashable, Confidential {
    /// Name.
    public let name: String
    /// Why not.
    public let why: Words
}

/// An absence that is not over.
public struct Absence: Hashable, Confidential {
    /// Whose.
    public let name: String
    /// From.
    public let from: Instant
    /// To, not included.
    public let to: Instant
}

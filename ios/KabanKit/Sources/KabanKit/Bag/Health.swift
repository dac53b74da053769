/// Store, chains, clock, keys: what is well and what is not.
public struct Health: Hashable, Sendable {
    /// Nothing wrong anywhere.
    public let isWell: Bool
    /// One row a check.
    public let findings: [Finding]
}

/// One thing that the health check looked at.
public struct Finding: Hashable, Sendable {
    /// What was checked.
    public let check: String
    /// Nothing wrong.
    public let isWell: Bool
    /// What was found.
    public let found: String
    /// What to do, empty when nothing.
    public let advice: String
}

/// Where a lease stands; of several scopes the worst.
public enum LeaseState: Hashable, Sendable {
    /// No bag here, and nothing of one's own to renew.
    case none
    /// Within its term.
    case running
    /// Past its turn, within the day of grace.
    case grace
    /// Past its term in the hands of whoever is on duty: a banner asks for a successor, nothing is locked.
    case overdue
    /// Reading is refused until it is renewed; nothing is erased, and writing goes on.
    case softLocked
}

/// The lease of this device.
public struct Lease: Hashable, Sendable {
    /// Where it stands.
    public let state: LeaseState
    /// Number of the duty, 0 for none.
    public let duty: UInt64
    /// The turn it is for: from.
    public let turnFrom: Instant?
    /// The turn it is for: to.
    public let turnTo: Instant?
    /// End of the term that runs.
    public let until: Instant?
    /// Patients of the duty are closed.
    public let isBagLocked: Bool
    /// Patients of one's own are closed.
    public let isOwnLocked: Bool
    /// A sentence that has to be seen.
    public let banner: Words?
    /// Why something is closed.
    public let why: Words?
}

/// How far a synchronisation is.
public struct SyncProgress: Hashable, Sendable {
    /// Envelopes received so far.
    public let received: UInt64
    /// Envelopes still to be sent.
    public let unsent: UInt64
}

/// How a synchronisation ended.
public enum SyncOutcome: Hashable, Sendable {
    /// Neither side has news any more.
    case finished(SyncReport)
    /// Its task was cancelled; what was exchanged until then is saved, the rest waits.
    case cancelled(SyncProgress)
}

/// What happens in a synchronisation that is looked on.
public enum SyncEvent: Hashable, Sendable {
    /// A page was exchanged and saved.
    case progress(SyncProgress)
    /// It came to an end.
    case ended(SyncOutcome)
    /// It could not go on.
    case failed(KabanFailure)
}

/// What a synchronisation did.
public struct SyncReport: Hashable, Sendable {
    /// Envelopes that a receipt covers now.
    public let sent: UInt64
    /// New envelopes.
    public let received: UInt64
    /// Envelopes set aside.
    public let setAside: UInt64
    /// Envelopes the relay did not take.
    public let refused: [SetAside]
    /// Addresses that were met.
    public let peers: [String]
    /// What went over the network.
    public let traffic: Traffic
}

/// What went over the network.
public struct Traffic: Hashable, Sendable {
    /// Bytes of requests.
    public let bytesOut: UInt64
    /// Bytes of answers.
    public let bytesIn: UInt64
    /// Answered requests.
    public let roundTrips: UInt64
    /// Requests that broke and were tried again.
    public let broken: UInt64
}

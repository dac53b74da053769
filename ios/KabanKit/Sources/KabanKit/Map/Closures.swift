/// Which roads are closed.
public enum ClosureShape: Hashable, Confidential {
    /// Every road within so many metres.
    case circle(centre: GeoPoint, radiusMetres: UInt32)
    /// Every road that a line crosses or touches.
    case line(points: [GeoPoint])
    /// Stretches of road.
    case roads(roads: [RoadStretch])
}

/// A stretch of road, by its two ends.
public struct RoadStretch: Hashable, Confidential {
    /// One end.
    public var from: GeoPoint
    /// The other.
    public var to: GeoPoint

    /// All of it.
    public init(from: GeoPoint, to: GeoPoint) {
        self.from = from
        self.to = to
    }
}

/// A road that somebody found closed.
public struct ClosureReport: Hashable, Confidential {
    /// Which roads.
    public var shape: ClosureShape
    /// `snow`, `flood`, `landslide`, `road_works` or `other`.
    public var reason: String
    /// What else there is to say; may be empty.
    public var words: String
    /// From when; from now on, if not given.
    public var from: Instant?
    /// Until when, at most 366 days later.
    public var until: Instant

    /// All of it.
    public init(shape: ClosureShape, reason: String, words: String = "", from: Instant? = nil, until: Instant) {
        self.shape = shape
        self.reason = reason
        self.words = words
        self.from = from
        self.until = until
    }
}

/// A closure with everything said about it.
public struct Closure: Hashable, Confidential {
    /// Its id.
    public let id: EntryID
    /// Which roads; nothing for a shape of a newer version.
    public let shape: ClosureShape?
    /// Why.
    public let reason: Coded
    /// What else was said.
    public let words: String
    /// From when.
    public let from: Instant
    /// Until when.
    public let until: Instant
    /// Who declared it.
    public let by: String
    /// When it was declared.
    public let at: Instant
    /// How it stands.
    public let state: ClosureState
    /// The same in words.
    public let stateWords: Words
    /// Who lifted it; more than one when two devices did so apart.
    public let lifted: [ClosureLift]
    /// Where it is.
    public let sent: SendState
}

/// How a closure stands at an instant.
public enum ClosureState: Hashable, Sendable {
    /// It has not begun.
    case planned
    /// The road is closed.
    case inForce
    /// Its time is over.
    case expired
    /// Somebody said that the road is open again.
    case lifted
}

/// That a closure is over before its time.
public struct ClosureLift: Hashable, Confidential {
    /// The item that says so.
    public let id: EntryID
    /// Who lifted it.
    public let by: String
    /// When.
    public let at: Instant
    /// What else was said.
    public let words: String
}

/// The closures, by beginning.
public struct Closures: Hashable, Confidential {
    /// The instant the states are of.
    public let at: Instant
    /// They.
    public let closures: [Closure]
    /// Items of a newer version: a road may be closed there.
    public let unreadable: [EntryID]
}

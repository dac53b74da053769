/// What the roads are like.
public enum Season: Hashable, Sendable {
    /// By the time of the journey.
    case auto
    /// Bare roads.
    case summer
    /// Snow and ice.
    case winter
}

/// When and on what roads one travels.
public struct Travel: Hashable, Confidential {
    /// When; now, if not given.
    public var at: Instant?
    /// Bare roads or snow.
    public var season: Season
    /// Whether it is dark; by the time, if not said.
    public var isDark: Bool?

    /// All of it.
    public init(at: Instant? = nil, season: Season = .auto, isDark: Bool? = nil) {
        self.at = at
        self.season = season
        self.isDark = isDark
    }
}

/// What is made small.
public enum RouteObjective: Hashable, Sendable {
    /// Time, turns and waiting at signals included.
    case fastest
    /// Distance.
    case shortest
}

/// What to do with farm and forest tracks.
public enum Tracks: Hashable, Sendable {
    /// Near either end, or when nothing else reaches.
    case auto
    /// As any other road.
    case always
    /// Not at all.
    case never
}

/// A journey.
public struct Journey: Hashable, Confidential {
    /// From where.
    public var from: Spot
    /// Where to.
    public var to: Spot
    /// When, and on what roads.
    public var travel: Travel
    /// What is made small.
    public var objective: RouteObjective
    /// What to do with tracks.
    public var tracks: Tracks
    /// Walking instead of driving.
    public var isOnFoot: Bool
    /// As if nothing were closed: to see how far round the closures lead.
    public var ignoresClosures: Bool

    /// All of it.
    public init(
        from: Spot, to: Spot, travel: Travel = Travel(), objective: RouteObjective = .fastest, tracks: Tracks = .auto,
        isOnFoot: Bool = false, ignoresClosures: Bool = false
    ) {
        self.from = from
        self.to = to
        self.travel = travel
        self.objective = objective
        self.tracks = tracks
        self.isOnFoot = isOnFoot
        self.ignoresClosures = ignoresClosures
    }
}

/// What a search of the roads found.
public enum RouteOutcome: Hashable, Confidential {
    /// A way.
    case found(way: Way)
    /// None; never a straight line instead.
    case noWay(why: Obstacle)
}

/// A way.
public struct Way: Hashable, Confidential {
    /// Metres along the roads.
    public let distanceMetres: Double
    /// Seconds.
    public let durationSeconds: Double
    /// From the road nearest to the start to the one nearest to the end.
    public let line: [GeoPoint]
    /// Instructions.
    public let steps: [WayStep]
    /// Nothing but tracks far from both ends, or private ways, joins the two places.
    public let isLastResort: Bool
    /// How exact the start is.
    public let fromPrecision: Precision
    /// How exact the end is.
    public let toPrecision: Precision
    /// Closures that are too large or too many to drive around.
    public let closuresLeftOut: [EntryID]
}

/// What to do at the beginning of a step.
public enum Turn: Hashable, Sendable {
    /// Set out.
    case depart
    /// The road goes on under another name.
    case `continue`
    /// Keep left.
    case slightLeft
    /// Keep right.
    case slightRight
    /// Turn left.
    case left
    /// Turn right.
    case right
    /// Turn back to the left.
    case sharpLeft
    /// Turn back to the right.
    case sharpRight
    /// Turn round.
    case uTurn
    /// Take an exit of a roundabout.
    case roundabout
    /// Board a ferry.
    case ferry
    /// The destination.
    case arrive
}

/// One instruction.
public struct WayStep: Hashable, Confidential {
    /// What to do.
    public let turn: Turn
    /// Which exit of a roundabout.
    public let exit: UInt32?
    /// The instruction.
    public let words: Words
    /// The road that follows; empty when it has no name.
    public let name: String
    /// Number of that road; empty when it has none.
    public let number: String
    /// Metres until the next step.
    public let distanceMetres: Double
    /// Seconds until the next step.
    public let durationSeconds: Double
    /// Traffic signals on it.
    public let signals: UInt32
    /// Level crossings on it.
    public let levelCrossings: UInt32
    /// Where the step begins.
    public let at: GeoPoint
}

/// That there is no way, and why.
public struct Obstacle: Hashable, Confidential {
    /// `unreachable`, `no_road_near`, `bad_position` or `unknown_node`.
    public let kind: String
    /// A sentence for the driver.
    public let words: Words
    /// The closures in the way.
    public let closures: [EntryID]
    /// How long the way would be if nothing were closed.
    public let ignoringClosures: Measure?
}

/// How long a way is.
public struct Measure: Hashable, Confidential {
    /// Metres.
    public let distanceMetres: Double
    /// Seconds.
    public let durationSeconds: Double
}

/// Times and distances between places.
public struct Matrix: Hashable, Confidential {
    /// Seconds from the place of the row to that of the column; nothing where no road leads.
    public let durationsSeconds: [[Double?]]
    /// Metres along the same way.
    public let distancesMetres: [[Double?]]
    /// How exact each place is.
    public let precision: [Precision]
    /// Closures that are too large or too many to drive around.
    public let closuresLeftOut: [EntryID]
}

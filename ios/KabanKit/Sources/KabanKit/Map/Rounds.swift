/// What a round makes small.
public enum RoundObjective: Hashable, Sendable {
    /// The latest return; waiting counts.
    case finish
    /// Driving.
    case travel
}

/// From when until when, seconds of the day.
public struct TimeWindow: Hashable, Confidential {
    /// From.
    public var fromSeconds: UInt32
    /// Until.
    public var untilSeconds: UInt32

    /// All of it.
    public init(fromSeconds: UInt32, untilSeconds: UInt32) {
        self.fromSeconds = fromSeconds
        self.untilSeconds = untilSeconds
    }
}

/// Somebody who makes visits; leaves from and comes back to the start.
public struct RoundVehicle: Hashable, Confidential {
    /// A name to tell them apart.
    public var name: String
    /// From when until when.
    public var window: TimeWindow

    /// All of it.
    public init(name: String, window: TimeWindow) {
        self.name = name
        self.window = window
    }
}

/// A visit to make.
public struct RoundVisit: Hashable, Confidential {
    /// Whom.
    public var patient: PatientID
    /// When it may begin; at any time, if not given.
    public var window: TimeWindow?
    /// A visit after its window is late instead of impossible.
    public var isSoft: Bool
    /// It keeps its place in the given order.
    public var isLocked: Bool
    /// It is made before any that is not.
    public var isUrgent: Bool
    /// Who makes it in the given order, as an index; needed when locked among several.
    public var vehicle: UInt32?
    /// How long it takes; what was learnt, if not given.
    public var minutes: UInt32?

    /// All of it.
    public init(
        patient: PatientID, window: TimeWindow? = nil, isSoft: Bool = false, isLocked: Bool = false,
        isUrgent: Bool = false, vehicle: UInt32? = nil, minutes: UInt32? = nil
    ) {
        self.patient = patient
        self.window = window
        self.isSoft = isSoft
        self.isLocked = isLocked
        self.isUrgent = isUrgent
        self.vehicle = vehicle
        self.minutes = minutes
    }
}

/// A day's visits before they are in order.
public struct RoundPlan: Hashable, Confidential {
    /// Where everybody starts and ends.
    public var start: Spot
    /// Who drives.
    public var vehicles: [RoundVehicle]
    /// The visits, in the given order.
    public var visits: [RoundVisit]
    /// What is made small.
    public var objective: RoundObjective
    /// The given order with its times, instead of a better one.
    public var keepsOrder: Bool
    /// On what roads.
    public var travel: Travel

    /// All of it.
    public init(
        start: Spot, vehicles: [RoundVehicle], visits: [RoundVisit], objective: RoundObjective = .finish,
        keepsOrder: Bool = false, travel: Travel = Travel()
    ) {
        self.start = start
        self.vehicles = vehicles
        self.visits = visits
        self.objective = objective
        self.keepsOrder = keepsOrder
        self.travel = travel
    }
}

/// A visit round.
public struct Round: Hashable, Confidential {
    /// One for each vehicle, also for those that stay.
    public let trips: [Trip]
    /// How many visits are made.
    public let served: UInt32
    /// Those that are not.
    public let unserved: [Unserved]
    /// Seconds of lateness in all.
    public let lateSeconds: UInt32
    /// When the last is back, second of the day.
    public let finishSeconds: UInt32
    /// Seconds of driving in all.
    public let travelSeconds: UInt32
    /// Seconds of waiting in all.
    public let waitingSeconds: UInt32
    /// What is claimed of it.
    public let quality: RoundQuality
    /// Patients whose house nobody has pinned: their times are those of their town's middle.
    public let unpinned: [PatientID]
    /// Closures that are too large or too many to drive around.
    public let closuresLeftOut: [EntryID]
}

/// What is claimed of a round.
public enum RoundQuality: Hashable, Sendable {
    /// Proved: none is better.
    case bestPossible
    /// The best that was found.
    case good
    /// The given order; nothing was looked for.
    case given
}

/// One vehicle's visits; times are seconds of the day.
public struct Trip: Hashable, Confidential {
    /// Who drives.
    public let vehicle: String
    /// The visits, in order.
    public let stops: [RoundStop]
    /// When one leaves.
    public let departureSeconds: UInt32
    /// When one is back.
    public let finishSeconds: UInt32
    /// Seconds after the end of the vehicle's window.
    public let overtimeSeconds: UInt32
    /// Seconds of driving.
    public let travelSeconds: UInt32
    /// Seconds of waiting.
    public let waitingSeconds: UInt32
}

/// A visit of a round; times are seconds of the day.
public struct RoundStop: Hashable, Confidential {
    /// Whom.
    public let patient: PatientID
    /// When one arrives.
    public let arrivalSeconds: UInt32
    /// When the visit begins.
    public let startSeconds: UInt32
    /// Seconds after its window.
    public let lateSeconds: UInt32
}

/// A visit that is in no trip.
public struct Unserved: Hashable, Confidential {
    /// Whom.
    public let patient: PatientID
    /// Why.
    public let why: UnservedWhy
}

/// Why a visit is in no trip.
public enum UnservedWhy: Hashable, Sendable {
    /// No vehicle can drive there and back.
    case unreachable
    /// Its window and those of the vehicles do not allow it, even alone.
    case window
    /// It does not fit beside the others.
    case noTime
    /// The given order has no vehicle for it.
    case notAssigned
}

/// A place for a sudden call in one vehicle's trip; times are seconds of the day.
public struct CallChoice: Hashable, Confidential {
    /// Who would go.
    public let vehicle: String
    /// How many visits of the trip come before it.
    public let position: UInt32
    /// Every window that was kept is still kept, and no locked visit begins later.
    public let isFeasible: Bool
    /// When one arrives.
    public let arrivalSeconds: UInt32
    /// When the visit begins.
    public let startSeconds: UInt32
    /// Seconds after the call's own window.
    public let callLateSeconds: UInt32
    /// When the vehicle is back.
    public let finishSeconds: UInt32
    /// How many seconds later than without the call.
    public let finishDelaySeconds: Int64
    /// Seconds of driving more.
    public let travelMoreSeconds: Int64
    /// Every later visit of this vehicle.
    public let delays: [CallDelay]
    /// Those that begin late because of the call.
    public let late: [PatientID]
    /// Seconds after the end of the vehicle's window.
    public let overtimeSeconds: UInt32
}

/// What becomes of a later visit.
public struct CallDelay: Hashable, Confidential {
    /// Whose.
    public let patient: PatientID
    /// Seconds later; less than 0 if earlier.
    public let delaySeconds: Int64
    /// When it begins now, second of the day.
    public let startSeconds: UInt32
    /// Seconds after its window.
    public let lateSeconds: UInt32
}

/// How long a visit at one patient takes.
public struct VisitLength: Hashable, Confidential {
    /// Seconds.
    public let seconds: UInt32
    /// The same in minutes, rounded.
    public let minutes: UInt32
    /// How many visits say so.
    public let visits: UInt32
    /// That is enough of them; else it is the usual length.
    public let isLearnt: Bool
}

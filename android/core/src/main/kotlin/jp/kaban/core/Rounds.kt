package jp.kaban.core

/** What a round makes small. */
enum class RoundObjective {
    /** The latest return; waiting counts. */
    FINISH,

    /** Driving. */
    TRAVEL,
}

/** From when until when, seconds of the day. */
data class TimeWindow(
    /** From. */
    val fromS: Int,
    /** Until. */
    val untilS: Int,
) : Shown()

/** Somebody who makes visits; leaves from and comes back to the start. */
data class RoundVehicle(
    /** A name to tell them apart. */
    val name: String,
    /** From when until when. */
    val window: TimeWindow,
) : Shown()

/** A visit to make. */
data class RoundVisit(
    /** Whom. */
    val patient: PatientId,
    /** When it may begin; at any time, if not given. */
    val window: TimeWindow? = null,
    /** A visit after its window is late instead of impossible. */
    val soft: Boolean = false,
    /** It keeps its place in the given order. */
    val locked: Boolean = false,
    /** It is made before any that is not. */
    val urgent: Boolean = false,
    /** Who makes it in the given order, as an index; needed when locked among several. */
    val vehicle: Int? = null,
    /** How long it takes; what was learnt, if not given. */
    val minutes: Int? = null,
) : Shown()

/** A day's visits before they are in order. */
data class RoundPlan(
    /** Where everybody starts and ends. */
    val start: Spot,
    /** Who drives. */
    val vehicles: List<RoundVehicle>,
    /** The visits, in the given order. */
    val visits: List<RoundVisit>,
    /** What is made small. */
    val objective: RoundObjective = RoundObjective.FINISH,
    /** The given order with its times, instead of a better one. */
    val keepOrder: Boolean = false,
    /** On what roads. */
    val travel: Travel = Travel(),
) : Shown()

/** A visit round. */
data class Round(
    /** One for each vehicle, also for those that stay. */
    val trips: List<Trip>,
    /** How many visits are made. */
    val served: Int,
    /** Those that are not. */
    val unserved: List<Unserved>,
    /** Seconds of lateness in all. */
    val lateS: Int,
    /** When the last is back, second of the day. */
    val finishS: Int,
    /** Seconds of driving in all. */
    val travelS: Int,
    /** Seconds of waiting in all. */
    val waitingS: Int,
    /** What is claimed of it. */
    val quality: RoundQuality,
    /** Patients whose house nobody has pinned: their times are those of their town's middle. */
    val unpinned: List<PatientId>,
    /** Closures that are too large or too many to drive around. */
    val closuresLeftOut: List<EntryId>,
) : Shown()

/** What is claimed of a round. */
enum class RoundQuality {
    /** Proved: none is better. */
    BEST_POSSIBLE,

    /** The best that was found. */
    GOOD,

    /** The given order; nothing was looked for. */
    GIVEN,
}

/** One vehicle's visits; times are seconds of the day. */
data class Trip(
    /** Who drives. */
    val vehicle: String,
    /** The visits, in order. */
    val stops: List<RoundStop>,
    /** When one leaves. */
    val departureS: Int,
    /** When one is back. */
    val finishS: Int,
    /** Seconds after the end of the vehicle's window. */
    val overtimeS: Int,
    /** Seconds of driving. */
    val travelS: Int,
    /** Seconds of waiting. */
    val waitingS: Int,
) : Shown()

/** A visit of a round; times are seconds of the day. */
data class RoundStop(
    /** Whom. */
    val patient: PatientId,
    /** When one arrives. */
    val arrivalS: Int,
    /** When the visit begins. */
    val startS: Int,
    /** Seconds after its window. */
    val lateS: Int,
) : Shown()

/** A visit that is in no trip. */
data class Unserved(
    /** Whom. */
    val patient: PatientId,
    /** Why. */
    val why: UnservedWhy,
) : Shown()

/** Why a visit is in no trip. */
enum class UnservedWhy {
    /** No vehicle can drive there and back. */
    UNREACHABLE,

    /** Its window and those of the vehicles do not allow it, even alone. */
    WINDOW,

    /** It does not fit beside the others. */
    NO_TIME,

    /** The given order has no vehicle for it. */
    NOT_ASSIGNED,
}

/** A place for a sudden call in one vehicle's trip; times are seconds of the day. */
data class CallChoice(
    /** Who would go. */
    val vehicle: String,
    /** How many visits of the trip come before it. */
    val position: Int,
    /** Every window that was kept is still kept, and no locked visit begins later. */
    val feasible: Boolean,
    /** When one arrives. */
    val arrivalS: Int,
    /** When the visit begins. */
    val startS: Int,
    /** Seconds after the call's own window. */
    val callLateS: Int,
    /** When the vehicle is back. */
    val finishS: Int,
    /** How many seconds later than without the call. */
    val finishDelayS: Long,
    /** Seconds of driving more. */
    val travelMoreS: Long,
    /** Every later visit of this vehicle. */
    val delays: List<CallDelay>,
    /** Those that begin late because of the call. */
    val late: List<PatientId>,
    /** Seconds after the end of the vehicle's window. */
    val overtimeS: Int,
) : Shown()

/** What becomes of a later visit. */
data class CallDelay(
    /** Whose. */
    val patient: PatientId,
    /** Seconds later; less than 0 if earlier. */
    val delayS: Long,
    /** When it begins now, second of the day. */
    val startS: Int,
    /** Seconds after its window. */
    val lateS: Int,
) : Shown()

/** How long a visit at one patient takes. */
data class VisitLength(
    /** Seconds. */
    val seconds: Int,
    /** The same in minutes, rounded. */
    val minutes: Int,
    /** How many visits say so. */
    val visits: Int,
    /** That is enough of them; else it is the usual length. */
    val learnt: Boolean,
) : Shown()

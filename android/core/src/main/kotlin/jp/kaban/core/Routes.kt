package jp.kaban.core

import java.time.OffsetDateTime

/** What the roads are like. */
enum class Season {
    /** By the time of the journey. */
    AUTO,

    /** Bare roads. */
    SUMMER,

    /** Snow and ice. */
    WINTER,
}

/** When and on what roads one travels. */
data class Travel(
    /** When; now, if not given. */
    val at: OffsetDateTime? = null,
    /** Bare roads or snow. */
    val season: Season = Season.AUTO,
    /** Whether it is dark; by the time, if not said. */
    val night: Boolean? = null,
) : Shown()

/** What is made small. */
enum class RouteObjective {
    /** Time, turns and waiting at signals included. */
    FASTEST,

    /** Distance. */
    SHORTEST,
}

/** What to do with farm and forest tracks. */
enum class Tracks {
    /** Near either end, or when nothing else reaches. */
    AUTO,

    /** As any other road. */
    ALWAYS,

    /** Not at all. */
    NEVER,
}

/** A journey. */
data class Journey(
    /** From where. */
    val from: Spot,
    /** Where to. */
    val to: Spot,
    /** When, and on what roads. */
    val travel: Travel = Travel(),
    /** What is made small. */
    val objective: RouteObjective = RouteObjective.FASTEST,
    /** What to do with tracks. */
    val tracks: Tracks = Tracks.AUTO,
    /** Walking instead of driving. */
    val onFoot: Boolean = false,
    /** As if nothing were closed: to see how far round the closures lead. */
    val ignoreClosures: Boolean = false,
) : Shown()

/** What a search of the roads found. */
sealed class RouteOutcome : Shown() {
    /** A way. */
    data class Found(
        /** It. */
        val way: Way,
    ) : RouteOutcome()

    /** None; never a straight line instead. */
    data class NoWay(
        /** Why. */
        val why: Obstacle,
    ) : RouteOutcome()
}

/** A way. */
data class Way(
    /** Metres along the roads. */
    val distanceM: Double,
    /** Seconds. */
    val durationS: Double,
    /** From the road nearest to the start to the one nearest to the end. */
    val line: List<GeoPoint>,
    /** Instructions. */
    val steps: List<WayStep>,
    /** Nothing but tracks far from both ends, or private ways, joins the two places. */
    val lastResort: Boolean,
    /** How exact the start is. */
    val fromPrecision: Precision,
    /** How exact the end is. */
    val toPrecision: Precision,
    /** Closures that are too large or too many to drive around. */
    val closuresLeftOut: List<EntryId>,
) : Shown()

/** What to do at the beginning of a step. */
enum class Turn {
    /** Set out. */
    DEPART,

    /** The road goes on under another name. */
    CONTINUE,

    /** Keep left. */
    SLIGHT_LEFT,

    /** Keep right. */
    SLIGHT_RIGHT,

    /** Turn left. */
    LEFT,

    /** Turn right. */
    RIGHT,

    /** Turn back to the left. */
    SHARP_LEFT,

    /** Turn back to the right. */
    SHARP_RIGHT,

    /** Turn round. */
    U_TURN,

    /** Take an exit of a roundabout. */
    ROUNDABOUT,

    /** Board a ferry. */
    FERRY,

    /** The destination. */
    ARRIVE,
}

/** One instruction. */
data class WayStep(
    /** What to do. */
    val turn: Turn,
    /** Which exit of a roundabout. */
    val exit: Int?,
    /** The instruction. */
    val words: Words,
    /** The road that follows; empty when it has no name. */
    val name: String,
    /** Number of that road; empty when it has none. */
    val number: String,
    /** Metres until the next step. */
    val distanceM: Double,
    /** Seconds until the next step. */
    val durationS: Double,
    /** Traffic signals on it. */
    val signals: Int,
    /** Level crossings on it. */
    val levelCrossings: Int,
    /** Where the step begins. */
    val at: GeoPoint,
) : Shown()

/** That there is no way, and why. */
data class Obstacle(
    /** `unreachable`, `no_road_near`, `bad_position` or `unknown_node`. */
    val kind: String,
    /** A sentence for the driver. */
    val words: Words,
    /** The closures in the way. */
    val closures: List<EntryId>,
    /** How long the way would be if nothing were closed. */
    val ignoringClosures: Measure?,
) : Shown()

/** How long a way is. */
data class Measure(
    /** Metres. */
    val distanceM: Double,
    /** Seconds. */
    val durationS: Double,
) : Shown()

/** Times and distances between places. */
data class Matrix(
    /** Seconds from the place of the row to that of the column; nothing where no road leads. */
    val durationsS: List<List<Double?>>,
    /** Metres along the same way. */
    val distancesM: List<List<Double?>>,
    /** How exact each place is. */
    val precision: List<Precision>,
    /** Closures that are too large or too many to drive around. */
    val closuresLeftOut: List<EntryId>,
) : Shown()

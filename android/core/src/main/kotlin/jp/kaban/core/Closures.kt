package jp.kaban.core

import java.time.OffsetDateTime

/** Which roads are closed. */
sealed class ClosureShape : Shown() {
    /** Every road within so many metres. */
    data class Circle(
        /** The middle. */
        val centre: GeoPoint,
        /** Metres, 1 to 20,000. */
        val radiusM: Int,
    ) : ClosureShape()

    /** Every road that a line crosses or touches. */
    data class Line(
        /** 2 to 500 of them. */
        val points: List<GeoPoint>,
    ) : ClosureShape()

    /** Stretches of road. */
    data class Roads(
        /** 1 to 100 of them. */
        val roads: List<RoadStretch>,
    ) : ClosureShape()
}

/** A stretch of road, by its two ends. */
data class RoadStretch(
    /** One end. */
    val from: GeoPoint,
    /** The other. */
    val to: GeoPoint,
) : Shown()

/** A road that somebody found closed. */
data class ClosureReport(
    /** Which roads. */
    val shape: ClosureShape,
    /** `snow`, `flood`, `landslide`, `road_works` or `other`. */
    val reason: String,
    /** What else there is to say; may be empty. */
    val words: String = "",
    /** From when; from now on, if not given. */
    val from: OffsetDateTime? = null,
    /** Until when, at most 366 days later. */
    val until: OffsetDateTime,
) : Shown()

/** A closure with everything said about it. */
data class Closure(
    /** Its id. */
    val id: EntryId,
    /** Which roads; nothing for a shape of a newer version. */
    val shape: ClosureShape?,
    /** Why. */
    val reason: Coded,
    /** What else was said. */
    val words: String,
    /** From when. */
    val from: OffsetDateTime,
    /** Until when. */
    val until: OffsetDateTime,
    /** Who declared it. */
    val by: String,
    /** When it was declared. */
    val at: OffsetDateTime,
    /** How it stands. */
    val state: ClosureState,
    /** The same in words. */
    val stateWords: Words,
    /** Who lifted it; more than one when two devices did so apart. */
    val lifted: List<ClosureLift>,
    /** Where it is. */
    val sent: SendState,
) : Shown()

/** How a closure stands at an instant. */
enum class ClosureState {
    /** It has not begun. */
    PLANNED,

    /** The road is closed. */
    IN_FORCE,

    /** Its time is over. */
    EXPIRED,

    /** Somebody said that the road is open again. */
    LIFTED,
}

/** That a closure is over before its time. */
data class ClosureLift(
    /** The item that says so. */
    val id: EntryId,
    /** Who lifted it. */
    val by: String,
    /** When. */
    val at: OffsetDateTime,
    /** What else was said. */
    val words: String,
) : Shown()

/** The closures, by beginning. */
data class Closures(
    /** The instant the states are of. */
    val at: OffsetDateTime,
    /** They. */
    val closures: List<Closure>,
    /** Items of a newer version: a road may be closed there. */
    val unreadable: List<EntryId>,
) : Shown()

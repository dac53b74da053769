package jp.kaban.core.rust

import jp.kaban.core.Closure
import jp.kaban.core.ClosureLift
import jp.kaban.core.ClosureReport
import jp.kaban.core.ClosureShape
import jp.kaban.core.ClosureState
import jp.kaban.core.Closures
import jp.kaban.core.EntryId
import jp.kaban.core.RoadStretch
import jp.kaban.ffi.ClosureRequest
import jp.kaban.ffi.ClosureShape as RustClosureShape
import jp.kaban.ffi.ClosureState as RustClosureState
import jp.kaban.ffi.ClosureView
import jp.kaban.ffi.ClosuresView
import jp.kaban.ffi.LiftView
import jp.kaban.ffi.RoadStretch as RustRoadStretch

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun RustClosureShape.toOwn(): ClosureShape = when (this) {
    is RustClosureShape.Circle -> ClosureShape.Circle(centre.toOwn(), radiusM.toCount())
    is RustClosureShape.Line -> ClosureShape.Line(points.map { it.toOwn() })
    is RustClosureShape.Roads -> ClosureShape.Roads(roads.map { it.toOwn() })
}

internal fun ClosureShape.toRust(): RustClosureShape = when (this) {
    is ClosureShape.Circle -> RustClosureShape.Circle(centre.toRust(), radiusM.toRust())
    is ClosureShape.Line -> RustClosureShape.Line(points.map { it.toRust() })
    is ClosureShape.Roads -> RustClosureShape.Roads(roads.map { it.toRust() })
}

internal fun RustRoadStretch.toOwn(): RoadStretch {
    val (from, to) = this
    return RoadStretch(
        from = from.toOwn(),
        to = to.toOwn(),
    )
}

internal fun RoadStretch.toRust(): RustRoadStretch {
    val (from, to) = this
    return RustRoadStretch(
        from = from.toRust(),
        to = to.toRust(),
    )
}

internal fun ClosureReport.toRust(): ClosureRequest {
    val (shape, reason, words, from, until) = this
    return ClosureRequest(
        shape = shape.toRust(),
        reason = text("reason", reason),
        words = text("words", words),
        from = from?.toRust(),
        until = until.toRust(),
    )
}

internal fun ClosureView.toOwn(): Closure {
    val (id, shape, reason, words, from, until, by, at, state, stateWords, lifted, sent) = this
    return Closure(
        id = EntryId(id),
        shape = shape?.toOwn(),
        reason = reason.toOwn(),
        words = words,
        from = from.toTime(),
        until = until.toTime(),
        by = by,
        at = at.toTime(),
        state = state.toOwn(),
        stateWords = stateWords.toOwn(),
        lifted = lifted.map { it.toOwn() },
        sent = sent.toOwn(),
    )
}

internal fun RustClosureState.toOwn(): ClosureState = when (this) {
    RustClosureState.PLANNED -> ClosureState.PLANNED
    RustClosureState.IN_FORCE -> ClosureState.IN_FORCE
    RustClosureState.EXPIRED -> ClosureState.EXPIRED
    RustClosureState.LIFTED -> ClosureState.LIFTED
}

internal fun LiftView.toOwn(): ClosureLift {
    val (id, by, at, words) = this
    return ClosureLift(
        id = EntryId(id),
        by = by,
        at = at.toTime(),
        words = words,
    )
}

internal fun ClosuresView.toOwn(): Closures {
    val (at, closures, unreadable) = this
    return Closures(
        at = at.toTime(),
        closures = closures.map { it.toOwn() },
        unreadable = unreadable.map(::EntryId),
    )
}

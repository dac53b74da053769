package jp.kaban.core.rust

import jp.kaban.core.EntryId
import jp.kaban.core.Journey
import jp.kaban.core.Matrix
import jp.kaban.core.Measure
import jp.kaban.core.Obstacle
import jp.kaban.core.RouteObjective
import jp.kaban.core.RouteOutcome
import jp.kaban.core.Season
import jp.kaban.core.Tracks
import jp.kaban.core.Travel
import jp.kaban.core.Turn
import jp.kaban.core.Way
import jp.kaban.core.WayStep
import jp.kaban.ffi.MatrixView
import jp.kaban.ffi.MeasureView
import jp.kaban.ffi.NoWayView
import jp.kaban.ffi.RouteObjective as RustRouteObjective
import jp.kaban.ffi.RouteOutcome as RustRouteOutcome
import jp.kaban.ffi.RouteRequest
import jp.kaban.ffi.Season as RustSeason
import jp.kaban.ffi.StepView
import jp.kaban.ffi.Tracks as RustTracks
import jp.kaban.ffi.TravelRequest
import jp.kaban.ffi.Turn as RustTurn
import jp.kaban.ffi.WayView

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun Season.toRust(): RustSeason = when (this) {
    Season.AUTO -> RustSeason.AUTO
    Season.SUMMER -> RustSeason.SUMMER
    Season.WINTER -> RustSeason.WINTER
}

internal fun Travel.toRust(): TravelRequest {
    val (at, season, night) = this
    return TravelRequest(
        at = at?.toRust(),
        season = season.toRust(),
        night = night,
    )
}

internal fun RouteObjective.toRust(): RustRouteObjective = when (this) {
    RouteObjective.FASTEST -> RustRouteObjective.FASTEST
    RouteObjective.SHORTEST -> RustRouteObjective.SHORTEST
}

internal fun Tracks.toRust(): RustTracks = when (this) {
    Tracks.AUTO -> RustTracks.AUTO
    Tracks.ALWAYS -> RustTracks.ALWAYS
    Tracks.NEVER -> RustTracks.NEVER
}

internal fun Journey.toRust(): RouteRequest {
    val (from, to, travel, objective, tracks, onFoot, ignoreClosures) = this
    return RouteRequest(
        from = from.toRust(),
        to = to.toRust(),
        travel = travel.toRust(),
        objective = objective.toRust(),
        tracks = tracks.toRust(),
        onFoot = onFoot,
        ignoreClosures = ignoreClosures,
    )
}

internal fun RustRouteOutcome.toOwn(): RouteOutcome = when (this) {
    is RustRouteOutcome.Found -> RouteOutcome.Found(way.toOwn())
    is RustRouteOutcome.NoWay -> RouteOutcome.NoWay(why.toOwn())
}

internal fun WayView.toOwn(): Way {
    val (distanceM, durationS, line, steps, lastResort, fromPrecision, toPrecision, closuresLeftOut) = this
    return Way(
        distanceM = distanceM,
        durationS = durationS,
        line = line.map { it.toOwn() },
        steps = steps.map { it.toOwn() },
        lastResort = lastResort,
        fromPrecision = fromPrecision.toOwn(),
        toPrecision = toPrecision.toOwn(),
        closuresLeftOut = closuresLeftOut.map(::EntryId),
    )
}

internal fun RustTurn.toOwn(): Turn = when (this) {
    RustTurn.DEPART -> Turn.DEPART
    RustTurn.CONTINUE -> Turn.CONTINUE
    RustTurn.SLIGHT_LEFT -> Turn.SLIGHT_LEFT
    RustTurn.SLIGHT_RIGHT -> Turn.SLIGHT_RIGHT
    RustTurn.LEFT -> Turn.LEFT
    RustTurn.RIGHT -> Turn.RIGHT
    RustTurn.SHARP_LEFT -> Turn.SHARP_LEFT
    RustTurn.SHARP_RIGHT -> Turn.SHARP_RIGHT
    RustTurn.U_TURN -> Turn.U_TURN
    RustTurn.ROUNDABOUT -> Turn.ROUNDABOUT
    RustTurn.FERRY -> Turn.FERRY
    RustTurn.ARRIVE -> Turn.ARRIVE
}

internal fun StepView.toOwn(): WayStep {
    val (turn, exit, words, name, number, distanceM, durationS, signals, levelCrossings, at) = this
    return WayStep(
        turn = turn.toOwn(),
        exit = exit?.toCount(),
        words = words.toOwn(),
        name = name,
        number = number,
        distanceM = distanceM,
        durationS = durationS,
        signals = signals.toCount(),
        levelCrossings = levelCrossings.toCount(),
        at = at.toOwn(),
    )
}

internal fun NoWayView.toOwn(): Obstacle {
    val (kind, words, closures, ignoringClosures) = this
    return Obstacle(
        kind = kind,
        words = words.toOwn(),
        closures = closures.map(::EntryId),
        ignoringClosures = ignoringClosures?.toOwn(),
    )
}

internal fun MeasureView.toOwn(): Measure {
    val (distanceM, durationS) = this
    return Measure(
        distanceM = distanceM,
        durationS = durationS,
    )
}

internal fun MatrixView.toOwn(): Matrix {
    val (durationsS, distancesM, precision, closuresLeftOut) = this
    return Matrix(
        durationsS = durationsS,
        distancesM = distancesM,
        precision = precision.map { it.toOwn() },
        closuresLeftOut = closuresLeftOut.map(::EntryId),
    )
}

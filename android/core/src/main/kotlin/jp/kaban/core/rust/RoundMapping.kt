package jp.kaban.core.rust

import jp.kaban.core.CallChoice
import jp.kaban.core.CallDelay
import jp.kaban.core.EntryId
import jp.kaban.core.PatientId
import jp.kaban.core.Round
import jp.kaban.core.RoundObjective
import jp.kaban.core.RoundPlan
import jp.kaban.core.RoundQuality
import jp.kaban.core.RoundStop
import jp.kaban.core.RoundVehicle
import jp.kaban.core.RoundVisit
import jp.kaban.core.TimeWindow
import jp.kaban.core.Trip
import jp.kaban.core.Unserved
import jp.kaban.core.UnservedWhy
import jp.kaban.core.VisitLength
import jp.kaban.ffi.CallChoice as RustCallChoice
import jp.kaban.ffi.CallDelay as RustCallDelay
import jp.kaban.ffi.RoundObjective as RustRoundObjective
import jp.kaban.ffi.RoundQuality as RustRoundQuality
import jp.kaban.ffi.RoundRequest
import jp.kaban.ffi.RoundVehicle as RustRoundVehicle
import jp.kaban.ffi.RoundView
import jp.kaban.ffi.RoundVisit as RustRoundVisit
import jp.kaban.ffi.ServiceView
import jp.kaban.ffi.StopView
import jp.kaban.ffi.TimeWindow as RustTimeWindow
import jp.kaban.ffi.TripView
import jp.kaban.ffi.UnservedView
import jp.kaban.ffi.UnservedWhy as RustUnservedWhy

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun RoundObjective.toRust(): RustRoundObjective = when (this) {
    RoundObjective.FINISH -> RustRoundObjective.FINISH
    RoundObjective.TRAVEL -> RustRoundObjective.TRAVEL
}

internal fun TimeWindow.toRust(): RustTimeWindow {
    val (fromS, untilS) = this
    return RustTimeWindow(
        fromS = fromS.toRust(),
        untilS = untilS.toRust(),
    )
}

internal fun RoundVehicle.toRust(): RustRoundVehicle {
    val (name, window) = this
    return RustRoundVehicle(
        name = text("name", name),
        window = window.toRust(),
    )
}

internal fun RoundVisit.toRust(): RustRoundVisit {
    val (patient, window, soft, locked, urgent, vehicle, minutes) = this
    return RustRoundVisit(
        patient = patient.toRust(),
        window = window?.toRust(),
        soft = soft,
        locked = locked,
        urgent = urgent,
        vehicle = vehicle?.toRust(),
        minutes = minutes?.toRust(),
    )
}

internal fun RoundPlan.toRust(): RoundRequest {
    val (start, vehicles, visits, objective, keepOrder, travel) = this
    return RoundRequest(
        start = start.toRust(),
        vehicles = vehicles.map { it.toRust() },
        visits = visits.map { it.toRust() },
        objective = objective.toRust(),
        keepOrder = keepOrder,
        travel = travel.toRust(),
    )
}

internal fun RoundView.toOwn(): Round {
    val (trips, served, unserved, lateS, finishS, travelS, waitingS, quality, unpinned, closuresLeftOut) = this
    return Round(
        trips = trips.map { it.toOwn() },
        served = served.toCount(),
        unserved = unserved.map { it.toOwn() },
        lateS = lateS.toCount(),
        finishS = finishS.toCount(),
        travelS = travelS.toCount(),
        waitingS = waitingS.toCount(),
        quality = quality.toOwn(),
        unpinned = unpinned.map(::PatientId),
        closuresLeftOut = closuresLeftOut.map(::EntryId),
    )
}

internal fun RustRoundQuality.toOwn(): RoundQuality = when (this) {
    RustRoundQuality.BEST_POSSIBLE -> RoundQuality.BEST_POSSIBLE
    RustRoundQuality.GOOD -> RoundQuality.GOOD
    RustRoundQuality.GIVEN -> RoundQuality.GIVEN
}

internal fun TripView.toOwn(): Trip {
    val (vehicle, stops, departureS, finishS, overtimeS, travelS, waitingS) = this
    return Trip(
        vehicle = vehicle,
        stops = stops.map { it.toOwn() },
        departureS = departureS.toCount(),
        finishS = finishS.toCount(),
        overtimeS = overtimeS.toCount(),
        travelS = travelS.toCount(),
        waitingS = waitingS.toCount(),
    )
}

internal fun StopView.toOwn(): RoundStop {
    val (patient, arrivalS, startS, lateS) = this
    return RoundStop(
        patient = PatientId(patient),
        arrivalS = arrivalS.toCount(),
        startS = startS.toCount(),
        lateS = lateS.toCount(),
    )
}

internal fun UnservedView.toOwn(): Unserved {
    val (patient, why) = this
    return Unserved(
        patient = PatientId(patient),
        why = why.toOwn(),
    )
}

internal fun RustUnservedWhy.toOwn(): UnservedWhy = when (this) {
    RustUnservedWhy.UNREACHABLE -> UnservedWhy.UNREACHABLE
    RustUnservedWhy.WINDOW -> UnservedWhy.WINDOW
    RustUnservedWhy.NO_TIME -> UnservedWhy.NO_TIME
    RustUnservedWhy.NOT_ASSIGNED -> UnservedWhy.NOT_ASSIGNED
}

internal fun RustCallChoice.toOwn(): CallChoice {
    val (
        vehicle,
        position,
        feasible,
        arrivalS,
        startS,
        callLateS,
        finishS,
        finishDelayS,
        travelMoreS,
        delays,
        late,
        overtimeS,
    ) = this
    return CallChoice(
        vehicle = vehicle,
        position = position.toCount(),
        feasible = feasible,
        arrivalS = arrivalS.toCount(),
        startS = startS.toCount(),
        callLateS = callLateS.toCount(),
        finishS = finishS.toCount(),
        finishDelayS = finishDelayS,
        travelMoreS = travelMoreS,
        delays = delays.map { it.toOwn() },
        late = late.map(::PatientId),
        overtimeS = overtimeS.toCount(),
    )
}

internal fun RustCallDelay.toOwn(): CallDelay {
    val (patient, delayS, startS, lateS) = this
    return CallDelay(
        patient = PatientId(patient),
        delayS = delayS,
        startS = startS.toCount(),
        lateS = lateS.toCount(),
    )
}

internal fun ServiceView.toOwn(): VisitLength {
    val (seconds, minutes, visits, learnt) = this
    return VisitLength(
        seconds = seconds.toCount(),
        minutes = minutes.toCount(),
        visits = visits.toCount(),
        learnt = learnt,
    )
}

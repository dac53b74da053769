package jp.kaban.core.rust

import java.time.OffsetDateTime
import jp.kaban.core.Areas
import jp.kaban.core.CallChoice
import jp.kaban.core.ClosureReport
import jp.kaban.core.Closures
import jp.kaban.core.District
import jp.kaban.core.EntryId
import jp.kaban.core.GeoPoint
import jp.kaban.core.Journey
import jp.kaban.core.MapFiles
import jp.kaban.core.MapService
import jp.kaban.core.Matrix
import jp.kaban.core.NearPlace
import jp.kaban.core.Neighbours
import jp.kaban.core.Outcome
import jp.kaban.core.PatientId
import jp.kaban.core.RoadBeside
import jp.kaban.core.Round
import jp.kaban.core.RoundPlan
import jp.kaban.core.RoundVisit
import jp.kaban.core.RouteOutcome
import jp.kaban.core.Spot
import jp.kaban.core.Theme
import jp.kaban.core.Travel
import jp.kaban.core.VisitLength
import jp.kaban.ffi.DynamicMap

internal class RustMap(private val map: DynamicMap, private val boundary: Boundary) :
    MapService, AutoCloseable by map {

    override suspend fun openPack(path: String): Outcome<District> =
        boundary.finish { map.openPack(text("path", path)).toOwn() }

    override suspend fun closePack(): Outcome<Unit> = boundary.ask { map.closePack() }

    override suspend fun pack(): Outcome<District?> = boundary.ask { map.pack()?.toOwn() }

    override suspend fun styleJson(
        theme: Theme,
        storage: String,
        glyphs: MapFiles,
        sprites: MapFiles,
    ): Outcome<String> = boundary.ask {
        map.styleJson(theme.toRust(), text("storage", storage), glyphs.toRust(), sprites.toRust())
    }

    override suspend fun pinsGeojson(names: Boolean): Outcome<String> = boundary.ask { map.pinsGeojson(names) }

    override suspend fun snap(at: GeoPoint, onFoot: Boolean): Outcome<RoadBeside?> =
        boundary.ask { map.snap(at.toRust(), onFoot)?.toOwn() }

    override suspend fun route(journey: Journey): Outcome<RouteOutcome> =
        boundary.finish { map.route(journey.toRust()).toOwn() }

    override suspend fun matrix(spots: List<Spot>, travel: Travel): Outcome<Matrix> =
        boundary.finish { map.matrix(spots.map { it.toRust() }, travel.toRust()).toOwn() }

    override suspend fun nearest(
        from: Spot,
        kinds: List<String>,
        count: Int,
        travel: Travel,
    ): Outcome<List<NearPlace>> = boundary.finish {
        val near = map.nearest(from.toRust(), kinds.map { text("kinds", it) }, count.toRust(), travel.toRust())
        near.map { it.toOwn() }
    }

    override suspend fun round(plan: RoundPlan): Outcome<Round> =
        boundary.finish { map.round(plan.toRust()).toOwn() }

    override suspend fun insertCall(
        plan: RoundPlan,
        orders: List<List<PatientId>>,
        call: RoundVisit,
        nowS: Int?,
    ): Outcome<List<CallChoice>> = boundary.finish {
        val ids = orders.map { order -> order.map { it.toRust() } }
        map.insertCall(plan.toRust(), ids, call.toRust(), nowS?.toRust()).map { it.toOwn() }
    }

    override suspend fun visitLength(patient: PatientId): Outcome<VisitLength> =
        boundary.ask { map.service(patient.toRust()).toOwn() }

    override suspend fun areas(): Outcome<Areas> = boundary.ask { map.areas().toOwn() }

    override suspend fun neighbours(
        patient: PatientId,
        count: Int,
        byRoad: Boolean,
        travel: Travel,
    ): Outcome<Neighbours> =
        boundary.finish { map.neighbours(patient.toRust(), count.toRust(), byRoad, travel.toRust()).toOwn() }

    override suspend fun closures(at: OffsetDateTime?): Outcome<Closures> =
        boundary.ask { map.closures(at?.toRust()).toOwn() }

    override suspend fun closeRoad(report: ClosureReport): Outcome<EntryId> =
        boundary.ask { EntryId(map.closeRoad(report.toRust())) }

    override suspend fun liftClosure(closure: EntryId, words: String): Outcome<EntryId> =
        boundary.ask { EntryId(map.liftClosure(closure.toRust(), text("words", words))) }
}

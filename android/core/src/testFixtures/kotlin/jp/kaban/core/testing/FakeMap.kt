package jp.kaban.core.testing

import java.time.OffsetDateTime
import jp.kaban.core.Areas
import jp.kaban.core.CallChoice
import jp.kaban.core.Closure
import jp.kaban.core.ClosureReport
import jp.kaban.core.Closures
import jp.kaban.core.District
import jp.kaban.core.EntryId
import jp.kaban.core.GeoPoint
import jp.kaban.core.Journey
import jp.kaban.core.KabanFailure
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
import jp.kaban.core.then
import kotlinx.coroutines.flow.MutableStateFlow

/** A map without roads: it gives what a test sets, `NotFound` where nothing is set or no pack is open. */
class FakeMap internal constructor(private val failing: MutableStateFlow<KabanFailure?>) : MapService {
    /** What opening a pack gives; null for a file that is no pack. */
    var district: District? = aDistrict()
    var found: RouteOutcome? = RouteOutcome.Found(aWay())
    var table: Matrix? = null
    var places: List<NearPlace> = emptyList()
    var ordered: Round? = aRound()
    var choices: List<CallChoice> = emptyList()
    var length = VisitLength(seconds = 1_200, minutes = 20, visits = 0, learnt = false)
    var byArea = Areas(emptyList(), emptyList())
    var near: Neighbours? = null
    var beside: RoadBeside? = null
    var style = """{"version":8,"sources":{},"layers":[]}"""
    var pins = """{"type":"FeatureCollection","features":[]}"""
    var told: List<Closure> = emptyList()

    /** What was reported closed, and lifted. */
    val reported = mutableListOf<ClosureReport>()
    val lifted = mutableListOf<EntryId>()

    private var open: District? = null

    override suspend fun openPack(path: String): Outcome<District> = failing.orDone { district }.then {
        open = it ?: return@then Outcome.Failed(KabanFailure.Invalid("path", "no pack"))
        Outcome.Done(it)
    }

    override suspend fun closePack(): Outcome<Unit> = failing.orDone { open = null }

    override suspend fun pack(): Outcome<District?> = failing.orDone { open }

    override suspend fun styleJson(
        theme: Theme,
        storage: String,
        glyphs: MapFiles,
        sprites: MapFiles,
    ): Outcome<String> = onAMap { style }

    override suspend fun pinsGeojson(names: Boolean): Outcome<String> = failing.orDone { pins }

    override suspend fun snap(at: GeoPoint, onFoot: Boolean): Outcome<RoadBeside?> =
        onAMap { district }.then { failing.orDone { beside } }

    override suspend fun route(journey: Journey): Outcome<RouteOutcome> = onAMap { found }

    override suspend fun matrix(spots: List<Spot>, travel: Travel): Outcome<Matrix> = onAMap { table }

    override suspend fun nearest(
        from: Spot,
        kinds: List<String>,
        count: Int,
        travel: Travel,
    ): Outcome<List<NearPlace>> = onAMap { places.filter { it.kind in kinds }.take(count) }

    override suspend fun round(plan: RoundPlan): Outcome<Round> = onAMap { ordered }

    override suspend fun insertCall(
        plan: RoundPlan,
        orders: List<List<PatientId>>,
        call: RoundVisit,
        nowS: Int?,
    ): Outcome<List<CallChoice>> = onAMap { choices }

    override suspend fun visitLength(patient: PatientId): Outcome<VisitLength> = failing.orDone { length }

    override suspend fun areas(): Outcome<Areas> = onAMap { byArea }

    override suspend fun neighbours(
        patient: PatientId,
        count: Int,
        byRoad: Boolean,
        travel: Travel,
    ): Outcome<Neighbours> = onAMap { near }

    override suspend fun closures(at: OffsetDateTime?): Outcome<Closures> =
        failing.orDone { Closures(at ?: NIGHT, told, emptyList()) }

    override suspend fun closeRoad(report: ClosureReport): Outcome<EntryId> = failing.orDone {
        reported += report
        EntryId("d" + reported.size.toString().padStart(31, '0'))
    }

    override suspend fun liftClosure(closure: EntryId, words: String): Outcome<EntryId> = failing.orDone {
        lifted += closure
        EntryId("e" + lifted.size.toString().padStart(31, '0'))
    }

    private fun <T : Any> onAMap(value: () -> T?): Outcome<T> = failing.orDone(value).then {
        if (open == null || it == null) Outcome.Failed(KabanFailure.NotFound("no map is open")) else Outcome.Done(it)
    }
}

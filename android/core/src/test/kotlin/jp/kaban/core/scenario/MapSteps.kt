package jp.kaban.core.scenario

import kotlin.math.roundToLong
import jp.kaban.core.AreaPatient
import jp.kaban.core.CallChoice
import jp.kaban.core.Closure
import jp.kaban.core.ClosureReport
import jp.kaban.core.ClosureShape
import jp.kaban.core.EntryId
import jp.kaban.core.GeoPoint
import jp.kaban.core.Journey
import jp.kaban.core.MapFiles
import jp.kaban.core.PatientId
import jp.kaban.core.RoadStretch
import jp.kaban.core.Round
import jp.kaban.core.RoundPlan
import jp.kaban.core.RoundVehicle
import jp.kaban.core.RoundVisit
import jp.kaban.core.RouteOutcome
import jp.kaban.core.Spot
import jp.kaban.core.Theme
import jp.kaban.core.TimeWindow
import jp.kaban.core.map
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

/** The map: its pack, ways, rounds, and closed roads. */
val MAP_STEPS: Map<String, Step> = mapOf(
    "open_pack" to { inputs ->
        val bag = device(inputs.text("by")).bag ?: error("this device has no bag yet")
        bag.map.openPack(packFile(inputs.text("in")).path).map {
            given("areas" to it.areas, "towns" to it.towns, "data_date" to it.dataDate)
        }
    },
    "close_pack" to inside { map.closePack().nothing() },
    "style" to { inputs ->
        val bag = device(inputs.text("by")).bag ?: error("this device has no bag yet")
        val theme = Theme.entries.first { snakeCase(it.name).replace('_', '-') == inputs.text("theme") }
        val style = bag.map.styleJson(theme, storage.path, MapFiles.InApp("map/glyphs"), MapFiles.InApp("map/sprites"))
        style.map {
            val read = Json.parseToJsonElement(it).jsonObject.getValue("metadata").jsonObject
            given("theme" to read["kaban:theme"], "offline" to ("http" !in it))
        }
    },
    "pins" to inside { inputs -> map.pinsGeojson(inputs.maybeBoolean("names") ?: false).map(::pins) },
    "snap" to inside { inputs ->
        map.snap(point(inputs.maybe("at")!!)).map { given("road" to it?.road, "metres" to it?.metres?.roundToLong()) }
    },
    "route" to inside { inputs ->
        val ignored = inputs.maybeBoolean("ignore_closures") ?: false
        map.route(Journey(inputs.spot("from"), inputs.spot("to"), ignoreClosures = ignored)).map(::way)
    },
    "matrix" to inside { inputs ->
        map.matrix(inputs.maybe("spots")!!.jsonArray.map(::spot)).map { table ->
            given(
                "distances_m" to table.distancesM.map { row -> row.map { it?.roundToLong() } },
                "precision" to table.precision.map { snakeCase(it.name) },
            )
        }
    },
    "nearest" to inside { inputs ->
        map.nearest(inputs.spot("from"), inputs.texts("kinds").orEmpty(), inputs.int("count")).map { places ->
            val view = places.map {
                given("kind" to it.kind, "name" to it.name, "distance_m" to it.distanceM.roundToLong())
            }
            given("places" to view)
        }
    },
    "round" to inside { inputs -> map.round(inputs.plan()).map(::round) },
    "insert_call" to inside { inputs ->
        val orders = inputs.maybe("orders")!!.jsonArray.map { order ->
            order.jsonArray.map { PatientId(it.jsonPrimitive.content) }
        }
        val call = inputs.whole("call") { visit() }!!
        map.insertCall(inputs.plan(), orders, call).map { given("choices" to it.map(::choice)) }
    },
    "visit_length" to inside { inputs ->
        map.visitLength(inputs.patient()).map { given("minutes" to it.minutes, "learnt" to it.learnt) }
    },
    "areas" to inside {
        map.areas().map { all ->
            val areas = all.areas.map { given("name" to it.name, "patients" to names(it.patients)) }
            given("areas" to areas, "unassigned" to names(all.unassigned))
        }
    },
    "neighbours" to inside { inputs ->
        val byRoad = inputs.maybeBoolean("by_road") ?: false
        map.neighbours(inputs.patient(), inputs.int("count"), byRoad).map { all ->
            val near = all.neighbours.map {
                given("name" to it.name, "precision" to snakeCase(it.precision.name), "distance_m" to it.distanceM)
            }
            given("neighbours" to near, "unplaced" to all.unplaced)
        }
    },
    "closures" to inside { inputs ->
        val at = inputs.maybeText("at")?.let { instant("at", it) }
        map.closures(at).map { given("closures" to it.closures.map(::closure)) }
    },
    "close_road" to inside { inputs ->
        val report = ClosureReport(
            shape = shape(inputs.maybe("shape")!!.jsonObject),
            reason = inputs.text("reason"),
            words = inputs.maybeText("words").orEmpty(),
            from = inputs.maybeText("from")?.let { instant("closure.from", it) },
            until = instant("closure.until", inputs.text("until")),
        )
        map.closeRoad(report).map { given("closure" to it.value) }
    },
    "lift_closure" to inside { inputs ->
        map.liftClosure(EntryId(inputs.text("closure")), inputs.maybeText("words").orEmpty()).nothing()
    },
)

private fun pins(geojson: String): JsonObject {
    val read = Json.parseToJsonElement(geojson).jsonObject
    val pins = read.getValue("features").jsonArray.map {
        val of = it.jsonObject.getValue("properties").jsonObject
        given(
            "severity" to of["severity"],
            "precision" to of["precision"],
            "area" to of["area"],
            "name" to of["name"],
        )
    }
    val sorted = pins.sortedWith(compareBy({ it["area"].toString() }, { it["name"].toString() }))
    return given("pins" to sorted, "without_place" to read.getValue("without_place").jsonArray.size)
}

private fun way(outcome: RouteOutcome): JsonObject = when (outcome) {
    is RouteOutcome.Found -> given(
        "found" to true,
        "distance_m" to outcome.way.distanceM.roundToLong(),
        "steps" to outcome.way.steps.size,
        "precision" to listOf(outcome.way.fromPrecision, outcome.way.toPrecision).map { snakeCase(it.name) },
        "kind" to null,
        "closures" to emptyList<String>(),
        "without_closures_m" to null,
    )
    is RouteOutcome.NoWay -> given(
        "found" to false,
        "distance_m" to null,
        "steps" to 0,
        "precision" to emptyList<String>(),
        "kind" to outcome.why.kind,
        "closures" to outcome.why.closures.map { it.value },
        "without_closures_m" to outcome.why.ignoringClosures?.distanceM?.roundToLong(),
    )
}

private fun round(round: Round): JsonObject = given(
    "trips" to round.trips.map { trip ->
        given("vehicle" to trip.vehicle, "patients" to trip.stops.map { it.patient.value })
    },
    "served" to round.served,
    "unserved" to round.unserved.map { given("patient" to it.patient.value, "why" to snakeCase(it.why.name)) },
    "quality" to snakeCase(round.quality.name),
    "unpinned" to round.unpinned.map { it.value },
)

private fun choice(choice: CallChoice): JsonObject = given(
    "vehicle" to choice.vehicle,
    "position" to choice.position,
    "feasible" to choice.feasible,
    "delayed" to choice.delays.size,
)

private fun closure(closure: Closure): JsonObject = given(
    "id" to closure.id.value,
    "state" to snakeCase(closure.state.name),
    "reason" to closure.reason.code,
    "words" to closure.words,
    "by" to closure.by,
    "lifted" to closure.lifted.size,
    "shape" to closure.shape?.let(::shapeAsJson),
)

private fun names(patients: List<AreaPatient>): List<String> = patients.map { it.name }

private fun Inputs.plan() = RoundPlan(
    start = spot("start"),
    vehicles = eachWhole("vehicles") { RoundVehicle(text("name"), window()!!) },
    visits = eachWhole("visits") { visit() },
    keepOrder = maybeBoolean("keep_order") ?: false,
)

private fun Inputs.visit() =
    RoundVisit(patient(), window = window(), minutes = maybe("minutes")?.jsonPrimitive?.int)

private fun Inputs.window(): TimeWindow? = maybe("window")?.jsonArray?.let { (from, until) ->
    TimeWindow(from.jsonPrimitive.int, until.jsonPrimitive.int)
}

private fun Inputs.spot(name: String): Spot = spot(maybe(name) ?: error("no $name"))

/** A patient by id, or longitude and latitude. */
private fun spot(of: JsonElement): Spot =
    if (of is JsonPrimitive) Spot.House(PatientId(of.content)) else Spot.Point(point(of))

private fun point(of: JsonElement): GeoPoint {
    val (lon, lat) = of.jsonArray
    return GeoPoint(lon.jsonPrimitive.double, lat.jsonPrimitive.double)
}

private fun shape(of: JsonObject): ClosureShape {
    val (kind, what) = of.entries.single()
    return when (kind) {
        "circle" -> ClosureShape.Circle(
            point(what.jsonObject.getValue("centre")),
            what.jsonObject.getValue("radius_m").jsonPrimitive.int,
        )
        "line" -> ClosureShape.Line(what.jsonArray.map(::point))
        "roads" -> ClosureShape.Roads(
            what.jsonArray.map { ends -> ends.jsonArray.let { (from, to) -> RoadStretch(point(from), point(to)) } },
        )
        else -> error("no shape $kind")
    }
}

private fun shapeAsJson(shape: ClosureShape): JsonObject = when (shape) {
    is ClosureShape.Circle ->
        given("circle" to given("centre" to pointAsJson(shape.centre), "radius_m" to shape.radiusM))
    is ClosureShape.Line -> given("line" to shape.points.map(::pointAsJson))
    is ClosureShape.Roads -> given("roads" to shape.roads.map { listOf(pointAsJson(it.from), pointAsJson(it.to)) })
}

private fun pointAsJson(point: GeoPoint): List<Double> = listOf(point.lon, point.lat)

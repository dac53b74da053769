package jp.kaban.core.latency

import java.io.File
import java.time.OffsetDateTime
import jp.kaban.core.ClosureReport
import jp.kaban.core.ClosureShape
import jp.kaban.core.EntryId
import jp.kaban.core.FieldId
import jp.kaban.core.GeoPoint
import jp.kaban.core.MapFiles
import jp.kaban.core.PatientId
import jp.kaban.core.Theme
import jp.kaban.core.rust.RustBag
import jp.kaban.core.support.value
import kotlinx.coroutines.runBlocking

/** Every call on the map with a pack open: the houses of the district are its patients', the roads few. */
internal class MapCalls(
    private val watch: Stopwatch,
    private val own: RustBag,
    private val storage: File,
    private val first: PatientId,
) {
    private val closures = mutableListOf<EntryId>()

    fun run() {
        runBlocking { own.patients.setField(first, FieldId("pin"), """{"lon":140.505,"lat":35.7001}""").value() }
        val assets = MapFiles.InApp("map/glyphs")
        watch.time("DynamicMap.pack") { own.map.pack() }
        watch.time("DynamicMap.styleJson") { n ->
            own.map.styleJson(Theme.entries[n % Theme.entries.size], storage.path, assets, assets)
        }
        watch.time("DynamicMap.pinsGeojson") { own.map.pinsGeojson(names = true) }
        watch.time("DynamicMap.snap") { n -> own.map.snap(GeoPoint(140.5 + n % STEPS * STEP, 35.7002)) }
        watch.time("DynamicMap.areas") { own.map.areas() }
        watch.time("DynamicMap.service") { own.map.visitLength(first) }
        watch.time("DynamicMap.closeRoad") { n -> own.map.closeRoad(report(n)).also { closures += it.value() } }
        watch.time("DynamicMap.liftClosure") { n -> own.map.liftClosure(closures[n]) }
        watch.time("DynamicMap.closures") { own.map.closures() }
        watch.time("DynamicMap.closePack") { own.map.closePack() }
    }

    private fun report(n: Int) = ClosureReport(
        shape = ClosureShape.Circle(GeoPoint(140.5 + n % STEPS * STEP, 35.7), radiusM = 40),
        reason = "snow",
        until = OffsetDateTime.now().plusDays(2),
    )

    private companion object {
        const val STEPS = 20
        const val STEP = 0.001
    }
}

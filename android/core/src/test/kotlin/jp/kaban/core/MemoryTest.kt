package jp.kaban.core

import com.sun.jna.Function
import java.io.File
import jp.kaban.core.rust.RustBags
import jp.kaban.core.support.Stage
import jp.kaban.core.support.aPhone
import jp.kaban.core.support.inANewBag
import jp.kaban.core.support.pin
import jp.kaban.core.support.registerHaru
import jp.kaban.core.support.value
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** Whoever opens the bag a thousand times has no less memory afterwards. */
class MemoryTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `a thousand bags that were opened, watched and closed leave nothing behind`() {
        val bags = RustBags(aPhone())
        val pack = folder.newFile("district.kpack").also(Stage::pack)
        val haru = inANewBag(folder.root, bags) { bag -> bag.registerHaru().also { bag.lock().value() } }
        repeat(WARM_UP) { cycle(bags, haru, pack) }
        val samples = (0..CYCLES).mapNotNull { n ->
            if (n > 0) cycle(bags, haru, pack)
            if (n % STEP == 0) sample(n) else null
        }
        val native = slope(samples.map { it.cycle to it.resident })
        val heap = slope(samples.map { it.cycle to it.heap })
        println("memory: %.0f bytes a cycle resident, %.0f on the heap, over %d cycles".format(native, heap, CYCLES))
        assertTrue("$native bytes a cycle", native < BYTES_A_CYCLE_MAX)
        assertTrue("$heap bytes a cycle on the heap", heap < BYTES_A_CYCLE_MAX)
    }

    private fun cycle(bags: RustBags, haru: PatientId, pack: File) = runBlocking {
        bags.open(folder.root.path, pin()).value().use { bag ->
            bag.patients.watchList().first().value()
            bag.patients.search("たなか").value()
            bag.patients.page(haru).value()
            bag.lid().value()
            bag.map.openPack(pack.path).value()
            bag.map.route(Journey(WEST, EAST)).value()
            bag.map.closePack().value()
            bag.lock().value()
        }
    }

    private class Sample(val cycle: Int, val resident: Long, val heap: Long)

    /**
     * After a collection, and with what is free given back to the system. The heap of the JVM has its
     * full size from the start, and there is one native heap for all threads (see pom.xml).
     */
    private fun sample(cycle: Int): Sample {
        System.gc()
        Function.getFunction("c", "malloc_trim").invokeInt(arrayOf(0L))
        val pages = File("/proc/self/statm").readText().split(' ')[1].toLong()
        val runtime = Runtime.getRuntime()
        return Sample(cycle, pages * PAGE_BYTES, runtime.totalMemory() - runtime.freeMemory())
    }

    /** Of the line that fits best. */
    private fun slope(points: List<Pair<Int, Long>>): Double {
        val x = points.map { it.first }.average()
        val y = points.map { it.second }.average()
        return points.sumOf { (it.first - x) * (it.second - y) } / points.sumOf { (it.first - x) * (it.first - x) }
    }

    private companion object {
        val WEST = Spot.Point(GeoPoint(140.5, 35.7))
        val EAST = Spot.Point(GeoPoint(140.515, 35.7))
        const val WARM_UP = 200
        const val CYCLES = 1_000
        const val STEP = 20
        const val PAGE_BYTES = 4_096

        /** A bag that stays open costs half a megabyte (measured 2026-11-24: 40 of them, 19 MB in use). */
        const val BYTES_A_CYCLE_MAX = 16_384
    }
}

package jp.kaban.core.latency

import java.io.File
import jp.kaban.core.PatientId
import jp.kaban.core.Position
import jp.kaban.core.rust.Boundary
import jp.kaban.core.rust.LocationAdapter
import jp.kaban.core.rust.RustBag
import jp.kaban.core.support.Stage
import jp.kaban.core.support.value
import jp.kaban.ffi.AssociationInterface
import jp.kaban.ffi.Bag
import jp.kaban.ffi.BagInterface
import jp.kaban.ffi.DutyInterface
import jp.kaban.ffi.DynamicMapInterface
import jp.kaban.ffi.HandoverInterface
import jp.kaban.ffi.NotebookInterface
import jp.kaban.ffi.PatientsInterface
import jp.kaban.ffi.PhoneServices
import jp.kaban.ffi.SubscriptionInterface
import jp.kaban.ffi.SyncHandleInterface
import jp.kaban.ffi.UnlockCost
import jp.kaban.ffi.VisitsInterface
import jp.kaban.ffi.softwareKeyVault
import kotlin.reflect.full.declaredMemberFunctions
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/**
 * How long each call that answers at once takes, seen from Kotlin, with the bag of a large district.
 * No time is asserted, because machines differ and are shared; what is asserted is that no call is left out.
 */
class LatencyTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `every call that answers at once is in the table`() {
        val place = folder.root.resolve("district")
        val first = PatientId(Stage.district(place, PATIENTS, NOTES))
        val watch = Stopwatch(CALLS, WARM_UP, SECONDS)
        val services = PhoneServices(
            keyVault = softwareKeyVault(place.resolve("keystore").path),
            clock = null,
            connectivity = null,
            location = LocationAdapter { Position(140.56, 35.7, 8.0) },
            unlockCost = UnlockCost.LOWEST,
        )
        val bag = runBlocking { Bag.open(place.path, PASSPHRASE.toByteArray(), null, services) }
        RustBag(bag, Boundary(Dispatchers.Unconfined)).use { own ->
            val pack = folder.root.resolve("district.kpack").also(Stage::pack)
            runBlocking { own.map.openPack(pack.path).value() }
            DistrictCalls(watch, bag, own, place, first).run()
            MapCalls(watch, own, folder.root, first).run()
        }
        report(watch.timings)
        assertEquals(synchronousCalls(), watch.timings.map { it.call }.toSet())
    }

    private fun report(timings: List<Timing>) {
        val rows = timings.sortedByDescending { it.within(0.99) }.map {
            val figures = listOf(0.5, 0.99, 1.0).joinToString(" ") { share -> "%9.3f".format(it.within(share)) }
            "%-30s %5d %s  %s".format(it.call, it.count, figures, it.answer)
        }
        val head = "latency from Kotlin, $PATIENTS patients of $NOTES notes, milliseconds\n" +
            "%-30s %5s %9s %9s %9s".format("call", "n", "p50", "p99", "max")
        val table = (listOf(head) + rows).joinToString("\n", postfix = "\n")
        println(table)
        File(System.getProperty("kaban.output"), "latency.txt").writeText(table)
    }

    /** `Object.method` of the facade, without what is waited for. */
    private fun synchronousCalls(): Set<String> {
        val objects = listOf(
            BagInterface::class,
            PatientsInterface::class,
            VisitsInterface::class,
            NotebookInterface::class,
            DutyInterface::class,
            DynamicMapInterface::class,
            HandoverInterface::class,
            AssociationInterface::class,
            SyncHandleInterface::class,
            SubscriptionInterface::class,
        )
        val methods = objects.flatMap { of ->
            val name = of.simpleName!!.removeSuffix("Interface")
            of.declaredMemberFunctions.filterNot { it.isSuspend }.map { "$name.${it.name}" }
        }
        return methods.toSet() + setOf("hasBag", "softwareKeyVault")
    }

    private companion object {
        const val PATIENTS = 2_000
        const val NOTES = 3
        const val CALLS = 250
        const val WARM_UP = 50

        /** For one call, so that slow ones do not take the whole run. */
        const val SECONDS = 20
        const val PASSPHRASE = "a passphrase for tests"
    }
}

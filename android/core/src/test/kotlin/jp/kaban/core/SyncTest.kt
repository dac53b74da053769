package jp.kaban.core

import java.util.concurrent.TimeUnit
import jp.kaban.core.rust.RustBags
import jp.kaban.core.support.SATO
import jp.kaban.core.support.START
import jp.kaban.core.support.Stage
import jp.kaban.core.support.StallingProxy
import jp.kaban.core.support.aPhone
import jp.kaban.core.support.pin
import jp.kaban.core.support.value
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** Meeting a real relay, and breaking it off. */
class SyncTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `a synchronisation cancelled on a link that stands still leaves a sound store, and the next one finishes`() =
        between { relay, _, ito, patients ->
            StallingProxy(relay, STALL_BYTES).use { link ->
                coroutineScope {
                    val running = launch(Dispatchers.Default) { ito.sync(link.address) }
                    assertTrue(withContext(Dispatchers.IO) { link.stalled.await(LIMIT_SECONDS, TimeUnit.SECONDS) })
                    running.cancelAndJoin()
                }
            }
            assertWhole(relay, ito, patients)
        }

    @Test
    fun `a synchronisation cancelled at its first progress leaves a sound store, and the next one finishes`() =
        between { relay, _, ito, patients ->
            // The flow is cancelled with its collector, here after one event.
            assertTrue(ito.syncing(relay).first() is SyncStep.Progress)
            assertWhole(relay, ito, patients)
        }

    @Test
    fun `what was written meanwhile is not lost by cancelling`() = between { relay, sato, ito, patients ->
        ito.sync(relay).value()
        val note = StallingProxy(relay, 0).use { link ->
            coroutineScope {
                val running = launch(Dispatchers.Default) { ito.sync(link.address) }
                assertTrue(withContext(Dispatchers.IO) { link.stalled.await(LIMIT_SECONDS, TimeUnit.SECONDS) })
                val note = ito.notebook.write("電波なし").value()
                running.cancelAndJoin()
                note
            }
        }
        assertWhole(relay, ito, patients)
        sato.sync(relay).value()
        assertEquals(listOf(note), sato.notebook.list().value().map { it.id })
    }

    @Test
    fun `the flow tells how it ended, and who throws stops nothing`() = between { relay, _, ito, patients ->
        val steps = ito.syncing(relay).toList()
        assertTrue(steps.dropLast(1).all { it is SyncStep.Progress } && steps.size > 1)
        val ended = steps.last() as SyncStep.Ended
        assertTrue(ended.outcome.value().received > 0)
        assertEquals(0, ito.sync(relay) { error("a defect of the screen") }.value().received)
        assertWhole(relay, ito, patients)
    }

    @Test
    fun `an address where nobody answers is offline, and one that is none is invalid`() = between { _, sato, _, _ ->
        assertTrue(sato.sync("http://127.0.0.1:9").failureOrNull() is KabanFailure.Offline)
        assertTrue(sato.sync("relay").failureOrNull() is KabanFailure.Invalid)
    }

    @Test
    fun `reading goes on while a synchronisation waits for its link`() = between { relay, _, ito, _ ->
        StallingProxy(relay, 0).use { link ->
            coroutineScope {
                val running = async(Dispatchers.Default) { ito.sync(link.address) }
                assertTrue(withContext(Dispatchers.IO) { link.stalled.await(LIMIT_SECONDS, TimeUnit.SECONDS) })
                assertEquals("伊藤 正夫", ito.lid().value().me)
                running.cancelAndJoin()
            }
        }
    }

    private suspend fun assertWhole(relay: String, bag: BagService, patients: Set<PatientId>) {
        bag.sync(relay).value()
        assertTrue(bag.health().value().ok)
        assertEquals(patients, bag.patients.list().value().map { it.id }.toSet())
        val lid = bag.lid().value()
        assertEquals(0L, lid.unsent)
        assertEquals(emptyList<SetAside>(), lid.setAside)
    }

    /** A relay that has the patients of one doctor, and the bag of the deputy, who has not seen it yet. */
    private fun between(use: suspend (relay: String, sato: BagService, ito: BagService, Set<PatientId>) -> Unit) =
        runBlocking {
            val bags = List(2) { RustBags(aPhone()) }
            val places = listOf("sato", "ito").map { folder.root.resolve(it).path }
            bags[0].found(places[0], pin(), Founding("匝瑳医師会", SATO)).value().use { sato ->
                val ito = Person("伊藤 正夫", "イトウ マサオ", "doctor", "0479-00-0002")
                val request = bags[1].requestToJoin(places[1], pin(), ito).value()
                val joined = sato.association.admit(request.request, Proof.NotCompared).value()
                val patients = List(PATIENTS) { sato.register(it, joined.member) }.toSet()
                Stage.Relay(folder.root.resolve("relay"), START).use { relay ->
                    sato.sync(relay.address).value()
                    val opened = bags[1].join(places[1], pin(), joined.grant, Proof.NotCompared).value()
                    opened.use { use(relay.address, sato, it, patients) }
                }
            }
        }

    private suspend fun BagService.register(number: Int, deputy: MemberId): PatientId {
        val values = listOf("name" to "患者 $number", "kana" to "カンジャ", "special_note" to NOTE)
        val request = Registration(
            deputy = deputy,
            consentPaperDate = "2026-10-01",
            values = values.map { (field, value) -> TypedValue(FieldId(field), value) },
        )
        return patients.register(request).value()
    }

    private companion object {
        const val PATIENTS = 40
        const val NOTE = "玄関の鍵は開いている。犬がいる。夜は家族が階下で寝ている。"

        /** Enough for the greeting, far from enough for the patients. */
        const val STALL_BYTES = 20_000L
        const val LIMIT_SECONDS = 60L
    }
}

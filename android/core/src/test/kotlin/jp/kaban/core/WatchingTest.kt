package jp.kaban.core

import jp.kaban.core.support.inANewBag
import jp.kaban.core.support.registerHaru
import jp.kaban.core.support.value
import kotlinx.coroutines.channels.ReceiveChannel
import kotlinx.coroutines.channels.consume
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.produceIn
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.withTimeout
import org.junit.Assert.assertEquals
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** The flows above the listeners. */
class WatchingTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `a flow begins with the value now and goes on with every change`() = inANewBag(folder.root) { bag ->
        watching(bag.patients.watchList()) { rows ->
            assertEquals(emptyList<PatientRow>(), rows.receive().value())
            val haru = bag.registerHaru()
            assertEquals(listOf(haru), rows.receive().value().map { it.id })
        }
    }

    @Test
    fun `every kind of flow tells what is`() = inANewBag(folder.root) { bag ->
        val haru = bag.registerHaru()
        assertEquals("田中 ハル", bag.patients.watchPage(haru).first().value().name)
        assertEquals("佐藤 恵", bag.watchLid().first().value().me)
        assertEquals(emptyList<Note>(), bag.notebook.watch().first().value())
        assertEquals(listOf(haru), bag.patients.watchList().first().value().map { it.id })
    }

    @Test
    fun `a failure is an event, and the bag being locked is the last one`() = inANewBag(folder.root) { bag ->
        val nobody = PatientId("0".repeat(32))
        watching(bag.patients.watchPage(nobody)) { pages ->
            assertTrue(pages.receive().failureOrNull() is KabanFailure.NotFound)
            bag.lock().value()
            assertEquals(KabanFailure.Locked, pages.receive().failureOrNull())
            assertTrue(pages.receiveCatching().isClosed)
        }
        assertEquals(listOf(KabanFailure.Locked), bag.watchLid().toList().map { it.failureOrNull() })
    }

    @Test
    fun `a collector that throws ends its own flow and no other`() = inANewBag(folder.root) { bag ->
        val defect = IllegalStateException("a defect of the screen")
        watching(bag.notebook.watch()) { notes ->
            notes.receive().value()
            val thrown = runCatching { bag.notebook.watch().collect { throw defect } }.exceptionOrNull()
            // Coroutines may copy an exception on its way, with the original as its cause.
            assertSame(defect, generateSequence(thrown) { it.cause }.last())
            bag.notebook.write("雪").value()
            assertEquals(listOf("雪"), notes.receive().value().map { it.text })
        }
    }

    private suspend fun <T> watching(flow: Flow<T>, use: suspend (ReceiveChannel<T>) -> Unit) = coroutineScope {
        val channel = flow.produceIn(this)
        channel.consume { withTimeout(LIMIT_MS) { use(channel) } }
    }

    private companion object {
        const val LIMIT_MS = 60_000L
    }
}

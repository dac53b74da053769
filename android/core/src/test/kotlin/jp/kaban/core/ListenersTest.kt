package jp.kaban.core

import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import jp.kaban.core.rust.toRust
import jp.kaban.core.support.SATO
import jp.kaban.core.support.aPhone
import jp.kaban.core.support.pin
import jp.kaban.ffi.Bag
import jp.kaban.ffi.KabanException
import jp.kaban.ffi.NoteView
import jp.kaban.ffi.NotebookListener
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** What the generated listeners promise, below the flows. */
class ListenersTest {
    @get:Rule
    val folder = TemporaryFolder()

    private lateinit var bag: Bag

    @Before
    fun foundABag() = runBlocking {
        bag = Bag.found(folder.root.path, pin(), Founding("匝瑳医師会", SATO).toRust(), aPhone().toRust())
    }

    @Test
    fun `the current value comes first, then every change, from a thread that is not the caller's`() {
        bag.notebook().write("一", null, false)
        val heard = Hearing()
        bag.notebook().watch(heard).use {
            assertEquals(listOf("一"), heard.next())
            bag.notebook().write("二", null, false)
            assertEquals(setOf("一", "二"), heard.next().toSet())
            assertNotEquals(Thread.currentThread(), heard.thread)
        }
    }

    @Test
    fun `a listener that throws harms nobody, and is called again with the next change`() {
        val thrower = Hearing { error("a defect of the screen") }
        val other = Hearing()
        bag.notebook().watch(thrower).use {
            bag.notebook().watch(other).use {
                assertEquals(emptyList<String>(), thrower.next())
                assertEquals(emptyList<String>(), other.next())
                bag.notebook().write("雪", null, false)
                assertEquals(listOf("雪"), thrower.next())
                assertEquals(listOf("雪"), other.next())
                assertEquals(1, bag.notebook().list().size)
            }
        }
    }

    @Test
    fun `nothing comes after the subscription has ended`() {
        val ended = Hearing()
        val going = Hearing()
        bag.notebook().watch(going).use {
            val subscription = bag.notebook().watch(ended)
            ended.next()
            going.next()
            subscription.end()
            subscription.end()
            bag.notebook().write("雪", null, false)
            assertEquals(listOf("雪"), going.next())
            subscription.close()
            bag.notebook().write("雨", null, false)
            assertEquals(2, going.next().size)
            assertEquals(1, ended.calls.get())
        }
    }

    @Test
    fun `locking is told, and is the last that is told`() = runBlocking {
        val heard = Hearing()
        bag.notebook().watch(heard).use {
            heard.next()
            bag.lock()
            assertTrue(heard.failures.poll(LIMIT_SECONDS, TimeUnit.SECONDS) is KabanException.Locked)
            bag.lock()
            assertEquals(1, heard.calls.get())
            assertTrue(heard.failures.isEmpty())
        }
    }

    /** Remembers what it was told, then does what a listener may do. */
    private class Hearing(private val then: () -> Unit = {}) : NotebookListener {
        val calls = AtomicInteger()
        val failures = LinkedBlockingQueue<KabanException>()
        private val told = LinkedBlockingQueue<List<String>>()

        @Volatile
        var thread: Thread? = null

        override fun onUpdate(notes: List<NoteView>) {
            thread = Thread.currentThread()
            calls.incrementAndGet()
            told += listOf(notes.map { it.text })
            then()
        }

        override fun onFailure(failure: KabanException) {
            failures += failure
        }

        fun next(): List<String> {
            val next = told.poll(LIMIT_SECONDS, TimeUnit.SECONDS)
            assertNotNull("nothing was told", next)
            return next!!
        }
    }

    private companion object {
        const val LIMIT_SECONDS = 60L
    }
}

package jp.kaban.core

import jp.kaban.core.support.SATO
import jp.kaban.core.support.pin
import jp.kaban.core.support.registerHaru
import jp.kaban.core.support.value
import jp.kaban.core.testing.FakeBag
import jp.kaban.core.testing.FakeBags
import kotlinx.coroutines.flow.produceIn
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** The fakes behave as the bag does, where a screen could tell. */
class FakesTest {
    @Test
    fun `a fake bag opens with its PIN and wipes what it was given`() = runBlocking {
        val bags = FakeBags()
        val given = pin()
        assertTrue(bags.open("", given) is Outcome.Done)
        assertTrue(given.all { it == 0.toByte() })
        assertEquals(KabanFailure.WrongPassphrase, bags.open("", pin("00000000")).failureOrNull())
        bags.there = false
        assertTrue(bags.open("", pin()).failureOrNull() is KabanFailure.NotFound)
        assertTrue(bags.found("", pin(), Founding("匝瑳医師会", SATO)) is Outcome.Done)
    }

    @Test
    fun `a flow of a fake begins with what is, goes on, and ends when the bag is locked`() = runBlocking {
        val bag = FakeBag()
        val notes = bag.notebook.watch().produceIn(this)
        assertEquals(emptyList<Note>(), notes.receive().value())
        bag.notebook.write("雪").value()
        assertEquals(listOf("雪"), notes.receive().value().map { it.text })
        bag.lock().value()
        assertEquals(KabanFailure.Locked, notes.receive().failureOrNull())
        assertTrue(notes.receiveCatching().isClosed)
        assertEquals(1, bag.watchLid().toList().size)
        assertEquals(KabanFailure.Locked, bag.lid().failureOrNull())
    }

    @Test
    fun `what is registered is listed, found and opened, and a draft is signed once`() = runBlocking {
        val bag = FakeBag()
        val haru = bag.registerHaru()
        assertEquals(listOf(haru), bag.patients.list().value().map { it.id })
        assertEquals(listOf(haru), bag.patients.search("ハル").value().hits.map { it.id })
        assertEquals("田中 ハル", bag.patients.page(haru).value().name)
        bag.visits.saveDraft(haru, VisitForm(plan = "P")).value()
        bag.visits.sign(haru).value()
        assertTrue(bag.visits.sign(haru).failureOrNull() is KabanFailure.NotFound)
        assertEquals("P", bag.visits.list(haru).value().single().form.plan)
    }
}

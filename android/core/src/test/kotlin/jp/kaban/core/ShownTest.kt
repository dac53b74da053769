package jp.kaban.core

import jp.kaban.core.support.Filling
import jp.kaban.core.support.compiledClasses
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test

class ShownTest {
    private val records = compiledClasses("jp.kaban.core", Shown::class).filter { it.isData }

    @Test
    fun `no record prints what it holds`() {
        assertTrue(records.isNotEmpty())
        for (record in records) {
            val printed = Filling().record(record).toString()
            assertEquals(record.simpleName, printed)
        }
    }

    @Test
    fun `an outcome, a list and a file print nothing of what is in them`() {
        val row = Filling().record(PatientRow::class)
        assertEquals("Done(value=[PatientRow])", Outcome.Done(listOf(row)).toString())
        assertFalse(FileBytes(Filling.CANARY.toByteArray()).toString().contains(Filling.CANARY))
    }
}

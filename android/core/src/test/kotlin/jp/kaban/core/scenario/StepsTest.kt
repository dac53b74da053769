package jp.kaban.core.scenario

import org.junit.Assert.assertEquals
import org.junit.Test

class StepsTest {
    @Test
    fun `the steps known here are those of the contract`() {
        assertEquals(Contract.read().names, STEPS.keys)
    }
}

package jp.kaban.core

import java.time.OffsetDateTime
import jp.kaban.core.rust.KeyVaultAdapter
import jp.kaban.core.rust.RustBags
import jp.kaban.core.support.SATO
import jp.kaban.core.support.inANewBag
import jp.kaban.core.support.pin
import jp.kaban.core.support.registerHaru
import jp.kaban.core.support.value
import jp.kaban.core.testing.HeldClock
import jp.kaban.core.testing.MemoryKeyVault
import jp.kaban.ffi.KeyVaultFailure as RustFailure
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** What only the phone has, and what becomes of its failures. */
class PhoneTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `the clock's time and offset are those of what is written`() {
        val at = OffsetDateTime.parse("2026-11-24T01:40:01+09:30")
        val bags = bags(clock = HeldClock(at))
        inANewBag(folder.root, bags) { bag ->
            bag.notebook.write("今夜は雪").value()
            assertEquals(at, bag.notebook.list().value().single().at)
        }
    }

    @Test
    fun `a clock that fails is passed over for the system's`() {
        inANewBag(folder.root, bags(clock = { error("no clock") })) { bag ->
            assertEquals("佐藤 恵", bag.whoAmI().value().name)
        }
    }

    @Test
    fun `the lid says what the phone believes of its connection, and that it cannot tell`() {
        var believed: () -> Connection = { Connection.METERED }
        inANewBag(folder.root, bags(connectivity = { believed() })) { bag ->
            for (connection in Connection.entries) {
                believed = { connection }
                assertEquals(connection, bag.lid().value().connection)
            }
            believed = { error("no permission") }
            assertEquals(Connection.UNKNOWN, bag.lid().value().connection)
        }
    }

    @Test
    fun `the house is pinned where the phone is, if it knows that to 50 metres`() {
        var here: () -> Position? = { null }
        inANewBag(folder.root, bags(location = { here() })) { bag ->
            val haru = bag.registerHaru()
            val wrong = listOf<() -> Position?>(
                { null },
                { Position(140.56, 35.7, 51.0) },
                { Position(140.56, 35.7, Double.NaN) },
                { error("no permission") },
            )
            for (unknown in wrong) {
                here = unknown
                assertEquals("location", (bag.patients.setPinHere(haru).failureOrNull() as KabanFailure.Invalid).field)
            }
            here = { Position(140.56, 35.7, 8.0) }
            assertEquals(FieldId("pin"), bag.patients.setPinHere(haru).value())
        }
    }

    @Test
    fun `what a keystore throws reaches the core as a typed failure, and no text of it does`() {
        val told = mapOf(
            KeyVaultFailure.NoSuchKey() to RustFailure.NoSuchKey::class,
            KeyVaultFailure.Exists() to RustFailure.Exists::class,
            KeyVaultFailure.Refused() to RustFailure.Refused::class,
            KeyVaultFailure.PhoneLocked() to RustFailure.PhoneLocked::class,
            KeyVaultFailure.Failed("no chip") to RustFailure.Failed::class,
            IllegalStateException("secret") to RustFailure.Failed::class,
            StackOverflowError("secret") to RustFailure.Failed::class,
        )
        for ((thrown, expected) in told) {
            val failure = assertThrows(RustFailure::class.java) { KeyVaultAdapter(failing(thrown)).create("a") }
            assertEquals(expected, failure::class)
            assertFalse("$failure", "secret" in "$failure")
        }
    }

    @Test
    fun `a reason with half a character is told in whole ones`() {
        val failing = KeyVaultAdapter(failing(KeyVaultFailure.Failed("no chip \uD842")))
        val failure = assertThrows(RustFailure.Failed::class.java) { failing.create("a") }
        assertEquals("no chip ?", failure.reason)
    }

    @Test
    fun `a bag on a keystore that fails is not founded, and one that was is not opened`() = runBlocking {
        for (thrown in listOf(KeyVaultFailure.PhoneLocked(), StackOverflowError("secret"))) {
            val place = folder.newFolder().path
            val failure = RustBags(phone(failing(thrown))).found(place, pin(), founding).failureOrNull()
            assertFalse("$failure", failure == null || "secret" in "$failure")
            val vault = MemoryKeyVault()
            val founded = folder.newFolder().path
            RustBags(phone(vault)).found(founded, pin(), founding).value().use { it.lock().value() }
            val opened = RustBags(phone(failing(thrown, vault))).open(founded, pin())
            assertFalse("$opened", opened is Outcome.Done || "secret" in "$opened")
            RustBags(phone(vault)).open(founded, pin()).value().close()
        }
    }

    @Test
    fun `a keystore without a chip, or that cannot say, asks for a passphrase`() = runBlocking {
        val silent = object : KeyVault by MemoryKeyVault() {
            override fun isHardware(): Boolean = error("no answer")
        }
        for (vault in listOf(MemoryKeyVault(hardware = false), silent)) {
            val place = folder.newFolder().path
            assertTrue(RustBags(phone(vault)).found(place, pin(), founding).failureOrNull() is KabanFailure.Invalid)
            RustBags(phone(vault)).found(place, pin("a passphrase for tests"), founding).value().close()
        }
    }

    @Test
    fun `the keystore for tests opens what it wrapped for the same key and place only`() {
        val vault = MemoryKeyVault()
        vault.create("a")
        vault.create("b")
        val place = "slot".toByteArray()
        val wrapped = vault.wrap("a", byteArrayOf(1, 2), place)
        assertEquals(listOf<Byte>(1, 2), vault.unwrap("a", wrapped, place).toList())
        val changed = wrapped.copyOf().also { it[it.size - 1] = (it.last() + 1).toByte() }
        for ((alias, bytes, where) in listOf(
            Triple("b", wrapped, place),
            Triple("a", wrapped, "other".toByteArray()),
            Triple("a", changed, place),
            Triple("a", byteArrayOf(1), place),
        )) {
            assertThrows(KeyVaultFailure.Refused::class.java) { vault.unwrap(alias, bytes, where) }
        }
        assertThrows(KeyVaultFailure.Exists::class.java) { vault.create("a") }
        vault.delete("a")
        assertThrows(KeyVaultFailure.NoSuchKey::class.java) { vault.unwrap("a", wrapped, place) }
    }

    private val founding = Founding("匝瑳医師会", SATO)

    private fun failing(thrown: Throwable, vault: KeyVault = MemoryKeyVault()) = object : KeyVault by vault {
        override fun create(alias: String) = throw thrown

        override fun unwrap(alias: String, wrapped: ByteArray, place: ByteArray) = throw thrown
    }

    private fun phone(vault: KeyVault) = Phone(keyVault = vault, unlockCost = UnlockCost.LOWEST)

    private fun bags(
        clock: PhoneClock? = null,
        connectivity: Connectivity? = null,
        location: Location? = null,
    ) = RustBags(Phone(MemoryKeyVault(), clock, connectivity, location, UnlockCost.LOWEST))
}

package jp.kaban.core.support

import java.io.File
import java.time.OffsetDateTime
import jp.kaban.core.BagService
import jp.kaban.core.Founding
import jp.kaban.core.Outcome
import jp.kaban.core.PatientId
import jp.kaban.core.Person
import jp.kaban.core.Phone
import jp.kaban.core.Registration
import jp.kaban.core.FieldId
import jp.kaban.core.TypedValue
import jp.kaban.core.UnlockCost
import jp.kaban.core.rust.RustBags
import jp.kaban.core.testing.HeldClock
import jp.kaban.core.testing.MemoryKeyVault
import kotlinx.coroutines.runBlocking

/** A PIN that will do. */
const val PIN = "27182846"

/** A doctor who does not exist. */
val SATO = Person("佐藤 恵", "サトウ メグミ", "doctor", "0479-00-0001")

/** Where every clock of the tests stands. */
val START: OffsetDateTime = OffsetDateTime.parse("2026-11-24T10:00:00+09:00")

/** A phone with a chip of its own, on which guessing is cheap. */
fun aPhone() = Phone(keyVault = MemoryKeyVault(), clock = HeldClock(START), unlockCost = UnlockCost.LOWEST)

/** Bytes to be wiped by whoever takes them. */
fun pin(text: String = PIN): ByteArray = text.toByteArray()

/** The value, or a failed test. */
fun <T> Outcome<T>.value(): T = when (this) {
    is Outcome.Done -> value
    is Outcome.Failed -> throw AssertionError("$failure")
}

/** Founds an association in a folder and gives its bag for the length of `use`. */
fun <T> inANewBag(folder: File, bags: RustBags = RustBags(aPhone()), use: suspend (BagService) -> T): T =
    runBlocking {
        bags.found(folder.path, pin(), Founding("匝瑳医師会", SATO)).value().use { use(it) }
    }

/** Registers a patient who does not exist. */
suspend fun BagService.registerHaru(): PatientId {
    val values = listOf("name" to "田中 ハル", "kana" to "タナカ ハル", "severity" to "watch")
    val request = Registration(
        consentPaperDate = "2026-10-01",
        values = values.map { (field, value) -> TypedValue(FieldId(field), value) },
    )
    return patients.register(request).value()
}

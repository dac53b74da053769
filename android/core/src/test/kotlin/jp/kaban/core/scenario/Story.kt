package jp.kaban.core.scenario

import java.io.File
import java.time.OffsetDateTime
import jp.kaban.core.BagService
import jp.kaban.core.FileBytes
import jp.kaban.core.KabanFailure
import jp.kaban.core.Outcome
import jp.kaban.core.Phone
import jp.kaban.core.Times
import jp.kaban.core.UnlockCost
import jp.kaban.core.rust.RustBags
import jp.kaban.core.support.Stage
import jp.kaban.core.testing.HeldClock
import jp.kaban.core.testing.MemoryKeyVault
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

/** What a story happens in: devices, a clock, files that are carried, a relay, and what was captured. */
class Story(private val folder: File, start: String, private val contract: Contract) : AutoCloseable {
    private val clock = HeldClock(OffsetDateTime.parse(start))

    /** Files between devices, by their name in the story. */
    val files = mutableMapOf<String, FileBytes>()

    /** Where the relay listens, or no longer does; null if none was ever started. */
    var relayAddress: String? = null
        private set

    /** Where the packs of the story lie. */
    val storage: File get() = folder.absoluteFile

    private val devices = mutableMapOf<String, StoryDevice>()
    private val captured = mutableMapOf<String, JsonElement>()
    private var relay: Stage.Relay? = null

    /** A device by its name in the story. */
    fun device(name: String): StoryDevice = devices.getOrPut(name) { StoryDevice(File(folder, name), clock) }

    /** A pack by its name in the story. */
    fun packFile(name: String) = File(storage, name)

    /** Sets the clock of every device and of the relay. */
    fun setClock(at: OffsetDateTime) {
        clock.at = at
        relay?.setClock(at)
    }

    /** Starts a relay on the folder that the one before had. */
    fun startRelay() {
        relay = Stage.Relay(File(folder, "relay"), clock.at).also { relayAddress = it.address }
    }

    /** Ends it; its address no longer answers. */
    fun endRelay() {
        relay?.close()
        relay = null
    }

    /** Takes one step; what is wrong with it fails the test. */
    suspend fun take(step: JsonObject) {
        val filled = fill(step, captured).jsonObject
        val inputs = Inputs(JsonObject(filled - TOLD))
        val name = filled.getValue("do").jsonPrimitive.content
        val done = try {
            (STEPS[name] ?: throw AssertionError("no such step: $name"))(this, inputs)
        } catch (refused: Refused) {
            Outcome.Failed(refused.failure)
        }
        if (inputs.unread.isNotEmpty()) throw AssertionError("no input ${inputs.unread} in $name")
        val fails = filled["fails"]
        when (done) {
            is Outcome.Failed -> checkFailure(done.failure, fails ?: throw AssertionError("failed: ${done.failure}"))
            is Outcome.Done if fails != null -> throw AssertionError("$fails was expected, it gave ${done.value}")
            is Outcome.Done -> check(name, filled, done.value)
        }
    }

    override fun close() {
        devices.values.forEach { it.bag?.close() }
        endRelay()
    }

    private fun check(name: String, step: JsonObject, given: JsonObject) {
        val promised = contract.gives(name)
        if (given.keys != promised) throw AssertionError("$name gives $promised, here it gave ${given.keys}")
        step["expect"]?.let { expected ->
            difference(expected, given, "it")?.let { throw AssertionError("$it\nit gave $given") }
        }
        step["capture"]?.jsonObject?.forEach { (name, path) ->
            captured[name] = given.at(path.jsonPrimitive.content) ?: throw AssertionError("no $path in $given")
        }
    }

    private fun checkFailure(failure: KabanFailure, fails: JsonElement) {
        val named = if (fails is JsonPrimitive) fails else fails.jsonObject.getValue("error").jsonPrimitive
        if (nameOf(failure) != named.content) throw AssertionError("$fails was expected, there is $failure")
        val field = (fails as? JsonObject)?.get("field")?.jsonPrimitive?.content ?: return
        if ((failure as? KabanFailure.Invalid)?.field != field) {
            throw AssertionError("$fails was expected, there is $failure")
        }
    }

    private companion object {
        val TOLD = setOf("do", "expect", "fails", "capture")
    }
}

/** One device of a story: its folder, its chip, and its bag once it has one. */
class StoryDevice(val folder: File, clock: HeldClock) {
    /** Opening it. */
    val bags = RustBags(Phone(keyVault = MemoryKeyVault(), clock = clock, unlockCost = UnlockCost.LOWEST))

    /** The bag that was opened last, which may be locked. */
    var bag: BagService? = null
        set(opened) {
            field?.close()
            field = opened
        }
}

/** A text that was typed and that no typed call takes. */
class Refused(val failure: KabanFailure) : Exception()

/** An instant as typed. */
fun instant(input: String, text: String): OffsetDateTime = when (val read = Times.read(input, text)) {
    is Outcome.Done -> read.value
    is Outcome.Failed -> throw Refused(read.failure)
}

/** The failure's name in the stories. */
fun nameOf(failure: KabanFailure): String = snakeCase(failure.javaClass.simpleName)

/** `SoftLocked` and `SOFT_LOCKED` as `soft_locked`. */
fun snakeCase(name: String): String =
    name.replace(Regex("(?<=[a-z])(?=[A-Z])"), "_").lowercase()

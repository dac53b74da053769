package jp.kaban.core.scenario

import java.io.File
import jp.kaban.core.BagService
import jp.kaban.core.Bags
import jp.kaban.core.Founding
import jp.kaban.core.Outcome
import jp.kaban.core.map
import kotlinx.serialization.json.JsonObject

/** Making, opening and locking a bag. */
val OPENING_STEPS: Map<String, Step> = mapOf(
    "found" to { inputs ->
        opening(inputs) { found(it.path, inputs.pin(), Founding(inputs.text("association"), inputs.person())) }
    },
    "request_to_join" to { inputs ->
        val device = device(inputs.text("by"))
        val out = inputs.text("out")
        device.bags.requestToJoin(device.folder.path, inputs.pin(), inputs.person()).map {
            files[out] = it.request
            given("fingerprint" to it.fingerprint)
        }
    },
    "join" to { inputs ->
        opening(inputs) { join(it.path, inputs.pin(), files.getValue(inputs.text("in")), inputs.proof()) }
    },
    "open" to { inputs ->
        opening(inputs) { open(it.path, inputs.pin()) }
    },
    "open_again" to { inputs ->
        // Beside the one that is open, which stays.
        val device = device(inputs.text("by"))
        device.bags.open(device.folder.path, inputs.pin()).also { if (it is Outcome.Done) it.value.close() }.nothing()
    },
    "lock" to inside { lock().nothing() },
)

private suspend fun Story.opening(
    inputs: Inputs,
    open: suspend Bags.(File) -> Outcome<BagService>,
): Outcome<JsonObject> {
    val device = device(inputs.text("by"))
    return device.bags.open(device.folder).map {
        device.bag = it
        JsonObject(emptyMap())
    }
}

internal fun Inputs.pin(): ByteArray = text("pin").toByteArray()

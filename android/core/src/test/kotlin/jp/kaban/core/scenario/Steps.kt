package jp.kaban.core.scenario

import jp.kaban.core.BagService
import jp.kaban.core.Outcome
import jp.kaban.core.map
import kotlinx.serialization.json.JsonObject

/** One kind of step: reads its inputs, makes one call, gives what came of it. */
typealias Step = suspend Story.(Inputs) -> Outcome<JsonObject>

/** All of them, by name. */
val STEPS: Map<String, Step> =
    STAGE_STEPS + OPENING_STEPS + PAIRING_STEPS + LID_STEPS + PATIENT_STEPS + VISIT_STEPS + DUTY_STEPS +
        MAP_STEPS

/** A step within an open bag. */
fun inside(work: suspend BagService.(Inputs) -> Outcome<JsonObject>): Step = { inputs ->
    val bag = device(inputs.text("by")).bag ?: error("this device has no bag yet")
    bag.work(inputs)
}

/** Gives nothing but that it was done. */
fun Outcome<Any?>.nothing(): Outcome<JsonObject> = map { JsonObject(emptyMap()) }

/** Done, with nothing to give. */
fun done(): Outcome<JsonObject> = Outcome.Done(JsonObject(emptyMap()))

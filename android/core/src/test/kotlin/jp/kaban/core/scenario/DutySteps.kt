package jp.kaban.core.scenario

import jp.kaban.core.Answers
import jp.kaban.core.BagService
import jp.kaban.core.FileBytes
import jp.kaban.core.HandoverReceipt
import jp.kaban.core.HandoverStep
import jp.kaban.core.Outcome
import jp.kaban.core.map
import kotlinx.serialization.json.JsonObject

/** Who answers, absences, and handing the bag over. */
val DUTY_STEPS: Map<String, Step> = mapOf(
    "who_answers" to inside { inputs ->
        val at = inputs.maybeText("at")?.let { instant("at", it) }
        duty.whoAnswers(inputs.maybePatient(), at).map(::answers)
    },
    "declare_absence" to inside { inputs ->
        val from = instant("from", inputs.text("from"))
        val to = instant("to", inputs.text("to"))
        duty.declareAbsence(inputs.member(), from, to).nothing()
    },
    "absences" to inside {
        duty.absences().map { absences ->
            given(
                "absences" to absences.map {
                    given("name" to it.name, "from" to it.from.written(), "to" to it.to.written())
                },
            )
        }
    },
    "not_reached" to inside { inputs ->
        duty.notReached(inputs.member(), inputs.maybePatient(), inputs.int("tries")).nothing()
    },
    "take_over" to inside { duty.takeOver().nothing() },
    "offer" to carrying(::stateAndPatients) { inputs, _ -> handover.offer(inputs.member("to"), inputs.device()) },
    "receive" to carrying(::stateAndList) { _, file -> handover.receive(file) },
    "accept" to carrying(::state) { _, _ -> handover.accept() },
    "release" to carrying(::stateAndKept) { _, file -> handover.release(file) },
    "withdraw" to inside { handover.withdraw().map(::state) },
    "handover_status" to inside { handover.status().map(::state) },
)

/** A step that may take a file of the story, and may leave one. */
private fun carrying(
    give: (HandoverReceipt) -> JsonObject,
    step: suspend BagService.(Inputs, FileBytes?) -> Outcome<HandoverStep>,
): Step = { inputs ->
    val bag = device(inputs.text("by")).bag ?: error("this device has no bag yet")
    val file = inputs.maybeText("in")?.let(files::getValue)
    val out = inputs.maybeText("out")
    bag.step(inputs, file).map { made ->
        if (out != null) files[out] = made.file ?: throw AssertionError("no file to carry")
        give(made.view)
    }
}

private fun state(view: HandoverReceipt): JsonObject = given("state" to snakeCase(view.state.name))

private fun stateAndPatients(view: HandoverReceipt): JsonObject =
    given("state" to snakeCase(view.state.name), "patients" to view.patients)

private fun stateAndList(view: HandoverReceipt): JsonObject =
    given("state" to snakeCase(view.state.name), "patients" to view.patients, "late" to view.late)

private fun stateAndKept(view: HandoverReceipt): JsonObject =
    given("state" to snakeCase(view.state.name), "kept_own" to view.keptOwn, "late" to view.late)

private fun answers(answers: Answers): JsonObject = given(
    "chain" to answers.chain.map { given("name" to it.name, "as" to it.answersAs) },
    "passed_over" to answers.passedOver.map { it.name },
    "holder" to answers.holder,
)

package jp.kaban.core.scenario

import jp.kaban.core.Admission
import jp.kaban.core.AssociationService
import jp.kaban.core.MemberId
import jp.kaban.core.Proof
import jp.kaban.core.map
import kotlinx.serialization.json.JsonObject

/** Letting a device in: what two people speak, and who let whom in. */
val PAIRING_STEPS: Map<String, Step> = mapOf(
    "challenge_newcomer" to { inputs ->
        association(inputs).challengeNewcomer(files.getValue(inputs.text("in"))).map {
            given("name" to it.name, "challenge" to it.challenge)
        }
    },
    "answer_admin" to { inputs ->
        val device = device(inputs.text("by"))
        device.bags.answerAdmin(device.folder.path, inputs.pin(), inputs.text("challenge")).map {
            given("answer" to it)
        }
    },
    "admit" to { inputs ->
        val out = inputs.text("out")
        association(inputs).admit(files.getValue(inputs.text("in")), inputs.proof()).map {
            files[out] = it.grant
            given(
                "member" to it.member.value,
                "compared" to snakeCase(it.compared.name),
                "fingerprint" to it.fingerprint,
            )
        }
    },
    "challenge_admin" to { inputs ->
        val device = device(inputs.text("by"))
        device.bags.challengeAdmin(device.folder.path, inputs.pin(), files.getValue(inputs.text("in"))).map {
            given("association" to it.association, "admin" to it.admin, "challenge" to it.challenge)
        }
    },
    "answer_newcomer" to { inputs ->
        val member = MemberId(inputs.text("member"))
        association(inputs).answerNewcomer(member, inputs.text("challenge")).map { given("answer" to it) }
    },
    "admissions" to inside { association.admissions().map { given("admissions" to it.map(::admission)) } },
    "see_admissions" to inside { association.seeAdmissions().nothing() },
)

/** What a step has in hand. */
internal fun Inputs.proof(): Proof {
    val digits = maybeText("answer")
    val scanned = maybeText("scanned")
    return when {
        digits != null -> Proof.Answer(digits)
        scanned != null -> Proof.Scanned(scanned)
        else -> Proof.NotCompared
    }
}

private fun Story.association(inputs: Inputs): AssociationService =
    (device(inputs.text("by")).bag ?: error("this device has no bag yet")).association

private fun admission(admission: Admission): JsonObject = given(
    "name" to admission.name,
    "by" to admission.by,
    "compared" to snakeCase(admission.compared.name),
    "new" to admission.isNew,
)

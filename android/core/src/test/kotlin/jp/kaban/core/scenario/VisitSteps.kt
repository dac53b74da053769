package jp.kaban.core.scenario

import jp.kaban.core.Amendment
import jp.kaban.core.Note
import jp.kaban.core.Visit
import jp.kaban.core.map
import kotlinx.serialization.json.JsonObject

/** Visit notes, drafts, and the notebook. */
val VISIT_STEPS: Map<String, Step> = mapOf(
    "save_draft" to inside { inputs ->
        visits.saveDraft(inputs.patient(), inputs.form()).map {
            given("form" to formAsJson(it.form), "scope" to snakeCase(it.scope.name))
        }
    },
    "draft" to inside { inputs ->
        visits.draft(inputs.patient()).map { given("form" to it?.form?.let(::formAsJson)) }
    },
    "drafts" to inside { visits.drafts().map { given("patients" to it.map { draft -> draft.patient.value }) } },
    "discard_draft" to inside { inputs -> visits.discardDraft(inputs.patient()).map { given("discarded" to it) } },
    "sign" to inside { inputs ->
        visits.sign(inputs.patient()).map { given("note" to it.id.value, "warnings" to it.warnings.size) }
    },
    "visits" to inside { inputs -> visits.list(inputs.patient()).map { given("items" to it.map(::visit)) } },
    "amend" to inside { inputs ->
        visits.amend(inputs.patient(), inputs.note(), inputs.text("text")).map { given("amendment" to it.value) }
    },
    "confirm" to inside { inputs -> visits.confirm(inputs.patient(), inputs.note()).nothing() },
    "retract" to inside { inputs ->
        visits.retract(inputs.patient(), inputs.note(), inputs.text("reason")).nothing()
    },
    "write_note" to inside { inputs ->
        val urgent = inputs.maybeBoolean("urgent") ?: false
        notebook.write(inputs.text("text"), inputs.maybePatient(), urgent).map { given("entry" to it.value) }
    },
    "notes" to inside { notebook.list().map { given("notes" to it.map(::note)) } },
)

private fun visit(visit: Visit): JsonObject = given(
    "id" to visit.id.value,
    "kind" to visit.kind,
    "by" to visit.by,
    "confirmed" to visit.confirmed,
    "retracted" to visit.retractedBy.isNotEmpty(),
    "duty" to visit.duty,
    "amendments" to visit.amendments.map(::amendment),
    "form" to formAsJson(visit.form),
    "sent" to snakeCase(visit.sent.name),
)

private fun amendment(amendment: Amendment): JsonObject =
    given("id" to amendment.id.value, "by" to amendment.by, "text" to amendment.text)

private fun note(note: Note): JsonObject = given(
    "text" to note.text,
    "by" to note.by,
    "patient" to note.patient?.value,
    "urgent" to note.urgent,
)

package jp.kaban.core.scenario

import jp.kaban.core.Conflict
import jp.kaban.core.FieldEntry
import jp.kaban.core.FieldId
import jp.kaban.core.Hit
import jp.kaban.core.MemberId
import jp.kaban.core.Page
import jp.kaban.core.PatientRow
import jp.kaban.core.Registration
import jp.kaban.core.TypedValue
import jp.kaban.core.ValueId
import jp.kaban.core.map
import kotlinx.serialization.json.JsonObject

/** The list, the pages, deciding and registering. */
val PATIENT_STEPS: Map<String, Step> = mapOf(
    "register" to inside { inputs ->
        patients.register(registration(inputs)).map { given("patient" to it.value) }
    },
    "list" to inside { patients.list().map { given("patients" to it.map(::row)) } },
    "search" to inside { inputs ->
        patients.search(inputs.text("text")).map { given("hits" to it.hits.map(::hit)) }
    },
    "page" to inside { inputs -> patients.page(inputs.patient()).map(::page) },
    "set_field" to inside { inputs ->
        val written = patients.setField(inputs.patient(), inputs.field(), inputs.maybeText("value"))
        written.map { given("field" to it.value) }
    },
    "conflicts" to inside { inputs ->
        patients.conflicts(inputs.maybePatient()).map { given("conflicts" to it.map(::conflict)) }
    },
    "resolve_take" to inside { inputs ->
        val take = ValueId(inputs.text("take"))
        patients.resolveTake(inputs.patient(), inputs.field(), inputs.values("of"), take).nothing()
    },
    "resolve_with" to inside { inputs ->
        patients.resolveWith(inputs.patient(), inputs.field(), inputs.values("of"), inputs.text("value")).nothing()
    },
)

private fun registration(inputs: Inputs) = Registration(
    primary = inputs.maybeText("primary")?.let(::MemberId),
    deputy = inputs.maybeText("deputy")?.let(::MemberId),
    team = inputs.texts("team").orEmpty().map(::MemberId),
    consentPaperDate = inputs.maybeText("consent_paper_date"),
    values = inputs.named("values").map { (field, value) -> TypedValue(FieldId(field), value) },
)

private fun row(row: PatientRow): JsonObject = given(
    "id" to row.id.value,
    "no" to row.no,
    "name" to row.name,
    "kana" to row.kana,
    "area" to row.area,
    "severity" to row.severity.code,
    "birth_date" to row.birthDate,
    "scope" to snakeCase(row.scope.name),
    "conflicts" to row.conflicts,
)

private fun hit(hit: Hit): JsonObject = given(
    "id" to hit.id.value,
    "name" to hit.name,
    "kana" to hit.kana,
    "why" to hit.why,
    "alike" to hit.alike,
)

private fun page(page: Page): JsonObject = given(
    "name" to page.name,
    "kana" to page.kana,
    "birth_date" to page.birthDate,
    "age" to page.age?.years,
    "severity" to page.severity.code,
    "sex" to page.sex.code,
    "scope" to snakeCase(page.scope.name),
    "deceased" to page.deceased,
    "gaps" to page.gaps,
    "conflicts" to page.conflicts,
    "fields" to fields(page),
    "missing" to page.lines.filter { it.gap }.map { it.field.value },
)

private fun fields(page: Page): JsonObject {
    val written = page.lines.filter { it.entries.isNotEmpty() }
    return JsonObject(written.associate { line -> line.field.value to json(line.entries.map(::entry)) })
}

private fun entry(entry: FieldEntry): JsonObject {
    val values = entry.values.sortedBy { it.words.ja }.map {
        given("ja" to it.words.ja, "en" to it.words.en, "known" to it.known, "by" to it.by)
    }
    return given("field" to entry.field.value, "conflict" to entry.conflict, "values" to values)
}

private fun conflict(conflict: Conflict): JsonObject {
    val values = conflict.values.sortedBy { it.words.ja }.map {
        given("id" to it.id.value, "ja" to it.words.ja, "by" to it.by)
    }
    return given("patient" to conflict.patient.value, "field" to conflict.field.value, "values" to values)
}

package jp.kaban.core.scenario

import java.time.OffsetDateTime
import jp.kaban.core.Death
import jp.kaban.core.DrugGiven
import jp.kaban.core.VisitForm
import jp.kaban.core.Vitals
import kotlinx.serialization.json.JsonObject

/** The visit form of a step. */
fun Inputs.form(): VisitForm = whole("form") {
    VisitForm(
        arrivedAt = maybeTime("arrived_at", "visit"),
        leftAt = maybeTime("left_at", "visit"),
        subjective = typed("subjective"),
        objective = typed("objective"),
        assessment = typed("assessment"),
        plan = typed("plan"),
        vitals = whole("vitals") { vitals() } ?: Vitals(),
        drugsGiven = eachWhole("drugs_given") { drug() },
        procedures = texts("procedures").orEmpty(),
        death = whole("death") { death() },
    )
} ?: error("no form")

/** A form in the member names of the contract; what is blank is left out. */
fun formAsJson(form: VisitForm): JsonObject = filled(
    "arrived_at" to form.arrivedAt,
    "left_at" to form.leftAt,
    "subjective" to form.subjective,
    "objective" to form.objective,
    "assessment" to form.assessment,
    "plan" to form.plan,
    "vitals" to vitalsAsJson(form.vitals),
    "drugs_given" to form.drugsGiven.map(::drugAsJson),
    "procedures" to form.procedures,
    "death" to form.death?.let(::deathAsJson),
)

private fun Inputs.vitals() = Vitals(
    temperature = typed("temperature"),
    pulse = typed("pulse"),
    spo2 = typed("spo2"),
    bpSystolic = typed("bp_systolic"),
    bpDiastolic = typed("bp_diastolic"),
    respiration = typed("respiration"),
    pain = typed("pain"),
    oxygen = typed("oxygen"),
    jcs = typed("jcs"),
)

private fun vitalsAsJson(vitals: Vitals): JsonObject = filled(
    "temperature" to vitals.temperature,
    "pulse" to vitals.pulse,
    "spo2" to vitals.spo2,
    "bp_systolic" to vitals.bpSystolic,
    "bp_diastolic" to vitals.bpDiastolic,
    "respiration" to vitals.respiration,
    "pain" to vitals.pain,
    "oxygen" to vitals.oxygen,
    "jcs" to vitals.jcs,
)

private fun Inputs.drug() = DrugGiven(
    drug = typed("drug"),
    dose = typed("dose"),
    unit = typed("unit"),
    route = typed("route"),
    at = maybeTime("at", "visit.drugs_given"),
    opioid = maybeBoolean("opioid") ?: false,
)

private fun drugAsJson(drug: DrugGiven): JsonObject = filled(
    "drug" to drug.drug,
    "dose" to drug.dose,
    "unit" to drug.unit,
    "route" to drug.route,
    "at" to drug.at,
    "opioid" to drug.opioid,
)

private fun Inputs.death() = Death(
    foundAt = maybeTime("found_at", "death"),
    toldAt = maybeTime("told_at", "death"),
    toldBy = typed("told_by"),
    examinedAt = maybeTime("examined_at", "death"),
    present = typed("present"),
    lastSeenAliveAt = maybeTime("last_seen_alive_at", "death"),
    lastSeenAliveBy = typed("last_seen_alive_by"),
    lastExaminedAt = maybeTime("last_examined_at", "death"),
    lastExaminedBy = typed("last_examined_by"),
    related = typed("related"),
    cause = typed("cause"),
)

private fun deathAsJson(death: Death): JsonObject = filled(
    "found_at" to death.foundAt,
    "told_at" to death.toldAt,
    "told_by" to death.toldBy,
    "examined_at" to death.examinedAt,
    "present" to death.present,
    "last_seen_alive_at" to death.lastSeenAliveAt,
    "last_seen_alive_by" to death.lastSeenAliveBy,
    "last_examined_at" to death.lastExaminedAt,
    "last_examined_by" to death.lastExaminedBy,
    "related" to death.related,
    "cause" to death.cause,
)

private fun Inputs.typed(name: String): String = maybeText(name).orEmpty()

private fun Inputs.maybeTime(name: String, of: String): OffsetDateTime? =
    maybeText(name)?.let { instant("$of.$name", it) }

private fun filled(vararg members: Pair<String, Any?>): JsonObject {
    val filled = members.filterNot { (_, value) -> isBlank(value) }
    return JsonObject(filled.associate { (name, value) -> name to json(asText(value)) })
}

private fun isBlank(value: Any?): Boolean = when (value) {
    null, "" -> true
    is Collection<*> -> value.isEmpty()
    is Map<*, *> -> value.isEmpty()
    else -> false
}

private fun asText(value: Any?): Any? = if (value is OffsetDateTime) value.written() else value

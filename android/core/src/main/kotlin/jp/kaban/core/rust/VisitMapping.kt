package jp.kaban.core.rust

import jp.kaban.core.Amendment
import jp.kaban.core.Death
import jp.kaban.core.Draft
import jp.kaban.core.DrugGiven
import jp.kaban.core.EntryId
import jp.kaban.core.Note
import jp.kaban.core.PatientId
import jp.kaban.core.SendState
import jp.kaban.core.SignedVisit
import jp.kaban.core.Visit
import jp.kaban.core.VisitForm
import jp.kaban.core.Vitals
import jp.kaban.ffi.AmendmentView
import jp.kaban.ffi.Death as RustDeath
import jp.kaban.ffi.DraftView
import jp.kaban.ffi.DrugGiven as RustDrugGiven
import jp.kaban.ffi.NoteView
import jp.kaban.ffi.SendState as RustSendState
import jp.kaban.ffi.VisitForm as RustVisitForm
import jp.kaban.ffi.VisitSaved
import jp.kaban.ffi.VisitView
import jp.kaban.ffi.Vitals as RustVitals

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun RustSendState.toOwn(): SendState = when (this) {
    RustSendState.HERE_ONLY -> SendState.HERE_ONLY
    RustSendState.RECEIPT -> SendState.RECEIPT
}

internal fun VisitSaved.toOwn(): SignedVisit {
    val (id, warnings) = this
    return SignedVisit(EntryId(id), warnings)
}

internal fun DraftView.toOwn(): Draft {
    val (id, patient, begunAt, savedAt, scope, form, warnings) = this
    return Draft(
        id = EntryId(id),
        patient = PatientId(patient),
        begunAt = begunAt.toTime(),
        savedAt = savedAt.toTime(),
        scope = scope.toOwn(),
        form = form.toOwn(),
        warnings = warnings,
    )
}

internal fun VisitView.toOwn(): Visit {
    val (id, kind, at, by, confirmed, retractedBy, duty, amendments, form, sent) = this
    return Visit(
        id = EntryId(id),
        kind = kind,
        at = at.toTime(),
        by = by,
        confirmed = confirmed,
        retractedBy = retractedBy.map { it.toOwn() },
        duty = duty.toCount(),
        amendments = amendments.map { it.toOwn() },
        form = form.toOwn(),
        sent = sent.toOwn(),
    )
}

internal fun AmendmentView.toOwn(): Amendment {
    val (id, by, at, text) = this
    return Amendment(EntryId(id), by, at.toTime(), text)
}

internal fun NoteView.toOwn(): Note {
    val (id, at, by, text, patient, urgent, sent) = this
    return Note(
        id = EntryId(id),
        at = at.toTime(),
        by = by,
        text = text,
        patient = patient?.let(::PatientId),
        urgent = urgent,
        sent = sent.toOwn(),
    )
}

internal fun RustVisitForm.toOwn(): VisitForm {
    val (arrivedAt, leftAt, subjective, objective, assessment, plan, vitals, drugsGiven, procedures, death) = this
    return VisitForm(
        arrivedAt = arrivedAt?.toTime(),
        leftAt = leftAt?.toTime(),
        subjective = subjective,
        objective = objective,
        assessment = assessment,
        plan = plan,
        vitals = vitals.toOwn(),
        drugsGiven = drugsGiven.map { it.toOwn() },
        procedures = procedures,
        death = death?.toOwn(),
    )
}

internal fun VisitForm.toRust(): RustVisitForm {
    val (arrivedAt, leftAt, subjective, objective, assessment, plan, vitals, drugsGiven, procedures, death) = this
    return RustVisitForm(
        arrivedAt = arrivedAt?.toRust(),
        leftAt = leftAt?.toRust(),
        subjective = text("visit.subjective", subjective),
        objective = text("visit.objective", objective),
        assessment = text("visit.assessment", assessment),
        plan = text("visit.plan", plan),
        vitals = vitals.toRust(),
        drugsGiven = drugsGiven.map { it.toRust() },
        procedures = procedures.map { text("visit.procedures", it) },
        death = death?.toRust(),
    )
}

internal fun RustVitals.toOwn(): Vitals {
    val (temperature, pulse, spo2, bpSystolic, bpDiastolic, respiration, pain, oxygen, jcs) = this
    return Vitals(
        temperature = temperature,
        pulse = pulse,
        spo2 = spo2,
        bpSystolic = bpSystolic,
        bpDiastolic = bpDiastolic,
        respiration = respiration,
        pain = pain,
        oxygen = oxygen,
        jcs = jcs,
    )
}

internal fun Vitals.toRust(): RustVitals {
    val (temperature, pulse, spo2, bpSystolic, bpDiastolic, respiration, pain, oxygen, jcs) = this
    return RustVitals(
        temperature = text("vitals.temperature", temperature),
        pulse = text("vitals.pulse", pulse),
        spo2 = text("vitals.spo2", spo2),
        bpSystolic = text("vitals.bp_systolic", bpSystolic),
        bpDiastolic = text("vitals.bp_diastolic", bpDiastolic),
        respiration = text("vitals.respiration", respiration),
        pain = text("vitals.pain", pain),
        oxygen = text("vitals.oxygen", oxygen),
        jcs = text("vitals.jcs", jcs),
    )
}

internal fun RustDrugGiven.toOwn(): DrugGiven {
    val (drug, dose, unit, route, at, opioid) = this
    return DrugGiven(drug, dose, unit, route, at?.toTime(), opioid)
}

internal fun DrugGiven.toRust(): RustDrugGiven {
    val (drug, dose, unit, route, at, opioid) = this
    return RustDrugGiven(
        drug = text("visit.drugs_given.drug", drug),
        dose = text("visit.drugs_given.dose", dose),
        unit = text("visit.drugs_given.unit", unit),
        route = text("visit.drugs_given.route", route),
        at = at?.toRust(),
        opioid = opioid,
    )
}

internal fun RustDeath.toOwn(): Death {
    val (
        foundAt, toldAt, toldBy, examinedAt, present, lastSeenAliveAt, lastSeenAliveBy, lastExaminedAt, lastExaminedBy,
        related, cause,
    ) = this
    return Death(
        foundAt = foundAt?.toTime(),
        toldAt = toldAt?.toTime(),
        toldBy = toldBy,
        examinedAt = examinedAt?.toTime(),
        present = present,
        lastSeenAliveAt = lastSeenAliveAt?.toTime(),
        lastSeenAliveBy = lastSeenAliveBy,
        lastExaminedAt = lastExaminedAt?.toTime(),
        lastExaminedBy = lastExaminedBy,
        related = related,
        cause = cause,
    )
}

internal fun Death.toRust(): RustDeath {
    val (
        foundAt, toldAt, toldBy, examinedAt, present, lastSeenAliveAt, lastSeenAliveBy, lastExaminedAt, lastExaminedBy,
        related, cause,
    ) = this
    return RustDeath(
        foundAt = foundAt?.toRust(),
        toldAt = toldAt?.toRust(),
        toldBy = text("death.told_by", toldBy),
        examinedAt = examinedAt?.toRust(),
        present = text("death.present", present),
        lastSeenAliveAt = lastSeenAliveAt?.toRust(),
        lastSeenAliveBy = text("death.last_seen_alive_by", lastSeenAliveBy),
        lastExaminedAt = lastExaminedAt?.toRust(),
        lastExaminedBy = text("death.last_examined_by", lastExaminedBy),
        related = text("death.related", related),
        cause = text("death.cause", cause),
    )
}

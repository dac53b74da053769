package jp.kaban.core

import java.time.OffsetDateTime

/** 訪問記録 Visit notes: a draft kept at every field, signed once, corrected by amendments. */
interface VisitsService {
    /** The log of a patient, oldest first, each item with everything said about it. */
    suspend fun list(patient: PatientId): Outcome<List<Visit>>

    /** One's own draft about a patient. */
    suspend fun draft(patient: PatientId): Outcome<Draft?>

    /** All of one's own drafts. */
    suspend fun drafts(): Outcome<List<Draft>>

    /** Saves what is written so far, durably. Half a visit is fine. */
    suspend fun saveDraft(patient: PatientId, form: VisitForm): Outcome<Draft>

    /** Throws a draft away; false when there was none. */
    suspend fun discardDraft(patient: PatientId): Outcome<Boolean>

    /** Signs the draft as a visit note: from now on it is corrected by amendments only. */
    suspend fun sign(patient: PatientId): Outcome<SignedVisit>

    /** Corrects a note; the correction stands beside the original for ever. */
    suspend fun amend(patient: PatientId, note: EntryId, text: String): Outcome<EntryId>

    /** Confirms a draft of one's own that left with the bag. */
    suspend fun confirm(patient: PatientId, note: EntryId): Outcome<EntryId>

    /** Takes a note back that was written about another patient; it stays readable, and marked. */
    suspend fun retract(patient: PatientId, note: EntryId, reason: String): Outcome<EntryId>
}

/** A visit as on the form. What is empty is not written. */
data class VisitForm(
    /** Arrived at; now, if not given. */
    val arrivedAt: OffsetDateTime? = null,
    /** Left at; not given while the visit lasts. */
    val leftAt: OffsetDateTime? = null,
    /** S. */
    val subjective: String = "",
    /** O. */
    val objective: String = "",
    /** A. */
    val assessment: String = "",
    /** P. */
    val plan: String = "",
    /** What was measured. */
    val vitals: Vitals = Vitals(),
    /** What was given. */
    val drugsGiven: List<DrugGiven> = emptyList(),
    /** What was done, one line each. */
    val procedures: List<String> = emptyList(),
    /** Only when the person died. */
    val death: Death? = null,
) : Shown()

/** What was measured, as typed; empty where nothing was. Digits of any width are read. */
data class Vitals(
    /** Body temperature, °C. */
    val temperature: String = "",
    /** Pulse, per minute. */
    val pulse: String = "",
    /** Oxygen saturation, %. */
    val spo2: String = "",
    /** Systolic blood pressure, mmHg. */
    val bpSystolic: String = "",
    /** Diastolic blood pressure, mmHg. */
    val bpDiastolic: String = "",
    /** Breaths, per minute. */
    val respiration: String = "",
    /** Pain, 0 to 10. */
    val pain: String = "",
    /** Oxygen given, litres per minute. */
    val oxygen: String = "",
    /** Consciousness by the Japan Coma Scale: 0, 1, 2, 3, 10, 20, 30, 100, 200, 300. */
    val jcs: String = "",
) : Shown()

/** A drug given during the visit. */
data class DrugGiven(
    val drug: String = "",
    /** How much, as written. */
    val dose: String = "",
    /** Of what. */
    val unit: String = "",
    /** By which route. */
    val route: String = "",
    /** When; not given for "during the visit". */
    val at: OffsetDateTime? = null,
    /** An opioid, for the ledger. */
    val opioid: Boolean = false,
) : Shown()

/** Facts for the death certificate, by the doctor who examined. */
data class Death(
    val foundAt: OffsetDateTime? = null,
    val toldAt: OffsetDateTime? = null,
    val toldBy: String = "",
    val examinedAt: OffsetDateTime? = null,
    /** Who was present. */
    val present: String = "",
    val lastSeenAliveAt: OffsetDateTime? = null,
    val lastSeenAliveBy: String = "",
    val lastExaminedAt: OffsetDateTime? = null,
    val lastExaminedBy: String = "",
    /** Related to the illness under care: `yes`, `no`, `undetermined`; empty where not said. */
    val related: String = "",
    val cause: String = "",
) : Shown()

/** A visit that was signed. */
data class SignedVisit(
    /** The note. */
    val id: EntryId,
    /** What looks implausible and deserves a second look, in Japanese. */
    val warnings: List<String>,
) : Shown()

/** A draft: on this device only until it is signed, or leaves with the bag. */
data class Draft(
    /** Its id, which the note keeps. */
    val id: EntryId,
    /** Whom it is about. */
    val patient: PatientId,
    val begunAt: OffsetDateTime,
    val savedAt: OffsetDateTime,
    /** Under which scope it lies. */
    val scope: Scope,
    /** What is written so far. */
    val form: VisitForm,
    /** What looks implausible, in Japanese. */
    val warnings: List<String>,
) : Shown()

/** An item of a patient's log with everything said about it. */
data class Visit(
    val id: EntryId,
    /** `visit`, `draft`, … as in `core/docs/formats.md`. */
    val kind: String,
    /** Clinical time. */
    val at: OffsetDateTime,
    /** Who signed. */
    val by: String,
    /** Signed as final, or confirmed by its author. */
    val confirmed: Boolean,
    /** Who took it back, when and why; it stays readable, and is marked. */
    val retractedBy: List<Amendment>,
    /** Number of the duty it was written under, 0 for none. */
    val duty: Long,
    /** Corrections, oldest first. */
    val amendments: List<Amendment>,
    /** What is written. */
    val form: VisitForm,
    /** Where it is. */
    val sent: SendState,
) : Shown()

/** Something said about a note after it was signed: a correction, or that it was taken back. */
data class Amendment(
    val id: EntryId,
    /** Who signed. */
    val by: String,
    val at: OffsetDateTime,
    /** The text; of a note that was taken back, the reason. */
    val text: String,
) : Shown()

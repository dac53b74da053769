package jp.kaban.core

import java.time.OffsetDateTime
import kotlinx.coroutines.flow.Flow

/** 患者 The patients that this device can read. */
interface PatientsService {
    /** Everybody, by former municipality and reading. */
    suspend fun list(): Outcome<List<PatientRow>>

    /** The list now, then after every change. See [BagService] for how watching ends. */
    fun watchList(): Flow<Outcome<List<PatientRow>>>

    /** Finds by whatever is typed: kanji, kana, romaji, street, phone; width and spaces do not matter. */
    suspend fun search(text: String): Outcome<Found>

    /** Opens one patient, which leaves a row in the audit log. */
    suspend fun page(patient: PatientId): Outcome<Page>

    /** The pages of one patient now, then after every change; each reading leaves a row in the audit log. */
    fun watchPage(patient: PatientId): Flow<Outcome<Page>>

    /** Writes a field, or with no value that somebody asked and it is not known. Gives where it was written. */
    suspend fun setField(patient: PatientId, field: FieldId, value: String?): Outcome<FieldId>

    /** "I am at the house now": writes where the phone is as the patient's pin. */
    suspend fun setPinHere(patient: PatientId): Outcome<FieldId>

    /** Fields that wait for a decision, of one patient or of all. */
    suspend fun conflicts(patient: PatientId? = null): Outcome<List<Conflict>>

    /** Decides for one of the open values; `of` names the values that were read. */
    suspend fun resolveTake(patient: PatientId, field: FieldId, of: List<ValueId>, take: ValueId): Outcome<Unit>

    /** Decides for a new value instead of the open ones. */
    suspend fun resolveWith(patient: PatientId, field: FieldId, of: List<ValueId>, value: String): Outcome<Unit>

    /** Registers a patient who cannot attend and wants care at home. */
    suspend fun register(request: Registration): Outcome<PatientId>
}

/** One row of the list. */
data class PatientRow(
    val id: PatientId,
    /** Short number on this device. */
    val no: Long,
    /** 氏名. */
    val name: String,
    /** フリガナ. */
    val kana: String,
    /** 旧市町村. */
    val area: String,
    /** The gravest severity shown. */
    val severity: Coded,
    /** Date of birth, the second identifier: `YYYY-MM-DD` or less. */
    val birthDate: String,
    /** 住所. */
    val address: String,
    /** Through what it is read here. */
    val scope: Scope,
    /** Fields that wait for a decision. */
    val conflicts: Int,
) : Shown()

/** What a search found. */
data class Found(
    /** Best first, at most 50. */
    val hits: List<Hit>,
    /** Time of the search itself, microseconds. */
    val computeUs: Long,
) : Shown()

/** One hit of a search. */
data class Hit(
    val id: PatientId,
    /** Short number on this device. */
    val no: Long,
    /** 氏名. */
    val name: String,
    /** フリガナ. */
    val kana: String,
    /** What was found: `name`, `kana`, `address`, `phone`. */
    val why: String,
    /** 旧市町村. */
    val area: String,
    /** Date of birth, the second identifier. */
    val birthDate: String,
    /** How many others have the same or a similar name: look twice. */
    val alike: Int,
) : Shown()

/** The pages of one patient. */
data class Page(
    val id: PatientId,
    /** Short number on this device. */
    val no: Long,
    /** Through what it is read here. */
    val scope: Scope,
    /** 氏名. */
    val name: String,
    /** フリガナ. */
    val kana: String,
    /** Date of birth, the second identifier. */
    val birthDate: String,
    /** Age today. */
    val age: Age?,
    /** 性別. */
    val sex: Coded,
    /** The gravest severity shown. */
    val severity: Coded,
    /** A death is recorded. */
    val deceased: Boolean,
    /** Page 1, then page 2. */
    val lines: List<PageLine>,
    /** Silent blanks of page 1. */
    val gaps: Int,
    /** Fields that wait for a decision. */
    val conflicts: Int,
    /** When page 1 was last changed. */
    val updatedAt: OffsetDateTime?,
    /** By whom. */
    val updatedBy: String?,
) : Shown()

/** Age in whole years. */
data class Age(
    val years: Int,
    /** False where the date of birth is not known to the day. */
    val exact: Boolean,
) : Shown()

/** One line of a page. */
data class PageLine(
    /** The field, without an entry. */
    val field: FieldId,
    val label: Words,
    /** 1 or 2. */
    val page: Int,
    /** Clinically significant: concurrent values are shown side by side. */
    val significant: Boolean,
    /** It has any number of entries. */
    val isList: Boolean,
    /** A silent blank that somebody should ask about. */
    val gap: Boolean,
    /** What is written, current entries first. */
    val entries: List<FieldEntry>,
) : Shown()

/** One field, or one entry of a list such as the drugs. */
data class FieldEntry(
    /** Where to write. */
    val field: FieldId,
    /** One value; several that were written apart stand side by side until a person decides. */
    val values: List<ShownValue>,
    /** It waits for a decision. */
    val conflict: Boolean,
) : Shown()

/** One value of a field. */
data class ShownValue(
    /** Its id, for a decision. */
    val id: ValueId,
    /** The value in words; for one that was asked and is not known, by whom and when. */
    val words: Words,
    /** False for "asked, not known". */
    val known: Boolean,
    /** The value as it is kept, for an input field: text, or JSON for an object. */
    val raw: String,
    /** Who wrote it. */
    val by: String,
    /** When. */
    val at: OffsetDateTime,
    /** Where it was taken from, if nobody typed it. */
    val source: String?,
) : Shown()

/** A field that waits for a decision. */
data class Conflict(
    val patient: PatientId,
    val field: FieldId,
    val label: Words,
    /** The values side by side. */
    val values: List<ShownValue>,
) : Shown()

/** A patient to register. */
data class Registration(
    /** Primary physician; whoever registers, if not given. */
    val primary: MemberId? = null,
    /** Deputy physician. */
    val deputy: MemberId? = null,
    /** Others of the team. */
    val team: List<MemberId> = emptyList(),
    /** Date of the consent on paper, `YYYY-MM-DD`; without one the patient is on no duty list. */
    val consentPaperDate: String? = null,
    /** First values of the pages. */
    val values: List<TypedValue> = emptyList(),
) : Shown()

/** A value to write, as typed. */
data class TypedValue(
    /** Where. */
    val field: FieldId,
    /** The text, or JSON for an object. */
    val value: String,
) : Shown()

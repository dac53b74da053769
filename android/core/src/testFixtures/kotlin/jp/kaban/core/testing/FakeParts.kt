package jp.kaban.core.testing

import java.time.OffsetDateTime
import jp.kaban.core.Absence
import jp.kaban.core.Admission
import jp.kaban.core.Answers
import jp.kaban.core.AssociationService
import jp.kaban.core.Challenge
import jp.kaban.core.Coded
import jp.kaban.core.Compared
import jp.kaban.core.Conflict
import jp.kaban.core.Device
import jp.kaban.core.DeviceId
import jp.kaban.core.Draft
import jp.kaban.core.DutyService
import jp.kaban.core.EntryId
import jp.kaban.core.FieldId
import jp.kaban.core.FileBytes
import jp.kaban.core.Found
import jp.kaban.core.HandoverReceipt
import jp.kaban.core.HandoverService
import jp.kaban.core.HandoverState
import jp.kaban.core.HandoverStep
import jp.kaban.core.Hit
import jp.kaban.core.Joined
import jp.kaban.core.KabanFailure
import jp.kaban.core.Lease
import jp.kaban.core.Member
import jp.kaban.core.MemberId
import jp.kaban.core.Note
import jp.kaban.core.NotebookService
import jp.kaban.core.Outcome
import jp.kaban.core.Page
import jp.kaban.core.PatientId
import jp.kaban.core.PatientRow
import jp.kaban.core.PatientsService
import jp.kaban.core.Proof
import jp.kaban.core.Registration
import jp.kaban.core.SignedVisit
import jp.kaban.core.Suspension
import jp.kaban.core.ValueId
import jp.kaban.core.Visit
import jp.kaban.core.VisitForm
import jp.kaban.core.VisitsService
import jp.kaban.core.Words
import jp.kaban.core.then
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.update

/** Ids in the order in which they were asked for. */
private class Ids(private val prefix: String) {
    private var made = 0

    fun next(): String = prefix + (++made).toString().padStart(32 - prefix.length, '0')
}

class FakePatients internal constructor(private val failing: MutableStateFlow<KabanFailure?>) : PatientsService {
    private val ids = Ids("a")

    /** The pages; the list and the hits are made of them. */
    val pages = MutableStateFlow(emptyMap<PatientId, Page>())

    /** What waits for a decision. */
    var open: List<Conflict> = emptyList()

    /** What was written, in order. */
    val written = mutableListOf<Triple<PatientId, FieldId, String?>>()

    /** Adds a patient. */
    fun add(page: Page) = pages.update { it + (page.id to page) }

    override suspend fun list(): Outcome<List<PatientRow>> = failing.orDone { rows(pages.value) }

    override fun watchList(): Flow<Outcome<List<PatientRow>>> = failing.watching(pages, ::rows)

    override suspend fun search(text: String): Outcome<Found> = failing.orDone {
        val found = pages.value.values.filter { text in it.name || text in it.kana }
        Found(found.map { Hit(it.id, it.no, it.name, it.kana, "name", "", it.birthDate, alike = 0) }, computeUs = 1)
    }

    override suspend fun page(patient: PatientId): Outcome<Page> =
        failing.orDone { pages.value[patient] }.then { it?.let { Outcome.Done(it) } ?: nobody() }

    override fun watchPage(patient: PatientId): Flow<Outcome<Page>> = failing.watching(pages) { it[patient] }

    override suspend fun setField(patient: PatientId, field: FieldId, value: String?): Outcome<FieldId> =
        failing.orDone { field.also { written += Triple(patient, field, value) } }

    override suspend fun setPinHere(patient: PatientId): Outcome<FieldId> = setField(patient, FieldId("pin"), "here")

    override suspend fun conflicts(patient: PatientId?): Outcome<List<Conflict>> =
        failing.orDone { open.filter { patient == null || it.patient == patient } }

    override suspend fun resolveTake(
        patient: PatientId,
        field: FieldId,
        of: List<ValueId>,
        take: ValueId,
    ): Outcome<Unit> = resolve(patient, field)

    override suspend fun resolveWith(
        patient: PatientId,
        field: FieldId,
        of: List<ValueId>,
        value: String,
    ): Outcome<Unit> = resolve(patient, field)

    override suspend fun register(request: Registration): Outcome<PatientId> = failing.orDone {
        val value = request.values.associate { it.field.value to it.value }
        val row = aPatientRow(
            id = PatientId(ids.next()),
            no = pages.value.size + 1L,
            name = value["name"].orEmpty(),
            kana = value["kana"].orEmpty(),
        )
        add(aPage(row))
        row.id
    }

    private fun resolve(patient: PatientId, field: FieldId): Outcome<Unit> = failing.orDone {
        open = open.filterNot { it.patient == patient && it.field == field }
    }

    private fun rows(pages: Map<PatientId, Page>): List<PatientRow> = pages.values.map {
        aPatientRow(
            id = it.id,
            no = it.no,
            name = it.name,
            kana = it.kana,
            birthDate = it.birthDate,
            severity = it.severity,
            scope = it.scope,
            conflicts = it.conflicts,
        )
    }

    private fun nobody() = Outcome.Failed(KabanFailure.NotFound("nobody of that id"))
}

class FakeVisits internal constructor(private val failing: MutableStateFlow<KabanFailure?>) : VisitsService {
    private val ids = Ids("b")

    /** The log of each patient. */
    val logs = mutableMapOf<PatientId, List<Visit>>()

    /** The drafts. */
    val kept = mutableMapOf<PatientId, Draft>()

    override suspend fun list(patient: PatientId): Outcome<List<Visit>> = failing.orDone { logs[patient].orEmpty() }

    override suspend fun draft(patient: PatientId): Outcome<Draft?> = failing.orDone { kept[patient] }

    override suspend fun drafts(): Outcome<List<Draft>> = failing.orDone { kept.values.toList() }

    override suspend fun saveDraft(patient: PatientId, form: VisitForm): Outcome<Draft> = failing.orDone {
        val id = kept[patient]?.id ?: EntryId(ids.next())
        aDraft(id = id, patient = patient, form = form).also { kept[patient] = it }
    }

    override suspend fun discardDraft(patient: PatientId): Outcome<Boolean> =
        failing.orDone { kept.remove(patient) != null }

    override suspend fun sign(patient: PatientId): Outcome<SignedVisit> = failing.orDone { kept.remove(patient) }.then {
        val draft = it ?: return@then Outcome.Failed(KabanFailure.NotFound("no draft"))
        logs[patient] = logs[patient].orEmpty() + aVisit(id = draft.id, form = draft.form)
        Outcome.Done(SignedVisit(draft.id, draft.warnings))
    }

    override suspend fun amend(patient: PatientId, note: EntryId, text: String): Outcome<EntryId> = said()

    override suspend fun confirm(patient: PatientId, note: EntryId): Outcome<EntryId> = said()

    override suspend fun retract(patient: PatientId, note: EntryId, reason: String): Outcome<EntryId> = said()

    private fun said(): Outcome<EntryId> = failing.orDone { EntryId(ids.next()) }
}

class FakeNotebook internal constructor(private val failing: MutableStateFlow<KabanFailure?>) : NotebookService {
    private val ids = Ids("c")

    /** The entries, newest first. */
    val entries = MutableStateFlow(emptyList<Note>())

    override suspend fun list(): Outcome<List<Note>> = failing.orDone { entries.value }

    override fun watch(): Flow<Outcome<List<Note>>> = failing.watching(entries) { it }

    override suspend fun write(text: String, patient: PatientId?, urgent: Boolean): Outcome<EntryId> = failing.orDone {
        val note = aNote(id = EntryId(ids.next()), text = text, patient = patient, urgent = urgent)
        entries.update { listOf(note) + it }
        note.id
    }
}

class FakeDuty internal constructor(private val failing: MutableStateFlow<KabanFailure?>) : DutyService {
    var answers: Answers = anAnswers()
    var lease: Lease = aLease()

    /** Absences declared so far. */
    val declared = mutableListOf<Absence>()

    override suspend fun whoAnswers(patient: PatientId?, at: OffsetDateTime?): Outcome<Answers> =
        failing.orDone { answers }

    override suspend fun absences(): Outcome<List<Absence>> = failing.orDone { declared.toList() }

    override suspend fun declareAbsence(member: MemberId, from: OffsetDateTime, to: OffsetDateTime): Outcome<Unit> =
        failing.orDone { declared += anAbsence(from = from, to = to) }

    override suspend fun notReached(member: MemberId, patient: PatientId?, tries: Int): Outcome<Unit> =
        failing.orDone { }

    override suspend fun takeOver(): Outcome<Unit> = failing.orDone { }

    override suspend fun lease(): Outcome<Lease> = failing.orDone { lease }
}

class FakeHandover internal constructor(private val failing: MutableStateFlow<KabanFailure?>) : HandoverService {
    /** Where it stands. */
    var receipt: HandoverReceipt = aHandoverReceipt()

    override suspend fun offer(to: MemberId, device: DeviceId): Outcome<HandoverStep> = step(HandoverState.OFFERED)

    override suspend fun receive(file: FileBytes?): Outcome<HandoverStep> = step(HandoverState.RECEIVED)

    override suspend fun accept(): Outcome<HandoverStep> = step(HandoverState.ACCEPTED)

    override suspend fun release(file: FileBytes?): Outcome<HandoverStep> = step(HandoverState.RELEASED)

    override suspend fun withdraw(): Outcome<HandoverReceipt> = failing.orDone { stands(HandoverState.WITHDRAWN) }

    override suspend fun status(): Outcome<HandoverReceipt> = failing.orDone { receipt }

    private fun step(state: HandoverState): Outcome<HandoverStep> =
        failing.orDone { HandoverStep(stands(state), FileBytes(state.name.toByteArray())) }

    private fun stands(state: HandoverState): HandoverReceipt =
        aHandoverReceipt(state, receipt.patients, receipt.keptOwn).also { receipt = it }
}

class FakeAssociation internal constructor(private val failing: MutableStateFlow<KabanFailure?>) : AssociationService {
    var everybody: List<Member> = listOf(aMember())
    var handsets: List<Device> = listOf(aDevice())
    var admitted: List<Admission> = listOf(anAdmission())
    var standing: List<Suspension> = emptyList()

    override suspend fun members(): Outcome<List<Member>> = failing.orDone { everybody }

    override suspend fun devices(): Outcome<List<Device>> = failing.orDone { handsets }

    override suspend fun challengeNewcomer(request: FileBytes): Outcome<Challenge> =
        failing.orDone { Challenge("伊藤 正夫", Coded("doctor", Words("医師", "doctor")), "12345678") }

    override suspend fun admit(request: FileBytes, proof: Proof): Outcome<Joined> =
        failing.orDone {
            val compared = when (proof) {
                is Proof.NotCompared -> Compared.NOT
                is Proof.Answer -> Compared.SPOKEN
                is Proof.Scanned -> Compared.SCANNED
            }
            Joined(
                device = DeviceId("32".repeat(16)),
                member = MemberId("22".repeat(16)),
                compared = compared,
                grant = FileBytes("grant".toByteArray()),
                fingerprint = "KABAN:PAIR:1:" + "B".repeat(64),
            )
        }

    override suspend fun answerNewcomer(member: MemberId, challenge: String): Outcome<String> =
        failing.orDone { "123456" }

    override suspend fun admissions(): Outcome<List<Admission>> = failing.orDone { admitted }

    override suspend fun seeAdmissions(): Outcome<Unit> = failing.orDone {
        admitted = admitted.map { it.copy(isNew = false) }
    }

    override suspend fun suspendMember(member: MemberId, reason: String): Outcome<Unit> = failing.orDone {
        everybody = everybody.map { if (it.id == member) it.copy(active = false) else it }
        standing = standing + aSuspension(member)
    }

    override suspend fun suspensions(): Outcome<List<Suspension>> = failing.orDone { standing }

    override suspend fun confirmSuspension(member: MemberId): Outcome<Unit> = failing.orDone {
        standing = standing.map { if (it.member == member) it.copy(confirmedBy = "佐藤 恵") else it }
    }

    override suspend fun liftSuspension(member: MemberId): Outcome<Unit> = failing.orDone {
        everybody = everybody.map { if (it.id == member) it.copy(active = true) else it }
        standing = standing.filterNot { it.member == member }
    }
}

package jp.kaban.core.latency

import java.io.File
import java.time.OffsetDateTime
import jp.kaban.core.EntryId
import jp.kaban.core.FieldId
import jp.kaban.core.FileBytes
import jp.kaban.core.MemberId
import jp.kaban.core.Outcome
import jp.kaban.core.PatientId
import jp.kaban.core.Proof
import jp.kaban.core.Registration
import jp.kaban.core.TypedValue
import jp.kaban.core.ValueId
import jp.kaban.core.VisitForm
import jp.kaban.core.Vitals
import jp.kaban.core.rust.LidTeller
import jp.kaban.core.rust.NotebookTeller
import jp.kaban.core.rust.PageTeller
import jp.kaban.core.rust.PatientListTeller
import jp.kaban.core.rust.RustBag
import jp.kaban.core.support.value
import jp.kaban.ffi.Bag
import jp.kaban.ffi.Subscription
import jp.kaban.ffi.SyncHandle
import jp.kaban.ffi.hasBag
import jp.kaban.ffi.softwareKeyVault
import kotlinx.coroutines.runBlocking

/** Every call on one bag: first what reads, then what writes, last what makes the list longer. */
internal class DistrictCalls(
    private val watch: Stopwatch,
    private val bag: Bag,
    private val own: RustBag,
    private val place: File,
    private val first: PatientId,
) {
    private val everybody = runBlocking { own.patients.list().value().map { it.id } }
    private val me: MemberId = runBlocking { own.whoAmI().value().member }
    private val notes = mutableListOf<Pair<PatientId, EntryId>>()

    fun run() {
        objects()
        lid()
        reading()
        people()
        drafts()
        writing()
        watching()
        registering()
    }

    private fun objects() {
        watch.timePlain("hasBag") { hasBag(place.path) }
        watch.timePlain("softwareKeyVault") { softwareKeyVault(place.resolve("keystore").path) }
        watch.timePlain("Bag.isLocked") { bag.isLocked() }
        watch.timePlain("Bag.patients") { bag.patients().close() }
        watch.timePlain("Bag.visits") { bag.visits().close() }
        watch.timePlain("Bag.notebook") { bag.notebook().close() }
        watch.timePlain("Bag.duty") { bag.duty().close() }
        watch.timePlain("Bag.map") { bag.map().close() }
        watch.timePlain("Bag.handover") { bag.handover().close() }
        watch.timePlain("Bag.association") { bag.association().close() }
        SyncHandle().use { handle -> watch.timePlain("SyncHandle.cancel") { handle.cancel() } }
    }

    private fun lid() {
        watch.time("Bag.lid") { own.lid() }
        watch.time("Bag.whoAmI") { own.whoAmI() }
        watch.time("Bag.health") { own.health() }
    }

    private fun reading() {
        watch.time("Patients.list") { own.patients.list() }
        watch.time("Patients.search") { n -> own.patients.search(SEARCHES[n % SEARCHES.size]) }
        watch.time("Patients.page") { n -> own.patients.page(everybody[n * STRIDE % everybody.size]) }
        watch.time("Patients.conflicts") { own.patients.conflicts() }
        watch.time("Visits.list") { n -> own.visits.list(everybody[n * STRIDE % everybody.size]) }
        watch.time("Visits.draft") { own.visits.draft(first) }
        watch.time("Visits.drafts") { own.visits.drafts() }
        watch.time("Notebook.list") { own.notebook.list() }
        watch.time("Duty.whoAnswers") { n -> own.duty.whoAnswers(everybody[n * STRIDE % everybody.size]) }
        watch.time("Duty.absences") { own.duty.absences() }
        watch.time("Duty.lease") { own.duty.lease() }
    }

    private fun people() {
        watch.time("Association.members") { own.association.members() }
        watch.time("Association.devices") { own.association.devices() }
        watch.time("Association.admissions") { own.association.admissions() }
        watch.time("Association.seeAdmissions") { own.association.seeAdmissions() }
        watch.time("Association.challengeNewcomer") { own.association.challengeNewcomer(FileBytes(ByteArray(200))) }
        watch.time("Association.answerNewcomer") { own.association.answerNewcomer(me, "12345678") }
        watch.time("Association.admit") { own.association.admit(FileBytes(ByteArray(200)), Proof.NotCompared) }
        watch.time("Association.suspend") { own.association.suspendMember(me, "紛失") }
        watch.time("Association.suspensions") { own.association.suspensions() }
        watch.time("Association.confirmSuspension") { own.association.confirmSuspension(me) }
        watch.time("Association.liftSuspension") { own.association.liftSuspension(me) }
    }

    private fun drafts() {
        watch.time("Visits.saveDraft") { n -> own.visits.saveDraft(first, form(n)) }
        watch.time("Visits.discardDraft", { own.visits.saveDraft(first, form(it)) }) { own.visits.discardDraft(first) }
        watch.time("Visits.sign", { n -> patient(n).also { own.visits.saveDraft(it, form(n)).value() } }) { patient ->
            own.visits.sign(patient).also { notes += patient to it.value().id }
        }
    }

    private fun writing() {
        watch.time("Visits.amend", ::note) { (patient, note) -> own.visits.amend(patient, note, "20 mg ではなく 40 mg") }
        watch.time("Visits.confirm", ::note) { (patient, note) -> own.visits.confirm(patient, note) }
        watch.time("Visits.retract", ::note) { (patient, note) -> own.visits.retract(patient, note, "別の患者の記録") }
        watch.time("Patients.setField") { n -> own.patients.setField(patient(n), FieldId("special_note"), "犬がいる。$n") }
        watch.time("Patients.setPinHere") { n -> own.patients.setPinHere(patient(n)) }
        val (field, none) = FieldId("severity") to ValueId("none")
        watch.time("Patients.resolveTake") { own.patients.resolveTake(first, field, listOf(none), none) }
        watch.time("Patients.resolveWith") { own.patients.resolveWith(first, field, listOf(none), "stable") }
        watch.time("Notebook.write") { n -> own.notebook.write("今夜は雪の予報。$n", first) }
        val day = OffsetDateTime.now().plusDays(30)
        watch.time("Duty.declareAbsence") { n ->
            val from = day.plusDays(n.toLong())
            own.duty.declareAbsence(me, from, from.plusHours(8))
        }
        watch.time("Duty.notReached") { own.duty.notReached(me, first, 3) }
        watch.time("Duty.takeOver") { own.duty.takeOver() }
    }

    /** The call alone; what the listener is told comes later, from another thread. */
    private fun watching() {
        val (patients, notebook) = bag.patients() to bag.notebook()
        time("Bag.watchLid") { bag.watchLid(LidTeller { }) }
        time("Patients.watchList") { patients.watchList(PatientListTeller { }) }
        time("Patients.watchPage") { patients.watchPage(first.value, PageTeller { }) }
        time("Notebook.watch") { notebook.watch(NotebookTeller { }) }
        val subscribe: suspend (Int) -> Subscription = { notebook.watch(NotebookTeller { }) }
        watch.time("Subscription.end", subscribe) { subscription ->
            subscription.end()
            Outcome.Done(subscription)
        }
    }

    private fun registering() {
        watch.time("Patients.register") { n ->
            val values = listOf("name" to "新患 $n", "kana" to "シンカン", "severity" to "watch")
            val typed = values.map { (field, value) -> TypedValue(FieldId(field), value) }
            own.patients.register(Registration(consentPaperDate = "2026-10-01", values = typed))
        }
    }

    private fun time(call: String, subscribe: () -> Subscription) {
        var last: Subscription? = null
        watch.time(call, { last?.close() }) { Outcome.Done(subscribe().also { last = it }) }
        last?.close()
    }

    private fun patient(n: Int): PatientId = everybody[n % everybody.size]

    private fun note(n: Int): Pair<PatientId, EntryId> = notes[n % notes.size]

    private fun form(n: Int) = VisitForm(
        subjective = "夜から息が苦しい。$n",
        assessment = "心不全の増悪",
        plan = "利尿薬を静注",
        vitals = Vitals(spo2 = "88", pulse = "112", bpSystolic = "150"),
    )

    private companion object {
        /** Walks the list in jumps, so that no two calls in a row meet the same page. */
        const val STRIDE = 37
        val SEARCHES = listOf("患者 0012", "かんじゃ", "kanja12", "八日市場", "0479-72-1", "患者")
    }
}

package jp.kaban.core

import java.time.OffsetDateTime
import jp.kaban.core.rust.RustBags
import jp.kaban.core.support.PIN
import jp.kaban.core.support.SATO
import jp.kaban.core.support.aPhone
import jp.kaban.core.support.inANewBag
import jp.kaban.core.support.pin
import jp.kaban.core.support.registerHaru
import jp.kaban.core.support.value
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder

/** Whatever comes in wrong is one typed failure, never an exception and never a crash. */
class BadInputTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val locked = KabanFailure.Locked

    @Test
    fun `a bag that was locked refuses every call as locked`() = inANewBag(folder.root) { bag ->
        val haru = bag.registerHaru()
        bag.lock().value()
        bag.lock().value()
        assertTrue(bag.isLocked())
        for ((name, call) in everyCall(haru)) assertEquals(name, locked, bag.call().failureOrNull())
    }

    @Test
    fun `a bag that was closed refuses every call as locked`() {
        val (closed, haru) = inANewBag(folder.root) { bag -> bag to bag.registerHaru() }
        closed.close()
        runBlocking {
            assertTrue(closed.isLocked())
            assertEquals(locked, closed.lock().failureOrNull())
            for ((name, call) in everyCall(haru)) assertEquals(name, locked, closed.call().failureOrNull())
            assertEquals(locked, closed.watchLid().toList().single().failureOrNull())
            assertEquals(locked, closed.patients.watchList().toList().single().failureOrNull())
            assertEquals(locked, closed.patients.watchPage(haru).toList().single().failureOrNull())
            assertEquals(locked, closed.notebook.watch().toList().single().failureOrNull())
        }
    }

    @Test
    fun `a store is opened once at a time, and again once it was locked`() {
        val bags = RustBags(aPhone())
        inANewBag(folder.root, bags) { bag ->
            assertEquals(KabanFailure.InUse, bags.open(folder.root.path, pin()).failureOrNull())
            bag.lock().value()
            bags.open(folder.root.path, pin()).value().use { assertFalse(it.isLocked()) }
        }
    }

    @Test
    fun `opening wipes the PIN that it was given`() = runBlocking {
        val given = pin()
        val opened = RustBags(aPhone()).open(folder.root.path, given)
        assertTrue(opened.failureOrNull() is KabanFailure.NotFound)
        assertEquals(ByteArray(PIN.length).toList(), given.toList())
    }

    @Test
    fun `there is no bag in a folder that is none`() = runBlocking {
        val bags = RustBags(aPhone())
        assertFalse(bags.hasBag(folder.root.path))
        assertFalse(bags.hasBag(HALF))
        assertEquals("folder", invalid(bags.open(HALF, pin())))
        inANewBag(folder.newFolder("bag"), bags) { }
        assertTrue(bags.hasBag(folder.root.resolve("bag").path))
    }

    @Test
    fun `half a character is refused with the name of its input`() = inANewBag(folder.root) { bag ->
        val haru = bag.registerHaru()
        val me = bag.whoAmI().value().member
        val note = EntryId(haru.value)
        val field = FieldId("special_note")
        val bags = RustBags(aPhone())
        val place = folder.root.resolve("other").path

        suspend fun draft(form: VisitForm) = invalid(bag.visits.saveDraft(haru, form))
        suspend fun registered(request: Registration) = invalid(bag.patients.register(request))
        assertEquals("text", invalid(bag.patients.search(HALF)))
        assertEquals("patient", invalid(bag.patients.page(PatientId(HALF))))
        assertEquals("special_note", invalid(bag.patients.setField(haru, field, "10$HALF")))
        assertEquals("field", invalid(bag.patients.setField(haru, FieldId(HALF), "x")))
        assertEquals("special_note", invalid(bag.patients.resolveWith(haru, field, emptyList(), HALF)))
        assertEquals("value", invalid(bag.patients.resolveTake(haru, field, listOf(ValueId(HALF)), ValueId("x"))))
        assertEquals("name", registered(Registration(values = listOf(TypedValue(FieldId("name"), HALF)))))
        assertEquals("primary", registered(Registration(primary = MemberId(HALF))))
        assertEquals("visit.plan", draft(VisitForm(plan = HALF)))
        assertEquals("vitals.pulse", draft(VisitForm(vitals = Vitals(pulse = HALF))))
        assertEquals("visit.drugs_given.dose", draft(VisitForm(drugsGiven = listOf(DrugGiven(dose = HALF)))))
        assertEquals("visit.procedures", draft(VisitForm(procedures = listOf("ok", HALF))))
        assertEquals("death.cause", draft(VisitForm(death = Death(cause = HALF))))
        assertEquals("text", invalid(bag.visits.amend(haru, note, HALF)))
        assertEquals("reason", invalid(bag.visits.retract(haru, note, HALF)))
        assertEquals("text", invalid(bag.notebook.write(HALF)))
        assertEquals("reason", invalid(bag.association.suspendMember(me, HALF)))
        assertEquals("proof", invalid(bag.association.admit(FileBytes(ByteArray(0)), Proof.Answer(HALF))))
        assertEquals("challenge", invalid(bag.association.answerNewcomer(me, HALF)))
        assertEquals("relay", invalid(bag.sync(HALF)))
        assertEquals("member", invalid(bag.handover.offer(MemberId(HALF), DeviceId(HALF))))
        assertEquals("association", invalid(bags.found(place, pin(), Founding(HALF, SATO))))
        assertEquals("person.kana", invalid(bags.requestToJoin(place, pin(), SATO.copy(kana = HALF))))
        assertEquals("patient", invalid(bag.patients.watchPage(PatientId(HALF)).toList().single()))
        // Nothing was written by any of it, and whole characters of two halves are taken.
        assertEquals(null, bag.visits.draft(haru).value())
        assertEquals(field, bag.patients.setField(haru, field, "𠮷野").value())
    }

    @Test
    fun `a text of a megabyte is refused with the name of its input`() = inANewBag(folder.root) { bag ->
        val haru = bag.registerHaru()
        val long = "a".repeat(MEGABYTE)
        assertEquals("text", invalid(bag.patients.search(long)))
        assertEquals("special_note", invalid(bag.patients.setField(haru, FieldId("special_note"), long)))
        assertEquals("field", invalid(bag.patients.setField(haru, FieldId(long), "x")))
        assertEquals("patient", invalid(bag.patients.page(PatientId(long))))
        assertEquals("visit.subjective", invalid(bag.visits.saveDraft(haru, VisitForm(subjective = long))))
        assertEquals("text", invalid(bag.notebook.write(long)))
        assertEquals("relay", invalid(bag.sync(long)))
        assertEquals("request", invalid(bag.association.admit(FileBytes(ByteArray(MEGABYTE)), Proof.NotCompared)))
    }

    @Test
    fun `an id of another kind finds nothing`() = inANewBag(folder.root) { bag ->
        val haru = bag.registerHaru()
        val me = bag.whoAmI().value().member
        val now = OffsetDateTime.parse("2026-11-25T09:00:00+09:00")
        assertTrue(bag.patients.page(PatientId(me.value)).failureOrNull() is KabanFailure.NotFound)
        assertTrue(bag.visits.amend(haru, EntryId(haru.value), "訂正").failureOrNull() is KabanFailure.NotFound)
        val absence = bag.duty.declareAbsence(MemberId(haru.value), now, now.plusDays(1))
        assertTrue(absence.failureOrNull() is KabanFailure.Rule)
    }

    @Test
    fun `instants of the year 9999 and beyond are refused by name`() = inANewBag(folder.root) { bag ->
        val haru = bag.registerHaru()
        val me = bag.whoAmI().value().member
        val now = OffsetDateTime.parse("2026-11-25T09:00:00+09:00")
        val last = OffsetDateTime.parse("9999-12-31T23:59:59+09:00")
        for (far in listOf(last, OffsetDateTime.MAX, OffsetDateTime.MIN)) {
            assertEquals("to", invalid(bag.duty.declareAbsence(me, now, far)))
            assertEquals("at", invalid(bag.duty.whoAnswers(haru, far)))
            assertEquals("visit.left_at", invalid(bag.visits.saveDraft(haru, VisitForm(leftAt = far))))
        }
        assertEquals("birth_date", invalid(bag.patients.setField(haru, FieldId("birth_date"), "9999-12-31")))
    }

    @Test
    fun `a count that is none is refused`() = inANewBag(folder.root) { bag ->
        val me = bag.whoAmI().value().member
        for (tries in listOf(Int.MIN_VALUE, -1, 0, 101, Int.MAX_VALUE)) {
            assertTrue("$tries", bag.duty.notReached(me, null, tries).failureOrNull() is KabanFailure.Invalid)
        }
    }

    private fun invalid(outcome: Outcome<*>): String? = (outcome.failureOrNull() as? KabanFailure.Invalid)?.field

    private fun everyCall(patient: PatientId): Map<String, suspend BagService.() -> Outcome<*>> {
        val (member, device, note) = Triple(MemberId(patient.value), DeviceId(patient.value), EntryId(patient.value))
        val field = FieldId("severity")
        val file = FileBytes(ByteArray(1))
        val now = OffsetDateTime.parse("2026-11-25T09:00:00+09:00")
        return mapOf(
            "lid" to { lid() },
            "whoAmI" to { whoAmI() },
            "health" to { health() },
            "sync" to { sync("http://127.0.0.1:9") },
            "patients.list" to { patients.list() },
            "patients.search" to { patients.search("た") },
            "patients.page" to { patients.page(patient) },
            "patients.setField" to { patients.setField(patient, field, "stable") },
            "patients.conflicts" to { patients.conflicts() },
            "patients.resolveTake" to { patients.resolveTake(patient, field, emptyList(), ValueId("x")) },
            "patients.resolveWith" to { patients.resolveWith(patient, field, emptyList(), "stable") },
            "patients.register" to { patients.register(Registration()) },
            "visits.list" to { visits.list(patient) },
            "visits.draft" to { visits.draft(patient) },
            "visits.drafts" to { visits.drafts() },
            "visits.saveDraft" to { visits.saveDraft(patient, VisitForm(plan = "P")) },
            "visits.discardDraft" to { visits.discardDraft(patient) },
            "visits.sign" to { visits.sign(patient) },
            "visits.amend" to { visits.amend(patient, note, "訂正") },
            "visits.confirm" to { visits.confirm(patient, note) },
            "visits.retract" to { visits.retract(patient, note, "誤り") },
            "notebook.list" to { notebook.list() },
            "notebook.write" to { notebook.write("雪") },
            "duty.whoAnswers" to { duty.whoAnswers() },
            "duty.absences" to { duty.absences() },
            "duty.declareAbsence" to { duty.declareAbsence(member, now, now.plusDays(1)) },
            "duty.notReached" to { duty.notReached(member, null, 1) },
            "duty.takeOver" to { duty.takeOver() },
            "duty.lease" to { duty.lease() },
            "handover.offer" to { handover.offer(member, device) },
            "handover.receive" to { handover.receive(file) },
            "handover.accept" to { handover.accept() },
            "handover.release" to { handover.release() },
            "handover.withdraw" to { handover.withdraw() },
            "handover.status" to { handover.status() },
            "association.members" to { association.members() },
            "association.devices" to { association.devices() },
            "association.challengeNewcomer" to { association.challengeNewcomer(file) },
            "association.admit" to { association.admit(file, Proof.NotCompared) },
            "association.answerNewcomer" to { association.answerNewcomer(member, "12345678") },
            "association.admissions" to { association.admissions() },
            "association.seeAdmissions" to { association.seeAdmissions() },
            "association.suspendMember" to { association.suspendMember(member, "紛失") },
            "association.suspensions" to { association.suspensions() },
            "association.confirmSuspension" to { association.confirmSuspension(member) },
            "association.liftSuspension" to { association.liftSuspension(member) },
        )
    }

    private companion object {
        /** The first half of a character of two. */
        const val HALF = "\uD842"
        const val MEGABYTE = 1_000_000
    }
}

package jp.kaban.core.rust

import jp.kaban.core.Draft
import jp.kaban.core.EntryId
import jp.kaban.core.Outcome
import jp.kaban.core.PatientId
import jp.kaban.core.SignedVisit
import jp.kaban.core.Visit
import jp.kaban.core.VisitForm
import jp.kaban.core.VisitsService
import jp.kaban.ffi.Visits

internal class RustVisits(private val visits: Visits, private val boundary: Boundary) :
    VisitsService, AutoCloseable by visits {

    override suspend fun list(patient: PatientId): Outcome<List<Visit>> =
        boundary.ask { visits.list(patient.toRust()).map { it.toOwn() } }

    override suspend fun draft(patient: PatientId): Outcome<Draft?> =
        boundary.ask { visits.draft(patient.toRust())?.toOwn() }

    override suspend fun drafts(): Outcome<List<Draft>> =
        boundary.ask { visits.drafts().map { it.toOwn() } }

    override suspend fun saveDraft(patient: PatientId, form: VisitForm): Outcome<Draft> =
        boundary.ask { visits.saveDraft(patient.toRust(), form.toRust()).toOwn() }

    override suspend fun discardDraft(patient: PatientId): Outcome<Boolean> =
        boundary.ask { visits.discardDraft(patient.toRust()) }

    override suspend fun sign(patient: PatientId): Outcome<SignedVisit> =
        boundary.ask { visits.sign(patient.toRust()).toOwn() }

    override suspend fun amend(patient: PatientId, note: EntryId, text: String): Outcome<EntryId> =
        boundary.ask { EntryId(visits.amend(patient.toRust(), note.toRust("note"), text("text", text))) }

    override suspend fun confirm(patient: PatientId, note: EntryId): Outcome<EntryId> =
        boundary.ask { EntryId(visits.confirm(patient.toRust(), note.toRust("note"))) }

    override suspend fun retract(patient: PatientId, note: EntryId, reason: String): Outcome<EntryId> =
        boundary.ask { EntryId(visits.retract(patient.toRust(), note.toRust("note"), text("reason", reason))) }
}

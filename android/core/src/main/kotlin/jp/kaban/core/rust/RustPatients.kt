package jp.kaban.core.rust

import jp.kaban.core.Conflict
import jp.kaban.core.FieldId
import jp.kaban.core.Found
import jp.kaban.core.Outcome
import jp.kaban.core.Page
import jp.kaban.core.PatientId
import jp.kaban.core.PatientRow
import jp.kaban.core.PatientsService
import jp.kaban.core.Registration
import jp.kaban.core.ValueId
import jp.kaban.ffi.Patients
import kotlinx.coroutines.flow.Flow

internal class RustPatients(private val patients: Patients, private val boundary: Boundary) :
    PatientsService, AutoCloseable by patients {

    override suspend fun list(): Outcome<List<PatientRow>> =
        boundary.ask { patients.list().map { it.toOwn() } }

    override fun watchList(): Flow<Outcome<List<PatientRow>>> =
        boundary.watching { patients.watchList(PatientListTeller(it)) }

    override suspend fun search(text: String): Outcome<Found> =
        boundary.ask { patients.search(text("text", text)).toOwn() }

    override suspend fun page(patient: PatientId): Outcome<Page> =
        boundary.ask { patients.page(patient.toRust()).toOwn() }

    override fun watchPage(patient: PatientId): Flow<Outcome<Page>> =
        boundary.watching { patients.watchPage(patient.toRust(), PageTeller(it)) }

    override suspend fun setField(patient: PatientId, field: FieldId, value: String?): Outcome<FieldId> =
        boundary.ask {
            val typed = value?.let { text(field.value, it) }
            FieldId(patients.setField(patient.toRust(), field.toRust(), typed))
        }

    override suspend fun setPinHere(patient: PatientId): Outcome<FieldId> =
        boundary.ask { FieldId(patients.setPinHere(patient.toRust())) }

    override suspend fun conflicts(patient: PatientId?): Outcome<List<Conflict>> =
        boundary.ask { patients.conflicts(patient?.toRust()).map { it.toOwn() } }

    override suspend fun resolveTake(
        patient: PatientId,
        field: FieldId,
        of: List<ValueId>,
        take: ValueId,
    ): Outcome<Unit> = boundary.ask {
        patients.resolveTake(patient.toRust(), field.toRust(), of.map { it.toRust() }, take.toRust())
    }

    override suspend fun resolveWith(
        patient: PatientId,
        field: FieldId,
        of: List<ValueId>,
        value: String,
    ): Outcome<Unit> = boundary.ask {
        val typed = text(field.value, value)
        patients.resolveWith(patient.toRust(), field.toRust(), of.map { it.toRust() }, typed)
    }

    override suspend fun register(request: Registration): Outcome<PatientId> =
        boundary.ask { PatientId(patients.register(request.toRust())) }
}

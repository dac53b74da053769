package jp.kaban.core.rust

import java.time.OffsetDateTime
import jp.kaban.core.Absence
import jp.kaban.core.Answers
import jp.kaban.core.DutyService
import jp.kaban.core.Lease
import jp.kaban.core.MemberId
import jp.kaban.core.Outcome
import jp.kaban.core.PatientId
import jp.kaban.ffi.Duty

internal class RustDuty(private val duty: Duty, private val boundary: Boundary) :
    DutyService, AutoCloseable by duty {

    override suspend fun whoAnswers(patient: PatientId?, at: OffsetDateTime?): Outcome<Answers> =
        boundary.ask { duty.whoAnswers(patient?.toRust(), at?.toRust()).toOwn() }

    override suspend fun absences(): Outcome<List<Absence>> =
        boundary.ask { duty.absences().map { it.toOwn() } }

    override suspend fun declareAbsence(member: MemberId, from: OffsetDateTime, to: OffsetDateTime): Outcome<Unit> =
        boundary.ask { duty.declareAbsence(member.toRust(), from.toRust(), to.toRust()) }

    override suspend fun notReached(member: MemberId, patient: PatientId?, tries: Int): Outcome<Unit> =
        // The core refuses 0; less than that is as wrong.
        boundary.ask { duty.notReached(member.toRust(), patient?.toRust(), tries.coerceAtLeast(0).toUInt()) }

    override suspend fun takeOver(): Outcome<Unit> = boundary.ask { duty.takeOver() }

    override suspend fun lease(): Outcome<Lease> = boundary.ask { duty.lease().toOwn() }
}

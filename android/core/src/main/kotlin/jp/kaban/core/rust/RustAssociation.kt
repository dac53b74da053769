package jp.kaban.core.rust

import jp.kaban.core.Admission
import jp.kaban.core.AssociationService
import jp.kaban.core.Challenge
import jp.kaban.core.Device
import jp.kaban.core.FileBytes
import jp.kaban.core.Joined
import jp.kaban.core.Member
import jp.kaban.core.MemberId
import jp.kaban.core.Outcome
import jp.kaban.core.Proof
import jp.kaban.core.Suspension
import jp.kaban.ffi.Association

internal class RustAssociation(private val association: Association, private val boundary: Boundary) :
    AssociationService, AutoCloseable by association {

    override suspend fun members(): Outcome<List<Member>> =
        boundary.ask { association.members().map { it.toOwn() } }

    override suspend fun devices(): Outcome<List<Device>> =
        boundary.ask { association.devices().map { it.toOwn() } }

    override suspend fun challengeNewcomer(request: FileBytes): Outcome<Challenge> =
        boundary.ask { association.challengeNewcomer(request.borrow()).toOwn() }

    override suspend fun admit(request: FileBytes, proof: Proof): Outcome<Joined> =
        boundary.ask { association.admit(request.borrow(), proof.toRust()).toOwn() }

    override suspend fun answerNewcomer(member: MemberId, challenge: String): Outcome<String> =
        boundary.ask { association.answerNewcomer(member.toRust(), text("challenge", challenge)) }

    override suspend fun admissions(): Outcome<List<Admission>> =
        boundary.ask { association.admissions().map { it.toOwn() } }

    override suspend fun seeAdmissions(): Outcome<Unit> = boundary.ask { association.seeAdmissions() }

    override suspend fun suspendMember(member: MemberId, reason: String): Outcome<Unit> =
        boundary.ask { association.suspend(member.toRust(), text("reason", reason)) }

    override suspend fun suspensions(): Outcome<List<Suspension>> =
        boundary.ask { association.suspensions().map { it.toOwn() } }

    override suspend fun confirmSuspension(member: MemberId): Outcome<Unit> =
        boundary.ask { association.confirmSuspension(member.toRust()) }

    override suspend fun liftSuspension(member: MemberId): Outcome<Unit> =
        boundary.ask { association.liftSuspension(member.toRust()) }
}

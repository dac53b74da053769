package jp.kaban.core

import java.time.OffsetDateTime

/** 医師会 Members and devices, and letting a device in. */
interface AssociationService {
    /** Everybody. */
    suspend fun members(): Outcome<List<Member>>

    /** Every device. */
    suspend fun devices(): Outcome<List<Device>>

    /** Fixes a request, and gives the eight digits to read out to whoever asks. */
    suspend fun challengeNewcomer(request: FileBytes): Outcome<Challenge>

    /**
     * Lets a device in, if the proof is its own: the answer to the challenge that was made last, or
     * what the camera read from it. Three wrong answers, and a new challenge is needed.
     */
    suspend fun admit(request: FileBytes, proof: Proof): Outcome<Joined>

    /** The six digits that answer the eight that a new member reads out. */
    suspend fun answerNewcomer(member: MemberId, challenge: String): Outcome<String>

    /** Every device that was let in, the latest last. */
    suspend fun admissions(): Outcome<List<Admission>>

    /** This person has seen every admission there is. */
    suspend fun seeAdmissions(): Outcome<Unit>

    /**
     * Stops a member until the suspension is lifted: what they write is refused, nothing new is sealed
     * to them. It is provisional until somebody else confirms it.
     */
    suspend fun suspendMember(member: MemberId, reason: String): Outcome<Unit>

    /** The suspensions that stand, oldest first. */
    suspend fun suspensions(): Outcome<List<Suspension>>

    /** Says that the suspension of a member is right. */
    suspend fun confirmSuspension(member: MemberId): Outcome<Unit>

    /** Lifts the suspension of a member: an admin, or two doctors. */
    suspend fun liftSuspension(member: MemberId): Outcome<Unit>
}

/** One member. */
data class Member(
    val id: MemberId,
    val name: String,
    /** Reading. */
    val kana: String,
    val role: Coded,
    /** Number to call. */
    val phone: String,
    /** May act and read. */
    val active: Boolean,
    /** May admit others. */
    val admin: Boolean,
    /** Holds the bag. */
    val onDuty: Boolean,
    /** How the keys of their device were compared when they were let in; null for the founder. */
    val compared: Compared?,
) : Shown()

/** One device. */
data class Device(
    val id: DeviceId,
    /** Whose slots it has. */
    val members: List<String>,
    val status: DeviceStatus,
    /** The one in hand. */
    val isThisOne: Boolean,
) : Shown()

/** A suspension that stands. */
data class Suspension(
    /** Whom it stops. */
    val member: MemberId,
    /** Their name. */
    val name: String,
    /** Who says so. */
    val by: String,
    /** When, by the writer's clock. */
    val since: OffsetDateTime,
    /** Who else says so; while nobody does, it is provisional. */
    val confirmedBy: String?,
    /** It has been provisional for 72 hours: confirm it or lift it. */
    val asked: Boolean,
) : Shown()

/** Whether a device may still act. */
enum class DeviceStatus {
    /** It may. */
    ACTIVE,

    /** Stopped for a time. */
    SUSPENDED,

    /** Out for good. */
    REMOVED,
}

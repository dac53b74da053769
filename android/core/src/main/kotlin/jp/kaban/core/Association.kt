package jp.kaban.core

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

    /** Stops a member for 72 hours: what they write is refused, nothing new is sealed to them. */
    suspend fun suspendMember(member: MemberId, reason: String): Outcome<Unit>
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

/** Whether a device may still act. */
enum class DeviceStatus {
    /** It may. */
    ACTIVE,

    /** Stopped for a time. */
    SUSPENDED,

    /** Out for good. */
    REMOVED,
}

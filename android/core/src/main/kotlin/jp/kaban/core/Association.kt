package jp.kaban.core

/** 医師会 Members and devices, and letting a device in. */
interface AssociationService {
    /** Everybody. */
    suspend fun members(): Outcome<List<Member>>

    /** Every device. */
    suspend fun devices(): Outcome<List<Device>>

    /** Lets a device in, if the six digits that were compared by voice are the request's. */
    suspend fun admit(request: FileBytes, code: String): Outcome<Joined>

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

/** A device that was let in. */
data class Joined(
    val device: DeviceId,
    val member: MemberId,
    /** The sealed answer to carry back. */
    val grant: FileBytes,
) : Shown()

package jp.kaban.core

import java.time.OffsetDateTime

/**
 * 引き継ぎ Handing the bag over. By file the order is: offer, receive, accept, release, receive,
 * release; by relay the same records travel when the devices sync, and no file has to be carried.
 *
 * A step that has begun comes to its end even when whoever asked is cancelled.
 */
interface HandoverService {
    /** Offers the bag to a doctor's device; who offered stays on duty until it is accepted. */
    suspend fun offer(to: MemberId, device: DeviceId): Outcome<HandoverStep>

    /** Reads the file of an offer or of a release; without a file, the offer that came through the relay. */
    suspend fun receive(file: FileBytes? = null): Outcome<HandoverStep>

    /** Accepts: when this returns, whoever opened this bag is on duty. */
    suspend fun accept(): Outcome<HandoverStep>

    /** Lets go, and erases what is not one's own once everything written here has reached somebody. */
    suspend fun release(file: FileBytes? = null): Outcome<HandoverStep>

    /** Takes the offer back. */
    suspend fun withdraw(): Outcome<HandoverReceipt>

    /** Where the latest handover of this device stands. */
    suspend fun status(): Outcome<HandoverReceipt>
}

/** A step of a handover. */
data class HandoverStep(
    /** Where it stands now. */
    val view: HandoverReceipt,
    /** The sealed `.kaban` file to carry, if there is one; opens on the other device only. */
    val file: FileBytes?,
) : Shown()

/** Where the latest handover of this device stands, as a receipt. */
data class HandoverReceipt(
    val state: HandoverState,
    /** Id of the offer. */
    val offer: String,
    /** Who gives. */
    val from: String,
    /** Who takes. */
    val to: String,
    /** Patients on the list. */
    val patients: Long,
    /** Envelopes in the bag. */
    val envelopes: Long,
    /** Bytes of the file made or read. */
    val bytes: Long,
    /** Rows erased on this device. */
    val erased: Long,
    /** Patients of the list that stay here, because they are one's own. */
    val keptOwn: Long,
    /** Envelopes that no receipt covers yet. */
    val unsent: Long,
    /** Envelopes written after the offer. */
    val late: Long,
    /** Root over everything that was verified. */
    val receipt: String,
    val at: OffsetDateTime?,
) : Shown()

/** Where a handover stands. */
enum class HandoverState {
    /** There has been none on this device. */
    NONE,

    /** Offered to the next doctor. */
    OFFERED,

    /** Verified by the next doctor, not accepted yet. */
    RECEIVED,

    /** Accepted: the next doctor is on duty. */
    ACCEPTED,

    /** The one before has let go. */
    RELEASED,

    /** What is not one's own is erased. */
    ERASED,

    /** The offer was taken back. */
    WITHDRAWN,

    /** The offer ended by itself; who offered is still on duty. */
    EXPIRED,
}

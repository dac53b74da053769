package jp.kaban.core

import java.time.OffsetDateTime
import kotlinx.coroutines.flow.Flow

/** Finding, making and opening the bag of a folder; one folder is one device. */
interface Bags {
    /** Whether there is a bag in a folder, without opening it. */
    suspend fun hasBag(folder: String): Boolean

    /**
     * Founds an association on a new device. A new device needs a PIN of eight digits where the
     * keystore is a chip, else a passphrase of 13 characters; `pin` is wiped, here and below.
     */
    suspend fun found(folder: String, pin: ByteArray, request: Founding): Outcome<BagService>

    /** Makes a new device, or asks again with the one that is there; gives what to carry to an admin. */
    suspend fun requestToJoin(folder: String, pin: ByteArray, person: Person): Outcome<JoinRequest>

    /** The newcomer's six digits, to the eight that the admin reads out. */
    suspend fun answerAdmin(folder: String, pin: ByteArray, challenge: String): Outcome<String>

    /** Fixes an admin's grant without joining, and gives the eight digits to read out to them. */
    suspend fun challengeAdmin(folder: String, pin: ByteArray, grant: FileBytes): Outcome<Grant>

    /**
     * Takes an admin's grant, if the proof is theirs: the answer to [challengeAdmin], or what the
     * camera read from their screen.
     */
    suspend fun join(folder: String, pin: ByteArray, grant: FileBytes, proof: Proof): Outcome<BagService>

    /** Opens the bag. On a device of several people `member` names whose slot; without it the PIN tells. */
    suspend fun open(folder: String, pin: ByteArray, member: MemberId? = null): Outcome<BagService>
}

/**
 * One device's bag, opened by one person. Locking or closing it ends everything in it.
 *
 * Every call may be made from any thread; it runs on the dispatcher that the bag was opened with,
 * and may be made while a synchronisation runs.
 *
 * A flow of `watch…` begins with the value now. It ends with its collector, and after `Failed(Locked)`;
 * any other failure is an event among the values, and the next change is told again. Who is slow
 * misses values that were overtaken, never the newest.
 */
interface BagService : AutoCloseable {
    val patients: PatientsService
    val visits: VisitsService
    val notebook: NotebookService
    val duty: DutyService
    val map: MapService
    val handover: HandoverService
    val association: AssociationService

    /** The lid: who is on duty, how old the data is, what is unsent, what was set aside. */
    suspend fun lid(): Outcome<Lid>

    /** The lid now, then after every change. */
    fun watchLid(): Flow<Outcome<Lid>>

    /** This device and person. */
    suspend fun whoAmI(): Outcome<Me>

    /** Checks store, chains, clock, disk and keys, and says what to do. */
    suspend fun health(): Outcome<Health>

    /**
     * Meets the relay, or the one remembered, until neither side has news. Cancelling the coroutine
     * cancels it: what was exchanged until then is saved, the rest waits. `onProgress` is called
     * from a thread of the core.
     */
    suspend fun sync(relay: String? = null, onProgress: (SyncProgress) -> Unit = {}): Outcome<SyncReport>

    /** The same as a flow: how far it is, and how it ended, once. It is cancelled with its collector. */
    fun syncing(relay: String? = null): Flow<SyncStep>

    /** Whether it has been locked. */
    fun isLocked(): Boolean

    /** Locks: keys are dropped, watching ends, every later call is refused as `Locked`. */
    suspend fun lock(): Outcome<Unit>

    /** Lets go of the store; every later call is refused as `Locked`. Closing twice is no error. */
    override fun close()
}

/** An association to found. */
data class Founding(
    /** Its name. */
    val association: String,
    /** Its first admin. */
    val person: Person,
) : Shown()

/** A person who founds an association or asks to join one. */
data class Person(
    val name: String,
    /** Reading, in katakana. */
    val kana: String,
    /** `doctor`, `nurse`, `pharmacist`, `care_manager`, `dentist`, `helper`, `hospital`, `office`. */
    val role: String,
    /** Number to call. */
    val phone: String,
) : Shown()

/** Who is holding this device. */
data class Me(
    val association: String,
    val member: MemberId,
    val name: String,
    val role: Coded,
    val device: DeviceId,
    val holdsBag: Boolean,
) : Shown()

/** The lid: always there. */
data class Lid(
    val association: String,
    /** Who has opened the bag. */
    val me: String,
    /** Who is on duty by the signed chain; nobody before the first. */
    val onDuty: String?,
    val onDutySince: OffsetDateTime?,
    /** Until when the turn runs. */
    val onDutyUntil: OffsetDateTime?,
    /** This person, on this device, is on duty. */
    val holdsBag: Boolean,
    /** A former holder has not let go yet: both may believe to be on duty (引継ぎ未確認). */
    val handoverUnconfirmed: Boolean,
    /** Last meeting with a relay. */
    val syncedAt: OffsetDateTime?,
    /** What is on this device only: envelopes that no receipt covers. */
    val unsent: Long,
    /** Patients that can be read here. */
    val patients: Int,
    /** Patients that a lease keeps closed. */
    val locked: Int,
    /** Patients on the duty list. */
    val dutyList: Int,
    /** Fields that wait for a decision. */
    val conflicts: Int,
    /** Devices that were let in since this person last looked: [AssociationService.admissions]. */
    val newAdmissions: Int,
    val setAside: List<SetAside>,
    /** The lease, with its banner. */
    val lease: Lease,
    /** What the phone believes of its connection. */
    val connection: Connection,
) : Shown()

/** Something that was not taken in, and why. */
data class SetAside(
    /** Its id: of an envelope or a record. */
    val id: String,
    /** Why, as a code of `core/docs/formats.md` or in words. */
    val reason: String,
) : Shown()

/** Store, chains, clock, keys: what is well and what is not. */
data class Health(
    /** Nothing wrong anywhere. */
    val ok: Boolean,
    /** One row a check. */
    val findings: List<Finding>,
) : Shown()

/** One thing that the health check looked at. */
data class Finding(
    /** What was checked. */
    val check: String,
    /** Nothing wrong. */
    val ok: Boolean,
    /** What was found. */
    val found: String,
    /** What to do, empty when nothing. */
    val advice: String,
) : Shown()

package jp.kaban.core

import java.time.OffsetDateTime

/** 当番 Who answers, absences, not reached, taking the duty, the lease. */
interface DutyService {
    /** Who answers for a patient at an instant, in order, each with why; without a patient the duty only. */
    suspend fun whoAnswers(patient: PatientId? = null, at: OffsetDateTime? = null): Outcome<Answers>

    /** Absences that are not over, of everybody. */
    suspend fun absences(): Outcome<List<Absence>>

    /** Declares one's own absence, or the office somebody's. */
    suspend fun declareAbsence(member: MemberId, from: OffsetDateTime, to: OffsetDateTime): Outcome<Unit>

    /** Records that a doctor was not reached, how often it was tried, 1 to 100, and for whom. */
    suspend fun notReached(member: MemberId, patient: PatientId?, tries: Int): Outcome<Unit>

    /** Takes the duty with one signature: the first holder, or in an emergency. Everybody sees it. */
    suspend fun takeOver(): Outcome<Unit>

    /** Where the lease of this device stands. */
    suspend fun lease(): Outcome<Lease>
}

/** Who answers, in order. */
data class Answers(
    /** First = who answers now; each next one if there is no answer. */
    val chain: List<Answerer>,
    val passedOver: List<PassedOver>,
    /** The ordinary turn at that instant. */
    val turnFrom: OffsetDateTime,
    val turnTo: OffsetDateTime,
    /** Who holds the bag by the signed chain. */
    val holder: String?,
    /** Number of that link. */
    val duty: Long,
) : Shown()

/** One who answers. */
data class Answerer(
    val name: String,
    val member: MemberId,
    /** In what capacity: `primary`, `entrusted`, `deputy`, `duty`. */
    val answersAs: String,
    val why: Words,
    /** Number to call. */
    val phone: String,
    /** Age of what is known about this, seconds. */
    val knownAgeS: Long,
) : Shown()

/** One who would answer and is away. */
data class PassedOver(
    val name: String,
    /** Why not. */
    val why: Words,
) : Shown()

/** An absence that is not over. */
data class Absence(
    /** Whose. */
    val name: String,
    val from: OffsetDateTime,
    /** Not included. */
    val to: OffsetDateTime,
) : Shown()

/** The lease of this device. */
data class Lease(
    /** Where it stands. */
    val state: LeaseState,
    /** Number of the duty, 0 for none. */
    val duty: Long,
    /** The turn it is for. */
    val turnFrom: OffsetDateTime?,
    val turnTo: OffsetDateTime?,
    /** End of the term that runs. */
    val until: OffsetDateTime?,
    /** Patients of the duty are closed. */
    val bagLocked: Boolean,
    /** Patients of one's own are closed. */
    val ownLocked: Boolean,
    /** A sentence that has to be seen. */
    val banner: Words?,
    /** Why something is closed. */
    val why: Words?,
) : Shown()

/** Where a lease stands; of several scopes the worst. */
enum class LeaseState {
    /** No bag here, and nothing of one's own to renew. */
    NONE,

    /** Within its term. */
    RUNNING,

    /** Past its turn, within the day of grace. */
    GRACE,

    /** Past its term in the hands of whoever is on duty: a banner asks for a successor, nothing is locked. */
    OVERDUE,

    /** Reading is refused until it is renewed; nothing is erased, and writing goes on. */
    SOFT_LOCKED,
}

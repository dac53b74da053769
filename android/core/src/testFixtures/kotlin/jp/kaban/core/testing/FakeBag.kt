package jp.kaban.core.testing

import jp.kaban.core.BagService
import jp.kaban.core.Bags
import jp.kaban.core.FileBytes
import jp.kaban.core.Founding
import jp.kaban.core.Grant
import jp.kaban.core.Health
import jp.kaban.core.JoinRequest
import jp.kaban.core.KabanFailure
import jp.kaban.core.Lid
import jp.kaban.core.Me
import jp.kaban.core.MemberId
import jp.kaban.core.Outcome
import jp.kaban.core.Person
import jp.kaban.core.Proof
import jp.kaban.core.SyncProgress
import jp.kaban.core.SyncReport
import jp.kaban.core.SyncStep
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.transformWhile

/** Bags that open without a library: `pin` opens `bag`, anything else does not. */
class FakeBags(private val pin: String = "27182846", val bag: FakeBag = FakeBag()) : Bags {
    /** Whether there is a bag in any folder. */
    var there = true

    override suspend fun hasBag(folder: String): Boolean = there

    override suspend fun found(folder: String, pin: ByteArray, request: Founding): Outcome<BagService> = begin(pin)

    override suspend fun requestToJoin(folder: String, pin: ByteArray, person: Person): Outcome<JoinRequest> {
        pin.fill(0)
        return Outcome.Done(JoinRequest(FileBytes("request".toByteArray()), "KABAN:PAIR:1:" + "A".repeat(64)))
    }

    override suspend fun answerAdmin(folder: String, pin: ByteArray, challenge: String): Outcome<String> {
        pin.fill(0)
        return Outcome.Done("123456")
    }

    override suspend fun challengeAdmin(folder: String, pin: ByteArray, grant: FileBytes): Outcome<Grant> {
        pin.fill(0)
        return Outcome.Done(Grant("匝瑳医師会", "佐藤 恵", "12345678"))
    }

    override suspend fun join(
        folder: String,
        pin: ByteArray,
        grant: FileBytes,
        proof: Proof,
    ): Outcome<BagService> = begin(pin)

    override suspend fun open(folder: String, pin: ByteArray, member: MemberId?): Outcome<BagService> {
        val right = pin.decodeToString() == this.pin
        pin.fill(0)
        return when {
            !there -> Outcome.Failed(KabanFailure.NotFound("no bag here"))
            right -> Outcome.Done(bag)
            else -> Outcome.Failed(KabanFailure.WrongPassphrase)
        }
    }

    private fun begin(pin: ByteArray): Outcome<BagService> {
        pin.fill(0)
        there = true
        return Outcome.Done(bag)
    }
}

/**
 * A bag in memory, for tests of screens. It keeps what it is given and decides nothing; a test sets
 * what it shows, and what it fails with.
 */
class FakeBag : BagService {
    /** What every call and every flow answers while it is set. */
    val failing = MutableStateFlow<KabanFailure?>(null)

    /** What the lid shows. */
    val shownLid = MutableStateFlow(aLid())

    /** Who holds this device. */
    var me: Me = aMe()

    /** How the next synchronisation ends, after which progress. */
    var syncEnds: Outcome<SyncReport> = Outcome.Done(aSyncReport())
    var syncProgress: List<SyncProgress> = emptyList()

    override val patients = FakePatients(failing)
    override val visits = FakeVisits(failing)
    override val notebook = FakeNotebook(failing)
    override val duty = FakeDuty(failing)
    override val map = FakeMap(failing)
    override val handover = FakeHandover(failing)
    override val association = FakeAssociation(failing)

    override suspend fun lid(): Outcome<Lid> = failing.orDone { shownLid.value }

    override fun watchLid(): Flow<Outcome<Lid>> = failing.watching(shownLid) { it }

    override suspend fun whoAmI(): Outcome<Me> = failing.orDone { me }

    override suspend fun health(): Outcome<Health> = failing.orDone { Health(ok = true, findings = emptyList()) }

    override suspend fun sync(relay: String?, onProgress: (SyncProgress) -> Unit): Outcome<SyncReport> {
        failing.value?.let { return Outcome.Failed(it) }
        syncProgress.forEach(onProgress)
        return syncEnds
    }

    override fun syncing(relay: String?): Flow<SyncStep> = flow {
        syncProgress.forEach { emit(SyncStep.Progress(it)) }
        emit(SyncStep.Ended(sync(relay)))
    }

    override fun isLocked(): Boolean = failing.value == KabanFailure.Locked

    override suspend fun lock(): Outcome<Unit> {
        failing.value = KabanFailure.Locked
        return Outcome.Done(Unit)
    }

    override fun close() {
        failing.value = KabanFailure.Locked
    }
}

/** The value, unless the bag is set to fail. */
internal inline fun <T> MutableStateFlow<KabanFailure?>.orDone(value: () -> T): Outcome<T> =
    this.value?.let { Outcome.Failed(it) } ?: Outcome.Done(value())

/** What is shown of `from` now and after every change; `Failed(Locked)` is the last. */
internal fun <S, T> MutableStateFlow<KabanFailure?>.watching(
    from: MutableStateFlow<S>,
    show: (S) -> T?,
): Flow<Outcome<T>> = combine(this, from) { failure, value ->
    val shown = show(value)
    when {
        failure != null -> Outcome.Failed(failure)
        shown == null -> Outcome.Failed(KabanFailure.NotFound("nobody of that id"))
        else -> Outcome.Done(shown)
    }
}.transformWhile {
    emit(it)
    it != Outcome.Failed(KabanFailure.Locked)
}

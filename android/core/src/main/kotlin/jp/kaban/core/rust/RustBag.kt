package jp.kaban.core.rust

import jp.kaban.core.BagService
import jp.kaban.core.Health
import jp.kaban.core.Lid
import jp.kaban.core.Me
import jp.kaban.core.Outcome
import jp.kaban.core.SyncProgress
import jp.kaban.core.SyncReport
import jp.kaban.core.SyncStep
import jp.kaban.ffi.Bag
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.channelFlow

/** An open bag of the Rust library, and its parts. */
internal class RustBag(private val bag: Bag, private val boundary: Boundary) : BagService {
    override val patients = RustPatients(bag.patients(), boundary)
    override val visits = RustVisits(bag.visits(), boundary)
    override val notebook = RustNotebook(bag.notebook(), boundary)
    override val duty = RustDuty(bag.duty(), boundary)
    override val map = RustMap(bag.map(), boundary)
    override val handover = RustHandover(bag.handover(), boundary)
    override val association = RustAssociation(bag.association(), boundary)

    override suspend fun lid(): Outcome<Lid> = boundary.ask { bag.lid().toOwn() }

    override fun watchLid(): Flow<Outcome<Lid>> = boundary.watching { bag.watchLid(LidTeller(it)) }

    override suspend fun whoAmI(): Outcome<Me> = boundary.ask { bag.whoAmI().toOwn() }

    override suspend fun health(): Outcome<Health> = boundary.ask { bag.health().toOwn() }

    override suspend fun sync(relay: String?, onProgress: (SyncProgress) -> Unit): Outcome<SyncReport> =
        boundary.synchronise(bag, relay, onProgress)

    override fun syncing(relay: String?): Flow<SyncStep> = channelFlow {
        val ended = sync(relay) { trySend(SyncStep.Progress(it)) }
        send(SyncStep.Ended(ended))
    }

    override fun isLocked(): Boolean = when (val locked = outcomeOf { bag.isLocked() }) {
        is Outcome.Done -> locked.value
        is Outcome.Failed -> true
    }

    override suspend fun lock(): Outcome<Unit> = boundary.finish { bag.lock() }

    override fun close() {
        listOf(patients, visits, notebook, duty, map, handover, association).forEach { it.close() }
        bag.close()
    }
}

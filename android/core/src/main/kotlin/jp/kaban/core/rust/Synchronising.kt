package jp.kaban.core.rust

import jp.kaban.core.Outcome
import jp.kaban.core.SyncProgress
import jp.kaban.core.SyncReport
import jp.kaban.ffi.Bag
import jp.kaban.ffi.ListenerException
import jp.kaban.ffi.SyncHandle
import jp.kaban.ffi.SyncListener
import jp.kaban.ffi.SyncOutcome
import jp.kaban.ffi.SyncProgress as RustSyncProgress
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch

/**
 * Meets the relay. When the caller is cancelled, the core is told by the handle, and is waited for:
 * when this returns or throws, nothing of it runs any more.
 */
internal suspend fun Boundary.synchronise(
    bag: Bag,
    relay: String?,
    onProgress: (SyncProgress) -> Unit,
): Outcome<SyncReport> = SyncHandle().use { handle ->
    coroutineScope {
        val watcher = launch(start = CoroutineStart.UNDISPATCHED) {
            try {
                awaitCancellation()
            } finally {
                handle.cancel()
            }
        }
        val ended = finish {
            bag.sync(relay?.let { text("relay", it) }, handle, ProgressTeller(onProgress)).toOwn()
        }
        watcher.cancel()
        ended
    }
}

private fun SyncOutcome.toOwn(): SyncReport = when (this) {
    is SyncOutcome.Finished -> view.toOwn()
    // Only the coroutine's own end pulls the handle.
    is SyncOutcome.Cancelled -> throw CancellationException("the synchronisation was cancelled")
}

private class ProgressTeller(private val tell: (SyncProgress) -> Unit) : SyncListener {
    override fun onProgress(progress: RustSyncProgress) = try {
        tell(progress.toOwn())
    } catch (unexpected: Throwable) {
        throw ListenerException.Failed(unexpected.javaClass.name)
    }
}

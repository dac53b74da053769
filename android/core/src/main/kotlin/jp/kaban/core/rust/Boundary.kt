package jp.kaban.core.rust

import java.nio.charset.CharacterCodingException
import java.time.DateTimeException
import jp.kaban.core.KabanFailure
import jp.kaban.core.Outcome
import jp.kaban.ffi.InternalException
import jp.kaban.ffi.KabanException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext

/** Every call into the core goes through here: onto the dispatcher, and its exceptions become failures. */
internal class Boundary(val dispatcher: CoroutineDispatcher) {
    /** A call that the core answers at once. */
    suspend fun <T> ask(call: () -> T): Outcome<T> = withContext(dispatcher) { outcomeOf(call) }

    /** A call that is waited for, and that comes to its end even when whoever waits is cancelled. */
    suspend fun <T> finish(call: suspend () -> T): Outcome<T> =
        withContext(NonCancellable) { withContext(dispatcher) { outcomeOf { call() } } }
}

/** What came of a call into the core. Only a defect of this module is thrown further. */
internal inline fun <T> outcomeOf(call: () -> T): Outcome<T> = try {
    Outcome.Done(call())
} catch (cancelled: CancellationException) {
    throw cancelled
} catch (refused: KabanException) {
    Outcome.Failed(refused.toFailure())
} catch (refused: NotText) {
    Outcome.Failed(KabanFailure.Invalid(refused.input, "half a character: an unpaired surrogate"))
} catch (_: CharacterCodingException) {
    Outcome.Failed(KabanFailure.Invalid("", "half a character: an unpaired surrogate"))
} catch (_: DateTimeException) {
    Outcome.Failed(KabanFailure.Internal("a time from the core that cannot be read"))
} catch (_: InternalException) {
    Outcome.Failed(KabanFailure.Internal("the core broke off"))
} catch (_: IllegalStateException) {
    // The generated objects say so once they are closed.
    Outcome.Failed(KabanFailure.Locked)
}

/** The failure as a screen knows it. */
internal fun KabanException.toFailure(): KabanFailure = when (this) {
    is KabanException.Locked -> KabanFailure.Locked
    is KabanException.WrongPassphrase -> KabanFailure.WrongPassphrase
    is KabanException.NotFound -> KabanFailure.NotFound(what)
    is KabanException.Invalid -> KabanFailure.Invalid(field, reason)
    is KabanException.Rule -> KabanFailure.Rule(rule)
    is KabanException.Conflict -> KabanFailure.Conflict(what)
    is KabanException.Offline -> KabanFailure.Offline(reason)
    is KabanException.Storage -> KabanFailure.Storage(reason)
    is KabanException.Damaged -> KabanFailure.Damaged(reason)
    is KabanException.Tampered -> KabanFailure.Tampered(reason)
    is KabanException.LeaseExpired -> KabanFailure.LeaseExpired(reason)
    is KabanException.InUse -> KabanFailure.InUse
    is KabanException.TooNew -> KabanFailure.TooNew
    is KabanException.Internal -> KabanFailure.Internal(reason)
}

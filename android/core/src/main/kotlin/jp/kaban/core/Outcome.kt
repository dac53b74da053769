package jp.kaban.core

/**
 * What came of a call: its value, or why not. Nothing of this module throws for what a person, a
 * disk or a network may do; therefore a screen cannot forget that it may fail.
 *
 * Kotlin's own `Result` would do the same with any `Throwable`; this one names every case.
 */
sealed interface Outcome<out T> {
    /** It was done. */
    data class Done<out T>(val value: T) : Outcome<T>

    /** It was not, and why. */
    data class Failed(val failure: KabanFailure) : Outcome<Nothing>
}

/** The value, or null. */
fun <T> Outcome<T>.valueOrNull(): T? = when (this) {
    is Outcome.Done -> value
    is Outcome.Failed -> null
}

/** Why not, or null. */
fun Outcome<*>.failureOrNull(): KabanFailure? = when (this) {
    is Outcome.Done -> null
    is Outcome.Failed -> failure
}

/** Goes on with the value; a failure stays as it is. */
inline fun <T, R> Outcome<T>.then(next: (T) -> Outcome<R>): Outcome<R> = when (this) {
    is Outcome.Done -> next(value)
    is Outcome.Failed -> this
}

/** The same outcome of another value. */
inline fun <T, R> Outcome<T>.map(change: (T) -> R): Outcome<R> = then { Outcome.Done(change(it)) }

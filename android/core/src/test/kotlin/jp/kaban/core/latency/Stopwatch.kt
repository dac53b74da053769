package jp.kaban.core.latency

import java.util.concurrent.TimeUnit
import jp.kaban.core.KabanFailure
import jp.kaban.core.Outcome
import kotlinx.coroutines.runBlocking

/** How long one call took, over many. */
class Timing(
    /** Object and method, as the facade names them. */
    val call: String,
    /** Whether it was done, or what refused it. */
    val answer: String,
    private val nanoseconds: LongArray,
) {
    init {
        nanoseconds.sort()
    }

    val count: Int get() = nanoseconds.size

    /** Milliseconds within which this share of the calls was answered. */
    fun within(share: Double): Double =
        nanoseconds[((nanoseconds.size - 1) * share).toInt()] / NANOSECONDS_A_MILLISECOND

    private companion object {
        const val NANOSECONDS_A_MILLISECOND = 1e6
    }
}

/** Times calls one after another, after a warm-up; fewer of them where they would take longer than `seconds`. */
class Stopwatch(private val count: Int, private val warmUp: Int, private val seconds: Int) {
    /** All that were timed. */
    val timings = mutableListOf<Timing>()

    /** Times a call of this module's own types; `prepare` is not timed. */
    fun <I> time(call: String, prepare: suspend (Int) -> I, timed: suspend (I) -> Outcome<*>) = runBlocking {
        val nanoseconds = mutableListOf<Long>()
        var failure: KabanFailure? = null
        var left = TimeUnit.SECONDS.toNanos(seconds.toLong())
        for (n in 0 until warmUp + count) {
            val input = prepare(n)
            val began = System.nanoTime()
            val outcome = timed(input)
            val took = System.nanoTime() - began
            left -= took
            nanoseconds += took
            if (outcome is Outcome.Failed) failure = outcome.failure
            if (left < 0) break
        }
        // What is too slow for all of them is warm sooner, too.
        val warm = if (nanoseconds.size == warmUp + count) warmUp else nanoseconds.size / 10
        val answer = failure?.let { "refused: ${it.javaClass.simpleName}" } ?: "done"
        timings += Timing(call, answer, nanoseconds.drop(warm).toLongArray())
    }

    /** Times a call that needs nothing prepared. */
    fun time(call: String, timed: suspend (Int) -> Outcome<*>) = time(call, { it }, timed)

    /** Times a generated call that cannot fail. */
    fun timePlain(call: String, timed: () -> Any) = time(call) { Outcome.Done(timed()) }
}

package jp.kaban.core

import java.time.DateTimeException
import java.time.OffsetDateTime

/** Instants that were typed, or come from a link or a file, read once and named when they are none. */
object Times {
    /** The instant of an RFC 3339 text with its offset; `Invalid` naming `input` otherwise. */
    fun read(input: String, text: String): Outcome<OffsetDateTime> = try {
        Outcome.Done(OffsetDateTime.parse(text))
    } catch (_: DateTimeException) {
        Outcome.Failed(KabanFailure.Invalid(input, "no date and time with an offset"))
    }
}

package jp.kaban.core.rust

import java.time.OffsetDateTime
import java.time.format.DateTimeFormatter
import jp.kaban.core.DeviceId
import jp.kaban.core.EntryId
import jp.kaban.core.FieldId
import jp.kaban.core.MemberId
import jp.kaban.core.PatientId
import jp.kaban.core.ValueId

/** A text that is none, and which input it was. */
internal class NotText(val input: String) : Exception()

/**
 * A text on its way into the core, which takes whole characters only. Checked here and not in the
 * generated code, which does not know the input's name and would leave what it had copied before.
 */
internal fun text(input: String, text: String): String {
    var at = 0
    while (at < text.length) {
        val pair = at + 1 < text.length && Character.isSurrogatePair(text[at], text[at + 1])
        if (!pair && text[at].isSurrogate()) throw NotText(input)
        at += if (pair) 2 else 1
    }
    return text
}

internal fun PatientId.toRust(): String = text("patient", value)

internal fun MemberId.toRust(input: String = "member"): String = text(input, value)

internal fun DeviceId.toRust(): String = text("device", value)

internal fun EntryId.toRust(input: String = "entry"): String = text(input, value)

internal fun FieldId.toRust(): String = text("field", value)

internal fun ValueId.toRust(): String = text("value", value)

/** An instant on its way into the core; the core says whether it takes that year. */
internal fun OffsetDateTime.toRust(): String = format(DateTimeFormatter.ISO_OFFSET_DATE_TIME)

/** An instant that the core made. */
internal fun String.toTime(): OffsetDateTime = OffsetDateTime.parse(this)

/** A number on its way into the core, which takes none below 0; less than that is taken as 0. */
internal fun Int.toRust(): UInt = coerceAtLeast(0).toUInt()

/** Counts are shown as `Int`; what is larger than that is shown as the largest. */
internal fun UInt.toCount(): Int = coerceAtMost(Int.MAX_VALUE.toUInt()).toInt()

/** As [UInt.toCount], for `Long`. */
internal fun ULong.toCount(): Long = coerceAtMost(Long.MAX_VALUE.toULong()).toLong()

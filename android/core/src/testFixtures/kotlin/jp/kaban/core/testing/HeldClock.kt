package jp.kaban.core.testing

import java.time.OffsetDateTime
import jp.kaban.core.PhoneClock

/** A clock that stands until it is set. */
class HeldClock(@Volatile var at: OffsetDateTime) : PhoneClock {
    override fun now(): OffsetDateTime = at
}

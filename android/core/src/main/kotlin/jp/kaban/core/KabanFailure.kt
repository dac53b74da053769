package jp.kaban.core

/**
 * Why the bag did not do what was asked, as a screen can act on it. Texts are English, for a log or
 * a support line, and free of patients' names and values; screens word each case themselves.
 */
sealed interface KabanFailure {
    /** The bag is locked, or was closed: ask for the PIN. */
    data object Locked : KabanFailure

    /** The PIN or passphrase is not the one of this slot. Nothing is damaged. */
    data object WrongPassphrase : KabanFailure

    /** Nothing of that id can be read on this device. */
    data class NotFound(val what: String) : KabanFailure

    /** What was typed or given does not have the shape it should; nothing was changed. */
    data class Invalid(
        /** Which input, as a path such as `visit.left_at`. */
        val field: String,
        /** What is wrong with it. */
        val reason: String,
    ) : KabanFailure

    /** A rule of duty, consent, membership or handover forbids it, for this person or at this time. */
    data class Rule(val rule: String) : KabanFailure

    /** Several values of the field are open: show them side by side and let a person decide. */
    data class Conflict(val what: String) : KabanFailure

    /** The other side cannot be reached; what was written here waits and is safe. */
    data class Offline(val reason: String) : KabanFailure

    /** The disk is full: make room and try again; nothing saved was lost. */
    data class Storage(val reason: String) : KabanFailure

    /** A file of the store is damaged; nothing was deleted. */
    data class Damaged(val reason: String) : KabanFailure

    /** A row or a chain was changed outside Kaban: keep the device and tell the office. */
    data class Tampered(val reason: String) : KabanFailure

    /** This device may not read that any more until it has met the others again. */
    data class LeaseExpired(val reason: String) : KabanFailure

    /** The store is open elsewhere: in another process, or in another handle of this one. */
    data object InUse : KabanFailure

    /** The store was written by a newer version: update the program. */
    data object TooNew : KabanFailure

    /** A defect of ours, or of the phone's services. */
    data class Internal(val reason: String) : KabanFailure
}

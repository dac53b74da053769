package jp.kaban.core

import java.time.OffsetDateTime

/** What to carry to an admin. */
data class JoinRequest(
    /** The request, public. */
    val request: FileBytes,
    /** What the admin's camera reads from this screen, as a QR code. */
    val fingerprint: String,
) : Shown()

/** What a person has in hand to show that a file is the other side's. */
sealed class Proof : Shown() {
    /** Nothing: the file is believed as it is, and the list of members says so. */
    object NotCompared : Proof()

    /** The six digits that the other side answered. */
    data class Answer(
        /** As typed. */
        val digits: String,
    ) : Proof()

    /** What the camera read from the other side's screen. */
    data class Scanned(
        /** The whole text. */
        val text: String,
    ) : Proof()
}

/** How the keys of a device were compared before it was let in. */
enum class Compared {
    /** Not at all. */
    NOT,

    /** By digits that two people spoke. */
    SPOKEN,

    /** By a camera. */
    SCANNED,
}

/** Who asks to be let in, as they say themselves, and what is read out to them. */
data class Challenge(
    val name: String,
    val role: Coded,
    /** Eight digits. */
    val challenge: String,
) : Shown()

/** Who gave a grant, as it says itself, and what is read out to them. */
data class Grant(
    val association: String,
    val admin: String,
    /** Eight digits. */
    val challenge: String,
) : Shown()

/** A device that was let in. */
data class Joined(
    val device: DeviceId,
    val member: MemberId,
    /** How its keys were compared. */
    val compared: Compared,
    /** The sealed answer to carry back. */
    val grant: FileBytes,
    /** What the newcomer's camera reads from this screen, as a QR code. */
    val fingerprint: String,
) : Shown()

/** A device that was let in, as everybody sees it. */
data class Admission(
    val device: DeviceId,
    val member: MemberId,
    /** The member's name. */
    val name: String,
    /** Who let them in. */
    val by: String,
    /** On which device. */
    val on: DeviceId,
    /** When, by that device's clock. */
    val at: OffsetDateTime,
    /** How its keys were compared. */
    val compared: Compared,
    /** This person has not seen it yet. */
    val isNew: Boolean,
) : Shown()

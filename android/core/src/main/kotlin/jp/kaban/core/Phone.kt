package jp.kaban.core

import java.time.OffsetDateTime

/** What the bag takes from the phone it lies on. What an implementation throws becomes a typed failure. */
class Phone(
    val keyVault: KeyVault,
    /** The system's clock, if not given. */
    val clock: PhoneClock? = null,
    /** Its network state, if it is to be shown. */
    val connectivity: Connectivity? = null,
    /** Where it is, if that may be asked. */
    val location: Location? = null,
    val unlockCost: UnlockCost = UnlockCost.STANDARD,
)

/**
 * The keystore. It holds named keys that never leave it, each wraps a small secret for one place
 * and can be destroyed. Names are 1 to 64 of `a`–`z`, `0`–`9` and `-`.
 *
 * Keys are for this device only, need the phone to have been unlocked, and are not bound to a
 * fingerprint: removing the screen lock must not lose the bag.
 *
 * An implementation throws [KeyVaultFailure]; anything else counts as [KeyVaultFailure.Failed].
 * Nothing here may call the bag: the core waits for the answer.
 */
interface KeyVault {
    /** Makes a key; [KeyVaultFailure.Exists] when there is one of this name. */
    fun create(alias: String)

    /** Whether there is a key of this name; a keystore that cannot tell fails, it does not say no. */
    fun contains(alias: String): Boolean

    /** Wraps a secret of at most a few kilobytes, with authentication, bound to `place`. */
    fun wrap(alias: String, secret: ByteArray, place: ByteArray): ByteArray

    /** Opens what [wrap] gave for the same alias and place. */
    fun unwrap(alias: String, wrapped: ByteArray, place: ByteArray): ByteArray

    /** Destroys a key; one that is not there is no failure. */
    fun delete(alias: String)

    /** Whether keys live in a chip that also counts guesses; only then a PIN will do. */
    fun isHardware(): Boolean
}

/** Why the keystore did not do what was asked. */
sealed class KeyVaultFailure(reason: String) : Exception(reason) {
    /** There is no key of this name; what it wrapped is gone for good. */
    class NoSuchKey : KeyVaultFailure("no such key")

    /** A key of this name exists and is never replaced. */
    class Exists : KeyVaultFailure("the key exists already")

    /** The wrapped bytes were not made by this key for this place, or were changed. */
    class Refused : KeyVaultFailure("the wrapped secret does not open")

    /** The phone has to be unlocked first. */
    class PhoneLocked : KeyVaultFailure("the phone is locked")

    /** The keystore failed for a reason of its own, free of secrets. */
    class Failed(val reason: String) : KeyVaultFailure(reason)
}

/** The phone's clock; where it fails, the system's is read. */
fun interface PhoneClock {
    /** Its reading, with the offset that the phone shows. */
    fun now(): OffsetDateTime
}

/** The phone's network state. */
fun interface Connectivity {
    /** What it is now. */
    fun connection(): Connection
}

/** What the phone believes of its connection. A hint for the screen; nothing is decided by it. */
enum class Connection {
    /** No network. */
    NONE,

    /** One that is paid by volume. */
    METERED,

    /** One that is not. */
    UNMETERED,

    /** The phone cannot tell. */
    UNKNOWN,
}

/** Where the phone is. */
fun interface Location {
    /** The newest position; nothing when there is none yet, or the person has not allowed it. */
    fun here(): Position?
}

/** A place on earth, WGS 84. */
data class Position(
    /** Longitude, degrees. */
    val lon: Double,
    /** Latitude, degrees. */
    val lat: Double,
    /** Radius within which it holds, metres. */
    val accuracyM: Double,
) : Shown()

/** How dear one guess of a PIN is, for slots made from now on. */
enum class UnlockCost {
    /** Argon2id with the cost that a phone bears (RFC 9106). */
    STANDARD,

    /** The least that is accepted, for phones of little memory and for tests. */
    LOWEST,
}

package jp.kaban.core

/**
 * What is shown to a person, or typed by one. It prints its type and nothing that it holds, so that
 * no log, crash report or failed assertion carries a patient's data.
 */
abstract class Shown {
    final override fun toString(): String = javaClass.simpleName
}

/** A text for a person, in both languages. */
data class Words(
    /** Japanese. */
    val ja: String,
    /** English. */
    val en: String,
) : Shown()

/** A code of a closed list, with its words. A code that this version does not know has itself for words. */
data class Coded(
    /** The code, empty where nothing was asked. */
    val code: String,
    /** The words. */
    val words: Words,
) : Shown()

/** Through what a patient is read on this device. */
enum class Scope {
    /** The duty; gone with the bag. */
    BAG,

    /** The care team of the patient. */
    OWN,
}

/** Where a note or an entry is. */
enum class SendState {
    /** ● On this device only. */
    HERE_ONLY,

    /** ✓ A relay has given a receipt. */
    RECEIPT,
}

/** The bytes of a file that a person carries: a request to join, a grant, a sealed `.kaban` file. */
class FileBytes(private val bytes: ByteArray) {
    /** How many. */
    val size: Int get() = bytes.size

    /** A copy, to be written or sent. */
    fun toByteArray(): ByteArray = bytes.copyOf()

    /** The bytes themselves, for the way into the core, which copies them. */
    internal fun borrow(): ByteArray = bytes

    override fun equals(other: Any?): Boolean = other is FileBytes && bytes.contentEquals(other.bytes)

    override fun hashCode(): Int = bytes.contentHashCode()

    override fun toString(): String = "FileBytes($size)"
}

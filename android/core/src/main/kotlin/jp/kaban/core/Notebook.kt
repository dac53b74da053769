package jp.kaban.core

import java.time.OffsetDateTime
import kotlinx.coroutines.flow.Flow

/** 連絡用ノート The liaison notebook between the doctors; a patient appears in it as a pointer only. */
interface NotebookService {
    /** The entries, newest first. */
    suspend fun list(): Outcome<List<Note>>

    /** The entries now, then after every change. See [BagService] for how watching ends. */
    fun watch(): Flow<Outcome<List<Note>>>

    /** Writes an entry, signed and append-only. */
    suspend fun write(text: String, patient: PatientId? = null, urgent: Boolean = false): Outcome<EntryId>
}

/** One entry of the liaison notebook. */
data class Note(
    val id: EntryId,
    val at: OffsetDateTime,
    /** Who. */
    val by: String,
    val text: String,
    /** The patient it points to. */
    val patient: PatientId?,
    /** To be read first. */
    val urgent: Boolean,
    /** Where it is. */
    val sent: SendState,
) : Shown()

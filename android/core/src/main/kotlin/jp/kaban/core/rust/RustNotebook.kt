package jp.kaban.core.rust

import jp.kaban.core.EntryId
import jp.kaban.core.Note
import jp.kaban.core.NotebookService
import jp.kaban.core.Outcome
import jp.kaban.core.PatientId
import jp.kaban.ffi.Notebook
import kotlinx.coroutines.flow.Flow

internal class RustNotebook(private val notebook: Notebook, private val boundary: Boundary) :
    NotebookService, AutoCloseable by notebook {

    override suspend fun list(): Outcome<List<Note>> =
        boundary.ask { notebook.list().map { it.toOwn() } }

    override fun watch(): Flow<Outcome<List<Note>>> =
        boundary.watching { notebook.watch(NotebookTeller(it)) }

    override suspend fun write(text: String, patient: PatientId?, urgent: Boolean): Outcome<EntryId> =
        boundary.ask { EntryId(notebook.write(text("text", text), patient?.toRust(), urgent)) }
}

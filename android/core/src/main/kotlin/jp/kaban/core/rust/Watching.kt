package jp.kaban.core.rust

import jp.kaban.core.KabanFailure
import jp.kaban.core.Lid
import jp.kaban.core.Note
import jp.kaban.core.Outcome
import jp.kaban.core.Page
import jp.kaban.core.PatientRow
import jp.kaban.ffi.KabanException
import jp.kaban.ffi.LidListener
import jp.kaban.ffi.LidView
import jp.kaban.ffi.NoteView
import jp.kaban.ffi.NotebookListener
import jp.kaban.ffi.PageListener
import jp.kaban.ffi.PageView
import jp.kaban.ffi.PatientListListener
import jp.kaban.ffi.PatientRow as RustPatientRow
import jp.kaban.ffi.Subscription
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.flowOn

/** Tells a flow; called from a thread of the core. */
internal typealias Tell<T> = (Outcome<T>) -> Unit

/** A subscription as a flow that ends it with its collector. */
internal fun <T> Boundary.watching(subscribe: (Tell<T>) -> Subscription): Flow<Outcome<T>> = callbackFlow {
    val tell: Tell<T> = { told ->
        trySend(told)
        // Nothing more comes after it.
        if (told == Outcome.Failed(KabanFailure.Locked)) close()
    }
    when (val begun = outcomeOf { subscribe(tell) }) {
        is Outcome.Failed -> {
            send(begun)
            close()
        }
        is Outcome.Done -> awaitClose {
            begun.value.end()
            begun.value.close()
        }
    }
}.conflate().flowOn(dispatcher)

internal class LidTeller(private val tell: Tell<Lid>) : LidListener {
    override fun onUpdate(lid: LidView) = tell(outcomeOf { lid.toOwn() })

    override fun onFailure(failure: KabanException) = tell(Outcome.Failed(failure.toFailure()))
}

internal class PatientListTeller(private val tell: Tell<List<PatientRow>>) : PatientListListener {
    override fun onUpdate(patients: List<RustPatientRow>) = tell(outcomeOf { patients.map { it.toOwn() } })

    override fun onFailure(failure: KabanException) = tell(Outcome.Failed(failure.toFailure()))
}

internal class PageTeller(private val tell: Tell<Page>) : PageListener {
    override fun onUpdate(page: PageView) = tell(outcomeOf { page.toOwn() })

    override fun onFailure(failure: KabanException) = tell(Outcome.Failed(failure.toFailure()))
}

internal class NotebookTeller(private val tell: Tell<List<Note>>) : NotebookListener {
    override fun onUpdate(notes: List<NoteView>) = tell(outcomeOf { notes.map { it.toOwn() } })

    override fun onFailure(failure: KabanException) = tell(Outcome.Failed(failure.toFailure()))
}

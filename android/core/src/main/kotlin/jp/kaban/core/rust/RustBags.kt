package jp.kaban.core.rust

import jp.kaban.core.BagService
import jp.kaban.core.Bags
import jp.kaban.core.FileBytes
import jp.kaban.core.Founding
import jp.kaban.core.Grant
import jp.kaban.core.JoinRequest
import jp.kaban.core.MemberId
import jp.kaban.core.Outcome
import jp.kaban.core.Person
import jp.kaban.core.Phone
import jp.kaban.core.Proof
import jp.kaban.core.map
import jp.kaban.core.valueOrNull
import jp.kaban.ffi.Bag
import jp.kaban.ffi.answerAdmin as rustAnswerAdmin
import jp.kaban.ffi.challengeAdmin as rustChallengeAdmin
import jp.kaban.ffi.hasBag as rustHasBag
import jp.kaban.ffi.requestToJoin as rustRequestToJoin
import kotlin.coroutines.coroutineContext
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.isActive

/**
 * The bags of this phone, in the Rust library. It maps and decides nothing.
 *
 * `dispatcher` is where calls into the library run: they read the disk, so it is not the main thread's.
 */
class RustBags(
    private val phone: Phone,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
) : Bags {
    private val boundary = Boundary(dispatcher)

    override suspend fun hasBag(folder: String): Boolean =
        // What is no text names no folder.
        boundary.ask { rustHasBag(text("folder", folder)) }.valueOrNull() ?: false

    override suspend fun found(folder: String, pin: ByteArray, request: Founding): Outcome<BagService> =
        opening(pin) { Bag.found(text("folder", folder), pin, request.toRust(), phone.toRust()) }

    override suspend fun requestToJoin(folder: String, pin: ByteArray, person: Person): Outcome<JoinRequest> =
        wiping(pin) {
            boundary.finish {
                rustRequestToJoin(text("folder", folder), pin, person.toRust(), phone.toRust()).toOwn()
            }
        }

    override suspend fun answerAdmin(folder: String, pin: ByteArray, challenge: String): Outcome<String> =
        wiping(pin) {
            boundary.finish {
                rustAnswerAdmin(text("folder", folder), pin, text("challenge", challenge), phone.toRust())
            }
        }

    override suspend fun challengeAdmin(folder: String, pin: ByteArray, grant: FileBytes): Outcome<Grant> =
        wiping(pin) {
            boundary.finish {
                rustChallengeAdmin(text("folder", folder), pin, grant.borrow(), phone.toRust()).toOwn()
            }
        }

    override suspend fun join(
        folder: String,
        pin: ByteArray,
        grant: FileBytes,
        proof: Proof,
    ): Outcome<BagService> = opening(pin) {
        Bag.join(text("folder", folder), pin, grant.borrow(), proof.toRust(), phone.toRust())
    }

    override suspend fun open(folder: String, pin: ByteArray, member: MemberId?): Outcome<BagService> =
        opening(pin) { Bag.open(text("folder", folder), pin, member?.toRust(), phone.toRust()) }

    private suspend fun opening(pin: ByteArray, open: suspend () -> Bag): Outcome<BagService> = wiping(pin) {
        val opened = boundary.finish(open).map { RustBag(it, boundary) }
        // Nobody would close it any more.
        if (!coroutineContext.isActive) opened.valueOrNull()?.close()
        coroutineContext.ensureActive()
        opened
    }

    private inline fun <T> wiping(pin: ByteArray, use: () -> T): T = try {
        use()
    } finally {
        pin.fill(0)
    }
}

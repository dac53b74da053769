package jp.kaban.core.rust

import jp.kaban.core.DeviceId
import jp.kaban.core.FileBytes
import jp.kaban.core.HandoverReceipt
import jp.kaban.core.HandoverService
import jp.kaban.core.HandoverStep
import jp.kaban.core.MemberId
import jp.kaban.core.Outcome
import jp.kaban.ffi.Handover

internal class RustHandover(private val handover: Handover, private val boundary: Boundary) :
    HandoverService, AutoCloseable by handover {

    override suspend fun offer(to: MemberId, device: DeviceId): Outcome<HandoverStep> =
        boundary.finish { handover.offer(to.toRust(), device.toRust()).toOwn() }

    override suspend fun receive(file: FileBytes?): Outcome<HandoverStep> =
        boundary.finish { handover.receive(file?.borrow()).toOwn() }

    override suspend fun accept(): Outcome<HandoverStep> =
        boundary.finish { handover.accept().toOwn() }

    override suspend fun release(file: FileBytes?): Outcome<HandoverStep> =
        boundary.finish { handover.release(file?.borrow()).toOwn() }

    override suspend fun withdraw(): Outcome<HandoverReceipt> =
        boundary.finish { handover.withdraw().toOwn() }

    override suspend fun status(): Outcome<HandoverReceipt> =
        boundary.finish { handover.status().toOwn() }
}

package jp.kaban.core.rust

import jp.kaban.core.Connection
import jp.kaban.core.Finding
import jp.kaban.core.Health
import jp.kaban.core.Lid
import jp.kaban.core.SetAside
import jp.kaban.core.SyncProgress
import jp.kaban.core.SyncReport
import jp.kaban.core.Traffic
import jp.kaban.ffi.Connection as RustConnection
import jp.kaban.ffi.Finding as RustFinding
import jp.kaban.ffi.HealthView
import jp.kaban.ffi.LidView
import jp.kaban.ffi.SetAside as RustSetAside
import jp.kaban.ffi.SyncProgress as RustSyncProgress
import jp.kaban.ffi.SyncView
import jp.kaban.ffi.TrafficView

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun LidView.toOwn(): Lid {
    val (
        association, me, onDuty, onDutySince, onDutyUntil, holdsBag, handoverUnconfirmed, syncedAt, unsent, patients,
        locked, dutyList, conflicts, newAdmissions, setAside, lease, connection,
    ) = this
    return Lid(
        association = association,
        me = me,
        onDuty = onDuty,
        onDutySince = onDutySince?.toTime(),
        onDutyUntil = onDutyUntil?.toTime(),
        holdsBag = holdsBag,
        handoverUnconfirmed = handoverUnconfirmed,
        syncedAt = syncedAt?.toTime(),
        unsent = unsent.toCount(),
        patients = patients.toCount(),
        locked = locked.toCount(),
        dutyList = dutyList.toCount(),
        conflicts = conflicts.toCount(),
        newAdmissions = newAdmissions.toCount(),
        setAside = setAside.map { it.toOwn() },
        lease = lease.toOwn(),
        connection = connection.toOwn(),
    )
}

internal fun RustSetAside.toOwn(): SetAside {
    val (id, reason) = this
    return SetAside(id, reason)
}

internal fun HealthView.toOwn(): Health {
    val (ok, findings) = this
    return Health(ok, findings.map { it.toOwn() })
}

internal fun RustFinding.toOwn(): Finding {
    val (check, ok, found, advice) = this
    return Finding(check, ok, found, advice)
}

internal fun RustConnection.toOwn(): Connection = when (this) {
    RustConnection.NONE -> Connection.NONE
    RustConnection.METERED -> Connection.METERED
    RustConnection.UNMETERED -> Connection.UNMETERED
    RustConnection.UNKNOWN -> Connection.UNKNOWN
}

internal fun RustSyncProgress.toOwn(): SyncProgress {
    val (received, unsent) = this
    return SyncProgress(received.toCount(), unsent.toCount())
}

internal fun SyncView.toOwn(): SyncReport {
    val (sent, received, setAside, refused, peers, traffic) = this
    return SyncReport(
        sent = sent.toCount(),
        received = received.toCount(),
        setAside = setAside.toCount(),
        refused = refused.map { it.toOwn() },
        peers = peers,
        traffic = traffic.toOwn(),
    )
}

internal fun TrafficView.toOwn(): Traffic {
    val (bytesOut, bytesIn, roundTrips, broken) = this
    return Traffic(bytesOut.toCount(), bytesIn.toCount(), roundTrips.toCount(), broken.toCount())
}

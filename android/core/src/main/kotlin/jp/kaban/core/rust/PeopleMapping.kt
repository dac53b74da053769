package jp.kaban.core.rust

import jp.kaban.core.Device
import jp.kaban.core.DeviceId
import jp.kaban.core.DeviceStatus
import jp.kaban.core.Founding
import jp.kaban.core.Me
import jp.kaban.core.Member
import jp.kaban.core.MemberId
import jp.kaban.core.Person
import jp.kaban.core.Suspension
import jp.kaban.ffi.DeviceStatus as RustDeviceStatus
import jp.kaban.ffi.DeviceView
import jp.kaban.ffi.FoundRequest
import jp.kaban.ffi.MemberView
import jp.kaban.ffi.PersonRequest
import jp.kaban.ffi.SuspensionView
import jp.kaban.ffi.WhoAmI

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun Person.toRust(): PersonRequest {
    val (name, kana, role, phone) = this
    return PersonRequest(
        name = text("person.name", name),
        kana = text("person.kana", kana),
        role = text("person.role", role),
        phone = text("person.phone", phone),
    )
}

internal fun Founding.toRust(): FoundRequest {
    val (association, person) = this
    return FoundRequest(association = text("association", association), person = person.toRust())
}

internal fun WhoAmI.toOwn(): Me {
    val (association, member, name, role, device, holdsBag) = this
    return Me(
        association = association,
        member = MemberId(member),
        name = name,
        role = role.toOwn(),
        device = DeviceId(device),
        holdsBag = holdsBag,
    )
}

internal fun MemberView.toOwn(): Member {
    val (id, name, kana, role, phone, active, admin, onDuty, compared) = this
    return Member(
        id = MemberId(id),
        name = name,
        kana = kana,
        role = role.toOwn(),
        phone = phone,
        active = active,
        admin = admin,
        onDuty = onDuty,
        compared = compared?.toOwn(),
    )
}

internal fun DeviceView.toOwn(): Device {
    val (id, members, status, isThisOne) = this
    return Device(DeviceId(id), members, status.toOwn(), isThisOne)
}

internal fun SuspensionView.toOwn(): Suspension {
    val (member, name, by, since, confirmedBy, asked) = this
    return Suspension(
        member = MemberId(member),
        name = name,
        by = by,
        since = since.toTime(),
        confirmedBy = confirmedBy,
        asked = asked,
    )
}

internal fun RustDeviceStatus.toOwn(): DeviceStatus = when (this) {
    RustDeviceStatus.ACTIVE -> DeviceStatus.ACTIVE
    RustDeviceStatus.SUSPENDED -> DeviceStatus.SUSPENDED
    RustDeviceStatus.REMOVED -> DeviceStatus.REMOVED
}

package jp.kaban.core.rust

import jp.kaban.core.Admission
import jp.kaban.core.Challenge
import jp.kaban.core.Compared
import jp.kaban.core.DeviceId
import jp.kaban.core.FileBytes
import jp.kaban.core.Grant
import jp.kaban.core.JoinRequest
import jp.kaban.core.Joined
import jp.kaban.core.MemberId
import jp.kaban.core.Proof
import jp.kaban.ffi.AdmissionView
import jp.kaban.ffi.ChallengeView
import jp.kaban.ffi.Compared as RustCompared
import jp.kaban.ffi.GrantView
import jp.kaban.ffi.JoinRequestView
import jp.kaban.ffi.Joined as RustJoined
import jp.kaban.ffi.Proof as RustProof

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun Proof.toRust(): RustProof = when (this) {
    is Proof.NotCompared -> RustProof.NotCompared
    is Proof.Answer -> RustProof.Answer(text("proof", digits))
    is Proof.Scanned -> RustProof.Scanned(text("proof", text))
}

internal fun RustCompared.toOwn(): Compared = when (this) {
    RustCompared.NOT -> Compared.NOT
    RustCompared.SPOKEN -> Compared.SPOKEN
    RustCompared.SCANNED -> Compared.SCANNED
}

internal fun JoinRequestView.toOwn(): JoinRequest {
    val (request, fingerprint) = this
    return JoinRequest(FileBytes(request), fingerprint)
}

internal fun ChallengeView.toOwn(): Challenge {
    val (name, role, challenge) = this
    return Challenge(name, role.toOwn(), challenge)
}

internal fun GrantView.toOwn(): Grant {
    val (association, admin, challenge) = this
    return Grant(association, admin, challenge)
}

internal fun RustJoined.toOwn(): Joined {
    val (device, member, compared, grant, fingerprint) = this
    return Joined(DeviceId(device), MemberId(member), compared.toOwn(), FileBytes(grant), fingerprint)
}

internal fun AdmissionView.toOwn(): Admission {
    val (device, member, name, by, on, at, compared, isNew) = this
    return Admission(
        device = DeviceId(device),
        member = MemberId(member),
        name = name,
        by = by,
        on = DeviceId(on),
        at = at.toTime(),
        compared = compared.toOwn(),
        isNew = isNew,
    )
}

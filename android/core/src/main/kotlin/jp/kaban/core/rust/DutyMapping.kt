package jp.kaban.core.rust

import jp.kaban.core.Absence
import jp.kaban.core.Answerer
import jp.kaban.core.Answers
import jp.kaban.core.FileBytes
import jp.kaban.core.HandoverReceipt
import jp.kaban.core.HandoverState
import jp.kaban.core.HandoverStep
import jp.kaban.core.Lease
import jp.kaban.core.LeaseState
import jp.kaban.core.MemberId
import jp.kaban.core.PassedOver
import jp.kaban.ffi.AbsenceView
import jp.kaban.ffi.Answerer as RustAnswerer
import jp.kaban.ffi.AnswersView
import jp.kaban.ffi.HandoverFile
import jp.kaban.ffi.HandoverState as RustHandoverState
import jp.kaban.ffi.HandoverView
import jp.kaban.ffi.LeaseState as RustLeaseState
import jp.kaban.ffi.LeaseView
import jp.kaban.ffi.PassedOver as RustPassedOver

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun AnswersView.toOwn(): Answers {
    val (chain, passedOver, turnFrom, turnTo, holder, duty) = this
    return Answers(
        chain = chain.map { it.toOwn() },
        passedOver = passedOver.map { it.toOwn() },
        turnFrom = turnFrom.toTime(),
        turnTo = turnTo.toTime(),
        holder = holder,
        duty = duty.toCount(),
    )
}

internal fun RustAnswerer.toOwn(): Answerer {
    val (name, member, answersAs, why, phone, knownAgeS) = this
    return Answerer(
        name = name,
        member = MemberId(member),
        answersAs = answersAs,
        why = why.toOwn(),
        phone = phone,
        knownAgeS = knownAgeS,
    )
}

internal fun RustPassedOver.toOwn(): PassedOver {
    val (name, why) = this
    return PassedOver(name, why.toOwn())
}

internal fun AbsenceView.toOwn(): Absence {
    val (name, from, to) = this
    return Absence(name, from.toTime(), to.toTime())
}

internal fun LeaseView.toOwn(): Lease {
    val (state, duty, turnFrom, turnTo, until, bagLocked, ownLocked, banner, why) = this
    return Lease(
        state = state.toOwn(),
        duty = duty.toCount(),
        turnFrom = turnFrom?.toTime(),
        turnTo = turnTo?.toTime(),
        until = until?.toTime(),
        bagLocked = bagLocked,
        ownLocked = ownLocked,
        banner = banner?.toOwn(),
        why = why?.toOwn(),
    )
}

internal fun RustLeaseState.toOwn(): LeaseState = when (this) {
    RustLeaseState.NONE -> LeaseState.NONE
    RustLeaseState.RUNNING -> LeaseState.RUNNING
    RustLeaseState.GRACE -> LeaseState.GRACE
    RustLeaseState.OVERDUE -> LeaseState.OVERDUE
    RustLeaseState.SOFT_LOCKED -> LeaseState.SOFT_LOCKED
}

internal fun HandoverFile.toOwn(): HandoverStep {
    val (view, file) = this
    return HandoverStep(view.toOwn(), file?.let(::FileBytes))
}

internal fun HandoverView.toOwn(): HandoverReceipt {
    val (state, offer, from, to, patients, envelopes, bytes, erased, keptOwn, unsent, late, receipt, at) = this
    return HandoverReceipt(
        state = state.toOwn(),
        offer = offer,
        from = from,
        to = to,
        patients = patients.toCount(),
        envelopes = envelopes.toCount(),
        bytes = bytes.toCount(),
        erased = erased.toCount(),
        keptOwn = keptOwn.toCount(),
        unsent = unsent.toCount(),
        late = late.toCount(),
        receipt = receipt,
        at = at?.toTime(),
    )
}

internal fun RustHandoverState.toOwn(): HandoverState = when (this) {
    RustHandoverState.NONE -> HandoverState.NONE
    RustHandoverState.OFFERED -> HandoverState.OFFERED
    RustHandoverState.RECEIVED -> HandoverState.RECEIVED
    RustHandoverState.ACCEPTED -> HandoverState.ACCEPTED
    RustHandoverState.RELEASED -> HandoverState.RELEASED
    RustHandoverState.ERASED -> HandoverState.ERASED
    RustHandoverState.WITHDRAWN -> HandoverState.WITHDRAWN
    RustHandoverState.EXPIRED -> HandoverState.EXPIRED
}

package jp.kaban.core.scenario

import java.time.OffsetDateTime
import java.time.format.DateTimeFormatter
import jp.kaban.core.Lease
import jp.kaban.core.Lid
import jp.kaban.core.Me
import jp.kaban.core.Member
import jp.kaban.core.MemberId
import jp.kaban.core.Suspension
import jp.kaban.core.map
import kotlinx.serialization.json.JsonObject

/** The lid, the people, and meeting the relay. */
val LID_STEPS: Map<String, Step> = mapOf(
    "who_am_i" to inside { whoAmI().map(::me) },
    "members" to inside { association.members().map { given("members" to it.map(::member)) } },
    "suspend" to inside { association.suspendMember(MemberId(it.text("member")), it.text("reason")).nothing() },
    "suspensions" to inside { association.suspensions().map { given("suspensions" to it.map(::suspension)) } },
    "confirm_suspension" to inside { association.confirmSuspension(MemberId(it.text("member"))).nothing() },
    "lift_suspension" to inside { association.liftSuspension(MemberId(it.text("member"))).nothing() },
    "lid" to inside { lid().map(::lid) },
    "lease" to inside { duty.lease().map(::lease) },
    "health" to inside { health().map { given("ok" to it.ok) } },
    "sync" to { inputs ->
        val bag = device(inputs.text("by")).bag ?: error("this device has no bag yet")
        bag.sync(relayAddress).map {
            given(
                "received" to it.received,
                "sent" to it.sent,
                "set_aside" to it.setAside,
                "refused" to it.refused.size,
            )
        }
    },
)

/** A time as the contract writes it. */
fun OffsetDateTime.written(): String = format(DateTimeFormatter.ISO_OFFSET_DATE_TIME)

private fun me(me: Me): JsonObject = given(
    "member" to me.member.value,
    "device" to me.device.value,
    "name" to me.name,
    "role" to me.role.code,
    "holds_bag" to me.holdsBag,
)

private fun member(member: Member): JsonObject = given(
    "name" to member.name,
    "role" to member.role.code,
    "active" to member.active,
    "admin" to member.admin,
    "on_duty" to member.onDuty,
    "compared" to member.compared?.let { snakeCase(it.name) },
)

private fun suspension(suspension: Suspension): JsonObject = given(
    "name" to suspension.name,
    "by" to suspension.by,
    "confirmed_by" to suspension.confirmedBy,
    "asked" to suspension.asked,
)

private fun lid(lid: Lid): JsonObject = given(
    "association" to lid.association,
    "me" to lid.me,
    "on_duty" to lid.onDuty,
    "on_duty_until" to lid.onDutyUntil?.written(),
    "holds_bag" to lid.holdsBag,
    "handover_unconfirmed" to lid.handoverUnconfirmed,
    "unsent" to lid.unsent,
    "patients" to lid.patients,
    "locked" to lid.locked,
    "duty_list" to lid.dutyList,
    "conflicts" to lid.conflicts,
    "new_admissions" to lid.newAdmissions,
    "set_aside" to lid.setAside.size,
    "synced" to (lid.syncedAt != null),
    "lease" to snakeCase(lid.lease.state.name),
)

private fun lease(lease: Lease): JsonObject = given(
    "state" to snakeCase(lease.state.name),
    "duty" to lease.duty,
    "bag_locked" to lease.bagLocked,
    "own_locked" to lease.ownLocked,
    "banner" to (lease.banner != null),
    "why" to (lease.why != null),
)

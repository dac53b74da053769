#if DEBUG
import Foundation

// Values for tests and previews: each builder gives something plausible, and takes what matters to
// whoever calls it. Everybody in them is invented.

/// A patient's id.
public func aPatientID(_ number: Int = 1) -> PatientID { PatientID(digits(number)) }
/// A member's id.
public func aMemberID(_ number: Int = 1) -> MemberID { MemberID(digits(number)) }
/// A device's id.
public func aDeviceID(_ number: Int = 1) -> DeviceID { DeviceID(digits(number)) }
/// An entry's id.
public func anEntryID(_ number: Int = 1) -> EntryID { EntryID(digits(number)) }
/// An instant, on the evening of a duty.
public func anInstant(_ text: String = "2026-11-24T21:40:00+09:00") -> Instant { Instant(rfc3339: text) }
/// Words, the same in both languages unless told otherwise.
public func someWords(_ ja: String, _ en: String? = nil) -> Words { Words(ja: ja, en: en ?? ja) }
/// A code with its words.
public func aCode(_ code: String = "stable", ja: String = "安定", en: String = "stable") -> Coded {
    Coded(code: code, words: Words(ja: ja, en: en))
}

/// The lid of a bag that is on duty and has nothing unsent.
public func aLid(
    association: String = "匝瑳医師会",
    me: String = "佐藤 恵",
    onDuty: String? = "佐藤 恵",
    onDutySince: Instant? = anInstant("2026-11-24T18:00:00+09:00"),
    onDutyUntil: Instant? = anInstant("2026-12-01T18:00:00+09:00"),
    holdsBag: Bool = true,
    handoverUnconfirmed: Bool = false,
    syncedAt: Instant? = anInstant("2026-11-24T21:30:00+09:00"),
    unsent: UInt64 = 0,
    patients: UInt32 = 3,
    locked: UInt32 = 0,
    dutyList: UInt32 = 3,
    conflicts: UInt32 = 0,
    newAdmissions: UInt32 = 0,
    setAside: [SetAside] = [],
    lease: Lease = aLease(),
    connection: Connection = .unmetered
) -> Lid {
    Lid(
        association: association, me: me, onDuty: onDuty, onDutySince: onDutySince, onDutyUntil: onDutyUntil,
        holdsBag: holdsBag, handoverUnconfirmed: handoverUnconfirmed, syncedAt: syncedAt, unsent: unsent,
        patients: patients, locked: locked, dutyList: dutyList, conflicts: conflicts,
        newAdmissions: newAdmissions, setAside: setAside, lease: lease, connection: connection)
}

/// A lease that runs.
public func aLease(
    state: LeaseState = .running,
    duty: UInt64 = 1,
    turnFrom: Instant? = anInstant("2026-11-24T18:00:00+09:00"),
    turnTo: Instant? = anInstant("2026-12-01T18:00:00+09:00"),
    until: Instant? = anInstant("2026-12-02T18:00:00+09:00"),
    isBagLocked: Bool = false,
    isOwnLocked: Bool = false,
    banner: Words? = nil,
    why: Words? = nil
) -> Lease {
    Lease(
        state: state, duty: duty, turnFrom: turnFrom, turnTo: turnTo, until: until, isBagLocked: isBagLocked,
        isOwnLocked: isOwnLocked, banner: banner, why: why)
}

/// A health check that found nothing, or these.
public func aHealth(findings: [Finding] = []) -> Health {
    Health(isWell: findings.allSatisfy(\.isWell), findings: findings)
}

/// A finding of the health check.
public func aFinding(
    check: String = "store", isWell: Bool = false, found: String = "a row was changed",
    advice: String = "tell the office"
) -> Finding {
    Finding(check: check, isWell: isWell, found: found, advice: advice)
}

/// A synchronisation that moved something.
public func aSyncReport(
    sent: UInt64 = 2, received: UInt64 = 3, setAside: UInt64 = 0, refused: [SetAside] = [],
    peers: [String] = ["https://relay.example"]
) -> SyncReport {
    SyncReport(
        sent: sent, received: received, setAside: setAside, refused: refused, peers: peers,
        traffic: Traffic(bytesOut: 2_000, bytesIn: 3_000, roundTrips: 4, broken: 0))
}

/// Who holds the device: a doctor.
public func aWhoAmI(
    association: String = "匝瑳医師会", member: MemberID = aMemberID(), name: String = "佐藤 恵",
    role: Coded = aCode("doctor", ja: "医師", en: "doctor"), device: DeviceID = aDeviceID(), holdsBag: Bool = true
) -> WhoAmI {
    WhoAmI(association: association, member: member, name: name, role: role, device: device, holdsBag: holdsBag)
}

/// A member: a doctor.
public func aMember(
    id: MemberID = aMemberID(), name: String = "佐藤 恵", kana: String = "サトウ メグミ",
    role: Coded = aCode("doctor", ja: "医師", en: "doctor"), phone: String = "0479-00-0001", isActive: Bool = true,
    isAdmin: Bool = true, isOnDuty: Bool = true, compared: Compared? = .spoken
) -> Member {
    Member(
        id: id, name: name, kana: kana, role: role, phone: phone, isActive: isActive, isAdmin: isAdmin,
        isOnDuty: isOnDuty, compared: compared)
}

/// The device in hand.
public func aDevice(
    id: DeviceID = aDeviceID(), members: [String] = ["佐藤 恵"], status: DeviceStatus = .active, isThisOne: Bool = true
) -> Device {
    Device(id: id, members: members, status: status, isThisOne: isThisOne)
}

/// A request to join.
public func aJoinRequest(request: Data = Data([1]), fingerprint: String = "KABAN:PAIR:1:A1") -> JoinRequest {
    JoinRequest(request: request, fingerprint: fingerprint)
}

/// A doctor who asks to be let in.
public func aChallenge(
    name: String = "伊藤 正夫", role: Coded = aCode("doctor", ja: "医師", en: "doctor"), challenge: String = "12345678"
) -> Challenge {
    Challenge(name: name, role: role, challenge: challenge)
}

/// What a grant says about itself.
public func aGrant(
    association: String = "匝瑳医師会", admin: String = "佐藤 恵", challenge: String = "12345678"
) -> Grant {
    Grant(association: association, admin: admin, challenge: challenge)
}

/// A device that was let in.
public func aJoined(
    device: DeviceID = aDeviceID(2), member: MemberID = aMemberID(2), compared: Compared = .spoken,
    grant: Data = Data([2]), fingerprint: String = "KABAN:PAIR:1:B2"
) -> Joined {
    Joined(device: device, member: member, compared: compared, grant: grant, fingerprint: fingerprint)
}

/// A suspension that stands, still provisional.
public func aSuspension(
    member: MemberID = aMemberID(2), name: String = "伊藤 正夫", by: String = "佐藤 恵",
    since: Instant = anInstant("2026-11-24T18:00:00+09:00"), confirmedBy: String? = nil, isAsked: Bool = false
) -> Suspension {
    Suspension(member: member, name: name, by: by, since: since, confirmedBy: confirmedBy, isAsked: isAsked)
}

/// An admission, as everybody sees it.
public func anAdmission(
    device: DeviceID = aDeviceID(2), member: MemberID = aMemberID(2), name: String = "伊藤 正夫", by: String = "佐藤 恵",
    on: DeviceID = aDeviceID(), at: Instant = anInstant("2026-11-24T18:00:00+09:00"), compared: Compared = .spoken,
    isNew: Bool = true
) -> Admission {
    Admission(
        device: device, member: member, name: name, by: by, on: on, at: at, compared: compared, isNew: isNew)
}

/// Doctors who answer: the one on duty.
public func anAnswers(
    chain: [Answerer] = [anAnswerer()], passedOver: [PassedOver] = [],
    turnFrom: Instant = anInstant("2026-11-24T18:00:00+09:00"),
    turnTo: Instant = anInstant("2026-12-01T18:00:00+09:00"), holder: String? = "佐藤 恵", duty: UInt64 = 1
) -> Answers {
    Answers(chain: chain, passedOver: passedOver, turnFrom: turnFrom, turnTo: turnTo, holder: holder, duty: duty)
}

/// One who answers: the doctor on duty.
public func anAnswerer(
    name: String = "佐藤 恵", member: MemberID = aMemberID(), answersAs: String = "duty",
    why: Words = someWords("当番", "on duty"), phone: String = "0479-00-0001", knownAgeSeconds: Int64 = 60
) -> Answerer {
    Answerer(
        name: name, member: member, answersAs: answersAs, why: why, phone: phone, knownAgeSeconds: knownAgeSeconds)
}

/// An absence of one day.
public func anAbsence(
    name: String = "伊藤 正夫", from: Instant = anInstant("2026-11-25T09:00:00+09:00"),
    to: Instant = anInstant("2026-11-26T09:00:00+09:00")
) -> Absence {
    Absence(name: name, from: from, to: to)
}

/// A handover that was offered.
public func aHandoverStatus(
    state: HandoverState = .offered, from: String = "佐藤 恵", to: String = "伊藤 正夫", patients: UInt64 = 3,
    erased: UInt64 = 0, keptOwn: UInt64 = 0, unsent: UInt64 = 0, late: UInt64 = 0, at: Instant? = anInstant()
) -> HandoverStatus {
    HandoverStatus(
        state: state, offer: digits(1), from: from, to: to, patients: patients, envelopes: 12, bytes: 24_000,
        erased: erased, keptOwn: keptOwn, unsent: unsent, late: late, receipt: digits(2), at: at)
}

/// An id of 32 digits.
private func digits(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 32 - digits.count)) + digits
}
#endif

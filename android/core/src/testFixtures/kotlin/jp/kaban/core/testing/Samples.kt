package jp.kaban.core.testing

import java.time.OffsetDateTime
import jp.kaban.core.Absence
import jp.kaban.core.Admission
import jp.kaban.core.Age
import jp.kaban.core.Answerer
import jp.kaban.core.Answers
import jp.kaban.core.Coded
import jp.kaban.core.Compared
import jp.kaban.core.Connection
import jp.kaban.core.Device
import jp.kaban.core.DeviceId
import jp.kaban.core.DeviceStatus
import jp.kaban.core.Draft
import jp.kaban.core.EntryId
import jp.kaban.core.FieldEntry
import jp.kaban.core.FieldId
import jp.kaban.core.HandoverReceipt
import jp.kaban.core.HandoverState
import jp.kaban.core.Lease
import jp.kaban.core.LeaseState
import jp.kaban.core.Lid
import jp.kaban.core.Me
import jp.kaban.core.Member
import jp.kaban.core.MemberId
import jp.kaban.core.Note
import jp.kaban.core.Page
import jp.kaban.core.PageLine
import jp.kaban.core.PatientId
import jp.kaban.core.PatientRow
import jp.kaban.core.Scope
import jp.kaban.core.SendState
import jp.kaban.core.ShownValue
import jp.kaban.core.Suspension
import jp.kaban.core.SyncReport
import jp.kaban.core.Traffic
import jp.kaban.core.ValueId
import jp.kaban.core.Visit
import jp.kaban.core.VisitForm
import jp.kaban.core.Words

// Records of people who do not exist: each call names what matters to its test, the rest is plausible.

/** The night in which the samples are set. */
val NIGHT: OffsetDateTime = OffsetDateTime.parse("2026-11-24T01:40:00+09:00")

private val HARU = PatientId("11".repeat(16))
private val SATO = MemberId("21".repeat(16))
private val HANDSET = DeviceId("31".repeat(16))

fun aWords(ja: String = "要注意", en: String = "watch") = Words(ja, en)

fun aSeverity(code: String = "watch") = Coded(code, aWords())

fun aPatientRow(
    id: PatientId = HARU,
    no: Long = 1,
    name: String = "田中 ハル",
    kana: String = "タナカ ハル",
    area: String = "野栄町",
    severity: Coded = aSeverity(),
    birthDate: String = "1934-03-02",
    address: String = "匝瑳市野手1234",
    scope: Scope = Scope.BAG,
    conflicts: Int = 0,
) = PatientRow(id, no, name, kana, area, severity, birthDate, address, scope, conflicts)

fun aShownValue(
    id: ValueId = ValueId("v1"),
    words: Words = aWords(),
    known: Boolean = true,
    raw: String = "watch",
    by: String = "佐藤 恵",
    at: OffsetDateTime = NIGHT,
    source: String? = null,
) = ShownValue(id, words, known, raw, by, at, source)

fun aPageLine(
    field: String = "severity",
    label: Words = Words("重症度", "severity"),
    page: Int = 1,
    significant: Boolean = true,
    isList: Boolean = false,
    gap: Boolean = false,
    entries: List<FieldEntry> = listOf(FieldEntry(FieldId(field), listOf(aShownValue()), conflict = false)),
) = PageLine(FieldId(field), label, page, significant, isList, gap, entries)

fun aPage(
    row: PatientRow = aPatientRow(),
    age: Age? = Age(92, exact = true),
    sex: Coded = Coded("female", Words("女性", "female")),
    deceased: Boolean = false,
    lines: List<PageLine> = listOf(aPageLine()),
    gaps: Int = lines.count { it.gap },
    updatedAt: OffsetDateTime? = NIGHT,
    updatedBy: String? = "佐藤 恵",
) = Page(
    id = row.id,
    no = row.no,
    scope = row.scope,
    name = row.name,
    kana = row.kana,
    birthDate = row.birthDate,
    age = age,
    sex = sex,
    severity = row.severity,
    deceased = deceased,
    lines = lines,
    gaps = gaps,
    conflicts = row.conflicts,
    updatedAt = updatedAt,
    updatedBy = updatedBy,
)

fun aDraft(
    id: EntryId = EntryId("41".repeat(16)),
    patient: PatientId = HARU,
    begunAt: OffsetDateTime = NIGHT,
    savedAt: OffsetDateTime = begunAt,
    scope: Scope = Scope.BAG,
    form: VisitForm = VisitForm(arrivedAt = begunAt, subjective = "夜から息が苦しい"),
    warnings: List<String> = emptyList(),
) = Draft(id, patient, begunAt, savedAt, scope, form, warnings)

fun aVisit(
    id: EntryId = EntryId("51".repeat(16)),
    kind: String = "visit",
    at: OffsetDateTime = NIGHT,
    by: String = "佐藤 恵",
    form: VisitForm = VisitForm(arrivedAt = at, subjective = "夜から息が苦しい", plan = "利尿薬を静注"),
    sent: SendState = SendState.HERE_ONLY,
) = Visit(id, kind, at, by, confirmed = true, retractedBy = emptyList(), duty = 1, amendments = emptyList(), form, sent)

fun aNote(
    id: EntryId = EntryId("61".repeat(16)),
    at: OffsetDateTime = NIGHT,
    by: String = "佐藤 恵",
    text: String = "広域農道は通行止め",
    patient: PatientId? = null,
    urgent: Boolean = false,
    sent: SendState = SendState.RECEIPT,
) = Note(id, at, by, text, patient, urgent, sent)

fun aLease(state: LeaseState = LeaseState.RUNNING, banner: Words? = null, why: Words? = null) = Lease(
    state = state,
    duty = 1,
    turnFrom = NIGHT.minusDays(6),
    turnTo = NIGHT.plusDays(1),
    until = NIGHT.plusDays(2),
    bagLocked = state == LeaseState.SOFT_LOCKED,
    ownLocked = state == LeaseState.SOFT_LOCKED,
    banner = banner,
    why = why,
)

fun aLid(
    onDuty: String? = "佐藤 恵",
    holdsBag: Boolean = true,
    handoverUnconfirmed: Boolean = false,
    syncedAt: OffsetDateTime? = NIGHT.minusHours(3),
    unsent: Long = 2,
    patients: Int = 1,
    conflicts: Int = 0,
    newAdmissions: Int = 0,
    lease: Lease = aLease(),
    connection: Connection = Connection.NONE,
) = Lid(
    association = "匝瑳医師会",
    me = "佐藤 恵",
    onDuty = onDuty,
    onDutySince = onDuty?.let { NIGHT.minusDays(6) },
    onDutyUntil = onDuty?.let { NIGHT.plusDays(1) },
    holdsBag = holdsBag,
    handoverUnconfirmed = handoverUnconfirmed,
    syncedAt = syncedAt,
    unsent = unsent,
    patients = patients,
    locked = 0,
    dutyList = patients,
    conflicts = conflicts,
    newAdmissions = newAdmissions,
    setAside = emptyList(),
    lease = lease,
    connection = connection,
)

fun aMe(name: String = "佐藤 恵", role: Coded = Coded("doctor", Words("医師", "doctor")), holdsBag: Boolean = true) =
    Me("匝瑳医師会", SATO, name, role, HANDSET, holdsBag)

fun aMember(
    id: MemberId = SATO,
    name: String = "佐藤 恵",
    kana: String = "サトウ メグミ",
    role: Coded = Coded("doctor", Words("医師", "doctor")),
    phone: String = "0479-00-0001",
    active: Boolean = true,
    admin: Boolean = false,
    onDuty: Boolean = false,
    compared: Compared? = Compared.SPOKEN,
) = Member(id, name, kana, role, phone, active, admin, onDuty, compared)

fun aSuspension(
    member: MemberId = SATO,
    name: String = "佐藤 恵",
    by: String = "事務局",
    since: OffsetDateTime = NIGHT,
    confirmedBy: String? = null,
    asked: Boolean = false,
) = Suspension(member, name, by, since, confirmedBy, asked)

fun anAdmission(
    device: DeviceId = HANDSET,
    member: MemberId = SATO,
    name: String = "佐藤 恵",
    by: String = "事務局",
    at: OffsetDateTime = NIGHT,
    compared: Compared = Compared.SPOKEN,
    isNew: Boolean = true,
) = Admission(device, member, name, by, DeviceId("31".repeat(16)), at, compared, isNew)

fun aDevice(
    id: DeviceId = HANDSET,
    members: List<String> = listOf("佐藤 恵"),
    status: DeviceStatus = DeviceStatus.ACTIVE,
    isThisOne: Boolean = true,
) = Device(id, members, status, isThisOne)

fun anAnswers(
    chain: List<Answerer> = listOf(
        Answerer("佐藤 恵", SATO, "primary", Words("主治医が対応できます", "the primary is available"), "0479-00-0001", 60),
    ),
    holder: String? = "佐藤 恵",
) = Answers(chain, passedOver = emptyList(), NIGHT.minusDays(6), NIGHT.plusDays(1), holder, duty = 1)

fun anAbsence(name: String = "佐藤 恵", from: OffsetDateTime = NIGHT, to: OffsetDateTime = from.plusDays(1)) =
    Absence(name, from, to)

fun aHandoverReceipt(
    state: HandoverState = HandoverState.NONE,
    patients: Long = 0,
    keptOwn: Long = 0,
) = HandoverReceipt(
    state = state,
    offer = "71".repeat(16),
    from = "佐藤 恵",
    to = "伊藤 正夫",
    patients = patients,
    envelopes = patients,
    bytes = 0,
    erased = 0,
    keptOwn = keptOwn,
    unsent = 0,
    late = 0,
    receipt = "",
    at = NIGHT.takeIf { state != HandoverState.NONE },
)

fun aSyncReport(sent: Long = 0, received: Long = 0) =
    SyncReport(sent, received, setAside = 0, refused = emptyList(), peers = emptyList(), Traffic(0, 0, 1, 0))

#if DEBUG
/// A row of the list.
public func aPatientRow(
    id: PatientID = aPatientID(), number: UInt64 = 1, name: String = "田中 ハル", kana: String = "タナカ ハル",
    area: String = "野栄町", severity: Coded = aCode(), birthDate: String = "1934-03-02",
    address: String = "匝瑳市野手1234", scope: Scope = .bag, conflicts: UInt32 = 0
) -> PatientRow {
    PatientRow(
        id: id, number: number, name: name, kana: kana, area: area, severity: severity, birthDate: birthDate,
        address: address, scope: scope, conflicts: conflicts)
}

/// What a search found: one hit, or these.
public func aSearchResult(hits: [Hit] = [aHit()]) -> SearchResult {
    SearchResult(hits: hits, computeMicroseconds: 120)
}

/// A hit by name.
public func aHit(
    id: PatientID = aPatientID(), number: UInt64 = 1, name: String = "田中 ハル", kana: String = "タナカ ハル",
    why: String = "name", area: String = "野栄町", birthDate: String = "1934-03-02", alike: UInt32 = 0
) -> Hit {
    Hit(id: id, number: number, name: name, kana: kana, why: why, area: area, birthDate: birthDate, alike: alike)
}

/// The pages of a patient, with one line.
public func aPage(
    id: PatientID = aPatientID(), number: UInt64 = 1, scope: Scope = .bag, name: String = "田中 ハル",
    kana: String = "タナカ ハル", birthDate: String = "1934-03-02", age: Age? = anAge(),
    sex: Coded = aCode("female", ja: "女", en: "female"), severity: Coded = aCode(), isDeceased: Bool = false,
    lines: [PageLine] = [aPageLine()], gaps: UInt32 = 2, conflicts: UInt32 = 0, updatedAt: Instant? = anInstant(),
    updatedBy: String? = "佐藤 恵"
) -> Page {
    Page(
        id: id, number: number, scope: scope, name: name, kana: kana, birthDate: birthDate, age: age, sex: sex,
        severity: severity, isDeceased: isDeceased, lines: lines, gaps: gaps, conflicts: conflicts,
        updatedAt: updatedAt, updatedBy: updatedBy)
}

/// An age in years.
public func anAge(_ years: UInt32 = 92, isExact: Bool = true) -> Age { Age(years: years, isExact: isExact) }

/// The line of the severity.
public func aPageLine(
    field: FieldID = FieldID("severity"), label: Words = someWords("重症度", "severity"), page: UInt8 = 1,
    isSignificant: Bool = true, isList: Bool = false, isGap: Bool = false, entries: [FieldEntry] = [aFieldEntry()]
) -> PageLine {
    PageLine(
        field: field, label: label, page: page, isSignificant: isSignificant, isList: isList, isGap: isGap,
        entries: entries)
}

/// A field with one value; with several it waits for a decision.
public func aFieldEntry(
    field: FieldID = FieldID("severity"), values: [FieldValue] = [aFieldValue()]
) -> FieldEntry {
    FieldEntry(field: field, values: values, isConflict: values.count > 1)
}

/// A value.
public func aFieldValue(
    id: ValueID = ValueID("1"), words: Words = someWords("安定", "stable"), isKnown: Bool = true,
    raw: String = "stable", by: String = "佐藤 恵", at: Instant = anInstant(), source: String? = nil
) -> FieldValue {
    FieldValue(id: id, words: words, isKnown: isKnown, raw: raw, by: by, at: at, source: source)
}

/// Two doses that wait for a decision.
public func anOpenConflict(
    patient: PatientID = aPatientID(), field: FieldID = FieldID("medication/1"),
    label: Words = someWords("薬", "medication"),
    values: [FieldValue] = [
        aFieldValue(id: ValueID("1"), words: someWords("モルヒネ 5 mg", "morphine 5 mg"), by: "佐藤 恵"),
        aFieldValue(id: ValueID("2"), words: someWords("モルヒネ 10 mg", "morphine 10 mg"), by: "伊藤 正夫"),
    ]
) -> OpenConflict {
    OpenConflict(patient: patient, field: field, label: label, values: values)
}

/// A patient to register.
public func aRegistration(
    name: String = "田中 ハル", kana: String = "タナカ ハル", consentPaperDate: String? = "2026-10-01",
    values: [TypedValue] = []
) -> Registration {
    var registration = Registration()
    registration.consentPaperDate = consentPaperDate
    registration.values = [TypedValue(FieldID("name"), name), TypedValue(FieldID("kana"), kana)] + values
    return registration
}

/// A form with something under S.
public func aVisitForm(subjective: String = "夜から息が苦しい") -> VisitForm {
    var form = VisitForm()
    form.subjective = subjective
    return form
}

/// A visit that was signed.
public func aVisit(
    id: EntryID = anEntryID(), kind: String = "visit", at: Instant = anInstant(), by: String = "佐藤 恵",
    isConfirmed: Bool = true, retractedBy: [Amendment] = [], duty: UInt64 = 1, amendments: [Amendment] = [],
    form: VisitForm = aVisitForm(), sent: SendState = .receipt
) -> Visit {
    Visit(
        id: id, kind: kind, at: at, by: by, isConfirmed: isConfirmed, retractedBy: retractedBy, duty: duty,
        amendments: amendments, form: form, sent: sent)
}

/// A correction.
public func anAmendment(
    id: EntryID = anEntryID(2), by: String = "佐藤 恵", at: Instant = anInstant(), text: String = "40 mg の誤り"
) -> Amendment {
    Amendment(id: id, by: by, at: at, text: text)
}

/// A draft.
public func aDraft(
    id: EntryID = anEntryID(), patient: PatientID = aPatientID(), begunAt: Instant = anInstant(),
    savedAt: Instant = anInstant(), scope: Scope = .bag, form: VisitForm = aVisitForm(), warnings: [String] = []
) -> Draft {
    Draft(
        id: id, patient: patient, begunAt: begunAt, savedAt: savedAt, scope: scope, form: form, warnings: warnings)
}

/// What signing gives.
public func aSignedVisit(id: EntryID = anEntryID(), warnings: [String] = []) -> SignedVisit {
    SignedVisit(id: id, warnings: warnings)
}

/// An entry of the notebook.
public func aNote(
    id: EntryID = anEntryID(), at: Instant = anInstant(), by: String = "佐藤 恵", text: String = "今夜は雪の予報",
    patient: PatientID? = nil, isUrgent: Bool = false, sent: SendState = .receipt
) -> Note {
    Note(id: id, at: at, by: by, text: text, patient: patient, isUrgent: isUrgent, sent: sent)
}
#endif

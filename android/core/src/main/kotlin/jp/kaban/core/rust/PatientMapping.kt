package jp.kaban.core.rust

import jp.kaban.core.Age
import jp.kaban.core.Coded
import jp.kaban.core.Conflict
import jp.kaban.core.FieldEntry
import jp.kaban.core.FieldId
import jp.kaban.core.Found
import jp.kaban.core.Hit
import jp.kaban.core.Page
import jp.kaban.core.PageLine
import jp.kaban.core.PatientId
import jp.kaban.core.PatientRow
import jp.kaban.core.Registration
import jp.kaban.core.Scope
import jp.kaban.core.ShownValue
import jp.kaban.core.TypedValue
import jp.kaban.core.ValueId
import jp.kaban.core.Words
import jp.kaban.ffi.Age as RustAge
import jp.kaban.ffi.Coded as RustCoded
import jp.kaban.ffi.ConflictView
import jp.kaban.ffi.FieldEntryView
import jp.kaban.ffi.FieldValue
import jp.kaban.ffi.HitView
import jp.kaban.ffi.PageLine as RustPageLine
import jp.kaban.ffi.PageView
import jp.kaban.ffi.PatientRow as RustPatientRow
import jp.kaban.ffi.RegisterRequest
import jp.kaban.ffi.Scope as RustScope
import jp.kaban.ffi.SearchView
import jp.kaban.ffi.ValueView
import jp.kaban.ffi.Words as RustWords

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun RustWords.toOwn(): Words {
    val (ja, en) = this
    return Words(ja, en)
}

internal fun RustCoded.toOwn(): Coded {
    val (code, words) = this
    return Coded(code, words.toOwn())
}

internal fun RustScope.toOwn(): Scope = when (this) {
    RustScope.BAG -> Scope.BAG
    RustScope.OWN -> Scope.OWN
}

internal fun RustPatientRow.toOwn(): PatientRow {
    val (id, no, name, kana, area, severity, birthDate, address, scope, conflicts) = this
    return PatientRow(
        id = PatientId(id),
        no = no.toCount(),
        name = name,
        kana = kana,
        area = area,
        severity = severity.toOwn(),
        birthDate = birthDate,
        address = address,
        scope = scope.toOwn(),
        conflicts = conflicts.toCount(),
    )
}

internal fun SearchView.toOwn(): Found {
    val (hits, computeUs) = this
    return Found(hits.map { it.toOwn() }, computeUs.toCount())
}

internal fun HitView.toOwn(): Hit {
    val (id, no, name, kana, why, area, birthDate, alike) = this
    return Hit(
        id = PatientId(id),
        no = no.toCount(),
        name = name,
        kana = kana,
        why = why,
        area = area,
        birthDate = birthDate,
        alike = alike.toCount(),
    )
}

internal fun PageView.toOwn(): Page {
    val (
        id, no, scope, name, kana, birthDate, age, sex, severity, deceased, lines, gaps, conflicts, updatedAt,
        updatedBy,
    ) = this
    return Page(
        id = PatientId(id),
        no = no.toCount(),
        scope = scope.toOwn(),
        name = name,
        kana = kana,
        birthDate = birthDate,
        age = age?.toOwn(),
        sex = sex.toOwn(),
        severity = severity.toOwn(),
        deceased = deceased,
        lines = lines.map { it.toOwn() },
        gaps = gaps.toCount(),
        conflicts = conflicts.toCount(),
        updatedAt = updatedAt?.toTime(),
        updatedBy = updatedBy,
    )
}

internal fun RustAge.toOwn(): Age {
    val (years, exact) = this
    return Age(years.toCount(), exact)
}

internal fun RustPageLine.toOwn(): PageLine {
    val (field, label, page, significant, isList, gap, entries) = this
    return PageLine(
        field = FieldId(field),
        label = label.toOwn(),
        page = page.toInt(),
        significant = significant,
        isList = isList,
        gap = gap,
        entries = entries.map { it.toOwn() },
    )
}

internal fun FieldEntryView.toOwn(): FieldEntry {
    val (field, values, conflict) = this
    return FieldEntry(FieldId(field), values.map { it.toOwn() }, conflict)
}

internal fun ValueView.toOwn(): ShownValue {
    val (id, words, known, raw, by, at, source) = this
    return ShownValue(
        id = ValueId(id),
        words = words.toOwn(),
        known = known,
        raw = raw,
        by = by,
        at = at.toTime(),
        source = source,
    )
}

internal fun ConflictView.toOwn(): Conflict {
    val (patient, field, label, values) = this
    return Conflict(PatientId(patient), FieldId(field), label.toOwn(), values.map { it.toOwn() })
}

internal fun Registration.toRust(): RegisterRequest {
    val (primary, deputy, team, consentPaperDate, values) = this
    return RegisterRequest(
        primary = primary?.toRust("primary"),
        deputy = deputy?.toRust("deputy"),
        team = team.map { it.toRust("team") },
        consentPaperDate = consentPaperDate?.let { text("consent_paper_date", it) },
        values = values.map { it.toRust() },
    )
}

internal fun TypedValue.toRust(): FieldValue {
    val (field, value) = this
    return FieldValue(field = field.toRust(), value = text(field.value, value))
}

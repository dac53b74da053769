import KabanCore

extension Scope {
    init(_ core: KabanCore.Scope) {
        switch core {
        case .bag: self = .bag
        case .own: self = .own
        }
    }
}

extension PatientRow {
    init(_ core: KabanCore.PatientRow) {
        self.init(
            id: PatientID(core.id),
            number: core.no,
            name: core.name,
            kana: core.kana,
            area: core.area,
            severity: Coded(core.severity),
            birthDate: core.birthDate,
            address: core.address,
            scope: Scope(core.scope),
            conflicts: core.conflicts
        )
    }
}

extension SearchResult {
    init(_ core: KabanCore.SearchView) {
        self.init(hits: core.hits.map(Hit.init), computeMicroseconds: core.computeUs)
    }
}

extension Hit {
    init(_ core: KabanCore.HitView) {
        self.init(
            id: PatientID(core.id),
            number: core.no,
            name: core.name,
            kana: core.kana,
            why: core.why,
            area: core.area,
            birthDate: core.birthDate,
            alike: core.alike
        )
    }
}

extension Page {
    init(_ core: KabanCore.PageView) {
        self.init(
            id: PatientID(core.id),
            number: core.no,
            scope: Scope(core.scope),
            name: core.name,
            kana: core.kana,
            birthDate: core.birthDate,
            age: core.age.map { Age(years: $0.years, isExact: $0.exact) },
            sex: Coded(core.sex),
            severity: Coded(core.severity),
            isDeceased: core.deceased,
            lines: core.lines.map(PageLine.init),
            gaps: core.gaps,
            conflicts: core.conflicts,
            updatedAt: core.updatedAt.map(Instant.init(rfc3339:)),
            updatedBy: core.updatedBy
        )
    }
}

extension PageLine {
    init(_ core: KabanCore.PageLine) {
        self.init(
            field: FieldID(core.field),
            label: Words(core.label),
            page: core.page,
            isSignificant: core.significant,
            isList: core.isList,
            isGap: core.gap,
            entries: core.entries.map(FieldEntry.init)
        )
    }
}

extension FieldEntry {
    init(_ core: KabanCore.FieldEntryView) {
        self.init(field: FieldID(core.field), values: core.values.map(FieldValue.init), isConflict: core.conflict)
    }
}

extension FieldValue {
    init(_ core: KabanCore.ValueView) {
        self.init(
            id: ValueID(core.id),
            words: Words(core.words),
            isKnown: core.known,
            raw: core.raw,
            by: core.by,
            at: Instant(rfc3339: core.at),
            source: core.source
        )
    }
}

extension OpenConflict {
    init(_ core: KabanCore.ConflictView) {
        self.init(
            patient: PatientID(core.patient),
            field: FieldID(core.field),
            label: Words(core.label),
            values: core.values.map(FieldValue.init)
        )
    }
}

extension Registration {
    var core: KabanCore.RegisterRequest {
        KabanCore.RegisterRequest(
            primary: primary?.text,
            deputy: deputy?.text,
            team: team.map(\.text),
            consentPaperDate: consentPaperDate,
            values: values.map { KabanCore.FieldValue(field: $0.field.text, value: $0.value) }
        )
    }
}

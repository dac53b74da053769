import KabanCore

extension Visit {
    init(_ core: KabanCore.VisitView) {
        self.init(
            id: EntryID(core.id),
            kind: core.kind,
            at: Instant(rfc3339: core.at),
            by: core.by,
            isConfirmed: core.confirmed,
            retractedBy: core.retractedBy.map(Amendment.init),
            duty: core.duty,
            amendments: core.amendments.map(Amendment.init),
            form: VisitForm(core.form),
            sent: SendState(core.sent)
        )
    }
}

extension Amendment {
    init(_ core: KabanCore.AmendmentView) {
        self.init(id: EntryID(core.id), by: core.by, at: Instant(rfc3339: core.at), text: core.text)
    }
}

extension SendState {
    init(_ core: KabanCore.SendState) {
        switch core {
        case .hereOnly: self = .hereOnly
        case .receipt: self = .receipt
        }
    }
}

extension Draft {
    init(_ core: KabanCore.DraftView) {
        self.init(
            id: EntryID(core.id),
            patient: PatientID(core.patient),
            begunAt: Instant(rfc3339: core.begunAt),
            savedAt: Instant(rfc3339: core.savedAt),
            scope: Scope(core.scope),
            form: VisitForm(core.form),
            warnings: core.warnings
        )
    }
}

extension SignedVisit {
    init(_ core: KabanCore.VisitSaved) { self.init(id: EntryID(core.id), warnings: core.warnings) }
}

extension Note {
    init(_ core: KabanCore.NoteView) {
        self.init(
            id: EntryID(core.id),
            at: Instant(rfc3339: core.at),
            by: core.by,
            text: core.text,
            patient: core.patient.map(PatientID.init),
            isUrgent: core.urgent,
            sent: SendState(core.sent)
        )
    }
}

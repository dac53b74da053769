import KabanCore

struct CoreVisits: Visits {
    let core: KabanCore.Visits

    func list(of patient: PatientID) async throws(KabanFailure) -> [Visit] {
        try asking { try core.list(patient: patient.text).map(Visit.init) }
    }

    func draft(about patient: PatientID) async throws(KabanFailure) -> Draft? {
        try asking { try core.draft(patient: patient.text).map(Draft.init) }
    }

    func drafts() async throws(KabanFailure) -> [Draft] {
        try asking { try core.drafts().map(Draft.init) }
    }

    func saveDraft(_ form: VisitForm, about patient: PatientID) async throws(KabanFailure) -> Draft {
        try asking { Draft(try core.saveDraft(patient: patient.text, form: form.core)) }
    }

    func discardDraft(about patient: PatientID) async throws(KabanFailure) -> Bool {
        try asking { try core.discardDraft(patient: patient.text) }
    }

    func signDraft(about patient: PatientID) async throws(KabanFailure) -> SignedVisit {
        try asking { SignedVisit(try core.sign(patient: patient.text)) }
    }

    func amend(_ note: EntryID, of patient: PatientID, with text: String) async throws(KabanFailure) -> EntryID {
        try asking { EntryID(try core.amend(patient: patient.text, note: note.text, text: text)) }
    }

    func confirm(_ note: EntryID, of patient: PatientID) async throws(KabanFailure) -> EntryID {
        try asking { EntryID(try core.confirm(patient: patient.text, note: note.text)) }
    }

    func retract(
        _ note: EntryID, of patient: PatientID, because reason: String
    ) async throws(KabanFailure) -> EntryID {
        try asking { EntryID(try core.retract(patient: patient.text, note: note.text, reason: reason)) }
    }
}

import KabanCore

struct CorePatients: Patients {
    let core: KabanCore.Patients

    func list() async throws(KabanFailure) -> [PatientRow] {
        try asking { try core.list().map(PatientRow.init) }
    }

    func watchList() -> Subscribed<[PatientRow]> {
        stream { hear throws(KabanFailure) in
            try watching { try core.watchList(listener: PatientListAdapter(hear)) }
        }
    }

    func search(_ text: String) async throws(KabanFailure) -> SearchResult {
        try asking { SearchResult(try core.search(text: text)) }
    }

    func page(of patient: PatientID) async throws(KabanFailure) -> Page {
        try asking { Page(try core.page(patient: patient.text)) }
    }

    func watchPage(of patient: PatientID) -> Subscribed<Page> {
        stream { hear throws(KabanFailure) in
            try watching { try core.watchPage(patient: patient.text, listener: PageAdapter(hear)) }
        }
    }

    func setField(
        _ field: FieldID, of patient: PatientID, to value: String?
    ) async throws(KabanFailure) -> FieldID {
        try asking { FieldID(try core.setField(patient: patient.text, field: field.text, value: value)) }
    }

    func setPinHere(of patient: PatientID) async throws(KabanFailure) -> FieldID {
        try asking { FieldID(try core.setPinHere(patient: patient.text)) }
    }

    func conflicts(of patient: PatientID?) async throws(KabanFailure) -> [OpenConflict] {
        try asking { try core.conflicts(patient: patient?.text).map(OpenConflict.init) }
    }

    func resolve(
        _ field: FieldID, of patient: PatientID, read: [ValueID], taking value: ValueID
    ) async throws(KabanFailure) {
        try asking {
            try core.resolveTake(
                patient: patient.text, field: field.text, of: read.map(\.text), take: value.text)
        }
    }

    func resolve(
        _ field: FieldID, of patient: PatientID, read: [ValueID], writing value: String
    ) async throws(KabanFailure) {
        try asking {
            try core.resolveWith(patient: patient.text, field: field.text, of: read.map(\.text), value: value)
        }
    }

    func register(_ registration: Registration) async throws(KabanFailure) -> PatientID {
        try asking { PatientID(try core.register(request: registration.core)) }
    }
}

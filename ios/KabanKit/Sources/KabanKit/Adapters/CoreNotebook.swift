import KabanCore

struct CoreNotebook: Notebook {
    let core: KabanCore.Notebook

    func list() async throws(KabanFailure) -> [Note] { try asking { try core.list().map(Note.init) } }

    func write(_ text: String, about patient: PatientID?, isUrgent: Bool) async throws(KabanFailure) -> EntryID {
        try asking { EntryID(try core.write(text: text, patient: patient?.text, urgent: isUrgent)) }
    }

    func watch() -> Subscribed<[Note]> {
        stream { hear throws(KabanFailure) in
            try watching { try core.watch(listener: NotebookAdapter(hear)) }
        }
    }
}

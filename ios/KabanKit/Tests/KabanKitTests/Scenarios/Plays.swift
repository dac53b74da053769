import Foundation
import KabanKit

/// Plays a step, and gives what the contract says that it gives.
typealias Play = @Sendable (Story, Inputs) async throws -> JSON

extension Story {
    /// All steps there are.
    static let plays: [String: Play] = bagPlays.merging(patientPlays) { $1 }.merging(visitPlays) { $1 }
        .merging(dutyPlays) { $1 }.merging(stagePlays) { $1 }.merging(mapPlays) { $1 }
        .merging(pairingPlays) { $1 }

    /// The phone of a device; it comes into being when it is first named.
    func phone(_ inputs: Inputs) throws -> TestPhone {
        let name = try inputs.text("by")
        if let phone = phones[name] { return phone }
        let phone = try TestPhone(in: place.url.appending(path: name), clock: clock)
        phones[name] = phone
        return phone
    }

    /// The bag of a device, open or locked.
    func bag(_ inputs: Inputs) throws -> any Bag {
        let name = try inputs.text("by")
        guard let bag = bags[name] else { throw StoryError("\(name) has no bag yet") }
        return bag
    }

    /// Keeps the bag that a device has opened.
    func keep(_ bag: any Bag, _ inputs: Inputs) throws -> JSON {
        bags[try inputs.text("by")] = bag
        return [:]
    }

    /// The file that a step takes, where it takes one.
    func fileIfAny(_ inputs: Inputs) throws -> Data? {
        guard let name = try inputs.textIfAny("in") else { return nil }
        guard let file = files[name] else { throw StoryError("there is no file \(name)") }
        return file
    }

    /// The file that a step takes.
    func file(_ inputs: Inputs) throws -> Data {
        guard let file = try fileIfAny(inputs) else { throw StoryError("in is missing") }
        return file
    }

    /// Keeps the file that a step has made, where the story wants it.
    func keep(file: Data?, _ inputs: Inputs) throws {
        guard let name = try inputs.textIfAny("out") else { return }
        guard let file else { throw StoryError("no file came out") }
        files[name] = file
    }
}

private let bagPlays: [String: Play] = [
    "found": { story, inputs in
        let (person, secret) = (try inputs.person, try inputs.secret)
        let folder = try story.phone(inputs).folder
        let bag = try await folder.found(try inputs.text("association"), by: person, secret: secret)
        return try story.keep(bag, inputs)
    },
    "request_to_join": { story, inputs in
        let (person, secret) = (try inputs.person, try inputs.secret)
        let request = try await story.phone(inputs).folder.requestToJoin(as: person, secret: secret)
        try story.keep(file: request.request, inputs)
        return ["fingerprint": .text(request.fingerprint)]
    },
    "join": { story, inputs in
        let (grant, secret) = (try story.file(inputs), try inputs.secret)
        let folder = try story.phone(inputs).folder
        return try story.keep(try await folder.join(with: grant, proof: try inputs.proof, secret: secret), inputs)
    },
    "open": { story, inputs in
        try story.keep(try await story.phone(inputs).folder.open(secret: try inputs.secret), inputs)
    },
    "open_again": { story, inputs in
        let second = try await story.phone(inputs).folder.open(secret: try inputs.secret)
        try await second.lock()
        return [:]
    },
    "lock": { story, inputs in
        try await story.bag(inputs).lock()
        return [:]
    },
    "who_am_i": { story, inputs in try await story.bag(inputs).whoAmI().json },
    "members": { story, inputs in
        ["members": JSON(try await story.bag(inputs).association.members().map(\.json))]
    },
    "suspend": { story, inputs in
        let association = try story.bag(inputs).association
        try await association.suspend(try inputs.member, because: try inputs.text("reason"))
        return [:]
    },
    "suspensions": { story, inputs in
        let standing = try await story.bag(inputs).association.suspensions()
        return ["suspensions": JSON(standing.map(\.json))]
    },
    "confirm_suspension": { story, inputs in
        try await story.bag(inputs).association.confirmSuspension(of: try inputs.member)
        return [:]
    },
    "lift_suspension": { story, inputs in
        try await story.bag(inputs).association.liftSuspension(of: try inputs.member)
        return [:]
    },
    "lid": { story, inputs in try await story.bag(inputs).lid().json },
    "health": { story, inputs in ["ok": JSON(try await story.bag(inputs).health().isWell)] },
    "sync": { story, inputs in
        switch try await story.bag(inputs).sync(with: story.relayAddress) {
        case .finished(let report): return report.json
        case .cancelled: throw StoryError("nobody cancelled it")
        }
    },
]

private let patientPlays: [String: Play] = [
    "register": { story, inputs in
        var registration = Registration()
        registration.primary = try inputs.textIfAny("primary").map(MemberID.init)
        registration.deputy = try inputs.textIfAny("deputy").map(MemberID.init)
        registration.team = try inputs.texts("team").map(MemberID.init)
        registration.consentPaperDate = try inputs.textIfAny("consent_paper_date")
        let values = Inputs(inputs.members["values"]?.object ?? [:])
        registration.values = try values.members.keys.sorted().map { field in
            TypedValue(FieldID(field), try values.text(field))
        }
        return ["patient": JSON(try await story.bag(inputs).patients.register(registration))]
    },
    "list": { story, inputs in ["patients": JSON(try await story.bag(inputs).patients.list().map(\.json))] },
    "search": { story, inputs in
        let found = try await story.bag(inputs).patients.search(try inputs.text("text"))
        return ["hits": JSON(found.hits.map(\.json))]
    },
    "page": { story, inputs in try await story.bag(inputs).patients.page(of: try inputs.patient).json },
    "set_field": { story, inputs in
        let patients = try story.bag(inputs).patients
        let value = try inputs.textIfAny("value")
        return ["field": JSON(try await patients.setField(try inputs.field, of: try inputs.patient, to: value))]
    },
    "conflicts": { story, inputs in
        let open = try await story.bag(inputs).patients.conflicts(of: try inputs.patientIfAny)
        return ["conflicts": JSON(open.map(\.json))]
    },
    "resolve_take": { story, inputs in
        let read = try inputs.texts("of").map(ValueID.init)
        let taken = ValueID(try inputs.text("take"))
        let patients = try story.bag(inputs).patients
        try await patients.resolve(try inputs.field, of: try inputs.patient, read: read, taking: taken)
        return [:]
    },
    "resolve_with": { story, inputs in
        let read = try inputs.texts("of").map(ValueID.init)
        let value = try inputs.text("value")
        let patients = try story.bag(inputs).patients
        try await patients.resolve(try inputs.field, of: try inputs.patient, read: read, writing: value)
        return [:]
    },
]

private let visitPlays: [String: Play] = [
    "save_draft": { story, inputs in
        let form = try VisitForm(inputs.members["form"] ?? .null)
        let draft = try await story.bag(inputs).visits.saveDraft(form, about: try inputs.patient)
        return ["form": draft.form.json, "scope": draft.scope.json]
    },
    "draft": { story, inputs in
        let draft = try await story.bag(inputs).visits.draft(about: try inputs.patient)
        return ["form": draft?.form.json ?? .null]
    },
    "drafts": { story, inputs in
        ["patients": JSON(try await story.bag(inputs).visits.drafts().map { JSON($0.patient) })]
    },
    "discard_draft": { story, inputs in
        ["discarded": JSON(try await story.bag(inputs).visits.discardDraft(about: try inputs.patient))]
    },
    "sign": { story, inputs in
        let note = try await story.bag(inputs).visits.signDraft(about: try inputs.patient)
        return ["note": JSON(note.id), "warnings": JSON(note.warnings.count)]
    },
    "visits": { story, inputs in
        ["items": JSON(try await story.bag(inputs).visits.list(of: try inputs.patient).map(\.json))]
    },
    "amend": { story, inputs in
        let (note, patient, text) = (try inputs.note, try inputs.patient, try inputs.text("text"))
        return ["amendment": JSON(try await story.bag(inputs).visits.amend(note, of: patient, with: text))]
    },
    "confirm": { story, inputs in
        try await story.bag(inputs).visits.confirm(try inputs.note, of: try inputs.patient)
        return [:]
    },
    "retract": { story, inputs in
        let (note, patient, reason) = (try inputs.note, try inputs.patient, try inputs.text("reason"))
        try await story.bag(inputs).visits.retract(note, of: patient, because: reason)
        return [:]
    },
    "write_note": { story, inputs in
        let (text, patient) = (try inputs.text("text"), try inputs.patientIfAny)
        let isUrgent = inputs.members["urgent"]?.bool ?? false
        return ["entry": JSON(try await story.bag(inputs).notebook.write(text, about: patient, isUrgent: isUrgent))]
    },
    "notes": { story, inputs in ["notes": JSON(try await story.bag(inputs).notebook.list().map(\.json))] },
]

private let dutyPlays: [String: Play] = [
    "who_answers": { story, inputs in
        let (patient, at) = (try inputs.patientIfAny, try inputs.textIfAny("at").map(Instant.init(rfc3339:)))
        return try await story.bag(inputs).duty.whoAnswers(for: patient, at: at).json
    },
    "declare_absence": { story, inputs in
        let from = Instant(rfc3339: try inputs.text("from"))
        let to = Instant(rfc3339: try inputs.text("to"))
        try await story.bag(inputs).duty.declareAbsence(of: try inputs.member, from: from, to: to)
        return [:]
    },
    "absences": { story, inputs in ["absences": JSON(try await story.bag(inputs).duty.absences().map(\.json))] },
    "not_reached": { story, inputs in
        guard let tries = inputs.members["tries"]?.number.flatMap({ UInt32(exactly: $0) }) else {
            throw StoryError("tries has to be a number")
        }
        let (member, patient) = (try inputs.member, try inputs.patientIfAny)
        try await story.bag(inputs).duty.notReached(member, for: patient, tries: tries)
        return [:]
    },
    "take_over": { story, inputs in
        try await story.bag(inputs).duty.takeOver()
        return [:]
    },
    "lease": { story, inputs in try await story.bag(inputs).duty.lease().json },
    "offer": { story, inputs in
        let (member, device) = (MemberID(try inputs.text("to")), DeviceID(try inputs.text("device")))
        let step = try await story.bag(inputs).handover.offer(to: member, on: device)
        try story.keep(file: step.file, inputs)
        return step.status.json
    },
    "receive": { story, inputs in
        let step = try await story.bag(inputs).handover.receive(try story.fileIfAny(inputs))
        try story.keep(file: step.file, inputs)
        return step.status.json
    },
    "accept": { story, inputs in
        let step = try await story.bag(inputs).handover.accept()
        try story.keep(file: step.file, inputs)
        return step.status.json
    },
    "release": { story, inputs in
        let step = try await story.bag(inputs).handover.release(try story.fileIfAny(inputs))
        try story.keep(file: step.file, inputs)
        return step.status.json
    },
    "withdraw": { story, inputs in try await story.bag(inputs).handover.withdraw().json },
    "handover_status": { story, inputs in try await story.bag(inputs).handover.status().json },
]

private let stagePlays: [String: Play] = [
    "clock": { story, inputs in
        let now = Instant(rfc3339: try inputs.text("at"))
        guard now.date != nil else { throw StoryError("\(now) is no instant") }
        story.clock.set(now)
        try story.relay?.setClock(now)
        return [:]
    },
    "relay": { story, _ in
        let relay = try TestRelay(story.place.url.appending(path: "relay"), at: try story.clock.now())
        (story.relay, story.relayAddress) = (relay, relay.address)
        return [:]
    },
    "relay_ends": { story, _ in
        guard let relay = story.relay else { throw StoryError("there is no relay to end") }
        relay.end()
        story.relay = nil
        return [:]
    },
    "tamper": { story, inputs in
        guard try await story.bag(inputs).isLocked() else { throw StoryError("the bag has to be locked") }
        try Stage.tamper(try story.phone(inputs).bagFolder, row: try inputs.text("row"))
        return [:]
    },
]

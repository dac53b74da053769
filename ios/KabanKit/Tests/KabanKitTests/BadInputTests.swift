import Foundation
import Testing

@testable import KabanKit

@Suite(.timeLimit(.minutes(5)))
struct BadInputTests {
    let place: TemporaryFolder
    let phone: TestPhone
    let bag: any Bag
    let patient: PatientID

    init() async throws {
        place = try TemporaryFolder()
        phone = try TestPhone(in: place.url)
        bag = try await phone.found()
        patient = try await bag.patients.register(aRegistration())
    }

    /// A call, and the place that its failure has to name.
    private typealias Call = (field: String, make: () async throws -> Void)

    /// Calls that take a text of a person, with this one.
    private func everyText(_ text: String) -> [Call] {
        var form = VisitForm()
        form.subjective = text
        var measured = VisitForm()
        measured.vitals.pulse = text
        var done = VisitForm()
        done.procedures = [text]
        let note = anEntryID()
        return [
            ("visit.subjective", { [form] in try await bag.visits.saveDraft(form, about: patient) }),
            ("vitals.pulse", { [measured] in try await bag.visits.saveDraft(measured, about: patient) }),
            ("visit.procedures", { [done] in try await bag.visits.saveDraft(done, about: patient) }),
            ("text", { try await bag.visits.amend(note, of: patient, with: text) }),
            ("reason", { try await bag.visits.retract(note, of: patient, because: text) }),
            ("special_note", { try await bag.patients.setField(FieldID("special_note"), of: patient, to: text) }),
            ("field", { try await bag.patients.setField(FieldID(text), of: patient, to: "1") }),
            ("patient", { _ = try await bag.patients.page(of: PatientID(text)) }),
            ("name", { _ = try await bag.patients.register(aRegistration(name: text)) }),
            ("text", { try await bag.notebook.write(text, about: nil, isUrgent: false) }),
            ("at", { _ = try await bag.duty.whoAnswers(for: nil, at: Instant(rfc3339: text)) }),
            ("reason", { try await bag.association.suspend(aMemberID(), because: text) }),
            ("challenge", { _ = try await bag.association.answerNewcomer(aMemberID(), challenge: text) }),
            ("relay", { _ = try await bag.sync(with: text) }),
        ]
    }

    private func expectInvalid(_ field: String, _ call: () async throws -> Void) async {
        #expect(await failure(of: call)?.json == ["error": "invalid", "field": .text(field)])
    }

    @Test("a text of one megabyte is refused by the name of its place")
    func megabyte() async throws {
        let text = String(repeating: "x", count: 1 << 20)
        for call in everyText(text) { await expectInvalid(call.field, call.make) }
        let searched = await failure { _ = try await bag.patients.search(text) }
        #expect(searched?.json["error"] == "invalid")
        #expect(try await bag.health().isWell)
    }

    @Test("half of a surrogate pair becomes U+FFFD in Swift, and the bag refuses what has lost a character")
    func loneSurrogate() async throws {
        // "10", the first half of 𠮷, "mg": what a foreign keyboard or a file could give.
        let units: [UInt16] = [0x31, 0x30, 0xD842, 0x6D, 0x67]
        let text = String(decoding: units, as: UTF16.self)
        #expect(text == "10\u{FFFD}mg")
        for call in everyText(text) { await expectInvalid(call.field, call.make) }
        #expect(try await bag.visits.draft(about: patient) == nil)
    }

    @Test("a locked bag answers nothing but that it is locked")
    func closed() async throws {
        try await bag.lock()
        try await bag.lock()
        #expect(await bag.isLocked())
        let calls: [() async throws -> Void] = [
            { _ = try await bag.lid() },
            { _ = try await bag.whoAmI() },
            { _ = try await bag.health() },
            { _ = try await bag.sync(with: "http://127.0.0.1:9") },
            { _ = try await bag.patients.list() },
            { _ = try await bag.patients.search("たなか") },
            { _ = try await bag.patients.page(of: patient) },
            { _ = try await bag.patients.register(aRegistration()) },
            { _ = try await bag.visits.list(of: patient) },
            { _ = try await bag.visits.saveDraft(aVisitForm(), about: patient) },
            { _ = try await bag.notebook.list() },
            { _ = try await bag.duty.whoAnswers(for: nil, at: nil) },
            { _ = try await bag.duty.lease() },
            { _ = try await bag.handover.status() },
            { _ = try await bag.association.members() },
        ]
        for call in calls { #expect(await failure(of: call) == .locked) }
        #expect(try await bag.watchLid().next().failure == .locked)
    }

    @Test("a store that is open is not opened a second time, and is afterwards")
    func twice() async throws {
        let again = await failure { _ = try await phone.open() }
        #expect(again == .inUse)
        #expect(try await bag.patients.list().count == 1)
        try await bag.lock()
        let second = try await phone.open()
        #expect(try await second.patients.list().count == 1)
        try await second.lock()
    }

    @Test("an id of another type is found nowhere, and what is no id is refused by its place")
    func idOfAnotherType() async throws {
        let member = try await bag.whoAmI().member
        let page = await failure { _ = try await bag.patients.page(of: PatientID(member.text)) }
        #expect(page?.json["error"] == "not_found")
        let absence = await failure {
            try await bag.duty.declareAbsence(
                of: MemberID(patient.text), from: anInstant(), to: anInstant("2026-11-25T09:00:00+09:00"))
        }
        #expect(absence?.json["error"] == "rule")
        let note = await failure { try await bag.visits.amend(EntryID(patient.text), of: patient, with: "訂正") }
        #expect(note?.json["error"] == "not_found")
        await expectInvalid("member") {
            try await bag.duty.notReached(MemberID("佐藤"), for: nil, tries: 1)
        }
        await expectInvalid("device") {
            _ = try await bag.handover.offer(to: member, on: DeviceID(""))
        }
    }

    @Test("a date in the year 9999 is refused by the name of its place")
    func year9999() async throws {
        let end = Instant(Date(timeIntervalSince1970: 253_402_300_799), offsetMinutes: 0)
        let far = Instant(rfc3339: "9999-12-31T23:59:59Z")
        let member = try await bag.whoAmI().member
        await expectInvalid("to") {
            try await bag.duty.declareAbsence(of: member, from: anInstant(), to: far)
        }
        await expectInvalid("at") {
            _ = try await bag.duty.whoAnswers(for: nil, at: end)
        }
        var form = aVisitForm()
        form.leftAt = far
        await expectInvalid("visit.left_at") {
            try await bag.visits.saveDraft(form, about: patient)
        }
        await expectInvalid("birth_date") {
            try await bag.patients.setField(FieldID("birth_date"), of: patient, to: "9999-12-31")
        }
    }

    @Test("a folder without a bag, and files that are none, are told apart")
    func nothingThere() async throws {
        let other = try TestPhone(in: place.url.appending(path: "other"))
        #expect(await other.folder.hasBag() == false)
        #expect(await phone.folder.hasBag())
        let open = await failure { _ = try await other.open() }
        #expect(open?.json["error"] == "not_found")
        let received = await failure { _ = try await bag.handover.receive(Data(repeating: 7, count: 100)) }
        #expect(received?.json["error"] == "invalid")
        let admitted = await failure { _ = try await bag.association.admit(Data(), proof: .notCompared) }
        #expect(admitted?.json["error"] == "invalid")
    }
}

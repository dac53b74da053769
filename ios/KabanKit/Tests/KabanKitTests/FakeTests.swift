import Testing

@testable import KabanKit

@Suite(.timeLimit(.minutes(1)))
struct FakeTests {
    @Test("a fake bag tells whoever watches what it becomes, until they leave")
    func watching() async throws {
        let fake = FakeBag()
        var lids: Subscribed<Lid>? = (fake as any Bag).watchLid()
        #expect(try await lids?.next().value?.unsent == 0)
        fake.theLid.becomes(.value(aLid(unsent: 3)))
        #expect(try await lids?.next().value?.unsent == 3)
        fake.theLid.becomes(.failed(.locked))
        #expect(try await lids?.next().failure == .locked)
        #expect(fake.theLid.watchers == 1)
        lids = nil
        #expect(fake.theLid.watchers == 0)
    }

    @Test("a fake bag gives what it was told to give, fails as it was told, and remembers what it was asked")
    func answering() async throws {
        let fake = FakeBag()
        let bag: any Bag = try await FakeBagFolder(fake).open(secret: Secret("1"))
        fake.fakePatients.pages.becomes(.value([aPatientID(): aPage(name: "田中 ハル")]))
        #expect(try await bag.patients.page(of: aPatientID()).name == "田中 ハル")
        let other = await failure { _ = try await bag.patients.page(of: aPatientID(2)) }
        #expect(other?.json["error"] == "not_found")
        fake.synced.fails(.offline(reason: "no relay"))
        #expect(await failure { _ = try await bag.sync() } == .offline(reason: "no relay"))
        #expect(fake.synced.asked == [nil])
        try await bag.patients.setField(FieldID("severity"), of: aPatientID(), to: "watch")
        #expect(fake.fakePatients.written.asked.map(\.value) == ["watch"])
    }

    @Test("a draft of a fake is there until it is signed")
    func drafts() async throws {
        let visits: any Visits = FakeVisits()
        try await visits.saveDraft(aVisitForm(), about: aPatientID())
        #expect(try await visits.draft(about: aPatientID())?.form == aVisitForm())
        try await visits.signDraft(about: aPatientID())
        #expect(try await visits.draft(about: aPatientID()) == nil)
    }
}

#if DEBUG
import Foundation

/// A bag of values that are made up, for tests and previews of screens. It keeps no rule and no
/// record: it gives what it was told to give, and remembers what it was asked.
public final class FakeBag: Bag {
    /// Its patients.
    public let fakePatients = FakePatients()
    /// Its visits.
    public let fakeVisits = FakeVisits()
    /// Its notebook.
    public let fakeNotebook = FakeNotebook()
    /// Its duty.
    public let fakeDuty = FakeDuty()
    /// Its map.
    public let fakeMap = FakeMap()
    /// Its handover.
    public let fakeHandover = FakeHandover()
    /// Its association.
    public let fakeAssociation = FakeAssociation()

    /// Its lid.
    public let theLid = Watched(aLid())
    /// Who holds it.
    public let me = FakeAnswer<Void, WhoAmI>(aWhoAmI())
    /// How it is.
    public let theHealth = FakeAnswer<Void, Health>(aHealth())
    /// How a synchronisation ends, by the relay that was named.
    public let synced = FakeAnswer<String?, SyncOutcome>(.finished(aSyncReport()))
    /// What a synchronisation tells before it ends.
    public let progress = FakeAnswer<Void, [SyncProgress]>([])
    /// Whether it locks.
    public let locked = FakeAnswer<Void, Void>(())

    /// An empty bag.
    public init() {}

    public var patients: any Patients { fakePatients }
    public var visits: any Visits { fakeVisits }
    public var notebook: any Notebook { fakeNotebook }
    public var duty: any Duty { fakeDuty }
    public var map: any DynamicMap { fakeMap }
    public var handover: any Handover { fakeHandover }
    public var association: any Association { fakeAssociation }

    public func lid() async throws(KabanFailure) -> Lid { try theLid.read() }
    public func watchLid() -> Subscribed<Lid> { theLid.watch() }
    public func whoAmI() async throws(KabanFailure) -> WhoAmI { try me.ask(()) }
    public func health() async throws(KabanFailure) -> Health { try theHealth.ask(()) }

    public func sync(
        with relay: String?, onProgress: @escaping @Sendable (SyncProgress) -> Void
    ) async throws(KabanFailure) -> SyncOutcome {
        for progress in try progress.ask(()) { onProgress(progress) }
        return try synced.ask(relay)
    }

    public func lock() async throws(KabanFailure) { try locked.ask(()) }
    public func isLocked() async -> Bool { !locked.asked.isEmpty }
}

/// A folder that opens a fake bag, whatever the secret.
public final class FakeBagFolder: BagFolder {
    /// Whether there is a bag in it.
    public let isThere = Watched(true)
    /// What founding, joining and opening give.
    public let opened: FakeAnswer<Void, FakeBag>
    /// What asking to join gives.
    public let requested = FakeAnswer<Person, JoinRequest>(aJoinRequest())
    /// What the newcomer answers, by the challenge.
    public let answered = FakeAnswer<String, String>("123456")
    /// What a grant says about itself.
    public let granted = FakeAnswer<Data, Grant>(aGrant())

    /// A folder with this bag.
    public init(_ bag: FakeBag = FakeBag()) { opened = FakeAnswer(bag) }

    public func hasBag() async -> Bool { (try? isThere.read()) ?? false }

    public func found(
        _ association: String, by person: Person, secret: Secret
    ) async throws(KabanFailure) -> any Bag { try opened.ask(()) }

    public func requestToJoin(as person: Person, secret: Secret) async throws(KabanFailure) -> JoinRequest {
        try requested.ask(person)
    }

    public func answerAdmin(_ challenge: String, secret: Secret) async throws(KabanFailure) -> String {
        try answered.ask(challenge)
    }

    public func challengeAdmin(with grant: Data, secret: Secret) async throws(KabanFailure) -> Grant {
        try granted.ask(grant)
    }

    public func join(with grant: Data, proof: Proof, secret: Secret) async throws(KabanFailure) -> any Bag {
        try opened.ask(())
    }

    public func open(secret: Secret, as member: MemberID?) async throws(KabanFailure) -> any Bag {
        try opened.ask(())
    }
}
#endif

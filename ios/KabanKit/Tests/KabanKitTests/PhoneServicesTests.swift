import Foundation
import Testing

@testable import KabanKit

/// Something that an implementation throws, with a text that must not get about.
private struct Mishap: Error, CustomStringConvertible {
    let description = "田中 ハル"
}

private struct BrokenClock: PhoneClock {
    func now() throws -> Instant { throw Mishap() }
}

private struct BrokenConnectivity: Connectivity {
    func connection() throws -> Connection { throw Mishap() }
}

private struct Train: Connectivity {
    func connection() throws -> Connection { .metered }
}

private struct Place: LocationService {
    let position: Result<Position?, Mishap>
    func here() throws -> Position? { try position.get() }
}

/// A keystore that fails from some moment on.
private final class FailingVault: KeyVault {
    let keys: ChipVault
    let failing = Guarded<(any Error)?>(nil)
    init(_ keys: ChipVault) { self.keys = keys }

    private func healthy() throws { if let error = failing.now { throw error } }

    func create(_ alias: String) throws {
        try healthy()
        try keys.create(alias)
    }
    func contains(_ alias: String) throws -> Bool {
        try healthy()
        return try keys.contains(alias)
    }
    func wrap(_ secret: Data, for place: Data, with alias: String) throws -> Data {
        try healthy()
        return try keys.wrap(secret, for: place, with: alias)
    }
    func unwrap(_ wrapped: Data, for place: Data, with alias: String) throws -> Data {
        try healthy()
        return try keys.unwrap(wrapped, for: place, with: alias)
    }
    func delete(_ alias: String) throws {
        try healthy()
        try keys.delete(alias)
    }
    func isHardware() throws -> Bool {
        try healthy()
        return true
    }
}

@Suite(.timeLimit(.minutes(5)))
struct PhoneServicesTests {
    let place: TemporaryFolder
    init() throws { place = try TemporaryFolder() }

    @Test("what the phone says of its connection is on the lid, and a phone that throws is unknown")
    func connectivity() async throws {
        let train = try TestPhone(in: place.url.appending(path: "train")) { $0.connectivity = Train() }
        #expect(try await train.found().lid().connection == .metered)
        let broken = try TestPhone(in: place.url.appending(path: "broken")) { $0.connectivity = BrokenConnectivity() }
        #expect(try await broken.found().lid().connection == .unknown)
        let none = try TestPhone(in: place.url.appending(path: "none"))
        #expect(try await none.found().lid().connection == .unknown)
    }

    @Test("a clock that throws, or gives no time, is replaced by the system's")
    func clock() async throws {
        for clock in [BrokenClock(), TestClock(Instant(rfc3339: "あした"))] as [any PhoneClock] {
            let folder = try TemporaryFolder()
            let bag = try await TestPhone(in: folder.url, clock: clock).found()
            let patient = try await bag.patients.register(aRegistration())
            #expect(try await bag.visits.saveDraft(aVisitForm(), about: patient).begunAt.date != nil)
        }
    }

    @Test("the phone's clock dates what is written, with its offset")
    func offset() async throws {
        let clock = TestClock(Instant(rfc3339: "2026-11-24T01:40:00+09:00"))
        let bag = try await TestPhone(in: place.url, clock: clock).found()
        let patient = try await bag.patients.register(aRegistration())
        clock.set(Instant(rfc3339: "2026-11-24T02:10:30+09:00"))
        let draft = try await bag.visits.saveDraft(aVisitForm(), about: patient)
        #expect(draft.begunAt.text == "2026-11-24T02:10:30+09:00")
        #expect(draft.begunAt.offsetMinutes == 540)
    }

    @Test(
        "a place that is not known, not exact or not allowed is no house",
        arguments: [
            .success(nil), .failure(Mishap()),
            .success(Position(longitude: 140.5, latitude: 35.7, accuracyMetres: 51)),
            .success(Position(longitude: 140.5, latitude: 35.7, accuracyMetres: .nan)),
        ] as [Result<Position?, Mishap>])
    private func noHouse(_ position: Result<Position?, Mishap>) async throws {
        let bag = try await TestPhone(in: place.url) { $0.location = Place(position: position) }.found()
        let patient = try await bag.patients.register(aRegistration())
        let failure = await failure { try await bag.patients.setPinHere(of: patient) }
        #expect(failure?.json == ["error": "invalid", "field": "location"])
    }

    @Test("where the phone is becomes the patient's pin")
    func house() async throws {
        let here = Position(longitude: 140.55, latitude: 35.7, accuracyMetres: 8)
        let bag = try await TestPhone(in: place.url) { $0.location = Place(position: .success(here)) }.found()
        let patient = try await bag.patients.register(aRegistration())
        #expect(try await bag.patients.setPinHere(of: patient) == FieldID("pin"))
        let lines = try await bag.patients.page(of: patient).lines
        #expect(lines.first { $0.field == FieldID("pin") }?.entries.isEmpty == false)
    }

    @Test(
        "what a keystore throws becomes a typed failure that repeats no text of the error",
        arguments: [
            KeyVaultFailure.noSuchKey, KeyVaultFailure.exists, KeyVaultFailure.refused, KeyVaultFailure.phoneLocked,
            KeyVaultFailure.failed(reason: "the chip is busy"), Mishap(),
        ] as [any Error])
    func keyVault(_ error: any Error) async throws {
        let keys = ChipVault(keys: try softwareKeyVault(in: place.url.appending(path: "keys")))
        let vault = FailingVault(keys)
        let phone = try TestPhone(in: place.url) { $0.keyVault = vault }
        try await phone.found().lock()
        vault.failing.with { $0 = error }
        let opened = await failure { _ = try await phone.open() }
        let failure = try #require(opened)
        #expect(!"\(failure)".contains("田中"))
        vault.failing.with { $0 = nil }
        let bag = try await phone.open()
        #expect(try await bag.health().isWell)
        try await bag.lock()
    }

    @Test("without a chip a PIN will not do, and a passphrase does")
    func software() async throws {
        let keys = try softwareKeyVault(in: place.url.appending(path: "soft"))
        let phone = try TestPhone(in: place.url) { $0.keyVault = keys }
        let refused = await failure { _ = try await phone.found() }
        #expect(refused?.json["error"] == "invalid")
        let passphrase = Secret("correct horse battery staple")
        let bag = try await phone.folder.found("匝瑳医師会", by: aDoctor(), secret: passphrase)
        #expect(try await bag.whoAmI().name == "佐藤 恵")
        try await bag.lock()
    }
}

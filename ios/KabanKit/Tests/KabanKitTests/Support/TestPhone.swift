import Foundation

@testable import KabanKit

/// A phone with a folder for its bag: its keystore says that it is a chip, so that a PIN will do.
struct TestPhone: Sendable {
    static let pin = "27182846"

    let bagFolder: URL
    let folder: any BagFolder

    init(in place: URL, clock: any PhoneClock = TestClock(), services: (inout PhoneServices) -> Void = { _ in }) throws
    {
        bagFolder = place.appending(path: "bag")
        let keys = try softwareKeyVault(in: place.appending(path: "keys"))
        var taken = PhoneServices(keyVault: ChipVault(keys: keys), clock: clock, unlockCost: .lowest)
        services(&taken)
        folder = KabanKit.bagFolder(bagFolder, services: taken)
    }

    /// Founds an association with one doctor.
    func found() async throws -> any Bag {
        try await folder.found("匝瑳医師会", by: aDoctor(), secret: Secret(Self.pin))
    }

    /// Opens it again.
    func open() async throws -> any Bag { try await folder.open(secret: Secret(Self.pin)) }
}

func aDoctor() -> Person { Person(name: "佐藤 恵", kana: "サトウ メグミ", role: "doctor", phone: "0479-00-0001") }

/// A keystore of files that says it is a chip.
struct ChipVault: KeyVault {
    let keys: any KeyVault

    func create(_ alias: String) throws { try keys.create(alias) }
    func contains(_ alias: String) throws -> Bool { try keys.contains(alias) }
    func wrap(_ secret: Data, for place: Data, with alias: String) throws -> Data {
        try keys.wrap(secret, for: place, with: alias)
    }
    func unwrap(_ wrapped: Data, for place: Data, with alias: String) throws -> Data {
        try keys.unwrap(wrapped, for: place, with: alias)
    }
    func delete(_ alias: String) throws { try keys.delete(alias) }
    func isHardware() throws -> Bool { true }
}

/// A clock that stands still until it is set.
final class TestClock: PhoneClock {
    /// Where every clock of the tests stands first.
    static let start = Instant(rfc3339: "2026-11-24T10:00:00+09:00")

    private let shown: Guarded<Instant>
    init(_ instant: Instant = TestClock.start) { shown = Guarded(instant) }
    func now() throws -> Instant { shown.now }
    func set(_ instant: Instant) { shown.with { $0 = instant } }
}

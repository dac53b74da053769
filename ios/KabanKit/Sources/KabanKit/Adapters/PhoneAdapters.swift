import Foundation
import KabanCore

/// A keystore of files in a folder, for tests and for a bag on a desk. Whoever copies the folder has
/// its keys; therefore it says that it is no hardware, and a passphrase is asked for. Throws `damaged`
/// when the folder cannot be made or read.
public func softwareKeyVault(in folder: URL) throws(KabanFailure) -> any KeyVault {
    try asking { CoreKeyVault(core: try KabanCore.softwareKeyVault(folder: folder.path)) }
}

extension PhoneServices {
    /// The same as the core takes it.
    var core: KabanCore.PhoneServices {
        KabanCore.PhoneServices(
            keyVault: KeyVaultAdapter(keyVault),
            clock: clock.map(ClockAdapter.init),
            connectivity: connectivity.map(ConnectivityAdapter.init),
            location: location.map(LocationAdapter.init),
            unlockCost: unlockCost == .lowest ? .lowest : .standard
        )
    }
}

/// The core's own keystore, as ours.
private struct CoreKeyVault: KeyVault {
    let core: any KabanCore.KeyVault

    func create(_ alias: String) throws { try ours { try core.create(alias: alias) } }
    func contains(_ alias: String) throws -> Bool { try ours { try core.contains(alias: alias) } }
    func wrap(_ secret: Data, for place: Data, with alias: String) throws -> Data {
        try ours { try core.wrap(alias: alias, secret: secret, place: place) }
    }
    func unwrap(_ wrapped: Data, for place: Data, with alias: String) throws -> Data {
        try ours { try core.unwrap(alias: alias, wrapped: wrapped, place: place) }
    }
    func delete(_ alias: String) throws { try ours { try core.delete(alias: alias) } }
    func isHardware() throws -> Bool { try ours { try core.isHardware() } }

    private func ours<T>(_ ask: () throws -> T) throws(KeyVaultFailure) -> T {
        do {
            return try ask()
        } catch let failure as KabanCore.KeyVaultFailure {
            throw KeyVaultFailure(failure)
        } catch {
            throw .failed(reason: nameOfType(of: error))
        }
    }
}

/// Our keystore, as the core's.
final class KeyVaultAdapter: KabanCore.KeyVault {
    private let vault: any KeyVault
    init(_ vault: any KeyVault) { self.vault = vault }

    func create(alias: String) throws { try cores { try vault.create(alias) } }
    func contains(alias: String) throws -> Bool { try cores { try vault.contains(alias) } }
    func wrap(alias: String, secret: Data, place: Data) throws -> Data {
        try cores { try vault.wrap(secret, for: place, with: alias) }
    }
    func unwrap(alias: String, wrapped: Data, place: Data) throws -> Data {
        try cores { try vault.unwrap(wrapped, for: place, with: alias) }
    }
    func delete(alias: String) throws { try cores { try vault.delete(alias) } }
    func isHardware() throws -> Bool { try cores { try vault.isHardware() } }

    private func cores<T>(_ ask: () throws -> T) throws -> T {
        do {
            return try ask()
        } catch let failure as KeyVaultFailure {
            throw failure.core
        } catch {
            throw KabanCore.KeyVaultFailure.Failed(reason: nameOfType(of: error))
        }
    }
}

final class ClockAdapter: KabanCore.PhoneClock {
    private let clock: any PhoneClock
    init(_ clock: any PhoneClock) { self.clock = clock }

    func now() throws -> KabanCore.WallTime {
        let now = try phone { try clock.now() }
        guard let date = now.date, let offset = now.offsetMinutes, let minutes = Int32(exactly: offset),
            let milliseconds = Int64(exactly: (date.timeIntervalSince1970 * 1_000).rounded())
        else {
            throw KabanCore.PhoneFailure.Failed(reason: "the clock gives no time")
        }
        return KabanCore.WallTime(unixMs: milliseconds, offsetMinutes: minutes)
    }
}

final class ConnectivityAdapter: KabanCore.Connectivity {
    private let connectivity: any Connectivity
    init(_ connectivity: any Connectivity) { self.connectivity = connectivity }

    func connection() throws -> KabanCore.Connection {
        switch try phone({ try connectivity.connection() }) {
        case .none: .none
        case .metered: .metered
        case .unmetered: .unmetered
        case .unknown: .unknown
        }
    }
}

final class LocationAdapter: KabanCore.Location {
    private let location: any LocationService
    init(_ location: any LocationService) { self.location = location }

    func here() throws -> KabanCore.Position? {
        try phone { try location.here() }.map { here in
            KabanCore.Position(lon: here.longitude, lat: here.latitude, accuracyM: here.accuracyMetres)
        }
    }
}

private func phone<T>(_ ask: () throws -> T) throws -> T {
    do {
        return try ask()
    } catch {
        throw KabanCore.PhoneFailure.Failed(reason: nameOfType(of: error))
    }
}

extension KeyVaultFailure {
    fileprivate init(_ core: KabanCore.KeyVaultFailure) {
        switch core {
        case .NoSuchKey: self = .noSuchKey
        case .Exists: self = .exists
        case .Refused: self = .refused
        case .PhoneLocked: self = .phoneLocked
        case .Failed(let reason): self = .failed(reason: reason)
        }
    }

    fileprivate var core: KabanCore.KeyVaultFailure {
        switch self {
        case .noSuchKey: .NoSuchKey
        case .exists: .Exists
        case .refused: .Refused
        case .phoneLocked: .PhoneLocked
        case .failed(let reason): .Failed(reason: reason)
        }
    }
}

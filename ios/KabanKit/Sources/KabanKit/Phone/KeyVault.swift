import Foundation

/// The keystore: the Secure Enclave. It holds named keys that never leave it; each wraps a small
/// secret for one place and can be destroyed; see `core/docs/formats.md`.
///
/// Keys are for this device only, need the phone to have been unlocked, and are not bound to a
/// fingerprint: removing the screen lock must not lose the bag. Names are 1 to 64 of `a`–`z`, `0`–`9`
/// and `-`. Called from any thread, while the bag is held: it must not call the bag. An error that is
/// no `KeyVaultFailure` becomes `failed` with the name of its type.
public protocol KeyVault: Sendable {
    /// Makes a key; `exists` when there is one of this name.
    func create(_ alias: String) throws
    /// Whether there is a key of this name; a keystore that cannot tell throws, it does not say no.
    func contains(_ alias: String) throws -> Bool
    /// Wraps a secret of at most a few kilobytes, with authentication, bound to `place`.
    func wrap(_ secret: Data, for place: Data, with alias: String) throws -> Data
    /// Opens what `wrap` gave for the same alias and place.
    func unwrap(_ wrapped: Data, for place: Data, with alias: String) throws -> Data
    /// Destroys a key; one that is not there is no failure.
    func delete(_ alias: String) throws
    /// Whether keys live in a chip that also counts guesses; only then a PIN will do.
    func isHardware() throws -> Bool
}

/// Why the keystore did not do what was asked.
public enum KeyVaultFailure: Error, Hashable {
    /// There is no key of this name; what it wrapped is gone for good.
    case noSuchKey
    /// A key of this name exists and is never replaced.
    case exists
    /// The wrapped bytes were not made by this key for this place, or were changed.
    case refused
    /// The phone has to be unlocked first.
    case phoneLocked
    /// The keystore failed for a reason of its own, free of secrets.
    case failed(reason: String)
}

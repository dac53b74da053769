import Foundation

/// The folder on this phone where its bag lies, or will lie.
public protocol BagFolder: Sendable {
    /// Whether there is a bag, without opening it.
    func hasBag() async -> Bool

    /// Founds an association on a new device. Throws `invalid` for a PIN or a person that will not
    /// do: a new device needs a PIN of eight digits where the keystore is a chip, else a passphrase
    /// of 13 characters.
    func found(_ association: String, by person: Person, secret: Secret) async throws(KabanFailure) -> any Bag

    /// Makes a new device, or asks again with the one that is there, and gives what to carry to an
    /// admin. Throws as `found`, and `wrongPassphrase`.
    func requestToJoin(as person: Person, secret: Secret) async throws(KabanFailure) -> JoinRequest

    /// The newcomer's six digits, to the eight that the admin reads out. Throws `invalid` for what
    /// are no eight digits, `notFound` where nobody asked to join, `wrongPassphrase`.
    func answerAdmin(_ challenge: String, secret: Secret) async throws(KabanFailure) -> String

    /// Fixes an admin's grant without joining, and gives the eight digits to read out to them.
    /// Throws as `join`.
    func challengeAdmin(with grant: Data, secret: Secret) async throws(KabanFailure) -> Grant

    /// Takes an admin's grant, if the proof is theirs: the answer to `challengeAdmin`, or what the
    /// camera read from their screen. Throws `rule` for a grant to somebody else and for a wrong
    /// proof, `invalid` for a file that is none, `wrongPassphrase`.
    func join(with grant: Data, proof: Proof, secret: Secret) async throws(KabanFailure) -> any Bag

    /// Opens the bag. On a device of several people `member` names whose slot; without it the PIN
    /// tells. Throws `notFound` where there is no bag, `wrongPassphrase`, `inUse`, `tooNew`,
    /// `damaged`, `tampered`: different things, and nothing is changed by any of them.
    func open(secret: Secret, as member: MemberID?) async throws(KabanFailure) -> any Bag
}

extension BagFolder {
    /// Opens the bag of the person whose PIN it is.
    public func open(secret: Secret) async throws(KabanFailure) -> any Bag {
        try await open(secret: secret, as: nil)
    }
}

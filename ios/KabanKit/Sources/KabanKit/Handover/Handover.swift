import Foundation

/// The handover of this bag. By file the order is: offer, receive, accept, release, receive,
/// release; by relay the same records travel when the devices sync, and no file has to be carried.
/// Each step verifies and writes before it answers; none needs a network.
public protocol Handover: Sendable {
    /// Offers the bag to a doctor's device. The offer ends by itself after a day; who offered stays
    /// on duty until it is accepted. Throws `rule` for whoever does not hold the bag.
    func offer(to member: MemberID, on device: DeviceID) async throws(KabanFailure) -> HandoverStep
    /// Reads the file of an offer: everything is verified, nothing can be read yet. Or of a release:
    /// what was written late comes in, and the acknowledgement goes out. Without a file: the offer
    /// that came through the relay. Throws `rule` for an offer to somebody else, `invalid` for a file
    /// that is none or is cut.
    func receive(_ file: Data?) async throws(KabanFailure) -> HandoverStep
    /// Accepts: when this returns, whoever opened this bag is on duty. Throws `rule` when the offer
    /// has ended or was taken back.
    func accept() async throws(KabanFailure) -> HandoverStep
    /// Lets go: takes in the acceptance or the acknowledgement, and erases what is not one's own once
    /// everything written here has reached somebody. Throws `rule` while nobody has accepted.
    func release(_ file: Data?) async throws(KabanFailure) -> HandoverStep
    /// Takes the offer back. Throws `rule` when there is none, or it was accepted.
    func withdraw() async throws(KabanFailure) -> HandoverStatus
    /// Where the latest handover of this device stands. Throws `locked`.
    func status() async throws(KabanFailure) -> HandoverStatus
}

/// Where a handover stands.
public enum HandoverState: Hashable, Sendable {
    /// There has been none on this device.
    case none
    /// Offered to the next doctor.
    case offered
    /// Verified by the next doctor, not accepted yet.
    case received
    /// Accepted: the next doctor is on duty.
    case accepted
    /// The one before has let go.
    case released
    /// What is not one's own is erased.
    case erased
    /// The offer was taken back.
    case withdrawn
    /// The offer ended by itself; who offered is still on duty.
    case expired
}

/// Where the latest handover of this device stands, as a receipt.
public struct HandoverStatus: Hashable, Confidential {
    /// State.
    public let state: HandoverState
    /// Id of the offer.
    public let offer: String
    /// Who gives.
    public let from: String
    /// Who takes.
    public let to: String
    /// Patients on the list.
    public let patients: UInt64
    /// Envelopes in the bag.
    public let envelopes: UInt64
    /// Bytes of the file made or read.
    public let bytes: UInt64
    /// Rows erased on this device.
    public let erased: UInt64
    /// Patients of the list that stay here, because they are one's own.
    public let keptOwn: UInt64
    /// Envelopes that no receipt covers yet.
    public let unsent: UInt64
    /// Envelopes written after the offer.
    public let late: UInt64
    /// Root over everything that was verified.
    public let receipt: String
    /// When.
    public let at: Instant?
}

/// A step of a handover: where it stands now, and the sealed file for the other device, if there is one.
public struct HandoverStep: Hashable, Confidential {
    /// Where it stands.
    public let status: HandoverStatus
    /// The sealed `.kaban` file to carry; opens on the other device only.
    public let file: Data?
}

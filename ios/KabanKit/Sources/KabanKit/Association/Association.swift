import Foundation

/// The association as this device knows it.
public protocol Association: Sendable {
    /// Everybody. Throws `locked`.
    func members() async throws(KabanFailure) -> [Member]
    /// Every device. Throws `locked`.
    func devices() async throws(KabanFailure) -> [Device]
    /// Lets a device in, if the six digits that were compared by voice are the request's. Throws
    /// `rule` for wrong digits or anybody but an admin, `invalid` for what is no request.
    func admit(_ request: Data, code: String) async throws(KabanFailure) -> Admission
    /// Stops a member for 72 hours: what they write is refused, nothing new is sealed to them.
    /// Throws `rule` for oneself, for whoever is on duty, and for anybody but doctors and the office.
    func suspend(_ member: MemberID, because reason: String) async throws(KabanFailure)
}

/// A person who founds an association or asks to join one.
public struct Person: Hashable, Confidential {
    /// Name.
    public let name: String
    /// Reading, in katakana.
    public let kana: String
    /// `doctor`, `nurse`, `pharmacist`, `care_manager`, `dentist`, `helper`, `hospital`, `office`.
    public let role: String
    /// Number to call.
    public let phone: String

    /// A person as typed.
    public init(name: String, kana: String, role: String, phone: String) {
        self.name = name
        self.kana = kana
        self.role = role
        self.phone = phone
    }
}

/// What to carry to an admin.
public struct JoinRequest: Hashable, Confidential {
    /// The request, public.
    public let request: Data
    /// Six digits to compare by voice.
    public let code: String
}

/// A device that was let in.
public struct Admission: Hashable, Confidential {
    /// Device.
    public let device: DeviceID
    /// Person.
    public let member: MemberID
    /// The sealed answer to carry back.
    public let grant: Data
}

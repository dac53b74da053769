import Foundation

/// What to carry to an admin.
public struct JoinRequest: Hashable, Confidential {
    /// The request, public.
    public let request: Data
    /// What the admin's camera reads from this screen, as a QR code.
    public let fingerprint: String
}

/// What a person has in hand to show that a file is the other side's.
public enum Proof: Hashable, Confidential {
    /// Nothing: the file is believed as it is, and the list of members says so.
    case notCompared
    /// The six digits that the other side answered, as typed.
    case answer(digits: String)
    /// What the camera read from the other side's screen.
    case scanned(text: String)
}

/// How the keys of a device were compared before it was let in.
public enum Compared: Hashable, Sendable {
    /// Not at all.
    case not
    /// By digits that two people spoke.
    case spoken
    /// By a camera.
    case scanned
}

/// Who asks to be let in, as they say themselves, and what is read out to them.
public struct Challenge: Hashable, Confidential {
    /// Name.
    public let name: String
    /// Role.
    public let role: Coded
    /// Eight digits.
    public let challenge: String
}

/// Who gave a grant, as it says itself, and what is read out to them.
public struct Grant: Hashable, Confidential {
    /// Association.
    public let association: String
    /// Admin.
    public let admin: String
    /// Eight digits.
    public let challenge: String
}

/// A device that was let in.
public struct Joined: Hashable, Confidential {
    /// Device.
    public let device: DeviceID
    /// Person.
    public let member: MemberID
    /// How its keys were compared.
    public let compared: Compared
    /// The sealed answer to carry back.
    public let grant: Data
    /// What the newcomer's camera reads from this screen, as a QR code.
    public let fingerprint: String
}

/// A device that was let in, as everybody sees it.
public struct Admission: Hashable, Confidential {
    /// Device.
    public let device: DeviceID
    /// Person.
    public let member: MemberID
    /// Their name.
    public let name: String
    /// Who let them in.
    public let by: String
    /// On which device.
    public let on: DeviceID
    /// When, by that device's clock.
    public let at: Instant
    /// How its keys were compared.
    public let compared: Compared
    /// This person has not seen it yet.
    public let isNew: Bool
}

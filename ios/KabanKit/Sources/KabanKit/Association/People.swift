/// Who is holding this device.
public struct WhoAmI: Hashable, Confidential {
    /// Association.
    public let association: String
    /// Member.
    public let member: MemberID
    /// Name.
    public let name: String
    /// Role.
    public let role: Coded
    /// Device.
    public let device: DeviceID
    /// Holds the bag.
    public let holdsBag: Bool
}

/// One member.
public struct Member: Hashable, Identifiable, Confidential {
    /// Member.
    public let id: MemberID
    /// Name.
    public let name: String
    /// Reading.
    public let kana: String
    /// Role.
    public let role: Coded
    /// Number to call.
    public let phone: String
    /// May act and read.
    public let isActive: Bool
    /// May admit others.
    public let isAdmin: Bool
    /// Holds the bag.
    public let isOnDuty: Bool
    /// How the keys of their device were compared when they were let in; nothing for the founder.
    public let compared: Compared?
}

/// A suspension that stands.
public struct Suspension: Hashable, Confidential {
    /// Whom it stops.
    public let member: MemberID
    /// Their name.
    public let name: String
    /// Who says so.
    public let by: String
    /// When, by the writer's clock.
    public let since: Instant
    /// Who else says so; while nobody does, it is provisional.
    public let confirmedBy: String?
    /// It has been provisional for 72 hours: confirm it or lift it.
    public let isAsked: Bool
}

/// Whether a device may still act.
public enum DeviceStatus: Hashable, Sendable {
    /// It may.
    case active
    /// Stopped for a time.
    case suspended
    /// Out for good.
    case removed
}

/// One device.
public struct Device: Hashable, Identifiable, Confidential {
    /// Device.
    public let id: DeviceID
    /// Whose slots it has.
    public let members: [String]
    /// Whether it may act.
    public let status: DeviceStatus
    /// The one in hand.
    public let isThisOne: Bool
}

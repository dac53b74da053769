/// The lid: always there.
public struct Lid: Hashable, Confidential {
    /// Association.
    public let association: String
    /// Who has opened the bag.
    public let me: String
    /// Who is on duty by the signed chain; nobody before the first.
    public let onDuty: String?
    /// Since when.
    public let onDutySince: Instant?
    /// Until when the turn runs.
    public let onDutyUntil: Instant?
    /// This person, on this device, is on duty.
    public let holdsBag: Bool
    /// A former holder has not let go yet: both may believe to be on duty (引継ぎ未確認).
    public let handoverUnconfirmed: Bool
    /// Last meeting with a relay.
    public let syncedAt: Instant?
    /// What is on this device only: envelopes that no receipt covers.
    public let unsent: UInt64
    /// Patients that can be read here.
    public let patients: UInt32
    /// Patients that a lease keeps closed.
    public let locked: UInt32
    /// Patients on the duty list.
    public let dutyList: UInt32
    /// Fields that wait for a decision.
    public let conflicts: UInt32
    /// Devices that were let in since this person last looked: see `Association.admissions`.
    public let newAdmissions: UInt32
    /// What was set aside.
    public let setAside: [SetAside]
    /// The lease, with its banner.
    public let lease: Lease
    /// What the phone believes of its connection.
    public let connection: Connection
}

/// Something that was not taken in, and why.
public struct SetAside: Hashable, Sendable {
    /// Its id: of an envelope or a record.
    public let id: String
    /// Why, as a code of `core/docs/formats.md` or in words.
    public let reason: String
}

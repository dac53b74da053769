/// What the bag takes from the phone it lies on.
public struct PhoneServices: Sendable {
    /// Its keystore.
    public var keyVault: any KeyVault
    /// Its clock; the system's, if not given.
    public var clock: (any PhoneClock)?
    /// Its network state, if it is to be shown.
    public var connectivity: (any Connectivity)?
    /// Where it is, if that may be asked.
    public var location: (any LocationService)?
    /// How dear one guess of a PIN is.
    public var unlockCost: UnlockCost

    /// A phone with a keystore; the rest may be added.
    public init(
        keyVault: any KeyVault,
        clock: (any PhoneClock)? = nil,
        connectivity: (any Connectivity)? = nil,
        location: (any LocationService)? = nil,
        unlockCost: UnlockCost = .standard
    ) {
        self.keyVault = keyVault
        self.clock = clock
        self.connectivity = connectivity
        self.location = location
        self.unlockCost = unlockCost
    }
}

/// How dear one guess of a PIN is, for slots made from now on.
public enum UnlockCost: Hashable, Sendable {
    /// Argon2id with the cost that a phone bears (RFC 9106).
    case standard
    /// The least that is accepted, for phones of little memory and for tests.
    case lowest
}

/// The phone's clock. Called from any thread, while the bag is held: it must not call the bag.
public protocol PhoneClock: Sendable {
    /// Its reading; where it throws, or gives no time at all, the system's clock is read.
    func now() throws -> Instant
}

/// The phone's network state. Called from any thread.
public protocol Connectivity: Sendable {
    /// What it is now; where it throws, `unknown` is shown.
    func connection() throws -> Connection
}

/// What the phone believes of its connection. A hint for the screen; nothing is decided by it.
public enum Connection: Hashable, Sendable {
    /// No network.
    case none
    /// One that is paid by volume.
    case metered
    /// One that is not.
    case unmetered
    /// The phone cannot tell.
    case unknown
}

/// Where the phone is. Called from any thread.
public protocol LocationService: Sendable {
    /// The newest position; nothing when there is none yet, or the person has not allowed it.
    func here() throws -> Position?
}

/// A place on earth, WGS 84.
public struct Position: Hashable, Confidential {
    /// Longitude, degrees.
    public let longitude: Double
    /// Latitude, degrees.
    public let latitude: Double
    /// Radius within which it holds, metres.
    public let accuracyMetres: Double

    /// A position as the phone gives it.
    public init(longitude: Double, latitude: Double, accuracyMetres: Double) {
        self.longitude = longitude
        self.latitude = latitude
        self.accuracyMetres = accuracyMetres
    }
}

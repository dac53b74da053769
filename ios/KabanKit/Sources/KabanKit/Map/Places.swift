/// A position on the map.
public struct GeoPoint: Hashable, Confidential {
    /// Longitude, degrees.
    public let longitude: Double
    /// Latitude, degrees.
    public let latitude: Double

    /// All of it.
    public init(longitude: Double, latitude: Double) {
        self.longitude = longitude
        self.latitude = latitude
    }
}

/// How exact the place of a house is.
public enum Precision: Hashable, Sendable {
    /// A position as given, no house.
    case point
    /// Pinned by a person.
    case house
    /// The middle of the town that the address names.
    case town
    /// The middle of the municipality that the address names.
    case municipality
}

/// An end of a journey.
public enum Spot: Hashable, Confidential {
    /// A position, such as where the phone is.
    case point(at: GeoPoint)
    /// A patient's house.
    case house(patient: PatientID)
}

/// The pack that is open.
public struct District: Hashable, Confidential {
    /// The credit that must stand on the map.
    public let attribution: String
    /// Day of the map data, `YYYY-MM-DD`, when known.
    public let dataDate: String?
    /// Lower left corner of the district.
    public let southWest: GeoPoint
    /// Upper right corner of the district.
    public let northEast: GeoPoint
    /// Former municipalities, in the order of the pack.
    public let areas: [String]
    /// How many towns addresses are found by.
    public let towns: UInt32
}

/// How the map looks.
public enum Theme: Hashable, Sendable {
    /// Warm paper.
    case day
    /// Warm dark, for eyes that have to drive on.
    case night
    /// Black on white, for sun on the screen and for tired eyes.
    case highContrast
    /// White and grey, for a black and white printer.
    case print
}

/// A folder of glyphs or sprites.
public enum MapFiles: Hashable, Confidential {
    /// In the app's own folder.
    case inStorage(path: String)
    /// Among the files that came with the app.
    case inApp(path: String)
}

/// The road beside a position.
public struct RoadBeside: Hashable, Confidential {
    /// Where on the road.
    public let at: GeoPoint
    /// Metres to it.
    public let metres: Double
    /// Its name; empty when it has none.
    public let road: String
}

/// A medical or public place and the way to it.
public struct NearPlace: Hashable, Confidential {
    /// What it is: `hospital`, `clinic`, `pharmacy`, ….
    public let kind: String
    /// Its name; may be empty.
    public let name: String
    /// Its English name; may be empty.
    public let englishName: String
    /// Where.
    public let at: GeoPoint
    /// It takes emergencies.
    public let takesEmergencies: Bool
    /// Seconds on the road.
    public let durationSeconds: Double
    /// Metres on the road.
    public let distanceMetres: Double
}

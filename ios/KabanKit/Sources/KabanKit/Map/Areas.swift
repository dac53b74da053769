/// How the area of a house is known.
public enum AreaSource: Hashable, Sendable {
    /// Its pin lies in the area.
    case polygon
    /// Its address names a town of the area.
    case town
    /// Somebody wrote it on the patient's page.
    case written
    /// It is of no area that is known.
    case unassigned
}

/// A patient of an area.
public struct AreaPatient: Hashable, Confidential {
    /// Whom.
    public let id: PatientID
    /// Short number on this device.
    public let number: UInt64
    /// Name.
    public let name: String
    /// How the area is known.
    public let by: AreaSource
    /// How exact the place of the house is; nothing if it has none.
    public let precision: Precision?
}

/// A former municipality.
public struct Area: Hashable, Confidential {
    /// Its name.
    public let name: String
    /// Its patients, in the order of the list.
    public let patients: [AreaPatient]
}

/// Everybody by area.
public struct Areas: Hashable, Confidential {
    /// Those of the map in its order, also without a patient; then those only written on pages.
    public let areas: [Area]
    /// Whoever is of no area that is known.
    public let unassigned: [AreaPatient]
}

/// Who lives near.
public struct Neighbour: Hashable, Confidential {
    /// Whom.
    public let id: PatientID
    /// Short number on this device.
    public let number: UInt64
    /// Name.
    public let name: String
    /// Former municipality; empty for none.
    public let area: String
    /// Where.
    public let at: GeoPoint
    /// How exact that is.
    public let precision: Precision
    /// Metres in a straight line.
    public let straightMetres: UInt64
    /// Seconds on the road, when that was asked.
    public let durationSeconds: UInt64?
    /// Metres on the road, when that was asked.
    public let distanceMetres: UInt64?
}

/// The neighbours of one patient.
public struct Neighbours: Hashable, Confidential {
    /// How exact the place of the patient's own house is.
    public let precision: Precision
    /// The nearest first.
    public let neighbours: [Neighbour]
    /// How many others have no place, or no road to it: they may be nearer.
    public let unplaced: UInt32
}

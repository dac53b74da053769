#if DEBUG
/// A map that is made up: it knows no road.
public final class FakeMap: DynamicMap {
    /// What opening a pack gives, by its path.
    public let opened = FakeAnswer<String, District>(aDistrict())
    /// The pack that is open.
    public let theDistrict = FakeAnswer<Void, District?>(aDistrict())
    /// The style, by its theme.
    public let style = FakeAnswer<Theme, String>(#"{"version":8,"sources":{},"layers":[]}"#)
    /// The pins.
    public let pins = FakeAnswer<Bool, String>(#"{"type":"FeatureCollection","features":[]}"#)
    /// The road beside a position.
    public let beside = FakeAnswer<GeoPoint, RoadBeside?>(nil)
    /// The way of a journey.
    public let found = FakeAnswer<Journey, RouteOutcome>(.found(way: aWay()))
    /// Times and distances.
    public let table = FakeAnswer<[Spot], Matrix>(
        Matrix(durationsSeconds: [], distancesMetres: [], precision: [], closuresLeftOut: []))
    /// What is near.
    public let near = FakeAnswer<[String], [NearPlace]>([])
    /// The round of a plan.
    public let ordered = FakeAnswer<RoundPlan, Round>(aRound())
    /// The places for a call.
    public let choices = FakeAnswer<RoundVisit, [CallChoice]>([])
    /// How long a visit takes.
    public let length = FakeAnswer<PatientID, VisitLength>(
        VisitLength(seconds: 1_200, minutes: 20, visits: 0, isLearnt: false))
    /// Everybody by area.
    public let byArea = FakeAnswer<Void, Areas>(Areas(areas: [], unassigned: []))
    /// Who lives near.
    public let neighbourhood = FakeAnswer<PatientID, Neighbours>(
        Neighbours(precision: .house, neighbours: [], unplaced: 0))
    /// The closures.
    public let told = FakeAnswer<Instant?, Closures>(Closures(at: anInstant(), closures: [], unreadable: []))
    /// What was reported closed, and the ids it got.
    public let reported = FakeAnswer<ClosureReport, EntryID>(anEntryID())
    /// What was lifted.
    public let lifted = FakeAnswer<EntryID, EntryID>(anEntryID(2))

    /// With a pack open.
    public init() {}

    public func openPack(_ path: String) async throws(KabanFailure) -> District { try opened.ask(path) }
    public func closePack() async { theDistrict.becomes(nil) }
    public func pack() async -> District? { (try? theDistrict.ask(())) ?? nil }
    public func styleJSON(
        _ theme: Theme, storage: String, glyphs: MapFiles, sprites: MapFiles
    ) async throws(KabanFailure) -> String { try style.ask(theme) }
    public func pinsGeoJSON(withNames: Bool) async throws(KabanFailure) -> String { try pins.ask(withNames) }
    public func snap(_ point: GeoPoint, onFoot: Bool) async throws(KabanFailure) -> RoadBeside? {
        try beside.ask(point)
    }
    public func route(_ journey: Journey) async throws(KabanFailure) -> RouteOutcome { try found.ask(journey) }
    public func matrix(of spots: [Spot], travel: Travel) async throws(KabanFailure) -> Matrix {
        try table.ask(spots)
    }
    public func nearest(
        _ count: UInt32, of kinds: [String], from spot: Spot, travel: Travel
    ) async throws(KabanFailure) -> [NearPlace] { try near.ask(kinds) }
    public func round(_ plan: RoundPlan) async throws(KabanFailure) -> Round { try ordered.ask(plan) }
    public func insert(
        _ call: RoundVisit, into plan: RoundPlan, orders: [[PatientID]], nowSeconds: UInt32?
    ) async throws(KabanFailure) -> [CallChoice] { try choices.ask(call) }
    public func visitLength(at patient: PatientID) async throws(KabanFailure) -> VisitLength {
        try length.ask(patient)
    }
    public func areas() async throws(KabanFailure) -> Areas { try byArea.ask(()) }
    public func neighbours(
        of patient: PatientID, count: UInt32, byRoad: Bool, travel: Travel
    ) async throws(KabanFailure) -> Neighbours { try neighbourhood.ask(patient) }
    public func closures(at instant: Instant?) async throws(KabanFailure) -> Closures { try told.ask(instant) }
    public func closeRoad(_ report: ClosureReport) async throws(KabanFailure) -> EntryID {
        try reported.ask(report)
    }
    public func liftClosure(_ closure: EntryID, saying words: String) async throws(KabanFailure) -> EntryID {
        try lifted.ask(closure)
    }
}

/// A district that does not exist.
public func aDistrict(areas: [String] = ["八日市場市", "野栄町"]) -> District {
    District(
        attribution: "© OpenStreetMap contributors", dataDate: "2026-11-01",
        southWest: aPoint(140.45, 35.6), northEast: aPoint(140.65, 35.8), areas: areas, towns: 40)
}

/// A position in it.
public func aPoint(_ longitude: Double = 140.5, _ latitude: Double = 35.7) -> GeoPoint {
    GeoPoint(longitude: longitude, latitude: latitude)
}

/// A way of some kilometres.
public func aWay(
    distanceMetres: Double = 4_200, durationSeconds: Double = 480, line: [GeoPoint] = [aPoint(), aPoint(140.54)],
    toPrecision: Precision = .house
) -> Way {
    Way(
        distanceMetres: distanceMetres, durationSeconds: durationSeconds, line: line, steps: [], isLastResort: false,
        fromPrecision: .point, toPrecision: toPrecision, closuresLeftOut: [])
}

/// That there is no way, because a road is closed.
public func anObstacle(
    words: Words = someWords("通行止め1件のため、着けません", "1 closure is in the way"), closures: [EntryID] = [anEntryID()]
) -> Obstacle {
    Obstacle(kind: "unreachable", words: words, closures: closures, ignoringClosures: nil)
}

/// A round.
public func aRound(trips: [Trip] = [], quality: RoundQuality = .bestPossible) -> Round {
    Round(
        trips: trips, served: 0, unserved: [], lateSeconds: 0, finishSeconds: 61_200, travelSeconds: 3_600,
        waitingSeconds: 0, quality: quality, unpinned: [], closuresLeftOut: [])
}
#endif

/// The dynamic map: the pack of the district, the houses on it, the roads between them, and what
/// closes them.
///
/// What searches roads takes a while and holds nobody up. Without a pack it throws `notFound`. A pack
/// may be replaced while it is in use; a file that is open is not to be overwritten, so a new pack has
/// a new name.
public protocol DynamicMap: Sendable {
    /// Opens the pack of a file in the place of the one before, which stays if this one is not sound.
    /// Throws `invalid`, `tooNew`.
    func openPack(_ path: String) async throws(KabanFailure) -> District
    /// Puts the pack away.
    func closePack() async
    /// The pack that is open.
    func pack() async -> District?
    /// The style of the open pack for MapLibre, without an address that leads to a network. Its sources
    /// `houses`, `route`, `closures`, `areas`, `me` and `isochrone` are empty, for the screen to fill.
    /// Throws `invalid` for what lies outside `storage`.
    func styleJSON(
        _ theme: Theme, storage: String, glyphs: MapFiles, sprites: MapFiles
    ) async throws(KabanFailure) -> String
    /// The houses as GeoJSON for the source `houses`; it is to stay in memory. Throws `locked`.
    func pinsGeoJSON(withNames: Bool) async throws(KabanFailure) -> String
    /// The road beside a position, for placing a pin; nothing when none is near.
    func snap(_ point: GeoPoint, onFoot: Bool) async throws(KabanFailure) -> RoadBeside?
    /// The way between two places; that there is none is an outcome, which names the closures in the
    /// way. Throws `rule` for a house of which no place is known, `leaseExpired`, `locked`.
    func route(_ journey: Journey) async throws(KabanFailure) -> RouteOutcome
    /// Times and distances between all of these places by car, at most 200.
    func matrix(of spots: [Spot], travel: Travel) async throws(KabanFailure) -> Matrix
    /// The places of these kinds that are reached first, such as the nearest hospitals.
    func nearest(
        _ count: UInt32, of kinds: [String], from spot: Spot, travel: Travel
    ) async throws(KabanFailure) -> [NearPlace]
    /// The best order of the day's visits, or the given one with its times.
    func round(_ plan: RoundPlan) async throws(KabanFailure) -> Round
    /// Where a sudden call fits, and whom it delays: at most one place for each vehicle, the best first.
    /// `orders` is the plan, vehicle by vehicle; `nowSeconds` is the second of the day up to which visits
    /// are done.
    func insert(
        _ call: RoundVisit, into plan: RoundPlan, orders: [[PatientID]], nowSeconds: UInt32?
    ) async throws(KabanFailure) -> [CallChoice]
    /// How long a visit at a patient takes, learnt from those that were made.
    func visitLength(at patient: PatientID) async throws(KabanFailure) -> VisitLength
    /// Everybody by former municipality.
    func areas() async throws(KabanFailure) -> Areas
    /// Who lives nearest to a patient, by road or in a straight line.
    func neighbours(
        of patient: PatientID, count: UInt32, byRoad: Bool, travel: Travel
    ) async throws(KabanFailure) -> Neighbours
    /// Every closure, and how it stands at an instant, or now. Throws `locked`.
    func closures(at instant: Instant?) async throws(KabanFailure) -> Closures
    /// Tells every member that a road is closed; gives the id by which the closure is lifted. Throws
    /// `invalid`, `rule` for anybody but a doctor or the office.
    func closeRoad(_ report: ClosureReport) async throws(KabanFailure) -> EntryID
    /// Says that a road is open again before its time, for good. Throws `notFound`, `rule` when it was
    /// lifted already.
    @discardableResult
    func liftClosure(_ closure: EntryID, saying words: String) async throws(KabanFailure) -> EntryID
}

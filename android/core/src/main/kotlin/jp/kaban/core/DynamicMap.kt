package jp.kaban.core

import java.time.OffsetDateTime

/**
 * 動態地図 The map: the pack of the district, the houses on it, the roads between them, and what closes them.
 *
 * What searches roads takes a while and holds nobody up. Without a pack it is `NotFound`. A pack may be
 * replaced while it is in use; a file that is open is not to be overwritten, so a new pack has a new name.
 */
interface MapService {
    /** Opens the pack of a file in the place of the one before, which stays if this one is not sound. */
    suspend fun openPack(path: String): Outcome<District>

    /** Puts the pack away. */
    suspend fun closePack(): Outcome<Unit>

    /** The pack that is open. */
    suspend fun pack(): Outcome<District?>

    /**
     * The style of the open pack for MapLibre, without an address that leads to a network. Its sources
     * `houses`, `route`, `closures`, `areas`, `me` and `isochrone` are empty, for the screen to fill.
     * What lies outside `storage` is `Invalid`.
     */
    suspend fun styleJson(theme: Theme, storage: String, glyphs: MapFiles, sprites: MapFiles): Outcome<String>

    /** The houses as GeoJSON for the source `houses`; it is to stay in memory. */
    suspend fun pinsGeojson(names: Boolean = false): Outcome<String>

    /** The road beside a position, for placing a pin; nothing when none is near. */
    suspend fun snap(at: GeoPoint, onFoot: Boolean = false): Outcome<RoadBeside?>

    /** The way between two places; that there is none is an outcome, which names the closures in the way. */
    suspend fun route(journey: Journey): Outcome<RouteOutcome>

    /** Times and distances between all of these places by car, at most 200. */
    suspend fun matrix(spots: List<Spot>, travel: Travel = Travel()): Outcome<Matrix>

    /** The places of these kinds that are reached first, such as the nearest hospitals. */
    suspend fun nearest(
        from: Spot,
        kinds: List<String>,
        count: Int,
        travel: Travel = Travel(),
    ): Outcome<List<NearPlace>>

    /** The best order of the day's visits, or the given one with its times. */
    suspend fun round(plan: RoundPlan): Outcome<Round>

    /**
     * Where a sudden call fits, and whom it delays: at most one place for each vehicle, the best first.
     * `orders` is the plan, vehicle by vehicle; `nowS` is the second of the day up to which visits are done.
     */
    suspend fun insertCall(
        plan: RoundPlan,
        orders: List<List<PatientId>>,
        call: RoundVisit,
        nowS: Int? = null,
    ): Outcome<List<CallChoice>>

    /** How long a visit at a patient takes, learnt from those that were made. */
    suspend fun visitLength(patient: PatientId): Outcome<VisitLength>

    /** Everybody by former municipality. */
    suspend fun areas(): Outcome<Areas>

    /** Who lives nearest to a patient, by road or in a straight line. */
    suspend fun neighbours(
        patient: PatientId,
        count: Int,
        byRoad: Boolean,
        travel: Travel = Travel(),
    ): Outcome<Neighbours>

    /** Every closure, and how it stands at an instant, or now. */
    suspend fun closures(at: OffsetDateTime? = null): Outcome<Closures>

    /** Tells every member that a road is closed; gives the id by which the closure is lifted. */
    suspend fun closeRoad(report: ClosureReport): Outcome<EntryId>

    /** Says that a road is open again before its time, for good. */
    suspend fun liftClosure(closure: EntryId, words: String = ""): Outcome<EntryId>
}

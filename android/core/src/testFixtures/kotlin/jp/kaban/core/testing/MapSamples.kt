package jp.kaban.core.testing

import jp.kaban.core.District
import jp.kaban.core.EntryId
import jp.kaban.core.GeoPoint
import jp.kaban.core.Obstacle
import jp.kaban.core.Precision
import jp.kaban.core.Round
import jp.kaban.core.RoundQuality
import jp.kaban.core.Trip
import jp.kaban.core.Way
import jp.kaban.core.Words

// Maps of a district that does not exist.

fun aPoint(lon: Double = 140.5, lat: Double = 35.7) = GeoPoint(lon, lat)

fun aDistrict(areas: List<String> = listOf("八日市場市", "野栄町")) = District(
    attribution = "© OpenStreetMap contributors",
    dataDate = "2026-11-01",
    southWest = aPoint(140.45, 35.6),
    northEast = aPoint(140.65, 35.8),
    areas = areas,
    towns = 40,
)

fun aWay(
    distanceM: Double = 4_200.0,
    durationS: Double = 480.0,
    line: List<GeoPoint> = listOf(aPoint(), aPoint(140.54)),
    toPrecision: Precision = Precision.HOUSE,
    lastResort: Boolean = false,
) = Way(distanceM, durationS, line, emptyList(), lastResort, Precision.POINT, toPrecision, emptyList())

fun anObstacle(
    words: Words = Words("通行止め1件のため、着けません", "cannot be reached: 1 closure is in the way"),
    closures: List<EntryId> = listOf(EntryId("41".repeat(16))),
) = Obstacle("unreachable", words, closures, ignoringClosures = null)

fun aRound(trips: List<Trip> = emptyList(), quality: RoundQuality = RoundQuality.BEST_POSSIBLE) = Round(
    trips = trips,
    served = trips.sumOf { it.stops.size },
    unserved = emptyList(),
    lateS = 0,
    finishS = 61_200,
    travelS = 3_600,
    waitingS = 0,
    quality = quality,
    unpinned = emptyList(),
    closuresLeftOut = emptyList(),
)

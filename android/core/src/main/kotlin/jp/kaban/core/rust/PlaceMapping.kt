package jp.kaban.core.rust

import jp.kaban.core.District
import jp.kaban.core.GeoPoint
import jp.kaban.core.MapFiles
import jp.kaban.core.NearPlace
import jp.kaban.core.Precision
import jp.kaban.core.RoadBeside
import jp.kaban.core.Spot
import jp.kaban.core.Theme
import jp.kaban.ffi.DistrictView
import jp.kaban.ffi.GeoPoint as RustGeoPoint
import jp.kaban.ffi.MapFiles as RustMapFiles
import jp.kaban.ffi.NearPlaceView
import jp.kaban.ffi.Precision as RustPrecision
import jp.kaban.ffi.SnapView
import jp.kaban.ffi.Spot as RustSpot
import jp.kaban.ffi.Theme as RustTheme

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun RustGeoPoint.toOwn(): GeoPoint {
    val (lon, lat) = this
    return GeoPoint(
        lon = lon,
        lat = lat,
    )
}

internal fun GeoPoint.toRust(): RustGeoPoint {
    val (lon, lat) = this
    return RustGeoPoint(
        lon = lon,
        lat = lat,
    )
}

internal fun RustPrecision.toOwn(): Precision = when (this) {
    RustPrecision.POINT -> Precision.POINT
    RustPrecision.HOUSE -> Precision.HOUSE
    RustPrecision.TOWN -> Precision.TOWN
    RustPrecision.MUNICIPALITY -> Precision.MUNICIPALITY
}

internal fun Spot.toRust(): RustSpot = when (this) {
    is Spot.Point -> RustSpot.Point(at.toRust())
    is Spot.House -> RustSpot.House(patient.toRust())
}

internal fun DistrictView.toOwn(): District {
    val (attribution, dataDate, southWest, northEast, areas, towns) = this
    return District(
        attribution = attribution,
        dataDate = dataDate,
        southWest = southWest.toOwn(),
        northEast = northEast.toOwn(),
        areas = areas,
        towns = towns.toCount(),
    )
}

internal fun Theme.toRust(): RustTheme = when (this) {
    Theme.DAY -> RustTheme.DAY
    Theme.NIGHT -> RustTheme.NIGHT
    Theme.HIGH_CONTRAST -> RustTheme.HIGH_CONTRAST
    Theme.PRINT -> RustTheme.PRINT
}

internal fun MapFiles.toRust(): RustMapFiles = when (this) {
    is MapFiles.InStorage -> RustMapFiles.InStorage(text("path", path))
    is MapFiles.InApp -> RustMapFiles.InApp(text("path", path))
}

internal fun SnapView.toOwn(): RoadBeside {
    val (at, metres, road) = this
    return RoadBeside(
        at = at.toOwn(),
        metres = metres,
        road = road,
    )
}

internal fun NearPlaceView.toOwn(): NearPlace {
    val (kind, name, nameEn, at, emergency, durationS, distanceM) = this
    return NearPlace(
        kind = kind,
        name = name,
        nameEn = nameEn,
        at = at.toOwn(),
        emergency = emergency,
        durationS = durationS,
        distanceM = distanceM,
    )
}

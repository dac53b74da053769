package jp.kaban.core

/** A position on the map. */
data class GeoPoint(
    /** Longitude, degrees. */
    val lon: Double,
    /** Latitude, degrees. */
    val lat: Double,
) : Shown()

/** How exact the place of a house is. */
enum class Precision {
    /** A position as given, no house. */
    POINT,

    /** Pinned by a person. */
    HOUSE,

    /** The middle of the town that the address names. */
    TOWN,

    /** The middle of the municipality that the address names. */
    MUNICIPALITY,
}

/** An end of a journey. */
sealed class Spot : Shown() {
    /** A position, such as where the phone is. */
    data class Point(
        /** Where. */
        val at: GeoPoint,
    ) : Spot()

    /** A patient's house. */
    data class House(
        /** Whose. */
        val patient: PatientId,
    ) : Spot()
}

/** The pack that is open. */
data class District(
    /** The credit that must stand on the map. */
    val attribution: String,
    /** Day of the map data, `YYYY-MM-DD`, when known. */
    val dataDate: String?,
    /** Lower left corner of the district. */
    val southWest: GeoPoint,
    /** Upper right corner of the district. */
    val northEast: GeoPoint,
    /** Former municipalities, in the order of the pack. */
    val areas: List<String>,
    /** How many towns addresses are found by. */
    val towns: Int,
) : Shown()

/** How the map looks. */
enum class Theme {
    /** Warm paper. */
    DAY,

    /** Warm dark, for eyes that have to drive on. */
    NIGHT,

    /** Black on white, for sun on the screen and for tired eyes. */
    HIGH_CONTRAST,

    /** White and grey, for a black and white printer. */
    PRINT,
}

/** A folder of glyphs or sprites. */
sealed class MapFiles : Shown() {
    /** In the app's own folder. */
    data class InStorage(
        /** An absolute path below it. */
        val path: String,
    ) : MapFiles()

    /** Among the files that came with the app. */
    data class InApp(
        /** A path without a leading stroke. */
        val path: String,
    ) : MapFiles()
}

/** The road beside a position. */
data class RoadBeside(
    /** Where on the road. */
    val at: GeoPoint,
    /** Metres to it. */
    val metres: Double,
    /** Its name; empty when it has none. */
    val road: String,
) : Shown()

/** A medical or public place and the way to it. */
data class NearPlace(
    /** What it is: `hospital`, `clinic`, `pharmacy`, …. */
    val kind: String,
    /** Its name; may be empty. */
    val name: String,
    /** Its English name; may be empty. */
    val nameEn: String,
    /** Where. */
    val at: GeoPoint,
    /** It takes emergencies. */
    val emergency: Boolean,
    /** Seconds on the road. */
    val durationS: Double,
    /** Metres on the road. */
    val distanceM: Double,
) : Shown()

package jp.kaban.core

/** How the area of a house is known. */
enum class AreaSource {
    /** Its pin lies in the area. */
    POLYGON,

    /** Its address names a town of the area. */
    TOWN,

    /** Somebody wrote it on the patient's page. */
    WRITTEN,

    /** It is of no area that is known. */
    UNASSIGNED,
}

/** A patient of an area. */
data class AreaPatient(
    /** Whom. */
    val id: PatientId,
    /** Short number on this device. */
    val no: Long,
    /** Name. */
    val name: String,
    /** How the area is known. */
    val by: AreaSource,
    /** How exact the place of the house is; nothing if it has none. */
    val precision: Precision?,
) : Shown()

/** A former municipality. */
data class Area(
    /** Its name. */
    val name: String,
    /** Its patients, in the order of the list. */
    val patients: List<AreaPatient>,
) : Shown()

/** Everybody by area. */
data class Areas(
    /** Those of the map in its order, also without a patient; then those only written on pages. */
    val areas: List<Area>,
    /** Whoever is of no area that is known. */
    val unassigned: List<AreaPatient>,
) : Shown()

/** Who lives near. */
data class Neighbour(
    /** Whom. */
    val id: PatientId,
    /** Short number on this device. */
    val no: Long,
    /** Name. */
    val name: String,
    /** Former municipality; empty for none. */
    val area: String,
    /** Where. */
    val at: GeoPoint,
    /** How exact that is. */
    val precision: Precision,
    /** Metres in a straight line. */
    val straightM: Long,
    /** Seconds on the road, when that was asked. */
    val durationS: Long?,
    /** Metres on the road, when that was asked. */
    val distanceM: Long?,
) : Shown()

/** The neighbours of one patient. */
data class Neighbours(
    /** How exact the place of the patient's own house is. */
    val precision: Precision,
    /** The nearest first. */
    val neighbours: List<Neighbour>,
    /** How many others have no place, or no road to it: they may be nearer. */
    val unplaced: Int,
) : Shown()

package jp.kaban.core.rust

import jp.kaban.core.Area
import jp.kaban.core.AreaPatient
import jp.kaban.core.AreaSource
import jp.kaban.core.Areas
import jp.kaban.core.Neighbour
import jp.kaban.core.Neighbours
import jp.kaban.core.PatientId
import jp.kaban.ffi.AreaPatient as RustAreaPatient
import jp.kaban.ffi.AreaSource as RustAreaSource
import jp.kaban.ffi.AreaView
import jp.kaban.ffi.AreasView
import jp.kaban.ffi.NeighbourView
import jp.kaban.ffi.NeighboursView

// Records are taken apart whole, member by member; MappingTest fails when the core adds one.

internal fun RustAreaSource.toOwn(): AreaSource = when (this) {
    RustAreaSource.POLYGON -> AreaSource.POLYGON
    RustAreaSource.TOWN -> AreaSource.TOWN
    RustAreaSource.WRITTEN -> AreaSource.WRITTEN
    RustAreaSource.UNASSIGNED -> AreaSource.UNASSIGNED
}

internal fun RustAreaPatient.toOwn(): AreaPatient {
    val (id, no, name, by, precision) = this
    return AreaPatient(
        id = PatientId(id),
        no = no.toCount(),
        name = name,
        by = by.toOwn(),
        precision = precision?.toOwn(),
    )
}

internal fun AreaView.toOwn(): Area {
    val (name, patients) = this
    return Area(
        name = name,
        patients = patients.map { it.toOwn() },
    )
}

internal fun AreasView.toOwn(): Areas {
    val (areas, unassigned) = this
    return Areas(
        areas = areas.map { it.toOwn() },
        unassigned = unassigned.map { it.toOwn() },
    )
}

internal fun NeighbourView.toOwn(): Neighbour {
    val (id, no, name, area, at, precision, straightM, durationS, distanceM) = this
    return Neighbour(
        id = PatientId(id),
        no = no.toCount(),
        name = name,
        area = area,
        at = at.toOwn(),
        precision = precision.toOwn(),
        straightM = straightM.toCount(),
        durationS = durationS?.toCount(),
        distanceM = distanceM?.toCount(),
    )
}

internal fun NeighboursView.toOwn(): Neighbours {
    val (precision, neighbours, unplaced) = this
    return Neighbours(
        precision = precision.toOwn(),
        neighbours = neighbours.map { it.toOwn() },
        unplaced = unplaced.toCount(),
    )
}

import KabanCore

extension AreaSource {
    init(_ core: KabanCore.AreaSource) {
        switch core {
        case .polygon: self = .polygon
        case .town: self = .town
        case .written: self = .written
        case .unassigned: self = .unassigned
        }
    }
}

extension AreaPatient {
    init(_ core: KabanCore.AreaPatient) {
        self.init(
            id: PatientID(core.id),
            number: core.no,
            name: core.name,
            by: AreaSource(core.by),
            precision: core.precision.map(Precision.init)
        )
    }
}

extension Area {
    init(_ core: KabanCore.AreaView) {
        self.init(name: core.name, patients: core.patients.map(AreaPatient.init))
    }
}

extension Areas {
    init(_ core: KabanCore.AreasView) {
        self.init(areas: core.areas.map(Area.init), unassigned: core.unassigned.map(AreaPatient.init))
    }
}

extension Neighbour {
    init(_ core: KabanCore.NeighbourView) {
        self.init(
            id: PatientID(core.id),
            number: core.no,
            name: core.name,
            area: core.area,
            at: GeoPoint(core.at),
            precision: Precision(core.precision),
            straightMetres: core.straightM,
            durationSeconds: core.durationS,
            distanceMetres: core.distanceM
        )
    }
}

extension Neighbours {
    init(_ core: KabanCore.NeighboursView) {
        self.init(
            precision: Precision(core.precision),
            neighbours: core.neighbours.map(Neighbour.init),
            unplaced: core.unplaced
        )
    }
}

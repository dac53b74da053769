import KabanCore

extension GeoPoint {
    init(_ core: KabanCore.GeoPoint) {
        self.init(longitude: core.lon, latitude: core.lat)
    }
}

extension GeoPoint {
    var core: KabanCore.GeoPoint {
        KabanCore.GeoPoint(lon: longitude, lat: latitude)
    }
}

extension Precision {
    init(_ core: KabanCore.Precision) {
        switch core {
        case .point: self = .point
        case .house: self = .house
        case .town: self = .town
        case .municipality: self = .municipality
        }
    }
}

extension Spot {
    var core: KabanCore.Spot {
        switch self {
        case .point(let at): .point(at: at.core)
        case .house(let patient): .house(patient: patient.text)
        }
    }
}

extension District {
    init(_ core: KabanCore.DistrictView) {
        self.init(
            attribution: core.attribution,
            dataDate: core.dataDate,
            southWest: GeoPoint(core.southWest),
            northEast: GeoPoint(core.northEast),
            areas: core.areas,
            towns: core.towns
        )
    }
}

extension Theme {
    var core: KabanCore.Theme {
        switch self {
        case .day: .day
        case .night: .night
        case .highContrast: .highContrast
        case .print: .print
        }
    }
}

extension MapFiles {
    var core: KabanCore.MapFiles {
        switch self {
        case .inStorage(let path): .inStorage(path: path)
        case .inApp(let path): .inApp(path: path)
        }
    }
}

extension RoadBeside {
    init(_ core: KabanCore.SnapView) {
        self.init(at: GeoPoint(core.at), metres: core.metres, road: core.road)
    }
}

extension NearPlace {
    init(_ core: KabanCore.NearPlaceView) {
        self.init(
            kind: core.kind,
            name: core.name,
            englishName: core.nameEn,
            at: GeoPoint(core.at),
            takesEmergencies: core.emergency,
            durationSeconds: core.durationS,
            distanceMetres: core.distanceM
        )
    }
}

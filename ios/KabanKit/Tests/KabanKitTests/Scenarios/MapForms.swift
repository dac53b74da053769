import KabanKit

// Positions, plans and shapes of the map's steps, read, and what the map gives, in the names of steps.json.

/// Metres as the stories have them.
func whole(_ metres: Double?) -> JSON { metres.map { .number($0.rounded()) } ?? .null }

extension Inputs {
    func count(_ name: String) throws -> UInt32 {
        guard let count = members[name]?.number.flatMap({ UInt32(exactly: $0) }) else {
            throw StoryError("\(name) has to be a number")
        }
        return count
    }

    var plan: RoundPlan {
        get throws {
            RoundPlan(
                start: try Spot(members["start"]),
                vehicles: try (members["vehicles"]?.list ?? []).map(RoundVehicle.init),
                visits: try (members["visits"]?.list ?? []).map(RoundVisit.init),
                keepsOrder: members["keep_order"]?.bool ?? false)
        }
    }
}

extension GeoPoint {
    /// Longitude and latitude.
    init(_ json: JSON?) throws {
        guard let numbers = json?.list?.compactMap(\.number), numbers.count == 2 else {
            throw StoryError("a position has to be longitude and latitude")
        }
        self.init(longitude: numbers[0], latitude: numbers[1])
    }

    var json: JSON { [.number(longitude), .number(latitude)] }
}

extension Spot {
    /// A patient by id, or longitude and latitude.
    init(_ json: JSON?) throws {
        if let patient = json?.text {
            self = .house(patient: PatientID(patient))
        } else {
            self = .point(at: try GeoPoint(json))
        }
    }
}

extension RoundVehicle {
    init(_ json: JSON) throws {
        guard let name = json["name"]?.text, let window = TimeWindow(json["window"]) else {
            throw StoryError("a vehicle has a name and a window")
        }
        self.init(name: name, window: window)
    }
}

extension RoundVisit {
    init(_ json: JSON) throws {
        guard let patient = json["patient"]?.text else { throw StoryError("a visit has a patient") }
        let minutes = json["minutes"]?.number.flatMap { UInt32(exactly: $0) }
        self.init(patient: PatientID(patient), window: TimeWindow(json["window"]), minutes: minutes)
    }
}

extension TimeWindow {
    init?(_ json: JSON?) {
        let seconds = json?.list?.compactMap { $0.number.flatMap { UInt32(exactly: $0) } }
        guard let seconds, seconds.count == 2 else { return nil }
        self.init(fromSeconds: seconds[0], untilSeconds: seconds[1])
    }
}

extension ClosureShape {
    init(_ json: JSON) throws {
        if let circle = json["circle"], let radius = circle["radius_m"]?.number.flatMap({ UInt32(exactly: $0) }) {
            self = .circle(centre: try GeoPoint(circle["centre"]), radiusMetres: radius)
        } else if let line = json["line"]?.list {
            self = .line(points: try line.map(GeoPoint.init))
        } else if let roads = json["roads"]?.list {
            self = .roads(
                roads: try roads.map { RoadStretch(from: try GeoPoint($0["0"]), to: try GeoPoint($0["1"])) })
        } else {
            throw StoryError("no shape: \(json)")
        }
    }

    var json: JSON {
        switch self {
        case .circle(let centre, let radius): ["circle": ["centre": centre.json, "radius_m": JSON(radius)]]
        case .line(let points): ["line": JSON(points.map(\.json))]
        case .roads(let roads): ["roads": JSON(roads.map { [$0.from.json, $0.to.json] })]
        }
    }
}

extension Closure {
    var json: JSON {
        [
            "id": JSON(id), "state": caseName(state), "reason": .text(reason.code), "words": .text(words),
            "by": .text(by), "lifted": JSON(lifted.count), "shape": shape?.json ?? .null,
        ]
    }
}

extension RouteOutcome {
    var json: JSON {
        switch self {
        case .found(let way):
            [
                "found": true, "distance_m": whole(way.distanceMetres), "steps": JSON(way.steps.count),
                "precision": [caseName(way.fromPrecision), caseName(way.toPrecision)], "kind": .null,
                "closures": [], "without_closures_m": .null,
            ]
        case .noWay(let why):
            [
                "found": false, "distance_m": .null, "steps": .number(0), "precision": [], "kind": .text(why.kind),
                "closures": JSON(why.closures.map { JSON($0) }),
                "without_closures_m": whole(why.ignoringClosures?.distanceMetres),
            ]
        }
    }
}

extension Round {
    var json: JSON {
        let trips = trips.map { trip -> JSON in
            ["vehicle": .text(trip.vehicle), "patients": JSON(trip.stops.map { JSON($0.patient) })]
        }
        let unserved = unserved.map { one -> JSON in ["patient": JSON(one.patient), "why": caseName(one.why)] }
        return [
            "trips": JSON(trips), "served": JSON(served), "unserved": JSON(unserved), "quality": caseName(quality),
            "unpinned": JSON(unpinned.map { JSON($0) }),
        ]
    }
}

extension CallChoice {
    var json: JSON {
        [
            "vehicle": .text(vehicle), "position": JSON(position), "feasible": JSON(isFeasible),
            "delayed": JSON(delays.count),
        ]
    }
}

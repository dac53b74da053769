import Foundation
import KabanKit

/// The map: its pack, ways, rounds, and closed roads.
let mapPlays: [String: Play] = [
    "pack": { story, inputs in
        try Stage.pack(story.place.url.appending(path: try inputs.text("out")))
        return [:]
    },
    "open_pack": { story, inputs in
        let file = story.place.url.appending(path: try inputs.text("in"))
        let district = try await story.bag(inputs).map.openPack(file.path)
        return [
            "areas": JSON(district.areas.map(JSON.text)), "towns": JSON(district.towns),
            "data_date": JSON(district.dataDate),
        ]
    },
    "close_pack": { story, inputs in
        await (try story.bag(inputs)).map.closePack()
        return [:]
    },
    "style": { story, inputs in
        let themes: [String: Theme] = [
            "day": .day, "night": .night, "high-contrast": .highContrast, "print": .print,
        ]
        guard let theme = themes[try inputs.text("theme")] else { throw StoryError("no such theme") }
        let style = try await story.bag(inputs).map.styleJSON(
            theme, storage: story.place.url.path, glyphs: .inApp(path: "map/glyphs"),
            sprites: .inApp(path: "map/sprites"))
        let read = try JSONDecoder().decode(JSON.self, from: Data(style.utf8))
        return ["theme": read.at("metadata.kaban:theme") ?? .null, "offline": JSON(!style.contains("http"))]
    },
    "pins": { story, inputs in
        let names = inputs.members["names"]?.bool ?? false
        let geojson = try await story.bag(inputs).map.pinsGeoJSON(withNames: names)
        return pins(try JSONDecoder().decode(JSON.self, from: Data(geojson.utf8)))
    },
    "snap": { story, inputs in
        let found = try await story.bag(inputs).map.snap(try GeoPoint(inputs.members["at"]), onFoot: false)
        return ["road": JSON(found?.road), "metres": whole(found?.metres)]
    },
    "route": { story, inputs in
        let ignores = inputs.members["ignore_closures"]?.bool ?? false
        let journey = Journey(
            from: try Spot(inputs.members["from"]), to: try Spot(inputs.members["to"]), ignoresClosures: ignores)
        return try await story.bag(inputs).map.route(journey).json
    },
    "matrix": { story, inputs in
        let spots = try (inputs.members["spots"]?.list ?? []).map(Spot.init)
        let table = try await story.bag(inputs).map.matrix(of: spots, travel: Travel())
        return [
            "distances_m": JSON(table.distancesMetres.map { JSON($0.map(whole)) }),
            "precision": JSON(table.precision.map(caseName)),
        ]
    },
    "nearest": { story, inputs in
        let (from, kinds) = (try Spot(inputs.members["from"]), try inputs.texts("kinds"))
        let near = try await story.bag(inputs).map.nearest(
            try inputs.count("count"), of: kinds, from: from, travel: Travel())
        let places = near.map { place -> JSON in
            ["kind": .text(place.kind), "name": .text(place.name), "distance_m": whole(place.distanceMetres)]
        }
        return ["places": JSON(places)]
    },
    "round": { story, inputs in try await story.bag(inputs).map.round(try inputs.plan).json },
    "insert_call": { story, inputs in
        let orders = (inputs.members["orders"]?.list ?? []).map { order in
            (order.list ?? []).compactMap { $0.text.map(PatientID.init) }
        }
        let call = try RoundVisit(inputs.members["call"] ?? .null)
        let choices = try await story.bag(inputs).map.insert(
            call, into: try inputs.plan, orders: orders, nowSeconds: nil)
        return ["choices": JSON(choices.map(\.json))]
    },
    "visit_length": { story, inputs in
        let length = try await story.bag(inputs).map.visitLength(at: try inputs.patient)
        return ["minutes": JSON(length.minutes), "learnt": JSON(length.isLearnt)]
    },
    "areas": { story, inputs in
        let all = try await story.bag(inputs).map.areas()
        let areas = all.areas.map { area -> JSON in ["name": .text(area.name), "patients": names(area.patients)] }
        return ["areas": JSON(areas), "unassigned": names(all.unassigned)]
    },
    "neighbours": { story, inputs in
        let byRoad = inputs.members["by_road"]?.bool ?? false
        let all = try await story.bag(inputs).map.neighbours(
            of: try inputs.patient, count: try inputs.count("count"), byRoad: byRoad, travel: Travel())
        let near = all.neighbours.map { one -> JSON in
            [
                "name": .text(one.name), "precision": caseName(one.precision),
                "distance_m": one.distanceMetres.map { JSON($0) } ?? .null,
            ]
        }
        return ["neighbours": JSON(near), "unplaced": JSON(all.unplaced)]
    },
    "closures": { story, inputs in
        let at = try inputs.textIfAny("at").map(Instant.init(rfc3339:))
        let all = try await story.bag(inputs).map.closures(at: at)
        return ["closures": JSON(all.closures.map(\.json))]
    },
    "close_road": { story, inputs in
        let report = ClosureReport(
            shape: try ClosureShape(inputs.members["shape"] ?? .null), reason: try inputs.text("reason"),
            words: try inputs.textIfAny("words") ?? "", from: try inputs.textIfAny("from").map(Instant.init(rfc3339:)),
            until: Instant(rfc3339: try inputs.text("until")))
        return ["closure": JSON(try await story.bag(inputs).map.closeRoad(report))]
    },
    "lift_closure": { story, inputs in
        let closure = EntryID(try inputs.text("closure"))
        try await story.bag(inputs).map.liftClosure(closure, saying: try inputs.textIfAny("words") ?? "")
        return [:]
    },
]

/// The pins of a GeoJSON, by area and name.
private func pins(_ geojson: JSON) -> JSON {
    let pins = (geojson["features"]?.list ?? []).map { feature -> JSON in
        let names = ["severity", "precision", "area", "name"]
        let members = names.map { ($0, feature.at("properties.\($0)") ?? .null) }
        return .object(Dictionary(uniqueKeysWithValues: members))
    }
    func key(_ pin: JSON) -> String { "\(pin["area"] ?? .null)\(pin["name"] ?? .null)" }
    let sorted = pins.sorted { Array(key($0).utf8).lexicographicallyPrecedes(Array(key($1).utf8)) }
    return ["pins": JSON(sorted), "without_place": JSON(geojson["without_place"]?.list?.count ?? 0)]
}

private func names(_ patients: [AreaPatient]) -> JSON { JSON(patients.map { .text($0.name) }) }

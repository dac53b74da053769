import KabanCore

struct CoreMap: DynamicMap {
    let core: KabanCore.DynamicMap

    func openPack(_ path: String) async throws(KabanFailure) -> District {
        try await waiting { District(try await core.openPack(path: path)) }
    }

    func closePack() async { core.closePack() }
    func pack() async -> District? { core.pack().map(District.init) }

    func styleJSON(
        _ theme: Theme, storage: String, glyphs: MapFiles, sprites: MapFiles
    ) async throws(KabanFailure) -> String {
        try asking {
            try core.styleJson(theme: theme.core, storage: storage, glyphs: glyphs.core, sprites: sprites.core)
        }
    }

    func pinsGeoJSON(withNames: Bool) async throws(KabanFailure) -> String {
        try asking { try core.pinsGeojson(names: withNames) }
    }

    func snap(_ point: GeoPoint, onFoot: Bool) async throws(KabanFailure) -> RoadBeside? {
        try asking { try core.snap(at: point.core, onFoot: onFoot).map(RoadBeside.init) }
    }

    func route(_ journey: Journey) async throws(KabanFailure) -> RouteOutcome {
        try await waiting { RouteOutcome(try await core.route(request: journey.core)) }
    }

    func matrix(of spots: [Spot], travel: Travel) async throws(KabanFailure) -> Matrix {
        try await waiting { Matrix(try await core.matrix(spots: spots.map(\.core), travel: travel.core)) }
    }

    func nearest(
        _ count: UInt32, of kinds: [String], from spot: Spot, travel: Travel
    ) async throws(KabanFailure) -> [NearPlace] {
        try await waiting {
            try await core.nearest(from: spot.core, kinds: kinds, count: count, travel: travel.core)
                .map(NearPlace.init)
        }
    }

    func round(_ plan: RoundPlan) async throws(KabanFailure) -> Round {
        try await waiting { Round(try await core.round(request: plan.core)) }
    }

    func insert(
        _ call: RoundVisit, into plan: RoundPlan, orders: [[PatientID]], nowSeconds: UInt32?
    ) async throws(KabanFailure) -> [CallChoice] {
        let orders = orders.map { $0.map(\.text) }
        return try await waiting {
            try await core.insertCall(request: plan.core, orders: orders, call: call.core, nowS: nowSeconds)
                .map(CallChoice.init)
        }
    }

    func visitLength(at patient: PatientID) async throws(KabanFailure) -> VisitLength {
        try asking { VisitLength(try core.service(patient: patient.text)) }
    }

    func areas() async throws(KabanFailure) -> Areas { try asking { Areas(try core.areas()) } }

    func neighbours(
        of patient: PatientID, count: UInt32, byRoad: Bool, travel: Travel
    ) async throws(KabanFailure) -> Neighbours {
        try await waiting {
            Neighbours(
                try await core.neighbours(patient: patient.text, count: count, byRoad: byRoad, travel: travel.core))
        }
    }

    func closures(at instant: Instant?) async throws(KabanFailure) -> Closures {
        try asking { Closures(try core.closures(at: instant?.text)) }
    }

    func closeRoad(_ report: ClosureReport) async throws(KabanFailure) -> EntryID {
        try asking { EntryID(try core.closeRoad(request: report.core)) }
    }

    func liftClosure(_ closure: EntryID, saying words: String) async throws(KabanFailure) -> EntryID {
        try asking { EntryID(try core.liftClosure(closure: closure.text, words: words)) }
    }
}

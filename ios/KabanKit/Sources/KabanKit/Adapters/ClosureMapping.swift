import KabanCore

extension ClosureShape {
    init(_ core: KabanCore.ClosureShape) {
        switch core {
        case .circle(let centre, let radiusM): self = .circle(centre: GeoPoint(centre), radiusMetres: radiusM)
        case .line(let points): self = .line(points: points.map(GeoPoint.init))
        case .roads(let roads): self = .roads(roads: roads.map(RoadStretch.init))
        }
    }
}

extension ClosureShape {
    var core: KabanCore.ClosureShape {
        switch self {
        case .circle(let centre, let radiusMetres): .circle(centre: centre.core, radiusM: radiusMetres)
        case .line(let points): .line(points: points.map(\.core))
        case .roads(let roads): .roads(roads: roads.map(\.core))
        }
    }
}

extension RoadStretch {
    init(_ core: KabanCore.RoadStretch) {
        self.init(from: GeoPoint(core.from), to: GeoPoint(core.to))
    }
}

extension RoadStretch {
    var core: KabanCore.RoadStretch {
        KabanCore.RoadStretch(from: from.core, to: to.core)
    }
}

extension ClosureReport {
    var core: KabanCore.ClosureRequest {
        KabanCore.ClosureRequest(shape: shape.core, reason: reason, words: words, from: from?.text, until: until.text)
    }
}

extension Closure {
    init(_ core: KabanCore.ClosureView) {
        self.init(
            id: EntryID(core.id),
            shape: core.shape.map(ClosureShape.init),
            reason: Coded(core.reason),
            words: core.words,
            from: Instant(rfc3339: core.from),
            until: Instant(rfc3339: core.until),
            by: core.by,
            at: Instant(rfc3339: core.at),
            state: ClosureState(core.state),
            stateWords: Words(core.stateWords),
            lifted: core.lifted.map(ClosureLift.init),
            sent: SendState(core.sent)
        )
    }
}

extension ClosureState {
    init(_ core: KabanCore.ClosureState) {
        switch core {
        case .planned: self = .planned
        case .inForce: self = .inForce
        case .expired: self = .expired
        case .lifted: self = .lifted
        }
    }
}

extension ClosureLift {
    init(_ core: KabanCore.LiftView) {
        self.init(id: EntryID(core.id), by: core.by, at: Instant(rfc3339: core.at), words: core.words)
    }
}

extension Closures {
    init(_ core: KabanCore.ClosuresView) {
        self.init(
            at: Instant(rfc3339: core.at),
            closures: core.closures.map(Closure.init),
            unreadable: core.unreadable.map(EntryID.init)
        )
    }
}

import KabanCore

extension Season {
    var core: KabanCore.Season {
        switch self {
        case .auto: .auto
        case .summer: .summer
        case .winter: .winter
        }
    }
}

extension Travel {
    var core: KabanCore.TravelRequest {
        KabanCore.TravelRequest(at: at?.text, season: season.core, night: isDark)
    }
}

extension RouteObjective {
    var core: KabanCore.RouteObjective {
        switch self {
        case .fastest: .fastest
        case .shortest: .shortest
        }
    }
}

extension Tracks {
    var core: KabanCore.Tracks {
        switch self {
        case .auto: .auto
        case .always: .always
        case .never: .never
        }
    }
}

extension Journey {
    var core: KabanCore.RouteRequest {
        KabanCore.RouteRequest(
            from: from.core,
            to: to.core,
            travel: travel.core,
            objective: objective.core,
            tracks: tracks.core,
            onFoot: isOnFoot,
            ignoreClosures: ignoresClosures
        )
    }
}

extension RouteOutcome {
    init(_ core: KabanCore.RouteOutcome) {
        switch core {
        case .found(let way): self = .found(way: Way(way))
        case .noWay(let why): self = .noWay(why: Obstacle(why))
        }
    }
}

extension Way {
    init(_ core: KabanCore.WayView) {
        self.init(
            distanceMetres: core.distanceM,
            durationSeconds: core.durationS,
            line: core.line.map(GeoPoint.init),
            steps: core.steps.map(WayStep.init),
            isLastResort: core.lastResort,
            fromPrecision: Precision(core.fromPrecision),
            toPrecision: Precision(core.toPrecision),
            closuresLeftOut: core.closuresLeftOut.map(EntryID.init)
        )
    }
}

extension Turn {
    init(_ core: KabanCore.Turn) {
        switch core {
        case .depart: self = .depart
        case .continue: self = .continue
        case .slightLeft: self = .slightLeft
        case .slightRight: self = .slightRight
        case .left: self = .left
        case .right: self = .right
        case .sharpLeft: self = .sharpLeft
        case .sharpRight: self = .sharpRight
        case .uTurn: self = .uTurn
        case .roundabout: self = .roundabout
        case .ferry: self = .ferry
        case .arrive: self = .arrive
        }
    }
}

extension WayStep {
    init(_ core: KabanCore.StepView) {
        self.init(
            turn: Turn(core.turn),
            exit: core.exit,
            words: Words(core.words),
            name: core.name,
            number: core.number,
            distanceMetres: core.distanceM,
            durationSeconds: core.durationS,
            signals: core.signals,
            levelCrossings: core.levelCrossings,
            at: GeoPoint(core.at)
        )
    }
}

extension Obstacle {
    init(_ core: KabanCore.NoWayView) {
        self.init(
            kind: core.kind,
            words: Words(core.words),
            closures: core.closures.map(EntryID.init),
            ignoringClosures: core.ignoringClosures.map(Measure.init)
        )
    }
}

extension Measure {
    init(_ core: KabanCore.MeasureView) {
        self.init(distanceMetres: core.distanceM, durationSeconds: core.durationS)
    }
}

extension Matrix {
    init(_ core: KabanCore.MatrixView) {
        self.init(
            durationsSeconds: core.durationsS,
            distancesMetres: core.distancesM,
            precision: core.precision.map(Precision.init),
            closuresLeftOut: core.closuresLeftOut.map(EntryID.init)
        )
    }
}

import KabanCore

extension RoundObjective {
    var core: KabanCore.RoundObjective {
        switch self {
        case .finish: .finish
        case .travel: .travel
        }
    }
}

extension TimeWindow {
    var core: KabanCore.TimeWindow {
        KabanCore.TimeWindow(fromS: fromSeconds, untilS: untilSeconds)
    }
}

extension RoundVehicle {
    var core: KabanCore.RoundVehicle {
        KabanCore.RoundVehicle(name: name, window: window.core)
    }
}

extension RoundVisit {
    var core: KabanCore.RoundVisit {
        KabanCore.RoundVisit(
            patient: patient.text,
            window: window?.core,
            soft: isSoft,
            locked: isLocked,
            urgent: isUrgent,
            vehicle: vehicle,
            minutes: minutes
        )
    }
}

extension RoundPlan {
    var core: KabanCore.RoundRequest {
        KabanCore.RoundRequest(
            start: start.core,
            vehicles: vehicles.map(\.core),
            visits: visits.map(\.core),
            objective: objective.core,
            keepOrder: keepsOrder,
            travel: travel.core
        )
    }
}

extension Round {
    init(_ core: KabanCore.RoundView) {
        self.init(
            trips: core.trips.map(Trip.init),
            served: core.served,
            unserved: core.unserved.map(Unserved.init),
            lateSeconds: core.lateS,
            finishSeconds: core.finishS,
            travelSeconds: core.travelS,
            waitingSeconds: core.waitingS,
            quality: RoundQuality(core.quality),
            unpinned: core.unpinned.map(PatientID.init),
            closuresLeftOut: core.closuresLeftOut.map(EntryID.init)
        )
    }
}

extension RoundQuality {
    init(_ core: KabanCore.RoundQuality) {
        switch core {
        case .bestPossible: self = .bestPossible
        case .good: self = .good
        case .given: self = .given
        }
    }
}

extension Trip {
    init(_ core: KabanCore.TripView) {
        self.init(
            vehicle: core.vehicle,
            stops: core.stops.map(RoundStop.init),
            departureSeconds: core.departureS,
            finishSeconds: core.finishS,
            overtimeSeconds: core.overtimeS,
            travelSeconds: core.travelS,
            waitingSeconds: core.waitingS
        )
    }
}

extension RoundStop {
    init(_ core: KabanCore.StopView) {
        self.init(
            patient: PatientID(core.patient),
            arrivalSeconds: core.arrivalS,
            startSeconds: core.startS,
            lateSeconds: core.lateS
        )
    }
}

extension Unserved {
    init(_ core: KabanCore.UnservedView) {
        self.init(patient: PatientID(core.patient), why: UnservedWhy(core.why))
    }
}

extension UnservedWhy {
    init(_ core: KabanCore.UnservedWhy) {
        switch core {
        case .unreachable: self = .unreachable
        case .window: self = .window
        case .noTime: self = .noTime
        case .notAssigned: self = .notAssigned
        }
    }
}

extension CallChoice {
    init(_ core: KabanCore.CallChoice) {
        self.init(
            vehicle: core.vehicle,
            position: core.position,
            isFeasible: core.feasible,
            arrivalSeconds: core.arrivalS,
            startSeconds: core.startS,
            callLateSeconds: core.callLateS,
            finishSeconds: core.finishS,
            finishDelaySeconds: core.finishDelayS,
            travelMoreSeconds: core.travelMoreS,
            delays: core.delays.map(CallDelay.init),
            late: core.late.map(PatientID.init),
            overtimeSeconds: core.overtimeS
        )
    }
}

extension CallDelay {
    init(_ core: KabanCore.CallDelay) {
        self.init(
            patient: PatientID(core.patient),
            delaySeconds: core.delayS,
            startSeconds: core.startS,
            lateSeconds: core.lateS
        )
    }
}

extension VisitLength {
    init(_ core: KabanCore.ServiceView) {
        self.init(seconds: core.seconds, minutes: core.minutes, visits: core.visits, isLearnt: core.learnt)
    }
}

import KabanCore

extension VisitForm {
    init(_ core: KabanCore.VisitForm) {
        arrivedAt = core.arrivedAt.map(Instant.init(rfc3339:))
        leftAt = core.leftAt.map(Instant.init(rfc3339:))
        subjective = core.subjective
        objective = core.objective
        assessment = core.assessment
        plan = core.plan
        vitals = Vitals(core.vitals)
        drugsGiven = core.drugsGiven.map(DrugGiven.init)
        procedures = core.procedures
        death = core.death.map(Death.init)
    }

    var core: KabanCore.VisitForm {
        KabanCore.VisitForm(
            arrivedAt: arrivedAt?.text,
            leftAt: leftAt?.text,
            subjective: subjective,
            objective: objective,
            assessment: assessment,
            plan: plan,
            vitals: vitals.core,
            drugsGiven: drugsGiven.map(\.core),
            procedures: procedures,
            death: death?.core
        )
    }
}

extension Vitals {
    init(_ core: KabanCore.Vitals) {
        temperature = core.temperature
        pulse = core.pulse
        spo2 = core.spo2
        bloodPressureSystolic = core.bpSystolic
        bloodPressureDiastolic = core.bpDiastolic
        respiration = core.respiration
        pain = core.pain
        oxygen = core.oxygen
        jcs = core.jcs
    }

    var core: KabanCore.Vitals {
        KabanCore.Vitals(
            temperature: temperature,
            pulse: pulse,
            spo2: spo2,
            bpSystolic: bloodPressureSystolic,
            bpDiastolic: bloodPressureDiastolic,
            respiration: respiration,
            pain: pain,
            oxygen: oxygen,
            jcs: jcs
        )
    }
}

extension DrugGiven {
    init(_ core: KabanCore.DrugGiven) {
        drug = core.drug
        dose = core.dose
        unit = core.unit
        route = core.route
        at = core.at.map(Instant.init(rfc3339:))
        isOpioid = core.opioid
    }

    var core: KabanCore.DrugGiven {
        KabanCore.DrugGiven(drug: drug, dose: dose, unit: unit, route: route, at: at?.text, opioid: isOpioid)
    }
}

extension Death {
    init(_ core: KabanCore.Death) {
        foundAt = core.foundAt.map(Instant.init(rfc3339:))
        toldAt = core.toldAt.map(Instant.init(rfc3339:))
        toldBy = core.toldBy
        examinedAt = core.examinedAt.map(Instant.init(rfc3339:))
        present = core.present
        lastSeenAliveAt = core.lastSeenAliveAt.map(Instant.init(rfc3339:))
        lastSeenAliveBy = core.lastSeenAliveBy
        lastExaminedAt = core.lastExaminedAt.map(Instant.init(rfc3339:))
        lastExaminedBy = core.lastExaminedBy
        related = core.related
        cause = core.cause
    }

    var core: KabanCore.Death {
        KabanCore.Death(
            foundAt: foundAt?.text,
            toldAt: toldAt?.text,
            toldBy: toldBy,
            examinedAt: examinedAt?.text,
            present: present,
            lastSeenAliveAt: lastSeenAliveAt?.text,
            lastSeenAliveBy: lastSeenAliveBy,
            lastExaminedAt: lastExaminedAt?.text,
            lastExaminedBy: lastExaminedBy,
            related: related,
            cause: cause
        )
    }
}

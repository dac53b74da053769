/// A visit as on the form: texts as typed, read by the core. What is empty is not written.
public struct VisitForm: Hashable, Confidential {
    /// Arrived at; now, if not given.
    public var arrivedAt: Instant?
    /// Left at; not given while the visit lasts.
    public var leftAt: Instant?
    /// S.
    public var subjective = ""
    /// O.
    public var objective = ""
    /// A.
    public var assessment = ""
    /// P.
    public var plan = ""
    /// What was measured.
    public var vitals = Vitals()
    /// What was given.
    public var drugsGiven: [DrugGiven] = []
    /// What was done, one line each.
    public var procedures: [String] = []
    /// Only when the person died.
    public var death: Death?

    /// Nothing filled in yet.
    public init() {}
}

/// What was measured, as typed; empty where nothing was. Digits of any width are read.
public struct Vitals: Hashable, Confidential {
    /// Body temperature, °C.
    public var temperature = ""
    /// Pulse, per minute.
    public var pulse = ""
    /// Oxygen saturation, %.
    public var spo2 = ""
    /// Systolic blood pressure, mmHg.
    public var bloodPressureSystolic = ""
    /// Diastolic blood pressure, mmHg.
    public var bloodPressureDiastolic = ""
    /// Breaths, per minute.
    public var respiration = ""
    /// Pain, 0 to 10.
    public var pain = ""
    /// Oxygen given, litres per minute.
    public var oxygen = ""
    /// Consciousness by the Japan Coma Scale: 0, 1, 2, 3, 10, 20, 30, 100, 200, 300.
    public var jcs = ""

    /// Nothing measured yet.
    public init() {}
}

/// A drug given during the visit.
public struct DrugGiven: Hashable, Confidential {
    /// Which drug.
    public var drug = ""
    /// How much, as written.
    public var dose = ""
    /// Of what.
    public var unit = ""
    /// By which route.
    public var route = ""
    /// When; not given for "during the visit".
    public var at: Instant?
    /// An opioid, for the ledger.
    public var isOpioid = false

    /// Nothing filled in yet.
    public init() {}
}

/// Facts for the death certificate, by the doctor who examined.
public struct Death: Hashable, Confidential {
    /// Found at.
    public var foundAt: Instant?
    /// Told at.
    public var toldAt: Instant?
    /// Told by.
    public var toldBy = ""
    /// Examined at.
    public var examinedAt: Instant?
    /// Who was present.
    public var present = ""
    /// Last seen alive at.
    public var lastSeenAliveAt: Instant?
    /// Last seen alive by.
    public var lastSeenAliveBy = ""
    /// Last examination at.
    public var lastExaminedAt: Instant?
    /// Last examination by.
    public var lastExaminedBy = ""
    /// Related to the illness under care: `yes`, `no`, `undetermined`; empty where not said.
    public var related = ""
    /// Cause.
    public var cause = ""

    /// Nothing filled in yet.
    public init() {}
}

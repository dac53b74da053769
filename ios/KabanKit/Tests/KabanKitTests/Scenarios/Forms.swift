import KabanKit

// The visit form as JSON, in snake case; what is blank is left out.

/// Members of a form that are texts, times and flags, by name.
private struct Members<Form> {
    var texts: [String: WritableKeyPath<Form, String>] = [:]
    var times: [String: WritableKeyPath<Form, Instant?>] = [:]
    var flags: [String: WritableKeyPath<Form, Bool>] = [:]

    /// What is filled in.
    func read(_ form: Form) -> [String: JSON] {
        var read: [String: JSON] = [:]
        for (name, path) in texts where !form[keyPath: path].isEmpty { read[name] = .text(form[keyPath: path]) }
        for (name, path) in times { read[name] = form[keyPath: path].map { .text($0.text) } }
        for (name, path) in flags { read[name] = .bool(form[keyPath: path]) }
        return read
    }

    /// Fills in a member, and says whether it is one.
    func write(_ name: String, _ value: JSON, to form: inout Form) -> Bool {
        if let path = texts[name], let text = value.text {
            form[keyPath: path] = text
        } else if let path = times[name], let text = value.text {
            form[keyPath: path] = Instant(rfc3339: text)
        } else if let path = flags[name], let flag = value.bool {
            form[keyPath: path] = flag
        } else {
            return false
        }
        return true
    }

    /// Fills in a whole form.
    func fill(_ form: inout Form, from json: JSON, else other: (String, JSON, inout Form) throws -> Bool) throws {
        guard let members = json.object else { throw StoryError("a form has to be an object") }
        for (name, value) in members where !write(name, value, to: &form) {
            guard try other(name, value, &form) else { throw StoryError("a form takes no \(name)") }
        }
    }
}

private var visitMembers: Members<VisitForm> {
    Members(
        texts: [
            "subjective": \.subjective, "objective": \.objective, "assessment": \.assessment, "plan": \.plan,
        ],
        times: ["arrived_at": \.arrivedAt, "left_at": \.leftAt])
}

private var vitalsMembers: Members<Vitals> {
    Members(texts: [
        "temperature": \.temperature, "pulse": \.pulse, "spo2": \.spo2, "bp_systolic": \.bloodPressureSystolic,
        "bp_diastolic": \.bloodPressureDiastolic, "respiration": \.respiration, "pain": \.pain,
        "oxygen": \.oxygen, "jcs": \.jcs,
    ])
}

private var drugMembers: Members<DrugGiven> {
    Members(
        texts: ["drug": \.drug, "dose": \.dose, "unit": \.unit, "route": \.route],
        times: ["at": \.at],
        flags: ["opioid": \.isOpioid])
}

private var deathMembers: Members<Death> {
    Members(
        texts: [
            "told_by": \.toldBy, "present": \.present, "last_seen_alive_by": \.lastSeenAliveBy,
            "last_examined_by": \.lastExaminedBy, "related": \.related, "cause": \.cause,
        ],
        times: [
            "found_at": \.foundAt, "told_at": \.toldAt, "examined_at": \.examinedAt,
            "last_seen_alive_at": \.lastSeenAliveAt, "last_examined_at": \.lastExaminedAt,
        ])
}

extension VisitForm {
    init(_ json: JSON) throws {
        self.init()
        try visitMembers.fill(&self, from: json) { name, value, form in
            switch name {
            case "vitals":
                try vitalsMembers.fill(&form.vitals, from: value) { _, _, _ in false }
            case "drugs_given":
                form.drugsGiven = try (value.list ?? []).map { value in
                    var drug = DrugGiven()
                    try drugMembers.fill(&drug, from: value) { _, _, _ in false }
                    return drug
                }
            case "procedures":
                form.procedures = (value.list ?? []).compactMap(\.text)
            case "death":
                var death = Death()
                try deathMembers.fill(&death, from: value) { _, _, _ in false }
                form.death = death
            default:
                return false
            }
            return true
        }
    }

    var json: JSON {
        var json = visitMembers.read(self)
        let measured = vitalsMembers.read(vitals)
        if !measured.isEmpty { json["vitals"] = .object(measured) }
        let drugs = drugsGiven.map { JSON.object(drugMembers.read($0)) }
        if !drugs.isEmpty { json["drugs_given"] = .list(drugs) }
        if !procedures.isEmpty { json["procedures"] = .list(procedures.map(JSON.text)) }
        if let death { json["death"] = .object(deathMembers.read(death)) }
        return .object(json)
    }
}

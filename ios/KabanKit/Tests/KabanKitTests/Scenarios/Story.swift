import Foundation
import KabanKit

/// One run of a scenario: its devices, its relay, its clock, what is carried and what was captured.
final class Story {
    let scenario: Scenario
    let contract: Contract
    let clock: TestClock
    let place: TemporaryFolder
    var phones: [String: TestPhone] = [:]
    var bags: [String: any Bag] = [:]
    var files: [String: Data] = [:]
    var relay: TestRelay?
    var relayAddress: String?
    private var captured: [String: JSON] = [:]

    /// Members of every step, beside what it takes.
    private static let common: Set<String> = ["do", "expect", "capture", "fails"]

    init(_ scenario: Scenario, contract: Contract) throws {
        self.scenario = scenario
        self.contract = contract
        clock = TestClock(Instant(rfc3339: scenario.start))
        place = try TemporaryFolder()
    }

    /// Plays every step; the first that does not come true ends the story.
    func run() async throws {
        for (number, step) in scenario.steps.enumerated() {
            if let wrong = try await wrong(with: step) {
                let which = "step \(number + 1), \(step["do"] ?? .null) by \(step["by"] ?? .null)"
                throw StoryError("\(which): \(wrong)")
            }
        }
        for bag in bags.values { try await bag.lock() }
    }

    /// Plays one step, and says what is wrong with how it went.
    private func wrong(with step: [String: JSON]) async throws -> String? {
        guard let name = step["do"]?.text, let play = Self.plays[name], let takes = contract.takes[name] else {
            throw StoryError("no such step: \(step["do"] ?? .null)")
        }
        let unknown = Set(step.keys).subtracting(takes).subtracting(Self.common)
        guard unknown.isEmpty else { throw StoryError("\(name) takes no \(unknown.sorted())") }
        var inputs = step
        for name in Self.common { inputs[name] = nil }
        let given: JSON
        do {
            given = try await play(self, Inputs(try inputs.mapValues(filledIn)))
        } catch let failure as KabanFailure {
            guard let fails = step["fails"] else { return "it failed: \(failure)" }
            return mismatch(of: failure, with: fails)
        }
        if let fails = step["fails"] { return "\(fails) was expected, but it succeeded" }
        for (name, path) in step["capture"]?.object ?? [:] {
            guard let path = path.text, let value = given.at(path) else { return "there is no \(path) to capture" }
            captured[name] = value
        }
        return try step["expect"].flatMap { try filledIn($0).mismatch(given) }
    }

    private func mismatch(of failure: KabanFailure, with fails: JSON) -> String? {
        let given = failure.json
        let agrees = fails.text.map { JSON.text($0) == given["error"] } ?? (fails.mismatch(given) == nil)
        return agrees ? nil : "\(fails) was expected, but it failed with \(failure)"
    }

    /// Puts in what was captured, and long texts.
    private func filledIn(_ value: JSON) throws -> JSON {
        switch value {
        case .text(let text):
            guard let name = text.wholeMatch(of: /\$\{(.*)\}/)?.1 else { return value }
            guard let value = captured[String(name)] else { throw StoryError("\(name) was never captured") }
            return value
        case .list(let list):
            return .list(try list.map(filledIn))
        case .object(let object):
            if let list = object["$repeat"]?.list, list.count == 2, let text = list[0].text, let count = list[1].number
            {
                return .text(String(repeating: text, count: Int(count)))
            }
            return .object(try object.mapValues(filledIn))
        case .null, .bool, .number:
            return value
        }
    }
}

/// What a step was given.
struct Inputs {
    let members: [String: JSON]
    init(_ members: [String: JSON]) { self.members = members }

    /// A text that has to be there.
    func text(_ name: String) throws -> String {
        guard let text = members[name]?.text else { throw StoryError("\(name) has to be a text") }
        return text
    }

    /// A text that may be left out.
    func textIfAny(_ name: String) throws -> String? {
        guard let value = members[name], value != .null else { return nil }
        guard let text = value.text else { throw StoryError("\(name) has to be a text") }
        return text
    }

    /// A list of texts, empty where it is left out.
    func texts(_ name: String) throws -> [String] {
        try (members[name]?.list ?? []).map { element in
            guard let text = element.text else { throw StoryError("\(name) has to be texts") }
            return text
        }
    }

    var patient: PatientID { get throws { PatientID(try text("patient")) } }
    var patientIfAny: PatientID? { get throws { try textIfAny("patient").map(PatientID.init) } }
    var member: MemberID { get throws { MemberID(try text("member")) } }
    var note: EntryID { get throws { EntryID(try text("note")) } }
    var field: FieldID { get throws { FieldID(try text("field")) } }
    var secret: Secret { get throws { Secret(try text("pin")) } }

    var person: Person {
        get throws {
            let person = Inputs(members["person"]?.object ?? [:])
            return Person(
                name: try person.text("name"), kana: try person.text("kana"), role: try person.text("role"),
                phone: try person.text("phone"))
        }
    }
}

extension KabanFailure {
    /// Its name and field, as the scenarios word them.
    var json: JSON {
        switch self {
        case .locked: ["error": "locked"]
        case .wrongPassphrase: ["error": "wrong_passphrase"]
        case .notFound: ["error": "not_found"]
        case .invalid(let field, _): ["error": "invalid", "field": .text(field)]
        case .rule: ["error": "rule"]
        case .conflict: ["error": "conflict"]
        case .offline: ["error": "offline"]
        case .storage: ["error": "storage"]
        case .damaged: ["error": "damaged"]
        case .tampered: ["error": "tampered"]
        case .leaseExpired: ["error": "lease_expired"]
        case .inUse: ["error": "in_use"]
        case .tooNew: ["error": "too_new"]
        case .internal: ["error": "internal"]
        }
    }
}

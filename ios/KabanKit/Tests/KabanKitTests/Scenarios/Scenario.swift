import Foundation

/// One story of `tests/scenarios`, as data.
struct Scenario: Sendable {
    let start: String
    let steps: [[String: JSON]]

    /// The names of all of them.
    static let files: [String] = {
        let all = try? FileManager.default.contentsOfDirectory(atPath: Checkout.scenarios.path)
        let stories = (all ?? []).filter { $0.wholeMatch(of: /\d\d_.*\.json/) != nil }
        return stories.sorted()
    }()

    init(_ file: String) throws {
        let story = try JSON.read(Checkout.scenarios.appending(path: file))
        guard let start = story["start"]?.text, let steps = story["steps"]?.list, !steps.isEmpty else {
            throw StoryError("\(file) has no start or no steps")
        }
        self.start = start
        self.steps = try steps.map { step in
            guard let step = step.object else { throw StoryError("\(file): a step is no object") }
            return step
        }
    }
}

/// What each step takes, by `steps.json`.
struct Contract: Sendable {
    let takes: [String: Set<String>]

    init() throws {
        let all = try JSON.read(Checkout.scenarios.appending(path: "steps.json")).object ?? [:]
        takes = all.mapValues { step in
            // "patient?", "row: page, list or note", "by (locked)": the name comes first.
            let names = (step["takes"]?.list ?? []).compactMap(\.text)
            return Set(names.map { String($0.prefix { $0.isLetter || $0 == "_" }) })
        }
    }
}

/// The story or the runner is wrong, not the bag.
struct StoryError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension JSON {
    /// Where and how `given` is not what is expected here; nothing when it is.
    func mismatch(_ given: JSON, at path: String = "") -> String? {
        let here = path.isEmpty ? "the result" : path
        switch (self, given) {
        case (.text("$some"), _):
            return given.isSome ? nil : "\(here): something was expected, got \(given)"
        case (.object(let expected), .object(let members)):
            let wrong = expected.sorted { $0.key < $1.key }.compactMap { name, value -> String? in
                let inside = path.isEmpty ? name : "\(path).\(name)"
                guard let member = members[name] else { return "\(inside): there is no such member" }
                return value.mismatch(member, at: inside)
            }
            return wrong.first
        case (.list(let expected), .list(let elements)):
            guard expected.count == elements.count else {
                return "\(here): \(expected.count) were expected, got \(elements.count): \(given)"
            }
            let wrong = zip(expected, elements).enumerated().compactMap { number, pair in
                pair.0.mismatch(pair.1, at: path.isEmpty ? "\(number)" : "\(path).\(number)")
            }
            return wrong.first
        default:
            return self == given ? nil : "\(here): \(self) was expected, got \(given)"
        }
    }

    /// Neither null nor empty; a count of nothing is empty too.
    private var isSome: Bool {
        switch self {
        case .null: false
        case .bool: true
        case .number(let number): number != 0
        case .text(let text): !text.isEmpty
        case .list(let list): !list.isEmpty
        case .object(let object): !object.isEmpty
        }
    }
}

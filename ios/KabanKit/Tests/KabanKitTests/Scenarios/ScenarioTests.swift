import Testing

@Suite(.timeLimit(.minutes(10)))
struct ScenarioTests {
    @Test("a story of tests/scenarios comes true", arguments: Scenario.files)
    func story(_ file: String) async throws {
        let scenario = try Scenario(file)
        try await Story(scenario, contract: Contract()).run()
        // Counted by `cargo xtask test-swift`.
        report("scenario \(file) came true, \(scenario.steps.count) steps")
    }

    @Test("the runner knows exactly the steps of the contract")
    func contract() throws {
        let known = Set(Story.plays.keys)
        let agreed = Set(try Contract().takes.keys)
        #expect(known.subtracting(agreed).isEmpty)
        #expect(agreed.subtracting(known).isEmpty)
    }

    @Test("there are stories to run")
    func thereAreStories() { #expect(!Scenario.files.isEmpty) }
}

#if DEBUG
/// What a fake answers to one kind of question, and what it has been asked.
public final class FakeAnswer<Question: Sendable, Answer: Sendable>: Sendable {
    private struct State: Sendable {
        var answer: Result<Answer, KabanFailure>
        var asked: [Question] = []
    }

    private let state: Guarded<State>

    /// Answers so, until told otherwise.
    public init(_ answer: Answer) { state = Guarded(State(answer: .success(answer))) }

    /// Answers so from now on.
    public func becomes(_ answer: Answer) { state.with { $0.answer = .success(answer) } }

    /// Fails so from now on.
    public func fails(_ failure: KabanFailure) { state.with { $0.answer = .failure(failure) } }

    /// What it has been asked, oldest first.
    public var asked: [Question] { state.now.asked }

    @discardableResult
    func ask(_ question: Question) throws(KabanFailure) -> Answer {
        let answer = state.with { state in
            state.asked.append(question)
            return state.answer
        }
        return try answer.get()
    }
}
#endif

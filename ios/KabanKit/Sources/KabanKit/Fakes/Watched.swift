#if DEBUG
/// A value that a fake gives, and tells to whoever watches it.
public final class Watched<Value: Sendable>: Sendable {
    private struct State: Sendable {
        var told: Told<Value>
        var watchers: [Int: @Sendable (Told<Value>) -> Void] = [:]
        var watchersSoFar = 0
    }

    private let state: Guarded<State>

    /// Begins with a value.
    public init(_ value: Value) { state = Guarded(State(told: .value(value))) }

    /// Changes to a value, or to a failure, and tells so.
    public func becomes(_ told: Told<Value>) {
        let watchers = state.with { state in
            state.told = told
            return state.watchers.values
        }
        for watcher in watchers { watcher(told) }
    }

    /// How many watch it now.
    public var watchers: Int { state.now.watchers.count }

    /// The value, or the failure.
    func read() throws(KabanFailure) -> Value {
        switch state.now.told {
        case .value(let value): return value
        case .failed(let failure): throw failure
        }
    }

    /// Watches what `look` makes of it.
    func watch<View: Sendable>(_ look: @escaping @Sendable (Told<Value>) -> Told<View>) -> Subscribed<View> {
        Subscribed(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let number = state.with { state in
                state.watchersSoFar += 1
                state.watchers[state.watchersSoFar] = { told in continuation.yield(look(told)) }
                continuation.yield(look(state.told))
                return state.watchersSoFar
            }
            continuation.onTermination = { [state] _ in
                state.with { $0.watchers[number] = nil }
            }
        }
    }

    /// Watches it as it is.
    func watch() -> Subscribed<Value> { watch { $0 } }
}
#endif

/// What a subscription tells.
public enum Told<Value: Sendable>: Sendable {
    /// The current value, or what it has become.
    case value(Value)
    /// It could not be read. After `locked` the stream ends; after anything else more may come.
    case failed(KabanFailure)
}

extension Told: Equatable where Value: Equatable {}

/// The current value first, then every change, until whoever iterates is done with it, which ends
/// the subscription. Whoever is slow misses what was overtaken: the newest is always the whole.
public typealias Subscribed<Value: Sendable> = AsyncStream<Told<Value>>

#if DEBUG
import Foundation

/// A value that several threads read and write, one at a time.
final class Guarded<Value: Sendable>: @unchecked Sendable {
    // Touched while the lock is held only, which is why it may be shared.
    private var value: Value
    private let lock = NSLock()

    init(_ value: Value) { self.value = value }

    /// Reads or changes it.
    @discardableResult
    func with<T>(_ use: (inout Value) -> T) -> T { lock.withLock { use(&value) } }

    /// What it is now.
    var now: Value { with { $0 } }
}
#endif

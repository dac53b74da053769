import KabanKit
import Testing

/// What comes in from other threads, to be waited for one by one. The limit is the test's.
struct Inbox<Message: Sendable>: Sendable {
    private let stream: AsyncStream<Message>
    private let continuation: AsyncStream<Message>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func put(_ message: Message) { continuation.yield(message) }

    /// Nothing more will come: who still waits learns it.
    func close() { continuation.finish() }

    /// The next message, or the first that is like this.
    func next(where isMeant: (Message) -> Bool = { _ in true }) async throws -> Message {
        for await message in stream where isMeant(message) { return message }
        throw NothingCame()
    }
}

/// A stream ended, or the test's time ran out, before what was waited for came.
struct NothingCame: Error {}

extension AsyncStream where Element: Sendable {
    /// The next element, or the first that is like this.
    func next(where isMeant: (Element) -> Bool = { _ in true }) async throws -> Element {
        for await element in self where isMeant(element) { return element }
        throw NothingCame()
    }
}

extension Told {
    var value: Value? { if case .value(let value) = self { value } else { nil } }
    var failure: KabanFailure? { if case .failed(let failure) = self { failure } else { nil } }
}

/// The failure of a call that has to fail; any other error than ours is a fault.
func failure<T>(of call: () async throws -> T) async -> KabanFailure? {
    do {
        _ = try await call()
        return nil
    } catch let failure as KabanFailure {
        return failure
    } catch {
        Issue.record("an error that is not ours: \(error)")
        return nil
    }
}

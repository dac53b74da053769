/// One device's bag, opened by one person. Its parts share it; locking it locks them all.
///
/// Everything is `async` and leaves the main actor, so that a view may call it: what the core
/// answers from memory and disk comes at once, and only opening, synchronising and handing over wait.
/// Everything may be called while a synchronisation runs.
public protocol Bag: Sendable {
    /// 患者 Patients.
    var patients: any Patients { get }
    /// 訪問記録 Visit notes and drafts.
    var visits: any Visits { get }
    /// 連絡用ノート The liaison notebook.
    var notebook: any Notebook { get }
    /// 当番 Who answers, absences, the lease.
    var duty: any Duty { get }
    /// 動態地図 The map, its pack, its roads, and what closes them.
    var map: any DynamicMap { get }
    /// 引き継ぎ Handing the bag over.
    var handover: any Handover { get }
    /// 医師会 Members and devices.
    var association: any Association { get }

    /// The lid: who is on duty, how old the data is, what is unsent, what was set aside. Throws
    /// `locked`, `damaged`.
    func lid() async throws(KabanFailure) -> Lid
    /// Watches the lid.
    func watchLid() -> Subscribed<Lid>
    /// This device and person. Throws `locked`.
    func whoAmI() async throws(KabanFailure) -> WhoAmI
    /// Checks store, chains, clock, disk and keys, and says what to do. Throws `locked`, `damaged`.
    func health() async throws(KabanFailure) -> Health

    /// Meets the relay, or the one remembered, until neither side has news, or the task is
    /// cancelled; what was exchanged until then is saved. `onProgress` is called after each page,
    /// from a thread that is not the main one. Throws `offline` when the relay cannot be reached,
    /// `rule` when this device may not, `locked` when the bag was locked meanwhile.
    func sync(
        with relay: String?, onProgress: @escaping @Sendable (SyncProgress) -> Void
    ) async throws(KabanFailure) -> SyncOutcome

    /// Locks: keys are dropped, watching ends, every later call is refused as `locked`. Locking
    /// twice is no error. Throws for a failing disk; the keys are gone in any case.
    func lock() async throws(KabanFailure)
    /// Whether it has been locked.
    func isLocked() async -> Bool
}

extension Bag {
    /// Meets the relay without looking on.
    public func sync(with relay: String? = nil) async throws(KabanFailure) -> SyncOutcome {
        try await sync(with: relay) { _ in }
    }

    /// Meets the relay and tells how far it is. The last event is how it ended; whoever stops
    /// iterating before that cancels it.
    public func syncing(with relay: String? = nil) -> AsyncStream<SyncEvent> {
        AsyncStream { continuation in
            let run = Task {
                do throws(KabanFailure) {
                    let outcome = try await sync(with: relay) { continuation.yield(.progress($0)) }
                    continuation.yield(.ended(outcome))
                } catch {
                    continuation.yield(.failed(error))
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in run.cancel() }
        }
    }
}

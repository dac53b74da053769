import KabanCore

/// Hears what a subscription tells, on a thread of the core. Whoever throws is called again with the
/// next change.
typealias Hear<Value: Sendable> = @Sendable (Told<Value>) throws -> Void

/// Ends a subscription; so does letting go of it.
typealias EndWatching = @Sendable () -> Void

/// Begins a subscription.
func watching(_ begin: () throws -> KabanCore.Subscription) throws(KabanFailure) -> EndWatching {
    let subscription = try asking(begin)
    return { subscription.end() }
}

/// A stream over a subscription: its end ends the subscription, and a subscription that cannot begin
/// is an event in it.
func stream<Value>(_ begin: (@escaping Hear<Value>) throws(KabanFailure) -> EndWatching) -> Subscribed<Value> {
    Subscribed(bufferingPolicy: .bufferingNewest(1)) { continuation in
        do throws(KabanFailure) {
            let end = try begin { told in
                continuation.yield(told)
                if case .failed(.locked) = told { continuation.finish() }
            }
            continuation.onTermination = { _ in end() }
        } catch {
            continuation.yield(.failed(error))
            continuation.finish()
        }
    }
}

final class LidAdapter: KabanCore.LidListener {
    private let hear: Hear<Lid>
    init(_ hear: @escaping Hear<Lid>) { self.hear = hear }
    func onUpdate(lid: KabanCore.LidView) throws { try tell(hear, .value(Lid(lid))) }
    func onFailure(failure: KabanCore.KabanError) throws { try tell(hear, .failed(KabanFailure(core: failure))) }
}

final class PatientListAdapter: KabanCore.PatientListListener {
    private let hear: Hear<[PatientRow]>
    init(_ hear: @escaping Hear<[PatientRow]>) { self.hear = hear }
    func onUpdate(patients: [KabanCore.PatientRow]) throws { try tell(hear, .value(patients.map(PatientRow.init))) }
    func onFailure(failure: KabanCore.KabanError) throws { try tell(hear, .failed(KabanFailure(core: failure))) }
}

final class PageAdapter: KabanCore.PageListener {
    private let hear: Hear<Page>
    init(_ hear: @escaping Hear<Page>) { self.hear = hear }
    func onUpdate(page: KabanCore.PageView) throws { try tell(hear, .value(Page(page))) }
    func onFailure(failure: KabanCore.KabanError) throws { try tell(hear, .failed(KabanFailure(core: failure))) }
}

final class NotebookAdapter: KabanCore.NotebookListener {
    private let hear: Hear<[Note]>
    init(_ hear: @escaping Hear<[Note]>) { self.hear = hear }
    func onUpdate(notes: [KabanCore.NoteView]) throws { try tell(hear, .value(notes.map(Note.init))) }
    func onFailure(failure: KabanCore.KabanError) throws { try tell(hear, .failed(KabanFailure(core: failure))) }
}

final class ProgressAdapter: KabanCore.SyncListener {
    private let hear: @Sendable (SyncProgress) -> Void
    init(_ hear: @escaping @Sendable (SyncProgress) -> Void) { self.hear = hear }
    func onProgress(progress: KabanCore.SyncProgress) throws { hear(SyncProgress(progress)) }
}

private func tell<Value>(_ hear: Hear<Value>, _ told: Told<Value>) throws {
    do {
        try hear(told)
    } catch {
        throw KabanCore.ListenerError.Failed(reason: nameOfType(of: error))
    }
}

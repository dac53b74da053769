import KabanCore

/// The bag of the core, as ours: it only maps.
struct CoreBag: Bag {
    let core: KabanCore.Bag

    var patients: any Patients { CorePatients(core: core.patients()) }
    var visits: any Visits { CoreVisits(core: core.visits()) }
    var notebook: any Notebook { CoreNotebook(core: core.notebook()) }
    var duty: any Duty { CoreDuty(core: core.duty()) }
    var map: any DynamicMap { CoreMap(core: core.map()) }
    var handover: any Handover { CoreHandover(core: core.handover()) }
    var association: any Association { CoreAssociation(core: core.association()) }

    func lid() async throws(KabanFailure) -> Lid { try asking { Lid(try core.lid()) } }
    func watchLid() -> Subscribed<Lid> { stream(hearLid) }
    func whoAmI() async throws(KabanFailure) -> WhoAmI { try asking { WhoAmI(try core.whoAmI()) } }
    func health() async throws(KabanFailure) -> Health { try asking { Health(try core.health()) } }

    func sync(
        with relay: String?, onProgress: @escaping @Sendable (SyncProgress) -> Void
    ) async throws(KabanFailure) -> SyncOutcome {
        let handle = KabanCore.SyncHandle()
        let outcome = try await waiting {
            try await withTaskCancellationHandler {
                try await core.sync(relay: relay, handle: handle, listener: ProgressAdapter(onProgress))
            } onCancel: {
                handle.cancel()
            }
        }
        return SyncOutcome(outcome)
    }

    func lock() async throws(KabanFailure) { try await waiting { try await core.lock() } }
    func isLocked() async -> Bool { core.isLocked() }

    /// Has the lid told to a listener until the subscription ends.
    func hearLid(_ hear: @escaping Hear<Lid>) throws(KabanFailure) -> EndWatching {
        try watching { try core.watchLid(listener: LidAdapter(hear)) }
    }
}

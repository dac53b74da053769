package jp.kaban.core

/** What a synchronisation tells while it runs. */
sealed interface SyncStep {
    /** A page was exchanged and saved. */
    data class Progress(val progress: SyncProgress) : SyncStep

    /** The last one: how it ended. */
    data class Ended(val outcome: Outcome<SyncReport>) : SyncStep
}

/** How far a synchronisation is. */
data class SyncProgress(
    /** Envelopes received so far. */
    val received: Long,
    /** Envelopes still to be sent. */
    val unsent: Long,
) : Shown()

/** What a synchronisation did. */
data class SyncReport(
    /** Envelopes that a receipt covers now. */
    val sent: Long,
    /** New envelopes. */
    val received: Long,
    /** Envelopes set aside. */
    val setAside: Long,
    /** Envelopes the relay did not take. */
    val refused: List<SetAside>,
    /** Addresses that were met. */
    val peers: List<String>,
    val traffic: Traffic,
) : Shown()

/** What went over the network. */
data class Traffic(
    val bytesOut: Long,
    val bytesIn: Long,
    /** Answered requests. */
    val roundTrips: Long,
    /** Requests that broke and were tried again. */
    val broken: Long,
) : Shown()

/// Why the bag did not do what was asked: what a screen can act on, and words itself.
///
/// The texts are English, for a log or a support line; none carries a name or a value of a patient.
public enum KabanFailure: Error, Hashable {
    /// The bag is locked: ask for the PIN.
    case locked
    /// The PIN or passphrase is not the one of this slot. Nothing is damaged.
    case wrongPassphrase
    /// Nothing of that id can be read on this device.
    case notFound(what: String)
    /// What was typed or given does not have the shape it should, named by a path such as
    /// `visit.left_at`; nothing was changed.
    case invalid(field: String, reason: String)
    /// A rule of duty, consent, membership or handover forbids it, for this person or at this time.
    case rule(rule: String)
    /// Several values of the field are open: show them side by side and let a person decide.
    case conflict(what: String)
    /// The other side cannot be reached; what was written here waits and is safe.
    case offline(reason: String)
    /// The disk is full: make room and try again; nothing saved was lost.
    case storage(reason: String)
    /// A file of the store is damaged; nothing was deleted.
    case damaged(reason: String)
    /// A row or a chain was changed outside Kaban: keep the device and tell the office.
    case tampered(reason: String)
    /// This device may not read that any more until it has met the others again.
    case leaseExpired(reason: String)
    /// The store is open elsewhere: in another process, or in another handle of this one.
    case inUse
    /// The store was written by a newer version: update the program.
    case tooNew
    /// A defect of ours, or of the phone's services.
    case `internal`(reason: String)
}

import KabanCore

/// Asks the core; whatever it throws comes out as ours.
func asking<T>(_ ask: () throws -> T) throws(KabanFailure) -> T {
    do {
        return try ask()
    } catch {
        throw KabanFailure(error)
    }
}

/// Asks the core for something that has to be waited for.
func waiting<T>(_ ask: () async throws -> T) async throws(KabanFailure) -> T {
    do {
        return try await ask()
    } catch {
        throw KabanFailure(error)
    }
}

extension KabanFailure {
    /// What was thrown across the boundary. What is no error of the core's own is a defect, named by
    /// its type: its text might hold anything.
    init(_ error: any Error) {
        switch error {
        case let error as KabanCore.KabanError: self.init(core: error)
        case let failure as KabanFailure: self = failure
        default: self = .internal(reason: nameOfType(of: error))
        }
    }

    init(core: KabanCore.KabanError) {
        switch core {
        case .Locked: self = .locked
        case .WrongPassphrase: self = .wrongPassphrase
        case .NotFound(let what): self = .notFound(what: what)
        case .Invalid(let field, let reason): self = .invalid(field: field, reason: reason)
        case .Rule(let rule): self = .rule(rule: rule)
        case .Conflict(let what): self = .conflict(what: what)
        case .Offline(let reason): self = .offline(reason: reason)
        case .Storage(let reason): self = .storage(reason: reason)
        case .Damaged(let reason): self = .damaged(reason: reason)
        case .Tampered(let reason): self = .tampered(reason: reason)
        case .LeaseExpired(let reason): self = .leaseExpired(reason: reason)
        case .InUse: self = .inUse
        case .TooNew: self = .tooNew
        case .Internal(let reason): self = .internal(reason: reason)
        }
    }
}

/// What may be told about an error that somebody else made.
func nameOfType(of error: any Error) -> String { String(describing: type(of: error)) }

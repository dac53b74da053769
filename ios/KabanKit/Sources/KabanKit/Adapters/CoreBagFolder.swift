import Foundation
import KabanCore

/// The real bag of a folder, on a phone with these services.
public func bagFolder(_ folder: URL, services: PhoneServices) -> any BagFolder {
    CoreBagFolder(folder: folder, services: services)
}

/// A folder with the core's bag in it, as ours: it only maps.
private struct CoreBagFolder: BagFolder {
    let folder: URL
    let services: PhoneServices

    func hasBag() async -> Bool { KabanCore.hasBag(folder: folder.path) }

    func found(
        _ association: String, by person: Person, secret: Secret
    ) async throws(KabanFailure) -> any Bag {
        let request = KabanCore.FoundRequest(association: association, person: person.core)
        return try await opening(secret) { secret in
            try await KabanCore.Bag.found(
                folder: folder.path, secret: secret, request: request, services: services.core)
        }
    }

    func requestToJoin(as person: Person, secret: Secret) async throws(KabanFailure) -> JoinRequest {
        try await waiting {
            try await secret.lend { secret in
                JoinRequest(
                    try await KabanCore.requestToJoin(
                        folder: folder.path, secret: secret, person: person.core, services: services.core))
            }
        }
    }

    func answerAdmin(_ challenge: String, secret: Secret) async throws(KabanFailure) -> String {
        try await waiting {
            try await secret.lend { secret in
                try await KabanCore.answerAdmin(
                    folder: folder.path, secret: secret, challenge: challenge, services: services.core)
            }
        }
    }

    func challengeAdmin(with grant: Data, secret: Secret) async throws(KabanFailure) -> Grant {
        try await waiting {
            try await secret.lend { secret in
                Grant(
                    try await KabanCore.challengeAdmin(
                        folder: folder.path, secret: secret, grant: grant, services: services.core))
            }
        }
    }

    func join(with grant: Data, proof: Proof, secret: Secret) async throws(KabanFailure) -> any Bag {
        try await opening(secret) { secret in
            try await KabanCore.Bag.join(
                folder: folder.path, secret: secret, grant: grant, proof: proof.core, services: services.core)
        }
    }

    func open(secret: Secret, as member: MemberID?) async throws(KabanFailure) -> any Bag {
        try await opening(secret) { secret in
            try await KabanCore.Bag.open(
                folder: folder.path, secret: secret, member: member?.text, services: services.core)
        }
    }

    private func opening(
        _ secret: Secret, _ open: (Data) async throws -> KabanCore.Bag
    ) async throws(KabanFailure) -> any Bag {
        CoreBag(core: try await waiting { try await secret.lend(open) })
    }
}

import Foundation
import KabanKit

/// Letting a device in: what two people speak, and who let whom in.
let pairingPlays: [String: Play] = [
    "challenge_newcomer": { story, inputs in
        let association = try story.bag(inputs).association
        let challenge = try await association.challengeNewcomer(try story.file(inputs))
        return ["name": .text(challenge.name), "challenge": .text(challenge.challenge)]
    },
    "answer_admin": { story, inputs in
        let (challenge, secret) = (try inputs.text("challenge"), try inputs.secret)
        let folder = try story.phone(inputs).folder
        return ["answer": .text(try await folder.answerAdmin(challenge, secret: secret))]
    },
    "admit": { story, inputs in
        let association = try story.bag(inputs).association
        let joined = try await association.admit(try story.file(inputs), proof: try inputs.proof)
        try story.keep(file: joined.grant, inputs)
        return [
            "member": JSON(joined.member), "compared": caseName(joined.compared),
            "fingerprint": .text(joined.fingerprint),
        ]
    },
    "challenge_admin": { story, inputs in
        let (file, secret) = (try story.file(inputs), try inputs.secret)
        let grant = try await story.phone(inputs).folder.challengeAdmin(with: file, secret: secret)
        return [
            "association": .text(grant.association), "admin": .text(grant.admin), "challenge": .text(grant.challenge),
        ]
    },
    "answer_newcomer": { story, inputs in
        let association = try story.bag(inputs).association
        let (member, challenge) = (try inputs.member, try inputs.text("challenge"))
        return ["answer": .text(try await association.answerNewcomer(member, challenge: challenge))]
    },
    "admissions": { story, inputs in
        let admissions = try await story.bag(inputs).association.admissions()
        return ["admissions": JSON(admissions.map(\.json))]
    },
    "see_admissions": { story, inputs in
        try await story.bag(inputs).association.seeAdmissions()
        return [:]
    },
]

extension Inputs {
    /// What a step has in hand.
    var proof: Proof {
        get throws {
            if let digits = try textIfAny("answer") { return .answer(digits: digits) }
            if let text = try textIfAny("scanned") { return .scanned(text: text) }
            return .notCompared
        }
    }
}

extension Admission {
    fileprivate var json: JSON {
        ["name": .text(name), "by": .text(by), "compared": caseName(compared), "new": JSON(isNew)]
    }
}

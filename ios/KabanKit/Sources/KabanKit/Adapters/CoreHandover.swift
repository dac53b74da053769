import Foundation
import KabanCore

struct CoreHandover: Handover {
    let core: KabanCore.Handover

    func offer(to member: MemberID, on device: DeviceID) async throws(KabanFailure) -> HandoverStep {
        try await waiting { HandoverStep(try await core.offer(to: member.text, device: device.text)) }
    }

    func receive(_ file: Data?) async throws(KabanFailure) -> HandoverStep {
        try await waiting { HandoverStep(try await core.receive(file: file)) }
    }

    func accept() async throws(KabanFailure) -> HandoverStep {
        try await waiting { HandoverStep(try await core.accept()) }
    }

    func release(_ file: Data?) async throws(KabanFailure) -> HandoverStep {
        try await waiting { HandoverStep(try await core.release(file: file)) }
    }

    func withdraw() async throws(KabanFailure) -> HandoverStatus {
        try await waiting { HandoverStatus(try await core.withdraw()) }
    }

    func status() async throws(KabanFailure) -> HandoverStatus {
        try await waiting { HandoverStatus(try await core.status()) }
    }
}

#if os(Linux)
import Foundation
import Testing

@testable import KabanKit

@Suite(.timeLimit(.minutes(15)))
struct MemoryTests {
    /// What one cycle may leave behind, bytes. A small bag that is kept leaves 310,000 (measured 2026-11-24).
    static let bytesPerCycleMax = 4_096.0

    @Test("a thousand bags that were opened, watched, asked and closed leave nothing behind")
    func cycles() async throws {
        let place = try TemporaryFolder()
        let phone = try TestPhone(in: place.url)
        let pack = place.url.appending(path: "district.kpack")
        try Stage.pack(pack)
        let bag = try await phone.found()
        let patient = try await bag.patients.register(aRegistration())
        try await bag.lock()

        for _ in 0..<100 { try await cycle(phone, patient, pack) }
        let filesBefore = openFiles()
        var samples: [(cycle: Double, bytes: Double)] = []
        for number in 0..<1_000 {
            try await cycle(phone, patient, pack)
            if number.isMultiple(of: 10) { samples.append((Double(number), residentBytes())) }
        }
        let slope = slope(of: samples)
        report("memory: \(Int(slope)) bytes a cycle over 1000 cycles, \(Int(samples[0].bytes / 1e6)) MB resident")
        #expect(slope < Self.bytesPerCycleMax)
        #expect(openFiles() <= filesBefore + 8)
    }

    private func cycle(_ phone: TestPhone, _ patient: PatientID, _ pack: URL) async throws {
        let bag = try await phone.open()
        let lids = bag.watchLid()
        _ = try await lids.next()
        _ = try await bag.patients.list()
        _ = try await bag.patients.page(of: patient)
        _ = try await bag.patients.search("たなか")
        _ = try await bag.map.openPack(pack.path)
        let journey = Journey(from: .point(at: aPoint()), to: .point(at: aPoint(140.515)))
        _ = try await bag.map.route(journey)
        await bag.map.closePack()
        try await bag.lock()
        for await _ in lids {}
    }

    private func residentBytes() -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? .nan
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private func openFiles() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? .max
    }

    /// Of the straight line that lies nearest to the samples.
    private func slope(of samples: [(cycle: Double, bytes: Double)]) -> Double {
        let count = Double(samples.count)
        let (meanX, meanY) = (samples.reduce(0) { $0 + $1.cycle } / count, samples.reduce(0) { $0 + $1.bytes } / count)
        let over = samples.reduce(0) { $0 + ($1.cycle - meanX) * ($1.bytes - meanY) }
        return over / samples.reduce(0) { $0 + ($1.cycle - meanX) * ($1.cycle - meanX) }
    }
}
#endif

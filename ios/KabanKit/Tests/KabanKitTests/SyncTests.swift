import Foundation
import Testing

@testable import KabanKit

@Suite(.timeLimit(.minutes(10)))
struct SyncTests {
    /// More than one page of envelopes holds.
    static let notes = 600

    @Test("a synchronisation that is cancelled midway loses nothing, and the next one finishes")
    func cancelledMidway() async throws {
        let place = try TemporaryFolder()
        let relay = try TestRelay(place.url.appending(path: "relay"), at: TestClock.start)
        let bag = try await TestPhone(in: place.url).found()
        for number in 0..<Self.notes { try await bag.notebook.write("\(number)", about: nil, isUrgent: false) }
        let written = try await bag.lid().unsent

        let address = relay.address
        let (begun, firstPage) = (Inbox<Void>(), Inbox<SyncProgress>())
        let running = Guarded<Task<SyncOutcome, any Error>?>(nil)
        let run = Task {
            defer { firstPage.close() }
            try await begun.next()
            return try await bag.sync(with: address) { progress in
                // Cancelled from within, before the next page is asked for.
                running.now?.cancel()
                firstPage.put(progress)
            }
        }
        running.with { $0 = run }
        begun.put(())
        let reached = try await firstPage.next()
        guard case .cancelled(let progress) = try await run.value else {
            Issue.record("it should have been cancelled")
            return
        }
        #expect(reached.unsent > 0)
        #expect(progress.unsent <= reached.unsent)
        #expect(try await bag.lid().unsent > 0)
        #expect(try await bag.lid().unsent < written)
        #expect(try await bag.health().isWell)

        guard case .finished(let report) = try await bag.sync(with: address) else {
            Issue.record("it should have finished")
            return
        }
        #expect(report.refused.isEmpty)
        #expect(try await bag.lid().unsent == 0)
        #expect(try await bag.health().isWell)
        #expect(try await bag.notebook.list().count == Self.notes)
        try await bag.lock()
    }

    @Test("a relay that falls silent midway is left when the task is cancelled, and the bag answers meanwhile")
    func silentRelay() async throws {
        let place = try TemporaryFolder()
        let relay = try TestRelay(place.url.appending(path: "relay"), at: TestClock.start)
        let bag = try await TestPhone(in: place.url).found()
        let patient = try await bag.patients.register(aRegistration())
        for number in 0..<Self.notes { try await bag.notebook.write("\(number)", about: nil, isUrgent: false) }
        let (address, fallSilent, firstPage) = (relay.address, relay.fallSilent, Inbox<Void>())
        let run = Task {
            defer { firstPage.close() }
            return try await bag.sync(with: address) { _ in
                fallSilent()
                firstPage.put(())
            }
        }
        try await firstPage.next()
        #expect(try await bag.patients.page(of: patient).id == patient)
        run.cancel()
        guard case .cancelled(let progress) = try await run.value else {
            Issue.record("it should have been cancelled")
            return
        }
        #expect(progress.unsent > 0)
        relay.goOn()
        guard case .finished = try await bag.sync(with: address) else {
            Issue.record("it should have finished")
            return
        }
        #expect(try await bag.lid().unsent == 0)
        try await bag.lock()
    }

    @Test("a stream of a synchronisation tells its pages and how it ended")
    func stream() async throws {
        let place = try TemporaryFolder()
        let relay = try TestRelay(place.url.appending(path: "relay"), at: TestClock.start)
        let bag = try await TestPhone(in: place.url).found()
        _ = try await bag.patients.register(aRegistration())
        var events: [SyncEvent] = []
        for await event in bag.syncing(with: relay.address) { events.append(event) }
        #expect(events.contains { if case .progress = $0 { true } else { false } })
        guard case .ended(.finished(let report))? = events.last else {
            Issue.record("it should have finished")
            return
        }
        #expect(report.sent > 0)
        relay.end()
        events = []
        for await event in bag.syncing() { events.append(event) }
        guard case .failed(.offline)? = events.last else {
            Issue.record("it should have been offline")
            return
        }
        try await bag.lock()
    }

    @Test("whoever stops looking at a synchronisation cancels it")
    func leftStream() async throws {
        let place = try TemporaryFolder()
        let relay = try TestRelay(place.url.appending(path: "relay"), at: TestClock.start)
        let bag = try await TestPhone(in: place.url).found()
        for number in 0..<Self.notes { try await bag.notebook.write("\(number)", about: nil, isUrgent: false) }
        for await _ in bag.syncing(with: relay.address) { break }
        #expect(try await bag.health().isWell)
        guard case .finished = try await bag.sync(with: relay.address) else {
            Issue.record("it should have finished")
            return
        }
        #expect(try await bag.lid().unsent == 0)
        try await bag.lock()
    }

    @Test("a page that is not here yet is a failure to whoever watches it, and is told when it has come")
    func pageComesIn() async throws {
        let place = try TemporaryFolder()
        let relay = try TestRelay(place.url.appending(path: "relay"), at: TestClock.start)
        let sato = try await TestPhone(in: place.url.appending(path: "sato")).found()
        let phone = try TestPhone(in: place.url.appending(path: "ito"))
        let ito = Person(name: "伊藤 正夫", kana: "イトウ マサオ", role: "doctor", phone: "0479-00-0002")
        let request = try await phone.folder.requestToJoin(as: ito, secret: Secret("31415926"))
        let admitted = try await sato.association.admit(request.request, proof: .notCompared)
        let bag = try await phone.folder.join(
            with: admitted.grant, proof: .notCompared, secret: Secret("31415926"))
        var registration = aRegistration(name: "田中 ハル")
        registration.deputy = admitted.member
        let patient = try await sato.patients.register(registration)
        _ = try await sato.sync(with: relay.address)

        let pages = bag.patients.watchPage(of: patient)
        #expect(try await pages.next().failure?.json["error"] == "not_found")
        _ = try await bag.sync(with: relay.address)
        #expect(try await pages.next { $0.value != nil }.value?.name == "田中 ハル")
        try await sato.lock()
        try await bag.lock()
    }
}

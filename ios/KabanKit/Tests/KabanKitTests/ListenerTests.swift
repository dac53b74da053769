import Foundation
import Testing

@testable import KabanKit

@Suite(.timeLimit(.minutes(5)))
struct ListenerTests {
    let place: TemporaryFolder
    let bag: any Bag

    init() async throws {
        place = try TemporaryFolder()
        bag = try await TestPhone(in: place.url).found()
    }

    @Test("the current value comes first, then every change")
    func currentFirst() async throws {
        let core = try #require(bag as? CoreBag)
        let told = Inbox<Lid?>()
        let end = try core.hearLid { told.put($0.value) }
        let first = try await told.next()
        #expect(first?.patients == 0)
        for count in UInt32(1)...3 {
            _ = try await bag.patients.register(aRegistration())
            _ = try await told.next { $0?.patients == count }
        }
        end()
    }

    @Test("listeners are called off the main thread, even when the main actor subscribed")
    @MainActor func offTheMainThread() async throws {
        let core = try #require(bag as? CoreBag)
        let told = Inbox<Bool>()
        let end = try core.hearLid { _ in told.put(Thread.isMainThread) }
        #expect(try await told.next() == false)
        _ = try await bag.patients.register(aRegistration())
        #expect(try await told.next() == false)
        end()
    }

    @Test("a listener that throws harms nobody, and is called again with the next change")
    func throwing() async throws {
        struct Clumsy: Error {}
        let core = try #require(bag as? CoreBag)
        let (clumsy, calm) = (Inbox<UInt32>(), Inbox<UInt32>())
        let ends = [
            try core.hearLid { told in
                clumsy.put(told.value?.patients ?? .max)
                throw Clumsy()
            },
            try core.hearLid { told in calm.put(told.value?.patients ?? .max) },
        ]
        for count in UInt32(1)...3 {
            _ = try await bag.patients.register(aRegistration())
            _ = try await clumsy.next { $0 == count }
            _ = try await calm.next { $0 == count }
        }
        #expect(try await bag.health().isWell)
        for end in ends { end() }
    }

    @Test("nothing comes after a subscription has ended")
    func nothingAfterTheEnd() async throws {
        let core = try #require(bag as? CoreBag)
        let (ended, other) = (Guarded(0), Inbox<UInt32>())
        let began = Inbox<Void>()
        let end = try core.hearLid { _ in
            ended.with { $0 += 1 }
            began.put(())
        }
        try await began.next()
        end()
        let before = ended.now
        let endOther = try core.hearLid { told in other.put(told.value?.patients ?? .max) }
        for count in UInt32(1)...10 {
            _ = try await bag.patients.register(aRegistration())
            _ = try await other.next { $0 == count }
        }
        #expect(ended.now == before)
        endOther()
    }

    @Test("a stream tells the current value, then what it has become")
    func stream() async throws {
        let lists = bag.patients.watchList()
        #expect(try await lists.next().value == [])
        let patient = try await bag.patients.register(aRegistration(name: "田中 ハル"))
        let told = try await lists.next { $0.value?.isEmpty == false }
        #expect(told.value?.map(\.id) == [patient])
        let pages = bag.patients.watchPage(of: patient)
        #expect(try await pages.next().value?.name == "田中 ハル")
        try await bag.patients.setField(FieldID("severity"), of: patient, to: "watch")
        #expect(try await pages.next { $0.value?.severity.code == "watch" }.value?.id == patient)
        let notes = bag.notebook.watch()
        try await bag.notebook.write("今夜は雪の予報", about: patient, isUrgent: true)
        #expect(try await notes.next { $0.value?.isEmpty == false }.value?.first?.patient == patient)
    }

    @Test("locking is the last event of a stream")
    func locked() async throws {
        let lids = bag.watchLid()
        _ = try await lids.next()
        try await bag.lock()
        var last: Told<Lid>?
        for await told in lids { last = told }
        #expect(last?.failure == .locked)
    }

    @Test("a subscription that cannot begin is an event in its stream, and its last")
    func cannotBegin() async throws {
        var events: [Told<Page>] = []
        for await told in bag.patients.watchPage(of: PatientID("田中")) { events.append(told) }
        #expect(events.first?.failure?.json == ["error": "invalid", "field": "patient"])
        #expect(events.count == 1)
    }

    #if os(Linux)
    @Test("a stream that nobody holds any more has ended its subscription")
    func dropped() async throws {
        var lids: Subscribed<Lid>? = bag.watchLid()
        _ = try await lids?.next()
        #expect(watchingThreads() >= 1)
        lids = nil
        while watchingThreads() > 0, !Task.isCancelled { await Task.yield() }
        #expect(watchingThreads() == 0)
    }

    /// Threads of the core that watch a bag, in this process.
    private func watchingThreads() -> Int {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        let names = threads.map { try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8) }
        return names.count { $0?.hasPrefix("kaban-watch") == true }
    }
    #endif
}

import Foundation
import KabanKit

/// The program that plays what stands around the phones: `kaban-stage`.
enum Stage {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "KABAN_STAGE names no kaban-stage: run these tests by `cargo xtask test-swift`" }
    }

    static func process(_ arguments: String...) throws -> Process {
        guard let path = ProcessInfo.processInfo.environment["KABAN_STAGE"],
            FileManager.default.isExecutableFile(atPath: path)
        else { throw Missing() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        return process
    }

    /// Changes one byte of a stored row of a locked bag.
    static func tamper(_ bag: URL, row: String) throws { try run(process("tamper", bag.path, row)) }

    /// Writes the pack of a small district that does not exist.
    static func pack(_ file: URL) throws { try run(process("pack", file.path)) }

    private static func run(_ process: Process) throws {
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw StageFailed(status: process.terminationStatus) }
    }
}

struct StageFailed: Error { let status: Int32 }

/// A real relay in a process of its own, for as long as this lives.
final class TestRelay {
    let address: String
    private let process: Process
    private let input = Pipe()
    private let clock: URL

    /// Its clock stands at `instant` until it is set.
    init(_ folder: URL, at instant: Instant) throws {
        clock = folder.appendingPathExtension("clock")
        process = try Stage.process("relay", folder.path, clock.path)
        try Self.put(instant, in: clock)
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { throw StageFailed(status: -1) }
            line += more
        }
        address = String(decoding: line.dropLast(), as: UTF8.self)
    }

    deinit { if process.isRunning { end() } }

    /// Sets its clock.
    func setClock(_ instant: Instant) throws { try Self.put(instant, in: clock) }

    /// Puts a new file in the place of the old one, so that the relay never reads half an instant.
    private static func put(_ instant: Instant, in clock: URL) throws {
        try Data(instant.text.utf8).write(to: clock, options: .atomic)
    }

    /// Ends it, and waits until nobody answers any more.
    func end() {
        goOn()
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Takes connections, and answers none until it goes on.
    var fallSilent: @Sendable () -> Void {
        let relay = process.processIdentifier
        return { kill(relay, SIGSTOP) }
    }

    /// Answers again.
    func goOn() { kill(process.processIdentifier, SIGCONT) }
}

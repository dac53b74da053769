import Foundation

/// The checkout that these tests were built from.
enum Checkout {
    static let root: URL = {
        // Tests/KabanKitTests/Support/Places.swift within ios/KabanKit.
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<6 { folder.deleteLastPathComponent() }
        return folder
    }()
    static let scenarios = root.appending(path: "tests/scenarios")
    static let kit = root.appending(path: "ios/KabanKit")
}

/// A folder that goes with whoever holds it.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "kaban-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}

import Foundation
import Testing

@Suite struct ImportTests {
    @Test("generated code is imported by the adapters alone")
    func onlyAdapters() throws {
        let files = try #require(FileManager.default.enumerator(at: Checkout.kit, includingPropertiesForKeys: nil))
        let swift = files.compactMap { $0 as? URL }.filter { file in
            file.pathExtension == "swift" && !file.path.contains("/.build/")
        }
        let word = "import " + "KabanCore"
        let importing = try swift.filter { try String(contentsOf: $0, encoding: .utf8).contains(word) }
        let elsewhere = importing.map(\.path).filter {
            !$0.contains("/Sources/KabanKit/Adapters/") && !$0.contains("/Sources/KabanCore/")
        }
        #expect(elsewhere.isEmpty)
        #expect(importing.count > 5)
    }
}

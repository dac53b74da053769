import Foundation

/// A PIN or a passphrase on its way to the core. Its bytes are wiped when it goes, and it prints
/// nothing; the text field it was typed into, and what is copied while it crosses, cannot be wiped.
public final class Secret: Confidential, @unchecked Sendable {
    // Written by `init` and `deinit` only, which is why it may be shared.
    private let bytes: UnsafeMutableRawBufferPointer

    /// The secret of a text as typed.
    public init(_ text: String) {
        let utf8 = Array(text.utf8)
        bytes = .allocate(byteCount: utf8.count, alignment: 1)
        bytes.copyBytes(from: utf8)
    }

    deinit {
        for at in bytes.indices { bytes[at] = 0 }
        bytes.deallocate()
    }

    /// Lends the bytes for one call.
    func lend<T>(_ use: (Data) async throws -> T) async rethrows -> T {
        try await use(Data(bytes))
    }
}

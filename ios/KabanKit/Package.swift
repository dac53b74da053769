// swift-tools-version:6.0
// No package is depended on: this has to resolve with no network. What only the app needs, such as
// its map, belongs to the app's project.
import PackageDescription

// The C module of the Rust library. Linux: the header and module map that test-on-linux.sh puts
// there; the library is named to the linker. Apple: what build-xcframework.sh makes on a Mac.
#if os(Linux)
let ffi: Target = .systemLibrary(name: "KabanCoreFFI", path: "Sources/KabanCoreFFI")
#else
let ffi: Target = .binaryTarget(name: "KabanCoreFFI", path: "KabanCore.xcframework")
#endif

let package = Package(
    name: "KabanKit",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [.library(name: "KabanKit", targets: ["KabanKit"])],
    targets: [
        ffi,
        // Generated. In Swift 5 mode, because the compiler of Debian trixie (6.0.3, with its
        // assertions on) aborts on what UniFFI writes for async foreign traits in Swift 6 mode.
        .target(
            name: "KabanCore",
            dependencies: ["KabanCoreFFI"],
            swiftSettings: [.swiftLanguageMode(.v5)]
        ),
        .target(name: "KabanKit", dependencies: ["KabanCore"]),
        .testTarget(name: "KabanKitTests", dependencies: ["KabanKit"]),
    ],
    swiftLanguageModes: [.v6]
)

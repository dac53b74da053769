#!/bin/bash
# Makes KabanKit/KabanCore.xcframework and the generated Swift. On a Mac only: needs Xcode, and Rust with the targets
# below (`rustup target add`). On Linux this file is only checked for its syntax.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
kit=$root/ios/KabanKit
made=$target/bindings/swift
out=$kit/KabanCore.xcframework

if [[ $(uname) != Darwin ]]; then
    echo "build-xcframework.sh: Apple's linker and xcodebuild exist on a Mac only" >&2
    exit 1
fi

# A phone, the simulator on both kinds of Mac, and macOS for `swift test` on the Mac itself.
targets=(aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin)
export IPHONEOS_DEPLOYMENT_TARGET=17.0 MACOSX_DEPLOYMENT_TARGET=14.0
cd "$root"
for triple in "${targets[@]}"; do
    cargo rustc --release --package kaban-ffi --lib --crate-type staticlib --target "$triple"
done

# The bindings are read out of a library of this machine; they are the same for every target.
cargo build --package uniffi-bindgen
rm -rf "$made"
(cd bindings/kaban-ffi && "$target/debug/uniffi-bindgen" generate "$target/aarch64-apple-darwin/release/libkaban_ffi.a" \
    --language swift --no-format --out-dir "$made")

headers=$target/bindings/headers
rm -rf "$headers" "$out"
mkdir -p "$headers" "$kit/Sources/KabanCore"
cp "$made/KabanCoreFFI.h" "$headers/"
cp "$made/KabanCoreFFI.modulemap" "$headers/module.modulemap"
cp "$made/KabanCore.swift" "$kit/Sources/KabanCore/"

# One slice for each platform: two architectures of one platform share a file.
mkdir -p "$target/apple/simulator" "$target/apple/macos"
lipo -create "$target"/{aarch64-apple-ios-sim,x86_64-apple-ios}/release/libkaban_ffi.a \
    -output "$target/apple/simulator/libkaban_ffi.a"
lipo -create "$target"/{aarch64,x86_64}-apple-darwin/release/libkaban_ffi.a \
    -output "$target/apple/macos/libkaban_ffi.a"
xcodebuild -create-xcframework \
    -library "$target/aarch64-apple-ios/release/libkaban_ffi.a" -headers "$headers" \
    -library "$target/apple/simulator/libkaban_ffi.a" -headers "$headers" \
    -library "$target/apple/macos/libkaban_ffi.a" -headers "$headers" \
    -output "$out"

#!/bin/bash
# Builds KabanKit against the real library and runs its tests and its lint, on Linux.
#
#   ios/test-on-linux.sh toolchain [TARGET]   a Swift of at least 6: the host's, or Debian trixie's unpacked into TARGET
#   ios/test-on-linux.sh test [TARGET]        the tests, then the lint
#
# TARGET is cargo's target folder, by default `target` of this checkout. `cargo xtask bindings` must have made
# TARGET/release/libkaban_ffi.so and TARGET/bindings/swift, and cargo TARGET/release/kaban-stage (or, within TARGET,
# what KABAN_STAGE names): nothing of Rust is built here. `cargo xtask test-swift` does all of it.
#
# The unpacked toolchain (about 2.6 GB) is used through chroot, because its files need a newer C library than
# Debian bookworm's. That needs root and the `unshare` of util-linux. Both commands may be killed and run again.
set -euo pipefail
command=${1:-}
root=$(cd "$(dirname "$0")/.." && pwd)
target=$(realpath -m "${2:-$root/target}")
tree=$target/swift-toolchain
stage=${KABAN_STAGE:-$target/release/kaban-stage}
kit=$root/ios/KabanKit
suite=trixie
# libc6-dev and libstdc++-14-dev are only recommended by swiftlang, and nothing links without them.
packages=swiftlang,libc6-dev,libstdc++-14-dev,bash,coreutils,ca-certificates
# The library refuses to go on the network on a machine without a single root certificate. Nothing here leaves the
# machine, so one will do; the bundle of all would be made by a maintainer script, and none has run.
root_certificate=/usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt

die() {
    echo "test-on-linux.sh: $*" >&2
    exit 1
}

host_swift() {
    local version
    version=$(swift --version 2>/dev/null) || return 1
    [[ $version =~ Swift\ version\ ([0-9]+) ]] && ((BASH_REMATCH[1] >= 6))
}

# A mount namespace of its own: mounts vanish with the process, also when it is killed, and no `rm -rf` can follow one.
apart() { unshare --mount --propagation private "$@"; }

toolchain() {
    if host_swift; then
        echo "swift is the host's"
        return
    fi
    [[ $(id -u) == 0 ]] || die "not root, and no swift of at least 6 on PATH"
    mkdir -p "$target"
    exec 9>"$tree.lock"
    flock 9
    local want="$suite $packages"
    if [[ $(cat "$tree/.stamp" 2>/dev/null) == "$want" ]]; then
        echo "swift is unpacked already"
        return
    fi
    command -v mmdebstrap >/dev/null || die "no mmdebstrap; type: apt-get install --no-install-recommends mmdebstrap"
    rm -rf "$tree" "$tree.tmp"
    # The variant `extract` unpacks and runs no maintainer script, which is quicker and leaves nothing to configure.
    apart mmdebstrap --quiet --mode=root --variant=extract --include="$packages" "$suite" "$tree.tmp"
    echo "$want" >"$tree.tmp/.stamp"
    mv "$tree.tmp" "$tree"
    echo "swift is unpacked"
}

# What a bag took for its PIN (19 MiB) goes back at once, and one heap serves all threads; else a measurement of
# the memory shows which heap happened to hold it.
memory=(MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=1048576)

# Runs a command in the checkout, with swift on PATH: on the host, or in the unpacked tree with checkout and target
# folder at their own paths, so that what is printed names files that are there.
in_swift() {
    if host_swift; then
        (cd "$root" && env "${memory[@]}" KABAN_STAGE="$stage" "$@")
        return
    fi
    [[ -e $tree/.stamp ]] || die "no swift yet; type: ios/test-on-linux.sh toolchain"
    # shellcheck disable=SC2016
    apart bash -c '
        set -e
        tree=$1 root=$2 target=$3 certificate=$4 stage=$5 memory=("$6" "$7")
        shift 7
        mkdir -p "$tree/proc" "$tree/dev" "$tree/tmp"
        mount -t proc proc "$tree/proc"
        mount --rbind /dev "$tree/dev"
        mount -t tmpfs tmpfs "$tree/tmp"
        # After that, because the checkout may lie in /tmp itself.
        mkdir -p "$tree$root"
        mount --bind "$root" "$tree$root"
        mkdir -p "$tree$target"
        mount --bind "$target" "$tree$target"
        exec chroot "$tree" /usr/bin/env --ignore-environment --chdir="$root" HOME=/tmp TMPDIR=/tmp LANG=C.UTF-8 \
            PATH=/usr/libexec/swift/bin:/usr/bin:/bin \
            SSL_CERT_FILE="$certificate" KABAN_STAGE="$stage" "${memory[@]}" "$@"
    ' bash "$tree" "$root" "$target" "$root_certificate" "$stage" "${memory[@]}" "$@"
}

# Copies what has changed only, so that what has not is not compiled again.
put() {
    [[ -e $1 ]] || die "no $1; type: cargo xtask bindings"
    cmp -s "$1" "$2" || cp "$1" "$2"
}

tests() {
    local made=$target/bindings/swift file
    for file in "$target/release/libkaban_ffi.so" "$stage"; do
        [[ -e $file ]] || die "no $file; type: cargo xtask test-swift"
    done
    mkdir -p "$kit/Sources/KabanCore" "$kit/Sources/KabanCoreFFI"
    put "$made/KabanCore.swift" "$kit/Sources/KabanCore/KabanCore.swift"
    put "$made/KabanCoreFFI.h" "$kit/Sources/KabanCoreFFI/KabanCoreFFI.h"
    put "$made/KabanCoreFFI.modulemap" "$kit/Sources/KabanCoreFFI/module.modulemap"
    # lld, because GNU ld refuses libswiftObservation.so of Swift before 6.2 (undefined swift::threading::fatal).
    # One test at a time, because one of them measures the memory of the whole process.
    in_swift swift test --package-path "$kit" --scratch-path "$target/swift-build" --disable-xctest --no-parallel \
        -Xswiftc -use-ld=lld -Xlinker "-L$target/release" -Xlinker -lkaban_ffi -Xlinker -rpath -Xlinker "$target/release" 2>&1
    in_swift swift format lint --strict --recursive --configuration "$root/ios/.swift-format" \
        "$kit/Package.swift" "$kit/Sources/KabanKit" "$kit/Tests"
    echo "swift format finds nothing"
}

case $command in
toolchain) toolchain ;;
test) tests ;;
*) die "toolchain or test is meant; read the head of this file" ;;
esac

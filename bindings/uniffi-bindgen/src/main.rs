//! The generator of the library version that `kaban-ffi` is built with; a crate of its own, so
//! that nothing of it comes into the phone's library. `cargo xtask bindings` calls it.
fn main() {
    uniffi::uniffi_bindgen_main();
}

//! Chance comes in as an argument, so that a test can seed it and a simulation can replay it.

/// A source of random bytes, object safe.
pub trait Random: Send {
    /// Fills `dest` with random bytes.
    fn fill(&mut self, dest: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    /// # Panics
    /// When the operating system has no randomness to give: a key made then would be worse than a crash.
    fn fill(&mut self, dest: &mut [u8]) {
        getrandom::fill(dest).expect("an operating system without randomness cannot make keys");
    }
}

/// `N` random bytes.
pub fn bytes<const N: usize>(rng: &mut dyn Random) -> [u8; N] {
    let mut out = [0; N];
    rng.fill(&mut out);
    out
}

//! Chance that can be replayed.

use kaban_proto::random::Random;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A seeded generator: keys of test devices, and what happens to them.
#[derive(Clone)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The same seed gives the same story.
    pub fn seeded(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A generator of its own for one part of the story, so that the others do not shift when
    /// this part draws more or less.
    pub fn branch(&mut self) -> Self {
        Self::seeded(self.0.next_u64())
    }

    /// A number below `end`.
    ///
    /// # Panics
    /// When `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        assert!(end > 0, "there is no number below 0");
        usize::try_from(self.0.next_u64() % end as u64).unwrap()
    }

    /// True in `percent` of a hundred cases.
    pub fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Puts them in another order.
    pub fn shuffle<T>(&mut self, what: &mut [T]) {
        for end in (1..what.len()).rev() {
            what.swap(end, self.below(end + 1));
        }
    }
}

impl Random for Chance {
    fn fill(&mut self, dest: &mut [u8]) {
        self.0.fill_bytes(dest);
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn a_branch_does_not_shift_when_another_draws_more() {
        let (mut a, mut b) = (Chance::seeded(1), Chance::seeded(1));
        let (mut first, _) = (a.branch(), b.branch());
        first.below(10);
        assert_eq!(a.branch().below(1000), b.branch().below(1000));
    }

    #[test]
    fn shuffling_keeps_everything() {
        let mut numbers: Vec<_> = (0..50).collect();
        Chance::seeded(3).shuffle(&mut numbers);
        assert_ne!(numbers, (0..50).collect::<Vec<_>>());
        numbers.sort_unstable();
        assert_eq!(numbers, (0..50).collect::<Vec<_>>());
    }
}

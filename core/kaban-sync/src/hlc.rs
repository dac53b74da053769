//! Hybrid logical clock: 48 bits of milliseconds and a 16-bit counter.
//!
//! It orders only what cause does not order. No write is ever refused for a wrong clock: a
//! foreign reading more than a day ahead of ours is counted as one day ahead.

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};

/// How far ahead a foreign reading may pull ours, milliseconds.
pub const DRIFT_MAX_MS: u64 = 24 * 60 * 60 * 1000;
const MILLIS_MAX: u64 = (1 << 48) - 1;

/// One reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hlc(u64);

impl Hlc {
    /// A reading at `wall_ms` that is later than `last`.
    pub fn next(last: Self, wall_ms: i64) -> Self {
        let wall = u64::try_from(wall_ms).unwrap_or(0).min(MILLIS_MAX) << 16;
        Self(wall.max(last.0.saturating_add(1)))
    }

    /// The later of ours and a foreign reading, the foreign one capped at a day after `wall_ms`.
    pub fn witness(self, foreign: Self, wall_ms: i64) -> Self {
        let cap = u64::try_from(wall_ms)
            .unwrap_or(0)
            .saturating_add(DRIFT_MAX_MS)
            .min(MILLIS_MAX);
        Self(self.0.max(foreign.0.min(cap << 16)))
    }

    /// The 64 bits.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// A reading from its 64 bits.
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

impl Wire for Hlc {
    fn put(&self, w: &mut Writer) {
        self.0.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        u64::take(r).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_goes_back_even_when_the_wall_clock_does() {
        let first = Hlc::next(Hlc::default(), 1_000);
        let second = Hlc::next(first, 10);
        assert!(second > first);
        assert!(Hlc::next(second, 2_000) > second);
        assert_eq!(Hlc::next(Hlc::default(), -5), Hlc(1));
    }

    #[test]
    fn a_clock_far_ahead_pulls_ours_by_a_day_at_most() {
        let now = 1_700_000_000_000_i64;
        let ours = Hlc::next(Hlc::default(), now);
        let foreign = Hlc::next(Hlc::default(), now + 10 * 365 * 86_400_000);
        let seen = ours.witness(foreign, now);
        assert_eq!(seen.bits() >> 16, now as u64 + DRIFT_MAX_MS);
    }
}

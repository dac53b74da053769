//! What a route costs: the measure that is made small and, between equals, the other one.
//!
//! Two ways equally fast are told apart by their length (and two equally long by their time), so time and distance of an answer
//! depend on the question alone, not on the engine that found it. Both measures add up exactly in one number.

/// Deciseconds and decimetres in the order of importance; compared as one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cost(u64);

impl Cost {
    pub const ZERO: Self = Self(0);
    /// No way at all.
    pub const NONE: Self = Self(u64::MAX);

    /// `first` is made small; `second` decides between equals.
    pub const fn new(first: u32, second: u32) -> Self {
        Self((first as u64) << 32 | second as u64)
    }

    /// The sum; [`Cost::NONE`] stays what it is.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is made small.
    pub const fn first(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The other measure.
    pub const fn second(self) -> u32 {
        self.0 as u32
    }

    /// A share of the cost, each measure rounded for itself.
    pub fn share(self, share: f64) -> Self {
        let of = |whole: u32| (f64::from(whole) * share).round() as u32;
        Self::new(of(self.first()), of(self.second()))
    }
}

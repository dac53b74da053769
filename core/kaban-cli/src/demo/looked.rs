//! How many things a promise looked at: a promise that looked at too few has not been checked.

use super::report::Tell;

/// What was counted, out of how many, and how many it takes.
#[derive(Clone, Debug)]
pub struct Looked {
    found: u64,
    of: u64,
    least: u64,
    wanted: u64,
    also: bool,
    figure: Option<String>,
}

impl Looked {
    /// All of them have to be found, and there have to be at least so many.
    pub fn all(found: u64, of: u64, least: u64) -> Self {
        Self {
            found,
            of,
            least,
            wanted: of,
            also: true,
            figure: None,
        }
    }

    /// None of them may be found, and at least so many have to be looked at.
    pub fn none(found: u64, of: u64, least: u64) -> Self {
        Self {
            wanted: 0,
            ..Self::all(found, of, least)
        }
    }

    /// Something else has to be true as well.
    pub fn and(mut self, also: bool) -> Self {
        self.also &= also;
        self
    }

    /// Another figure than "found / of".
    pub fn figure(mut self, figure: impl Into<String>) -> Self {
        self.figure = Some(figure.into());
        self
    }

    /// Whether the promise held.
    pub fn held(&self) -> bool {
        // A minimum of nothing would let a promise pass that looked at nothing.
        self.found == self.wanted && self.of >= self.least.max(1) && self.also
    }

    /// The figure.
    pub fn shown(&self) -> String {
        let counted = format!("{} / {}", self.found, self.of);
        self.figure.clone().unwrap_or(counted)
    }

    /// How many were looked at, and how many it takes.
    pub fn words(&self, tell: Tell) -> String {
        let (of, least) = (self.of, self.least.max(1));
        tell.pick(
            format!("{of} 件を見た(少なくとも {least} 件)"),
            format!("looked at {of}, at least {least} needed"),
        )
    }
}

/// A number of things.
pub fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_that_looked_at_too_few_is_broken() {
        assert!(Looked::all(16, 16, 16).held());
        assert!(!Looked::all(15, 15, 16).held(), "all, but too few");
        assert!(!Looked::all(0, 0, 0).held(), "nothing was looked at");
        assert!(Looked::none(0, 700, 700).held());
        assert!(!Looked::none(0, 699, 700).held(), "none, but of too few");
        assert!(!Looked::none(0, 0, 0).held(), "none of nothing");
    }

    #[test]
    fn a_promise_with_one_missing_or_one_too_many_is_broken() {
        assert!(!Looked::all(15, 16, 1).held());
        assert!(!Looked::none(1, 700, 1).held());
        assert!(!Looked::all(16, 16, 1).and(false).held());
    }

    #[test]
    fn it_says_how_many_and_how_many_it_takes() {
        let tell = Tell {
            ja: false,
            quiet: true,
        };
        let looked = Looked::none(0, 700, 200);
        assert_eq!(looked.shown(), "0 / 700");
        assert_eq!(looked.words(tell), "looked at 700, at least 200 needed");
        assert_eq!(looked.figure("1 → 2").shown(), "1 → 2");
    }
}

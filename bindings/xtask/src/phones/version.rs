//! Versions of Rust: whether a compiler can build a given source of its standard library.

use std::fmt;

/// `1.97`: the last number never decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
}

impl Version {
    /// The first version in a text: `rustc 1.97.0-nightly (…)`, `rustc-1.97.1`.
    pub fn find(text: &str) -> Option<Self> {
        let words = text.split(|c: char| !c.is_ascii_digit() && c != '.');
        words.into_iter().find_map(|word| {
            let mut numbers = word.split('.');
            let major = numbers.next()?.parse().ok()?;
            let minor = numbers.next()?.parse().ok()?;
            Some(Self { major, minor })
        })
    }

    /// How many minor versions lie between; none when the major ones differ.
    pub fn distance(self, other: Self) -> Option<u32> {
        (self.major == other.major).then(|| self.minor.abs_diff(other.minor))
    }

    /// Whether a nightly of this version may build that source. The standard library uses
    /// features as its own compiler has them; one minor version aside they are mostly the same,
    /// and a nightly is up to twelve weeks older than the release of its number.
    pub fn builds(self, source: Self) -> bool {
        self.distance(source).is_some_and(|distance| distance <= 1)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    fn version(text: &str) -> Version {
        Version::find(text).expect("a version is in the text")
    }

    #[test]
    fn a_version_is_found_in_what_a_compiler_says_and_in_the_name_of_a_folder() {
        let nightly = version("rustc 1.97.0-nightly (e50aa6fba 2026-05-19)");
        assert_eq!(nightly.to_string(), "1.97");
        assert_eq!(version("rustc-1.97.1"), nightly);
        assert_eq!(Version::find("nightly"), None);
        assert_eq!(Version::find("rustc 99999999999.1"), None);
    }

    #[test]
    fn a_nightly_builds_the_library_of_its_own_version_and_of_its_neighbours() {
        let nightly = version("1.97.0");
        for near in ["1.96.0", "1.97.1", "1.98.0"] {
            assert!(nightly.builds(version(near)), "{near}");
        }
        for far in ["1.95.0", "1.99.0", "2.97.0"] {
            assert!(!nightly.builds(version(far)), "{far}");
        }
    }
}

//! Programs that see another day: libfaketime, from Debian, put before the C library.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::debian;

const DEBIAN: [&str; 2] = ["libfaketime", "tzdata"];

/// Half an hour off, on the other side of the earth from Japan.
const ZONE: &str = "America/St_Johns";
/// What it is ahead of UTC, in winter and in summer.
const OFFSETS: [&str; 2] = ["-0330", "-0230"];

const DAY: u64 = 86_400;

/// How far the clock of a program may be from where it was put: the time it takes to start one.
const SLACK_SECONDS: u64 = 600;

/// The library.
#[derive(Clone, Debug)]
pub struct Faketime(PathBuf);

/// A day that is not today, in another time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherDay {
    /// Its name in a table.
    pub name: &'static str,
    /// Seconds from now.
    ahead: u64,
}

impl OtherDay {
    /// A week, a year and ten years on, and the next 29 February.
    pub fn all() -> [Self; 4] {
        let day = |name, ahead| Self { name, ahead };
        [
            day("a week on", 7 * DAY),
            day("a year on", 365 * DAY),
            day("29 February", seconds_to_leap_day(now())),
            Self::FARTHEST,
        ]
    }

    /// Ten years on.
    pub const FARTHEST: Self = Self {
        name: "ten years on",
        ahead: 3653 * DAY,
    };
}

impl Faketime {
    /// Finds it, after installing it when it is not there, and sees that it takes effect.
    ///
    /// # Errors
    ///
    /// A sentence that says what is missing.
    pub fn find_or_install() -> Result<Self, String> {
        debian::install(&DEBIAN)?;
        let found = Self::find().ok_or("no libfaketimeMT.so.1, although it is installed")?;
        for day in OtherDay::all() {
            found.sees(day)?;
        }
        Ok(found)
    }

    /// Finds it.
    fn find() -> Option<Self> {
        let libraries = std::fs::read_dir("/usr/lib").ok()?.flatten();
        libraries
            .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
            .find(|library| library.exists())
            .map(Self)
    }

    /// Makes a program, and all that it starts, see that day. What it waits for lasts as long as
    /// ever.
    pub fn put<'c>(&self, command: &'c mut Command, day: OtherDay) -> &'c mut Command {
        command
            .env("LD_PRELOAD", &self.0)
            .env("FAKETIME", format!("+{}s", day.ahead))
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("TZ", ZONE)
    }

    /// Whether a program put there says so itself.
    fn sees(&self, day: OtherDay) -> Result<(), String> {
        let mut date = Command::new("date");
        let output = self
            .put(date.arg("+%s %z"), day)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("run date: {error}"))?;
        took_effect(&String::from_utf8_lossy(&output.stdout), now() + day.ahead)
    }
}

fn took_effect(said: &str, wanted: u64) -> Result<(), String> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let right = match words.as_slice() {
        [seconds, zone] => {
            let seconds: Option<u64> = seconds.parse().ok();
            seconds.is_some_and(|seconds| seconds.abs_diff(wanted) < SLACK_SECONDS)
                && OFFSETS.contains(zone)
        }
        _ => false,
    };
    right.then_some(()).ok_or_else(|| {
        format!(
            "libfaketime took no effect: {:?} is no {wanted}",
            said.trim()
        )
    })
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

/// From a time to noon (UTC) of the next 29 February.
fn seconds_to_leap_day(now: u64) -> u64 {
    let mut january = 0;
    let mut year = 1970;
    loop {
        let noon = january + 59 * DAY + DAY / 2;
        if is_leap(year) && noon > now {
            return noon - now;
        }
        january += if is_leap(year) { 366 } else { 365 } * DAY;
        year += 1;
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::{seconds_to_leap_day, took_effect};

    #[test]
    fn the_next_29_february_lies_ahead_at_noon() {
        let noon = 1_835_438_400; // 2028-02-29T12:00:00Z
        assert_eq!(seconds_to_leap_day(noon - 1), 1);
        assert_eq!(seconds_to_leap_day(1_796_083_200), noon - 1_796_083_200);
        let four_years = (3 * 365 + 366) * 86_400;
        assert_eq!(seconds_to_leap_day(noon), four_years);
    }

    #[test]
    fn a_library_that_changes_neither_day_nor_zone_is_found_out() {
        assert_eq!(took_effect("1835438401 -0330\n", 1_835_438_400), Ok(()));
        for said in ["1796083200 -0330", "1835438400 +0000", "1835438400", ""] {
            assert!(took_effect(said, 1_835_438_400).is_err(), "{said}");
        }
    }
}

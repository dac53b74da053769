//! Processor time of what was run, where the system tells (Linux).

use std::time::Duration;

/// The unit in which the kernel tells it to programs, on every machine that Rust is built for.
const MILLIS_A_TICK: u64 = 10;

/// Of every program that was run from here and has ended, with what it ran itself.
pub fn of_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    Duration::from_millis(ticks(&stat).unwrap_or(0) * MILLIS_A_TICK)
}

/// `cutime` and `cstime`, the 14th and 15th word behind the name, which may hold spaces.
fn ticks(stat: &str) -> Option<u64> {
    let (_, words) = stat.rsplit_once(')')?;
    let mut words = words.split_whitespace().skip(13);
    let mut next = || words.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

#[cfg(test)]
mod tests {
    use super::{of_children, ticks};
    use std::process::Command;
    use std::time::Duration;

    #[test]
    fn the_time_of_children_is_read_behind_a_name_with_spaces_and_brackets() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 200 0 0 11 12 13 14 20 0 1 0 9";
        assert_eq!(ticks(stat), Some(27));
        assert_eq!(ticks("7 (a) S 1 7"), None);
        assert_eq!(ticks(""), None);
    }

    #[test]
    fn a_child_that_worked_is_counted_once_it_has_ended() {
        let before = of_children();
        let loops = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        let ended = Command::new("sh").args(["-c", loops]).status();
        assert!(ended.is_ok_and(|status| status.success()));
        assert!(!cfg!(target_os = "linux") || of_children() > before + Duration::from_millis(10));
    }
}

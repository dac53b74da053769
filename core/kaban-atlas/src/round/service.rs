//! How long a visit takes, learnt from those that were made.

use std::collections::BTreeMap;

/// Seconds of a visit of which too little is known: 20 minutes.
pub const SERVICE_DEFAULT_S: u32 = 20 * 60;

/// From so many visits on the median is used.
pub const SERVICE_VISITS_MIN: usize = 5;

/// A visit of more than six hours is a mistake of entry.
const VISIT_MAX_S: i64 = 6 * 60 * 60;

/// The median length of the visits of each stop, in seconds; [`SERVICE_DEFAULT_S`] below [`SERVICE_VISITS_MIN`] visits.
///
/// `visits` are pairs of a stop and the seconds from arrival to leaving; negative ones and those of more than six hours are
/// left out. Of an even number the mean of the two in the middle is taken, rounded down.
#[must_use]
pub fn learn_service<K: Ord>(visits: impl IntoIterator<Item = (K, i64)>) -> BTreeMap<K, u32> {
    let mut by_stop: BTreeMap<K, Vec<u32>> = BTreeMap::new();
    for (stop, seconds) in visits {
        let known = by_stop.entry(stop).or_default();
        if let Some(seconds) = u32::try_from(seconds)
            .ok()
            .filter(|seconds| i64::from(*seconds) <= VISIT_MAX_S)
        {
            known.push(seconds);
        }
    }
    let median = |(stop, mut known): (K, Vec<u32>)| {
        known.sort_unstable();
        let middle = known.len() / 2;
        let seconds = match known.get(middle) {
            Some(upper) if known.len() >= SERVICE_VISITS_MIN => {
                let lower = if known.len() % 2 == 0 {
                    known[middle - 1]
                } else {
                    *upper
                };
                u32::midpoint(lower, *upper)
            }
            _ => SERVICE_DEFAULT_S,
        };
        (stop, seconds)
    };
    by_stop.into_iter().map(median).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_counts_from_five_sound_visits_on() {
        let minutes = |stop: &'static str, all: &[i64]| -> Vec<(&'static str, i64)> {
            all.iter().map(|one| (stop, one * 60)).collect()
        };
        let mut visits = minutes("five", &[10, 50, 30, 20, 40]);
        visits.extend(minutes("six", &[10, 10, 20, 30, 90, 90]));
        visits.extend(minutes("four", &[5, 5, 5, 5]));
        visits.extend(minutes("mistakes", &[-3, 361, 5, 5, 5, 5]));
        visits.extend(minutes("none", &[-3]));
        let learnt = learn_service(visits);
        assert_eq!(learnt["five"], 30 * 60);
        assert_eq!(learnt["six"], 25 * 60);
        for stop in ["four", "mistakes", "none"] {
            assert_eq!(learnt[stop], SERVICE_DEFAULT_S, "{stop}");
        }
    }
}

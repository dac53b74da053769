//! What makes one plan better than another: whole numbers, compared from the first to the last.

use super::problem::Objective;

/// A plan's cost; the smaller the better, the first difference decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    /// Worth of the stops that are not served.
    pub missed: u64,
    /// Seconds of lateness.
    pub late: u64,
    /// By objective: latest return, returns, travel; or travel, latest return, returns.
    keys: [u64; 3],
}

/// One vehicle's part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub used: bool,
    pub late: u32,
    pub finish: u32,
    pub travel: u32,
}

impl Cost {
    pub fn of(objective: Objective, missed: u64, shares: impl Iterator<Item = Share>) -> Self {
        let (mut late, mut latest, mut returns, mut travel) = (0, 0, 0, 0);
        for share in shares {
            late += u64::from(share.late);
            returns += u64::from(share.finish);
            travel += u64::from(share.travel);
            if share.used {
                latest = latest.max(u64::from(share.finish));
            }
        }
        let keys = match objective {
            Objective::Finish => [latest, returns, travel],
            Objective::Travel => [travel, latest, returns],
        };
        Self { missed, late, keys }
    }

    /// One number that follows the keys loosely: a search that may only go down every key at once is soon stuck.
    pub fn guide(&self, objective: Objective) -> u64 {
        let [first, second, third] = self.keys;
        match objective {
            Objective::Finish => 4 * first + 2 * second + third,
            Objective::Travel => 16 * first + second + third / 4,
        }
    }
}

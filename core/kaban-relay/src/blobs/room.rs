//! Which blobs make room for a new one: a decision over descriptors, without a disk.
//!
//! Unfinished uploads nobody goes on with give way always. Of complete blobs, the publisher's own older ones give way
//! first, then those of removed devices, which no device fetches any more, then the older ones of suspended devices.
//! The newest of each name stays, except of a removed device, and nothing of another device that may write gives way.

use kaban_proto::DeviceId;
use kaban_proto::relay_api::BlobDescriptor;
use std::collections::BTreeMap;

/// Limits of the blobs of one workspace, complete or not, and of each of its devices, as declared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlobLimits {
    pub(crate) bytes_max: u64,
    pub(crate) count_max: usize,
    pub(crate) total_bytes_max: u64,
    pub(crate) device_count_max: usize,
    pub(crate) device_bytes_max: u64,
    /// How long an upload may stay unfinished, milliseconds.
    pub(crate) unfinished_ms_max: u64,
}

/// What a device may do at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    MayWrite,
    Suspended,
    Removed,
}

/// One thing that takes up space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub descriptor: BlobDescriptor,
    /// When the upload began, if it is not complete.
    pub coming_since_ms: Option<u64>,
}

impl Taken {
    fn bytes(&self) -> u64 {
        self.descriptor.facts.bytes
    }

    fn is_by(&self, device: &DeviceId) -> bool {
        self.descriptor.author == *device
    }

    /// In which order devices prefer blobs.
    fn rank(&self) -> impl Ord + Copy + use<> {
        let facts = &self.descriptor.facts;
        (facts.data_date, facts.described_ms, facts.hash)
    }
}

/// Whose space is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    Device,
    Workspace,
}

/// What of `taken` has to go before `wanted` may come.
///
/// # Errors
/// When nothing that may go makes room enough; then nothing goes.
pub(super) fn make(
    taken: Vec<Taken>,
    wanted: &BlobDescriptor,
    limits: BlobLimits,
    standing: impl Fn(&DeviceId) -> Standing,
    now_ms: u64,
) -> Result<Vec<Taken>, Full> {
    let author = wanted.author;
    let (mut gone, mut kept): (Vec<Taken>, Vec<Taken>) = taken.into_iter().partition(|taken| {
        let since = taken.coming_since_ms;
        since.is_some_and(|since| {
            now_ms.saturating_sub(since) > limits.unfinished_ms_max
                || standing(&taken.descriptor.author) != Standing::MayWrite
        })
    });
    let mut spare = spare(&kept, wanted, &standing);
    loop {
        let own = kept.iter().filter(|taken| taken.is_by(&author));
        let full = if is_over(
            own,
            wanted,
            limits.device_count_max,
            limits.device_bytes_max,
        ) {
            Full::Device
        } else if is_over(
            kept.iter(),
            wanted,
            limits.count_max,
            limits.total_bytes_max,
        ) {
            Full::Workspace
        } else {
            return Ok(gone);
        };
        let next = spare
            .iter()
            .position(|taken| full == Full::Workspace || taken.is_by(&author));
        let next = spare.remove(next.ok_or(full)?);
        kept.retain(|taken| *taken != next);
        gone.push(next);
    }
}

fn is_over<'a>(
    taken: impl Iterator<Item = &'a Taken>,
    wanted: &BlobDescriptor,
    count_max: usize,
    bytes_max: u64,
) -> bool {
    let sum = (1, wanted.facts.bytes);
    let (count, bytes) = taken.fold(sum, |(count, bytes), taken| {
        (count + 1, bytes.saturating_add(taken.bytes()))
    });
    count > count_max || bytes > bytes_max
}

/// What may go, first the first. The bytes of `wanted` itself stay, whoever else published them.
fn spare(
    kept: &[Taken],
    wanted: &BlobDescriptor,
    standing: &impl Fn(&DeviceId) -> Standing,
) -> Vec<Taken> {
    let complete = kept.iter().filter(|taken| taken.coming_since_ms.is_none());
    let mut newest = BTreeMap::new();
    for taken in complete.clone() {
        let name = (taken.descriptor.author, &taken.descriptor.facts.name);
        let best = newest.entry(name).or_insert(taken);
        if taken.rank() > best.rank() {
            *best = taken;
        }
    }
    let order = |taken: &Taken| {
        let author = &taken.descriptor.author;
        let name = (*author, &taken.descriptor.facts.name);
        let is_newest = newest.get(&name).is_some_and(|best| *best == taken);
        match standing(author) {
            _ if taken.descriptor.facts.hash == wanted.facts.hash => None,
            Standing::Removed => Some(1),
            _ if is_newest => None,
            _ if *author == wanted.author => Some(0),
            Standing::Suspended => Some(2),
            Standing::MayWrite => None,
        }
    };
    let may_go = complete.filter_map(|taken| Some((order(taken)?, taken)));
    let mut may_go: Vec<(u8, &Taken)> = may_go.collect();
    may_go.sort_by_key(|(order, taken)| (*order, taken.rank()));
    may_go.into_iter().map(|(_, taken)| taken.clone()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kaban_proto::relay_api::{BlobFacts, BlobKind};
    use kaban_proto::{Hash32, SigningKey, WorkspaceId};
    use proptest::prelude::*;

    const LIMITS: BlobLimits = BlobLimits {
        bytes_max: 100,
        count_max: 12,
        total_bytes_max: 600,
        device_count_max: 5,
        device_bytes_max: 250,
        unfinished_ms_max: 1000,
    };
    const NOW_MS: u64 = 10_000;

    fn by(author: u8, name: u8, day: u32, bytes: u64) -> BlobDescriptor {
        let facts = BlobFacts {
            hash: Hash32::of(format!("{name} {day} {bytes}").as_bytes()),
            bytes,
            kind: BlobKind::DistrictPack,
            name: format!("district-{name}"),
            data_date: day,
            described_ms: 0,
        };
        let ws = WorkspaceId::from_bytes([1; 16]);
        let author = DeviceId::from_bytes([author; 16]);
        BlobDescriptor::sign(ws, author, facts, &SigningKey::from_seed([3; 32]))
    }

    /// Devices 0 and 1 may write, 2 is suspended, 3 removed.
    fn standing(device: &DeviceId) -> Standing {
        match device.as_bytes()[0] {
            0 | 1 => Standing::MayWrite,
            2 => Standing::Suspended,
            _ => Standing::Removed,
        }
    }

    fn takens() -> impl Strategy<Value = Vec<Taken>> {
        let one = (
            0_u8..4,
            0_u8..3,
            1_u32..6,
            1_u64..=100,
            0_u8..4,
            8_500..NOW_MS,
        );
        proptest::collection::vec(one, 0..20).prop_map(|all| {
            let mut seen = std::collections::BTreeSet::new();
            let taken = |(author, name, day, bytes, coming, since)| Taken {
                descriptor: by(author, name, day, bytes),
                coming_since_ms: (coming == 0).then_some(since),
            };
            let all = all.into_iter().map(taken);
            all.filter(|t| seen.insert((t.descriptor.author, t.descriptor.facts.hash)))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn after_making_room_every_limit_holds_and_the_newest_stay(
            taken in takens(), name in 0_u8..3, bytes in 1_u64..=100,
        ) {
            let wanted = by(0, name, 9, bytes);
            let Ok(gone) = make(taken.clone(), &wanted, LIMITS, standing, NOW_MS) else {
                return Ok(());
            };
            let kept: Vec<&Taken> = taken.iter().filter(|t| !gone.contains(t)).collect();
            let own = || kept.iter().copied().filter(|t| t.is_by(&wanted.author));
            prop_assert!(!is_over(own(), &wanted, LIMITS.device_count_max, LIMITS.device_bytes_max));
            prop_assert!(!is_over(kept.iter().copied(), &wanted, LIMITS.count_max, LIMITS.total_bytes_max));
            for away in gone.iter().filter(|t| t.coming_since_ms.is_none()) {
                let author = away.descriptor.author;
                let its = standing(&author);
                prop_assert!(author == wanted.author || its != Standing::MayWrite);
                let newer = kept.iter().any(|t| {
                    t.is_by(&author)
                        && t.descriptor.facts.name == away.descriptor.facts.name
                        && t.coming_since_ms.is_none()
                        && t.rank() > away.rank()
                });
                prop_assert!(newer || its == Standing::Removed);
            }
        }

        #[test]
        fn a_device_that_keeps_to_its_share_is_served_whatever_those_did_who_may_not_write(
            taken in takens(), name in 0_u8..3,
        ) {
            let theirs = taken.into_iter().filter(|t| t.descriptor.author.as_bytes()[0] == 3);
            let room = make(theirs.collect(), &by(0, name, 9, 100), LIMITS, standing, NOW_MS);
            prop_assert!(room.is_ok());
        }
    }

    #[test]
    fn the_oldest_of_its_own_go_first_and_no_more_than_needed() {
        let own = |day| Taken {
            descriptor: by(0, 0, day, 60),
            coming_since_ms: None,
        };
        let taken = vec![own(3), own(1), own(2), own(4)];
        let gone = make(taken, &by(0, 0, 5, 60), LIMITS, standing, NOW_MS).unwrap();
        assert_eq!(gone, vec![own(1)]);
    }

    #[test]
    fn a_device_that_fills_its_share_with_names_is_refused_alone() {
        let full = |device| {
            (0..5).map(move |name| Taken {
                descriptor: by(device, name, 1, 10),
                coming_since_ms: None,
            })
        };
        let taken: Vec<Taken> = full(0).chain(full(2)).collect();
        let refused = make(taken.clone(), &by(0, 9, 9, 10), LIMITS, standing, NOW_MS);
        assert_eq!(refused, Err(Full::Device));
        assert_eq!(
            make(taken, &by(1, 9, 9, 10), LIMITS, standing, NOW_MS),
            Ok(vec![])
        );
    }
}

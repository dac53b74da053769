//! How much a log takes, so that no device fills it for the others.
//!
//! A record is refused for what its own ancestors hold, so that everybody refuses it alike: an
//! author has a share of the device acts and of the bytes along its own chain. What repeats an act
//! of the same author that is in force is no act, so that there are no more removals than one by
//! each admin for each device, and none is ever refused for lack of room. Only two bounds look at
//! the whole log, and so may differ from copy to copy for a while: on the branches of an author
//! whose chain is forked, unless somebody else has built on them, and on all bytes.

use super::acts::{Acts, grants};
use super::graph::{Chain, Graph};
use super::refusal::Refusal;
use super::views::View;
use crate::envelope::SealedEnvelope;
use crate::ids::DeviceId;
use crate::record::{Clear, RecordBody};

/// Most device acts among the ancestors of a record that lets a device in or gives it rights.
pub const ACTS_MAX: usize = 4096;
/// Most records of one author that let a device in or give it rights.
pub const ADDS_BY_AUTHOR_MAX: usize = 1024;
/// Most records of one author that suspend a device or lift a suspension.
pub const SUSPENSIONS_BY_AUTHOR_MAX: usize = 256;
/// Most bytes of one author's chain of records (16 MiB); twice that for all branches of a forked
/// one.
pub const AUTHOR_BYTES_MAX: u64 = 16 << 20;
/// Most bytes of all records (64 MiB).
pub const LOG_BYTES_MAX: u64 = 64 << 20;
/// What is kept free for removals and suspensions, in the log and in each author's chain (1 MiB).
pub const RESERVE_BYTES: u64 = 1 << 20;
/// Most branches of one author's chain.
pub const BRANCHES_MAX: usize = 64;

/// Whether the clear part is an act: it changes something, and does not repeat what the author has
/// said.
pub(super) fn is_act(acts: &Acts, view: &View, author: &DeviceId, clear: &Clear) -> bool {
    let mine = |act: &&usize| acts[**act].author == *author && view.counts(**act);
    match clear {
        Clear::None => false,
        Clear::Found { .. } => true,
        Clear::AddDevice(keys) => {
            let device = keys.device_id();
            let last = acts.adding(&device).iter().filter(mine).max_by_key(|act| {
                let act = &acts[**act];
                (act.depth, act.hash)
            });
            let said = last.is_some_and(|act| acts[*act].adds() == Some(keys));
            !said
                || view
                    .states
                    .get(&device)
                    .is_none_or(|state| state.keys != *keys)
        }
        Clear::SuspendDevice {
            device,
            until_ms: 0,
        } => view.is_suspended(device),
        Clear::SuspendDevice { device, .. } if !view.is_suspended(device) => true,
        Clear::SuspendDevice { device, .. } => {
            let mut said = acts.suspending(device).iter().filter(mine);
            !said.any(|act| view.is_in_force(*act))
        }
        Clear::RemoveDevice { device } => !acts.removing(device).iter().any(|act| mine(&act)),
    }
}

/// Whether an act of an author whose chain holds `chain` finds room.
pub(super) fn check_act(chain: Chain, view: &View, clear: &Clear) -> Result<(), Refusal> {
    let full = match clear {
        Clear::AddDevice(_) => chain.adds >= ADDS_BY_AUTHOR_MAX || view.set.len() >= ACTS_MAX,
        Clear::SuspendDevice { .. } => chain.suspensions >= SUSPENSIONS_BY_AUTHOR_MAX,
        Clear::None | Clear::Found { .. } | Clear::RemoveDevice { .. } => false,
    };
    if full { Err(Refusal::LogFull) } else { Ok(()) }
}

/// Whether a record's bytes find room in its author's chain; `stops` if it is a removal or a
/// suspension that counts.
pub(super) fn check_chain(
    chain: Chain,
    envelope: &SealedEnvelope,
    stops: bool,
) -> Result<(), Refusal> {
    let reserve = if stops { RESERVE_BYTES } else { 0 };
    if chain.bytes + envelope.wire_bytes() as u64 > AUTHOR_BYTES_MAX + reserve {
        return Err(Refusal::AuthorFull(envelope.header().author));
    }
    Ok(())
}

/// Whether a record finds room in this copy of the log; `needed` if somebody else has built on it.
pub(super) fn check_copy(
    graph: &Graph,
    envelope: &SealedEnvelope,
    stops: bool,
    needed: bool,
) -> Result<(), Refusal> {
    let header = envelope.header();
    let bytes = envelope.wire_bytes() as u64;
    let reserve = if stops { RESERVE_BYTES } else { 0 };
    if graph.bytes() + bytes > LOG_BYTES_MAX + reserve {
        return Err(Refusal::LogFull);
    }
    let Some(author) = graph.author(&header.author).filter(|_| !needed) else {
        return Ok(());
    };
    let branches = author.lanes + usize::from(graph.begins_lane(&header.prev));
    if branches > BRANCHES_MAX || author.bytes + bytes > 2 * AUTHOR_BYTES_MAX + reserve {
        return Err(Refusal::AuthorFull(header.author));
    }
    Ok(())
}

/// Whether the record stops a device, so that room is kept for it.
pub(super) fn stops(body: &RecordBody) -> bool {
    let stops = matches!(
        body.clear,
        Clear::SuspendDevice { .. } | Clear::RemoveDevice { .. }
    );
    stops && !grants(&body.clear)
}

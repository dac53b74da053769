//! Whoever is let in, or let in again, holds the newest key of the members' group and can read
//! none of the records that say who may open it. The keys that lead from it back to the first
//! record are looked at before their epochs are judged, and are kept apart: the first record proves its
//! own key, each epoch is judged by records that open with a key that was judged before, and only
//! then is its key kept. What is left over is forgotten with the batch.

use std::collections::{BTreeMap, BTreeSet};

use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Kind, SealedEnvelope};
use kaban_proto::ids::EpochId;
use kaban_vault::kbox::Key;

use super::Session;
use super::epochs::{FIRST, group_private};
use crate::epoch::{self, EpochBody, EpochKeys};
use crate::error::Error;
use crate::group::Group;

impl Session<'_, '_> {
    /// Follows the boxed keys back from the epochs of the members' group that wait and are sealed
    /// to this person. An epoch's name is the hash of what it publishes, so a key that fits is its
    /// key whoever made it; whether it counts is another matter.
    pub(super) fn look_ahead(&mut self, waiting: &[SealedEnvelope]) -> Result<(), Error> {
        if self.state.is_all_read() {
            return Ok(());
        }
        let tag = self.state.group_tag(Group::Members);
        let mut bodies: BTreeMap<EpochId, EpochBody> = BTreeMap::new();
        for envelope in waiting.iter().filter(|e| e.header().kind == Kind::Epoch) {
            if let Ok(body) = EpochBody::decode(envelope.body()) {
                bodies.insert(epoch::opened_by(envelope), body);
            }
        }
        let mut open: Vec<(EpochId, Key)> = Vec::new();
        for (id, body) in &bodies {
            if self.state.candidates.contains_key(id) {
                continue;
            }
            let EpochKeys::Group { public, sealed } = &body.keys else {
                continue;
            };
            let me = &self.state.me;
            let mine = sealed.iter().find(|(to, _)| *to == me.member);
            let key = mine.and_then(|(_, bytes)| {
                epoch::open_for_member(tag, public, &me.member_kx, bytes).ok()
            });
            open.extend(key.map(|key| (*id, key)));
        }
        let mut seen = BTreeSet::new();
        while let Some((id, key)) = open.pop() {
            let Some(body) = bodies.get(&id).filter(|body| body.keys.proves(tag, &key)) else {
                continue;
            };
            if !seen.insert(id) {
                continue;
            }
            for parent in &body.parents {
                open.extend(epoch::open_parent(tag, parent, &key).map(|old| (parent.epoch, old)));
            }
            if body.parents.is_empty() && group_private(self.tx, tag, FIRST)?.is_none() {
                self.keep_first(Group::Members, tag, &key)?;
            }
            self.state.candidates.insert(id, key);
        }
        Ok(())
    }
}

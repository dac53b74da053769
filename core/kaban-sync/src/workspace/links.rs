//! What one item says about another: corrects it, confirms it, takes it back. Judged by the same
//! rule before it is written and by every device that takes it in (security-sync.md §4.10).

use kaban_model::visit::{Item, ItemKind, ItemLink};
use kaban_proto::ids::{DeviceId, MemberId};
use kaban_vault::store::EnvelopeState;

use super::project::ItemRow;
use super::{Session, access};
use crate::association::Association;
use crate::error::Error;
use crate::group::DocKey;

/// Set aside for a link to something that is itself a correction, or to nothing that can be.
pub(super) const NO_ORIGINAL: &str = "links_to_no_original";
/// Set aside for a link by somebody who may not say it.
pub(super) const MAY_NOT: &str = "may_not_amend";

/// Whether an item's link holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkVerdict {
    /// It does, or there is none.
    Holds,
    /// What it is about, or what would give the right to it, has not arrived.
    Waits,
    /// It never will.
    No(&'static str),
}

/// Who says it, and at which place of their chain.
#[derive(Clone, Copy)]
pub(super) struct Sayer {
    pub member: MemberId,
    pub device: DeviceId,
    /// Number of the envelope that carries it.
    pub seq: u64,
}

impl Session<'_, '_> {
    /// Judges a link by what the record log said when it was written.
    pub(super) fn judge_link(
        &mut self,
        doc: DocKey,
        association: &Association,
        sayer: Sayer,
        item: &Item,
    ) -> Result<LinkVerdict, Error> {
        if !kind_fits(item) {
            return Ok(LinkVerdict::No("item_malformed"));
        }
        let Some(link) = &item.link else {
            return Ok(LinkVerdict::Holds);
        };
        if link.original() == item.id {
            return Ok(LinkVerdict::No(NO_ORIGINAL));
        }
        let Some(row) = self.item_row(doc, link.original())? else {
            return Ok(LinkVerdict::Waits);
        };
        let original = read(&row)?;
        if original.link.is_some() {
            return Ok(LinkVerdict::No(NO_ORIGINAL));
        }
        if row.member == sayer.member {
            return Ok(LinkVerdict::Holds);
        }
        // Nobody makes somebody else's draft final.
        if original.kind == ItemKind::Draft && matches!(link, ItemLink::Confirms(_)) {
            return Ok(LinkVerdict::No(MAY_NOT));
        }
        if access::may_amend(association, sayer.member, sayer.device, doc)
            || self.has_confirmed(doc, sayer, link)?
        {
            return Ok(LinkVerdict::Holds);
        }
        // A confirmation earlier in the same chain would give the right to it.
        Ok(if self.waits_before(doc, sayer)? {
            LinkVerdict::Waits
        } else {
            LinkVerdict::No(MAY_NOT)
        })
    }

    /// Whether this person has countersigned the original earlier, in the same chain: then every
    /// device has seen the confirmation before what follows from it, in whatever order they meet.
    fn has_confirmed(&mut self, doc: DocKey, sayer: Sayer, link: &ItemLink) -> Result<bool, Error> {
        let confirms = Some(ItemLink::Confirms(link.original()));
        for row in self.item_rows(doc)? {
            if (row.member, row.device) == (sayer.member, sayer.device)
                && read(&row)?.link == confirms
                && let Some(stored) = self.tx.envelope(&row.envelope)?
                && stored.envelope.header().seq < sayer.seq
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn waits_before(&mut self, doc: DocKey, sayer: Sayer) -> Result<bool, Error> {
        let tag = self.state.doc_tag(doc);
        for seq in 1..sayer.seq {
            let Some(hash) = self.tx.envelope_hash(&tag, &sayer.device, seq)? else {
                continue;
            };
            let stored = self.tx.envelope(&hash)?;
            if stored.is_some_and(|stored| stored.state == EnvelopeState::Parked) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A kind that links links in its own way, and the others not at all; a kind of a newer version may.
fn kind_fits(item: &Item) -> bool {
    match (&item.kind, &item.link) {
        (ItemKind::Amendment, link) => matches!(link, Some(ItemLink::Amends(_))),
        (ItemKind::Confirmation, link) => matches!(link, Some(ItemLink::Confirms(_))),
        (ItemKind::Retraction, link) => matches!(link, Some(ItemLink::Retracts(_))),
        (ItemKind::Unknown(_), _) => true,
        (_, link) => link.is_none(),
    }
}

fn read(row: &ItemRow) -> Result<Item, Error> {
    Item::from_bytes(&row.item).map_err(|_| Error::Internal("a stored item does not read"))
}

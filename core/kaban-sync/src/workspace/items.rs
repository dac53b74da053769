//! Signed items as screens read them: an original with every amendment, in clinical order.

use chrono::{DateTime, FixedOffset};
use kaban_model::ids::ItemId;
use kaban_model::visit::Item;
use kaban_proto::ids::{DeviceId, Hash32, MemberId};

use super::Session;
use crate::error::Error;
use crate::group::DocKey;

/// An item with who signed it.
#[derive(Clone)]
pub struct ItemSeen {
    /// The item.
    pub item: Item,
    /// The person who signed.
    pub by: MemberId,
    /// The device that signed.
    pub device: DeviceId,
    /// Number of the duty it was written under, 0 for none.
    pub duty: u64,
    /// The writer's clock.
    pub written_at: DateTime<FixedOffset>,
    /// The envelope that carries it.
    pub envelope: Hash32,
    hlc: u64,
}

impl Session<'_, '_> {
    /// All items of one document: by clinical time, then logical clock, then id.
    pub fn items(&mut self, doc: DocKey) -> Result<Vec<ItemSeen>, Error> {
        let mut seen = Vec::new();
        for row in self.item_rows(doc)? {
            let item = Item::from_bytes(&row.item)
                .map_err(|_| Error::Internal("a stored item does not read"))?;
            let written_at = DateTime::from_timestamp_millis(row.wall_ms).unwrap_or_default();
            seen.push(ItemSeen {
                written_at: written_at.with_timezone(item.at.offset()),
                item,
                by: row.member,
                device: row.device,
                duty: row.duty,
                envelope: row.envelope,
                hlc: row.hlc,
            });
        }
        seen.sort_by_key(|seen| (seen.item.at, seen.hlc, seen.item.id));
        Ok(seen)
    }

    /// Whether an item of that id is there.
    pub fn has_item(&mut self, doc: DocKey, id: ItemId) -> Result<bool, Error> {
        Ok(self.item_row(doc, id)?.is_some())
    }
}

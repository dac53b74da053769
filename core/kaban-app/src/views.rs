//! Small pieces that several views share.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use kaban_proto::ids::MemberId;

use crate::bag::Bag;

/// RFC 3339 with the offset, to the second.
pub(crate) fn time(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, false)
}

impl Bag {
    /// A member's name, or the start of the id for one that is not known.
    pub(crate) fn name_of(&self, member: MemberId) -> String {
        let known = self.workspace.association().member(member);
        known.map_or_else(
            || member.to_string()[..8].to_owned(),
            |info| info.name.clone(),
        )
    }
}

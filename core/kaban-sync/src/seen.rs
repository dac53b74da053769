//! How far a member had read the chains of a device that was removed: the proof that what a device
//! wrote was there before it was removed (security-sync.md §4.6).

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::ids::{DocTag, Hash32};

/// Most chains that one act names.
pub const CHAINS_MAX: usize = 1_000;

/// The last envelope read of each chain of one device: document, number, hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenHeads(pub Vec<(DocTag, u64, Hash32)>);

impl Wire for SeenHeads {
    fn put(&self, w: &mut Writer) {
        w.length(self.0.len());
        for (doc, seq, hash) in &self.0 {
            doc.put(w);
            seq.put(w);
            hash.put(w);
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = r.length(CHAINS_MAX, "chains")?;
        let heads = (0..count).map(|_| Ok((Wire::take(r)?, Wire::take(r)?, Wire::take(r)?)));
        heads.collect::<Result<_, DecodeError>>().map(Self)
    }
}

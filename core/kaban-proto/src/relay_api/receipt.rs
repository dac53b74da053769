//! What the relay signs: that it is itself, and that it holds something durably.

use crate::codec::{DecodeError, Reader, Wire, Writer};
use crate::digest::sha256;
use crate::ids::{Hash32, WorkspaceId};
use crate::sign::{BadSignature, Signature, SigningKey, VerifyKey};

const DOMAIN: &str = "kaban/receipt/1";

/// Who a relay is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayInfo {
    /// Signs its receipts; devices pin it.
    pub key: VerifyKey,
    /// Version of its program, for people.
    pub version: String,
}

impl Wire for RelayInfo {
    fn put(&self, w: &mut Writer) {
        let Self { key, version } = self;
        key.put(w);
        version.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            key: Wire::take(r)?,
            version: Wire::take(r)?,
        })
    }
}

/// The relay's signed word that it has these envelopes on disk. It is sent after the durable commit only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The workspace.
    pub ws: WorkspaceId,
    /// SHA-256 over the hashes of the accepted envelopes, one after the other in the order pushed.
    pub pushed: Hash32,
    /// How many were accepted.
    pub count: u32,
    /// The relay's clock, in milliseconds since 1970-01-01 UTC.
    pub at_ms: u64,
    /// The relay's signature, `"kaban/receipt/1"` over ws ‖ pushed ‖ count ‖ at_ms.
    pub signature: Signature,
}

impl Receipt {
    /// Signs for the accepted envelopes, at most one page of them.
    #[must_use]
    pub fn sign(ws: WorkspaceId, accepted: &[Hash32], at_ms: u64, key: &SigningKey) -> Self {
        let count = u32::try_from(accepted.len()).unwrap_or(u32::MAX);
        let mut receipt = Self {
            ws,
            pushed: all_of(accepted),
            count,
            at_ms,
            signature: Signature::from_bytes([0; 64]),
        };
        receipt.signature = key.sign(DOMAIN, &[&receipt.signed_bytes()]);
        receipt
    }

    /// Checks the relay's signature.
    ///
    /// # Errors
    /// When it is not by `relay`.
    pub fn verify(&self, relay: &VerifyKey) -> Result<(), BadSignature> {
        relay.verify(DOMAIN, &[&self.signed_bytes()], &self.signature)
    }

    /// Whether the receipt is for exactly these envelopes, in this order.
    #[must_use]
    pub fn covers(&self, accepted: &[Hash32]) -> bool {
        self.count as usize == accepted.len() && self.pushed == all_of(accepted)
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.put_signed(&mut w);
        w.finish()
    }

    fn put_signed(&self, w: &mut Writer) {
        self.ws.put(w);
        self.pushed.put(w);
        self.count.put(w);
        self.at_ms.put(w);
    }
}

fn all_of(hashes: &[Hash32]) -> Hash32 {
    let parts: Vec<&[u8]> = hashes
        .iter()
        .map(|hash| hash.as_bytes().as_slice())
        .collect();
    sha256(&parts)
}

impl Wire for Receipt {
    fn put(&self, w: &mut Writer) {
        self.put_signed(w);
        self.signature.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            ws: Wire::take(r)?,
            pushed: Wire::take(r)?,
            count: Wire::take(r)?,
            at_ms: Wire::take(r)?,
            signature: Wire::take(r)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_covers_its_envelopes_in_their_order_and_no_others() {
        let key = SigningKey::from_seed([1; 32]);
        let (a, b) = (Hash32::of(b"a"), Hash32::of(b"b"));
        let receipt = Receipt::sign(WorkspaceId::from_bytes([2; 16]), &[a, b], 3, &key);
        assert_eq!(receipt.verify(&key.verify_key()), Ok(()));
        assert!(receipt.covers(&[a, b]));
        assert!(!receipt.covers(&[b, a]) && !receipt.covers(&[a]));
        assert_eq!(Receipt::decode(&receipt.encode()), Ok(receipt.clone()));
        let later = Receipt {
            at_ms: 4,
            ..receipt
        };
        assert_eq!(later.verify(&key.verify_key()), Err(BadSignature));
    }
}

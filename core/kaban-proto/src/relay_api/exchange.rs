//! Push and pull in one request.
//!
//! A device pulls *by vector*: for each document it names the last sequence number it has of each author, and gets
//! what comes after. Nothing depends on times or on what the relay remembers of the device, so a pull resumes after
//! any break and cannot miss or double an envelope. For a device that is up to date there is a shorter way: the
//! relay numbers what it stores, and `after` asks for everything stored later than a number.

use crate::codec::{DecodeError, Reader, Wire, Writer};
use crate::envelope::{BODY_BYTES_MAX, OVERHEAD_BYTES, SealedEnvelope};
use crate::ids::{DeviceId, DocTag};
use crate::relay_api::{Receipt, Refused};
use std::collections::BTreeMap;

/// Most envelopes in one push.
pub const PUSH_ENVELOPES_MAX: usize = 256;
/// Most bytes of envelopes in one push: 1 MiB, and as much more as lets the largest envelope through.
pub const PUSH_BYTES_MAX: usize = BODY_BYTES_MAX + OVERHEAD_BYTES;
/// Most authors an interest may name.
pub const INTEREST_AUTHORS_MAX: usize = 1 << 14;
/// Most documents an interest may name.
pub const INTEREST_DOCS_MAX: usize = 1 << 15;
/// Most envelopes in one answer.
pub const PAGE_ENVELOPES_MAX: usize = 1 << 15;

/// One document a device wants, and what it has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocInterest {
    /// The document.
    pub doc: DocTag,
    /// (index into [`Interest::authors`], last sequence number it has); an author not named is wanted from 1.
    pub have: Vec<(u16, u32)>,
}

impl Wire for DocInterest {
    fn put(&self, w: &mut Writer) {
        let Self { doc, have } = self;
        doc.put(w);
        have.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            doc: Wire::take(r)?,
            have: r.list(INTEREST_AUTHORS_MAX, "interest entries")?,
        })
    }
}

/// What a device wants to pull.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interest {
    /// Authors named by index below.
    pub authors: Vec<DeviceId>,
    /// Documents in the order they are wanted.
    pub docs: Vec<DocInterest>,
    /// 0, or the [`ExchangeResponse::position`] of an earlier answer: then everything of the workspace stored after it
    /// is wanted too, behind the documents named and without them.
    pub after: u64,
}

impl Interest {
    /// An interest in documents, in the order given, from the vector each has. A number over `u32::MAX` is named as
    /// that: the relay then sends again what is known, which does no harm.
    pub fn new<'a>(docs: impl IntoIterator<Item = (DocTag, &'a BTreeMap<DeviceId, u64>)>) -> Self {
        let docs: Vec<(DocTag, &BTreeMap<DeviceId, u64>)> = docs.into_iter().collect();
        let mut index: BTreeMap<DeviceId, u16> = BTreeMap::new();
        let named = docs
            .iter()
            .flat_map(|(_, have)| have.keys())
            .collect::<std::collections::BTreeSet<_>>();
        for (author, at) in named.into_iter().take(INTEREST_AUTHORS_MAX).zip(0_u16..) {
            index.insert(*author, at);
        }
        let entry = |(author, seq): (&DeviceId, &u64)| {
            index
                .get(author)
                .map(|at| (*at, u32::try_from(*seq).unwrap_or(u32::MAX)))
        };
        let docs = docs.into_iter().map(|(doc, have)| DocInterest {
            doc,
            have: have.iter().filter_map(entry).collect(),
        });
        Self {
            docs: docs.collect(),
            authors: index.into_keys().collect(),
            after: 0,
        }
    }

    /// What a document's entry says it has, by author.
    #[must_use]
    pub fn have(&self, doc: &DocInterest) -> BTreeMap<DeviceId, u64> {
        let author = |(at, seq): &(u16, u32)| {
            self.authors
                .get(usize::from(*at))
                .map(|id| (*id, u64::from(*seq)))
        };
        doc.have.iter().filter_map(author).collect()
    }
}

impl Wire for Interest {
    fn put(&self, w: &mut Writer) {
        let Self {
            authors,
            docs,
            after,
        } = self;
        authors.put(w);
        docs.put(w);
        after.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let authors: Vec<DeviceId> = r.list(INTEREST_AUTHORS_MAX, "interest authors")?;
        let beyond = r.error("interest entry names no author");
        let docs: Vec<DocInterest> = r.list(INTEREST_DOCS_MAX, "interest documents")?;
        if docs
            .iter()
            .flat_map(|doc| &doc.have)
            .any(|(at, _)| usize::from(*at) >= authors.len())
        {
            return Err(beyond);
        }
        Ok(Self {
            authors,
            docs,
            after: Wire::take(r)?,
        })
    }
}

/// Pushes envelopes and pulls others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExchangeRequest {
    /// Envelopes to store, at most [`PUSH_ENVELOPES_MAX`] and [`PUSH_BYTES_MAX`]; within a chain in their order.
    pub push: Vec<SealedEnvelope>,
    /// What to pull.
    pub interest: Interest,
    /// Most bytes of envelopes in the answer; one is sent whatever its size, and the relay has a cap of its own.
    pub page_bytes_max: u32,
}

impl Wire for ExchangeRequest {
    fn put(&self, w: &mut Writer) {
        let Self {
            push,
            interest,
            page_bytes_max,
        } = self;
        push.put(w);
        interest.put(w);
        page_bytes_max.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let over = r.error("push over its cap");
        let push: Vec<SealedEnvelope> = r.list(PUSH_ENVELOPES_MAX, "push")?;
        if push.iter().map(SealedEnvelope::wire_bytes).sum::<usize>() > PUSH_BYTES_MAX {
            return Err(over);
        }
        Ok(Self {
            push,
            interest: Wire::take(r)?,
            page_bytes_max: Wire::take(r)?,
        })
    }
}

/// What became of the push, and a page of the pull.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExchangeResponse {
    /// For every pushed envelope that is not in `refused`; `None` if there is none.
    pub receipt: Option<Receipt>,
    /// Pushed envelopes that were not taken.
    pub refused: Vec<Refused>,
    /// How many leading documents of the interest are complete with this page: leave them out of the next request.
    pub interest_done: u32,
    /// Whether a further page is waiting.
    pub more: bool,
    /// Where the relay's numbering stands. With `after` = 0 it is the newest number at the time of the pull: keep the
    /// one of the *first* page of a pull by vector, and pull after it from then on. With `after` > 0 everything up to it was
    /// sent. A number below `after` says that the relay lost something: pull by vector again.
    pub position: u64,
    /// Documents in the order of the interest, authors by id, sequence numbers ascending; then what came after `after`
    /// in the order it was stored.
    pub page: Vec<SealedEnvelope>,
}

impl ExchangeResponse {
    /// Encodes the answer with a page of envelopes in their encoded form, as they lie in the relay's store; its own
    /// `page` is left out.
    #[must_use]
    pub fn encode_with_page(&self, page: &[Vec<u8>]) -> Vec<u8> {
        let mut w = Writer::new();
        self.put_head(&mut w);
        w.length(page.len());
        page.iter().for_each(|envelope| w.raw(envelope));
        w.finish()
    }

    fn put_head(&self, w: &mut Writer) {
        let Self {
            receipt,
            refused,
            interest_done,
            more,
            position,
            page: _,
        } = self;
        receipt.put(w);
        refused.put(w);
        interest_done.put(w);
        more.put(w);
        position.put(w);
    }
}

impl Wire for ExchangeResponse {
    fn put(&self, w: &mut Writer) {
        self.put_head(w);
        self.page.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            receipt: Wire::take(r)?,
            refused: r.list(PUSH_ENVELOPES_MAX, "refusals")?,
            interest_done: Wire::take(r)?,
            more: Wire::take(r)?,
            position: Wire::take(r)?,
            page: r.list(PAGE_ENVELOPES_MAX, "page")?,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::relay_api::Reason;
    use crate::{EpochId, Hash32, Header, Kind, SigningKey, WorkspaceId};
    use proptest::prelude::*;

    fn envelope(bytes: usize) -> SealedEnvelope {
        let header = Header {
            kind: Kind::Data,
            ws: WorkspaceId::from_bytes([1; 16]),
            doc: DocTag::from_bytes([2; 16]),
            author: DeviceId::from_bytes([3; 16]),
            seq: 1,
            prev: Hash32::ZERO,
            epoch: EpochId::from_bytes([4; 16]),
            members_head: Hash32::ZERO,
        };
        SealedEnvelope::sign(header, vec![7; bytes], &SigningKey::from_seed([5; 32])).unwrap()
    }

    fn request(push: Vec<SealedEnvelope>) -> ExchangeRequest {
        ExchangeRequest {
            push,
            interest: Interest::default(),
            page_bytes_max: 9,
        }
    }

    #[test]
    fn an_interest_names_each_author_once() {
        let (a, b) = (DeviceId::from_bytes([1; 16]), DeviceId::from_bytes([2; 16]));
        let vectors = [
            BTreeMap::from([(b, 7), (a, u64::MAX)]),
            BTreeMap::from([(b, 1)]),
            BTreeMap::new(),
        ];
        let docs = (0..3).map(|n| (DocTag::from_bytes([n; 16]), &vectors[usize::from(n)]));
        let interest = Interest::new(docs);
        assert_eq!(interest.authors, [a, b]);
        assert_eq!(interest.docs[0].have, [(0, u32::MAX), (1, 7)]);
        assert_eq!(interest.have(&interest.docs[1]), vectors[1]);
        assert_eq!(Interest::decode(&interest.encode()).unwrap(), interest);
        assert_eq!(
            interest.encode().len(),
            4 + 2 * 16 + 4 + 3 * (16 + 4) + 3 * 6 + 8
        );
    }

    #[test]
    fn an_entry_without_its_author_is_refused() {
        let docs = vec![DocInterest {
            doc: DocTag::RECORDS,
            have: vec![(0, 1)],
        }];
        let interest = Interest {
            docs,
            ..Interest::default()
        };
        assert!(Interest::decode(&interest.encode()).is_err());
    }

    #[test]
    fn the_largest_envelope_fits_a_push_alone_and_two_do_not() {
        let largest = envelope(BODY_BYTES_MAX);
        assert!(ExchangeRequest::decode(&request(vec![largest.clone()]).encode()).is_ok());
        let error =
            ExchangeRequest::decode(&request(vec![largest.clone(), largest]).encode()).unwrap_err();
        assert_eq!(error.what, "push over its cap");
        let many = request(vec![envelope(1); PUSH_ENVELOPES_MAX + 1]);
        assert_eq!(
            ExchangeRequest::decode(&many.encode()).unwrap_err().what,
            "push"
        );
    }

    #[test]
    fn a_page_of_stored_bytes_encodes_as_the_response_itself() {
        let response = ExchangeResponse {
            receipt: Some(Receipt::sign(
                WorkspaceId::from_bytes([1; 16]),
                &[],
                1,
                &SigningKey::from_seed([5; 32]),
            )),
            refused: vec![Refused {
                index: 1,
                reason: Reason::Fork,
                detail: "taken".into(),
            }],
            interest_done: 2,
            more: true,
            position: 3,
            page: vec![envelope(1), envelope(2)],
        };
        let stored: Vec<Vec<u8>> = response.page.iter().map(Wire::encode).collect();
        assert_eq!(response.encode_with_page(&stored), response.encode());
        assert_eq!(
            ExchangeResponse::decode(&response.encode()).unwrap(),
            response
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(0_u8..8, 0..200)) {
            if let Ok(request) = ExchangeRequest::decode(&bytes) {
                prop_assert_eq!(request.encode(), bytes.clone());
            }
            if let Ok(response) = ExchangeResponse::decode(&bytes) {
                prop_assert_eq!(response.encode(), bytes);
            }
        }
    }
}

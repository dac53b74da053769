//! Damage to single rows: finding all of it once some was met, and keeping the place of a damaged envelope until the same one
//! comes again from whoever has it.
//!
//! A damaged envelope keeps its place in its chain, so that its author never writes at that place again; it is never handed
//! on, and counts as missing when peers are asked ([`Tx::vector_to_ask`]).

use kaban_proto::{DeviceId, DocTag, Hash32, SealedEnvelope, Wire};
use rusqlite::{Row, params};

use super::envelopes::{ALL_ENVELOPES, DAMAGED, read_envelope};
use super::rows::{ALL_ROWS, BoxedRow, RowAddress};
use super::tx::Tx;
use crate::error::{Error, hex};

/// An envelope whose bytes were damaged here: asked for again until it comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its document.
    pub doc: DocTag,
    /// Its author.
    pub author: DeviceId,
    /// Its place in the chain.
    pub seq: u64,
    /// Its name.
    pub hash: Hash32,
}

impl Tx<'_> {
    /// Looks at every envelope: what is whole and lies under another place goes back to its own, what is not is wanted from
    /// now on. Works the heads of the chains out anew. Returns how many rows were not as they should be.
    ///
    /// # Errors
    /// A failing database.
    pub fn set_damaged_aside(&mut self) -> Result<u64, Error> {
        let mut wrong: Vec<(i64, Option<SealedEnvelope>)> = Vec::new();
        {
            let mut statement = self.conn.prepare(ALL_ENVELOPES)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                if read_envelope(row).is_err() {
                    wrong.push((row.get("n")?, whole(row)));
                }
            }
        }
        for (n, envelope) in &wrong {
            let placed = match envelope {
                Some(envelope) => self.place_again(*n, envelope)?,
                None => false,
            };
            if !placed {
                self.conn
                    .prepare_cached("UPDATE envelope SET state = ?2 WHERE n = ?1")?
                    .execute(params![n, DAMAGED])?;
            }
        }
        let heads = self.mend_heads()?;
        Ok(wrong.len() as u64 + heads)
    }

    /// Puts an envelope whose bytes are those of its hash back to its place; `false` when that is taken.
    fn place_again(&self, n: i64, envelope: &SealedEnvelope) -> Result<bool, Error> {
        let header = envelope.header();
        let seq = i64::try_from(header.seq).map_err(|_| Error::Invalid { what: "sequence" })?;
        let changed = self
            .conn
            .prepare_cached(
                "UPDATE OR IGNORE envelope SET doc = ?2, author = ?3, seq = ?4, kind = ?5, \
                 state = CASE WHEN state IN (0, 1, 2) THEN state ELSE 1 END WHERE n = ?1",
            )?
            .execute(params![
                n,
                header.doc.as_bytes(),
                header.author.as_bytes(),
                seq,
                header.kind as u8,
            ])?;
        Ok(changed > 0)
    }

    fn mend_heads(&mut self) -> Result<u64, Error> {
        let mut mended = 0;
        for doc in self.docs()? {
            if self.vector(&doc).is_ok() {
                continue;
            }
            mended += 1;
            self.conn
                .prepare_cached("DELETE FROM head WHERE doc = ?1")?
                .execute([doc.as_bytes()])?;
            for author in self.authors(&doc)? {
                self.raise_head(&doc, &author, 1)?;
            }
        }
        Ok(mended)
    }

    /// The envelopes that are wanted again, by document, author and place.
    ///
    /// # Errors
    /// A failing database.
    pub fn wanted(&self) -> Result<Vec<Wanted>, Error> {
        let mut statement = self.conn.prepare_cached(
            "SELECT doc, author, seq, hash FROM envelope WHERE state = ?1 ORDER BY doc, author, seq",
        )?;
        let mut rows = statement.query([DAMAGED])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            // A damaged name or place is nothing that can be asked for.
            if let (Ok(doc), Ok(author), Ok(seq), Ok(hash)) =
                (row.get(0), row.get(1), row.get::<_, i64>(2), row.get(3))
                && let Ok(seq) = u64::try_from(seq)
            {
                out.push(Wanted {
                    doc: DocTag::from_bytes(doc),
                    author: DeviceId::from_bytes(author),
                    seq,
                    hash: Hash32::from_bytes(hash),
                });
            }
        }
        Ok(out)
    }

    /// [`Tx::vector`] as it is told to peers: no chain further than what is whole of it.
    ///
    /// # Errors
    /// As [`Tx::vector`].
    pub fn vector_to_ask(&self, doc: &DocTag) -> Result<Vec<(DeviceId, u64)>, Error> {
        let wanted = self.wanted()?;
        let held = |(author, seq, _): (DeviceId, u64, Hash32)| {
            let of_chain = wanted
                .iter()
                .filter(|w| w.doc == *doc && w.author == author);
            let first = of_chain.map(|w| w.seq.saturating_sub(1)).min();
            (author, first.map_or(seq, |first| first.min(seq)))
        };
        Ok(self.vector(doc)?.into_iter().map(held).collect())
    }

    /// Every row that the open member should be able to open and that does not.
    ///
    /// # Errors
    /// [`Error::Locked`], or a failing database.
    pub fn unreadable_rows(&mut self) -> Result<Vec<RowAddress>, Error> {
        let owners = [[0; 16], self.ring()?.member()];
        let mut statement = self.conn.prepare(ALL_ROWS)?;
        let mut rows = statement.query([])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let owner: Vec<u8> = row.get(3)?;
            if !owners.iter().any(|known| known[..] == owner[..]) {
                continue;
            }
            let opened = BoxedRow::read(row).and_then(|row| self.open_row(&row));
            if matches!(opened, Err(Error::Tampered { .. })) {
                out.push((row.get(0)?, row.get(1)?, row.get(2)?));
            }
        }
        Ok(out)
    }
}

/// The envelope of a row, if its bytes are those of the row's name.
fn whole(row: &Row<'_>) -> Option<SealedEnvelope> {
    let hash: Vec<u8> = row.get(0).ok()?;
    let envelope = SealedEnvelope::decode(row.get_ref(6).ok()?.as_blob().ok()?).ok()?;
    (envelope.hash().as_bytes()[..] == hash[..]).then_some(envelope)
}

/// How a finding names a wanted envelope.
pub(super) fn wanted_name(wanted: &Wanted) -> String {
    format!(
        "{} is damaged and wanted again",
        hex(wanted.hash.as_bytes())
    )
}

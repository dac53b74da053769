//! A document's envelopes in the order in which they came: a chain that forked has two at one place.

use kaban_proto::DocTag;
use rusqlite::params;

use super::envelopes::{COLUMNS, DAMAGED, ENVELOPES_MAX, StoredEnvelope, read_envelope};
use super::tx::Tx;
use crate::error::Error;

impl Tx<'_> {
    /// Envelopes of one document in order of arrival, behind the arrival number `after` (0 for the
    /// first page); each with its own number, at most [`ENVELOPES_MAX`] a page. What is known to
    /// be damaged is left out.
    ///
    /// # Errors
    /// [`Error::Tampered`] naming the envelope.
    pub fn envelopes_by_arrival(
        &self,
        doc: &DocTag,
        after: i64,
    ) -> Result<Vec<(i64, StoredEnvelope)>, Error> {
        let sql = format!(
            "SELECT {COLUMNS}, n FROM envelope WHERE doc = ?1 AND n > ?2 AND state <> ?3 \
             ORDER BY n LIMIT ?4"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            doc.as_bytes(),
            after,
            DAMAGED,
            ENVELOPES_MAX as u32
        ])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            out.push((row.get("n")?, read_envelope(row)?));
        }
        Ok(out)
    }
}

//! The only module that knows Automerge: a document of flat root keys, each holding one
//! canonical value as bytes.
//!
//! Two devices that each create a nested map under one key would hide one of the two after a
//! merge, so nothing is nested; nothing is text, so nothing is merged character by character.
//! Automerge gives causality and one convergent history. Which of several concurrent values is
//! shown is decided above, from *every* value ever written ([`Document::writes`]), because a
//! later put silently drops a conflict inside Automerge.

use std::collections::BTreeMap;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{
    Author, AutoCommit, Change, ChangeHash, ROOT, ScalarValue,
    legacy::{Key as OpKey, ObjectId, OpType},
    transaction::{CommitOptions, Transactable},
};
use kaban_proto::ids::DeviceId;

/// Most operations one change may hold.
pub const CHANGE_OPERATIONS_MAX: usize = 2_000;
/// Most bytes one change may have.
pub const CHANGE_BYTES_MAX: usize = 512 * 1024;
/// Most bytes of all values ever written to one document.
pub const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most bytes one key may have.
pub const KEY_BYTES_MAX: usize = 128;

/// Where a change carries the first four bytes of its hash (Automerge binary format, chunk header).
const CHECKSUM: std::ops::Range<usize> = 4..8;

/// Where a chunk says what it is, and the number for a compressed change.
const CHUNK_TYPE: usize = 8;
const COMPRESSED_CHANGE: u8 = 2;
/// Most bytes one change may have when it is not compressed.
const INFLATED_BYTES_MAX: u64 = 2 * 1024 * 1024;

/// Why a change or a snapshot was not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DocumentError {
    /// The bytes are not one whole, well-formed change or document.
    #[error("not a well-formed change")]
    Malformed,
    /// The change breaks the shape every document has.
    #[error("the change {0}")]
    Shape(&'static str),
    /// The change names another author than the device that signed it.
    #[error("the change names another author")]
    Author,
    /// The document would grow past what a device keeps of one document.
    #[error("the document is full")]
    Full,
    /// The merge library refused or panicked; the document is as it was.
    #[error("the merge refused the change")]
    Refused,
    /// Changes this one builds on have not arrived.
    #[error("changes before this one are missing")]
    MissingDependencies,
}

/// One Automerge document, opened for one device.
pub struct Document {
    doc: AutoCommit,
    device: DeviceId,
    /// The snapshot it was opened from and what was applied since: to begin again from if the
    /// merge library fails half way.
    opened: Vec<u8>,
    applied: Vec<Vec<u8>>,
    /// Bytes of all values ever written.
    bytes: usize,
}

impl Document {
    /// An empty document; every change made here names `device` as its author.
    pub fn new(device: DeviceId) -> Self {
        let mut doc = AutoCommit::new();
        doc.set_author(Some(Author::from(device.as_bytes().to_vec())));
        Self {
            doc,
            device,
            opened: Vec::new(),
            applied: Vec::new(),
            bytes: 0,
        }
    }

    /// Loads a snapshot made by [`Document::save`].
    pub fn load(bytes: &[u8], device: DeviceId) -> Result<Self, DocumentError> {
        let mut doc = catch_unwind(AssertUnwindSafe(|| AutoCommit::load(bytes)))
            .map_err(|_| DocumentError::Refused)?
            .map_err(|_| DocumentError::Malformed)?;
        doc.set_author(Some(Author::from(device.as_bytes().to_vec())));
        let mut document = Self {
            doc,
            device,
            opened: bytes.to_vec(),
            applied: Vec::new(),
            bytes: 0,
        };
        document.bytes = document.writes().values().flatten().map(Vec::len).sum();
        Ok(document)
    }

    /// The snapshot: a cache, never the truth.
    pub fn save(&mut self) -> Vec<u8> {
        self.doc.save()
    }

    /// The heads, sorted: what a projection binds.
    pub fn heads(&mut self) -> Vec<[u8; 32]> {
        let mut heads: Vec<[u8; 32]> = self.doc.get_heads().iter().map(|hash| hash.0).collect();
        heads.sort_unstable();
        heads
    }

    /// Writes the given values as one change and returns its bytes; one save is one change.
    pub fn put(&mut self, values: &[(String, Vec<u8>)]) -> Result<Vec<u8>, DocumentError> {
        let size: usize = values.iter().map(|(_, value)| value.len()).sum();
        if values.len() > CHANGE_OPERATIONS_MAX || size > CHANGE_BYTES_MAX / 2 {
            return Err(DocumentError::Shape("is too large"));
        }
        if self.bytes + size > DOCUMENT_BYTES_MAX {
            return Err(DocumentError::Full);
        }
        for (key, value) in values {
            if key.len() > KEY_BYTES_MAX || value.len() > CHANGE_BYTES_MAX {
                return Err(DocumentError::Shape("is too large"));
            }
            self.doc
                .put(ROOT, key.as_str(), ScalarValue::Bytes(value.clone()))
                .map_err(|_| DocumentError::Refused)?;
        }
        self.doc
            .commit_with(CommitOptions::default().with_time(0))
            .ok_or(DocumentError::Shape("is empty"))?;
        let mut change = self
            .doc
            .get_last_local_change()
            .ok_or(DocumentError::Refused)?;
        let bytes = change.bytes().into_owned();
        self.applied.push(bytes.clone());
        self.bytes += size;
        Ok(bytes)
    }

    /// Takes one change of another device, after checking that it is well formed, that its
    /// author is `author`, and that it only writes bytes at root keys.
    /// A change taken before is taken again without effect.
    pub fn apply(&mut self, bytes: &[u8], author: DeviceId) -> Result<(), DocumentError> {
        let change = read_change(bytes)?;
        if self.doc.get_change_meta_by_hash(&change.hash()).is_some() {
            return Ok(());
        }
        self.check_author(&change, author)?;
        let size = check_shape(&change)?;
        if self.bytes + size > DOCUMENT_BYTES_MAX {
            return Err(DocumentError::Full);
        }
        let missing = change
            .deps()
            .iter()
            .any(|dep| self.doc.get_change_meta_by_hash(dep).is_none());
        if missing {
            return Err(DocumentError::MissingDependencies);
        }
        let taken = catch_unwind(AssertUnwindSafe(|| self.doc.apply_changes([change])));
        if !matches!(taken, Ok(Ok(()))) {
            self.begin_again()?;
            return Err(DocumentError::Refused);
        }
        self.applied.push(bytes.to_vec());
        self.bytes += size;
        Ok(())
    }

    /// What a failed merge may have left half done is thrown away.
    fn begin_again(&mut self) -> Result<(), DocumentError> {
        let mut fresh = if self.opened.is_empty() {
            Self::new(self.device)
        } else {
            Self::load(&self.opened, self.device)?
        };
        for bytes in &self.applied {
            let change = read_change(bytes)?;
            fresh
                .doc
                .apply_changes([change])
                .map_err(|_| DocumentError::Refused)?;
        }
        self.doc = fresh.doc;
        Ok(())
    }

    /// Automerge writes the author into an actor's first change only, and remembers it.
    fn check_author(&self, change: &Change, author: DeviceId) -> Result<(), DocumentError> {
        let named = if change.seq() == 1 {
            change.author().map(Author::into_owned)
        } else {
            let known = self.doc.get_author_for_actor(change.actor_id());
            Some(
                known
                    .ok_or(DocumentError::MissingDependencies)?
                    .into_owned(),
            )
        };
        let right = named == Some(Author::from(author.as_bytes().to_vec()));
        if right {
            Ok(())
        } else {
            Err(DocumentError::Author)
        }
    }

    /// Every value ever written, by key: the whole history, in the order of the changes' hashes,
    /// so that the same set of changes gives the same answer everywhere.
    pub fn writes(&mut self) -> BTreeMap<String, Vec<Vec<u8>>> {
        let mut changes: Vec<(ChangeHash, Change)> = self
            .doc
            .get_changes(&[])
            .into_iter()
            .map(|change| (change.hash(), change))
            .collect();
        changes.sort_by_key(|(hash, _)| hash.0);
        let mut writes: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for (_, change) in changes {
            for op in change.decode().operations {
                if let (OpKey::Map(key), OpType::Put(ScalarValue::Bytes(value))) =
                    (op.key, op.action)
                {
                    writes.entry(key.to_string()).or_default().push(value);
                }
            }
        }
        writes
    }
}

fn read_change(bytes: &[u8]) -> Result<Change, DocumentError> {
    if bytes.len() > CHANGE_BYTES_MAX || inflated_bytes(bytes) > INFLATED_BYTES_MAX {
        return Err(DocumentError::Shape("is too large"));
    }
    let change = catch_unwind(|| Change::from_bytes(bytes.to_vec()))
        .map_err(|_| DocumentError::Refused)?
        .map_err(|_| DocumentError::Malformed)?;
    // The library does not compare the checksum of a single change with its content.
    if bytes.get(CHECKSUM) != Some(&change.hash().0[..4]) {
        return Err(DocumentError::Malformed);
    }
    Ok(change)
}

/// How many bytes a compressed change becomes, counted no further than one past the limit: the
/// library itself inflates without one (Automerge binary format, chunk type 2: raw DEFLATE).
fn inflated_bytes(bytes: &[u8]) -> u64 {
    if bytes.get(CHUNK_TYPE) != Some(&COMPRESSED_CHANGE) {
        return bytes.len() as u64;
    }
    let length_bytes = bytes[CHUNK_TYPE + 1..]
        .iter()
        .take_while(|byte| **byte & 0x80 != 0)
        .count()
        + 1;
    let body = bytes
        .get(CHUNK_TYPE + 1 + length_bytes..)
        .unwrap_or_default();
    let mut inflated = flate2::read::DeflateDecoder::new(body).take(INFLATED_BYTES_MAX + 1);
    std::io::copy(&mut inflated, &mut std::io::sink()).unwrap_or(0)
}

/// Checks the shape and gives the bytes of the values written.
fn check_shape(change: &Change) -> Result<usize, DocumentError> {
    if change.len() > CHANGE_OPERATIONS_MAX {
        return Err(DocumentError::Shape("holds too many operations"));
    }
    let expanded =
        catch_unwind(AssertUnwindSafe(|| change.decode())).map_err(|_| DocumentError::Refused)?;
    let mut size = 0;
    for op in expanded.operations {
        if let OpType::Put(ScalarValue::Bytes(value)) = &op.action {
            size += value.len();
        }
        let at_root = op.obj == ObjectId::Root && !op.insert;
        let keyed = matches!(&op.key, OpKey::Map(key) if key.len() <= KEY_BYTES_MAX);
        let bytes = matches!(op.action, OpType::Put(ScalarValue::Bytes(_)));
        if !(at_root && keyed && bytes) {
            return Err(DocumentError::Shape(
                "writes something else than bytes at a root key",
            ));
        }
    }
    Ok(size)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use automerge::ObjType;

    fn device(n: u8) -> DeviceId {
        DeviceId::from_bytes([n; 16])
    }

    fn one(key: &str, value: &str) -> Vec<(String, Vec<u8>)> {
        vec![(key.to_owned(), value.as_bytes().to_vec())]
    }

    #[test]
    fn both_of_two_concurrent_values_stay_in_the_history_in_any_order() {
        let mut a = Document::new(device(1));
        let first = a.put(&one("dose", "5")).unwrap();
        let mut b = Document::new(device(2));
        b.apply(&first, device(1)).unwrap();
        let up = a.put(&one("dose", "10")).unwrap();
        let down = b.put(&one("dose", "2.5")).unwrap();
        a.apply(&down, device(2)).unwrap();
        b.apply(&up, device(1)).unwrap();
        assert_eq!(a.heads(), b.heads());
        assert_eq!(a.writes(), b.writes());
        assert_eq!(a.writes()["dose"].len(), 3);
        a.put(&one("dose", "7")).unwrap();
        assert_eq!(a.writes()["dose"].len(), 4, "a later put hides nothing");
    }

    #[test]
    fn a_change_that_names_another_author_is_refused() {
        let mut a = Document::new(device(1));
        let change = a.put(&one("name", "x")).unwrap();
        let mut b = Document::new(device(2));
        assert_eq!(b.apply(&change, device(3)), Err(DocumentError::Author));
        assert!(b.writes().is_empty());
    }

    #[test]
    fn a_change_that_builds_a_nested_object_is_refused() {
        let mut doc = AutoCommit::new();
        doc.set_author(Some(Author::from(device(1).as_bytes().to_vec())));
        doc.put_object(ROOT, "nested", ObjType::Map).unwrap();
        doc.commit();
        let change = doc.get_last_local_change().unwrap().bytes().into_owned();
        let mut b = Document::new(device(2));
        assert!(matches!(
            b.apply(&change, device(1)),
            Err(DocumentError::Shape(_))
        ));
    }

    #[test]
    fn a_change_whose_past_is_missing_waits() {
        let mut a = Document::new(device(1));
        a.put(&one("k", "1")).unwrap();
        let second = a.put(&one("k", "2")).unwrap();
        let mut b = Document::new(device(2));
        assert_eq!(
            b.apply(&second, device(1)),
            Err(DocumentError::MissingDependencies)
        );
    }

    #[test]
    fn cut_and_bent_changes_are_refused_and_change_nothing() {
        let mut a = Document::new(device(1));
        let change = a
            .put(&one("key", "a value long enough to be bent somewhere"))
            .unwrap();
        let mut b = Document::new(device(2));
        for end in 0..change.len() {
            assert!(b.apply(&change[..end], device(1)).is_err());
        }
        for at in 0..change.len() {
            let mut bent = change.clone();
            bent[at] ^= 0x10;
            let _ = b.apply(&bent, device(1));
        }
        assert!(b.writes().is_empty());
    }

    #[test]
    fn a_change_that_inflates_without_end_is_refused_before_it_does() {
        let mut a = Document::new(device(1));
        let honest = a.put(&one("key", &"x".repeat(4_000))).unwrap();
        assert_eq!(honest[CHUNK_TYPE], COMPRESSED_CHANGE);
        let mut deflated = Vec::new();
        let zeros = std::io::repeat(0).take(64 * 1024 * 1024);
        std::io::copy(
            &mut flate2::read::DeflateEncoder::new(zeros, flate2::Compression::best()),
            &mut deflated,
        )
        .unwrap();
        let mut bomb = honest[..CHUNK_TYPE + 1].to_vec();
        let mut length = deflated.len();
        while length >= 0x80 {
            bomb.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        bomb.push(length as u8);
        bomb.extend_from_slice(&deflated);
        assert!(bomb.len() < CHANGE_BYTES_MAX);
        let mut b = Document::new(device(2));
        assert_eq!(
            b.apply(&bomb, device(1)),
            Err(DocumentError::Shape("is too large"))
        );
        b.apply(&honest, device(1)).unwrap();
    }

    #[test]
    fn a_snapshot_is_the_same_as_the_log_it_was_made_from() {
        let mut a = Document::new(device(1));
        for n in 0..20 {
            a.put(&one(&format!("k{}", n % 5), &n.to_string())).unwrap();
        }
        let mut again = Document::load(&a.save(), device(1)).unwrap();
        assert_eq!(a.heads(), again.heads());
        assert_eq!(a.writes(), again.writes());
    }
}

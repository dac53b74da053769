//! What the box of a data envelope holds: who signed as a person, when by which clock, under
//! which duty, and one change or one item (security-sync.md §4.6).

use chrono::{DateTime, FixedOffset};
use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::envelope::Header;
use kaban_proto::ids::{Hash32, MemberId};
use kaban_proto::sign::{BadSignature, Signature, SigningKey, VerifyKey};

use zeroize::Zeroize;

use crate::hlc::Hlc;

const DOMAIN: &str = "kaban/env-m/1";
/// Most bytes of one change or item.
pub const CONTENT_BYTES_MAX: usize = 768 * 1024;

/// What the envelope carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentKind {
    /// One Automerge change.
    Change = 1,
    /// One signed item.
    Item = 2,
}

/// Everything but the person's signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Statement {
    /// The person.
    pub member: MemberId,
    /// Number of the duty the writer acted under, 0 for none: the fencing token.
    pub duty: u64,
    /// Hybrid logical clock: orders what is not ordered by cause.
    pub hlc: Hlc,
    /// Wall clock, milliseconds since 1970-01-01 UTC.
    pub wall_ms: i64,
    /// Offset of the wall clock from UTC in minutes.
    pub offset_minutes: i16,
    /// Rows of the writer's audit chain, and the hash of the last: a truncated chain shows.
    pub audit_rows: u64,
    /// See `audit_rows`.
    pub audit_head: Hash32,
    /// What `content` is.
    pub kind: ContentKind,
    /// The change or the item.
    pub content: Vec<u8>,
}

impl Drop for Statement {
    /// What somebody wrote does not stay in memory that was given back.
    fn drop(&mut self) {
        self.content.zeroize();
    }
}

/// The plaintext of a data envelope.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    /// What is said.
    pub statement: Statement,
    /// The person's signature over header and statement.
    pub signature: Signature,
}

impl Payload {
    /// Signs as the person.
    pub fn sign(header: &Header, statement: Statement, key: &SigningKey) -> Self {
        let hash = Hash32::of(&statement.encode());
        let signature = key.sign(DOMAIN, &[&header.bytes(), hash.as_bytes()]);
        Self {
            statement,
            signature,
        }
    }

    /// Checks the person's signature.
    pub fn verify_member(&self, header: &Header, key: &VerifyKey) -> Result<(), BadSignature> {
        let hash = Hash32::of(&self.statement.encode());
        key.verify(DOMAIN, &[&header.bytes(), hash.as_bytes()], &self.signature)
    }
}

impl Statement {
    /// The wall clock with its offset.
    pub fn at(&self) -> DateTime<FixedOffset> {
        let offset = FixedOffset::east_opt(i32::from(self.offset_minutes) * 60)
            .unwrap_or_else(|| FixedOffset::east_opt(0).expect("no offset is an offset"));
        DateTime::from_timestamp_millis(self.wall_ms)
            .unwrap_or_default()
            .with_timezone(&offset)
    }
}

impl Wire for Statement {
    fn put(&self, w: &mut Writer) {
        let Self {
            member,
            duty,
            hlc,
            wall_ms,
            offset_minutes,
            audit_rows,
            audit_head,
            kind,
            content,
        } = self;
        1_u8.put(w);
        member.put(w);
        duty.put(w);
        hlc.put(w);
        (*wall_ms as u64).put(w);
        (*offset_minutes as u16).put(w);
        audit_rows.put(w);
        audit_head.put(w);
        (*kind as u8).put(w);
        w.bytes(content);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let version = r.error("version of the payload");
        if u8::take(r)? != 1 {
            return Err(version);
        }
        Ok(Self {
            member: Wire::take(r)?,
            duty: Wire::take(r)?,
            hlc: Wire::take(r)?,
            wall_ms: u64::take(r)? as i64,
            offset_minutes: u16::take(r)? as i16,
            audit_rows: Wire::take(r)?,
            audit_head: Wire::take(r)?,
            kind: {
                let bad = r.error("kind of content");
                match u8::take(r)? {
                    1 => ContentKind::Change,
                    2 => ContentKind::Item,
                    _ => return Err(bad),
                }
            },
            content: r.bytes(CONTENT_BYTES_MAX, "content")?.to_vec(),
        })
    }
}

impl Wire for Payload {
    fn put(&self, w: &mut Writer) {
        self.statement.put(w);
        self.signature.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            statement: Wire::take(r)?,
            signature: Wire::take(r)?,
        })
    }
}

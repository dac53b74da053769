//! Every way the relay says no. A code that this version does not know is kept as it came.

use crate::codec::{DecodeError, Reader, Wire, Writer};

/// Longest detail text, in bytes.
pub const DETAIL_BYTES_MAX: usize = 512;

/// Why one pushed envelope was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It belongs to another workspace than the token.
    OtherWorkspace,
    /// The record log does not know its author.
    UnknownDevice,
    /// Its author was removed.
    RemovedDevice,
    /// Its author is suspended now; it may be pushed again later.
    SuspendedDevice,
    /// Its signature is not by the author's identity key.
    BadSignature,
    /// Envelopes of the chain before it are missing; push from `expected` on.
    Gap {
        /// The sequence number the relay waits for.
        expected: u64,
    },
    /// Its place in the chain is taken by another envelope, or its `prev` is not the one before it.
    Fork,
    /// The record log does not take it; `detail` says why.
    BadRecord,
    /// The record log lacks some of its parents; push those first.
    MissingParents,
    /// The workspace has used up its space.
    Quota,
    /// A reason of a newer version.
    Unknown(u16),
}

impl Wire for Reason {
    fn put(&self, w: &mut Writer) {
        let (code, expected) = match self {
            Self::OtherWorkspace => (1, 0),
            Self::UnknownDevice => (2, 0),
            Self::RemovedDevice => (3, 0),
            Self::SuspendedDevice => (4, 0),
            Self::BadSignature => (5, 0),
            Self::Gap { expected } => (6, *expected),
            Self::Fork => (7, 0),
            Self::BadRecord => (8, 0),
            Self::MissingParents => (9, 0),
            Self::Quota => (10, 0),
            Self::Unknown(code) => (*code, 0),
        };
        code.put(w);
        expected.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bad = r.error("refusal reason");
        let (code, expected) = (u16::take(r)?, u64::take(r)?);
        match (code, expected) {
            (6, expected) => Ok(Self::Gap { expected }),
            (_, 1..) => Err(bad),
            (1, 0) => Ok(Self::OtherWorkspace),
            (2, 0) => Ok(Self::UnknownDevice),
            (3, 0) => Ok(Self::RemovedDevice),
            (4, 0) => Ok(Self::SuspendedDevice),
            (5, 0) => Ok(Self::BadSignature),
            (7, 0) => Ok(Self::Fork),
            (8, 0) => Ok(Self::BadRecord),
            (9, 0) => Ok(Self::MissingParents),
            (10, 0) => Ok(Self::Quota),
            (code, 0) => Ok(Self::Unknown(code)),
        }
    }
}

/// One pushed envelope that was not taken; the others of its page still were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the push, from 0.
    pub index: u32,
    /// Why.
    pub reason: Reason,
    /// More for a person to read, without patient data.
    pub detail: String,
}

impl Wire for Refused {
    fn put(&self, w: &mut Writer) {
        let Self {
            index,
            reason,
            detail,
        } = self;
        index.put(w);
        reason.put(w);
        put_detail(detail, w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            index: Wire::take(r)?,
            reason: Wire::take(r)?,
            detail: take_detail(r)?,
        })
    }
}

/// Why a whole request failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ApiCode {
    /// The body is not what the path takes. HTTP 400.
    BadRequest,
    /// The nonce or signature is not good, or too old. HTTP 401.
    BadProof,
    /// No token, a foreign one, or one that has ended: sign in again. HTTP 401.
    BadToken,
    /// The relay does not know the workspace. HTTP 404.
    UnknownWorkspace,
    /// The record log does not know the device. HTTP 403.
    UnknownDevice,
    /// The device was removed. HTTP 403.
    RemovedDevice,
    /// The device is suspended. HTTP 403.
    SuspendedDevice,
    /// The genesis is not valid, or new workspaces are not taken. HTTP 403.
    NotFounded,
    /// Another genesis has this workspace id. HTTP 409.
    OtherGenesis,
    /// The body is over the cap. HTTP 413.
    TooLarge,
    /// The body came too slowly. HTTP 408.
    TooSlow,
    /// Too many requests at once: try again. HTTP 503.
    Busy,
    /// The relay could not store or read. HTTP 500.
    Storage,
    /// There is no such path or method. HTTP 404.
    NoSuchPath,
    /// There is no such blob here, or not all of it yet. HTTP 404.
    NoSuchBlob,
    /// The descriptor is not the device's own, or not good. HTTP 403.
    BadDescriptor,
    /// All bytes came and do not have the hash they should; they were thrown away. HTTP 409.
    WrongHash,
    /// The workspace has used up its space for blobs. HTTP 507.
    BlobQuota,
    /// What the relay has of the workspace is damaged; its operator has to act. HTTP 500.
    DamagedWorkspace,
    /// A code of a newer version.
    Unknown(u16),
}

impl ApiCode {
    /// The HTTP status that goes with it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::BadProof | Self::BadToken => 401,
            Self::UnknownDevice
            | Self::RemovedDevice
            | Self::SuspendedDevice
            | Self::NotFounded
            | Self::BadDescriptor => 403,
            Self::UnknownWorkspace | Self::NoSuchPath | Self::NoSuchBlob => 404,
            Self::TooSlow => 408,
            Self::OtherGenesis | Self::WrongHash => 409,
            Self::TooLarge => 413,
            Self::Storage | Self::DamagedWorkspace | Self::Unknown(_) => 500,
            Self::Busy => 503,
            Self::BlobQuota => 507,
        }
    }

    const fn code(self) -> u16 {
        match self {
            Self::BadRequest => 1,
            Self::BadProof => 2,
            Self::BadToken => 3,
            Self::UnknownWorkspace => 4,
            Self::UnknownDevice => 5,
            Self::RemovedDevice => 6,
            Self::SuspendedDevice => 7,
            Self::NotFounded => 8,
            Self::OtherGenesis => 9,
            Self::TooLarge => 10,
            Self::TooSlow => 11,
            Self::Busy => 12,
            Self::Storage => 13,
            Self::NoSuchPath => 14,
            Self::NoSuchBlob => 15,
            Self::BadDescriptor => 16,
            Self::WrongHash => 17,
            Self::BlobQuota => 18,
            Self::DamagedWorkspace => 19,
            Self::Unknown(code) => code,
        }
    }

    const fn of(code: u16) -> Self {
        match code {
            1 => Self::BadRequest,
            2 => Self::BadProof,
            3 => Self::BadToken,
            4 => Self::UnknownWorkspace,
            5 => Self::UnknownDevice,
            6 => Self::RemovedDevice,
            7 => Self::SuspendedDevice,
            8 => Self::NotFounded,
            9 => Self::OtherGenesis,
            10 => Self::TooLarge,
            11 => Self::TooSlow,
            12 => Self::Busy,
            13 => Self::Storage,
            14 => Self::NoSuchPath,
            15 => Self::NoSuchBlob,
            16 => Self::BadDescriptor,
            17 => Self::WrongHash,
            18 => Self::BlobQuota,
            19 => Self::DamagedWorkspace,
            code => Self::Unknown(code),
        }
    }
}

/// The body of every answer that is not 200.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("relay answers {code:?}: {detail}")]
pub struct ApiError {
    /// What a program acts on.
    pub code: ApiCode,
    /// What a person may read, without patient data.
    pub detail: String,
}

impl Wire for ApiError {
    fn put(&self, w: &mut Writer) {
        self.code.code().put(w);
        put_detail(&self.detail, w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            code: ApiCode::of(u16::take(r)?),
            detail: take_detail(r)?,
        })
    }
}

/// Writes a detail, cut at the cap on a character boundary.
fn put_detail(detail: &str, w: &mut Writer) {
    w.bytes(&detail.as_bytes()[..detail.floor_char_boundary(DETAIL_BYTES_MAX)]);
}

fn take_detail(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    let bad = r.error("detail");
    let bytes = r.bytes(DETAIL_BYTES_MAX, "detail")?;
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| bad)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_unknown_ones_are_kept() {
        for code in 0..=40 {
            assert_eq!(ApiCode::of(code).code(), code);
            let mut bytes = code.encode();
            bytes.extend(0_u64.encode());
            assert_eq!(Reason::decode(&bytes).unwrap().encode(), bytes);
        }
        assert_eq!(
            Reason::decode(&Reason::Gap { expected: 9 }.encode()),
            Ok(Reason::Gap { expected: 9 })
        );
        assert!(Reason::decode(&[0, 7, 0, 0, 0, 0, 0, 0, 0, 1]).is_err());
    }

    #[test]
    fn a_long_detail_is_cut_between_characters() {
        let error = ApiError {
            code: ApiCode::Storage,
            detail: "あ".repeat(400),
        };
        let read = ApiError::decode(&error.encode()).unwrap();
        assert_eq!(read.detail, "あ".repeat(DETAIL_BYTES_MAX / 3));
    }
}

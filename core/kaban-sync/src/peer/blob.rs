//! Public blobs to a relay and back, piece by piece: what was sent or fetched before a break is not sent or fetched
//! again. The workspace is borrowed for signing in and for judging descriptors, never while an answer is waited for.
//!
//! Nothing a relay says is believed: a descriptor counts by its signature, bytes beyond what was asked for break the
//! transfer, and whether the whole has its hash is for the caller to check before it uses it.

use std::io;

use kaban_proto::codec::Wire;
use kaban_proto::ids::Hash32;
use kaban_proto::relay_api::{
    BLOB_PIECE_BYTES_MAX, BlobDescriptor, BlobKind, BlobList, BlobPiece, BlobState, PATH_BLOBS,
};

use super::lend::Lend;
use super::relay::{Run, Session, expect_ok, nonsense};
use super::transport::{Answer, BlobTransport, Patience};
use crate::error::Error;
use crate::workspace::Distrust;

/// How often a token is asked for anew within one transfer; a day-long transfer needs 150.
const SIGN_INS_MAX: u32 = 1000;
/// Pieces beyond those a blob has: for pieces the relay already had when a break hid its answer, and for answers that
/// are shorter than asked for.
const SPARE_PIECES: u64 = 64;

/// How far a transfer is, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct BlobProgress {
    /// Bytes that are there.
    pub done: u64,
    /// Bytes of the whole.
    pub total: u64,
}

/// Where the bytes of a blob are read.
pub trait BlobSource: Send {
    /// Exactly `length` bytes at `offset`.
    ///
    /// # Errors
    /// When they cannot be read.
    fn read_at(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>>;
}

/// Where the bytes of a blob go; what it has from an earlier attempt counts.
pub trait BlobSink: Send {
    /// Bytes it has.
    fn have(&self) -> u64;

    /// Adds bytes behind those it has.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
}

/// What a relay offers.
#[derive(Clone, Debug, Default)]
pub struct OfferedBlobs {
    /// Descriptors by devices whose word counts.
    pub good: Vec<BlobDescriptor>,
    /// The others, each with why it does not count.
    pub distrusted: Vec<(BlobDescriptor, Distrust)>,
}

/// What a transfer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlobReport {
    /// Bytes of the blob that went over the line this time.
    pub moved: u64,
    /// Answered requests.
    pub round_trips: u64,
    /// Requests that broke and were tried again.
    pub broken: u64,
}

/// The blobs of a kind that a relay has for this association.
///
/// # Errors
/// [`Error::Peer`] when the relay cannot be reached, does not know this device, or makes no sense.
pub async fn list_blobs<L: Lend, T: BlobTransport, P: Patience>(
    lender: &mut L,
    transport: &T,
    patience: &P,
    kind: BlobKind,
) -> Result<OfferedBlobs, L::Error> {
    let mut run = Run::new(lender, transport, patience);
    let mut line = Line::open(&mut run).await?;
    let answer = line
        .ask(&mut run, |bearer| async move {
            transport.send(PATH_BLOBS, None, Some(&bearer)).await
        })
        .await?;
    let list = BlobList::decode(&expect_ok(answer)?).map_err(|_| nonsense())?;
    run.lender.lend(|workspace, _| {
        let mut offered = OfferedBlobs::default();
        for blob in list.blobs.into_iter().filter(|b| b.facts.kind == kind) {
            match workspace.vouches_for_blob(&blob) {
                Ok(()) => offered.good.push(blob),
                Err(why) => offered.distrusted.push((blob, why)),
            }
        }
        Ok(offered)
    })
}

/// Sends a blob, from where the relay has it.
///
/// # Errors
/// [`Error::Peer`] as [`list_blobs`], or when the relay does not take the blob; [`Error::Vault`] when it cannot be read.
pub async fn publish_blob<L: Lend, T: BlobTransport, P: Patience>(
    lender: &mut L,
    transport: &T,
    patience: &P,
    descriptor: &BlobDescriptor,
    source: &mut dyn BlobSource,
    progress: &mut (dyn FnMut(BlobProgress) + Send),
) -> Result<BlobReport, L::Error> {
    let mut run = Run::new(lender, transport, patience);
    let mut line = Line::open(&mut run).await?;
    let path = path_of(&descriptor.facts.hash);
    let total = descriptor.facts.bytes;
    let mut piece = BlobPiece {
        descriptor: descriptor.clone(),
        offset: 0,
        bytes: Vec::new(),
    };
    let mut moved = 0;
    for _ in 0..pieces(total) {
        let (body, path) = (piece.encode(), path.as_str());
        let answer = line
            .ask(&mut run, |bearer| {
                let body = body.clone();
                async move { transport.put(path, body, &bearer).await }
            })
            .await?;
        let state = BlobState::decode(&expect_ok(answer)?).map_err(|_| nonsense())?;
        if state.have > total || (state.complete && state.have != total) {
            return Err(nonsense().into());
        }
        moved += piece.bytes.len() as u64;
        progress(BlobProgress {
            done: state.have,
            total,
        });
        if state.complete {
            return Ok(report(&run, moved));
        }
        let length = (total - state.have).min(BLOB_PIECE_BYTES_MAX as u64) as usize;
        piece.offset = state.have;
        piece.bytes = source.read_at(state.have, length).map_err(disk)?;
    }
    Err(endless().into())
}

/// Fetches a blob, from where the sink has it.
///
/// # Errors
/// [`Error::Peer`] as [`list_blobs`], or when what comes is not what was asked for; [`Error::Vault`] when it cannot be
/// kept. What the sink has stays.
pub async fn fetch_blob<L: Lend, T: BlobTransport, P: Patience>(
    lender: &mut L,
    transport: &T,
    patience: &P,
    descriptor: &BlobDescriptor,
    sink: &mut dyn BlobSink,
    progress: &mut (dyn FnMut(BlobProgress) + Send),
) -> Result<BlobReport, L::Error> {
    let mut run = Run::new(lender, transport, patience);
    let mut line = Line::open(&mut run).await?;
    let path = path_of(&descriptor.facts.hash);
    let total = descriptor.facts.bytes;
    let mut moved = 0;
    for _ in 0..pieces(total) {
        let first = sink.have();
        progress(BlobProgress { done: first, total });
        if first >= total {
            return Ok(report(&run, moved));
        }
        let last = (first + BLOB_PIECE_BYTES_MAX as u64).min(total) - 1;
        let path = path.as_str();
        let answer = line
            .ask(&mut run, |bearer| async move {
                transport.get_range(path, first, last, &bearer).await
            })
            .await?;
        if answer.status != 206 {
            expect_ok(answer)?;
            return Err(nonsense().into());
        }
        // Less than asked for is progress, of which there is an end; nothing, or more, is not an answer.
        if answer.body.is_empty() || answer.body.len() as u64 > last - first + 1 {
            return Err(nonsense().into());
        }
        sink.append(&answer.body).map_err(disk)?;
        moved += answer.body.len() as u64;
    }
    Err(endless().into())
}

/// A signed-in line to a relay; a token that ends on the way is asked for anew.
struct Line {
    session: Session,
    sign_ins: u32,
}

impl Line {
    async fn open<L: Lend, T: BlobTransport, P: Patience>(
        run: &mut Run<'_, L, T, P>,
    ) -> Result<Self, L::Error> {
        let session = run.sign_in(false).await?;
        Ok(Self {
            session,
            sign_ins: 0,
        })
    }

    async fn ask<L: Lend, T: BlobTransport, P: Patience, F>(
        &mut self,
        run: &mut Run<'_, L, T, P>,
        request: impl Fn(String) -> F,
    ) -> Result<Answer, L::Error>
    where
        F: Future<Output = Result<Answer, super::TransportError>> + Send,
    {
        loop {
            let bearer = self.session.token.bearer();
            let answer = run.again(|| request(bearer.clone())).await?;
            if answer.status != 401 {
                return Ok(answer);
            }
            self.sign_ins += 1;
            if self.sign_ins > SIGN_INS_MAX {
                return Err(endless().into());
            }
            self.session = run.sign_in(true).await?;
        }
    }
}

fn path_of(hash: &Hash32) -> String {
    format!("{PATH_BLOBS}/{hash}")
}

fn pieces(total: u64) -> u64 {
    total.div_ceil(BLOB_PIECE_BYTES_MAX as u64) + SPARE_PIECES
}

fn report<L, T, P>(run: &Run<'_, L, T, P>, moved: u64) -> BlobReport {
    BlobReport {
        moved,
        round_trips: run.report.round_trips,
        broken: run.report.broken,
    }
}

fn disk(error: io::Error) -> Error {
    Error::Vault(error.into())
}

fn endless() -> Error {
    Error::Peer {
        what: "the relay never comes to an end".to_owned(),
    }
}

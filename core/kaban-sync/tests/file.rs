//! Sealed files as somebody bends them who wants the bag to fall, and as they pass by without ever
//! lying in memory whole.
#![allow(clippy::unwrap_used, missing_docs)]

use std::cell::Cell;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Header, Kind, SealedEnvelope};
use kaban_proto::ids::{DeviceId, DocTag, EpochId, Hash32, WorkspaceId};
use kaban_proto::random::OsRandom;
use kaban_proto::sign::{SigningKey, VerifyKey};
use kaban_sync::Error;
use kaban_sync::file::{FileKind, Label, Plan, Sealed, seal_to};
use kaban_sync::seal::make_keypair;
use kaban_vault::kbox::Key;
use kaban_vault::stream::{CHUNK_BYTES, sealed_bytes};
use proptest::prelude::*;

const FROM: DeviceId = DeviceId::from_bytes([1; 16]);
const TO: DeviceId = DeviceId::from_bytes([2; 16]);
/// Label, sealed key and length, as in formats.md.
const START: usize = 4 + 1 + 1 + 16 * 4 + 80 + 8;
/// Head of a stream and the tag of each chunk.
const STREAM_HEAD: usize = 65;
const CHUNK: usize = CHUNK_BYTES + 16;

fn label() -> Label {
    Label {
        kind: FileKind::Release,
        ws: WorkspaceId::from_bytes([3; 16]),
        from: FROM,
        to: TO,
        lease: [0; 16],
    }
}

/// The envelopes of one author, each of so many bytes.
fn envelope(seq: u64, bytes: usize) -> SealedEnvelope {
    let header = Header {
        kind: Kind::Data,
        ws: WorkspaceId::from_bytes([3; 16]),
        doc: DocTag::from_bytes([4; 16]),
        author: FROM,
        seq,
        prev: if seq == 1 {
            Hash32::ZERO
        } else {
            Hash32::of(b"before")
        },
        epoch: EpochId::from_bytes([5; 16]),
        members_head: Hash32::ZERO,
    };
    let body = vec![u8::try_from(seq % 251).unwrap(); bytes];
    SealedEnvelope::sign(header, body, &SigningKey::from_seed([6; 32])).unwrap()
}

struct Made {
    file: Vec<u8>,
    private: Key,
    signer: VerifyKey,
    envelopes: Vec<SealedEnvelope>,
}

fn made(lengths: &[usize]) -> Made {
    let (private, public) = make_keypair(&mut OsRandom);
    let signing = SigningKey::make(&mut OsRandom);
    let envelopes: Vec<_> = (1..)
        .zip(lengths)
        .map(|(n, len)| envelope(n, *len))
        .collect();
    let mut file = Vec::new();
    let each = envelopes.iter().map(|envelope| Ok(envelope.encode()));
    let plan = Plan::of(b"about", &envelopes);
    seal_to(
        &mut file,
        label(),
        &public,
        &signing,
        plan,
        b"about",
        each,
        &mut OsRandom,
    )
    .unwrap();
    Made {
        file,
        private,
        signer: signing.verify_key(),
        envelopes,
    }
}

/// What a reader who checks the signature first gets out of the file.
fn opened(bytes: &[u8], made: &Made) -> Result<Vec<SealedEnvelope>, Error> {
    let mut sealed = Sealed::read(Cursor::new(bytes))?;
    let key = sealed.key(FileKind::Release, TO, &mut |_| Ok(made.private.duplicate()))?;
    if !sealed.is_signed_by(&made.signer) {
        return Err(Error::Rule("not signed"));
    }
    let mut out = Vec::new();
    sealed.each(&key, &mut |envelope| {
        out.push(envelope);
        Ok(())
    })?;
    Ok(out)
}

/// The same for one who does not look at the signature: a bent file is refused all the same, because
/// whoever bends it does not have its key.
fn opened_unsigned(bytes: &[u8], made: &Made) -> Result<(), Error> {
    let mut sealed = Sealed::read(Cursor::new(bytes))?;
    let key = sealed.key(FileKind::Release, TO, &mut |_| Ok(made.private.duplicate()))?;
    sealed.each(&key, &mut |_| Ok(())).map(drop)
}

/// A file of these chunks, with the length set right for them.
fn of_chunks(made: &Made, order: &[usize]) -> Vec<u8> {
    let stream = &made.file[START..made.file.len() - 64];
    let chunks: Vec<&[u8]> = stream[STREAM_HEAD..].chunks(CHUNK).collect();
    let mut body = stream[..STREAM_HEAD].to_vec();
    order
        .iter()
        .for_each(|at| body.extend_from_slice(chunks[*at]));
    let mut file = made.file[..START - 8].to_vec();
    file.extend_from_slice(&(body.len() as u64).to_be_bytes());
    file.extend_from_slice(&body);
    file.extend_from_slice(&made.file[made.file.len() - 64..]);
    file
}

fn chunks_of(made: &Made) -> usize {
    (made.file.len() - START - 64 - STREAM_HEAD).div_ceil(CHUNK)
}

#[test]
fn envelopes_around_the_border_of_a_chunk_come_back() {
    let border = CHUNK_BYTES - 300;
    for lengths in [
        vec![],
        vec![0],
        vec![border; 3],
        (border - 40..border + 340).step_by(19).collect(),
        vec![1 << 20, 0, 1 << 20],
    ] {
        let made = made(&lengths);
        assert!(opened(&made.file, &made).unwrap() == made.envelopes);
    }
}

#[test]
fn a_file_cut_at_or_near_any_border_is_refused() {
    let made = made(&[50_000; 5]);
    let mut borders = vec![
        0,
        4,
        70,
        START - 8,
        START,
        START + STREAM_HEAD,
        made.file.len() - 64,
    ];
    borders.extend((0..chunks_of(&made)).map(|n| START + STREAM_HEAD + n * CHUNK));
    for border in borders {
        for cut in border.saturating_sub(2)..(border + 3).min(made.file.len()) {
            assert!(
                opened_unsigned(&made.file[..cut], &made).is_err(),
                "cut at {cut}"
            );
        }
    }
    for longer in [1, 64, CHUNK] {
        let mut file = made.file.clone();
        file.extend(vec![0; longer]);
        assert!(opened_unsigned(&file, &made).is_err());
    }
}

#[test]
fn a_file_that_says_it_is_larger_than_any_is_refused_before_it_is_read() {
    struct Huge;
    impl Read for Huge {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Ok(0)
        }
    }
    impl Seek for Huge {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            Ok(if matches!(to, SeekFrom::End(_)) {
                u64::MAX / 2
            } else {
                0
            })
        }
    }
    assert!(matches!(Sealed::read(Huge), Err(Error::Malformed { .. })));
    let plan = Plan::by_lengths(b"", [usize::MAX / 4].into_iter());
    let (_, public) = make_keypair(&mut OsRandom);
    let signing = SigningKey::make(&mut OsRandom);
    let nothing = std::iter::empty();
    let mut out = Vec::new();
    let refused = seal_to(
        &mut out,
        label(),
        &public,
        &signing,
        plan,
        b"",
        nothing,
        &mut OsRandom,
    );
    assert!(matches!(refused, Err(Error::Rule(_))));
    assert!(out.is_empty(), "nothing was written");
}

#[test]
fn other_envelopes_than_were_announced_make_no_file() {
    let (_, public) = make_keypair(&mut OsRandom);
    let signing = SigningKey::make(&mut OsRandom);
    let two = [envelope(1, 10), envelope(2, 10)];
    for given in [1, 3] {
        let each = (1..=given).map(|n| Ok(envelope(n, 10).encode()));
        let plan = Plan::of(b"", &two);
        let mut out = Vec::new();
        let made = seal_to(
            &mut out,
            label(),
            &public,
            &signing,
            plan,
            b"",
            each,
            &mut OsRandom,
        );
        assert!(made.is_err(), "{given} instead of 2");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn chunks_in_any_other_order_number_or_place_are_refused(
        lengths in proptest::collection::vec(0_usize..90_000, 3..5),
        picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let made = made(&lengths);
        let count = chunks_of(&made);
        let order: Vec<usize> = picks.iter().map(|pick| pick.index(count)).collect();
        let whole: Vec<usize> = (0..count).collect();
        prop_assert!(of_chunks(&made, &whole) == made.file);
        if order != whole {
            prop_assert!(opened_unsigned(&of_chunks(&made, &order), &made).is_err());
        }
        // One left out, one twice, two exchanged.
        for at in 0..count {
            let without: Vec<usize> = whole.iter().copied().filter(|n| *n != at).collect();
            prop_assert!(opened_unsigned(&of_chunks(&made, &without), &made).is_err());
            let mut twice = whole.clone();
            twice.insert(at, at);
            prop_assert!(opened_unsigned(&of_chunks(&made, &twice), &made).is_err());
            let mut exchanged = whole.clone();
            exchanged.swap(at, (at + 1) % count);
            if exchanged != whole {
                prop_assert!(opened_unsigned(&of_chunks(&made, &exchanged), &made).is_err());
            }
        }
    }

    #[test]
    fn a_changed_byte_anywhere_is_refused(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let made = made(&[70_000, 10, 70_000]);
        let mut file = made.file.clone();
        file[at.index(made.file.len())] ^= 1 << bit;
        prop_assert!(opened(&file, &made).is_err());
    }
}

/// Counts what passes by.
struct Counted<'a, T>(T, &'a Cell<usize>);

impl<T: Write> Write for Counted<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.0.write(bytes)?;
        self.1.set(self.1.get() + count);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<T: Read> Read for Counted<'_, T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(bytes)?;
        self.1.set(self.1.get() + count);
        Ok(count)
    }
}

impl<T: Seek> Seek for Counted<'_, T> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.1.set(0);
        self.0.seek(to)
    }
}

/// The most memory this process ever had, where the system tells.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// `KABAN_FILE_MB=200` shows it with a bag of that size.
#[test]
fn between_what_went_in_and_what_came_out_lie_two_chunks_and_one_envelope() {
    const ENVELOPE: usize = 100_000;
    const MOST: usize = 3 * CHUNK + ENVELOPE + 1000;
    let megabytes = std::env::var("KABAN_FILE_MB").ok();
    let megabytes: usize = megabytes.and_then(|text| text.parse().ok()).unwrap_or(5);
    let count = megabytes * 1_000_000 / ENVELOPE;
    let before = most_memory();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bag.kaban");
    let (private, public) = make_keypair(&mut OsRandom);
    let signing = SigningKey::make(&mut OsRandom);

    let (given, written) = (Cell::new(0), Cell::new(0));
    let one = envelope(1, ENVELOPE).encode();
    let each = (0..count).map(|_| {
        given.set(given.get() + one.len());
        assert!(given.get() < written.get() + MOST, "more lies in memory");
        Ok(one.clone())
    });
    let plan = Plan::by_lengths(b"", std::iter::repeat_n(one.len(), count));
    let mut out = Counted(std::fs::File::create(&path).unwrap(), &written);
    seal_to(
        &mut out,
        label(),
        &public,
        &signing,
        plan,
        b"",
        each,
        &mut OsRandom,
    )
    .unwrap();
    assert_eq!(
        written.get() as u64,
        START as u64 + sealed_bytes(plan.bytes) + 64
    );

    let (read, got) = (Cell::new(0), Cell::new(0));
    let file = Counted(std::fs::File::open(&path).unwrap(), &read);
    let mut sealed = Sealed::read(file).unwrap();
    assert!(sealed.is_signed_by(&signing.verify_key()));
    let key = sealed.key(FileKind::Release, TO, &mut |_| Ok(private.duplicate()));
    sealed
        .each(&key.unwrap(), &mut |envelope| {
            got.set(got.get() + envelope.body().len());
            assert!(
                read.get() < got.get() + got.get() / 50 + MOST,
                "more lies in memory"
            );
            Ok(())
        })
        .unwrap();
    assert_eq!(got.get(), count * ENVELOPE);
    println!(
        "{megabytes} MB; most memory {before:?} KiB before, {:?} after",
        most_memory()
    );
}

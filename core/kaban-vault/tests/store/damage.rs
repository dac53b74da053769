//! Flipped bytes anywhere in the file: never a panic, never a wrong plaintext, always one of the named errors.

use super::common::*;
use kaban_vault::audit::AuditEvent;
use kaban_vault::store::Scope;
use kaban_vault::{EnvelopeState, Error, Store};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FLIPS: usize = 400;

/// What reading everything gave, with each error's kind.
#[derive(Default)]
struct Reading {
    errors: Vec<Error>,
    rows: usize,
    envelopes: usize,
    acts: usize,
    findings: usize,
}

impl Reading {
    fn take<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }
}

fn text(n: u8) -> Vec<u8> {
    let mut out = vec![n; 40 + usize::from(n) * 9];
    out[0] = 0xc5;
    out
}

fn fill(store: &mut Store) {
    store.create_lease_alias(&LEASE).unwrap();
    store.create_bag_scope(LEASE).unwrap();
    store.create_own_scope(PATIENT).unwrap();
    for n in 0..30_u8 {
        let scope = [
            Scope::Device,
            Scope::Member,
            Scope::Own(PATIENT),
            Scope::Bag(LEASE),
        ][usize::from(n) % 4];
        write(store, |tx| {
            tx.put_row(&scope, "front", &[n % 3], &[n], &text(n))?;
            tx.audit(act(AuditEvent::Write, Some([n; 16])))
        })
        .unwrap();
    }
    let chain = chain(1, 12);
    write(store, |tx| {
        chain.iter().try_for_each(|envelope| {
            tx.put_envelope(envelope, EnvelopeState::Applied, true)
                .map(|_| ())
        })
    })
    .unwrap();
}

/// Reads all there is; every plaintext must be the one that was written.
fn read_everything(desk: &Desk) -> Reading {
    let mut reading = Reading::default();
    let Some(mut store) = reading.take(desk.open()) else {
        return reading;
    };
    let unlocked = store.unlock(None, PASSPHRASE);
    if reading.take(unlocked).is_none() {
        return reading;
    }
    for n in 0..30_u8 {
        let row = write(&mut store, |tx| tx.get_row("front", &[n % 3], &[n]));
        if let Some(Some(plaintext)) = reading.take(row) {
            assert_eq!(*plaintext, text(n), "a wrong plaintext came out");
            reading.rows += 1;
        }
    }
    for (_, id, plaintext) in reading
        .take(write(&mut store, |tx| tx.list_collection("front")))
        .unwrap_or_default()
    {
        assert_eq!(*plaintext, text(id[0]), "a wrong plaintext came out");
    }
    let genuine = chain(1, 12);
    for stored in reading
        .take(write(&mut store, |tx| tx.outbox(99)))
        .unwrap_or_default()
    {
        reading.envelopes += 1;
        assert!(
            genuine.contains(&stored.envelope),
            "a wrong envelope came out"
        );
    }
    let acts = reading
        .take(write(&mut store, |tx| tx.audit_rows(1, 99)))
        .unwrap_or_default();
    reading.acts = acts.len();
    assert!(
        acts.iter()
            .all(|row| row.entry.patient == Some([row.n as u8 - 1; 16]))
    );
    let _ = reading.take(write(&mut store, |tx| tx.vector(&DOC)));
    reading.findings = reading
        .take(store.check())
        .map_or(0, |report| report.findings.len());
    reading
}

#[test]
fn every_flipped_byte_is_damage_tampering_or_harmless() {
    let desk = Desk::new();
    let mut store = desk.create();
    fill(&mut store);
    store.lock().unwrap();
    drop(store);
    let whole = std::fs::read(desk.database()).unwrap();
    let whole_reading = read_everything(&desk);
    assert!(whole_reading.errors.is_empty() && whole_reading.rows == 30);

    let mut rng = ChaCha8Rng::seed_from_u64(20_260_725);
    let (mut damaged, mut tampered, mut gone, mut checked, mut harmless, mut other) =
        (0, 0, 0, 0, 0, 0);
    let written: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    for flip in 0..FLIPS {
        // Three of four flips hit what is written; the rest of the file is mostly empty.
        let at = if flip % 4 == 0 {
            rng.random_range(0..whole.len())
        } else {
            written[rng.random_range(0..written.len())]
        };
        let mask = rng.random_range(1..=255_u8);
        let mut bytes = whole.clone();
        bytes[at] ^= mask;
        std::fs::write(desk.database(), &bytes).unwrap();
        let _ = std::fs::remove_file(desk.folder().join("kaban.db-wal"));
        let reading = read_everything(&desk);
        match reading.errors.first() {
            None if reading.findings > 0 => checked += 1,
            // Nothing may be missing without anyone saying so.
            None => {
                assert_eq!(
                    (reading.rows, reading.envelopes, reading.acts),
                    (30, 12, 30),
                    "byte {at} ^ {mask:#04x}"
                );
                harmless += 1;
            }
            Some(Error::Damaged { .. }) => damaged += 1,
            Some(Error::Tampered { .. }) => tampered += 1,
            // A flipped id of a scope's key row leaves its rows without a key, and a flipped version is a newer one.
            Some(Error::ScopeGone { .. }) => gone += 1,
            Some(Error::TooNew { .. }) if (60..64).contains(&at) => other += 1,
            Some(error) => panic!("byte {at} ^ {mask:#04x} of {}: {error:?}", whole.len()),
        }
        assert!(
            !reading
                .errors
                .iter()
                .any(|error| matches!(error, Error::WrongPassphrase))
        );
    }
    println!(
        "{FLIPS} flips of {} bytes: {damaged} damaged, {tampered} tampered, {gone} gone, {checked} by the check alone, {harmless} harmless, {other} newer",
        whole.len()
    );
    assert!(damaged > 0 && tampered > 0);
}

#[test]
fn a_file_cut_anywhere_is_damage_or_reads_what_was_written() {
    let desk = Desk::new();
    let mut store = desk.create();
    fill(&mut store);
    store.lock().unwrap();
    drop(store);
    let whole = std::fs::read(desk.database()).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..40 {
        let cut = rng.random_range(0..whole.len());
        std::fs::write(desk.database(), &whole[..cut]).unwrap();
        let reading = read_everything(&desk);
        let fine = |error: &Error| {
            matches!(
                error,
                Error::Damaged { .. } | Error::Tampered { .. } | Error::ScopeGone { .. }
            )
        };
        assert!(
            reading.errors.iter().all(fine),
            "cut at {cut}: {:?}",
            reading.errors.first()
        );
        assert!(!reading.errors.is_empty() || cut == whole.len());
    }
}

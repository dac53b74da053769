//! Envelopes: idempotence, forks, quarantine, heads, the outbox.

use super::common::*;
use kaban_proto::{DeviceId, DocTag, Hash32, Header, Kind, SealedEnvelope, SigningKey};
use kaban_vault::Error;
use kaban_vault::store::EnvelopeState::{Applied, Parked, Quarantined};
use std::collections::BTreeMap;

fn author(byte: u8) -> DeviceId {
    DeviceId::from_bytes([byte; 16])
}

#[test]
fn an_envelope_is_stored_once_and_a_second_one_at_its_place_is_a_fork() {
    let desk = Desk::new();
    let mut store = desk.create();
    let first = envelope(1, 1, Hash32::ZERO, b"first");
    let forged = envelope(1, 1, Hash32::ZERO, b"other");
    assert!(write(&mut store, |tx| tx.put_envelope(&first, Applied, false)).unwrap());
    assert!(!write(&mut store, |tx| tx.put_envelope(&first, Applied, true)).unwrap());
    let fork = write(&mut store, |tx| tx.put_envelope(&forged, Parked, false));
    assert!(matches!(fork, Err(Error::Fork { seq: 1, .. })));
    assert!(
        write(&mut store, |tx| tx.put_envelope(
            &forged,
            Quarantined,
            false
        ))
        .unwrap()
    );
    let released = write(&mut store, |tx| {
        tx.set_envelope_state(&forged.hash(), Applied)
    });
    assert!(matches!(released, Err(Error::Fork { .. })));
    let at_place = write(&mut store, |tx| tx.envelope_hash(&DOC, &author(1), 1)).unwrap();
    assert_eq!(at_place, Some(first.hash()));
}

/// A record of the record log.
fn record(seq: u64, prev: Hash32, body: &[u8]) -> SealedEnvelope {
    let header = Header {
        kind: Kind::Record,
        doc: DocTag::RECORDS,
        ..*envelope(1, seq, prev, body).header()
    };
    SealedEnvelope::sign(header, body.to_vec(), &SigningKey::from_seed([1; 32])).unwrap()
}

#[test]
fn the_record_log_keeps_every_branch_of_a_chain() {
    let desk = Desk::new();
    let mut store = desk.create();
    let (one, two) = (
        record(1, Hash32::ZERO, b"one"),
        record(1, Hash32::ZERO, b"two"),
    );
    let next = record(2, two.hash(), b"on the second");
    write(&mut store, |tx| {
        tx.put_envelope(&one, Applied, false)?;
        tx.put_envelope(&two, Applied, false)?;
        tx.put_envelope(&next, Applied, false)
    })
    .unwrap();
    let vector = write(&mut store, |tx| tx.vector(&DocTag::RECORDS)).unwrap();
    assert_eq!(vector, [(author(1), 2, next.hash())]);
    let found = write(&mut store, |tx| {
        tx.envelopes_by_arrival(&DocTag::RECORDS, 0)
    })
    .unwrap();
    assert_eq!(found.len(), 3);
}

#[test]
fn a_quarantined_envelope_does_not_keep_the_true_one_out() {
    let desk = Desk::new();
    let mut store = desk.create();
    let (bad, good) = (
        envelope(1, 1, Hash32::ZERO, b"bad"),
        envelope(1, 1, Hash32::ZERO, b"good"),
    );
    write(&mut store, |tx| {
        tx.put_envelope(&bad, Parked, false)?;
        tx.quarantine(&bad.hash(), "schema")?;
        tx.quarantine(&Hash32::of(b"never stored"), "undecodable")?;
        tx.put_envelope(&good, Applied, false)
    })
    .unwrap();
    let notes = write(&mut store, |tx| tx.quarantined()).unwrap();
    assert_eq!(notes.len(), 2);
    let note = notes.iter().find(|note| note.hash == bad.hash()).unwrap();
    assert!(note.stored && note.reason == "schema");
    assert_eq!(
        write(&mut store, |tx| tx.envelopes_in_state(Quarantined, 0)).unwrap()[0]
            .1
            .envelope,
        bad
    );
    assert_eq!(
        write(&mut store, |tx| tx.envelope_hash(&DOC, &author(1), 1)).unwrap(),
        Some(good.hash())
    );
    assert!(write(&mut store, |tx| tx.unquarantine(&bad.hash())).unwrap());
}

#[test]
fn heads_follow_each_chain_up_to_the_first_gap() {
    let desk = Desk::new();
    let mut store = desk.create();
    let (one, two) = (chain(1, 5), chain(2, 3));
    write(&mut store, |tx| {
        for envelope in [&one[0], &one[1], &one[3], &two[2]] {
            tx.put_envelope(envelope, Parked, false)?;
        }
        Ok(())
    })
    .unwrap();
    let vector = |store: &mut kaban_vault::Store| write(store, |tx| tx.vector(&DOC)).unwrap();
    assert_eq!(vector(&mut store), [(author(1), 2, one[1].hash())]);
    write(&mut store, |tx| {
        tx.put_envelope(&one[2], Applied, false)?;
        tx.put_envelope(&two[1], Applied, false)?;
        tx.put_envelope(&two[0], Applied, false)
    })
    .unwrap();
    assert_eq!(
        vector(&mut store),
        [(author(1), 4, one[3].hash()), (author(2), 3, two[2].hash())]
    );
    assert_eq!(write(&mut store, |tx| tx.docs()).unwrap(), [DOC]);
    let after = BTreeMap::from([(author(1), 3)]);
    let listed = write(&mut store, |tx| tx.envelopes(&DOC, &after, 100)).unwrap();
    let listed: Vec<Hash32> = listed.iter().map(|stored| stored.envelope.hash()).collect();
    assert_eq!(
        listed,
        [one[3].hash(), two[0].hash(), two[1].hash(), two[2].hash()]
    );
    assert_eq!(
        write(&mut store, |tx| tx.envelopes(&DOC, &after, 2))
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn the_head_at_a_place_names_the_accepted_envelope() {
    let desk = Desk::new();
    let mut store = desk.create();
    let bad = envelope(1, 1, Hash32::ZERO, b"bad");
    let good = envelope(1, 1, Hash32::ZERO, b"good");
    let next = envelope(1, 2, good.hash(), b"next");
    let mut head = |change: &dyn Fn(&mut kaban_vault::Tx<'_>) -> Result<bool, Error>| {
        write(&mut store, |tx| {
            change(tx)?;
            tx.vector(&DOC)
        })
        .unwrap()[0]
    };
    assert_eq!(
        head(&|tx| tx.put_envelope(&bad, Quarantined, false)),
        (author(1), 1, bad.hash())
    );
    assert_eq!(
        head(&|tx| tx.put_envelope(&good, Parked, false)),
        (author(1), 1, good.hash())
    );
    assert_eq!(
        head(&|tx| tx.set_envelope_state(&good.hash(), Applied)),
        (author(1), 1, good.hash())
    );
    assert_eq!(
        head(&|tx| tx.set_envelope_state(&good.hash(), Quarantined)),
        (author(1), 1, bad.hash())
    );
    assert_eq!(
        head(&|tx| tx.set_envelope_state(&good.hash(), Applied)),
        (author(1), 1, good.hash())
    );
    assert_eq!(
        head(&|tx| tx.put_envelope(&next, Parked, false)),
        (author(1), 2, next.hash())
    );
    assert_eq!(
        head(&|tx| tx.set_envelope_state(&next.hash(), Applied)),
        (author(1), 2, next.hash())
    );
}

#[test]
fn the_outbox_can_be_emptied_while_the_store_is_locked() {
    let desk = Desk::new();
    let mut store = desk.create();
    let chain = chain(1, 3);
    write(&mut store, |tx| {
        chain
            .iter()
            .try_for_each(|envelope| tx.put_envelope(envelope, Applied, true).map(|_| ()))
    })
    .unwrap();
    store.lock().unwrap();
    let unsent = write(&mut store, |tx| tx.outbox(10)).unwrap();
    assert_eq!(unsent.len(), 3);
    assert!(unsent.iter().all(|stored| stored.outbox));
    let hashes: Vec<Hash32> = chain[..2].iter().map(|envelope| envelope.hash()).collect();
    assert_eq!(
        write(&mut store, |tx| tx.mark_sent(&hashes, b"receipt")).unwrap(),
        2
    );
    assert_eq!(
        write(&mut store, |tx| tx.mark_sent(&hashes, b"again")).unwrap(),
        0
    );
    assert_eq!(write(&mut store, |tx| tx.outbox_len()).unwrap(), 1);
    assert_eq!(
        write(&mut store, |tx| tx.receipt(&hashes[0]))
            .unwrap()
            .unwrap(),
        b"receipt"
    );
    assert_eq!(
        write(&mut store, |tx| tx.receipt(&chain[2].hash())).unwrap(),
        None
    );
}

#[test]
fn a_changed_wire_row_or_head_is_named_and_never_handed_on() {
    let desk = Desk::new();
    let mut store = desk.create();
    let chain = chain(1, 2);
    write(&mut store, |tx| {
        chain
            .iter()
            .try_for_each(|envelope| tx.put_envelope(envelope, Applied, true).map(|_| ()))
    })
    .unwrap();
    drop(store);
    let whole = std::fs::read(desk.database()).unwrap();
    for meddling in [
        &format!(
            "UPDATE envelope SET wire = {} WHERE seq = 2",
            changed("wire", 151)
        ),
        "UPDATE envelope SET wire = (SELECT wire FROM envelope WHERE seq = 1) WHERE seq = 2",
        "UPDATE envelope SET wire = x'' WHERE seq = 2",
        "UPDATE envelope SET seq = 3 WHERE seq = 2",
        "UPDATE envelope SET state = 9 WHERE seq = 2",
    ] {
        std::fs::write(desk.database(), &whole).unwrap();
        assert_eq!(desk.meddle(meddling), 1);
        let mut store = desk.unlocked();
        let result = write(&mut store, |tx| tx.envelope(&chain[1].hash()));
        let expected = chain[1].hash().to_string();
        assert!(
            matches!(result, Err(Error::Tampered { table: "envelope", row }) if row == expected),
            "{meddling}"
        );
        assert!(write(&mut store, |tx| tx.outbox(9)).is_err());
        assert!(write(&mut store, |tx| tx.envelope(&chain[0].hash())).is_ok());
        assert!(!store.check().unwrap().findings.is_empty());
    }
    for meddling in [
        "UPDATE head SET seq = 1",
        "UPDATE head SET seq = 7",
        "UPDATE head SET hash = zeroblob(32)",
    ] {
        std::fs::write(desk.database(), &whole).unwrap();
        desk.meddle(meddling);
        let result = write(&mut desk.unlocked(), |tx| tx.vector(&DOC));
        assert!(
            matches!(result, Err(Error::Tampered { table: "head", .. })),
            "{meddling}"
        );
    }
}

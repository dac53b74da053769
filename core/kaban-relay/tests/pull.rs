//! Pulling by vector and by position, page by page.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Running, Town, start, start_with};
use kaban_proto::relay_api::{ExchangeRequest, Interest, Token};
use kaban_proto::{DeviceId, DocTag, Hash32, SealedEnvelope};
use kaban_relay::Config;
use std::collections::BTreeMap;

type Vector = BTreeMap<DeviceId, u64>;

fn doc(n: u8) -> DocTag {
    DocTag::from_bytes([n; 16])
}

/// Three documents by two authors, 40 envelopes of 100 bytes each.
async fn filled(relay: &Running) -> (Town, Token, Vec<SealedEnvelope>) {
    let mut town = Town::new(relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let mut all = Vec::new();
    for n in 0..40_u8 {
        let author = if n % 3 == 0 { &mut town.a } else { &mut town.b };
        all.push(author.write(town.ws, 10 + n % 4 % 3, &[n; 100]));
    }
    assert_eq!(relay.push(&token, &all).await.unwrap().refused, []);
    (town, token, all)
}

/// Pulls until nothing is left, keeping vectors as a device does; gives back what came and in how many pages.
async fn pull_all(
    relay: &Running,
    token: &Token,
    mut docs: Vec<DocTag>,
    bytes: u32,
) -> (Vec<SealedEnvelope>, usize) {
    let mut have: BTreeMap<DocTag, Vector> = BTreeMap::new();
    let (mut got, mut pages) = (Vec::new(), 0);
    loop {
        let empty = Vector::new();
        let interest = Interest::new(
            docs.iter()
                .map(|doc| (*doc, have.get(doc).unwrap_or(&empty))),
        );
        let answer = relay.pull(token, interest, bytes).await;
        pages += 1;
        for envelope in &answer.page {
            let header = envelope.header();
            let last = have
                .entry(header.doc)
                .or_default()
                .insert(header.author, header.seq)
                .unwrap_or(0);
            assert_eq!(header.seq, last + 1);
        }
        got.extend(answer.page);
        docs.drain(..answer.interest_done as usize);
        assert_eq!(answer.more, !docs.is_empty());
        if !answer.more {
            return (got, pages);
        }
    }
}

#[tokio::test]
async fn a_pull_gives_documents_in_the_order_asked_authors_by_id_and_chains_ascending() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let (_, token, all) = filled(&relay).await;
    let order = [doc(12), doc(10), doc(11)];
    let (got, pages) = pull_all(&relay, &token, order.to_vec(), 1 << 20).await;
    assert_eq!(pages, 1);
    let place = |e: &SealedEnvelope| {
        let at = order.iter().position(|doc| *doc == e.header().doc);
        (at, e.header().author, e.header().seq)
    };
    let mut expected = all;
    expected.sort_by_key(place);
    assert_eq!(got, expected);
}

#[tokio::test]
async fn a_pull_resumes_across_pages_without_loss_or_doubling() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let (_, token, all) = filled(&relay).await;
    let docs = vec![doc(10), doc(99), doc(11), doc(12)];
    let (whole, _) = pull_all(&relay, &token, docs.clone(), 1 << 20).await;
    assert_eq!(whole.len(), all.len());
    for bytes in [0, 309, 310, 700, 2_000, 5_000] {
        let (got, pages) = pull_all(&relay, &token, docs.clone(), bytes).await;
        assert_eq!(got, whole, "{bytes}");
        assert!(
            pages >= whole.len() * 309 / (bytes as usize).max(309),
            "{pages}"
        );
    }
}

#[tokio::test]
async fn the_relays_own_caps_bound_a_page() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config {
        page_bytes_max: 1_000,
        page_envelopes_max: 2,
        ..Config::new(dir.path())
    };
    let relay = start_with(config).await;
    let (_, token, all) = filled(&relay).await;
    let (got, pages) = pull_all(&relay, &token, vec![doc(10), doc(11), doc(12)], u32::MAX).await;
    assert_eq!(got.len(), all.len());
    assert!(pages >= all.len() / 2);
}

#[tokio::test]
async fn a_device_that_is_up_to_date_gets_an_empty_page() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let (_, token, all) = filled(&relay).await;
    let mut have: BTreeMap<DocTag, Vector> = BTreeMap::new();
    for envelope in &all {
        have.entry(envelope.header().doc)
            .or_default()
            .insert(envelope.header().author, envelope.header().seq);
    }
    let interest = Interest::new(have.iter().map(|(doc, have)| (*doc, have)));
    let answer = relay.pull(&token, interest, 1 << 20).await;
    assert_eq!(
        (answer.page.len(), answer.more, answer.interest_done),
        (0, false, 3)
    );
}

#[tokio::test]
async fn records_are_pulled_like_any_document() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let (town, token, _) = filled(&relay).await;
    let (got, _) = pull_all(&relay, &token, vec![DocTag::RECORDS], 1 << 20).await;
    assert_eq!(got, town.records);
}

#[tokio::test]
async fn a_pull_after_a_position_brings_what_was_stored_since_in_its_order() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let (mut town, token, all) = filled(&relay).await;
    let start = relay.pull(&token, Interest::default(), 0).await.position;
    assert_eq!(start, all.len() as u64 + 2);
    let news: Vec<SealedEnvelope> = (0..9)
        .map(|n| town.b.write(town.ws, 50 + n % 2, &[n; 100]))
        .collect();
    relay.push(&token, &news).await.unwrap();
    let (mut after, mut got) = (start, Vec::new());
    loop {
        let answer = relay
            .pull(
                &token,
                Interest {
                    after,
                    ..Interest::default()
                },
                700,
            )
            .await;
        got.extend(answer.page);
        after = answer.position;
        if !answer.more {
            break;
        }
    }
    assert_eq!(got, news);
    assert_eq!(after, start + 9);
    let quiet = relay
        .pull(
            &token,
            Interest {
                after,
                ..Interest::default()
            },
            700,
        )
        .await;
    assert_eq!((quiet.page.len(), quiet.position), (0, after));
}

#[tokio::test]
async fn a_pull_after_a_position_leaves_out_documents_it_also_names() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let (_, token, all) = filled(&relay).await;
    let empty = Vector::new();
    let interest = Interest {
        after: 2,
        ..Interest::new([(doc(11), &empty)])
    };
    let answer = relay.pull(&token, interest, 1 << 20).await;
    let mut hashes: Vec<Hash32> = answer.page.iter().map(SealedEnvelope::hash).collect();
    let mut expected: Vec<Hash32> = all.iter().map(SealedEnvelope::hash).collect();
    hashes.sort_unstable();
    expected.sort_unstable();
    assert_eq!(hashes, expected);
}

#[tokio::test]
async fn one_exchange_pushes_and_pulls_what_it_just_pushed() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let envelope = town.b.write(town.ws, 7, b"x");
    let empty = Vector::new();
    let request = ExchangeRequest {
        push: vec![envelope.clone()],
        interest: Interest::new([(doc(7), &empty)]),
        page_bytes_max: 1 << 20,
    };
    let answer = relay.exchange(&token, &request).await.unwrap();
    assert_eq!(answer.page, [envelope]);
}

#[tokio::test]
async fn one_workspace_never_sees_another() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let (town, _, _) = filled(&relay).await;
    let mut other = common::Device::new(60, kaban_proto::Rights::ALL);
    let genesis = other.found();
    relay.found(&genesis).await.unwrap();
    let token = relay.sign_in(genesis.header().ws, &other).await.unwrap();
    let (got, _) = pull_all(
        &relay,
        &token,
        vec![doc(10), doc(11), DocTag::RECORDS],
        1 << 20,
    )
    .await;
    assert_eq!(got, [genesis]);
    let tail = relay
        .pull(
            &token,
            Interest {
                after: 1,
                ..Interest::default()
            },
            1 << 20,
        )
        .await;
    assert_eq!((tail.page.len(), tail.position), (0, 1));
    assert_ne!(town.ws, other.found().header().ws);
}

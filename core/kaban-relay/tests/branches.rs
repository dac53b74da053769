//! A device that was copied forks its chain of records. The relay keeps both branches, hands each
//! to whoever lacks it, and stops nobody.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Town, start};
use kaban_proto::relay_api::{Interest, Reason};
use kaban_proto::{Clear, DocTag, Hash32, SealedEnvelope};
use std::collections::BTreeMap;

#[tokio::test]
async fn both_branches_of_a_forked_record_log_are_taken_and_reach_everybody() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let mut twin = town.b.clone();
    let first = town.b.write_record(town.ws, &[town.head], Clear::None);
    // The restored device leaves the association; the other one does not know.
    let leaves = Clear::RemoveDevice {
        device: town.b.id(),
    };
    let second = twin.write_record(town.ws, &[town.head], leaves);
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let answer = relay
        .push(&token, &[first.clone(), second.clone()])
        .await
        .unwrap();
    assert_eq!(answer.refused, []);
    let join = town
        .a
        .write_record(town.ws, &[first.hash(), second.hash()], Clear::None);
    let answer = relay
        .push(&token, std::slice::from_ref(&join))
        .await
        .unwrap();
    assert_eq!(answer.refused, []);
    // Whoever has one of the two gets the other, though its vector names the place.
    for has in [&first, &second] {
        let have = BTreeMap::from([(town.b.id(), 1_u64), (town.a.id(), 2)]);
        let interest = Interest::new([(DocTag::RECORDS, &have)]);
        let page = relay.pull(&token, interest, 1 << 20).await.page;
        let got: Vec<Hash32> = page.iter().map(SealedEnvelope::hash).collect();
        let lacks = if has.hash() == first.hash() {
            &second
        } else {
            &first
        };
        assert!(got.contains(&lacks.hash()) && got.contains(&join.hash()));
    }
    // Taken again it is known, and in documents a fork is a fork.
    let answer = relay.push(&token, &[second, first]).await.unwrap();
    assert_eq!(answer.refused, []);
    let mut twin = town.a.clone();
    let page = [
        town.a.write(town.ws, 7, b"one"),
        twin.write(town.ws, 7, b"other"),
    ];
    let answer = relay.push(&token, &page).await.unwrap();
    assert_eq!(answer.refused.len(), 1);
    assert_eq!(answer.refused[0].reason, Reason::Fork);
    relay.stop().await;
    let relay = start(dir.path()).await;
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let head = town.a.write_record(town.ws, &[join.hash()], Clear::None);
    assert_eq!(relay.push(&token, &[head]).await.unwrap().refused, []);
}

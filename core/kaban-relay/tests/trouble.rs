//! When the disk, the network or the operator is not kind.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Device, Town, code, start, start_with};
use kaban_proto::relay_api::{ApiCode, Interest, PATH_CHALLENGE};
use kaban_proto::{Clear, Rights};
use kaban_relay::{Config, Error, Relay};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_failed_commit_leaves_nothing_behind_in_memory_either() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let db = rusqlite::Connection::open(dir.path().join("relay.sqlite")).unwrap();
    db.execute_batch(
        "CREATE TRIGGER broken BEFORE INSERT ON envelope WHEN NEW.doc = x'42424242424242424242424242424242'
         BEGIN SELECT RAISE(ABORT, 'disk trouble'); END",
    )
    .unwrap();
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let c = Device::new(3, Rights::NONE);
    let add = town
        .a
        .write_record(town.ws, &[town.head], Clear::AddDevice(c.keys));
    let broken = town.a.write(town.ws, 0x42, b"x");
    let answer = relay.push(&token, &[add.clone(), broken.clone()]).await;
    assert_eq!(code(answer), Some(ApiCode::Storage));
    assert_eq!(
        code(relay.sign_in(town.ws, &c).await),
        Some(ApiCode::UnknownDevice)
    );
    db.execute_batch("DROP TRIGGER broken").unwrap();
    let answer = relay
        .push(&token, &[add.clone(), broken.clone()])
        .await
        .unwrap();
    assert!(
        answer.refused.is_empty() && answer.receipt.unwrap().covers(&[add.hash(), broken.hash()])
    );
    assert!(relay.sign_in(town.ws, &c).await.is_ok());
}

#[tokio::test]
async fn a_request_that_hangs_does_not_hold_up_the_stop_and_the_store_is_free_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        stop_time_max: Duration::from_millis(20),
        ..Config::new(dir.path())
    })
    .await;
    let mut stream = TcpStream::connect(relay.url.trim_start_matches("http://"))
        .await
        .unwrap();
    let head =
        format!("POST {PATH_CHALLENGE} HTTP/1.1\r\nhost: relay\r\ncontent-length: 32\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(relay.get("/v1/health").await.0, 200);
    relay.stop().await;
    assert!(Relay::open(Config::new(dir.path())).is_ok());
}

#[tokio::test]
async fn a_noisy_connection_does_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    for noise in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/exchange HTTP/1.1\r\n\xff\xff: x\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(relay.url.trim_start_matches("http://"))
            .await
            .unwrap();
        stream.write_all(noise).await.unwrap();
        stream.shutdown().await.unwrap();
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    assert_eq!(relay.get("/v1/health").await.0, 200);
}

#[tokio::test]
async fn a_store_without_its_keys_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    relay.stop().await;
    std::fs::remove_file(dir.path().join("relay.key")).unwrap();
    assert!(matches!(
        Relay::open(Config::new(dir.path())),
        Err(Error::KeysMissing)
    ));
}

#[tokio::test]
async fn what_has_a_receipt_is_in_the_files_as_they_lie_at_that_moment() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    let page: Vec<_> = (0..50)
        .map(|n| town.b.write(town.ws, 7, &[n; 300]))
        .collect();
    let receipt = relay.push(&token, &page).await.unwrap().receipt.unwrap();
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(dir.path()).unwrap() {
        let file = file.unwrap();
        if file.file_name() != "relay.sqlite-shm" {
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
    }
    let revived = start(copy.path()).await;
    assert_eq!(receipt.verify(&revived.key), Ok(()));
    let interest = Interest::new([(page[0].header().doc, &BTreeMap::new())]);
    let token = revived.sign_in(town.ws, &town.b).await.unwrap();
    assert_eq!(revived.pull(&token, interest, 1 << 20).await.page, page);
}

//! Connections that say nothing, say it drop by drop, or never take their answer.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Running, Town, start_with};
use kaban_proto::relay_api::{ApiCode, ApiError, Interest, PATH_CHALLENGE, PATH_EXCHANGE};
use kaban_proto::{DocTag, Wire};
use kaban_relay::Config;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// So short that a test need not wait, for what must end by itself.
const SHORT: Duration = Duration::from_millis(50);
/// So long that no test gets there.
const NEVER: Duration = Duration::from_secs(3_600);

/// Nothing ends by itself.
fn patient(dir: &tempfile::TempDir) -> Config {
    Config {
        head_time_max: NEVER,
        body_time_max: NEVER,
        answer_time_max: NEVER,
        stop_time_max: SHORT,
        ..Config::new(dir.path())
    }
}

async fn connect(relay: &Running) -> TcpStream {
    let address = relay.url.trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// Health, over a connection of its own.
async fn health(relay: &Running) -> Vec<u8> {
    let mut stream = connect(relay).await;
    let head = b"GET /v1/health HTTP/1.1\r\nhost: relay\r\nconnection: close\r\n\r\n";
    stream.write_all(head).await.unwrap();
    rest_of(&mut stream).await
}

/// All that comes until the relay hangs up, whichever way it does.
async fn rest_of(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(got) = stream.read(&mut buffer).await
        && got > 0
    {
        answer.extend_from_slice(&buffer[..got]);
    }
    answer
}

/// Opens an exchange that is allowed to speak and whose body does not come.
async fn at_work(relay: &Running, bearer: &str) -> TcpStream {
    let mut stream = connect(relay).await;
    let head = format!(
        "POST {PATH_EXCHANGE} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {bearer}\r\n\
         expect: 100-continue\r\ncontent-length: 64\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The relay asks for the body once it has looked at the token.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).await.unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 Continue"));
    stream
}

#[tokio::test]
async fn health_is_answered_while_every_place_is_held_by_somebody_silent() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        connections_max: 8,
        ..patient(&dir)
    })
    .await;
    let mut silent = Vec::new();
    for _ in 0..8 {
        silent.push(connect(&relay).await);
    }
    assert!(health(&relay).await.ends_with(b"ok\n"));
    assert_eq!(rest_of(&mut silent[0]).await, b"", "the oldest gave way");
}

#[tokio::test]
async fn health_is_answered_while_every_place_is_held_by_half_a_request() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        connections_max: 8,
        ..patient(&dir)
    })
    .await;
    let half = format!("POST {PATH_CHALLENGE} HTTP/1.1\r\nhost: relay\r\ncontent-length: 32\r\n");
    let mut held = Vec::new();
    for end in ["", "\r\n", "\r\nhalf a body"].into_iter().cycle().take(16) {
        let mut stream = connect(&relay).await;
        let said = format!("{half}{end}");
        stream.write_all(said.as_bytes()).await.unwrap();
        held.push(stream);
    }
    assert!(health(&relay).await.ends_with(b"ok\n"));
}

#[tokio::test]
async fn whoever_is_at_work_does_not_give_way_and_the_next_waits_until_it_is_done() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        connections_max: 1,
        ..patient(&dir)
    })
    .await;
    let town = Town::new(&relay).await;
    let bearer = relay.sign_in(town.ws, &town.b).await.unwrap().bearer();
    let mut working = at_work(&relay, &bearer).await;
    let mut next = connect(&relay).await;
    let head = b"GET /v1/health HTTP/1.1\r\nhost: relay\r\nconnection: close\r\n\r\n";
    next.write_all(head).await.unwrap();
    let early = tokio::time::timeout(SHORT, next.read(&mut [0; 1])).await;
    assert!(early.is_err());
    working.write_all(&[0; 64]).await.unwrap();
    assert!(working.read(&mut [0; 64]).await.unwrap() > 0);
    assert!(rest_of(&mut next).await.ends_with(b"ok\n"));
}

#[tokio::test]
async fn one_device_holds_no_more_than_its_share_of_the_places() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        device_requests_max: 3,
        ..patient(&dir)
    })
    .await;
    let town = Town::new(&relay).await;
    let hostile = relay.sign_in(town.ws, &town.b).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(at_work(&relay, &hostile.bearer()).await);
    }
    let further = relay.push(&hostile, &[]).await;
    assert_eq!(common::code(further), Some(ApiCode::Busy));
    let other = relay.sign_in(town.ws, &town.a).await.unwrap();
    assert!(relay.push(&other, &[]).await.is_ok());
    let mut first = held.remove(0);
    first.write_all(&[0; 64]).await.unwrap();
    assert!(first.read(&mut [0; 64]).await.unwrap() > 0);
    drop(first);
    assert!(relay.push(&hostile, &[]).await.is_ok());
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        head_time_max: SHORT,
        ..patient(&dir)
    })
    .await;
    assert_eq!(rest_of(&mut connect(&relay).await).await, b"");
}

#[tokio::test]
async fn half_a_head_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        head_time_max: SHORT,
        ..patient(&dir)
    })
    .await;
    let mut stream = connect(&relay).await;
    let half = b"GET /v1/health HTTP/1.1\r\nhost: re";
    stream.write_all(half).await.unwrap();
    assert_eq!(rest_of(&mut stream).await, b"");
}

#[tokio::test]
async fn a_head_that_comes_drop_by_drop_is_closed_though_it_never_falls_silent() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        head_time_max: SHORT,
        ..patient(&dir)
    })
    .await;
    let (mut from, mut to) = connect(&relay).await.into_split();
    let dripping = async {
        let mut said = to.write_all(b"GET /v1/health HTTP/1.1\r\nx: ").await;
        while said.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
            said = to.write_all(b"x").await;
        }
    };
    let closed = async {
        let mut byte = [0; 1];
        matches!(from.read(&mut byte).await, Ok(0) | Err(_))
    };
    tokio::select! {
        () = dripping => {}
        closed = closed => assert!(closed),
    }
}

#[tokio::test]
async fn a_body_that_comes_drop_by_drop_is_told_that_it_is_too_slow() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        body_time_max: SHORT,
        ..patient(&dir)
    })
    .await;
    let (mut from, mut to) = connect(&relay).await.into_split();
    let head = format!(
        "POST {PATH_CHALLENGE} HTTP/1.1\r\nhost: relay\r\nconnection: close\r\n\
         content-length: 1000\r\n\r\n"
    );
    to.write_all(head.as_bytes()).await.unwrap();
    let dripping = async {
        while to.write_all(b"x").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = vec![0; 4096];
    let got = tokio::select! {
        () = dripping => 0,
        got = from.read(&mut answer) => got.unwrap(),
    };
    answer.truncate(got);
    assert!(answer.starts_with(b"HTTP/1.1 408"));
    let blank = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let error = ApiError::decode(&answer[blank.unwrap() + 4..]).unwrap();
    assert_eq!(error.code, ApiCode::TooSlow);
}

#[tokio::test]
async fn a_connection_kept_open_after_an_answer_is_closed_when_nothing_more_comes() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        head_time_max: SHORT,
        ..patient(&dir)
    })
    .await;
    let mut stream = connect(&relay).await;
    for _ in 0..2 {
        let head = b"GET /v1/health HTTP/1.1\r\nhost: relay\r\n\r\n";
        stream.write_all(head).await.unwrap();
        assert!(stream.read(&mut [0; 512]).await.unwrap() > 0);
    }
    assert_eq!(rest_of(&mut stream).await, b"");
}

#[tokio::test]
async fn whoever_never_takes_the_answer_is_closed() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        answer_time_max: SHORT,
        page_bytes_max: 32 << 20,
        device_requests_max: 1,
        ..patient(&dir)
    })
    .await;
    let mut town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.b).await.unwrap();
    for _ in 0..20 {
        let large = town.b.write(town.ws, 7, &vec![1; 900_000]);
        assert_eq!(relay.push(&token, &[large]).await.unwrap().refused, []);
    }
    let request = kaban_proto::relay_api::ExchangeRequest {
        push: vec![],
        interest: Interest::new([(DocTag::from_bytes([7; 16]), &BTreeMap::new())]),
        page_bytes_max: 32 << 20,
    };
    let body = request.encode();
    let mut stream = connect(&relay).await;
    let head = format!(
        "POST {PATH_EXCHANGE} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\n\
         content-length: {}\r\n\r\n",
        token.bearer(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    // The answer has begun, and nobody reads on: its place comes free all the same.
    assert_eq!(stream.peek(&mut [0; 1]).await.unwrap(), 1);
    while relay.push(&token, &[]).await.is_err() {
        tokio::time::sleep(SHORT / 10).await;
    }
    let whole = rest_of(&mut stream).await.len();
    assert!(whole < 18_000_000, "{whole} bytes had come");
}

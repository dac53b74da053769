//! Public blobs: up in pieces, checked at the end, down by ranges, for the devices of the workspace alone.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Device, Running, START_MS, Town, code, start, start_with};
use kaban_proto::relay_api::{
    ApiCode, ApiError, BLOB_PIECE_BYTES_MAX, BlobDescriptor, BlobFacts, BlobKind, BlobList,
    BlobPiece, BlobState, PATH_BLOBS, Token,
};
use kaban_proto::{Clear, Hash32, Rights, Wire, WorkspaceId};
use kaban_relay::Config;

fn map(bytes: &[u8]) -> BlobFacts {
    BlobFacts {
        hash: Hash32::of(bytes),
        bytes: bytes.len() as u64,
        kind: BlobKind::DistrictPack,
        name: "sosa".to_owned(),
        data_date: 20_261_101,
        described_ms: START_MS,
    }
}

fn described(ws: WorkspaceId, by: &Device, facts: BlobFacts) -> BlobDescriptor {
    BlobDescriptor::sign(ws, by.id(), facts, &by.key)
}

fn decoded<T: Wire>((status, body): (u16, Vec<u8>)) -> Result<T, ApiError> {
    if status == 200 {
        return Ok(T::decode(&body).unwrap());
    }
    let error = ApiError::decode(&body).unwrap();
    assert_eq!(error.code.status(), status);
    Err(error)
}

async fn put(
    relay: &Running,
    token: &Token,
    descriptor: &BlobDescriptor,
    offset: u64,
    bytes: &[u8],
) -> Result<BlobState, ApiError> {
    let piece = BlobPiece {
        descriptor: descriptor.clone(),
        offset,
        bytes: bytes.to_vec(),
    };
    let url = format!("{}{PATH_BLOBS}/{}", relay.url, descriptor.facts.hash);
    let request = relay.http.put(url).bearer_auth(token.bearer());
    let response = request.body(piece.encode()).send().await.unwrap();
    let status = response.status().as_u16();
    decoded((status, response.bytes().await.unwrap().to_vec()))
}

async fn put_whole(
    relay: &Running,
    token: &Token,
    descriptor: &BlobDescriptor,
    bytes: &[u8],
) -> Result<BlobState, ApiError> {
    let mut state = put(relay, token, descriptor, 0, &[]).await?;
    while !state.complete {
        let from = state.have as usize;
        let to = (from + BLOB_PIECE_BYTES_MAX).min(bytes.len());
        state = put(relay, token, descriptor, state.have, &bytes[from..to]).await?;
    }
    Ok(state)
}

async fn range(relay: &Running, token: &Token, hash: Hash32, range: &str) -> (u16, Vec<u8>) {
    let url = format!("{}{PATH_BLOBS}/{hash}", relay.url);
    let request = relay.http.get(url).bearer_auth(token.bearer());
    let response = request.header("range", range).send().await.unwrap();
    (
        response.status().as_u16(),
        response.bytes().await.unwrap().to_vec(),
    )
}

async fn list(relay: &Running, token: &Token) -> Result<BlobList, ApiError> {
    let url = format!("{}{PATH_BLOBS}", relay.url);
    let response = relay.http.get(url).bearer_auth(token.bearer()).send().await;
    let response = response.unwrap();
    let status = response.status().as_u16();
    decoded((status, response.bytes().await.unwrap().to_vec()))
}

/// Bytes that no two places of which are alike.
fn bytes(length: usize) -> Vec<u8> {
    (0..length as u32 / 4 + 1)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes())
        .take(length)
        .collect()
}

#[tokio::test]
async fn a_blob_goes_up_in_pieces_and_comes_down_by_ranges() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    let (a, b) = (
        relay.sign_in(town.ws, &town.a).await.unwrap(),
        relay.sign_in(town.ws, &town.b).await.unwrap(),
    );
    let pack = bytes(BLOB_PIECE_BYTES_MAX * 2 + 1000);
    let descriptor = described(town.ws, &town.a, map(&pack));
    put_whole(&relay, &a, &descriptor, &pack).await.unwrap();
    assert_eq!(
        list(&relay, &b).await.unwrap().blobs,
        vec![descriptor.clone()]
    );
    let mut got = Vec::new();
    while got.len() < pack.len() {
        let wanted = format!("bytes={}-{}", got.len(), u64::MAX);
        let (status, piece) = range(&relay, &b, descriptor.facts.hash, &wanted).await;
        assert_eq!(status, 206);
        assert!(piece.len() <= BLOB_PIECE_BYTES_MAX && !piece.is_empty());
        got.extend(piece);
    }
    assert!(got == pack);
    let past = format!("bytes={}-{}", pack.len(), pack.len() + 1);
    for wrong in [past.as_str(), "bytes=5-", "bytes=9-3"] {
        assert_eq!(range(&relay, &b, descriptor.facts.hash, wrong).await.0, 400);
    }
    relay.stop().await;
}

#[tokio::test]
async fn an_upload_goes_on_where_it_was_cut_also_on_a_relay_that_was_restarted() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let pack = bytes(5000);
    let descriptor = described(town.ws, &town.a, map(&pack));
    let half = put(&relay, &token, &descriptor, 0, &pack[..3000]).await;
    assert_eq!(
        (half.unwrap().have, list(&relay, &token).await.unwrap()),
        (3000, BlobList::default())
    );
    assert_eq!(
        range(&relay, &token, descriptor.facts.hash, "bytes=0-9")
            .await
            .0,
        404
    );
    relay.stop().await;
    let relay = start(dir.path()).await;
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    for (offset, piece) in [(0, &pack[..3000]), (3001, &pack[3001..]), (0, &[])] {
        let state = put(&relay, &token, &descriptor, offset, piece)
            .await
            .unwrap();
        assert_eq!((state.have, state.complete), (3000, false), "{offset}");
    }
    let state = put(&relay, &token, &descriptor, 3000, &pack[3000..]).await;
    assert!(state.unwrap().complete);
    for _ in 0..2 {
        let state = put(&relay, &token, &descriptor, 0, &pack[..10])
            .await
            .unwrap();
        assert_eq!((state.have, state.complete), (5000, true));
    }
    assert_eq!(
        range(&relay, &token, descriptor.facts.hash, "bytes=4990-5100").await,
        (206, pack[4990..].to_vec())
    );
}

#[tokio::test]
async fn wrong_bytes_are_never_shown_and_the_right_ones_can_come_afterwards() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let pack = bytes(2000);
    let descriptor = described(town.ws, &town.a, map(&pack));
    let mut wrong = pack.clone();
    wrong[1999] ^= 1;
    assert_eq!(
        code(put_whole(&relay, &token, &descriptor, &wrong).await),
        Some(ApiCode::WrongHash)
    );
    assert_eq!(list(&relay, &token).await.unwrap(), BlobList::default());
    let longer = bytes(2001);
    assert_eq!(
        code(put(&relay, &token, &descriptor, 0, &longer).await),
        Some(ApiCode::BadRequest)
    );
    assert!(
        put_whole(&relay, &token, &descriptor, &pack)
            .await
            .unwrap()
            .complete
    );
}

#[tokio::test]
async fn a_descriptor_is_the_bearers_own_and_for_its_workspace() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let pack = bytes(100);
    let elsewhere = WorkspaceId::from_bytes([9; 16]);
    let forged = BlobDescriptor {
        author: town.a.id(),
        ..described(town.ws, &town.b, map(&pack))
    };
    let redated = BlobDescriptor {
        facts: BlobFacts {
            data_date: 20_300_101,
            ..map(&pack)
        },
        ..described(town.ws, &town.a, map(&pack))
    };
    for wrong in [
        described(town.ws, &town.b, map(&pack)),
        described(elsewhere, &town.a, map(&pack)),
        forged,
        redated,
    ] {
        assert_eq!(
            code(put(&relay, &token, &wrong, 0, &pack).await),
            Some(ApiCode::BadDescriptor)
        );
    }
    let other = described(town.ws, &town.a, map(b"other"));
    let piece = BlobPiece {
        descriptor: other,
        offset: 0,
        bytes: b"other".to_vec(),
    };
    let url = format!("{}{PATH_BLOBS}/{}", relay.url, Hash32::of(&pack));
    let request = relay
        .http
        .put(url)
        .bearer_auth(token.bearer())
        .body(piece.encode());
    assert_eq!(request.send().await.unwrap().status().as_u16(), 400);
}

#[tokio::test]
async fn strangers_and_suspended_devices_neither_publish_nor_fetch() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let mut town = Town::new(&relay).await;
    let pack = bytes(100);
    let a = relay.sign_in(town.ws, &town.a).await.unwrap();
    put_whole(&relay, &a, &described(town.ws, &town.a, map(&pack)), &pack)
        .await
        .unwrap();
    let b = relay.sign_in(town.ws, &town.b).await.unwrap();
    let suspension = Clear::SuspendDevice {
        device: town.b.id(),
        until_ms: START_MS + 1000,
    };
    town.act(&relay, suspension).await;
    let mine = bytes(50);
    let descriptor = described(town.ws, &town.b, map(&mine));
    assert_eq!(
        code(put(&relay, &b, &descriptor, 0, &mine).await),
        Some(ApiCode::SuspendedDevice)
    );
    assert_eq!(code(list(&relay, &b).await), Some(ApiCode::SuspendedDevice));
    assert_eq!(
        range(&relay, &b, Hash32::of(&pack), "bytes=0-9").await.0,
        403
    );
    let stranger = Device::new(9, Rights::ALL).found();
    relay.found(&stranger).await.unwrap();
    let token = relay
        .sign_in(stranger.header().ws, &Device::new(9, Rights::ALL))
        .await
        .unwrap();
    assert_eq!(list(&relay, &token).await.unwrap(), BlobList::default());
    assert_eq!(
        range(&relay, &token, Hash32::of(&pack), "bytes=0-9")
            .await
            .0,
        404
    );
    for bearer in ["", "00"] {
        let request = relay
            .http
            .get(format!("{}{PATH_BLOBS}", relay.url))
            .bearer_auth(bearer);
        assert_eq!(request.send().await.unwrap().status().as_u16(), 401);
    }
}

#[tokio::test]
async fn size_count_and_total_are_bounded_and_an_unfinished_upload_gives_way() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start_with(Config {
        blob_bytes_max: 1000,
        blobs_max: 3,
        blobs_bytes_max: 2000,
        ..Config::new(dir.path())
    })
    .await;
    let town = Town::new(&relay).await;
    let token = relay.sign_in(town.ws, &town.a).await.unwrap();
    let up = async |pack: &[u8], whole: bool| {
        let descriptor = described(town.ws, &town.a, map(pack));
        if whole {
            put_whole(&relay, &token, &descriptor, pack).await
        } else {
            put(&relay, &token, &descriptor, 0, &pack[..1]).await
        }
    };
    assert_eq!(code(up(&bytes(1001), true).await), Some(ApiCode::TooLarge));
    up(&bytes(1000), true).await.unwrap();
    for length in 500..520 {
        assert_eq!(
            up(&bytes(length), false).await.unwrap().have,
            1,
            "only one is unfinished"
        );
    }
    up(&bytes(600), true).await.unwrap();
    assert_eq!(code(up(&bytes(500), true).await), Some(ApiCode::BlobQuota));
    up(&bytes(100), true).await.unwrap();
    assert_eq!(code(up(&bytes(10), true).await), Some(ApiCode::BlobQuota));
    assert_eq!(list(&relay, &token).await.unwrap().blobs.len(), 3);
}

#[tokio::test]
async fn whoever_publishes_a_blob_again_answers_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let relay = start(dir.path()).await;
    let town = Town::new(&relay).await;
    let (a, b) = (
        relay.sign_in(town.ws, &town.a).await.unwrap(),
        relay.sign_in(town.ws, &town.b).await.unwrap(),
    );
    let pack = bytes(300);
    put_whole(&relay, &a, &described(town.ws, &town.a, map(&pack)), &pack)
        .await
        .unwrap();
    let again = described(town.ws, &town.b, map(&pack));
    assert!(put(&relay, &b, &again, 0, &[]).await.unwrap().complete);
    assert_eq!(list(&relay, &a).await.unwrap().blobs, [again]);
    let lying = described(
        town.ws,
        &town.b,
        BlobFacts {
            bytes: 299,
            ..map(&pack)
        },
    );
    assert_eq!(
        code(put(&relay, &b, &lying, 0, &[]).await),
        Some(ApiCode::BadDescriptor)
    );
}

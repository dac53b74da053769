//! The blobs over HTTP: pieces up, ranges down, and the list. Whoever may exchange envelopes may do these.

use super::{answer, begin_work, read};
use crate::auth::Bearer;
use crate::blobs::{Blobs, Moment};
use crate::board::error;
use crate::relay::Relay;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use kaban_proto::relay_api::{
    ApiCode, ApiError, BLOB_PIECE_BYTES_MAX, BlobPiece, CONTENT_TYPE, PATH_BLOBS,
};
use kaban_proto::{Hash32, Wire};
use std::sync::Arc;

/// Body of a piece: the bytes, and the descriptor around them.
pub(super) const PIECE_BODY_BYTES_MAX: usize = BLOB_PIECE_BYTES_MAX + 1024;

/// The path of one blob, as the router reads it.
pub(super) fn path() -> String {
    format!("{PATH_BLOBS}/{{hash}}")
}

pub(super) async fn list(State(relay): State<Arc<Relay>>, request: Request) -> Response<Body> {
    let begun = begin_work(&relay, &request);
    let list = async {
        let (_, bearer) = begun?;
        relay.blobs(move |blobs| blobs.list(&bearer.ws)).await
    };
    answer(list.await.map(|list| list.encode()))
}

pub(super) async fn put(
    State(relay): State<Arc<Relay>>,
    Path(hash): Path<String>,
    request: Request,
) -> Response<Body> {
    answer(take_piece(&relay, &hash, request).await)
}

pub(super) async fn get(
    State(relay): State<Arc<Relay>>,
    Path(hash): Path<String>,
    request: Request,
) -> Response<Body> {
    let begun = begin_work(&relay, &request);
    let range = request.headers().get(header::RANGE).cloned();
    match give_range(&relay, begun, &hash, range).await {
        Ok(response) => response,
        Err(error) => answer(Err(error)),
    }
}

/// Who may publish is looked up before the body is read, and again after it came.
async fn take_piece(relay: &Arc<Relay>, hash: &str, request: Request) -> Result<Vec<u8>, ApiError> {
    let (secret, _) = begin_work(relay, &request)?;
    let piece: BlobPiece = read(relay, request).await?;
    let (bearer, posted) = relay.admit(&secret)?;
    let descriptor = &piece.descriptor;
    let key = posted
        .devices
        .get(&bearer.device)
        .map(|state| state.keys.id);
    let own = (descriptor.ws, descriptor.author) == (bearer.ws, bearer.device);
    if !own || key.is_none_or(|key| descriptor.verify(&key).is_err()) {
        return Err(error(
            ApiCode::BadDescriptor,
            "the descriptor is not signed by this device",
        ));
    }
    if descriptor.facts.hash != wanted(hash)? {
        return Err(error(
            ApiCode::BadRequest,
            "the descriptor is another blob's",
        ));
    }
    let now_ms = relay.now_ms();
    let put = move |blobs: &Blobs| {
        let devices = &posted.devices;
        blobs.put(&piece, &Moment { devices, now_ms })
    };
    Ok(relay.blobs(put).await?.encode())
}

async fn give_range(
    relay: &Arc<Relay>,
    begun: Result<(Vec<u8>, Bearer), ApiError>,
    hash: &str,
    range: Option<HeaderValue>,
) -> Result<Response<Body>, ApiError> {
    let (_, bearer) = begun?;
    let hash = wanted(hash)?;
    let (from, to) = range
        .as_ref()
        .and_then(|range| range.to_str().ok())
        .and_then(parse_range)
        .ok_or_else(|| {
            error(
                ApiCode::BadRequest,
                "a blob is asked for by ranges: bytes=FIRST-LAST",
            )
        })?;
    let to = to.min(from.saturating_add(BLOB_PIECE_BYTES_MAX as u64 - 1));
    let slice = relay
        .blobs(move |blobs| blobs.read(&bearer.ws, &hash, from, to))
        .await?;
    let last = (from + slice.bytes.len() as u64).saturating_sub(1);
    let response = Response::builder()
        .status(StatusCode::PARTIAL_CONTENT)
        .header(header::CONTENT_TYPE, CONTENT_TYPE)
        .header(
            header::CONTENT_RANGE,
            format!("bytes {from}-{last}/{}", slice.total),
        );
    response
        .body(Body::from(slice.bytes))
        .map_err(|_| error(ApiCode::Storage, "the answer could not be made"))
}

fn wanted(hash: &str) -> Result<Hash32, ApiError> {
    hash.parse()
        .map_err(|_| error(ApiCode::NoSuchBlob, "a blob is named by its SHA-256"))
}

/// `bytes=a-b` with a ≤ b; no other form is asked for by our devices.
fn parse_range(text: &str) -> Option<(u64, u64)> {
    let digits = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<u64>().ok()).flatten()
    };
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = (digits(from)?, digits(to)?);
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::parse_range;

    #[test]
    fn a_range_has_two_ends_in_order() {
        assert_eq!(parse_range("bytes=0-0"), Some((0, 0)));
        assert_eq!(
            parse_range("bytes=5-18446744073709551615"),
            Some((5, u64::MAX))
        );
        for bad in [
            "bytes=5-4",
            "bytes=-5",
            "bytes=5-",
            "bytes=0-1,3-4",
            "bytes=+1-2",
            "items=0-1",
            "bytes=0-18446744073709551616",
        ] {
            assert_eq!(parse_range(bad), None, "{bad}");
        }
    }
}

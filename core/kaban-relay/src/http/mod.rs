//! The HTTP face: reads a body within its bounds, decodes it, hands it on, encodes the answer.

mod blobs;

use crate::auth::Bearer;
use crate::board::{SetAside, error};
use crate::relay::Relay;
use crate::serve::Line;
use crate::writer::{Pushed, Task};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use kaban_proto::relay_api::{
    ApiCode, ApiError, CONTENT_TYPE, ChallengeRequest, ExchangeRequest, ExchangeResponse,
    PATH_BLOBS, PATH_CHALLENGE, PATH_EXCHANGE, PATH_HEALTH, PATH_RELAY, PATH_TOKEN,
    PATH_WORKSPACES, PUSH_BYTES_MAX, TokenRequest, parse_bearer,
};
use kaban_proto::{SealedEnvelope, Wire};
use std::sync::Arc;

/// Bodies of the requests that carry no envelopes.
const SMALL_BODY_BYTES_MAX: usize = 1024;

pub(crate) fn router(relay: Arc<Relay>) -> Router {
    let body_bytes_max = relay.config.body_bytes_max;
    let genesis = DefaultBodyLimit::max(body_bytes_max.min(PUSH_BYTES_MAX));
    let small = || DefaultBodyLimit::max(SMALL_BODY_BYTES_MAX);
    Router::new()
        .route(PATH_HEALTH, get(health))
        .route(PATH_RELAY, get(info))
        .route(PATH_WORKSPACES, post(found).layer(genesis))
        .route(PATH_CHALLENGE, post(challenge).layer(small()))
        .route(PATH_TOKEN, post(token).layer(small()))
        .route(PATH_EXCHANGE, post(exchange))
        .route(PATH_BLOBS, get(blobs::list))
        .route(
            &blobs::path(),
            put(blobs::put)
                .layer(DefaultBodyLimit::max(blobs::PIECE_BODY_BYTES_MAX))
                .get(blobs::get),
        )
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_path)
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .with_state(relay)
}

async fn health(State(relay): State<Arc<Relay>>) -> Response {
    if relay.is_healthy() {
        health_text(&relay).into_response()
    } else {
        answer(Err(error(ApiCode::Busy, "the writer has stopped")))
    }
}

/// `ok`, then a line for each thing that is damaged. Anybody may ask, so no id is in it.
fn health_text(relay: &Relay) -> String {
    let mut lines = vec!["ok".to_owned()];
    for SetAside { row, what, .. } in relay.set_aside() {
        lines.push(format!("set aside: workspace {row}: {what}"));
    }
    let damaged = relay.damaged();
    if damaged > 0 {
        lines.push(format!("damaged envelopes: {damaged}"));
    }
    lines.join("\n") + "\n"
}

async fn info(State(relay): State<Arc<Relay>>) -> Response {
    answer(Ok(relay.info().encode()))
}

async fn found(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    answer(async { write_genesis(&relay, read(&relay, request).await?).await }.await)
}

async fn challenge(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    let asked = read::<ChallengeRequest>(&relay, request).await;
    answer(asked.map(|asked| relay.challenge(asked).encode()))
}

async fn token(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    let request = read::<TokenRequest>(&relay, request).await;
    answer(
        request
            .and_then(|request| relay.token(&request))
            .map(|token| token.encode()),
    )
}

async fn exchange(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    answer(push_and_pull(&relay, request).await)
}

async fn no_such_path() -> Response {
    answer(Err(error(ApiCode::NoSuchPath, "no such path or method")))
}

async fn write_genesis(relay: &Relay, genesis: SealedEnvelope) -> Result<Vec<u8>, ApiError> {
    let receipt = relay.write(Task::Found(Box::new(genesis))).await?.receipt;
    receipt
        .map(|receipt| receipt.encode())
        .ok_or_else(|| error(ApiCode::Storage, "no receipt"))
}

/// Checks the token before the body is read, and again before the answer is made: a device that was
/// stopped while its body came in gets nothing.
async fn push_and_pull(relay: &Arc<Relay>, request: Request) -> Result<Vec<u8>, ApiError> {
    let (secret, _) = begin_work(relay, &request)?;
    let ExchangeRequest {
        push,
        interest,
        page_bytes_max,
    } = read(relay, request).await?;
    let (bearer, posted) = relay.admit(&secret)?;
    let pushed = if push.is_empty() {
        Pushed::default()
    } else {
        relay.push(bearer.ws, posted.devices, push).await?
    };
    let page = relay.pull(posted.row, interest, page_bytes_max).await?;
    let head = ExchangeResponse {
        receipt: pushed.receipt,
        refused: pushed.refused,
        interest_done: page.interest_done,
        more: page.more,
        position: page.position,
        page: Vec::new(),
    };
    Ok(head.encode_with_page(&page.envelopes))
}

/// Looks the token up, and keeps the connection's place until the answer is taken. Gives back the
/// token's secret too.
fn begin_work(relay: &Relay, request: &Request) -> Result<(Vec<u8>, Bearer), ApiError> {
    let secret = bearer(request.headers())?;
    let (bearer, _) = relay.admit(&secret)?;
    let seat = relay.seat(&bearer)?;
    if let Some(line) = request.extensions().get::<Arc<Line>>() {
        line.works(seat);
    }
    Ok((secret, bearer))
}

/// The secret of an `Authorization: Bearer` header.
fn bearer(headers: &HeaderMap) -> Result<Vec<u8>, ApiError> {
    let text = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let secret = text
        .and_then(|text| text.strip_prefix("Bearer "))
        .and_then(parse_bearer);
    secret.ok_or_else(|| error(ApiCode::BadToken, "no token"))
}

/// Reads a body within its size and time, and decodes it.
async fn read<T: Wire>(relay: &Relay, request: Request) -> Result<T, ApiError> {
    let body = Bytes::from_request(request, &());
    let body = tokio::time::timeout(relay.config.body_time_max, body).await;
    let body = body.map_err(|_| error(ApiCode::TooSlow, "the body came too slowly"))?;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => error(ApiCode::TooLarge, "the body is too large"),
        _ => error(ApiCode::BadRequest, "the body did not come whole"),
    })?;
    T::decode(&body).map_err(|bad| error(ApiCode::BadRequest, &bad.to_string()))
}

fn answer(answer: Result<Vec<u8>, ApiError>) -> Response {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => {
            let status = StatusCode::from_u16(error.code.status())
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, error.encode())
        }
    };
    (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response()
}

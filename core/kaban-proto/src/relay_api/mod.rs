//! What devices and the relay say to each other, over HTTP with bodies in the canonical binary form
//! (`application/octet-stream`).
//!
//! | request | body | answer |
//! |---|---|---|
//! | `GET /v1/health` | | `ok` |
//! | `GET /v1/relay` | | [`RelayInfo`] |
//! | `POST /v1/workspaces` | the genesis, a [`crate::SealedEnvelope`] | [`Receipt`], the same genesis again too |
//! | `POST /v1/challenge` | [`ChallengeRequest`] | [`Challenge`] |
//! | `POST /v1/token` | [`TokenRequest`] | [`Token`] |
//! | `POST /v1/exchange`, `Authorization: Bearer` [`Token::bearer`] | [`ExchangeRequest`] | [`ExchangeResponse`] |
//! | `GET /v1/blobs`, bearer | | [`BlobList`] |
//! | `PUT /v1/blobs/{sha256}`, bearer | [`BlobPiece`] | [`BlobState`] |
//! | `GET /v1/blobs/{sha256}`, bearer, `Range: bytes=a-b` | | 206 and those bytes, at most [`BLOB_PIECE_BYTES_MAX`] |
//!
//! Anything but 200 and 206 carries an [`ApiError`]. One exchange both pushes and pulls, so that a day without news costs
//! one round trip.

mod auth;
mod blob;
mod exchange;
mod receipt;
mod refused;

pub use auth::{Challenge, ChallengeRequest, NONCE_BYTES_MAX, Token, TokenRequest, parse_bearer};
pub use blob::{
    BLOB_BYTES_MAX, BLOB_LIST_MAX, BLOB_NAME_BYTES_MAX, BLOB_PIECE_BYTES_MAX, BlobDescriptor,
    BlobFacts, BlobKind, BlobList, BlobPiece, BlobState,
};
pub use exchange::{
    DocInterest, ExchangeRequest, ExchangeResponse, INTEREST_AUTHORS_MAX, INTEREST_DOCS_MAX,
    Interest, PAGE_ENVELOPES_MAX, PUSH_BYTES_MAX, PUSH_ENVELOPES_MAX,
};
pub use receipt::{Receipt, RelayInfo};
pub use refused::{ApiCode, ApiError, DETAIL_BYTES_MAX, Reason, Refused};

/// Content type of every body.
pub const CONTENT_TYPE: &str = "application/octet-stream";
/// `GET`: plain text, 200 while the relay can store.
pub const PATH_HEALTH: &str = "/v1/health";
/// `GET`: who the relay is.
pub const PATH_RELAY: &str = "/v1/relay";
/// `POST`: a genesis.
pub const PATH_WORKSPACES: &str = "/v1/workspaces";
/// `POST`: a nonce to sign.
pub const PATH_CHALLENGE: &str = "/v1/challenge";
/// `POST`: the signed nonce for a token.
pub const PATH_TOKEN: &str = "/v1/token";
/// `POST`: push and pull.
pub const PATH_EXCHANGE: &str = "/v1/exchange";
/// `GET`: the blobs of a workspace; behind a slash and a SHA-256 in lower-case hexadecimal, `PUT` and `GET` of one.
pub const PATH_BLOBS: &str = "/v1/blobs";

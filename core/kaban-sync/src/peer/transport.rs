//! Bytes to a relay and back. A trait, so that a test can drop, delay and garble them.

use std::future::Future;
use std::time::Duration;

use kaban_proto::relay_api::CONTENT_TYPE;

use super::trust;
use crate::error::Error;

/// Longest wait for one answer.
const ANSWER_SECONDS_MAX: u64 = 60;
/// Longest wait for a connection.
const CONNECT_SECONDS_MAX: u64 = 10;
/// Most bytes of one answer.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most bytes of an answer that is no range: a refusal, or how far a relay is.
const SMALL_ANSWER_BYTES_MAX: usize = 4096;

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

/// The link broke before a whole answer came.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct TransportError(pub String);

/// Something that carries requests to one relay.
pub trait Transport: Send + Sync {
    /// Sends a request; `body` is empty for a GET.
    fn send(
        &self,
        path: &str,
        body: Option<Vec<u8>>,
        bearer: Option<&str>,
    ) -> impl Future<Output = Result<Answer, TransportError>> + Send;
}

/// A transport that also carries blobs.
pub trait BlobTransport: Transport {
    /// Sends a piece of a blob.
    fn put(
        &self,
        path: &str,
        body: Vec<u8>,
        bearer: &str,
    ) -> impl Future<Output = Result<Answer, TransportError>> + Send;

    /// Asks for the bytes `first..=last` of a blob; of an answer that is longer, no more than that is read.
    fn get_range(
        &self,
        path: &str,
        first: u64,
        last: u64,
        bearer: &str,
    ) -> impl Future<Output = Result<Answer, TransportError>> + Send;
}

/// How long to wait before trying again; a test does not wait.
pub trait Patience: Send + Sync {
    /// Returns after about `wait`.
    fn wait(&self, wait: Duration) -> impl Future<Output = ()> + Send;
}

/// Real HTTP: TLS 1.3 with rustls, or plain HTTP to this machine alone.
pub struct Http {
    client: reqwest::Client,
    base: String,
}

impl Http {
    /// A client for the relay at `base`, e.g. `https://relay.example`.
    ///
    /// # Errors
    /// [`Error::Peer`] for an address that is not a URL, or plain HTTP to another machine.
    pub fn new(base: &str) -> Result<Self, Error> {
        let peer = |what: String| Error::Peer { what };
        let url = reqwest::Url::parse(base).map_err(|_| peer(format!("{base} is not a URL")))?;
        let local = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        match url.scheme() {
            "https" => {}
            "http" if local => {}
            _ => {
                return Err(peer(format!(
                    "{base}: plain HTTP is allowed to this machine only"
                )));
            }
        }
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = reqwest::Client::builder()
            .min_tls_version(reqwest::tls::Version::TLS_1_3)
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
            .timeout(Duration::from_secs(ANSWER_SECONDS_MAX))
            .redirect(reqwest::redirect::Policy::none());
        if let Some(authorities) = trust::authorities()? {
            client = client.tls_certs_only(authorities);
        }
        let client = client.build().map_err(|error| peer(error.to_string()))?;
        Ok(Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
        })
    }
}

impl Transport for Http {
    async fn send(
        &self,
        path: &str,
        body: Option<Vec<u8>>,
        bearer: Option<&str>,
    ) -> Result<Answer, TransportError> {
        let url = format!("{}{path}", self.base);
        let mut request = match body {
            Some(body) => self
                .client
                .post(url)
                .header(reqwest::header::CONTENT_TYPE, CONTENT_TYPE)
                .body(body),
            None => self.client.get(url),
        };
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        answer(request, ANSWER_BYTES_MAX).await
    }
}

impl BlobTransport for Http {
    async fn put(&self, path: &str, body: Vec<u8>, bearer: &str) -> Result<Answer, TransportError> {
        let request = self
            .client
            .put(format!("{}{path}", self.base))
            .header(reqwest::header::CONTENT_TYPE, CONTENT_TYPE)
            .bearer_auth(bearer)
            .body(body);
        answer(request, SMALL_ANSWER_BYTES_MAX).await
    }

    async fn get_range(
        &self,
        path: &str,
        first: u64,
        last: u64,
        bearer: &str,
    ) -> Result<Answer, TransportError> {
        let wanted = usize::try_from(last.saturating_sub(first)).unwrap_or(ANSWER_BYTES_MAX);
        let request = self
            .client
            .get(format!("{}{path}", self.base))
            .header(reqwest::header::RANGE, format!("bytes={first}-{last}"))
            .bearer_auth(bearer);
        let bytes_max = wanted.saturating_add(1).max(SMALL_ANSWER_BYTES_MAX);
        answer(request, bytes_max.min(ANSWER_BYTES_MAX)).await
    }
}

/// The answer to a request, of which no more than `bytes_max` is ever read.
async fn answer(
    request: reqwest::RequestBuilder,
    bytes_max: usize,
) -> Result<Answer, TransportError> {
    let broke = |error: reqwest::Error| TransportError(plain_words(&error));
    let mut response = request.send().await.map_err(broke)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broke)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(TransportError("the answer is too large".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, body })
}

fn plain_words(error: &reqwest::Error) -> String {
    let what = if error.is_connect() {
        "no connection"
    } else if error.is_timeout() {
        "no answer in time"
    } else {
        "the connection broke"
    };
    what.to_owned()
}

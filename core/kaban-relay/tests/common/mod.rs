//! A relay on a loopback port with a clock that stands still, and devices that talk to it.
#![allow(clippy::unwrap_used, dead_code, missing_docs)]

use kaban_proto::relay_api::{
    ApiCode, ApiError, Challenge, ChallengeRequest, ExchangeRequest, ExchangeResponse, Interest,
    PATH_CHALLENGE, PATH_EXCHANGE, PATH_RELAY, PATH_TOKEN, PATH_WORKSPACES, Receipt, RelayInfo,
    Token, TokenRequest,
};
use kaban_proto::{
    Clear, DeviceId, DeviceKeys, DocTag, EpochId, Hash32, Header, Kind, MemberId, OsRandom,
    RecordBody, Rights, SealedEnvelope, SigningKey, VerifyKey, Wire, WorkspaceId, record,
};
use kaban_relay::{Clock, Config, Relay, serve};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const START_MS: u64 = 1_800_000_000_000;

pub struct StandingClock(AtomicU64);

impl StandingClock {
    pub fn pass(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for StandingClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A running relay.
pub struct Running {
    pub url: String,
    pub key: VerifyKey,
    pub clock: Arc<StandingClock>,
    pub http: reqwest::Client,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), kaban_relay::Error>>,
}

pub async fn start(dir: &Path) -> Running {
    start_with(Config::new(dir)).await
}

pub async fn start_with(config: Config) -> Running {
    let clock = Arc::new(StandingClock(AtomicU64::new(START_MS)));
    let relay = Relay::open_with(config, clock.clone(), Box::new(OsRandom)).unwrap();
    let key = relay.key();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel();
    let served = tokio::spawn(serve(listener, relay, async {
        let _ = stopped.await;
    }));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    Running {
        url,
        key,
        clock,
        http,
        stop,
        served,
    }
}

impl Running {
    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        drop(self.http);
        self.served.await.unwrap().unwrap();
    }

    /// Status and body of a request.
    pub async fn raw(&self, path: &str, bearer: Option<&str>, body: Vec<u8>) -> (u16, Vec<u8>) {
        let mut request = self.http.post(format!("{}{path}", self.url)).body(body);
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let response = request.send().await.unwrap();
        (
            response.status().as_u16(),
            response.bytes().await.unwrap().to_vec(),
        )
    }

    pub async fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let response = self
            .http
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap();
        (
            response.status().as_u16(),
            response.bytes().await.unwrap().to_vec(),
        )
    }

    pub async fn post<T: Wire>(
        &self,
        path: &str,
        bearer: Option<&str>,
        body: &impl Wire,
    ) -> Result<T, ApiError> {
        let (status, bytes) = self.raw(path, bearer, body.encode()).await;
        if status == 200 {
            return Ok(T::decode(&bytes).unwrap());
        }
        let error = ApiError::decode(&bytes).unwrap();
        assert_eq!(error.code.status(), status);
        Err(error)
    }

    pub async fn info(&self) -> RelayInfo {
        RelayInfo::decode(&self.get(PATH_RELAY).await.1).unwrap()
    }

    pub async fn found(&self, genesis: &SealedEnvelope) -> Result<Receipt, ApiError> {
        self.post(PATH_WORKSPACES, None, genesis).await
    }

    pub async fn sign_in(&self, ws: WorkspaceId, device: &Device) -> Result<Token, ApiError> {
        let asked = ChallengeRequest {
            ws,
            device: device.id(),
        };
        let challenge: Challenge = self.post(PATH_CHALLENGE, None, &asked).await?;
        let request = TokenRequest::sign(asked, challenge, &self.key, &device.transport);
        self.post(PATH_TOKEN, None, &request).await
    }

    pub async fn exchange(
        &self,
        token: &Token,
        request: &ExchangeRequest,
    ) -> Result<ExchangeResponse, ApiError> {
        self.post(PATH_EXCHANGE, Some(&token.bearer()), request)
            .await
    }

    pub async fn push(
        &self,
        token: &Token,
        push: &[SealedEnvelope],
    ) -> Result<ExchangeResponse, ApiError> {
        let request = ExchangeRequest {
            push: push.to_vec(),
            interest: Interest::default(),
            page_bytes_max: 1 << 20,
        };
        self.exchange(token, &request).await
    }

    pub async fn pull(&self, token: &Token, interest: Interest, bytes: u32) -> ExchangeResponse {
        self.exchange(
            token,
            &ExchangeRequest {
                push: vec![],
                interest,
                page_bytes_max: bytes,
            },
        )
        .await
        .unwrap()
    }
}

/// The code of an error.
pub fn code<T>(result: Result<T, ApiError>) -> Option<ApiCode> {
    result.err().map(|error| error.code)
}

/// A device with its keys, and the ends of the chains it wrote.
#[derive(Clone)]
pub struct Device {
    pub key: SigningKey,
    pub transport: SigningKey,
    pub keys: DeviceKeys,
    pub tips: BTreeMap<DocTag, (u64, Hash32)>,
}

impl Device {
    pub fn new(seed: u8, rights: Rights) -> Self {
        let key = SigningKey::from_seed([seed; 32]);
        let transport = SigningKey::from_seed([seed ^ 0x80; 32]);
        let keys = DeviceKeys {
            id: key.verify_key(),
            kx: [seed; 32],
            transport: transport.verify_key(),
            rights,
        };
        Self {
            key,
            transport,
            keys,
            tips: BTreeMap::new(),
        }
    }

    pub fn id(&self) -> DeviceId {
        self.keys.device_id()
    }

    fn next(&self, ws: WorkspaceId, kind: Kind, doc: DocTag, members_head: Hash32) -> Header {
        let (seq, prev) = self
            .tips
            .get(&doc)
            .map_or((1, Hash32::ZERO), |(seq, hash)| (seq + 1, *hash));
        let epoch = EpochId::from_bytes([0; 16]);
        Header {
            kind,
            ws,
            doc,
            author: self.id(),
            seq,
            prev,
            epoch,
            members_head,
        }
    }

    pub fn found(&mut self) -> SealedEnvelope {
        let clear = Clear::Found {
            device: self.keys,
            relay: None,
        };
        let member = MemberId::from_bytes([1; 16]);
        let ws = record::genesis_workspace(&clear, b"", &member);
        self.write_record(ws, &[], clear)
    }

    pub fn write_record(
        &mut self,
        ws: WorkspaceId,
        parents: &[Hash32],
        clear: Clear,
    ) -> SealedEnvelope {
        self.say(ws, parents, clear, vec![])
    }

    pub fn write_large_record(
        &mut self,
        ws: WorkspaceId,
        head: Hash32,
        bytes: usize,
    ) -> SealedEnvelope {
        self.say(ws, &[head], Clear::None, vec![7; bytes])
    }

    fn say(
        &mut self,
        ws: WorkspaceId,
        parents: &[Hash32],
        clear: Clear,
        sealed: Vec<u8>,
    ) -> SealedEnvelope {
        let mut parents = parents.to_vec();
        parents.sort_unstable();
        let head = parents.first().copied().unwrap_or(Hash32::ZERO);
        let header = self.next(ws, Kind::Record, DocTag::RECORDS, head);
        let member = MemberId::from_bytes([1; 16]);
        let body = RecordBody::sign(&header, parents, clear, sealed, member, &self.key).unwrap();
        self.finish(header, body.encode())
    }

    pub fn write(&mut self, ws: WorkspaceId, doc: u8, body: &[u8]) -> SealedEnvelope {
        let header = self.next(ws, Kind::Data, DocTag::from_bytes([doc; 16]), Hash32::ZERO);
        self.finish(header, body.to_vec())
    }

    fn finish(&mut self, header: Header, body: Vec<u8>) -> SealedEnvelope {
        let envelope = SealedEnvelope::sign(header, body, &self.key).unwrap();
        self.tips.insert(header.doc, (header.seq, envelope.hash()));
        envelope
    }
}

/// A founded workspace on a running relay: `a` has every right, `b` has none.
pub struct Town {
    pub ws: WorkspaceId,
    pub a: Device,
    pub b: Device,
    pub head: Hash32,
    pub records: Vec<SealedEnvelope>,
}

impl Town {
    pub async fn new(relay: &Running) -> Self {
        let (mut a, b) = (Device::new(1, Rights::ALL), Device::new(2, Rights::NONE));
        let genesis = a.found();
        let ws = genesis.header().ws;
        relay.found(&genesis).await.unwrap();
        let mut town = Self {
            ws,
            a,
            b,
            head: genesis.hash(),
            records: vec![genesis],
        };
        town.act(relay, Clear::AddDevice(town.b.keys)).await;
        town
    }

    /// Writes a record by `a` and pushes it.
    pub async fn act(&mut self, relay: &Running, clear: Clear) {
        let record = self.a.write_record(self.ws, &[self.head], clear);
        let token = relay.sign_in(self.ws, &self.a).await.unwrap();
        let answer = relay
            .push(&token, std::slice::from_ref(&record))
            .await
            .unwrap();
        assert_eq!(answer.refused, []);
        self.head = record.hash();
        self.records.push(record);
    }
}

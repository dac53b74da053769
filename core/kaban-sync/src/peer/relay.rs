//! Bringing a workspace and a relay up to date with each other: one exchange both pushes and
//! pulls; every page is saved before the next is asked for, so a break loses nothing and a new
//! attempt goes on where the last one stopped.

use std::collections::BTreeMap;
use std::time::Duration;

use kaban_proto::codec::Wire;
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::{DeviceId, DocTag, Hash32};
use kaban_proto::relay_api::{
    ApiCode, ApiError, Challenge, ChallengeRequest, ExchangeRequest, ExchangeResponse, Interest,
    PATH_CHALLENGE, PATH_EXCHANGE, PATH_RELAY, PATH_TOKEN, PATH_WORKSPACES, PUSH_BYTES_MAX,
    PUSH_ENVELOPES_MAX, Receipt, RelayInfo, Token, TokenRequest,
};
use kaban_proto::sign::VerifyKey;

use super::lend::Lend;
use super::transport::{Answer, Patience, Transport, TransportError};
use crate::error::Error;
use crate::workspace::{Carry, Cx, Workspace};

/// Bytes of envelopes asked for in one answer.
const PAGE_BYTES: u32 = 512 * 1024;
/// How often one request is tried.
const ATTEMPTS_MAX: u32 = 8;
/// First wait after a break, milliseconds; doubles each time, plus as much again by chance.
const BACK_OFF_MS: u64 = 250;
/// Longest wait, milliseconds.
const BACK_OFF_MS_MAX: u64 = 30_000;
/// Pages in one synchronisation.
const PAGES_MAX: usize = 100_000;

/// What a synchronisation did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Envelopes that a receipt covers now.
    pub sent: u64,
    /// Envelopes that came in and were new.
    pub received: u64,
    /// Bytes of requests.
    pub bytes_out: u64,
    /// Bytes of answers.
    pub bytes_in: u64,
    /// Requests that were answered.
    pub round_trips: u64,
    /// Requests that broke and were tried again.
    pub broken: u64,
    /// Envelopes set aside.
    pub quarantined: u64,
    /// Envelopes the relay did not take, with its reason.
    pub refused: Vec<(Hash32, String)>,
}

/// How far a synchronisation is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Envelopes received so far.
    pub received: u64,
    /// Envelopes still to be sent.
    pub unsent: u64,
}

/// Who the relay is and how it knows us.
pub(super) struct Session {
    relay: VerifyKey,
    pub(super) token: Token,
}

/// One meeting with one relay.
pub(super) struct Run<'a, L, T, P> {
    pub(super) lender: &'a mut L,
    transport: &'a T,
    patience: &'a P,
    pub(super) report: SyncReport,
}

impl<'a, L, T, P> Run<'a, L, T, P> {
    pub(super) fn new(lender: &'a mut L, transport: &'a T, patience: &'a P) -> Self {
        Self {
            lender,
            transport,
            patience,
            report: SyncReport::default(),
        }
    }
}

/// Sends everything unsent, asks for everything readable, until neither side has news.
///
/// The workspace is borrowed for one step at a time and never while an answer is waited for; a
/// future that is dropped in between leaves what was saved, as a broken link does.
///
/// # Errors
/// [`Error::Peer`] when the relay cannot be reached or does not know this device; whatever was
/// exchanged until then stays.
pub async fn sync<L: Lend, T: Transport, P: Patience>(
    lender: &mut L,
    transport: &T,
    patience: &P,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<SyncReport, L::Error> {
    let mut run = Run::new(lender, transport, patience);
    let mut session = run.sign_in(false).await?;
    let mut wanted = run
        .lender
        .lend(|workspace, cx| Wanted::all(workspace, cx))?;
    let mut refused: BTreeMap<Hash32, String> = BTreeMap::new();
    for _ in 0..PAGES_MAX {
        let request = run.lender.lend(|workspace, _| {
            Ok(ExchangeRequest {
                push: next_push(workspace, &refused)?,
                interest: wanted.interest(workspace)?,
                page_bytes_max: PAGE_BYTES,
            })
        })?;
        let answer = match run.exchange(&session, &request).await? {
            Exchanged::Answer(answer) => *answer,
            Exchanged::SignInAgain => {
                session = run.sign_in(true).await?;
                continue;
            }
        };
        run.note_receipt(&session, &request.push, &answer, &mut refused)?;
        wanted.drop_done(answer.interest_done);
        let (taken, unsent) = run.lender.lend(|workspace, cx| {
            let taken = workspace.ingest(answer.page, Carry::Nothing, cx)?;
            Ok((taken, workspace.read(|session| session.unsent())?))
        })?;
        run.report.received += (taken.applied + taken.quarantined) as u64;
        run.report.quarantined += taken.quarantined as u64;
        progress(Progress {
            received: run.report.received,
            unsent,
        });
        if answer.more {
            continue;
        }
        let (news, idle) = run.lender.lend(|workspace, cx| {
            let news = Wanted::all(workspace, cx)?.beyond(&wanted.seen);
            let mut idle = next_push(workspace, &refused)?.is_empty();
            if news.is_empty() && idle {
                // Not before everything was heard: another admin may have pinned one.
                idle = !workspace.pin_relay(&session.relay, cx)?;
            }
            if news.is_empty() && idle {
                workspace.write(|session| session.settle_unread(cx))?;
            }
            Ok((news, idle))
        })?;
        if news.is_empty() && idle {
            run.report.refused = refused.into_iter().collect();
            return Ok(run.report);
        }
        wanted.add(news);
    }
    let what = "the relay never comes to an end".to_owned();
    Err(Error::Peer { what }.into())
}

/// The tags still to be asked for, in order.
struct Wanted {
    open: Vec<DocTag>,
    seen: std::collections::BTreeSet<DocTag>,
}

impl Wanted {
    fn all(workspace: &mut Workspace, cx: &Cx<'_>) -> Result<Self, Error> {
        let open = workspace.interest(cx)?;
        let seen = open.iter().copied().collect();
        Ok(Self { open, seen })
    }

    fn beyond(self, seen: &std::collections::BTreeSet<DocTag>) -> Vec<DocTag> {
        self.open
            .into_iter()
            .filter(|tag| !seen.contains(tag))
            .collect()
    }

    fn add(&mut self, news: Vec<DocTag>) {
        self.seen.extend(&news);
        self.open.extend(news);
    }

    fn drop_done(&mut self, done: u32) {
        let done = usize::try_from(done)
            .unwrap_or(usize::MAX)
            .min(self.open.len());
        self.open.drain(..done);
    }

    fn interest(&self, workspace: &mut Workspace) -> Result<Interest, Error> {
        let vectors: Vec<(DocTag, BTreeMap<DeviceId, u64>)> = workspace.read(|session| {
            self.open
                .iter()
                .map(|tag| Ok((*tag, session.vector(*tag)?.into_iter().collect())))
                .collect()
        })?;
        Ok(Interest::new(
            vectors.iter().map(|(tag, vector)| (*tag, vector)),
        ))
    }
}

fn next_push(
    workspace: &mut Workspace,
    refused: &BTreeMap<Hash32, String>,
) -> Result<Vec<SealedEnvelope>, Error> {
    let limit = PUSH_ENVELOPES_MAX + refused.len();
    let outbox = workspace.read(|session| session.outbox(limit))?;
    let mut bytes = 0;
    let fits = |envelope: &SealedEnvelope| {
        bytes += envelope.wire_bytes();
        bytes <= PUSH_BYTES_MAX
    };
    Ok(outbox
        .into_iter()
        .filter(|envelope| !refused.contains_key(&envelope.hash()))
        .take(PUSH_ENVELOPES_MAX)
        .take_while(fits)
        .collect())
}

enum Exchanged {
    Answer(Box<ExchangeResponse>),
    SignInAgain,
}

impl<L: Lend, T: Transport, P: Patience> Run<'_, L, T, P> {
    async fn exchange(
        &mut self,
        session: &Session,
        request: &ExchangeRequest,
    ) -> Result<Exchanged, L::Error> {
        let bearer = session.token.bearer();
        let answer = self
            .send(PATH_EXCHANGE, Some(request.encode()), Some(&bearer))
            .await?;
        // A kept token that means nothing there: it has ended, or another relay answers.
        if answer.status == 401 || code_of(&answer) == Some(ApiCode::UnknownWorkspace) {
            return Ok(Exchanged::SignInAgain);
        }
        let body = expect_ok(answer)?;
        let response = ExchangeResponse::decode(&body).map_err(|_| nonsense())?;
        Ok(Exchanged::Answer(Box::new(response)))
    }

    fn note_receipt(
        &mut self,
        session: &Session,
        push: &[SealedEnvelope],
        answer: &ExchangeResponse,
        refused: &mut BTreeMap<Hash32, String>,
    ) -> Result<(), L::Error> {
        let pushed: Vec<Hash32> = push.iter().map(SealedEnvelope::hash).collect();
        let mut accepted = pushed.clone();
        for no in &answer.refused {
            let at = usize::try_from(no.index).ok().and_then(|at| pushed.get(at));
            let hash = at.ok_or_else(nonsense)?;
            refused.insert(*hash, format!("{:?}: {}", no.reason, no.detail));
            accepted.retain(|other| other != hash);
        }
        let Some(receipt) = &answer.receipt else {
            return if accepted.is_empty() {
                Ok(())
            } else {
                Err(nonsense().into())
            };
        };
        let holds = receipt.covers(&accepted) && receipt.verify(&session.relay).is_ok();
        self.report.sent += self.lender.lend(|workspace, _| {
            if !holds || receipt.ws != workspace.id() {
                return Err(Error::Peer {
                    what: "its receipt does not hold".to_owned(),
                });
            }
            workspace.write(|session| session.mark_sent(&accepted, &receipt.encode()))
        })?;
        Ok(())
    }

    pub(super) async fn sign_in(&mut self, fresh: bool) -> Result<Session, L::Error> {
        let known = self
            .lender
            .lend(|workspace, cx| workspace.read(|session| session.known_relay(cx)))?;
        if let (Some(relay), Some(token), false) = (known.key, &known.token, fresh) {
            let token = token.clone();
            return Ok(Session { relay, token });
        }
        let info = self.send(PATH_RELAY, None, None).await?;
        let info = RelayInfo::decode(&expect_ok(info)?).map_err(|_| nonsense())?;
        known.check(&info.key)?;
        let mut token = self.ask_token(&info.key).await?;
        if code_of(&token) == Some(ApiCode::UnknownWorkspace) {
            let genesis = self.lender.lend(|workspace, _| {
                let genesis = workspace.record_log().genesis();
                let genesis = genesis.map(|record| record.envelope.encode());
                genesis.ok_or(Error::NotJoined)
            })?;
            let receipt = self.send(PATH_WORKSPACES, Some(genesis), None).await?;
            Receipt::decode(&expect_ok(receipt)?).map_err(|_| nonsense())?;
            token = self.ask_token(&info.key).await?;
        }
        let token = expect_ok(token)?;
        let token = Token::decode(&token).map_err(|_| nonsense())?;
        self.lender.lend(|workspace, _| {
            workspace.write(|session| session.keep_relay_session(&info.key, &token))
        })?;
        Ok(Session {
            relay: info.key,
            token,
        })
    }

    async fn ask_token(&mut self, relay: &VerifyKey) -> Result<Answer, L::Error> {
        let asked = self.lender.lend(|workspace, _| {
            Ok(ChallengeRequest {
                ws: workspace.id(),
                device: workspace.device(),
            })
        })?;
        let challenge = self
            .send(PATH_CHALLENGE, Some(asked.encode()), None)
            .await?;
        if challenge.status != 200 {
            return Ok(challenge);
        }
        let challenge = Challenge::decode(&challenge.body).map_err(|_| nonsense())?;
        let signed = self
            .lender
            .lend(|workspace, _| Ok(workspace.answer_challenge(asked, challenge, relay)))?;
        self.send(PATH_TOKEN, Some(signed.encode()), None).await
    }

    async fn send(
        &mut self,
        path: &str,
        body: Option<Vec<u8>>,
        bearer: Option<&str>,
    ) -> Result<Answer, L::Error> {
        let length = body.as_ref().map_or(0, |body| body.len() as u64);
        let transport = self.transport;
        let before = self.report.broken;
        let answer = self.again(|| transport.send(path, body.clone(), bearer));
        let answer = answer.await?;
        self.report.bytes_out += length * (self.report.broken - before + 1);
        Ok(answer)
    }

    /// Asks until an answer comes, at most [`ATTEMPTS_MAX`] times.
    pub(super) async fn again<F>(&mut self, request: impl Fn() -> F) -> Result<Answer, L::Error>
    where
        F: Future<Output = Result<Answer, TransportError>> + Send,
    {
        let mut last = String::new();
        for attempt in 0..ATTEMPTS_MAX {
            if attempt > 0 {
                let wait = self.lender.lend(|_, cx| Ok(back_off(attempt, cx)))?;
                self.patience.wait(wait).await;
            }
            match request().await {
                Ok(answer) if answer.status == 503 => "the relay is busy".clone_into(&mut last),
                Ok(answer) => {
                    self.report.round_trips += 1;
                    self.report.bytes_in += answer.body.len() as u64;
                    return Ok(answer);
                }
                Err(error) => last = error.to_string(),
            }
            self.report.broken += 1;
        }
        Err(Error::Peer { what: last }.into())
    }
}

/// Doubles with every attempt; half of it is chance, so that twelve phones do not come at once.
fn back_off(attempt: u32, cx: &mut Cx<'_>) -> Duration {
    let base = (BACK_OFF_MS << attempt.min(10)).min(BACK_OFF_MS_MAX);
    let chance = u64::from_be_bytes(kaban_proto::random::bytes(cx.rng)) % base.max(1);
    Duration::from_millis(base / 2 + chance / 2)
}

pub(super) fn expect_ok(answer: Answer) -> Result<Vec<u8>, Error> {
    if answer.status == 200 {
        return Ok(answer.body);
    }
    let what = match ApiError::decode(&answer.body) {
        Ok(error) => format!("{:?}: {}", error.code, error.detail),
        Err(_) => format!("it answered {}", answer.status),
    };
    Err(Error::Peer { what })
}

fn code_of(answer: &Answer) -> Option<ApiCode> {
    ApiError::decode(&answer.body)
        .ok()
        .filter(|_| answer.status != 200)
        .map(|error| error.code)
}

pub(super) fn nonsense() -> Error {
    Error::Peer {
        what: "its answer makes no sense".to_owned(),
    }
}

impl Workspace {
    fn answer_challenge(
        &self,
        asked: ChallengeRequest,
        challenge: Challenge,
        relay: &VerifyKey,
    ) -> TokenRequest {
        TokenRequest::sign(asked, challenge, relay, &self.state.me.transport)
    }
}

//! Somebody outside: a device that asked to join and was never let in.

use std::sync::atomic::{AtomicUsize, Ordering};

use kaban_app::{AppError, Bag, Kind};
use kaban_model::people::Role;
use kaban_proto::codec::Wire;
use kaban_proto::envelope::{Header, Kind as EnvelopeKind, SealedEnvelope};
use kaban_proto::ids::{DeviceId, DocTag, EpochId, Hash32};
use kaban_proto::relay_api::{
    Challenge, ChallengeRequest, ExchangeRequest, ExchangeResponse, PATH_CHALLENGE, PATH_EXCHANGE,
    PATH_RELAY, PATH_TOKEN, RelayInfo, Token, TokenRequest,
};
use kaban_proto::sign::SigningKey;
use kaban_sync::peer::{Answer, Http, Transport, TransportError};
use kaban_sync::workspace::Person;
use kaban_vault::FileKeyVault;
use kaban_vault::store::Store;

use crate::demo::chance::Chance;
use crate::demo::evidence::{envelopes_of, tags_of};
use crate::demo::forensics::Haul;
use crate::demo::story::Story;
use crate::demo::world::PASSPHRASE;

/// The device outside.
pub struct Stranger {
    /// A device id nobody has admitted.
    pub device: DeviceId,
    signing: SigningKey,
    store: Store,
}

/// Makes it: a whole store with keys of its own, and a request nobody answered.
pub fn make(story: &Story<'_>) -> Result<Stranger, AppError> {
    let dir = story.world.root.join("stranger");
    let environment = story.world.environment("stranger");
    let person = Person {
        name: "通りすがり".to_owned(),
        kana: String::new(),
        role: Role::Doctor,
        phone: String::new(),
    };
    Bag::request_to_join(&dir, PASSPHRASE, &person, &environment)?;
    let keyvault = FileKeyVault::open(&dir.join("keystore")).map_err(kaban_vault::Error::from)?;
    let mut store = Store::open(&dir, std::sync::Arc::new(keyvault))?;
    store.unlock(None, PASSPHRASE)?;
    let mut chance = Chance::new(story.options.seed, "stranger");
    Ok(Stranger {
        device: DeviceId::make(&mut chance),
        signing: SigningKey::make(&mut chance),
        store,
    })
}

/// Asks the relay to be let in; gives whether it refused.
pub fn knocks(story: &mut Story<'_>, stranger: &Stranger) -> Result<bool, AppError> {
    let ws = story.world.device(0).bag()?.workspace().id();
    let info = story.world.ask_relay(PATH_RELAY, None)?;
    let asked = ChallengeRequest {
        ws,
        device: stranger.device,
    };
    let answer = story
        .world
        .ask_relay(PATH_CHALLENGE, Some(asked.encode()))?;
    let (Ok(info), Ok(challenge)) = (
        RelayInfo::decode(&info.body),
        Challenge::decode(&answer.body),
    ) else {
        return Ok(answer.status != 200);
    };
    // A relay may give anybody a challenge, so that it does not tell who is known; the token counts.
    let signed = TokenRequest::sign(asked, challenge, &info.key, &stranger.signing);
    let token = story.world.ask_relay(PATH_TOKEN, Some(signed.encode()))?;
    Ok(token.status != 200 && Token::decode(&token.body).is_err())
}

/// Slips the stranger's envelope into the push of a member's device; gives how many of them the
/// relay refused.
pub fn smuggle(story: &mut Story<'_>, stranger: &Stranger) -> Result<usize, AppError> {
    let nurse = story.world.of_role(&Role::Nurse)[0];
    let bag = story.world.device(nurse).bag()?;
    let head = bag
        .workspace()
        .record_log()
        .heads()
        .first()
        .copied()
        .unwrap_or(Hash32::ZERO);
    let header = Header {
        kind: EnvelopeKind::Data,
        ws: bag.workspace().id(),
        doc: DocTag::from_bytes([7; 16]),
        author: stranger.device,
        seq: 1,
        prev: Hash32::ZERO,
        epoch: EpochId::from_bytes([7; 16]),
        members_head: head,
    };
    let envelope = SealedEnvelope::sign(header, vec![7; 200], &stranger.signing)
        .map_err(|_| AppError::new(Kind::Internal, "sign the stranger's envelope"))?;
    let (_, smuggler) = story.world.sync_over(nurse, |http| Smuggler {
        http,
        envelope,
        refused: AtomicUsize::new(0),
    })?;
    Ok(smuggler.refused.into_inner())
}

/// Tries every key of the stranger on every envelope there is; gives how many opened, of how many.
pub fn tries_everything(
    story: &mut Story<'_>,
    stranger: &Stranger,
) -> Result<(u64, u64), AppError> {
    let secrets = stranger.store.secrets()?.duplicate();
    let mut haul = Haul::of(&[
        &secrets.mk,
        &secrets.sign_seed,
        &secrets.kx,
        &secrets.ok,
        &secrets.sk,
    ]);
    let holder = story.holder;
    let mut envelopes = envelopes_of(story.world.device(0))?;
    envelopes.extend(envelopes_of(story.world.device(holder))?);
    let (mut docs, own) = tags_of(story.world.device(holder))?;
    docs.extend(own);
    haul.spread(
        &envelopes,
        story.world.device(holder).bag()?.workspace().association(),
    );
    let bounty = haul.try_on(&envelopes, &docs);
    Ok((bounty.opened + bounty.keys, bounty.of + bounty.keys_of))
}

/// Adds one envelope to the first push that passes, and takes the answer about it out again.
struct Smuggler<'h> {
    http: &'h Http,
    envelope: SealedEnvelope,
    refused: AtomicUsize,
}

impl Transport for Smuggler<'_> {
    async fn send(
        &self,
        path: &str,
        body: Option<Vec<u8>>,
        bearer: Option<&str>,
    ) -> Result<Answer, TransportError> {
        let request = body
            .as_deref()
            .filter(|_| path == PATH_EXCHANGE)
            .and_then(|body| ExchangeRequest::decode(body).ok());
        let Some(mut request) = request.filter(|_| self.refused.load(Ordering::Relaxed) == 0)
        else {
            return self.http.send(path, body, bearer).await;
        };
        let index = request.push.len();
        request.push.push(self.envelope.clone());
        let mut answer = self.http.send(path, Some(request.encode()), bearer).await?;
        if let Ok(mut response) = ExchangeResponse::decode(&answer.body) {
            let before = response.refused.len();
            response
                .refused
                .retain(|refused| usize::try_from(refused.index).ok() != Some(index));
            self.refused
                .fetch_add(before - response.refused.len(), Ordering::Relaxed);
            answer.body = response.encode();
        }
        Ok(answer)
    }
}

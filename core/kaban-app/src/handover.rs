//! Handing the bag over: offered, received, accepted, released, erased, withdrawn.

use chrono::{DateTime, Duration, FixedOffset};
use kaban_model::duty::{DutyTurn, ordinary_turn_at};
use kaban_proto::ids::{DeviceId, Hash32, MemberId};
use kaban_sync::workspace::Turn;
use serde::{Deserialize, Serialize};

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::roll::Stale;
use crate::views::time;

const RECEIPTS: &str = "receipt";
/// How long an offer stands.
const OFFER_HOURS: i64 = 24;

/// To whom the bag is offered.
#[derive(Clone, Copy, Debug)]
pub struct OfferInput {
    /// Member and device.
    pub to: (MemberId, DeviceId),
    /// The turn it is for; the one that begins next if not given.
    pub turn: Option<DutyTurn>,
}

/// Where a handover stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverView {
    /// none, offered, received, accepted, released, erased, withdrawn, expired.
    pub state: String,
    /// Id of the offer.
    pub offer_id: String,
    /// Who gives.
    pub from: String,
    /// Who takes.
    pub to: String,
    /// Patients on the list.
    pub patients: u64,
    /// Envelopes in the bag.
    pub envelopes: u64,
    /// Bytes of the file made or read.
    pub bytes: u64,
    /// Rows erased on this device.
    pub erased: u64,
    /// Patients of the list that stay here, because they are one's own.
    pub kept_own: u64,
    /// Envelopes that no receipt covers yet.
    pub unsent: u64,
    /// Envelopes written after the offer.
    pub late: u64,
    /// Root over everything that was verified.
    pub receipt: String,
    /// When.
    pub at: String,
}

/// What a sealed file is for, readable without any key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarriedFile {
    /// An admin's answer to a request to join.
    Grant,
    /// The bag, offered.
    Offer,
    /// The acceptance.
    Accept,
    /// The release, with what was written late.
    Release,
    /// The taker holds what was late.
    Ack,
}

/// Tells what a sealed file is for.
pub fn carried_file(file: &[u8]) -> Result<CarriedFile> {
    use kaban_sync::file::FileKind;
    Ok(match kaban_sync::file::label(file)?.kind {
        FileKind::Grant => CarriedFile::Grant,
        FileKind::Offer => CarriedFile::Offer,
        FileKind::Accept => CarriedFile::Accept,
        FileKind::Release => CarriedFile::Release,
        FileKind::Ack => CarriedFile::Ack,
    })
}

impl Bag {
    /// Offers the bag; gives the sealed file to carry.
    pub fn offer(&mut self, input: OfferInput) -> Result<(HandoverView, Vec<u8>)> {
        let now = self.now();
        let turn = input
            .turn
            .unwrap_or_else(|| ordinary_turn_at(&ordinary_turn_at(&now).to));
        let expires = now + Duration::hours(OFFER_HOURS);
        let made = self.with_workspace(|workspace, cx| {
            workspace.offer(
                input.to,
                Turn {
                    from: turn.from,
                    to: turn.to,
                },
                expires,
                cx,
            )
        })?;
        let mut view = self.describe(made.offer, "offered");
        view.bytes = made.file.len() as u64;
        Ok((self.keep_receipt(view)?, made.file))
    }

    /// Reads an offer's or a release's file. For an offer: everything is verified, nothing is
    /// readable yet. For a release: what was written late comes in, and the acknowledgement goes out.
    pub fn receive(&mut self, file: &[u8]) -> Result<(HandoverView, Option<Vec<u8>>)> {
        match kaban_sync::file::label(file)?.kind {
            kaban_sync::file::FileKind::Offer => {
                let (offer, _) =
                    self.with_workspace(|workspace, cx| workspace.receive_offer(file, cx))?;
                let mut view = self.describe(offer, "received");
                view.bytes = file.len() as u64;
                Ok((self.keep_receipt(view)?, None))
            }
            kaban_sync::file::FileKind::Release => {
                let (late, ack) =
                    self.with_workspace(|workspace, cx| workspace.receive_release(file, cx))?;
                let mut view = self.latest_receipt()?.unwrap_or_default();
                "accepted".clone_into(&mut view.state);
                view.late = late;
                Ok((self.keep_receipt(view)?, Some(ack)))
            }
            _ => Err(AppError::input(
                "this file is for `handover release`, not for `handover receive`",
            )),
        }
    }

    /// Verifies the offer that came through the relay.
    pub fn receive_from_relay(&mut self) -> Result<HandoverView> {
        let offer = self.offer_to_me()?;
        self.with_workspace(|workspace, cx| workspace.verify_offer(offer, cx))?;
        let view = self.describe(offer, "received");
        self.keep_receipt(view)
    }

    /// Accepts: from the commit on this device is on duty. Gives the file for the giver.
    pub fn accept(&mut self) -> Result<(HandoverView, Vec<u8>)> {
        let offer = self.offer_to_me()?;
        let (_, _, file) = self.with_workspace(|workspace, cx| workspace.accept(offer, cx))?;
        let mut view = self.describe(offer, "accepted");
        view.bytes = file.len() as u64;
        Ok((self.keep_receipt(view)?, file))
    }

    /// Lets go: takes in the acceptance (or the acknowledgement), and erases the bag once
    /// everything written here has reached somebody. Gives the file for the taker.
    pub fn release(&mut self, file: Option<&[u8]>) -> Result<(HandoverView, Option<Vec<u8>>)> {
        let kind = file
            .map(kaban_sync::file::label)
            .transpose()?
            .map(|label| label.kind);
        let mut answer = None;
        let mut late = 0;
        if kind == Some(kaban_sync::file::FileKind::Ack) {
            let file = file.unwrap_or_default();
            self.with_workspace(|workspace, cx| workspace.receive_ack(file, cx))?;
        } else {
            let (released, made) =
                self.with_workspace(|workspace, cx| workspace.release(file, cx))?;
            late = released.late as u64;
            answer = made;
        }
        let mut view = self.latest_receipt()?.unwrap_or_default();
        view.late = view.late.max(late);
        view.bytes = answer.as_ref().map_or(0, |file| file.len() as u64);
        // An acknowledgement that comes after the erasure says nothing new.
        if view.state != "erased" || answer.is_some() {
            "released".clone_into(&mut view.state);
        }
        let covered = self.with_workspace(|workspace, _| workspace.may_erase())?;
        if covered {
            let erased = self.with_workspace(|workspace, cx| workspace.erase_bag(cx))?;
            "erased".clone_into(&mut view.state);
            view.erased = erased.rows;
            view.kept_own = erased.kept_own;
            view.unsent = erased.unsent;
        }
        Ok((self.keep_receipt(view)?, answer))
    }

    /// Takes an offer back.
    pub fn withdraw(&mut self) -> Result<HandoverView> {
        let now = self.now();
        let me = self.workspace.device();
        let open = self.workspace.association().duty().open_offers(now);
        let offer = open
            .iter()
            .find(|seen| seen.from_device == me)
            .map(|seen| seen.hash);
        let offer = offer.ok_or(AppError::new(
            Kind::Rule,
            "this device has made no open offer",
        ))?;
        self.with_workspace(|workspace, cx| workspace.withdraw_offer(offer, cx))?;
        let view = self.describe(offer, "withdrawn");
        self.keep_receipt(view)
    }

    /// Where the latest handover of this device stands.
    pub fn handover_status(&mut self) -> Result<HandoverView> {
        self.with_workspace(|workspace, cx| workspace.forget_dead_offers(cx))?;
        let now = self.now();
        let Some(mut view) = self.latest_receipt()? else {
            let state = "none".to_owned();
            return Ok(HandoverView {
                state,
                ..HandoverView::default()
            });
        };
        let offer: Option<Hash32> = view.offer_id.parse().ok();
        let chain = self.workspace.association().duty();
        let seen = offer.and_then(|offer| chain.offer(offer));
        if let Some(seen) = seen.filter(|_| matches!(view.state.as_str(), "offered" | "received")) {
            if seen.withdrawn {
                "withdrawn".clone_into(&mut view.state);
            } else if chain.accept_of(seen.hash).is_some() {
                "accepted".clone_into(&mut view.state);
            } else if seen.offer.expires <= now {
                "expired".clone_into(&mut view.state);
            }
        }
        view.unsent = self.read(|session, _| session.unsent())?;
        Ok(view)
    }

    fn offer_to_me(&self) -> Result<Hash32> {
        let me = (self.workspace.member(), self.workspace.device());
        let duty = self.workspace.association().duty();
        let now: DateTime<FixedOffset> = self.now();
        let mine = duty
            .offers()
            .filter(|seen| (seen.offer.to_member, seen.offer.to_device) == me);
        let open = mine.filter(|seen| duty.accept_of(seen.hash).is_none());
        let newest = open.max_by_key(|seen| {
            (
                seen.offer.expires > now,
                !seen.withdrawn,
                seen.offer.n,
                seen.offer.expires,
            )
        });
        newest.map(|seen| seen.hash).ok_or(AppError::new(
            Kind::Rule,
            "nobody has offered the bag to this device",
        ))
    }

    fn describe(&self, offer: Hash32, state: &str) -> HandoverView {
        let mut view = HandoverView {
            state: state.to_owned(),
            offer_id: offer.to_string(),
            ..HandoverView::default()
        };
        if let Some(seen) = self.workspace.association().duty().offer(offer) {
            view.from = self.name_of(seen.from_member);
            view.to = self.name_of(seen.offer.to_member);
            view.patients = seen.offer.patients;
            view.envelopes = seen.offer.envelopes;
            view.receipt = seen.offer.root.to_string();
        }
        view.at = time(self.now());
        view
    }

    fn keep_receipt(&mut self, view: HandoverView) -> Result<HandoverView> {
        let bytes = serde_json::to_vec(&view)
            .map_err(|_| AppError::new(Kind::Internal, "encode a receipt"))?;
        self.write_of(Stale::Nothing, |session, _| {
            session.set_device_text(RECEIPTS, b"latest", &bytes)
        })?;
        Ok(view)
    }

    fn latest_receipt(&mut self) -> Result<Option<HandoverView>> {
        let bytes = self.read(|session, _| session.device_text(RECEIPTS, b"latest"))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

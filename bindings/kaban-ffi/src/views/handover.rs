//! Handing the bag over, and what it hands out to carry.

use super::times;
use crate::ids::Timestamp;

/// Where a handover stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum HandoverState {
    /// There has been none on this device.
    None,
    /// Offered to the next doctor.
    Offered,
    /// Verified by the next doctor, not accepted yet.
    Received,
    /// Accepted: the next doctor is on duty.
    Accepted,
    /// The one before has let go.
    Released,
    /// What is not one's own is erased.
    Erased,
    /// The offer was taken back.
    Withdrawn,
    /// The offer ended by itself; who offered is still on duty.
    Expired,
}

/// Where the latest handover of this device stands, as a receipt.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct HandoverView {
    /// State.
    pub state: HandoverState,
    /// Id of the offer.
    pub offer: String,
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
    pub at: Option<Timestamp>,
}

impl From<kaban_app::HandoverView> for HandoverView {
    fn from(view: kaban_app::HandoverView) -> Self {
        let kaban_app::HandoverView {
            state,
            offer_id,
            from,
            to,
            patients,
            envelopes,
            bytes,
            erased,
            kept_own,
            unsent,
            late,
            receipt,
            at,
        } = view;
        Self {
            state: match state.as_str() {
                "offered" => HandoverState::Offered,
                "received" => HandoverState::Received,
                "accepted" => HandoverState::Accepted,
                "released" => HandoverState::Released,
                "erased" => HandoverState::Erased,
                "withdrawn" => HandoverState::Withdrawn,
                "expired" => HandoverState::Expired,
                _ => HandoverState::None,
            },
            offer: offer_id,
            from,
            to,
            patients,
            envelopes,
            bytes,
            erased,
            kept_own,
            unsent,
            late,
            receipt,
            at: times((!at.is_empty()).then_some(at)),
        }
    }
}

/// A step of a handover: where it stands now, and the sealed file for the other device, if there is one.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct HandoverFile {
    /// Where it stands.
    pub view: HandoverView,
    /// The sealed `.kaban` file to carry; opens on the other device only.
    pub file: Option<Vec<u8>>,
}

impl HandoverFile {
    pub(crate) fn new(view: kaban_app::HandoverView, file: Option<Vec<u8>>) -> Self {
        Self {
            view: view.into(),
            file,
        }
    }
}

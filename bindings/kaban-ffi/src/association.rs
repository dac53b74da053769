//! Members and devices, and letting a device in.

use kaban_app::{Bag as AppBag, SharedBag, input};

use crate::error::{KabanError, Result};
use crate::ids::MemberId;
use crate::views::{
    AdmissionView, ChallengeView, DeviceView, Joined, MemberView, Proof, SuspensionView,
};

/// Longest request to join, bytes.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

/// The association as this device knows it.
#[derive(uniffi::Object)]
pub struct Association(pub(crate) SharedBag);

#[uniffi::export]
impl Association {
    /// Everybody.
    ///
    /// # Errors
    /// [`KabanError::Locked`].
    pub fn members(&self) -> Result<Vec<MemberView>> {
        let members = self.0.with(|bag| Ok(bag.members()))?;
        Ok(members.into_iter().map(MemberView::from).collect())
    }

    /// Every device.
    ///
    /// # Errors
    /// [`KabanError::Locked`].
    pub fn devices(&self) -> Result<Vec<DeviceView>> {
        let devices = self.0.with(|bag| Ok(bag.devices()))?;
        Ok(devices.into_iter().map(DeviceView::from).collect())
    }

    /// Fixes a request, and gives the eight digits to read out to whoever asks.
    ///
    /// # Errors
    /// [`KabanError::Rule`] for anybody but an admin and for who is known already,
    /// [`KabanError::Invalid`] for what is no request.
    pub fn challenge_newcomer(&self, request: Vec<u8>) -> Result<ChallengeView> {
        check_request(&request)?;
        let view = self.0.with(|bag| bag.challenge_newcomer(&request))?;
        Ok(view.into())
    }

    /// Lets a device in, if the proof is its own: the answer to the challenge that was made last,
    /// or what the camera read from it.
    ///
    /// # Errors
    /// [`KabanError::Rule`] for a wrong proof or anybody but an admin, [`KabanError::Invalid`] for
    /// what is no request or has no six digits.
    pub fn admit(&self, request: Vec<u8>, proof: Proof) -> Result<Joined> {
        check_request(&request)?;
        let proof = proof.read();
        Ok(self.0.with(|bag| bag.admit(&request, &proof))?.into())
    }

    /// The six digits that answer the eight that a new member reads out.
    ///
    /// # Errors
    /// [`KabanError::Rule`] on any device but the one that let them in.
    pub fn answer_newcomer(&self, member: MemberId, challenge: String) -> Result<String> {
        let member = member.read()?;
        Ok(self.0.with(|bag| bag.answer_newcomer(member, &challenge))?)
    }

    /// Every device that was let in, the latest last.
    ///
    /// # Errors
    /// [`KabanError::Locked`].
    pub fn admissions(&self) -> Result<Vec<AdmissionView>> {
        let admissions = self.0.with(AppBag::admissions)?;
        Ok(admissions.into_iter().map(AdmissionView::from).collect())
    }

    /// This person has seen every admission there is.
    ///
    /// # Errors
    /// [`KabanError::Locked`].
    pub fn see_admissions(&self) -> Result<()> {
        Ok(self.0.with(AppBag::see_admissions)?)
    }

    /// Stops a member until the suspension is lifted: what they write is refused, nothing new is
    /// sealed to them. It is provisional until somebody else confirms it.
    ///
    /// # Errors
    /// [`KabanError::Rule`] for oneself, for whoever is on duty, and for anybody but doctors and the office.
    pub fn suspend(&self, member: MemberId, reason: String) -> Result<()> {
        let member = member.read()?;
        input::text("reason", &reason)?;
        Ok(self.0.with(|bag| bag.suspend_member(member, &reason))?)
    }

    /// The suspensions that stand, oldest first.
    ///
    /// # Errors
    /// [`KabanError::Locked`].
    pub fn suspensions(&self) -> Result<Vec<SuspensionView>> {
        let standing = self.0.with(|bag| Ok(bag.suspensions()))?;
        Ok(standing.into_iter().map(SuspensionView::from).collect())
    }

    /// Says that the suspension of a member is right.
    ///
    /// # Errors
    /// [`KabanError::Rule`] when the member is not suspended, for one's own suspension of them, and
    /// for anybody but doctors and the office.
    pub fn confirm_suspension(&self, member: MemberId) -> Result<()> {
        let member = member.read()?;
        Ok(self.0.with(|bag| bag.confirm_suspension(member))?)
    }

    /// Lifts the suspension of a member: an admin, or two doctors.
    ///
    /// # Errors
    /// [`KabanError::Rule`] when the member is not suspended, for oneself, and for anybody but
    /// doctors and the office.
    pub fn lift_suspension(&self, member: MemberId) -> Result<()> {
        let member = member.read()?;
        Ok(self.0.with(|bag| bag.lift_suspension(member))?)
    }
}

fn check_request(request: &[u8]) -> Result<()> {
    if request.len() > REQUEST_BYTES_MAX {
        return Err(KabanError::invalid("request", "larger than 64 KiB"));
    }
    Ok(())
}

//! Members and devices, and letting a device in.

use kaban_app::{SharedBag, input};

use crate::error::{KabanError, Result};
use crate::ids::MemberId;
use crate::views::{DeviceView, Joined, MemberView, SuspensionView};

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

    /// Lets a device in, if the six digits that were compared by voice are the request's.
    ///
    /// # Errors
    /// [`KabanError::Rule`] for wrong digits or anybody but an admin, [`KabanError::Invalid`] for
    /// what is no request.
    pub fn admit(&self, request: Vec<u8>, code: String) -> Result<Joined> {
        if request.len() > REQUEST_BYTES_MAX {
            return Err(KabanError::invalid("request", "larger than 64 KiB"));
        }
        input::text("code", &code)?;
        Ok(self.0.with(|bag| bag.admit(&request, &code))?.into())
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

//! Handing the bag over, step by step. Each step verifies and writes before it answers, so it is
//! waited for; none needs a network.

use kaban_app::{OfferInput, SharedBag};

use crate::aside::{FILE_BYTES_MAX, aside};
use crate::error::{KabanError, Result};
use crate::ids::{DeviceId, MemberId};
use crate::views::{HandoverFile, HandoverView};

/// The handover of this bag. By file the order is: offer, receive, accept, release, receive,
/// release; by relay the same records travel when the devices sync, and no file has to be carried.
#[derive(uniffi::Object)]
pub struct Handover(pub(crate) SharedBag);

#[uniffi::export(async_runtime = "tokio")]
impl Handover {
    /// Offers the bag to a doctor's device. The offer ends by itself after a day; who offered stays
    /// on duty until it is accepted.
    ///
    /// # Errors
    /// [`KabanError::Rule`] for whoever does not hold the bag.
    pub async fn offer(&self, to: MemberId, device: DeviceId) -> Result<HandoverFile> {
        let to = (to.read()?, device.read()?);
        let bag = self.0.clone();
        let made = aside(move || bag.with(|bag| bag.offer(OfferInput { to, turn: None })));
        let (view, file) = made.await?;
        Ok(HandoverFile::new(view, Some(file)))
    }

    /// Reads the file of an offer: everything is verified, nothing can be read yet. Or of a
    /// release: what was written late comes in, and the acknowledgement goes out. Without a file:
    /// the offer that came through the relay.
    ///
    /// # Errors
    /// [`KabanError::Rule`] for an offer to somebody else, [`KabanError::Invalid`] for a file that
    /// is none or is cut.
    pub async fn receive(&self, file: Option<Vec<u8>>) -> Result<HandoverFile> {
        let bag = self.0.clone();
        let file = bounded(file)?;
        let received = aside(move || {
            bag.with(|bag| match &file {
                Some(file) => bag.receive(file),
                None => Ok((bag.receive_from_relay()?, None)),
            })
        });
        let (view, file) = received.await?;
        Ok(HandoverFile::new(view, file))
    }

    /// Accepts: when this returns, whoever opened this bag is on duty.
    ///
    /// # Errors
    /// [`KabanError::Rule`] when the offer has ended or was taken back.
    pub async fn accept(&self) -> Result<HandoverFile> {
        let bag = self.0.clone();
        let (view, file) = aside(move || bag.with(|bag| bag.accept())).await?;
        Ok(HandoverFile::new(view, Some(file)))
    }

    /// Lets go: takes in the acceptance or the acknowledgement, and erases what is not one's own
    /// once everything written here has reached somebody.
    ///
    /// # Errors
    /// [`KabanError::Rule`] while nobody has accepted.
    pub async fn release(&self, file: Option<Vec<u8>>) -> Result<HandoverFile> {
        let bag = self.0.clone();
        let file = bounded(file)?;
        let released = aside(move || bag.with(|bag| bag.release(file.as_deref())));
        let (view, file) = released.await?;
        Ok(HandoverFile::new(view, file))
    }

    /// Takes the offer back.
    ///
    /// # Errors
    /// [`KabanError::Rule`] when there is none, or it was accepted.
    pub async fn withdraw(&self) -> Result<HandoverView> {
        let bag = self.0.clone();
        Ok(aside(move || bag.with(|bag| bag.withdraw())).await?.into())
    }

    /// Where the latest handover of this device stands.
    ///
    /// # Errors
    /// [`KabanError::Locked`].
    pub async fn status(&self) -> Result<HandoverView> {
        let bag = self.0.clone();
        let status = aside(move || bag.with(|bag| bag.handover_status()));
        Ok(status.await?.into())
    }
}

fn bounded(file: Option<Vec<u8>>) -> Result<Option<Vec<u8>>> {
    match file {
        Some(file) if file.len() > FILE_BYTES_MAX => {
            Err(KabanError::invalid("file", "larger than 256 MiB"))
        }
        file => Ok(file),
    }
}

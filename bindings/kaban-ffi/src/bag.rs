//! The bag: opening it, the lid, its parts, locking it.

use std::path::Path;
use std::sync::Arc;

use kaban_app::{AppError, Bag as AppBag, Kind, SharedBag, input};
use zeroize::Zeroizing;

use crate::aside::{FILE_BYTES_MAX, aside};
use crate::association::Association;
use crate::duty::Duty;
use crate::error::{KabanError, Result};
use crate::handover::Handover;
use crate::ids::MemberId;
use crate::map::DynamicMap;
use crate::notebook::Notebook;
use crate::patients::Patients;
use crate::phone::{Connection, Connectivity, PhoneServices};
use crate::sync::{SyncHandle, SyncListener, SyncOutcome};
use crate::views::{
    FoundRequest, GrantView, HealthView, JoinRequestView, LidView, PersonRequest, Proof, WhoAmI,
};
use crate::visits::Visits;
use crate::watch::{LidListener, Subscription, watch};

/// One device's bag, opened by one person. Its parts share it; locking it locks them all.
#[derive(uniffi::Object)]
pub struct Bag {
    shared: SharedBag,
    map: Arc<kaban_app::DynamicMap>,
    services: PhoneServices,
}

/// Whether there is a bag in a folder, without opening it.
#[uniffi::export]
pub fn has_bag(folder: String) -> bool {
    AppBag::check_place(Path::new(&folder)).is_ok()
}

/// Makes a new device in `folder`, or asks again with the one that is there, and gives what to
/// carry to an admin. A new device needs a PIN of eight digits where the keystore is a chip, else
/// a passphrase of 13 characters.
///
/// # Errors
/// [`KabanError::Invalid`] for a PIN or a person that will not do, [`KabanError::WrongPassphrase`],
/// [`KabanError::Storage`].
#[uniffi::export(async_runtime = "tokio")]
pub async fn request_to_join(
    folder: String,
    secret: Vec<u8>,
    person: PersonRequest,
    services: PhoneServices,
) -> Result<JoinRequestView> {
    let secret = Zeroizing::new(secret);
    let person = person.read()?;
    aside(move || {
        let environment = services.environment();
        let new = AppBag::request_to_join(Path::new(&folder), &secret, &person, &environment)?;
        Ok(JoinRequestView {
            request: new.request.write(),
            fingerprint: new.fingerprint,
        })
    })
    .await
}

/// The newcomer's six digits, to the eight that the admin reads out.
///
/// # Errors
/// [`KabanError::Invalid`] for what are no eight digits, [`KabanError::NotFound`] where nobody
/// asked to join, [`KabanError::WrongPassphrase`].
#[uniffi::export(async_runtime = "tokio")]
pub async fn answer_admin(
    folder: String,
    secret: Vec<u8>,
    challenge: String,
    services: PhoneServices,
) -> Result<String> {
    let secret = Zeroizing::new(secret);
    let environment = services.environment();
    aside(move || AppBag::answer_admin(Path::new(&folder), &secret, &challenge, &environment)).await
}

/// Fixes an admin's grant without joining, and gives the eight digits to read out to them.
///
/// # Errors
/// As [`Bag::join`].
#[uniffi::export(async_runtime = "tokio")]
pub async fn challenge_admin(
    folder: String,
    secret: Vec<u8>,
    grant: Vec<u8>,
    services: PhoneServices,
) -> Result<GrantView> {
    let secret = Zeroizing::new(secret);
    check_grant(&grant)?;
    let environment = services.environment();
    aside(move || {
        let view = AppBag::challenge_admin(Path::new(&folder), &secret, &grant, &environment)?;
        Ok(view.into())
    })
    .await
}

fn check_grant(grant: &[u8]) -> Result<()> {
    if grant.len() > FILE_BYTES_MAX {
        return Err(KabanError::invalid("grant", "larger than 256 MiB"));
    }
    Ok(())
}

#[uniffi::export(async_runtime = "tokio")]
impl Bag {
    /// Founds an association on a new device in `folder`.
    ///
    /// # Errors
    /// As [`request_to_join`].
    #[uniffi::constructor]
    pub async fn found(
        folder: String,
        secret: Vec<u8>,
        request: FoundRequest,
        services: PhoneServices,
    ) -> Result<Arc<Self>> {
        let secret = Zeroizing::new(secret);
        let FoundRequest {
            association,
            person,
        } = request;
        input::text("association", &association)?;
        let person = person.read()?;
        let environment = services.environment();
        let open = move || {
            let folder = Path::new(&folder);
            AppBag::check_free(folder)?;
            AppBag::found(folder, &secret, &association, &person, &environment)
        };
        Ok(Self::of(aside(open).await?, services))
    }

    /// Takes an admin's grant, if the proof is theirs: the answer to the challenge of
    /// [`challenge_admin`], or what the camera read from their screen.
    ///
    /// # Errors
    /// [`KabanError::Rule`] for a grant to somebody else and for a wrong proof, [`KabanError::Invalid`] for a file that
    /// is none, [`KabanError::WrongPassphrase`].
    #[uniffi::constructor]
    pub async fn join(
        folder: String,
        secret: Vec<u8>,
        grant: Vec<u8>,
        proof: Proof,
        services: PhoneServices,
    ) -> Result<Arc<Self>> {
        let secret = Zeroizing::new(secret);
        check_grant(&grant)?;
        let (proof, environment) = (proof.read(), services.environment());
        let open = move || AppBag::join(Path::new(&folder), &secret, &grant, &proof, &environment);
        Ok(Self::of(aside(open).await?, services))
    }

    /// Opens the bag in `folder`. On a device of several people `member` names whose slot; without
    /// it the PIN tells.
    ///
    /// # Errors
    /// [`KabanError::WrongPassphrase`], [`KabanError::InUse`], [`KabanError::TooNew`],
    /// [`KabanError::Damaged`], [`KabanError::Tampered`]: different things, and nothing is changed
    /// by any of them. [`KabanError::NotFound`] where there is no bag.
    #[uniffi::constructor]
    pub async fn open(
        folder: String,
        secret: Vec<u8>,
        member: Option<MemberId>,
        services: PhoneServices,
    ) -> Result<Arc<Self>> {
        let secret = Zeroizing::new(secret);
        let member = member.map(|member| member.read()).transpose()?;
        let environment = services.environment();
        let open = move || {
            let folder = Path::new(&folder);
            AppBag::check_place(folder)
                .map_err(|error| AppError::new(Kind::NotFound, error.detail))?;
            AppBag::open(folder, &secret, member, &environment)
        };
        Ok(Self::of(aside(open).await?, services))
    }

    /// Meets the relay, or the one remembered, until neither side has news. Everything else may be
    /// called meanwhile; what came in is saved page by page.
    ///
    /// # Errors
    /// [`KabanError::Offline`] when it cannot be reached: what was exchanged until then is saved,
    /// the rest waits. [`KabanError::Rule`] when this device may not, [`KabanError::Locked`] when
    /// the bag was locked meanwhile.
    pub async fn sync(
        &self,
        relay: Option<String>,
        handle: Option<Arc<SyncHandle>>,
        listener: Option<Arc<dyn SyncListener>>,
    ) -> Result<SyncOutcome> {
        if let Some(relay) = &relay {
            input::text("relay", relay)?;
        }
        crate::sync::run(&self.shared, relay.as_deref(), handle, listener).await
    }

    /// Locks: keys are dropped, watching ends, every later call is refused as `Locked`. Locking
    /// twice is no error.
    ///
    /// # Errors
    /// A failing disk; the keys are gone in any case.
    pub async fn lock(&self) -> Result<()> {
        let shared = self.shared.clone();
        aside(move || shared.lock()).await
    }
}

#[uniffi::export]
impl Bag {
    /// Whether it has been locked.
    pub fn is_locked(&self) -> bool {
        self.shared.is_locked()
    }

    /// The lid: who is on duty, how old the data is, what is unsent, what was set aside.
    ///
    /// # Errors
    /// [`KabanError::Locked`], [`KabanError::Damaged`].
    pub fn lid(&self) -> Result<LidView> {
        let connectivity = self.services.connectivity.clone();
        Ok(lid(&self.shared, connectivity.as_ref())?)
    }

    /// Watches the lid.
    ///
    /// # Errors
    /// [`KabanError::Internal`] when the system gives no thread.
    pub fn watch_lid(&self, listener: Arc<dyn LidListener>) -> Result<Arc<Subscription>> {
        let connectivity = self.services.connectivity.clone();
        let look = move |bag: &SharedBag| lid(bag, connectivity.as_ref());
        watch(&self.shared, look, listener)
    }

    /// This device and person.
    ///
    /// # Errors
    /// [`KabanError::Locked`].
    pub fn who_am_i(&self) -> Result<WhoAmI> {
        Ok(self.shared.with(|bag| Ok(bag.whoami().into()))?)
    }

    /// Checks store, chains, clock, disk and keys, and says what to do.
    ///
    /// # Errors
    /// [`KabanError::Locked`], [`KabanError::Damaged`].
    pub fn health(&self) -> Result<HealthView> {
        Ok(self.shared.with(|bag| Ok(bag.health()?.into()))?)
    }

    /// 患者 Patients.
    pub fn patients(&self) -> Arc<Patients> {
        Arc::new(Patients {
            bag: self.shared.clone(),
            location: self.services.location.clone(),
        })
    }

    /// 訪問記録 Visit notes and drafts.
    pub fn visits(&self) -> Arc<Visits> {
        Arc::new(Visits(self.shared.clone()))
    }

    /// 連絡用ノート The liaison notebook.
    pub fn notebook(&self) -> Arc<Notebook> {
        Arc::new(Notebook(self.shared.clone()))
    }

    /// 当番 Who answers, absences, the lease.
    pub fn duty(&self) -> Arc<Duty> {
        Arc::new(Duty(self.shared.clone()))
    }

    /// 動態地図 The map, its pack and its roads. The pack stays open as long as the bag.
    pub fn map(&self) -> Arc<DynamicMap> {
        Arc::new(DynamicMap {
            map: Arc::clone(&self.map),
            bag: self.shared.clone(),
        })
    }

    /// 引き継ぎ Handing the bag over.
    pub fn handover(&self) -> Arc<Handover> {
        Arc::new(Handover(self.shared.clone()))
    }

    /// 医師会 Members and devices.
    pub fn association(&self) -> Arc<Association> {
        Arc::new(Association(self.shared.clone()))
    }
}

impl Bag {
    fn of(bag: AppBag, services: PhoneServices) -> Arc<Self> {
        Arc::new(Self {
            shared: SharedBag::new(bag),
            map: Arc::default(),
            services,
        })
    }
}

/// The phone is asked before the bag is taken: what it answers with is its own code.
fn lid(
    bag: &SharedBag,
    connectivity: Option<&Arc<dyn Connectivity>>,
) -> std::result::Result<LidView, AppError> {
    let told = connectivity.map(|connectivity| connectivity.connection());
    let connection = told.and_then(std::result::Result::ok);
    let connection = connection.unwrap_or(Connection::Unknown);
    let (status, lease) = bag.with(|bag| Ok((bag.status()?, bag.lease()?)))?;
    Ok(LidView::new(status, lease.into(), connection))
}

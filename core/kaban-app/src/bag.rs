//! The bag: one device's store, opened by one person.

use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use kaban_proto::ids::MemberId;
use kaban_proto::random::Random;
use kaban_sync::workspace::{Cx, Founder, Person, Session, Workspace};
use kaban_vault::audit::AuditEvent;
use kaban_vault::slots::{SlotSecrets, check_passphrase, check_pin};
use kaban_vault::store::{DATABASE_FILE, Store};

use crate::changes::Changes;
use crate::environment::Environment;
use crate::error::{AppError, Kind, Result};
use crate::roll::{Roll, Stale};

/// One device's bag, open.
pub struct Bag {
    dir: PathBuf,
    pub(crate) environment: Environment,
    pub(crate) rng: Box<dyn Random>,
    pub(crate) workspace: Workspace,
    pub(crate) roll: Option<Roll>,
    changes: Changes,
}

impl Bag {
    /// Founds an association on a new device in `dir`.
    pub fn found(
        dir: &Path,
        passphrase: &[u8],
        association: &str,
        person: &Person,
        environment: &Environment,
    ) -> Result<Self> {
        check_person(person)?;
        let association = association.trim();
        if association.is_empty() {
            return Err(AppError::input("the association needs a name: --name NAME"));
        }
        let mut rng = (environment.random)();
        let store = make_store(dir, passphrase, environment, rng.as_mut())?;
        let founder = Founder {
            association: association.to_owned(),
            person: person.clone(),
        };
        let now = environment.clock.now();
        let workspace = Workspace::found(
            store,
            &founder,
            &mut Cx {
                now,
                rng: rng.as_mut(),
            },
        )?;
        Ok(Self::with(dir, environment, rng, workspace))
    }

    /// Opens the bag in `dir` with a person's passphrase.
    pub fn open(
        dir: &Path,
        passphrase: &[u8],
        member: Option<MemberId>,
        environment: &Environment,
    ) -> Result<Self> {
        let mut store = open_store(dir, environment)?;
        store.unlock(member, passphrase)?;
        let workspace = Workspace::open(store)?;
        let rng = (environment.random)();
        let mut bag = Self::with(dir, environment, rng, workspace);
        bag.read(|session, cx| {
            let deed = kaban_sync::workspace::Deed::counted(AuditEvent::Unlock, 1);
            session.audit(cx, deed)
        })?;
        bag.sweep_packs();
        Ok(bag)
    }

    /// As [`Bag::open`], the slot named by a prefix of the member's id, as a person types it.
    pub fn open_as(
        dir: &Path,
        passphrase: &[u8],
        member: Option<&str>,
        environment: &Environment,
    ) -> Result<Self> {
        let Some(named) = member else {
            return Self::open(dir, passphrase, None, environment);
        };
        let named = named.trim().to_ascii_lowercase();
        let slots = open_store(dir, environment)?.slots()?;
        let fits: Vec<MemberId> = slots
            .iter()
            .map(|slot| slot.member)
            .filter(|id| id.to_string().starts_with(&named))
            .collect();
        match fits.as_slice() {
            [one] => Self::open(dir, passphrase, Some(*one), environment),
            [] => Err(AppError::new(
                Kind::NotFound,
                "no member with that id has a slot on this device",
            )),
            _ => Err(AppError::new(
                Kind::Ambiguous,
                "several members' ids begin with that: give more of it",
            )),
        }
    }

    /// Whether a bag lies in `dir`, before anybody is asked for a passphrase.
    pub fn check_place(dir: &Path) -> Result<()> {
        if !dir.is_dir() {
            return Err(AppError::input(format!(
                "there is no folder {}",
                dir.display()
            )));
        }
        if dir.join(DATABASE_FILE).exists() {
            return Ok(());
        }
        let what_to_do =
            "`kaban found` begins an association, `kaban join request` asks to join one";
        Err(AppError::input(format!(
            "there is no bag in {}: {what_to_do}",
            dir.display()
        )))
    }

    /// Whether a new bag can be made in `dir`.
    pub fn check_free(dir: &Path) -> Result<()> {
        if dir.join(DATABASE_FILE).exists() {
            return Err(AppError::input(format!(
                "there is a bag in {} already",
                dir.display()
            )));
        }
        Ok(())
    }

    /// Locks: keys are dropped, the log is written back. Happens by itself when the bag is dropped,
    /// but then nobody hears of a failing disk.
    pub fn lock(self) -> Result<()> {
        self.workspace.into_store().lock()?;
        Ok(())
    }

    /// Where the bag lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The clock's reading.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.environment.clock.now()
    }

    /// The workspace, for what is below the use cases.
    pub fn workspace(&mut self) -> &mut Workspace {
        &mut self.workspace
    }

    /// What tells that something was written, for whoever watches.
    pub(crate) fn changes(&self) -> &Changes {
        &self.changes
    }

    pub(crate) fn with(
        dir: &Path,
        environment: &Environment,
        rng: Box<dyn Random>,
        workspace: Workspace,
    ) -> Self {
        Self {
            dir: dir.to_owned(),
            environment: environment.clone(),
            rng,
            workspace,
            roll: None,
            changes: Changes::default(),
        }
    }

    /// One transaction that writes; what is in memory of the list is read again at its next use.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(
            &mut Session<'_, '_>,
            &mut Cx<'_>,
        ) -> std::result::Result<T, kaban_sync::Error>,
    ) -> Result<T> {
        self.write_of(Stale::Everything, work)
    }

    /// The same for a write that makes no more than `stale` of the list old.
    pub(crate) fn write_of<T>(
        &mut self,
        stale: Stale,
        work: impl FnOnce(
            &mut Session<'_, '_>,
            &mut Cx<'_>,
        ) -> std::result::Result<T, kaban_sync::Error>,
    ) -> Result<T> {
        let mut cx = Cx {
            now: self.environment.clock.now(),
            rng: self.rng.as_mut(),
        };
        let value = self.workspace.write(|session| work(session, &mut cx))?;
        // It is saved: what cannot be read now is told when somebody asks for it.
        if self.renew(stale).is_err() {
            self.roll = None;
        }
        self.changes.announce();
        Ok(value)
    }

    /// One transaction that reads, its audit row included.
    pub(crate) fn read<T>(
        &mut self,
        work: impl FnOnce(
            &mut Session<'_, '_>,
            &mut Cx<'_>,
        ) -> std::result::Result<T, kaban_sync::Error>,
    ) -> Result<T> {
        let mut cx = Cx {
            now: self.environment.clock.now(),
            rng: self.rng.as_mut(),
        };
        Ok(self.workspace.read(|session| work(session, &mut cx))?)
    }

    /// The workspace and what it needs from outside, for operations that are several transactions.
    pub(crate) fn with_workspace<T>(
        &mut self,
        work: impl FnOnce(&mut Workspace, &mut Cx<'_>) -> std::result::Result<T, kaban_sync::Error>,
    ) -> Result<T> {
        let mut cx = Cx {
            now: self.environment.clock.now(),
            rng: self.rng.as_mut(),
        };
        let before = self.workspace.store().changes();
        let done = work(&mut self.workspace, &mut cx);
        // Several transactions: also when it failed, the first may stand.
        if self.workspace.store().changes() != before {
            self.roll = None;
            self.changes.announce();
        }
        Ok(done?)
    }
}

pub(crate) fn open_store(
    dir: &Path,
    environment: &Environment,
) -> std::result::Result<Store, kaban_vault::Error> {
    // Looked up first, so that a folder that is no bag stays as it is.
    if !dir.join(DATABASE_FILE).exists() {
        return Err(kaban_vault::Error::NotFound {
            dir: dir.to_owned(),
        });
    }
    Store::open(dir, environment.keyvault_of(dir)?)
}

pub(crate) fn make_store(
    dir: &Path,
    passphrase: &[u8],
    environment: &Environment,
    rng: &mut dyn Random,
) -> Result<Store> {
    check_secret(passphrase, environment)?;
    std::fs::create_dir_all(dir).map_err(|error| {
        AppError::input(format!("cannot make the folder {}: {error}", dir.display()))
    })?;
    let mut store = Store::create(dir, environment.keyvault_of(dir)?, rng)?;
    let secrets = SlotSecrets::make(MemberId::make(rng), rng);
    store.add_slot(&secrets, passphrase, environment.kdf, rng)?;
    store.unlock(None, passphrase)?;
    Ok(store)
}

/// A PIN will do where a chip counts the guesses (security-sync.md §4.2); else a passphrase it is.
fn check_secret(secret: &[u8], environment: &Environment) -> Result<()> {
    let chip = environment
        .keyvault
        .as_ref()
        .is_some_and(|k| k.is_hardware());
    if chip && secret.iter().all(u8::is_ascii_digit) {
        return check_pin(secret).map_err(|error| {
            AppError::input(format!("this PIN will not do: {error}")).about("secret")
        });
    }
    check_passphrase(secret).map_err(|error| {
        AppError::input(format!("this passphrase will not do: {error}")).about("secret")
    })
}

pub(crate) fn check_person(person: &Person) -> Result<()> {
    if person.name.trim().is_empty() {
        return Err(AppError::input("a member needs a name: --member NAME"));
    }
    if person.name.chars().count() > 100
        || person.kana.chars().count() > 100
        || person.phone.len() > 40
    {
        return Err(AppError::input(
            "the member's name or phone number is too long",
        ));
    }
    Ok(())
}

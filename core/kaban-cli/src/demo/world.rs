//! The world of the story: devices with a folder each, and one relay over real HTTP on this machine.
//!
//! Keys and ids come from the story's seed, and a passphrase guess costs the least the store
//! allows: this is a practice district with invented people, never a place for a patient.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Duration, FixedOffset};
use kaban_app::{
    AppError, Bag, Brief, Clock, Environment, FetchView, ItemView, Kind, PatientView, SetClock,
    ShareView, SyncView,
};
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::ids::{DeviceId, MemberId};
use kaban_sync::peer::{Answer, Http, Transport};
use kaban_sync::workspace::Person;
use kaban_vault::slots::KdfCost;
use tokio::runtime::Runtime;

use super::chance::Chance;
use super::link::Link;

/// The passphrase of every practice device.
pub const PASSPHRASE: &[u8] = b"practice district, nobody real";

/// One person's device.
pub struct Device {
    /// Whose.
    pub person: Person,
    /// Member id.
    pub member: MemberId,
    /// Device id.
    pub id: DeviceId,
    /// Everything that lies on this device: the bag and the files that were sent and received.
    pub home: PathBuf,
    /// What the use cases take from outside.
    pub environment: Environment,
    /// Pages and visit lists the story has opened here: each must have left an audit row.
    pub opened: u64,
    bag: Option<Bag>,
}

impl Device {
    /// Where the store lies.
    pub fn dir(&self) -> PathBuf {
        self.home.join("bag")
    }

    /// The open bag.
    pub fn bag(&mut self) -> Result<&mut Bag, AppError> {
        self.bag
            .as_mut()
            .ok_or(AppError::new(Kind::Locked, "the device is locked"))
    }

    /// Locks the device.
    pub fn lock(&mut self) -> Result<(), AppError> {
        self.bag.take().map_or(Ok(()), Bag::lock)
    }

    /// Unlocks it again.
    pub fn unlock(&mut self) -> Result<(), AppError> {
        self.bag = Some(Bag::open(&self.dir(), PASSPHRASE, None, &self.environment)?);
        Ok(())
    }

    /// Opens a patient's pages.
    pub fn page(&mut self, patient: PatientId) -> Result<PatientView, AppError> {
        self.opened += 1;
        self.bag()?.patient(patient)
    }

    /// Opens a patient's visits.
    pub fn visits(&mut self, patient: PatientId) -> Result<Vec<ItemView>, AppError> {
        self.opened += 1;
        self.bag()?.visits(patient)
    }

    /// Patients this device can read.
    pub fn readable(&mut self) -> Result<Vec<PatientId>, AppError> {
        let rows = self.bag()?.patients()?;
        rows.iter()
            .map(|row| {
                row.id
                    .parse()
                    .map_err(|_| AppError::new(Kind::Internal, "a patient id"))
            })
            .collect()
    }

    /// Keeps a `.kaban` file that was sent or received.
    pub fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), AppError> {
        let dir = self.home.join("files");
        std::fs::create_dir_all(&dir)
            .and_then(|()| std::fs::write(dir.join(name), bytes))
            .map_err(disk)
    }
}

/// A failing disk.
pub fn disk(error: std::io::Error) -> AppError {
    AppError::new(Kind::DiskFull, format!("the demo's folder: {error}"))
}

/// The relay in this process.
struct Relay {
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    task: Option<tokio::task::JoinHandle<Result<(), kaban_relay::Error>>>,
}

/// All devices, the relay and the clock.
pub struct World {
    /// The folder of everything; removed at the end.
    pub root: PathBuf,
    /// Office, doctors, nurses, hospital.
    pub devices: Vec<Device>,
    /// The link between devices and relay.
    pub link: Link,
    /// What all meetings with the relay came to.
    pub total: Settled,
    /// Folder of the relay's store.
    pub relay_store: PathBuf,
    relay_url: String,
    seed: u64,
    clock: Arc<SetClock>,
    runtime: Runtime,
    relay: Relay,
}

struct RelayClock(Arc<SetClock>);

impl kaban_relay::Clock for RelayClock {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.now().timestamp_millis()).unwrap_or(0)
    }
}

impl World {
    /// An empty world with a running relay.
    pub fn new(seed: u64, start: DateTime<FixedOffset>) -> Result<Self, AppError> {
        let name: [u8; 8] = kaban_proto::random::bytes(&mut kaban_proto::OsRandom);
        let root =
            std::env::temp_dir().join(format!("kaban-demo-{:016x}", u64::from_be_bytes(name)));
        std::fs::create_dir_all(&root).map_err(disk)?;
        let clock = Arc::new(SetClock::new(start));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(disk)?;
        let relay_store = root.join("relay");
        let internal =
            |error: kaban_relay::Error| AppError::new(Kind::Internal, format!("relay: {error}"));
        let relay = kaban_relay::Relay::open_with(
            kaban_relay::Config::new(&relay_store),
            Arc::new(RelayClock(Arc::clone(&clock))),
            Box::new(Chance::new(seed, "relay")),
        );
        let relay = relay.map_err(internal)?;
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .map_err(disk)?;
        let address = listener.local_addr().map_err(disk)?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let task = runtime.spawn(kaban_relay::serve(listener, relay, async {
            let _ = stopped.await;
        }));
        let relay_url = format!("http://{address}");
        let http = Http::new(&relay_url)?;
        let relay = Relay {
            stop: Some(stop),
            task: Some(task),
        };
        let link = Link::new(http, seed);
        Ok(Self {
            root,
            devices: Vec::new(),
            link,
            total: Settled::default(),
            relay_store,
            relay_url,
            seed,
            clock,
            runtime,
            relay,
        })
    }

    /// The clock's reading.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.clock.now()
    }

    /// Sets every clock of the world.
    pub fn set_clock(&self, at: DateTime<FixedOffset>) {
        self.clock.set(at);
    }

    /// Lets a minute pass.
    pub fn tick(&self) {
        self.clock.set(self.clock.now() + Duration::minutes(1));
    }

    /// What a new device takes from outside: a generator of its own for each opening.
    pub fn environment(&self, label: &str) -> Environment {
        let (seed, label) = (self.seed, label.to_owned());
        let openings = AtomicU64::new(0);
        Environment {
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            random: Arc::new(move || {
                let opening = openings.fetch_add(1, Ordering::Relaxed);
                Box::new(Chance::new(seed, &format!("device {label} {opening}")))
            }),
            kdf: KdfCost::FLOOR,
            keyvault: None,
        }
    }

    /// Adds a device that has joined.
    pub fn add(&mut self, person: Person, home: PathBuf, environment: Environment, mut bag: Bag) {
        let (member, id) = (bag.workspace().member(), bag.workspace().device());
        self.devices.push(Device {
            person,
            member,
            id,
            home,
            environment,
            opened: 0,
            bag: Some(bag),
        });
    }

    /// The device of a person.
    pub fn device(&mut self, index: usize) -> &mut Device {
        &mut self.devices[index]
    }

    /// Indices of the devices of a role.
    pub fn of_role(&self, role: &Role) -> Vec<usize> {
        let all = self.devices.iter().enumerate();
        all.filter(|(_, device)| device.person.role == *role)
            .map(|(index, _)| index)
            .collect()
    }

    /// One device meets the relay.
    pub fn sync(&mut self, index: usize) -> Result<SyncView, AppError> {
        let Self {
            devices,
            runtime,
            link,
            ..
        } = self;
        let bag = devices[index].bag()?;
        let view = runtime.block_on(bag.sync_over(link, &Brief, &mut |_| {}))?;
        self.total.add(&view);
        Ok(view)
    }

    /// One device meets the relay over another transport.
    pub fn sync_over<'w, T: Transport + 'w>(
        &'w mut self,
        index: usize,
        make: impl FnOnce(&'w Http) -> T,
    ) -> Result<(SyncView, T), AppError> {
        let Self {
            devices,
            runtime,
            link,
            ..
        } = self;
        let transport = make(link.wire());
        let bag = devices[index].bag()?;
        let view = runtime.block_on(bag.sync_over(&transport, &Brief, &mut |_| {}))?;
        Ok((view, transport))
    }

    /// One device puts a map on the relay.
    pub fn share_pack(&mut self, index: usize, pack: &Path) -> Result<ShareView, AppError> {
        let bag = self.devices[index].bag()?;
        let (pack, url) = (Some(pack), Some(self.relay_url.as_str()));
        self.runtime
            .block_on(bag.share_pack(pack, url, &mut |_| {}))
    }

    /// One device fetches the newest map from the relay.
    pub fn fetch_pack(&mut self, index: usize) -> Result<FetchView, AppError> {
        let bag = self.devices[index].bag()?;
        let url = Some(self.relay_url.as_str());
        self.runtime
            .block_on(bag.fetch_pack(url, false, &mut |_| {}))
    }

    /// One request to the relay, as anybody could send it.
    pub fn ask_relay(&self, path: &str, body: Option<Vec<u8>>) -> Result<Answer, AppError> {
        let answer = self
            .runtime
            .block_on(self.link.wire().send(path, body, None));
        answer.map_err(|error| AppError::new(Kind::Offline, error.to_string()))
    }

    /// All devices meet the relay in a random order until nobody has news. Gives what it took.
    pub fn settle(&mut self, chance: &mut Chance) -> Result<Settled, AppError> {
        let mut total = Settled::default();
        for _ in 0..10 {
            let mut order: Vec<usize> = (0..self.devices.len()).collect();
            chance.shuffle(&mut order);
            let mut news = 0;
            for index in order {
                let view = self.sync(index)?;
                news += view.sent + view.received;
                total.add(&view);
            }
            total.rounds += 1;
            if news == 0 {
                total.quiet = true;
                break;
            }
        }
        Ok(total)
    }

    /// Stops the relay, so that its files can be looked at.
    pub fn stop_relay(&mut self) -> Result<(), AppError> {
        if let Some(stop) = self.relay.stop.take() {
            let _ = stop.send(());
        }
        let Some(task) = self.relay.task.take() else {
            return Ok(());
        };
        let internal = |error: String| AppError::new(Kind::Internal, format!("relay: {error}"));
        let served = self
            .runtime
            .block_on(task)
            .map_err(|error| internal(error.to_string()))?;
        served.map_err(|error| internal(error.to_string()))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.devices.clear();
        let _ = self.stop_relay();
        // Nothing of the practice district is worth keeping, and nobody can act on a failure here.
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// What it took until everybody knew everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settled {
    /// Envelopes sent.
    pub sent: u64,
    /// Envelopes received.
    pub received: u64,
    /// Requests that broke.
    pub broken: u64,
    /// Bytes out and in.
    pub bytes: u64,
    /// Envelopes set aside.
    pub quarantined: u64,
    /// Envelopes the relay refused.
    pub refused: usize,
    /// Rounds over all devices.
    pub rounds: u64,
    /// Whether the last round brought nothing new.
    pub quiet: bool,
}

impl Settled {
    fn add(&mut self, view: &SyncView) {
        self.sent += view.sent;
        self.received += view.received;
        self.broken += view.broken;
        self.bytes += view.bytes_out + view.bytes_in;
        self.quarantined += view.quarantined;
        self.refused += view.refused.len();
    }
}

/// Copies a folder with everything in it.
pub fn copy_dir(from: &Path, to: &Path) -> Result<(), AppError> {
    std::fs::create_dir_all(to).map_err(disk)?;
    for entry in std::fs::read_dir(from).map_err(disk)? {
        let entry = entry.map_err(disk)?;
        let target = to.join(entry.file_name());
        if entry.file_type().map_err(disk)?.is_dir() {
            copy_dir(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target).map_err(disk)?;
        }
    }
    Ok(())
}

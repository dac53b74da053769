//! What the acts share: the world, who treats whom, what was written and what was promised.

use std::time::Instant;

use chrono::{DateTime, Duration, FixedOffset};
use kaban_app::{AppError, Kind};
use kaban_model::duty::changeover_on;
use kaban_model::ids::PatientId;
use kaban_model::patient::FieldPath;

use super::Options;
use super::chance::Chance;
use super::district::{self, District};
use super::ledger::{Ledger, Mark};
use super::looked::Looked;
use super::promises::{Promise, Promises};
use super::report::Tell;
use super::words::Search;
use super::world::World;

/// Patients of the founding association's year.
pub const PATIENTS: usize = 182;
/// Doctors of the association.
pub const DOCTORS: usize = 12;

/// A patient as the story knows them.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// Id.
    pub id: PatientId,
    /// Device of the primary physician.
    pub primary: usize,
    /// Device of the deputy, if there is one.
    pub deputy: Option<usize>,
    /// Device of the nurse, if there is one.
    pub nurse: Option<usize>,
    /// Device of the backup hospital, if the patient may be taken in there.
    pub hospital: Option<usize>,
    /// Reading of the name, empty for an imported patient.
    pub kana: String,
    /// The medication whose dose may change.
    pub dose: Option<FieldPath>,
}

impl Enrolled {
    /// Devices of the care team.
    pub fn team(&self) -> impl Iterator<Item = usize> {
        let others = [self.deputy, self.nurse, self.hospital];
        [self.primary]
            .into_iter()
            .chain(others.into_iter().flatten())
    }
}

/// The call of the week.
#[derive(Clone, Debug)]
pub struct Night {
    /// For whom.
    pub patient: Enrolled,
    /// The medication that two doctors changed.
    pub dose: FieldPath,
}

/// Everything the acts share.
pub struct Story<'o> {
    /// What was asked for.
    pub options: &'o Options,
    /// How it is told.
    pub tell: Tell,
    /// What was promised.
    pub promises: Promises,
    /// Devices, relay, clock.
    pub world: World,
    /// Map and houses.
    pub district: District,
    /// Everybody who is registered.
    pub patients: Vec<Enrolled>,
    /// Index of the device that holds the bag.
    pub holder: usize,
    /// The call of this week.
    pub night: Option<Night>,
    /// Everything that anybody saved.
    pub ledger: Ledger,
    /// What was saved when the network went away.
    pub cut_at: Mark,
    /// Searches for the patients' words that still run.
    pub searches: Vec<Search>,
    /// Which patient is chosen, and the like.
    pub chance: Chance,
}

impl<'o> Story<'o> {
    /// The district is built, the relay runs, nobody is there yet.
    pub fn begin(options: &'o Options, tell: Tell) -> Result<Self, AppError> {
        let began = Instant::now();
        let mut chance = Chance::new(options.seed, "district");
        let district = district::make(options.osm.as_deref(), PATIENTS, DOCTORS, &mut chance)?;
        let world = World::new(options.seed, start())?;
        let mut story = Self {
            options,
            tell,
            promises: Promises::default(),
            world,
            district,
            patients: Vec::new(),
            holder: 0,
            night: None,
            ledger: Ledger::default(),
            cut_at: Mark::default(),
            searches: Vec::new(),
            chance: Chance::new(options.seed, "story"),
        };
        story.promises.figure("map_ms", ms(began));
        story
            .promises
            .figure("map_pack_bytes", story.district.bytes);
        Ok(story)
    }

    /// Checks one promise. Texts are `(Japanese, English)`.
    pub fn promise(
        &mut self,
        id: &'static str,
        looked: Looked,
        text: (&str, &str),
        how: (&str, &str),
    ) {
        let tell = self.tell;
        let promise = Promise {
            id,
            held: looked.held(),
            figure: looked.shown(),
            text: tell.pick(text.0, text.1),
            how: format!("{} — {}", tell.pick(how.0, how.1), looked.words(tell)),
        };
        self.promises.check(tell, promise);
    }

    /// Name of the person at a device.
    pub fn name(&self, index: usize) -> String {
        self.world.devices[index].person.name.clone()
    }

    /// The call of this week.
    pub fn tonight(&self) -> Result<Night, AppError> {
        self.night
            .clone()
            .ok_or(AppError::new(Kind::Internal, "no call was made yet"))
    }
}

/// The first changeover: Tuesday 2026-11-17, 09:00 in Japan.
pub fn start() -> DateTime<FixedOffset> {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 17).unwrap_or_default();
    changeover_on(day) + Duration::minutes(5)
}

/// Milliseconds since.
pub fn ms(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

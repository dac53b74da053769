//! The maps a relay offers, best first, and what became of each within one fetch.

use std::collections::{BTreeMap, BTreeSet};

use kaban_proto::ids::{DeviceId, Hash32};
use kaban_proto::relay_api::BlobDescriptor;
use kaban_sync::peer::OfferedBlobs;

use super::ImportedPack;
use super::day::LastDay;
use super::fetch::FetchView;
use crate::error::{AppError, Kind, Result};

/// Most maps of one publisher that are fetched and found wrong, and most that a relay garbles, before no more are tried.
const WRONG_MAX: u32 = 3;

/// What is wrong with a map that came.
pub(super) enum Wrong {
    /// The relay gave other bytes than those with the hash.
    Bytes,
    /// The data are of another day than was announced.
    Day,
    /// It is no pack that can be taken in here.
    Pack(AppError),
}

/// What is left to try.
pub(super) struct Offer {
    /// The best last.
    left: Vec<BlobDescriptor>,
    spoiled: BTreeSet<Hash32>,
    /// By publisher; nobody for the relay itself.
    wrong: BTreeMap<Option<DeviceId>, u32>,
    passed_over: Vec<(String, String)>,
    /// A map that would have been better than all that are left, and did not come right or needs a newer Kaban.
    better: Option<AppError>,
    /// The first that was no good.
    first: Option<AppError>,
}

impl Offer {
    pub fn of(offered: OfferedBlobs, last_day: LastDay) -> Self {
        let why = |(blob, why): (BlobDescriptor, String)| (blob.facts.hash.to_string(), why);
        let strangers = offered.distrusted.into_iter();
        let strangers = strangers.map(|(blob, distrust)| why((blob, distrust.to_string())));
        let mut passed_over: Vec<(String, String)> = strangers.collect();
        let (mut left, undated): (Vec<_>, Vec<_>) = offered
            .good
            .into_iter()
            .partition(|blob| last_day.allows(blob.facts.data_date));
        let no_day = "it is said to be of a day after tomorrow by this device's clock, or of none";
        passed_over.extend(
            undated
                .into_iter()
                .map(|blob| why((blob, no_day.to_owned()))),
        );
        left.sort_by_key(|blob| {
            let facts = &blob.facts;
            (facts.data_date, facts.described_ms, facts.hash, blob.author)
        });
        Self {
            left,
            passed_over,
            spoiled: BTreeSet::new(),
            wrong: BTreeMap::new(),
            better: None,
            first: None,
        }
    }

    /// The best that is left.
    pub fn next(&mut self) -> Option<BlobDescriptor> {
        while let Some(blob) = self.left.pop() {
            let spoiled = self.spoiled.contains(&blob.facts.hash);
            if !(spoiled || self.is_tiring(None) || self.is_tiring(Some(blob.author))) {
                return Some(blob);
            }
        }
        None
    }

    /// Notes that a map is not what it was said to be.
    pub fn pass_over(&mut self, blob: &BlobDescriptor, wrong: Wrong) {
        let culprit = match wrong {
            Wrong::Bytes => None,
            Wrong::Day | Wrong::Pack(_) => Some(blob.author),
        };
        *self.wrong.entry(culprit).or_default() += 1;
        if !matches!(wrong, Wrong::Day) {
            self.spoiled.insert(blob.facts.hash);
        }
        let is_better = match &wrong {
            Wrong::Bytes => true,
            Wrong::Day => false,
            Wrong::Pack(error) => error.kind == Kind::TooNew,
        };
        let error = match wrong {
            Wrong::Pack(error) => error,
            Wrong::Bytes | Wrong::Day => AppError::input(
                "the map that came is not the one that was announced and was not taken in: try again, and tell whoever runs the relay",
            ),
        };
        let why = (blob.facts.hash.to_string(), error.detail.clone());
        self.passed_over.push(why);
        if is_better {
            self.better.get_or_insert(error);
        } else {
            self.first.get_or_insert(error);
        }
    }

    /// What there is to tell once a map is in force. That one is in force already is no answer while a better one did
    /// not come right.
    pub fn settle(mut self, imported: ImportedPack, received: u64) -> Result<FetchView> {
        match self.better.take() {
            Some(better) if imported.already => Err(better),
            _ => Ok(FetchView {
                imported,
                received,
                distrusted: self.passed_over,
            }),
        }
    }

    /// What a person is told when the next map is refused: of one with older data, what was wrong with a better one.
    pub fn refused(&mut self, error: AppError) -> AppError {
        match self.better.take() {
            Some(better) if error.kind == Kind::Rule => better,
            _ => error,
        }
    }

    /// When no map is left.
    pub fn nothing(self) -> AppError {
        let detail = match self.passed_over.len() {
            0 => "the relay has no map of this association: `kaban map share` puts one there"
                .to_owned(),
            many => format!(
                "the relay has {many} maps, none described by a device whose word counts here, with data of a day that has come; sync first, and look at this device's clock"
            ),
        };
        let none = AppError::new(Kind::NotFound, detail);
        self.better.or(self.first).unwrap_or(none)
    }

    fn is_tiring(&self, culprit: Option<DeviceId>) -> bool {
        self.wrong
            .get(&culprit)
            .is_some_and(|times| *times >= WRONG_MAX)
    }
}

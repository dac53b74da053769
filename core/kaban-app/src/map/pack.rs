//! The open pack: opened, replaced and closed while others use the one before.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kaban_atlas::pack::{Info, Pack};
use serde::Serialize;
use serde_json::Value;

use crate::error::{AppError, Kind, Result};
use crate::shared::SharedBag;

/// What a shell shows of the open pack.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DistrictView {
    /// The credit that must stand on the map.
    pub attribution: String,
    /// Day of the map data, `YYYY-MM-DD`, when known.
    pub data_date: Option<String>,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
    /// Former municipalities, in the order of the pack.
    pub areas: Vec<String>,
    /// How many towns addresses are found by.
    pub towns: usize,
}

impl DistrictView {
    fn of(pack: &Pack) -> Self {
        let Info {
            meta, areas, towns, ..
        } = pack.info();
        Self {
            attribution: meta.attribution,
            data_date: meta.data_date,
            bounds: meta.bounds,
            areas,
            towns,
        }
    }
}

/// The map of one device: at most one pack, shared by whoever asks. Whoever has begun with a pack ends
/// with it, also when another has taken its place meanwhile.
#[derive(Debug, Default)]
pub struct DynamicMap {
    open: Mutex<Option<Opened>>,
}

/// A pack, and the file it was read from, if it was one.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) pack: Arc<Pack>,
    pub(super) path: Option<PathBuf>,
}

impl DynamicMap {
    /// Opens the pack at `path` in the place of the one before. Reading and verifying it holds up nobody;
    /// when it fails, the one before stays.
    ///
    /// # Errors
    /// [`Kind::BadInput`] for what is no sound pack, [`Kind::TooNew`].
    pub fn open_pack(&self, path: &Path) -> Result<DistrictView> {
        let file = File::open(path)
            .map_err(|error| AppError::input(format!("cannot read {}: {error}", path.display())))?;
        let pack = Pack::open(BufReader::new(file))?;
        Ok(self.replace(pack, Some(path.to_owned())))
    }

    /// Takes a pack that is open already in the place of the one before.
    pub fn take(&self, pack: Pack) -> DistrictView {
        self.replace(pack, None)
    }

    fn replace(&self, pack: Pack, path: Option<PathBuf>) -> DistrictView {
        let view = DistrictView::of(&pack);
        let pack = Arc::new(pack);
        let before = self.slot().replace(Opened { pack, path });
        // Freeing a large pack takes a while, and nobody waits for it.
        drop(before);
        view
    }

    /// Puts the pack away.
    pub fn close_pack(&self) {
        self.slot().take();
    }

    /// The open pack.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when none is open.
    pub fn pack(&self) -> Result<Arc<Pack>> {
        Ok(self.opened()?.pack)
    }

    pub(super) fn opened(&self) -> Result<Opened> {
        let none = AppError::new(Kind::NotFound, "no map is open on this device");
        self.slot().clone().ok_or(none)
    }

    /// What a shell shows of the open pack, if one is open.
    pub fn pack_view(&self) -> Option<DistrictView> {
        let opened = self.slot().clone();
        opened.map(|opened| DistrictView::of(&opened.pack))
    }

    /// The houses for a map view, see [`crate::Houses::geojson`]; without a pack the pinned ones.
    ///
    /// # Errors
    /// [`Kind::Locked`], and those of the store.
    pub fn pins_geojson(&self, bag: &SharedBag, names: bool) -> Result<Value> {
        let opened = self.slot().clone();
        let gazetteer = opened.as_ref().map(|opened| opened.pack.gazetteer());
        let houses = bag.with(|bag| bag.houses(gazetteer))?;
        Ok(houses.geojson(names))
    }

    fn slot(&self) -> MutexGuard<'_, Option<Opened>> {
        // Nothing panics while it is held.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<kaban_atlas::Error> for AppError {
    fn from(error: kaban_atlas::Error) -> Self {
        let kind = match error {
            kaban_atlas::Error::TooNew { .. } => Kind::TooNew,
            _ => Kind::BadInput,
        };
        let cause = std::error::Error::source(&error);
        let cause = cause.map_or_else(String::new, |cause| format!(": {cause}"));
        Self::new(kind, format!("{error}{cause}"))
    }
}

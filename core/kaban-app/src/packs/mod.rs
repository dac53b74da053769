//! The district packs of a bag: taken in from a file or a relay, one of them in force.
//!
//! A pack is public data in a folder; what the bag adds is whom it is believed for. It is taken in only with the good
//! signature of a device whose word counts here, older data only when asked for, and the store keeps which file is in
//! force with its root, so a file that was exchanged behind Kaban's back is not opened.

mod day;
mod disk;
mod fetch;
mod inspect;
mod offer;
mod shelf;
mod standing;
#[cfg(test)]
mod tests;
mod transfer;

use std::path::{Path, PathBuf};

use kaban_atlas::pack::{Pack, Seal};
use kaban_proto::ids::Hash32;
use serde::{Deserialize, Serialize};

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::roll::Stale;
use crate::views::time;
use day::{LastDay, digits_of};
use disk::{Disk, RealDisk};
use inspect::{Sound, district_of, inspect};
use shelf::Shelf;

pub use fetch::FetchView;
pub use standing::MapStanding;
pub use transfer::ShareView;

const ROWS: &str = "map";
const CURRENT: &[u8] = b"pack";

/// A pack that this bag took in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackView {
    /// File name in the bag's folder of maps.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: Hash32,
    /// The hash the maker signed.
    pub root: Hash32,
    /// The device that made it.
    pub signed_by: String,
    /// Day of the data, `YYYY-MM-DD`, when known.
    pub data_date: Option<String>,
    /// Length in bytes.
    pub bytes: u64,
    /// When it was taken in.
    pub imported_at: String,
}

/// What an import did.
#[derive(Clone, Debug, Serialize)]
pub struct ImportedPack {
    /// The pack in force now.
    #[serde(flatten)]
    pub pack: PackView,
    /// It was in force already; nothing was changed.
    pub already: bool,
    /// The file that was in force before; it goes at the next start.
    pub replaced: Option<String>,
}

/// A file in the bag's folder of maps.
#[derive(Clone, Debug, Serialize)]
pub struct ShelfView {
    /// Its name.
    pub file: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// What the bag knows of it, if it is the pack in force.
    pub current: Option<PackView>,
}

impl Bag {
    /// Seals a pack with this device's key.
    ///
    /// # Errors
    /// [`Kind::BadInput`] for bytes that are no pack.
    pub fn sign_pack(&self, pack: &mut [u8]) -> Result<()> {
        let sealed = kaban_atlas::pack::sign(pack, |root| {
            let (key, signature) = self.workspace.sign_pack(root);
            Seal {
                key: *key.as_bytes(),
                signature: *signature.as_bytes(),
            }
        });
        sealed.map_err(|error| AppError::input(error.to_string()))
    }

    /// Takes a pack in from a file and puts it in force. The same pack again changes nothing, unless its file in the
    /// bag's folder is gone or broken: then it is put there anew.
    ///
    /// # Errors
    /// [`Kind::BadInput`] for a file that is no sound pack or whose data are of no day yet, [`Kind::TooNew`] for one of a newer Kaban,
    /// [`Kind::NotAllowed`] for an unsigned one or one whose maker's word does not count, [`Kind::Rule`] for older data
    /// than those in force unless `older` was asked for, [`Kind::DiskFull`]. The pack before stays in force.
    pub fn import_pack(&mut self, from: &Path, older: bool) -> Result<ImportedPack> {
        self.import_pack_on(&RealDisk, from, older)
    }

    fn import_pack_on(
        &mut self,
        disk: &dyn Disk,
        from: &Path,
        older: bool,
    ) -> Result<ImportedPack> {
        let shelf = self.shelf();
        let district = district_of(from);
        let working = shelf.take_copy(disk, from);
        let taken = working.and_then(|working| {
            let sound = inspect(&working).map_err(|error| named(error, &working, from))?;
            self.adopt(disk, &working, &sound, &district, older)
        });
        Shelf::drop_working(&shelf.path("incoming.part"));
        taken
    }

    /// Puts a sound file of the bag's folder in force under its own name.
    fn adopt(
        &mut self,
        disk: &dyn Disk,
        working: &Path,
        sound: &Sound,
        district: &str,
        older: bool,
    ) -> Result<ImportedPack> {
        let signed_by = self.maker_of(sound)?;
        let before = self.pack_before()?;
        if let Some(current) = before.as_ref().filter(|old| old.sha256 == sound.hash)
            && self.shelf().holds(current)
        {
            return Ok(ImportedPack {
                pack: current.clone(),
                already: true,
                replaced: None,
            });
        }
        let day = sound.data_date.as_deref();
        self.last_day().check(day)?;
        not_older(before.as_ref().filter(|_| !older), day, self.last_day())?;
        let pack = PackView {
            file: sound.file_name(district),
            sha256: sound.hash,
            root: Hash32::from_bytes(sound.root),
            signed_by,
            data_date: sound.data_date.clone(),
            bytes: sound.bytes,
            imported_at: time(self.now()),
        };
        self.shelf().place(disk, working, &pack)?;
        let row = serde_json::to_vec(&pack)
            .map_err(|error| AppError::new(Kind::Internal, format!("the pack's row: {error}")))?;
        self.write_of(Stale::Nothing, |session, _| {
            session.set_device_text(ROWS, CURRENT, &row)
        })?;
        let replaced = before.map(|old| old.file).filter(|old| *old != pack.file);
        Ok(ImportedPack {
            pack,
            already: false,
            replaced,
        })
    }

    /// The pack in force, if there is one. Its file is looked at when it is opened.
    pub fn current_pack(&mut self) -> Result<Option<PackView>> {
        let row = self.read(|session, _| session.device_text(ROWS, CURRENT))?;
        row.map(|row| {
            serde_json::from_slice(&row).map_err(|_| {
                let what = "which map is in force cannot be read: import the map again";
                AppError::new(Kind::Damaged, what)
            })
        })
        .transpose()
    }

    /// The pack that a new one takes the place of; a row that does not read is none, so that an import can mend it.
    fn pack_before(&mut self) -> Result<Option<PackView>> {
        match self.current_pack() {
            Err(error) if matches!(error.kind, Kind::Damaged | Kind::Tampered) => Ok(None),
            current => current,
        }
    }

    /// Opens the pack in force, checked whole, with its path: the file a map view may open.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when none was taken in, [`Kind::Damaged`] when its file is gone or broken, [`Kind::Tampered`]
    /// when it is another one than was taken in.
    pub fn open_current_pack(&mut self) -> Result<(Pack, PathBuf)> {
        let current = self.current_pack()?.ok_or_else(|| {
            let how = "this bag has no map yet: `kaban map import FILE`, `kaban map fetch`, or --pack PACK";
            AppError::new(Kind::NotFound, how)
        })?;
        let path = self.pack_path(&current);
        let pack = inspect::open(&path).map_err(|error| {
            let kind = match error.kind {
                Kind::TooNew => Kind::TooNew,
                _ => Kind::Damaged,
            };
            AppError::new(kind, format!("{}; import it again", error.detail))
        })?;
        if pack.root() != *current.root.as_bytes() {
            let what =
                "the map in the bag's folder is not the one that was taken in: import it again";
            return Err(AppError::new(Kind::Tampered, what));
        }
        Ok((pack, self.shelf().hand_out(&current.file)))
    }

    /// Every file in the bag's folder of maps.
    pub fn packs(&mut self) -> Result<Vec<ShelfView>> {
        let current = self.current_pack()?;
        let shelf = self.shelf();
        let view = |file: String| ShelfView {
            bytes: std::fs::metadata(shelf.path(&file)).map_or(0, |meta| meta.len()),
            current: current.clone().filter(|pack| pack.file == file),
            file,
        };
        Ok(shelf.files().into_iter().map(view).collect())
    }

    /// Removes the packs that are not in force any more; done at each start.
    ///
    /// A bag opens whatever is wrong with its map: when it cannot be read which pack is in force, every file stays, and
    /// whoever asks for the map is told.
    pub(crate) fn sweep_packs(&mut self) {
        if let Ok(current) = self.current_pack() {
            let file = current.as_ref().map(|pack| pack.file.as_str());
            self.shelf().sweep(file);
        }
    }

    /// The device that made a pack, if its word counts here now.
    fn maker_of(&self, sound: &Sound) -> Result<String> {
        let refused = |why: &str| {
            let how = "it can still be looked at with --pack, and not be taken in";
            AppError::new(Kind::NotAllowed, format!("the map pack: {why}; {how}"))
        };
        let key = sound
            .signer
            .ok_or_else(|| refused("nobody signed it: build it in a bag (--bag)"))?;
        let device = self.workspace.vouches(&key);
        device
            .map(|device| device.to_string())
            .map_err(|why| refused(&why.to_string()))
    }

    /// The last day that data can be of.
    fn last_day(&self) -> LastDay {
        LastDay::of(self.now().date_naive())
    }

    fn shelf(&self) -> Shelf {
        Shelf::of_bag(self.dir())
    }

    fn pack_path(&self, pack: &PackView) -> PathBuf {
        self.shelf().path(&pack.file)
    }
}

/// Older data, or data of no known day, do not take the place of newer ones; those of a day that cannot be are no newer.
fn not_older(current: Option<&PackView>, day: Option<&str>, last: LastDay) -> Result<()> {
    let can_be = |current: &&PackView| last.check(current.data_date.as_deref()).is_ok();
    let Some(current) = current.filter(can_be) else {
        return Ok(());
    };
    if digits_of(day) >= digits_of(current.data_date.as_deref()) {
        return Ok(());
    }
    let (has, comes) = (
        current.data_date.as_deref().unwrap_or("unknown"),
        day.unwrap_or("unknown"),
    );
    Err(AppError::new(
        Kind::Rule,
        format!(
            "this map's data are older (day {comes}) than those in force (day {has}): --older takes them all the same"
        ),
    ))
}

/// The file a person named, in place of the working copy.
fn named(error: AppError, working: &Path, from: &Path) -> AppError {
    let (working, from) = (working.display().to_string(), from.display().to_string());
    AppError {
        detail: error.detail.replace(&working, &from),
        ..error
    }
}

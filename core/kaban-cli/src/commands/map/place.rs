//! Places as they are typed; patients are looked up in the bag.
//!
//! The bag is opened for a patient, for its map, or for its closures when they are asked for, and for
//! nothing else: with a pack of one's own and points alone nobody is asked for a passphrase.

use std::path::Path;
use std::sync::Arc;

use kaban_app::{AppError, Bag, Kind, Result};
use kaban_atlas::areas::Gazetteer;
use kaban_atlas::pack::Pack;
use kaban_atlas::route::Place;

use super::packs::check_bag_named;
use crate::desk::Desk;
use crate::output::{Page, bad_input};

/// A place, and how exact it is.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// Where.
    pub place: Place,
    /// point or node as typed; of a patient: house, town, municipality.
    pub precision: &'static str,
}

impl Spot {
    /// One that is no patient's.
    pub fn typed(place: Place) -> Self {
        let precision = match place {
            Place::Point(_) => "point",
            Place::Node(_) => "node",
        };
        Self { place, precision }
    }
}

/// Says of a place that it is not the house itself; `which` names the place in Japanese and English.
pub fn tell_rough(page: &mut Page, spot: &Spot, which: (&str, &str)) {
    let (ja, en) = match spot.precision {
        "town" => ("大字", "town"),
        "municipality" => ("市町村", "municipality"),
        _ => return,
    };
    page.say(
        format!("⚠ {}は{ja}の中心です。家の場所ではありません", which.0),
        format!("⚠ {}: centre of the {en}, not the house", which.1),
    );
}

/// Places that are patients: the bag is opened when the first one is asked for.
pub struct Patients<'d> {
    desk: &'d Desk,
    bag: Option<Bag>,
    pack: Option<Arc<Pack>>,
    pub failed: Option<AppError>,
}

impl<'d> Patients<'d> {
    pub fn new(desk: &'d Desk) -> Self {
        Self {
            desk,
            bag: None,
            pack: None,
            failed: None,
        }
    }

    /// The pack that was named, or else the one the bag has in force; its towns place the houses that
    /// nobody has pinned.
    pub fn pack(&mut self, named: Option<&Path>) -> Result<Arc<Pack>> {
        let pack = match named {
            Some(path) => super::open_pack(path)?,
            None => {
                check_bag_named(self.desk)?;
                self.open_bag()?.open_current_pack()?.0
            }
        };
        Ok(Arc::clone(self.pack.insert(Arc::new(pack))))
    }

    /// `lon,lat`, `node:ID`, or a patient.
    pub fn place(&mut self, text: &str) -> Result<Spot> {
        let text = text.trim();
        if let Some(id) = text.strip_prefix("node:") {
            let id = id
                .parse()
                .map_err(|_| bad_input(format!("{text}: a node is node:123")))?;
            return Ok(Spot::typed(Place::Node(id)));
        }
        if let Some((lon, lat)) = text.split_once(',') {
            let number = |part: &str| {
                part.trim()
                    .parse::<f64>()
                    .ok()
                    .filter(|number| number.is_finite())
            };
            return match (number(lon), number(lat)) {
                (Some(lon), Some(lat)) => Ok(Spot::typed(Place::Point([lon, lat]))),
                _ => Err(bad_input(format!("{text}: a point is lon,lat in degrees"))),
            };
        }
        if text.starts_with('-') {
            return Err(bad_input(format!(
                "{text} is neither a place nor an option of `kaban map route`"
            )));
        }
        self.patient(text)
    }

    /// A patient of a batch; a bag that does not open ends the batch.
    pub fn batch_place(&mut self, id: &str) -> Option<Spot> {
        match self.patient(id) {
            Ok(spot) => Some(spot),
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Ambiguous) => None,
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }

    /// A patient's house; the centre of its town when nobody has pinned it and the map knows the town.
    pub fn patient(&mut self, id: &str) -> Result<Spot> {
        let pack = self.pack.clone();
        let nowhere = Gazetteer::default();
        let gazetteer = pack.as_deref().map_or(&nowhere, Pack::gazetteer);
        let bag = self.open_bag()?;
        let id = bag.patient_id(id)?;
        match bag.house(id, gazetteer)?.place {
            Some((at, precision)) => Ok(Spot {
                place: Place::Point(at),
                precision: precision.code(),
            }),
            None => Err(AppError::new(
                Kind::NotFound,
                "this patient's house has no pin yet, and no town of the map is in its address: `kaban patient set ID pin '{\"lon\":…,\"lat\":…}'`",
            )),
        }
    }

    /// The bag, if something has asked for it.
    pub fn opened(&mut self) -> Option<&mut Bag> {
        self.bag.as_mut()
    }

    /// The bag, opened now if nothing has asked for it yet.
    pub fn open_bag(&mut self) -> Result<&mut Bag> {
        let bag = match self.bag.take() {
            Some(bag) => bag,
            None => self.desk.open()?,
        };
        Ok(self.bag.insert(bag))
    }

    pub fn close(self) -> Result<()> {
        self.bag.map_or(Ok(()), Bag::lock)
    }
}

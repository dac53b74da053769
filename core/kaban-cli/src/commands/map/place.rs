//! Places as they are typed; patients are looked up in the bag.

use std::path::Path;

use kaban_app::{AppError, Bag, Kind, Result};
use kaban_atlas::pack::Pack;
use kaban_atlas::route::Place;
use kaban_model::patient::FieldPath;

use super::packs::check_bag_named;
use crate::desk::Desk;
use crate::output::bad_input;

/// Places that are patients: the bag is opened when the first one is asked for.
pub struct Patients<'d> {
    desk: &'d Desk,
    bag: Option<Bag>,
    pub failed: Option<AppError>,
}

impl<'d> Patients<'d> {
    pub fn new(desk: &'d Desk) -> Self {
        Self {
            desk,
            bag: None,
            failed: None,
        }
    }

    /// The pack that was named, or else the one the bag has in force.
    pub fn pack(&mut self, named: Option<&Path>) -> Result<Pack> {
        match named {
            Some(path) => super::open_pack(path),
            None => {
                check_bag_named(self.desk)?;
                Ok(self.open_bag()?.open_current_pack()?.0)
            }
        }
    }

    /// `lon,lat`, `node:ID`, or a patient.
    pub fn place(&mut self, text: &str) -> Result<Place> {
        let text = text.trim();
        if let Some(id) = text.strip_prefix("node:") {
            let id = id
                .parse()
                .map_err(|_| bad_input(format!("{text}: a node is node:123")))?;
            return Ok(Place::Node(id));
        }
        if let Some((lon, lat)) = text.split_once(',') {
            let number = |part: &str| {
                part.trim()
                    .parse::<f64>()
                    .ok()
                    .filter(|number| number.is_finite())
            };
            return match (number(lon), number(lat)) {
                (Some(lon), Some(lat)) => Ok(Place::Point([lon, lat])),
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
    pub fn batch_place(&mut self, id: &str) -> Option<Place> {
        match self.patient(id) {
            Ok(place) => Some(place),
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Ambiguous) => None,
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }

    fn patient(&mut self, id: &str) -> Result<Place> {
        let bag = self.open_bag()?;
        let id = bag.patient_id(id)?;
        let view = bag.patient(id)?;
        let pin = FieldPath::parse("pin")
            .ok()
            .and_then(|path| view.page.state(&path)?.current()?.value().cloned());
        let degree = |key: &str| pin.as_ref()?.get(key)?.to_string().parse::<f64>().ok();
        match (degree("lon"), degree("lat")) {
            (Some(lon), Some(lat)) => Ok(Place::Point([lon, lat])),
            _ => Err(AppError::new(
                Kind::NotFound,
                "this patient's house has no pin yet: `kaban patient set ID pin '{\"lon\":…,\"lat\":…}'`",
            )),
        }
    }

    fn open_bag(&mut self) -> Result<&mut Bag> {
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

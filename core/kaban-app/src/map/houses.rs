//! Where the patients live, as far as it is known, and of which former municipality they are.
//!
//! A house is where a person pinned it; else, when a map is at hand, at the centre of the town its address
//! begins with, and said to be so; else nowhere.

use kaban_atlas::areas::{AreaBy, Gazetteer, Precision};
use kaban_model::ids::PatientId;
use kaban_model::patient::FieldPath;
use kaban_sync::workspace::Deed;
use kaban_vault::audit::AuditEvent;
use serde_json::Value;

use crate::bag::Bag;
use crate::error::{AppError, Kind, Result};
use crate::roll::Listed;

/// How the area of a house is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AreaSource {
    /// Its pin lies in the area.
    Polygon,
    /// Its address names a town of the area.
    Town,
    /// Somebody wrote it on the patient's page.
    Written,
    /// It is of no area that is known.
    Unassigned,
}

impl AreaSource {
    /// The code in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Polygon => AreaBy::Polygon.code(),
            Self::Town => AreaBy::Town.code(),
            Self::Written => "written",
            Self::Unassigned => AreaBy::Unassigned.code(),
        }
    }
}

/// One patient's house.
#[derive(Clone, Debug, PartialEq)]
pub struct House {
    /// Whose.
    pub id: PatientId,
    /// Short number on this device.
    pub no: u64,
    /// 氏名.
    pub name: String,
    /// Code of the gravest severity shown; empty for none.
    pub severity: String,
    /// `[longitude, latitude]` in degrees and how exact that is, if anything is known.
    pub place: Option<([f64; 2], Precision)>,
    /// Former municipality; empty for none.
    pub area: String,
    /// How that is known.
    pub area_by: AreaSource,
}

/// The houses of everybody this device can read, in the order of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Houses(pub Vec<House>);

impl Houses {
    /// One patient's house.
    ///
    /// # Errors
    /// [`Kind::NotFound`] for somebody who is not on the list.
    pub fn of(&self, patient: PatientId) -> Result<&House> {
        let mut all = self.0.iter();
        all.find(|house| house.id == patient)
            .ok_or(AppError::not_found("patient"))
    }
}

impl House {
    /// Where it is.
    ///
    /// # Errors
    /// [`Kind::Rule`] when nobody has pinned it and no map says where its address is.
    pub fn place(&self) -> Result<([f64; 2], Precision)> {
        let unknown = "this house has no pin, and no town of the map is in its address";
        self.place.ok_or(AppError::new(Kind::Rule, unknown))
    }
}

impl Bag {
    /// The houses; without a gazetteer only those somebody pinned have a place, and areas are those
    /// written on the pages. One audit row with their count.
    ///
    /// # Errors
    /// Those of the store.
    pub fn houses(&mut self, gazetteer: Option<&Gazetteer>) -> Result<Houses> {
        let gate = self.gate()?;
        let ids: Vec<PatientId> = self.roll()?.open(gate).map(|(id, _)| id).collect();
        let pin = pin_path()?;
        let count = ids.len();
        let pins = self.read(|session, cx| {
            session.audit(cx, Deed::counted(AuditEvent::List, count))?;
            ids.iter()
                .map(|id| session.index_value(*id, &pin))
                .collect::<std::result::Result<Vec<_>, _>>()
        })?;
        let roll = self.roll()?;
        let houses = ids.into_iter().zip(pins).filter_map(|(id, pin)| {
            let listed = roll.get(id, gate)?;
            Some(house(
                id,
                listed,
                pin.as_ref().and_then(position),
                gazetteer,
            ))
        });
        Ok(Houses(houses.collect()))
    }
}

impl Bag {
    /// One patient's house; one audit row.
    ///
    /// # Errors
    /// [`Kind::NotFound`], [`Kind::LeaseExpired`].
    pub fn house(&mut self, patient: PatientId, gazetteer: &Gazetteer) -> Result<House> {
        self.pass(AuditEvent::OpenPatient, patient)?;
        let pin = pin_path()?;
        let pin = self.read(|session, cx| {
            session.audit(cx, Deed::to(AuditEvent::OpenPatient, patient))?;
            session.index_value(patient, &pin)
        })?;
        let gate = self.gate()?;
        let listed = self.roll()?.get(patient, gate);
        let listed = listed.ok_or(AppError::not_found("patient"))?;
        let pin = pin.as_ref().and_then(position);
        Ok(house(patient, listed, pin, Some(gazetteer)))
    }
}

fn house(
    id: PatientId,
    listed: &Listed,
    pin: Option<[f64; 2]>,
    gazetteer: Option<&Gazetteer>,
) -> House {
    let Listed { row, no, scope: _ } = listed;
    let found = gazetteer.map(|gazetteer| gazetteer.area_of(pin, &row.address));
    let (area, area_by) = match found.and_then(|found| Some((found.name?, found.by))) {
        Some((area, AreaBy::Polygon)) => (area, AreaSource::Polygon),
        Some((area, _)) => (area, AreaSource::Town),
        None if row.area.is_empty() => ("", AreaSource::Unassigned),
        None => (row.area.as_str(), AreaSource::Written),
    };
    let pinned = pin.map(|at| (at, Precision::House));
    let place = pinned.or_else(|| {
        let located = gazetteer?.locate(&row.address)?;
        Some((located.at, located.precision))
    });
    House {
        id,
        no: *no,
        name: row.name.clone(),
        severity: row.severity.clone(),
        place,
        area: area.to_owned(),
        area_by,
    }
}

fn pin_path() -> Result<FieldPath> {
    FieldPath::parse("pin").map_err(|_| AppError::new(Kind::Internal, "there is no field pin"))
}

/// `{"lon","lat"}` as it is stored.
fn position(value: &Value) -> Option<[f64; 2]> {
    Some([value.get("lon")?.as_f64()?, value.get("lat")?.as_f64()?])
}

//! The patients by former municipality, as the sheets of the dynamic map have them.

use std::collections::BTreeMap;

use kaban_atlas::areas::Gazetteer;
use serde::Serialize;

use super::houses::AreaSource;
use super::pack::DynamicMap;
use crate::bag::Bag;
use crate::error::Result;
use crate::patients::PatientRowView;
use crate::shared::SharedBag;

/// A patient of an area.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AreaPatient {
    /// Id.
    pub id: String,
    /// Short number on this device.
    pub no: u64,
    /// 氏名.
    pub name: String,
    /// How the area is known: polygon, town, written, unassigned.
    pub by: &'static str,
    /// How exact the place of the house is: house, town, municipality; nothing if it has none.
    pub precision: Option<&'static str>,
}

/// One area.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AreaView {
    /// Its name.
    pub name: String,
    /// How many patients.
    pub count: usize,
    /// The patients, in the order of the list.
    pub patients: Vec<AreaPatient>,
}

/// Everybody by area.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AreasView {
    /// Those of the map in its order, also without a patient; then those only written on pages.
    pub areas: Vec<AreaView>,
    /// Whoever is of no area that is known.
    pub unassigned: Vec<AreaPatient>,
}

impl DynamicMap {
    /// Everybody by former municipality of the open pack.
    ///
    /// # Errors
    /// [`crate::Kind::NotFound`] without a pack, and those of the store.
    pub fn areas(&self, bag: &SharedBag) -> Result<AreasView> {
        let pack = self.pack()?;
        bag.with(|bag| bag.areas(pack.gazetteer()))
    }
}

impl Bag {
    /// Everybody by former municipality.
    ///
    /// # Errors
    /// Those of the store.
    pub fn areas(&mut self, gazetteer: &Gazetteer) -> Result<AreasView> {
        let named = gazetteer.areas().iter().map(|area| area.name.as_str());
        let mut areas: Vec<AreaView> = named.map(area).collect();
        let mut unassigned = Vec::new();
        for house in self.houses(Some(gazetteer))?.0 {
            let patient = AreaPatient {
                id: house.id.to_string(),
                no: house.no,
                by: house.area_by.code(),
                precision: house.place.map(|(_, precision)| precision.code()),
                name: house.name,
            };
            if house.area_by == AreaSource::Unassigned {
                unassigned.push(patient);
                continue;
            }
            let place = areas.iter().position(|area| area.name == house.area);
            let place = place.unwrap_or_else(|| {
                areas.push(area(&house.area));
                areas.len() - 1
            });
            areas[place].count += 1;
            areas[place].patients.push(patient);
        }
        Ok(AreasView { areas, unassigned })
    }

    /// The list with the areas of a map, and in their order.
    ///
    /// # Errors
    /// As [`Bag::patients`].
    pub fn patients_by_area(&mut self, gazetteer: &Gazetteer) -> Result<Vec<PatientRowView>> {
        let mut rows = self.patients()?;
        let houses = self.houses(Some(gazetteer))?.0.into_iter();
        let mut areas: BTreeMap<String, String> = houses
            .map(|house| (house.id.to_string(), house.area))
            .collect();
        for row in &mut rows {
            row.area = areas.remove(&row.id).unwrap_or_default();
        }
        rows.sort_by(|a, b| {
            (&a.area, &a.kana, &a.name, &a.id).cmp(&(&b.area, &b.kana, &b.name, &b.id))
        });
        Ok(rows)
    }
}

fn area(name: &str) -> AreaView {
    AreaView {
        name: name.to_owned(),
        count: 0,
        patients: Vec::new(),
    }
}

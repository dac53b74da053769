//! A file with a list of places.

use std::path::Path;

use kaban_app::Result;
use serde_json::Value;

use super::place::{Patients, Spot};
use crate::files;
use crate::output::bad_input;

/// The most places of one list.
pub const PLACES_MAX: usize = 256;

/// Larger files hold no list of so many places.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// Reads `[lon, lat]`, `{"node": ID}` and `{"patient": ID}`.
pub fn read(patients: &mut Patients<'_>, path: &Path) -> Result<Vec<Spot>> {
    let wrong = |what: &str| bad_input(format!("{}: {what}", path.display()));
    let list: Vec<Value> = serde_json::from_slice(&files::read(path, FILE_BYTES_MAX)?)
        .map_err(|_| wrong("this is not a JSON list of places"))?;
    if list.is_empty() || list.len() > PLACES_MAX {
        return Err(wrong(&format!("a list holds 1 to {PLACES_MAX} places")));
    }
    let mut places = Vec::with_capacity(list.len());
    for (index, value) in list.into_iter().enumerate() {
        let place = match value.get("patient") {
            Some(Value::String(id)) => patients.place(id)?,
            Some(Value::Number(id)) => patients.place(&id.to_string())?,
            _ => serde_json::from_value(value).map(Spot::typed).map_err(|_| {
                wrong(&format!(
                    "place {index} is neither [lon, lat] nor {{\"node\": ID}} nor {{\"patient\": ID}}"
                ))
            })?,
        };
        places.push(place);
    }
    Ok(places)
}

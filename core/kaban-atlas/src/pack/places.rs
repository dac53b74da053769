//! The section `PLACES`: medical and public places.
//!
//! u32 n; n × (i32 longitude, i32 latitude) in 10⁻⁷ degree; n × u8 class; n × u8 flags (1 = takes emergencies); per place
//! varint length and UTF-8 of its name and of its English name. Classes are numbered as in
//! [`PlaceClass::ALL`](crate::PlaceClass::ALL).

use super::container::Name;
use super::sections::{Cursor, check, count};
use crate::error::{Error, Result};
use crate::geo::Coord;
use crate::places::{MedicalPlace, PLACES_MAX, PlaceClass};
use crate::varint;

pub(super) const PLACES: Name = *b"PLACES  ";

const EMERGENCY: u8 = 1;
const NAME_BYTES_MAX: u64 = 1_000;

pub(super) fn encode(places: &[MedicalPlace]) -> Vec<u8> {
    let mut out = count(places.len());
    for place in places {
        out.extend_from_slice(&place.at.lon.to_le_bytes());
        out.extend_from_slice(&place.at.lat.to_le_bytes());
    }
    let code = |class: PlaceClass| {
        PlaceClass::ALL
            .iter()
            .position(|other| *other == class)
            .unwrap_or(0) as u8
    };
    out.extend(places.iter().map(|place| code(place.class)));
    out.extend(
        places
            .iter()
            .map(|place| if place.emergency { EMERGENCY } else { 0 }),
    );
    for text in places
        .iter()
        .flat_map(|place| [&place.name, &place.name_en])
    {
        varint::write(&mut out, text.len() as u64);
        out.extend_from_slice(text.as_bytes());
    }
    out
}

pub(super) fn decode(bytes: &[u8]) -> Result<Vec<MedicalPlace>> {
    let mut cursor = Cursor(bytes);
    let rows = cursor.u32()? as usize;
    check(rows <= PLACES_MAX, "too many places")?;
    let mut positions = cursor.u32s(rows * 2)?;
    let classes = cursor.take(rows)?;
    let flags = cursor.take(rows)?;
    let mut places = Vec::with_capacity(rows);
    for (class, flags) in classes.iter().zip(flags) {
        let at = positions
            .next()
            .zip(positions.next())
            .and_then(|(lon, lat)| {
                Coord::from_units(lon.cast_signed().into(), lat.cast_signed().into())
            })
            .ok_or(Error::Damaged("a place off the globe"))?;
        let class = PlaceClass::ALL
            .get(usize::from(*class))
            .ok_or(Error::Damaged("an unknown kind of place"))?;
        check(flags & !EMERGENCY == 0, "an unknown kind of place")?;
        let mut text = || -> Result<String> {
            let length = cursor.varint()?;
            check(length <= NAME_BYTES_MAX, "a name is too long")?;
            let text = std::str::from_utf8(cursor.take(length as usize)?);
            Ok(text
                .map_err(|_| Error::Damaged("a name is not UTF-8"))?
                .to_owned())
        };
        let (name, name_en) = (text()?, text()?);
        places.push(MedicalPlace {
            class: *class,
            name,
            name_en,
            at,
            emergency: flags & EMERGENCY != 0,
        });
    }
    cursor.end()?;
    Ok(places)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_read_back(rows in prop::collection::vec((0usize..12, "\\PC{0,20}", "[a-z]{0,9}", any::<bool>()), 0..20)) {
            let at = Coord::from_degrees(140.5, 35.7).unwrap();
            let places: Vec<MedicalPlace> = rows
                .into_iter()
                .map(|(class, name, name_en, emergency)| {
                    MedicalPlace { class: PlaceClass::ALL[class], name, name_en, at, emergency }
                })
                .collect();
            prop_assert_eq!(decode(&encode(&places)).unwrap(), places);
        }

        #[test]
        fn any_bytes_are_places_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}

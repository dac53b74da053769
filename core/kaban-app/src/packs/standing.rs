//! How the map of a bag stands: whether there is one, how old its data are, whose it is, and whether it opens.

use chrono::{DateTime, FixedOffset, Months, NaiveDate};
use kaban_proto::sign::VerifyKey;
use serde::Serialize;

use super::PackView;
use crate::bag::Bag;
use crate::doctor::Finding;
use crate::error::{Kind, Result};

/// After so many months new houses and roads are missing from a map.
const OLD_MONTHS: Months = Months::new(24);

/// The map in force, as the store knows it; its file was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MapStanding {
    /// File name in the bag's folder of maps.
    pub file: String,
    /// Day of the data, `YYYY-MM-DD`, when known.
    pub data_date: Option<String>,
    /// The data are older than two years.
    pub old: bool,
}

impl Bag {
    /// The map in force, for the lid; nothing when there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub fn map_standing(&mut self) -> Result<Option<MapStanding>> {
        let now = self.now();
        Ok(self.current_pack()?.map(|pack| standing(pack, now)))
    }

    /// The map in force, opened and looked at.
    pub(crate) fn check_map(&mut self) -> Result<Finding> {
        let Some(MapStanding {
            file,
            data_date,
            old,
        }) = self.map_standing()?
        else {
            return Ok(Finding {
                check: "map",
                ok: true,
                found: "none yet".to_owned(),
                advice: "`kaban map fetch` takes the association's from the relay, `kaban map import FILE` one from a file",
                kind: None,
            });
        };
        let pack = match self.open_current_pack() {
            Ok((pack, _)) => pack,
            Err(error) => {
                let whole = matches!(error.kind, Kind::TooNew);
                return Ok(Finding {
                    check: "map",
                    ok: false,
                    found: error.detail,
                    advice: if whole {
                        "a newer Kaban made this map: update Kaban"
                    } else {
                        "take the map in again: `kaban map fetch`, or `kaban map import FILE`"
                    },
                    kind: Some(error.kind),
                });
            }
        };
        let base_map = if pack.base_map().is_some() {
            "with a base map"
        } else {
            "without a base map"
        };
        let day = data_date.map_or("data of an unknown day".to_owned(), |day| {
            format!("data of {day}")
        });
        let signer = self.signer(pack.signed_by().0);
        let (ok, by) = match signer {
            Ok(name) => (true, format!("signed by {name}")),
            Err(why) => (false, why),
        };
        Ok(Finding {
            check: "map",
            ok,
            found: format!("{file}, {day}, {base_map}, {by}"),
            advice: match (ok, old) {
                (false, _) => "the map still works; ask a member to build and share a new one",
                (true, true) => {
                    "the data are older than two years, so new roads are missing: build a new map (`kaban map build`)"
                }
                (true, false) => "",
            },
            kind: None,
        })
    }

    /// Who made the map, or why their word does not count any more.
    fn signer(&self, key: Option<[u8; 32]>) -> std::result::Result<String, String> {
        let key = key.map(VerifyKey::from_bytes).ok_or("nobody signed it")?;
        let device = self.workspace.vouches(&key);
        let device = device.map_err(|why| why.to_string())?;
        let known = self.workspace.association().device(device);
        let names = known.into_iter().flat_map(|device| device.members.iter());
        let names: Vec<String> = names.map(|member| self.name_of(*member)).collect();
        Ok(names.join(", "))
    }
}

fn standing(pack: PackView, now: DateTime<FixedOffset>) -> MapStanding {
    let PackView {
        file, data_date, ..
    } = pack;
    let day = data_date.as_deref().and_then(|day| day.parse().ok());
    MapStanding {
        old: day.is_some_and(|day| is_old(day, now.date_naive())),
        file,
        data_date,
    }
}

fn is_old(day: NaiveDate, today: NaiveDate) -> bool {
    day.checked_add_months(OLD_MONTHS)
        .is_some_and(|limit| limit < today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_old_the_day_after_two_years() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        assert!(!is_old(day("2024-11-25"), day("2026-11-25")));
        assert!(is_old(day("2024-11-24"), day("2026-11-25")));
        assert!(!is_old(day("2024-02-29"), day("2026-02-28")));
        assert!(!is_old(day("2030-01-01"), day("2026-11-25")));
    }
}

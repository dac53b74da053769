//! Dates as people know them: a year, a month or a day, typed in the Western or the Japanese way.
//!
//! A partial date stays partial: nothing here invents a first of January.

use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{error::Reason, text::to_ascii_width};

const YEAR_MIN: i32 = 1850;
const YEAR_MAX: i32 = 2200;

/// A Japanese era (元号法 and its forerunners).
struct Era {
    name: &'static str,
    letter: char,
    first_day: (i32, u32, u32),
    last_year: u32,
}

const ERAS: [Era; 5] = [
    Era {
        name: "令和",
        letter: 'R',
        first_day: (2019, 5, 1),
        last_year: 99,
    },
    Era {
        name: "平成",
        letter: 'H',
        first_day: (1989, 1, 8),
        last_year: 31,
    },
    Era {
        name: "昭和",
        letter: 'S',
        first_day: (1926, 12, 25),
        last_year: 64,
    },
    Era {
        name: "大正",
        letter: 'T',
        first_day: (1912, 7, 30),
        last_year: 15,
    },
    Era {
        name: "明治",
        letter: 'M',
        first_day: (1868, 1, 25),
        last_year: 45,
    },
];

impl Era {
    fn began_by(&self, day: NaiveDate) -> bool {
        let (year, month, first) = self.first_day;
        NaiveDate::from_ymd_opt(year, month, first).is_some_and(|start| start <= day)
    }
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD` between 1850 and 2200.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i32,
    month: Option<u32>,
    day: Option<u32>,
}

/// An age in whole years; with a partial birth date the lowest age that is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// Whole years.
    pub years: u32,
    /// The birth date was complete enough for this age to be certain.
    pub exact: bool,
}

impl PartialDate {
    /// Reads a Western date (`1934-03-02`, `1934/3/2`, `1934年3月2日`) or a Japanese one (`昭和9年3月2日`, `S9.3.2`).
    ///
    /// # Errors
    /// [`Reason::NotADate`] when it is none of these or no day of the calendar.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        if text.len() > 64 {
            return Err(Reason::NotADate);
        }
        let text = to_ascii_width(text);
        let (base, rest) = split_era(&text);
        let rest = rest.trim().replace('元', "1");
        let parts: Vec<&str> = rest
            .trim_end_matches(['年', '月', '日'])
            .split(['-', '/', '.', '年', '月'])
            .map(str::trim)
            .collect();
        let number = |part: &str, digits: usize| -> Result<u32, Reason> {
            let plain = !part.is_empty()
                && part.len() <= digits
                && part.bytes().all(|b| b.is_ascii_digit());
            if plain {
                part.parse().map_err(|_| Reason::NotADate)
            } else {
                Err(Reason::NotADate)
            }
        };
        let year = match (base, parts.first()) {
            (Some((first, last)), Some(year)) => {
                let year = number(year, 2)?;
                if year == 0 || year > last {
                    return Err(Reason::NotADate);
                }
                first + i32::try_from(year).map_err(|_| Reason::NotADate)? - 1
            }
            (None, Some(year)) if year.len() == 4 => {
                i32::try_from(number(year, 4)?).map_err(|_| Reason::NotADate)?
            }
            _ => return Err(Reason::NotADate),
        };
        let month = parts.get(1).map(|m| number(m, 2)).transpose()?;
        let day = parts.get(2).map(|d| number(d, 2)).transpose()?;
        if parts.len() > 3 {
            return Err(Reason::NotADate);
        }
        Self::new(year, month, day)
    }

    /// A date from its parts.
    ///
    /// # Errors
    /// [`Reason::NotADate`] when the parts are no date between 1850 and 2200.
    pub fn new(year: i32, month: Option<u32>, day: Option<u32>) -> Result<Self, Reason> {
        let real = NaiveDate::from_ymd_opt(year, month.unwrap_or(1), day.unwrap_or(1)).is_some();
        if !real || !(YEAR_MIN..=YEAR_MAX).contains(&year) || (day.is_some() && month.is_none()) {
            return Err(Reason::NotADate);
        }
        Ok(Self { year, month, day })
    }

    /// The earliest day it may mean.
    #[must_use]
    pub fn first_day(&self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
            .unwrap_or_default()
    }

    /// The latest day it may mean.
    #[must_use]
    pub fn last_day(&self) -> NaiveDate {
        let month = self.month.unwrap_or(12);
        let day = self.day.unwrap_or_else(|| days_in(self.year, month));
        NaiveDate::from_ymd_opt(self.year, month, day).unwrap_or_default()
    }

    /// The day, when year, month and day are all known.
    #[must_use]
    pub fn exact(&self) -> Option<NaiveDate> {
        self.day.and(Some(self.first_day()))
    }

    /// The age at `date`, none before birth. A birthday counts from its morning; the 29th of February counts from 1 March.
    #[must_use]
    pub fn age_at(&self, date: NaiveDate) -> Option<Age> {
        let most = date.years_since(self.first_day())?;
        let least = date.years_since(self.last_day()).unwrap_or(0);
        Some(Age {
            years: least,
            exact: most == least,
        })
    }

    /// The Japanese way to write it, e.g. 昭和9年3月2日; the Western year where no era is known.
    #[must_use]
    pub fn japanese(&self) -> String {
        let from = self.first_day();
        // A year alone is named after the era it ends in, as on a certificate of the year's second half.
        let by = if self.month.is_some() {
            from
        } else {
            self.last_day()
        };
        let mut out = match ERAS.iter().find(|era| era.began_by(by)) {
            Some(era) => match self.year - era.first_day.0 + 1 {
                1 => format!("{}元年", era.name),
                n => format!("{}{n}年", era.name),
            },
            None => format!("{}年", self.year),
        };
        if let Some(month) = self.month {
            out.push_str(&format!("{month}月"));
        }
        if let Some(day) = self.day {
            out.push_str(&format!("{day}日"));
        }
        out
    }
}

impl From<NaiveDate> for PartialDate {
    fn from(date: NaiveDate) -> Self {
        Self {
            year: date.year(),
            month: Some(date.month()),
            day: Some(date.day()),
        }
    }
}

fn days_in(year: i32, month: u32) -> u32 {
    (28..=31)
        .rev()
        .find(|d| NaiveDate::from_ymd_opt(year, month, *d).is_some())
        .unwrap_or(28)
}

fn split_era(text: &str) -> (Option<(i32, u32)>, &str) {
    for era in &ERAS {
        let years = Some((era.first_day.0, era.last_year));
        if let Some(rest) = text.strip_prefix(era.name) {
            return (years, rest);
        }
        if let Some(rest) = text.strip_prefix([era.letter, era.letter.to_ascii_lowercase()]) {
            return (years, rest.trim_start_matches('.'));
        }
    }
    (None, text)
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartialDate(..)")
    }
}

impl FromStr for PartialDate {
    type Err = Reason;
    fn from_str(text: &str) -> Result<Self, Reason> {
        Self::parse(text)
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn western_and_japanese_dates_are_read_alike() {
        for text in [
            "1934-03-02",
            "1934/3/2",
            "昭和9年3月2日",
            "S9.3.2",
            "S09/03/02",
            "１９３４年３月２日",
        ] {
            assert_eq!(
                PartialDate::parse(text).unwrap().to_string(),
                "1934-03-02",
                "{text}"
            );
        }
        assert_eq!(
            PartialDate::parse("令和元年5月").unwrap().to_string(),
            "2019-05"
        );
        assert_eq!(PartialDate::parse("1934").unwrap().to_string(), "1934");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "1934-02-30",
            "1934-13",
            "昭和65年",
            "34-03-02",
            "1934-03-02-01",
            "1934--02",
            "20",
            "",
            "S",
            "昭和",
        ] {
            assert_eq!(PartialDate::parse(text), Err(Reason::NotADate), "{text}");
        }
    }

    #[test]
    fn a_date_is_written_in_its_era() {
        let written = |text: &str| PartialDate::parse(text).unwrap().japanese();
        assert_eq!(written("1934-03-02"), "昭和9年3月2日");
        assert_eq!(written("1989-01-07"), "昭和64年1月7日");
        assert_eq!(written("1989-01-08"), "平成元年1月8日");
        assert_eq!(written("2026"), "令和8年");
    }

    #[test]
    fn age_is_certain_only_with_a_date_complete_enough() {
        let on = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let born = |text: &str| PartialDate::parse(text).unwrap();
        assert_eq!(
            born("1934-03-02").age_at(on(2026, 3, 1)),
            Some(Age {
                years: 91,
                exact: true
            })
        );
        assert_eq!(
            born("1934-03-02").age_at(on(2026, 3, 2)),
            Some(Age {
                years: 92,
                exact: true
            })
        );
        assert_eq!(
            born("1934").age_at(on(2026, 3, 2)),
            Some(Age {
                years: 91,
                exact: false
            })
        );
        assert_eq!(
            born("1934-03").age_at(on(2026, 6, 2)),
            Some(Age {
                years: 92,
                exact: true
            })
        );
        assert_eq!(
            born("1936-02-29").age_at(on(2027, 2, 28)),
            Some(Age {
                years: 90,
                exact: true
            })
        );
        assert_eq!(born("2030").age_at(on(2026, 3, 2)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_reads_back(text in "\\PC{0,20}|[0-9SHR昭和年月日/.-]{0,14}") {
            if let Ok(date) = PartialDate::parse(&text) {
                prop_assert_eq!(PartialDate::parse(&date.to_string()), Ok(date));
                prop_assert!(date.first_day() <= date.last_day());
                if let Some(day) = date.exact() {
                    // Days before an era began are written with the era before it.
                    prop_assert_eq!(PartialDate::parse(&date.japanese()).map(|d| d.first_day()), Ok(day));
                }
            }
        }
    }
}

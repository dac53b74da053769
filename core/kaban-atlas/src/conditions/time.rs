//! A moment as the clock on the wall shows it where the road lies.

/// A local civil time, to the minute. Signs speak of this time; time zones do not reach this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    year: i32,
    month: u8,
    day: u8,
    minute: u16,
    holiday: bool,
}

impl LocalTime {
    /// Year 1900 to 9999, month 1 to 12, day of the month, minute of the day 0 to 1,439; `None` for what is no such moment.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8, minute: u16) -> Option<Self> {
        let sound = (1900..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=month_days(year, month)).contains(&day)
            && minute < 1_440;
        sound.then_some(Self {
            year,
            month,
            day,
            minute,
            holiday: false,
        })
    }

    /// The same moment on a public holiday, for conditions that say `PH`; without this no day is one.
    #[must_use]
    pub fn on_holiday(self, holiday: bool) -> Self {
        Self { holiday, ..self }
    }

    /// Whether the caller called the day a public holiday.
    #[must_use]
    pub fn is_holiday(&self) -> bool {
        self.holiday
    }

    /// Year, month and day.
    #[must_use]
    pub fn date(&self) -> (i32, u8, u8) {
        (self.year, self.month, self.day)
    }

    /// Minute of the day.
    #[must_use]
    pub fn minute(&self) -> u16 {
        self.minute
    }

    /// 0 Monday to 6 Sunday.
    #[must_use]
    pub fn weekday(&self) -> u8 {
        // Sakamoto's method; the month's offset counts the days before it in a year that begins in March.
        const OFFSETS: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
        let year = self.year - i32::from(self.month < 3);
        let offset = OFFSETS[usize::from(self.month - 1)];
        let from_sunday = year + year / 4 - year / 100 + year / 400 + offset + i32::from(self.day);
        ((from_sunday + 6) % 7) as u8
    }

    /// The day before at the same minute; nothing is known of its being a holiday.
    pub(crate) fn day_before(&self) -> Self {
        let (year, month, day) = match (self.month, self.day) {
            (1, 1) => (self.year - 1, 12, 31),
            (month, 1) => (self.year, month - 1, month_days(self.year, month - 1)),
            (month, day) => (self.year, month, day - 1),
        };
        Self {
            year,
            month,
            day,
            minute: self.minute,
            holiday: false,
        }
    }
}

/// `2026-11-20 18:05`.
impl std::fmt::Display for LocalTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        let (year, month, day) = self.date();
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
    }
}

fn month_days(year: i32, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + u8::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_are_those_of_the_calendar() {
        for (year, month, day, weekday) in [
            (1970, 1, 1, 3),
            (2000, 2, 29, 1),
            (2024, 2, 29, 3),
            (2026, 11, 24, 1),
            (2027, 1, 3, 6),
        ] {
            let at = LocalTime::new(year, month, day, 0).unwrap();
            assert_eq!(at.weekday(), weekday, "{at}");
        }
    }

    #[test]
    fn yesterday_is_found_over_months_and_years() {
        for (today, yesterday) in [
            ((2024, 3, 1), (2024, 2, 29)),
            ((2026, 3, 1), (2026, 2, 28)),
            ((2026, 1, 1), (2025, 12, 31)),
            ((2026, 5, 17), (2026, 5, 16)),
        ] {
            let at = LocalTime::new(today.0, today.1, today.2, 90).unwrap();
            let before = at.day_before();
            assert_eq!(before.date(), yesterday);
            assert_eq!((before.weekday() + 1) % 7, at.weekday());
        }
    }

    #[test]
    fn moments_that_do_not_exist_are_refused() {
        for (year, month, day, minute) in [
            (2026, 2, 29, 0),
            (2026, 13, 1, 0),
            (2026, 1, 0, 0),
            (2026, 1, 1, 1_440),
            (0, 1, 1, 0),
        ] {
            assert_eq!(LocalTime::new(year, month, day, minute), None);
        }
    }
}

//! When a sign holds: the part of OpenStreetMap's `opening_hours` and `:conditional` syntax that traffic signs use.
//!
//! Source: OpenStreetMap wiki, "Key:opening hours/specification" and "Conditional restrictions". Understood are months and dates
//! (with years if given), weekdays, `PH`, times of day over midnight too, `off`, `24/7`, `winter`, `summer`, and weights no passenger
//! car reaches. Everything else (school holidays, sunset, weather, weeks, n-th weekdays) is not understood and says so.

use super::parse;
use super::time::LocalTime;

/// Minutes of a day.
pub(super) const DAY: u16 = 1_440;

/// A longer condition is not read; names in a pack are cut at this length.
const CHARS_MAX: usize = 119;

/// A condition on the time of travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// All of these must hold.
    pub(super) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Hours(Vec<Rule>),
    /// Holds for no passenger car.
    Never,
}

/// One rule of `opening_hours`; of several that speak of a day the last decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// Holds beside the rule before it and does not replace it.
    pub adds: bool,
    pub dates: Vec<Dates>,
    /// Bits 0 to 6 Monday to Sunday, bit 7 public holidays; 0 every day.
    pub days: u8,
    /// Minutes from midnight, the end not included; a time after midnight counts on from 1,440. Empty: all day.
    pub times: Vec<[u16; 2]>,
    pub open: bool,
}

pub(super) const HOLIDAYS: u8 = 1 << 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dates {
    /// Both ends included; over the turn of the year when the first lies behind the last.
    EveryYear {
        from: (u8, u8),
        to: (u8, u8),
    },
    Once {
        from: (i32, u8, u8),
        to: (i32, u8, u8),
    },
    Winter,
    Summer,
}

impl Schedule {
    /// Reads a condition such as `(Mo-Fr 07:00-09:00)`; `None` when any of it is not understood.
    pub fn parse(text: &str) -> Option<Self> {
        (text.chars().count() <= CHARS_MAX)
            .then(|| parse::condition(text))
            .flatten()
    }

    /// Whether the condition holds at `at`; `winter` is whether the season counts as winter.
    pub fn holds(&self, at: &LocalTime, winter: bool) -> bool {
        self.parts.iter().all(|part| match part {
            Part::Never => false,
            Part::Hours(rules) => hold(rules, at, winter),
        })
    }

    /// Whether the condition is made of `winter` and `summer` alone and holds in that season, at any time.
    pub fn holds_all_season(&self, winter: bool) -> bool {
        self.parts.iter().all(|part| match part {
            Part::Never => false,
            Part::Hours(rules) => hold_all_season(rules, winter),
        })
    }
}

/// Whether the rules hold whatever the day and hour of a season.
fn hold_all_season(rules: &[Rule], winter: bool) -> bool {
    let mut holds = false;
    for rule in rules {
        let mut seasons = rule.dates.iter();
        let of_season = rule.days == 0
            && rule.times.is_empty()
            && !rule.dates.is_empty()
            && seasons.all(|dates| matches!(dates, Dates::Winter | Dates::Summer));
        if !of_season {
            return false;
        }
        let wanted = if winter { Dates::Winter } else { Dates::Summer };
        if rule.dates.contains(&wanted) {
            holds = rule.open;
        }
    }
    holds
}

/// Whether the rules hold at `at`, by day or in the night that began on the day before.
fn hold(rules: &[Rule], at: &LocalTime, winter: bool) -> bool {
    let before = at.day_before();
    let mut holds = false;
    for rule in rules {
        let (today, yesterday) = (rule.is_for(at, winter), rule.is_for(&before, winter));
        let within = |minute: u16| {
            rule.times
                .iter()
                .any(|[from, to]| (*from..*to).contains(&minute))
        };
        let now = (today && (rule.times.is_empty() || within(at.minute())))
            || (yesterday && within(at.minute() + DAY));
        holds = match (rule.open, today && !rule.adds) {
            (true, true) => now,
            (true, false) => holds || now,
            (false, _) => holds && !now,
        };
    }
    holds
}

impl Rule {
    fn is_for(&self, day: &LocalTime, winter: bool) -> bool {
        let by_day = self.days == 0
            || self.days & (1 << day.weekday()) != 0
            || (day.is_holiday() && self.days & HOLIDAYS != 0);
        let (year, month, date) = day.date();
        let by_date = |dates: &Dates| match *dates {
            Dates::EveryYear { from, to } if from <= to => {
                from <= (month, date) && (month, date) <= to
            }
            Dates::EveryYear { from, to } => from <= (month, date) || (month, date) <= to,
            Dates::Once { from, to } => from <= (year, month, date) && (year, month, date) <= to,
            Dates::Winter => winter,
            Dates::Summer => !winter,
        };
        by_day && (self.dates.is_empty() || self.dates.iter().any(by_date))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether `text` holds on that day of 2026 (`month`, `day`) at `hour`:`minute`.
    fn holds(text: &str, month: u8, day: u8, hour: u16, minute: u16) -> bool {
        let at = LocalTime::new(2026, month, day, hour * 60 + minute).unwrap();
        Schedule::parse(text).unwrap().holds(&at, month <= 3)
    }

    #[test]
    fn hours_of_weekdays_hold_on_those_days_only() {
        // 23 November 2026 is a Monday.
        for text in [
            "(Mo-Fr 07:00-09:00)",
            "Mo-Fr 7:00-9:00",
            "Mo,Tu,We-Fr 07:00 - 09:00",
        ] {
            assert!(holds(text, 11, 23, 7, 0), "{text}");
            assert!(holds(text, 11, 27, 8, 59), "{text}");
            assert!(!holds(text, 11, 23, 9, 0), "{text}");
            assert!(!holds(text, 11, 28, 8, 0), "{text}");
        }
        let two = "Mo-Fr 07:00-09:00,16:00-18:00, Sa 10:00-12:00";
        let at = [(23, 8), (23, 17), (28, 11)].map(|(day, hour)| holds(two, 11, day, hour, 0));
        assert_eq!(at, [true; 3]);
        let off = [(23, 10), (28, 17), (29, 11)].map(|(day, hour)| holds(two, 11, day, hour, 0));
        assert_eq!(off, [false; 3]);
    }

    #[test]
    fn a_night_belongs_to_the_day_it_begins_on() {
        assert!(holds("Mo 22:00-06:00", 11, 23, 23, 0));
        assert!(holds("Mo 22:00-06:00", 11, 24, 5, 59));
        assert!(!holds("Mo 22:00-06:00", 11, 23, 5, 0));
        assert!(holds("22:00-06:00", 11, 23, 5, 0));
        assert!(!holds("22:00-06:00", 11, 23, 12, 0));
        assert!(holds("Su 22:00-26:00", 11, 23, 1, 30));
        assert!(!holds("Mo 22:00-02:00; Tu off", 11, 24, 1, 0));
        assert!(!holds("Mo 22:00-02:00; Tu 10:00-12:00", 11, 24, 1, 0));
    }

    #[test]
    fn dates_hold_from_day_to_day_and_over_the_turn_of_the_year() {
        assert!(holds("Jan15-Aug15", 8, 15, 23, 59));
        assert!(!holds("Jan15-Aug15", 8, 16, 0, 0));
        for text in ["Nov 15-Apr 15", "Nov 15 - Apr 15"] {
            let days = [(11, 14), (11, 15), (1, 1), (4, 15), (4, 16)];
            let expected = [false, true, true, true, false];
            assert_eq!(
                days.map(|(m, d)| holds(text, m, d, 12, 0)),
                expected,
                "{text}"
            );
        }
        assert!(holds("Dec-Mar", 3, 31, 12, 0) && !holds("Dec-Mar", 4, 1, 12, 0));
        assert!(holds("Dec 24", 12, 24, 12, 0) && !holds("Dec 24", 12, 25, 12, 0));
        assert!(holds("Jan 5-20", 1, 20, 12, 0) && !holds("Jan 5-20", 1, 21, 12, 0));
        assert!(!holds("2016 Apr 25 - 2016 Sep 26", 5, 1, 12, 0));
        assert!(holds("2026 Apr 25 - 2027 Sep 26", 12, 1, 12, 0));
        assert!(holds("winter", 1, 1, 12, 0) && !holds("summer", 1, 1, 12, 0));
    }

    #[test]
    fn without_a_time_only_what_holds_all_season_holds() {
        let holds = |text: &str| {
            [true, false].map(|winter| Schedule::parse(text).unwrap().holds_all_season(winter))
        };
        assert_eq!(holds("winter"), [true, false]);
        assert_eq!(holds("(summer)"), [false, true]);
        assert_eq!(holds("winter; summer"), [true; 2]);
        assert_eq!(holds("summer; winter off"), [false, true]);
        for text in [
            "winter 22:00-06:00",
            "Mo-Fr 07:00-09:00",
            "Dec-Mar",
            "24/7",
            "winter AND weight>7.5",
        ] {
            assert_eq!(holds(text), [false; 2], "{text}");
        }
    }

    #[test]
    fn of_two_rules_for_a_day_the_later_one_counts() {
        let text = "Mo-Fr 08:00-18:00; We 08:00-12:00; 12:00-12:30 off";
        assert!(holds(text, 11, 24, 17, 0));
        assert!(!holds(text, 11, 25, 17, 0));
        assert!(holds(text, 11, 25, 9, 0));
        assert!(!holds(text, 11, 24, 12, 15));
    }

    #[test]
    fn holidays_are_what_the_caller_says() {
        let at = LocalTime::new(2026, 11, 23, 600).unwrap();
        let schedule = Schedule::parse("Sa-Su,PH 08:00-20:00").unwrap();
        assert!(!schedule.holds(&at, false));
        assert!(schedule.holds(&at.on_holiday(true), false));
        let not = Schedule::parse("Mo-Fr 08:00-20:00; PH off").unwrap();
        assert!(not.holds(&at, false));
        assert!(!not.holds(&at.on_holiday(true), false));
    }

    #[test]
    fn signs_for_lorries_hold_for_no_car() {
        assert!(!holds("7:30-19:00 AND weight>7.5", 11, 23, 12, 0));
        assert!(holds("24/7", 11, 23, 12, 0));
    }

    #[test]
    fn what_is_not_understood_is_refused_as_a_whole() {
        for text in [
            "",
            "()",
            "wet",
            "snow",
            "sunset-sunrise",
            "Mo[1] 08:00-10:00",
            "SH Mo-Fr 08:00-10:00",
            "Mo-Fr 25:99-26:00",
            "Foo 08:00",
            "08:00",
            "Jan 32",
            "Mo-",
            "07:00-",
            "week 1-10",
            "weight>2",
            "Mo-Fr 07:00-09:00 \"ask\"",
            "Mo 07:00+",
            "@",
            "Mo-Fr 08:00-10:00 || wet",
        ] {
            assert_eq!(Schedule::parse(text), None, "{text}");
        }
        assert_eq!(Schedule::parse(&"Mo,".repeat(60)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_can_be_asked(
            text in "[MoTuWeThFrSaSuPHJanDecoff0-9:;, @()/>\\-+]{0,60}", minute in 0u16..1_440, day in 1u8..=28,
        ) {
            if let Some(schedule) = Schedule::parse(&text) {
                schedule.holds(&LocalTime::new(2026, 2, day, minute).unwrap(), true);
            }
        }

        #[test]
        fn any_characters_at_all_do_no_harm(text in any::<String>()) {
            let _ = Schedule::parse(&text);
        }
    }
}

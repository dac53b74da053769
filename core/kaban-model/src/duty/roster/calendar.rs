//! The stretch of time that a roster covers, cut into turns (rules 1, 3 and 8).

use chrono::{DateTime, FixedOffset, Months, NaiveDate, TimeDelta};

use crate::duty::{
    holiday::{HolidayAlignment, TurnKind, holiday_from},
    time::{DutyTurn, changeover_on, ordinary_turn_at},
};

/// A turn before anybody holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) span: DutyTurn,
    pub(super) kind: TurnKind,
    /// Which holiday turn cuts it short.
    pub(super) shortened_by: Option<TurnKind>,
}

/// The turns that begin at 09:00 of the date or later, and earlier than 09:00 of that date so many
/// years on. They tile time: each begins where the one before it ends.
pub(super) fn slots(from: NaiveDate, years: u32, alignment: HolidayAlignment) -> Vec<Slot> {
    let first = changeover_on(from);
    let last_day = from.checked_add_months(Months::new(12 * years));
    let end = changeover_on(last_day.unwrap_or(from));
    // Two weeks before, whatever holiday turn lies there has begun or not yet begun, never half.
    let mut at = ordinary_turn_at(&(first - TimeDelta::days(14))).from;
    let before = holiday_from(at - TimeDelta::days(7), alignment).1;
    if before.contains(&at) {
        at = before.to;
    }
    let mut slots = Vec::new();
    let mut after = None;
    while at < end {
        let slot = slot_at(at, after, alignment);
        at = slot.span.to;
        after = (slot.kind != TurnKind::Ordinary).then_some(slot.kind);
        if slot.span.from >= first {
            slots.push(slot);
        }
    }
    slots
}

fn slot_at(
    at: DateTime<FixedOffset>,
    after: Option<TurnKind>,
    alignment: HolidayAlignment,
) -> Slot {
    let (kind, holiday) = holiday_from(at, alignment);
    if holiday.from == at {
        return Slot {
            span: holiday,
            kind,
            shortened_by: None,
        };
    }
    let week = ordinary_turn_at(&at);
    let span = DutyTurn {
        from: at,
        to: week.to.min(holiday.from),
    };
    let ends_early = (span.to < week.to).then_some(kind);
    let begins_late = after.filter(|_| week.from < at);
    Slot {
        span,
        kind: TurnKind::Ordinary,
        shortened_by: ends_early.or(begins_late),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn spans(from: &str, alignment: HolidayAlignment) -> Vec<(String, String, TurnKind)> {
        let text = |at: DateTime<FixedOffset>| at.format("%m-%d").to_string();
        slots(from.parse().unwrap(), 1, alignment)
            .iter()
            .map(|slot| (text(slot.span.from), text(slot.span.to), slot.kind))
            .collect()
    }

    fn first_three(from: &str) -> Vec<(String, String, TurnKind)> {
        spans(from, HolidayAlignment::ExactDates)
            .into_iter()
            .take(3)
            .collect()
    }

    fn turn(from: &str, to: &str, kind: TurnKind) -> (String, String, TurnKind) {
        (from.into(), to.into(), kind)
    }

    use TurnKind::{GoldenWeek, NewYear, Ordinary};

    #[test]
    fn rule_1_the_first_turn_is_the_first_that_begins_on_the_date_or_later() {
        for date in ["2026-11-17", "2026-11-11", "2026-11-14"] {
            assert_eq!(
                first_three(date)[0],
                turn("11-17", "11-24", Ordinary),
                "{date}"
            );
        }
        // A holiday turn that has begun is another roster's; one that begins on the date is not.
        assert_eq!(first_three("2024-12-31")[0].0, "01-05");
        assert_eq!(
            first_three("2026-04-29")[0],
            turn("04-29", "05-06", GoldenWeek)
        );
    }

    #[test]
    fn rule_3_the_ordinary_turns_around_a_holiday_turn_are_shortened_never_moved() {
        // 4/29 of 2027 is a Thursday.
        assert_eq!(
            first_three("2027-04-27"),
            [
                turn("04-27", "04-29", Ordinary),
                turn("04-29", "05-06", GoldenWeek),
                turn("05-06", "05-11", Ordinary)
            ]
        );
        let slots = slots(
            "2027-04-20".parse().unwrap(),
            1,
            HolidayAlignment::ExactDates,
        );
        let cut: Vec<_> = slots.iter().take(5).map(|slot| slot.shortened_by).collect();
        assert_eq!(cut, [None, Some(GoldenWeek), None, Some(GoldenWeek), None]);
    }

    #[test]
    fn rule_4_a_week_wholly_covered_by_a_holiday_turn_does_not_exist() {
        // 12/29 of 2026 is a Tuesday.
        assert_eq!(
            first_three("2026-12-22"),
            [
                turn("12-22", "12-29", Ordinary),
                turn("12-29", "01-05", NewYear),
                turn("01-05", "01-12", Ordinary)
            ]
        );
    }

    #[test]
    fn rule_3_with_tuesday_weeks_every_turn_is_a_whole_week() {
        for slot in slots(
            "2026-11-17".parse().unwrap(),
            50,
            HolidayAlignment::TuesdayWeek,
        ) {
            assert_eq!(slot.span.to - slot.span.from, TimeDelta::days(7));
            assert_eq!(slot.shortened_by, None);
        }
    }
}

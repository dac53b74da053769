//! Planning a roster, and the calendar of it: pure, needs no bag. A roster plans; who really holds the bag
//! is a signed fact.

use chrono::NaiveDate;
use kaban_exchange::ics;
use kaban_model::duty::{
    Absence, HolidayAlignment, MEMBERS_MAX, PlannedTurn, Roster, RosterInput, TurnKind, YEARS_MAX,
    changeover_on, in_jst, make_roster,
};
use kaban_model::{Invalid, Reason};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{AppError, Result};
use crate::views::time;

/// Longest name of a member, characters.
const NAME_CHARS_MAX: usize = 100;

/// What a roster is planned from.
#[derive(Clone, Debug)]
pub struct RosterPlanInput {
    /// Names, in the order of the rotation; the first is next.
    pub members: Vec<String>,
    /// First day.
    pub from: NaiveDate,
    /// How many years.
    pub years: u32,
    /// How the holiday turns lie.
    pub alignment: HolidayAlignment,
    /// Who is away when.
    pub absences: Vec<Absence<String>>,
}

/// A roster that was planned.
#[derive(Clone, Debug)]
pub struct RosterPlan {
    roster: Roster<String>,
    members: Vec<String>,
    from: NaiveDate,
}

/// A turn of a roster.
#[derive(Clone, Debug, Serialize)]
pub struct RosterTurnView {
    /// First instant.
    pub from: String,
    /// First instant of the next turn.
    pub to: String,
    /// Who holds it.
    pub holder: String,
    /// ordinary, new_year, golden_week.
    pub kind: &'static str,
    /// Why they do, in Japanese.
    pub why: String,
    /// The same in English.
    pub why_en: String,
    /// Who was passed over for a holiday turn.
    pub excused: Vec<String>,
}

/// What one member bears.
#[derive(Clone, Debug, Serialize)]
pub struct RosterShareView {
    /// Name.
    pub member: String,
    /// Ordinary turns.
    pub ordinary: usize,
    /// New Year turns.
    pub new_year: usize,
    /// Golden Week turns.
    pub golden_week: usize,
    /// Turns excused for a holiday turn.
    pub excused: usize,
    /// Turns missed in a long absence and not made up for.
    pub let_go: usize,
}

/// A roster with its fairness report.
#[derive(Clone, Debug, Serialize)]
pub struct RosterView {
    /// In the order of time.
    pub turns: Vec<RosterTurnView>,
    /// In the order of the rotation.
    pub shares: Vec<RosterShareView>,
    /// What could not be given, in Japanese.
    pub notes: Vec<String>,
    /// The same in English.
    pub notes_en: Vec<String>,
}

/// Plans a roster.
///
/// # Errors
/// [`Kind::BadInput`](crate::Kind::BadInput): nobody, too many, a name that is empty or stands twice, a date
/// or a number of years out of bounds.
pub fn plan_roster(input: &RosterPlanInput) -> Result<RosterPlan> {
    for (at, name) in input.members.iter().enumerate() {
        check_name(at, name, &input.members[..at])?;
    }
    let roster = make_roster(&RosterInput {
        members: &input.members,
        from: input.from,
        years: input.years,
        alignment: input.alignment,
        past: &[],
        absences: &input.absences,
    });
    Ok(RosterPlan {
        roster: roster.map_err(|invalid| refused(&invalid))?,
        members: input.members.clone(),
        from: input.from,
    })
}

impl RosterPlan {
    /// The roster as it is shown.
    #[must_use]
    pub fn view(&self) -> RosterView {
        let notes = |ja| {
            let notes = self.roster.notes.iter();
            notes
                .map(move |note| note.text(ja, String::clone))
                .collect()
        };
        RosterView {
            turns: self.roster.turns.iter().map(turn_view).collect(),
            shares: self
                .roster
                .shares
                .iter()
                .map(|share| RosterShareView {
                    member: share.member.clone(),
                    ordinary: share.ordinary,
                    new_year: share.new_year,
                    golden_week: share.golden_week,
                    excused: share.excused,
                    let_go: share.let_go,
                })
                .collect(),
            notes: notes(true),
            notes_en: notes(false),
        }
    }

    /// The roster as an iCalendar file. Its events are known by the first instant of the turn and by the
    /// rotation, so that the same group's next plan takes the place of this one; the stamp is the first day
    /// of the plan, so that of two plans the later one counts.
    #[must_use]
    pub fn calendar(&self) -> String {
        let mut hash = Sha256::new();
        for name in &self.members {
            hash.update(name.as_bytes());
            hash.update([0]);
        }
        let group: String = hash.finalize()[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let turns = self.roster.turns.iter();
        ics::write(&ics::Calendar {
            name: "当番表".to_owned(),
            events: turns.map(|turn| self.event(turn, &group)).collect(),
        })
    }

    fn event(&self, planned: &PlannedTurn<String>, group: &str) -> ics::Event {
        let turn = &planned.turn;
        let (code, ja, en) = turn.kind.words();
        let until = in_jst(&turn.span.to).format("%Y-%m-%d %H:%M");
        let (why, why_en) = (
            planned.why.text(true, String::clone),
            planned.why.text(false, String::clone),
        );
        ics::Event {
            uid: format!(
                "{}-{}-{group}@kaban",
                turn.span.from.format("%Y%m%d"),
                code.replace('_', "-")
            ),
            stamp: changeover_on(self.from),
            from: turn.span.from,
            to: turn.span.to,
            summary: format!("{ja}: {}", turn.holder),
            description: format!(
                "{why}\n{}: {} is on duty until {until} (Japan).\n{why_en}",
                capital(en),
                turn.holder
            ),
        }
    }
}

fn turn_view(planned: &PlannedTurn<String>) -> RosterTurnView {
    let turn = &planned.turn;
    RosterTurnView {
        from: time(turn.span.from),
        to: time(turn.span.to),
        holder: turn.holder.clone(),
        kind: turn.kind.words().0,
        why: planned.why.text(true, String::clone),
        why_en: planned.why.text(false, String::clone),
        excused: turn.excused.clone(),
    }
}

/// The kind of a turn of a view in Japanese and English.
#[must_use]
pub fn turn_kind_words(code: &str) -> (&'static str, &'static str) {
    let kinds = [TurnKind::Ordinary, TurnKind::NewYear, TurnKind::GoldenWeek];
    let found = kinds
        .map(TurnKind::words)
        .into_iter()
        .find(|kind| kind.0 == code);
    found.map_or(("", ""), |(_, ja, en)| (ja, en))
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

fn check_name(at: usize, name: &str, before: &[String]) -> Result<()> {
    let place = at + 1;
    if name.trim().is_empty() {
        return Err(AppError::input(format!(
            "name {place} of the members is empty: give the names with one comma between two"
        )));
    }
    if name.chars().any(char::is_control) {
        return Err(AppError::input(format!(
            "name {place} of the members holds a control character"
        )));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(AppError::input(format!(
            "name {place} of the members is longer than {NAME_CHARS_MAX} characters"
        )));
    }
    if let Some(first) = before.iter().position(|other| other == name) {
        return Err(AppError::input(format!(
            "names {} and {place} of the members are the same: tell the two apart",
            first + 1
        )));
    }
    Ok(())
}

fn refused(invalid: &Invalid) -> AppError {
    AppError::input(match (invalid.field.as_str(), invalid.reason) {
        ("members", Reason::Empty) => "a roster needs at least one member".to_owned(),
        ("members", _) => format!("a roster has at most {MEMBERS_MAX} members"),
        ("years", _) => format!("a roster covers 1 to {YEARS_MAX} years"),
        ("from", _) => "a roster begins between 1952-04-28 and 2200-12-31".to_owned(),
        _ => invalid.to_string(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn input(members: &[&str]) -> RosterPlanInput {
        RosterPlanInput {
            members: members.iter().map(|name| (*name).to_owned()).collect(),
            from: "2026-11-17".parse().unwrap(),
            years: 1,
            alignment: HolidayAlignment::ExactDates,
            absences: Vec::new(),
        }
    }

    #[test]
    fn a_calendar_names_the_duty_first_in_japanese_then_in_english() {
        let calendar = plan_roster(&input(&["林 勇", "伊藤,正夫", "C"]))
            .unwrap()
            .calendar();
        let unfolded = calendar.replace("\r\n ", "");
        for part in [
            "SUMMARY:当番: 林 勇\r\n",
            "SUMMARY:年末年始当番: ",
            "SUMMARY:連休当番: ",
            "伊藤\\,正夫 is on duty until 2026-12-01 09:00 (Japan)",
            "UID:20261229-new-year-",
            "DTSTART:20261229T000000Z\r\nDTEND:20270105T000000Z\r\n",
        ] {
            assert!(unfolded.contains(part), "{part} is missing in\n{unfolded}");
        }
    }

    #[test]
    fn the_same_group_keeps_its_events_and_another_group_has_its_own() {
        let uids = |members: &[&str], from: &str| -> Vec<String> {
            let mut input = input(members);
            input.from = from.parse().unwrap();
            let calendar = plan_roster(&input).unwrap().calendar();
            let uid = |line: &str| line.strip_prefix("UID:").map(str::to_owned);
            calendar.lines().filter_map(uid).collect()
        };
        let first = uids(&["A", "B"], "2026-11-17");
        assert_eq!(uids(&["A", "B"], "2026-11-24")[..10], first[1..11]);
        assert_ne!(uids(&["AB"], "2026-11-17")[0], first[0]);
        let distinct: std::collections::BTreeSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), first.len());
    }

    #[test]
    fn names_are_told_by_their_place() {
        let detail = |members: &[&str]| plan_roster(&input(members)).unwrap_err().detail;
        assert_eq!(
            detail(&["A", "B", "A"]),
            "names 1 and 3 of the members are the same: tell the two apart"
        );
        assert!(detail(&["A", " "]).starts_with("name 2 of the members is empty"));
        assert!(detail(&["A\nB"]).contains("control character"));
        assert!(detail(&[&"A".repeat(101)]).contains("longer than 100"));
        assert_eq!(detail(&[]), "a roster needs at least one member");
    }
}

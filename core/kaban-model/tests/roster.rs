//! The promises of the roster maker, each under the number of its rule of duty.
#![allow(clippy::unwrap_used)]

use chrono::{DateTime, Datelike, FixedOffset, Months, NaiveDate, TimeDelta, Weekday};
use kaban_model::duty::{
    Absence, ExcusedTurn, HolidayAlignment, PlannedTurn, Roster, RosterInput, RosterNote,
    RosterTurn, TurnKind, TurnWhy, changeover_on, make_roster,
};
use kaban_model::{Invalid, Reason};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn group(members: usize) -> Vec<usize> {
    (0..members).collect()
}

fn input(members: &[usize], from: NaiveDate, years: u32) -> RosterInput<'_, usize> {
    RosterInput {
        members,
        from,
        years,
        alignment: HolidayAlignment::ExactDates,
        past: &[],
        absences: &[],
    }
}

fn plan(members: usize, from: &str, years: u32) -> Roster<usize> {
    make_roster(&input(&group(members), day(from), years)).unwrap()
}

fn is_holiday(turn: &&PlannedTurn<usize>) -> bool {
    turn.turn.kind != TurnKind::Ordinary
}

fn ordinary(roster: &Roster<usize>) -> impl Iterator<Item = &PlannedTurn<usize>> {
    roster.turns.iter().filter(|turn| !is_holiday(turn))
}

fn held(roster: &Roster<usize>, kind: TurnKind) -> Vec<usize> {
    let of_kind = |turn: &&PlannedTurn<usize>| turn.turn.kind == kind;
    roster
        .turns
        .iter()
        .filter(of_kind)
        .map(|turn| turn.turn.holder)
        .collect()
}

/// Everybody who was due at the ordinary turns, excused or not, in order.
fn due<'t>(turns: impl Iterator<Item = &'t RosterTurn<usize>>) -> Vec<usize> {
    turns
        .filter(|turn| turn.kind == TurnKind::Ordinary)
        .flat_map(|turn| turn.excused.iter().copied().chain([turn.holder]))
        .collect()
}

fn spread(counts: impl Iterator<Item = usize> + Clone) -> usize {
    counts.clone().max().unwrap() - counts.min().unwrap()
}

fn alignments() -> impl Strategy<Value = HolidayAlignment> {
    prop_oneof![
        Just(HolidayAlignment::ExactDates),
        Just(HolidayAlignment::TuesdayWeek)
    ]
}

fn dates() -> impl Strategy<Value = NaiveDate> {
    (0i64..20_000).prop_map(|days| day("1990-01-01") + TimeDelta::days(days))
}

fn too_near(roster: &Roster<usize>) -> usize {
    let near = |note: &&RosterNote<usize>| matches!(note, RosterNote::BothWithinAYear { .. });
    roster.notes.iter().filter(near).count()
}

/// Short absences of a group, the last number its length in days.
fn absences(members: usize) -> impl Strategy<Value = Vec<(usize, i64, i64)>> {
    prop::collection::vec((0..members, 0i64..700, 1i64..40), 0..12)
}

fn declared(from: NaiveDate, absences: &[(usize, i64, i64)]) -> Vec<Absence<usize>> {
    let begin = |days: i64| changeover_on(from + TimeDelta::days(days)) - TimeDelta::hours(9);
    let one = |(member, at, days): &(usize, i64, i64)| {
        Absence::new(*member, begin(*at), begin(at + days)).unwrap()
    };
    absences.iter().map(one).collect()
}

#[test]
fn rule_1_ordinary_turns_run_from_tuesday_nine_in_the_order_of_the_list() {
    let roster = plan(3, "2026-09-01", 1);
    let text = |at: DateTime<FixedOffset>| at.to_rfc3339();
    let first: Vec<_> = roster.turns[..4]
        .iter()
        .map(|turn| (text(turn.turn.span.from), turn.turn.holder))
        .collect();
    assert_eq!(
        first,
        [
            ("2026-09-01T09:00:00+09:00".to_owned(), 0),
            ("2026-09-08T09:00:00+09:00".to_owned(), 1),
            ("2026-09-15T09:00:00+09:00".to_owned(), 2),
            ("2026-09-22T09:00:00+09:00".to_owned(), 0)
        ]
    );
}

#[test]
fn rule_3_in_ten_years_ten_doctors_get_each_holiday_once() {
    let roster = plan(10, "2026-11-17", 10);
    for kind in [TurnKind::NewYear, TurnKind::GoldenWeek] {
        let mut holders = held(&roster, kind);
        holders.sort_unstable();
        assert_eq!(holders, group(10), "{kind:?}");
    }
}

#[test]
fn rule_4_the_turn_before_a_holiday_lists_the_excused_doctor_and_the_next_one_serves() {
    let roster = plan(4, "2026-11-17", 1);
    let holiday = roster.turns.iter().find(is_holiday).unwrap();
    let passed = roster
        .turns
        .iter()
        .find(|turn| turn.turn.excused.contains(&holiday.turn.holder))
        .unwrap();
    assert!(passed.turn.span.from < holiday.turn.span.from);
    assert_eq!(passed.turn.holder, (holiday.turn.holder + 1) % 4);
    let TurnWhy::Holiday(why) = &holiday.why else {
        panic!("{holiday:?}")
    };
    assert_eq!(why.excused, ExcusedTurn::Before(passed.turn.span.from));
}

#[test]
fn rule_4_when_the_turn_before_was_served_the_next_one_is_excused() {
    // The roster begins with the holiday turn: nothing before it can be passed over.
    let roster = plan(4, "2026-12-29", 1);
    let holiday = &roster.turns[0];
    let TurnWhy::Holiday(why) = &holiday.why else {
        panic!("{holiday:?}")
    };
    let next = roster
        .turns
        .iter()
        .find(|turn| turn.turn.excused.contains(&holiday.turn.holder))
        .unwrap();
    assert_eq!(why.excused, ExcusedTurn::After(next.turn.span.from));
    assert_eq!(
        due(roster.turns.iter().map(|t| &t.turn))[..8],
        [0, 1, 2, 3, 0, 1, 2, 3]
    );
}

#[test]
fn rule_4_the_report_says_when_the_group_is_too_small_for_twelve_months_between_holidays() {
    assert!(too_near(&plan(2, "2026-11-17", 4)) > 0);
    assert_eq!(too_near(&plan(3, "2026-11-17", 12)), 0);
}

#[test]
fn one_doctor_holds_every_turn_and_is_excused_none() {
    let roster = plan(1, "2026-11-17", 2);
    assert!(
        roster
            .turns
            .iter()
            .all(|turn| turn.turn.holder == 0 && turn.turn.excused.is_empty())
    );
    assert!(roster.notes.contains(&RosterNote::Alone { member: 0 }));
}

#[test]
fn two_doctors_share_ordinary_and_holiday_turns_equally() {
    let roster = plan(2, "2026-11-17", 10);
    assert!(spread(roster.shares.iter().map(|share| share.ordinary)) <= 1);
    assert!(
        roster
            .shares
            .iter()
            .all(|share| (share.new_year, share.golden_week) == (5, 5))
    );
}

#[test]
fn rule_7_a_roster_made_anew_goes_on_from_the_turns_that_were_served() {
    let members = group(7);
    let whole = make_roster(&input(&members, day("2026-11-17"), 9)).unwrap();
    let past: Vec<_> = whole.turns.iter().map(|turn| turn.turn.clone()).collect();
    for years in 1..7 {
        // In the middle of a week, with excusals on their way.
        let again = day("2026-12-10") + TimeDelta::days(365 * years);
        let mut input = input(&members, again, 7);
        input.past = &past;
        let anew = make_roster(&input).unwrap();
        let begins = anew.turns[0].turn.span.from;
        let before: Vec<_> = past.iter().filter(|turn| turn.span.to <= begins).collect();
        assert_eq!(before.last().unwrap().span.to, begins);
        let all = before
            .into_iter()
            .chain(anew.turns.iter().map(|turn| &turn.turn));
        let order = due(all.clone());
        assert!(
            order
                .iter()
                .enumerate()
                .all(|(at, member)| at % 7 == *member),
            "{order:?}"
        );
        for kind in [TurnKind::NewYear, TurnKind::GoldenWeek] {
            let holders: Vec<_> = all
                .clone()
                .filter(|t| t.kind == kind)
                .map(|t| t.holder)
                .collect();
            for round in holders.chunks_exact(7) {
                let mut round = round.to_vec();
                round.sort_unstable();
                assert_eq!(round, members, "{kind:?} from {again}");
            }
        }
    }
}

#[test]
fn rule_7_a_new_doctor_takes_their_place_in_the_order_and_gets_no_row_of_holidays() {
    let whole = make_roster(&input(&group(6), day("2020-04-07"), 6)).unwrap();
    let past: Vec<_> = whole.turns.iter().map(|turn| turn.turn.clone()).collect();
    // 2 has left; 9 is new and stands between 1 and 3.
    let members = [0, 1, 9, 3, 4, 5];
    let mut input = input(&members, day("2026-04-07"), 6);
    input.past = &past;
    let anew = make_roster(&input).unwrap();
    let new_years = held(&anew, TurnKind::NewYear);
    let years: Vec<_> = (0..6).filter(|year| new_years[*year] == 9).collect();
    assert!(
        !years.is_empty() && years.windows(2).all(|two| two[1] - two[0] >= 3),
        "{new_years:?}"
    );
    let order = due(anew.turns.iter().map(|turn| &turn.turn));
    let start = members
        .iter()
        .position(|member| *member == order[0])
        .unwrap();
    let expected = (start..).map(|at| members[at % 6]);
    assert!(
        order.iter().copied().eq(expected.take(order.len())),
        "{order:?}"
    );
}

#[test]
fn rule_3_holidays_held_before_kaban_are_credited() {
    let members = group(3);
    let past = [(2024, 0), (2025, 1)].map(|(year, holder)| RosterTurn {
        span: kaban_model::duty::DutyTurn {
            from: changeover_on(NaiveDate::from_ymd_opt(year, 12, 29).unwrap()),
            to: changeover_on(NaiveDate::from_ymd_opt(year + 1, 1, 5).unwrap()),
        },
        kind: TurnKind::NewYear,
        holder,
        excused: Vec::new(),
    });
    let mut input = input(&members, day("2026-11-17"), 3);
    input.past = &past;
    let new_years = held(&make_roster(&input).unwrap(), TurnKind::NewYear);
    assert_eq!(new_years[0], 2);
    let mut all = new_years.clone();
    all.sort_unstable();
    assert_eq!(all, members);
}

#[test]
fn an_absent_doctor_is_passed_over_and_makes_up_for_it() {
    let members = group(6);
    let away = [Absence::new(
        1,
        changeover_on(day("2026-09-10")),
        changeover_on(day("2026-09-12")),
    )
    .unwrap()];
    let mut input = input(&members, day("2026-09-01"), 1);
    input.absences = &away;
    let roster = make_roster(&input).unwrap();
    let holders: Vec<_> = ordinary(&roster)
        .take(8)
        .map(|turn| turn.turn.holder)
        .collect();
    assert_eq!(holders, [0, 2, 1, 3, 4, 5, 0, 1]);
    assert_eq!(
        roster.turns[1].why.text(true, |_| "B".to_owned()),
        "Bは不在、名簿の順です"
    );
    assert_eq!(
        roster.turns[2].why.text(false, |_| "B".to_owned()),
        "makes up for a turn missed by absence"
    );
}

#[test]
fn a_group_a_date_or_a_number_of_years_out_of_bounds_is_named() {
    let refused = |members: &[usize], from: &str, years| {
        make_roster(&input(members, day(from), years)).unwrap_err()
    };
    let members = group(2);
    for (error, field, reason) in [
        (refused(&[], "2026-01-01", 1), "members", Reason::Empty),
        (
            refused(&group(201), "2026-01-01", 1),
            "members",
            Reason::OutOfRange,
        ),
        (
            refused(&[1, 2, 1], "2026-01-01", 1),
            "members",
            Reason::ListedTwice,
        ),
        (
            refused(&members, "9999-01-01", 1),
            "from",
            Reason::OutOfRange,
        ),
        (
            refused(&members, "1945-01-01", 1),
            "from",
            Reason::OutOfRange,
        ),
        (
            refused(&members, "2026-01-01", 0),
            "years",
            Reason::OutOfRange,
        ),
        (
            refused(&members, "2026-01-01", 51),
            "years",
            Reason::OutOfRange,
        ),
    ] {
        assert_eq!(error, Invalid::new(field, reason));
    }
    assert!(make_roster(&input(&group(200), day("2200-12-31"), 50)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn rule_8_turns_tile_time_without_gap_or_overlap(
        members in 1usize..15, from in dates(), years in 1u32..11, alignment in alignments(),
        away in absences(15)
    ) {
        let (members, away) = (group(members), declared(from, &away));
        let input = RosterInput { alignment, absences: &away, ..input(&members, from, years) };
        let roster = make_roster(&input).unwrap();
        let turns: Vec<_> = roster.turns.iter().map(|turn| turn.turn.span).collect();
        let (first, last) = (turns[0], turns[turns.len() - 1]);
        let begin = changeover_on(from);
        let end = changeover_on(from.checked_add_months(Months::new(12 * years)).unwrap());
        prop_assert!(begin <= first.from && first.from - begin < TimeDelta::days(7));
        prop_assert!(last.from < end && end <= last.to);
        prop_assert!(turns.iter().all(|turn| turn.from < turn.to));
        prop_assert!(turns.windows(2).all(|two| two[0].to == two[1].from));
        prop_assert_eq!(&make_roster(&input).unwrap(), &roster);
    }

    #[test]
    fn rule_3_holiday_turns_have_their_dates_and_ordinary_ones_are_never_moved(
        from in dates(), years in 1u32..11, members in 1usize..5
    ) {
        let roster = make_roster(&input(&group(members), from, years)).unwrap();
        for turn in &roster.turns {
            let span = turn.turn.span;
            let (begin, end) = (span.from.date_naive(), span.to.date_naive());
            let days = |at: NaiveDate| (at.month(), at.day());
            match turn.turn.kind {
                TurnKind::NewYear => prop_assert_eq!((days(begin), days(end)), ((12, 29), (1, 5))),
                TurnKind::GoldenWeek => prop_assert_eq!((days(begin), days(end)), ((4, 29), (5, 6))),
                TurnKind::Ordinary => {
                    prop_assert!(span.to - span.from <= TimeDelta::days(7));
                    let after_holiday = [(1, 5), (5, 6)].contains(&days(begin));
                    prop_assert!(begin.weekday() == Weekday::Tue || after_holiday);
                    let before_holiday = [(12, 29), (4, 29)].contains(&days(end));
                    prop_assert!(end.weekday() == Weekday::Tue || before_holiday);
                }
            }
        }
    }

    #[test]
    fn rule_3_over_n_years_n_doctors_get_each_holiday_turn_exactly_once(
        members in 1usize..15, from in dates(), rounds in 1usize..3
    ) {
        let years = u32::try_from(members * rounds).unwrap();
        let roster = make_roster(&input(&group(members), from, years)).unwrap();
        for share in &roster.shares {
            prop_assert_eq!((share.new_year, share.golden_week), (rounds, rounds));
        }
    }

    #[test]
    fn rule_3_with_tuesday_weeks_holidays_differ_by_one_at_most(
        members in 1usize..15, from in dates(), years in 1u32..21
    ) {
        let alignment = HolidayAlignment::TuesdayWeek;
        let members = group(members);
        let roster = make_roster(&RosterInput { alignment, ..input(&members, from, years) }).unwrap();
        prop_assert!(spread(roster.shares.iter().map(|share| share.new_year)) <= 1);
        prop_assert!(spread(roster.shares.iter().map(|share| share.golden_week)) <= 1);
    }

    #[test]
    fn rule_4_nobody_gets_both_holidays_within_twelve_months_where_there_are_three(
        members in 3usize..15, from in dates(), alignment in alignments()
    ) {
        let members = group(members);
        let years = u32::try_from(2 * members.len()).unwrap();
        let roster = make_roster(&RosterInput { alignment, ..input(&members, from, years) }).unwrap();
        let holidays: Vec<_> = roster.turns.iter().filter(is_holiday).map(|turn| &turn.turn).collect();
        for (at, first) in holidays.iter().enumerate() {
            for second in &holidays[at + 1..] {
                let year_on = first.span.from.checked_add_months(Months::new(12)).unwrap();
                let years_between = (second.span.from - first.span.from).num_days() as f64 / 365.0;
                if first.kind == second.kind && first.holder == second.holder {
                    prop_assert!(years_between > members.len() as f64 / 2.0 - 0.1);
                }
                prop_assert!(
                    second.span.from >= year_on || first.holder != second.holder
                        || first.kind == second.kind
                );
            }
        }
        prop_assert_eq!(too_near(&roster), 0);
    }

    #[test]
    fn rule_4_the_order_stays_whoever_is_excused(
        members in 1usize..40, from in dates(), years in 1u32..11, alignment in alignments()
    ) {
        let members = group(members);
        let roster = make_roster(&RosterInput { alignment, ..input(&members, from, years) }).unwrap();
        for (at, member) in due(roster.turns.iter().map(|turn| &turn.turn)).into_iter().enumerate() {
            prop_assert_eq!(member, at % members.len());
        }
    }

    #[test]
    fn rule_4_each_holiday_excuses_its_holder_once_their_last_turn_before_or_else_the_next(
        members in 2usize..30, from in dates(), years in 1u32..11, alignment in alignments(),
        away in absences(30)
    ) {
        // Three are always there: where all are absent nobody is left to serve for anybody.
        let mut away = declared(from, &away);
        away.retain(|absence| absence.member > 2);
        let all = group(members);
        let absences = &away;
        let input = RosterInput { alignment, absences, ..input(&all, from, years) };
        let roster = make_roster(&input).unwrap();
        let turns: Vec<_> = ordinary(&roster).map(|turn| &turn.turn).collect();
        let mut told = 0;
        for holiday in roster.turns.iter().filter(is_holiday) {
            let TurnWhy::Holiday(why) = &holiday.why else { panic!("{holiday:?}") };
            let holder = holiday.turn.holder;
            let before = turns.iter().filter(|turn| turn.span.from < holiday.turn.span.from).count();
            let find = |from| turns.iter().position(|turn| turn.span.from == from).unwrap();
            match why.excused {
                ExcusedTurn::Before(from) => {
                    let passed = find(from);
                    prop_assert!(passed < before && before - passed <= members);
                    prop_assert!(turns[passed].excused.contains(&holder));
                    // They serve no other ordinary turn before the holiday.
                    prop_assert!(turns[passed..before].iter().all(|turn| turn.holder != holder));
                }
                ExcusedTurn::After(from) => {
                    let passed = find(from);
                    prop_assert!(passed >= before && turns[passed].excused.contains(&holder));
                    // It is the first that would have been theirs.
                    prop_assert!(turns[before..passed].iter().all(|turn| turn.holder != holder));
                }
                ExcusedTurn::Later => {
                    prop_assert!(turns[before..].iter().all(|turn| turn.holder != holder));
                    let note = RosterNote::ExcusalOwed { member: holder };
                    prop_assert!(roster.notes.contains(&note));
                    continue;
                }
                other => prop_assert!(false, "{other:?}"),
            }
            told += 1;
        }
        prop_assert_eq!(told, turns.iter().map(|turn| turn.excused.len()).sum::<usize>());
    }

    /// Turns due (served or excused) differ by one at most, since the order stays. Each excusal stands for a
    /// holiday turn; of these two members differ by one of each kind, and one excusal may lie past the end:
    /// so ordinary turns differ by three at most, and ordinary and holiday turns together by two.
    #[test]
    fn rule_4_the_burden_differs_by_little(
        members in 1usize..30, from in dates(), years in 1u32..21, alignment in alignments()
    ) {
        let members = group(members);
        let roster = make_roster(&RosterInput { alignment, ..input(&members, from, years) }).unwrap();
        let shares = roster.shares.iter();
        if members.len() > 1 {
            prop_assert!(spread(shares.clone().map(|share| share.ordinary + share.excused)) <= 1);
            prop_assert!(spread(shares.clone().map(|share| share.ordinary)) <= 3);
            let burden = |share: &kaban_model::duty::MemberShare<usize>| {
                share.ordinary + share.new_year + share.golden_week
            };
            prop_assert!(spread(shares.map(burden)) <= 2);
        }
    }

    #[test]
    fn nobody_is_planned_while_absent_unless_everybody_is(
        members in 1usize..9, from in dates(), away in absences(9)
    ) {
        let members = group(members);
        let away = declared(from, &away);
        let input = RosterInput { absences: &away, ..input(&members, from, 2) };
        let roster = make_roster(&input).unwrap();
        let absent = |member: usize, turn: &RosterTurn<usize>| {
            away.iter().any(|a| a.member == member && turn.span.meets(a.from, a.to))
        };
        for turn in roster.turns.iter().map(|turn| &turn.turn) {
            if absent(turn.holder, turn) {
                prop_assert!(members.iter().all(|member| absent(*member, turn)));
                let note = RosterNote::NobodyThere { member: turn.holder, from: turn.span.from };
                prop_assert!(roster.notes.contains(&note));
            }
        }
    }

    /// An absence that a doctor returns from within the round costs the others nothing: when it is made up,
    /// everybody has been due equally often but for the turn that is under way.
    #[test]
    fn one_absence_within_a_round_is_made_up(
        members in 6usize..14, from in dates(), who in 0usize..14, at in 0i64..300, weeks in 1i64..3
    ) {
        let all = group(members);
        let away = declared(from, &[(who % members, at, weeks * 7)]);
        let roster = make_roster(&RosterInput { absences: &away, ..input(&all, from, 3) }).unwrap();
        prop_assert!(roster.shares.iter().all(|share| share.let_go == 0));
        prop_assert!(spread(roster.shares.iter().map(|share| share.ordinary + share.excused)) <= 1);
    }
}

//! Planning a roster, without a bag.

use serde_json::Value;

use crate::kaban::{human, kaban};

const PLAN: [&str; 9] = [
    "duty",
    "roster",
    "plan",
    "--members",
    "佐藤 健,鈴木,田中,林",
    "--from",
    "2026-11-17",
    "--years",
    "1",
];

fn turn(roster: &Value, number: usize) -> (&str, &str, &str, &str) {
    let turn = &roster["turns"][number];
    let text = |name: &str| turn[name].as_str().unwrap();
    (text("from"), text("to"), text("holder"), text("kind"))
}

#[test]
fn a_roster_is_planned_with_no_bag_and_the_same_each_time() {
    let dir = tempfile::tempdir().unwrap();
    let roster = kaban(dir.path(), &PLAN).json();
    assert_eq!(
        turn(&roster, 0),
        (
            "2026-11-17T09:00:00+09:00",
            "2026-11-24T09:00:00+09:00",
            "佐藤 健",
            "ordinary"
        )
    );
    let turns = roster["turns"].as_array().unwrap();
    let holiday = turns
        .iter()
        .find(|turn| turn["kind"] == "new_year")
        .unwrap();
    assert_eq!(holiday["from"], "2026-12-29T09:00:00+09:00");
    assert!(
        holiday["why"]
            .as_str()
            .unwrap()
            .starts_with("年末年始当番: ")
    );
    let excused = turns
        .iter()
        .find(|turn| turn["excused"][0] == holiday["holder"]);
    assert_eq!(excused.unwrap()["kind"], "ordinary");
    assert!(turns.windows(2).all(|two| two[0]["to"] == two[1]["from"]));
    assert_eq!(roster["shares"].as_array().unwrap().len(), 4);
    assert_eq!(kaban(dir.path(), &PLAN).json(), roster);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_roster_is_shown_in_japanese_and_english_with_its_fairness() {
    let dir = tempfile::tempdir().unwrap();
    let ja = human(dir.path(), "ja", &PLAN).out;
    assert!(
        ja.contains("名簿の順です") && ja.contains("年末年始当番"),
        "{ja}"
    );
    let en = human(dir.path(), "en", &PLAN).out;
    assert!(
        en.contains("next in the order of the list") && en.contains("let go"),
        "{en}"
    );
    let alone = [
        "duty",
        "roster",
        "plan",
        "--members",
        "林",
        "--from",
        "2026-11-17",
        "--years",
        "1",
    ];
    let told = human(dir.path(), "ja", &alone).out;
    assert!(told.contains("! 林だけの表です"), "{told}");
}

#[test]
fn an_absent_doctor_is_passed_over_by_table_or_listing() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    std::fs::write(
        dir.join("a.csv"),
        "会員,から,まで\n鈴木,2026-11-24,2026-11-30\n",
    )
    .unwrap();
    let json = r#"{"absences":[{"member":"鈴木","from":"2026-11-24T09:00:00+09:00","to":"2026-12-01T09:00:00+09:00"}]}"#;
    std::fs::write(dir.join("a.json"), json).unwrap();
    for file in ["a.csv", "a.json"] {
        let roster = kaban(dir, &[&PLAN[..], &["--absence", file]].concat()).json();
        let holders: Vec<_> = (0..4).map(|number| turn(&roster, number).2).collect();
        assert_eq!(holders, ["佐藤 健", "田中", "鈴木", "林"], "{file}");
    }
}

#[test]
fn tuesday_weeks_are_a_policy() {
    let dir = tempfile::tempdir().unwrap();
    let roster = kaban(
        dir.path(),
        &[&PLAN[..], &["--alignment", "tuesday_week"]].concat(),
    )
    .json();
    let turns = roster["turns"].as_array().unwrap();
    let golden_week = turns
        .iter()
        .find(|turn| turn["kind"] == "golden_week")
        .unwrap();
    assert_eq!(golden_week["from"], "2027-04-27T09:00:00+09:00");
}

#[test]
fn a_calendar_file_is_whole_the_same_each_time_and_never_written_over_another() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let with_out = |name| [&PLAN[..], &["--out", name]].concat();
    kaban(dir, &with_out("a.ics")).json();
    kaban(dir, &with_out("b.ics")).json();
    let calendar = std::fs::read(dir.join("a.ics")).unwrap();
    assert_eq!(calendar, std::fs::read(dir.join("b.ics")).unwrap());
    let text = String::from_utf8(calendar).unwrap();
    assert!(text.contains("SUMMARY:当番: 佐藤 健\r\n"));
    assert_eq!(
        kaban(dir, &with_out("a.ics")).refusal(),
        (2, "bad_input".into())
    );
}

#[test]
fn a_roster_that_cannot_be_planned_is_one_clear_error() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    std::fs::write(
        dir.join("who.csv"),
        "member,from,to\n誰か,2026-12-01,2026-12-02\n",
    )
    .unwrap();
    let many: Vec<String> = (0..201).map(|number| format!("d{number}")).collect();
    let many = many.join(",");
    for (members, from, years, more, told) in [
        ("A,B,A", "2026-11-17", "1", &[][..], "names 1 and 3"),
        (
            "A,,B",
            "2026-11-17",
            "1",
            &[],
            "name 2 of the members is empty",
        ),
        ("", "2026-11-17", "1", &[], "at least one member"),
        (&many, "2026-11-17", "1", &[], "at most 200 members"),
        ("A,B", "17.11.2026", "1", &[], "17.11.2026 is not a date"),
        (
            "A,B",
            "9999-01-01",
            "1",
            &[],
            "between 1952-04-28 and 2200-12-31",
        ),
        ("A,B", "2026-11-17", "0", &[], "1 to 50 years"),
        ("A,B", "2026-11-17", "51", &[], "1 to 50 years"),
        (
            "A,B",
            "2026-11-17",
            "1",
            &["--absence", "none"],
            "cannot read none",
        ),
        (
            "A,B",
            "2026-11-17",
            "1",
            &["--absence", "who.csv"],
            "who.csv: absence 1: 誰か is not",
        ),
    ] {
        let plan = [
            "duty",
            "roster",
            "plan",
            "--members",
            members,
            "--from",
            from,
            "--years",
            years,
        ];
        let words = [&plan[..], more, &["--out", "x.ics"]].concat();
        let said = kaban(dir, &words);
        assert_eq!(said.refusal(), (2, "bad_input".into()), "{told}");
        assert!(said.err.contains(told), "{said:?}");
    }
    assert!(!dir.join("x.ics").exists());
    let words = [&PLAN[..], &["--alignment", "lunar"]].concat();
    assert_eq!(kaban(dir, &words).refusal(), (2, "bad_usage".into()));
}

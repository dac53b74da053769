//! The absences a roster is planned around: a CSV file from a spreadsheet, or JSON as
//! `kaban duty absence list --json` writes it.
//!
//! CSV has a line of headings, `member,from,to` or `会員,から,まで`, in any order. JSON is
//! `{"absences":[{"member","from","to"}]}` or that list alone. Times are those of the command line.

use std::path::Path;

use kaban_app::Result;
use kaban_model::duty::{Absence, changeover_on};
use serde::Deserialize;

use crate::files;
use crate::output::bad_input;
use crate::times::{self, Edge};

/// Largest file.
const BYTES_MAX: u64 = 1024 * 1024;
/// Most absences of one file.
const ABSENCES_MAX: usize = 10_000;

const MEMBER: [&str; 4] = ["member", "会員", "氏名", "医師"];
const FROM: [&str; 3] = ["from", "から", "開始"];
const TO: [&str; 3] = ["to", "まで", "終了"];

/// Reads the file. Whoever is named in it must be one of the members.
pub fn read(path: &Path, members: &[String]) -> Result<Vec<Absence<String>>> {
    let bytes = files::read(path, BYTES_MAX)?;
    parse(&bytes, members).map_err(|what| bad_input(format!("{}: {what}", path.display())))
}

#[derive(Deserialize)]
struct Row {
    member: String,
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Listing {
    absences: Vec<Row>,
}

fn parse(bytes: &[u8], members: &[String]) -> std::result::Result<Vec<Absence<String>>, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "not UTF-8 (perhaps Shift_JIS: save it as UTF-8)".to_owned())?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let rows = match text.as_bytes().first() {
        Some(b'{') => serde_json::from_str(text).map(|listing: Listing| listing.absences),
        Some(b'[') => serde_json::from_str(text),
        _ => Ok(rows_of_csv(text)?),
    };
    let rows: Vec<Row> = rows.map_err(|error| format!("not a list of absences: {error}"))?;
    if rows.len() > ABSENCES_MAX {
        return Err(format!("more than {ABSENCES_MAX} absences"));
    }
    let numbered = rows.into_iter().enumerate();
    numbered
        .map(|(at, row)| {
            absence(row, members).map_err(|what| format!("absence {}: {what}", at + 1))
        })
        .collect()
}

fn rows_of_csv(text: &str) -> std::result::Result<Vec<Row>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let told = |error: csv::Error| format!("not a table: {error}");
    let headings = reader.headers().map_err(told)?.clone();
    let column = |names: &[&str]| {
        let lower = |heading: &str| names.contains(&heading.to_ascii_lowercase().as_str());
        let found = headings.iter().position(lower);
        found.ok_or_else(|| format!("no column `{}`: the first line is member,from,to", names[0]))
    };
    let columns = [column(&MEMBER)?, column(&FROM)?, column(&TO)?];
    let mut rows = Vec::new();
    for record in reader.records().take(ABSENCES_MAX + 1) {
        let record = record.map_err(told)?;
        let [member, from, to] =
            columns.map(|column| record.get(column).unwrap_or_default().to_owned());
        rows.push(Row { member, from, to });
    }
    Ok(rows)
}

fn absence(row: Row, members: &[String]) -> std::result::Result<Absence<String>, String> {
    let name = row.member.trim();
    if !members.iter().any(|member| member == name) {
        return Err(format!("{name} is not one of --members"));
    }
    // A bare hour has no day here: the day below is never used.
    let at = |text: &str, edge| match text.contains('-') {
        true => times::read(text, edge, changeover_on(chrono::NaiveDate::default())),
        false => Err(bad_input(format!(
            "{text} is not a time: use 2026-11-20, 2026-11-20T18:00 or RFC 3339"
        ))),
    };
    let from = at(&row.from, Edge::Start).map_err(|error| error.detail)?;
    let to = at(&row.to, Edge::End).map_err(|error| error.detail)?;
    Absence::new(name.to_owned(), from, to).map_err(|_| "it ends before it begins".to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn members() -> Vec<String> {
        ["林 勇", "A, B"].map(str::to_owned).to_vec()
    }

    fn spans(text: &str) -> Vec<(String, String, String)> {
        let absences = parse(text.as_bytes(), &members()).unwrap();
        let told = |a: Absence<String>| (a.member, a.from.to_rfc3339(), a.to.to_rfc3339());
        absences.into_iter().map(told).collect()
    }

    #[test]
    fn a_table_and_a_listing_say_the_same() {
        let expected = [
            (
                "林 勇",
                "2026-12-01T00:00:00+09:00",
                "2026-12-11T00:00:00+09:00",
            ),
            (
                "A, B",
                "2026-12-01T18:00:00+09:00",
                "2027-01-02T09:00:00+09:00",
            ),
        ]
        .map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned()));
        let csv = "\u{feff}まで,会員,から\r\n2026-12-10,林 勇,2026-12-01\r\n\
            2027-01-02T09:00:00+09:00,\"A, B\",2026-12-01T18:00\r\n";
        let list = r#"[{"member":"林 勇","from":"2026-12-01","to":"2026-12-10"},
            {"member":"A, B","from":"2026-12-01T18:00","to":"2027-01-02T09:00:00+09:00"}]"#;
        assert_eq!(spans(csv), expected);
        assert_eq!(spans(list), expected);
        assert_eq!(spans(&format!("{{\"absences\":{list}}}")), expected);
        assert!(spans("member,from,to\n").is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, part) in [
            ("", "no column `member`"),
            ("member,from\n", "no column `to`"),
            ("{\"absences\":3}", "not a list of absences"),
            ("[{\"member\":\"A, B\"}]", "missing field"),
            ("member,from,to\n林 勇,2026-12-01\n", "not a table"),
            (
                "member,from,to\n林 勇,2026-12-01,2026-12-02\n誰か,2026-12-01,2026-12-02\n",
                "absence 2: 誰か is not one of --members",
            ),
            (
                "member,from,to\n林 勇,18:00,2026-12-02\n",
                "absence 1: 18:00 is not a time",
            ),
            (
                "member,from,to\n林 勇,2026-12-03,2026-12-01\n",
                "absence 1: it ends before",
            ),
        ] {
            let told = parse(text.as_bytes(), &members()).unwrap_err();
            assert!(told.contains(part), "{text:?}: {told}");
        }
        assert!(
            parse(b"member\x82\xa0", &members())
                .unwrap_err()
                .contains("Shift_JIS")
        );
        let many = "林 勇,2026-12-01,2026-12-02\n".repeat(ABSENCES_MAX + 1);
        let told = parse(format!("member,from,to\n{many}").as_bytes(), &members()).unwrap_err();
        assert!(told.contains("more than 10000"), "{told}");
    }

    proptest! {
        #[test]
        fn whatever_a_file_holds_is_read_or_refused(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            cells in prop::collection::vec("[^\\x00]{0,30}", 0..20)
        ) {
            let table = format!("member,from,to\n{}", cells.join(","));
            for text in [&bytes[..], table.as_bytes()] {
                for absence in parse(text, &members()).unwrap_or_default() {
                    prop_assert!(absence.from < absence.to && members().contains(&absence.member));
                }
            }
        }
    }
}

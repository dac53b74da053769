//! What goes to the terminal: one JSON document or plain lines on stdout, one line of error on stderr.
//!
//! A reader that goes away (`kaban patient list | head`) ends the output, never the program.

use std::io::Write;
use std::process::ExitCode;

use kaban_app::{AppError, Kind};
use serde::Serialize;
use serde_json::{Value, json};

use crate::lang::{Lang, detail_ja, kind_ja};

/// How to speak.
#[derive(Clone, Copy, Debug)]
pub struct Out {
    /// One JSON document instead of lines.
    pub json: bool,
    /// The language of the lines.
    pub lang: Lang,
}

impl Out {
    /// The JSON document, or what `human` makes of the lines.
    pub fn show(&self, document: &impl Serialize, human: impl FnOnce(&mut Page)) {
        if self.json {
            // Views are structs of text and numbers, which always serialise.
            let document = serde_json::to_value(document).unwrap_or(Value::Null);
            line(&document.to_string());
        } else {
            let mut page = Page {
                lang: self.lang,
                text: String::new(),
            };
            human(&mut page);
            write(page.text.as_bytes());
        }
    }

    /// The error on stderr, and its exit code.
    pub fn fail(&self, error: &AppError) -> ExitCode {
        self.complain(error.kind.name(), kind_ja(error.kind), &error.detail);
        ExitCode::from(error.kind.exit_code())
    }

    /// A refusal with more to it than kind and detail, on stderr: `document` is `{"error": {…}}`.
    pub fn refuse(&self, document: &Value, ja: &str, en: &str) {
        let text = if self.json {
            document.to_string()
        } else {
            format!("kaban: {}", one_line(self.lang.pick(ja, en)))
        };
        // Nobody is left to be told when stderr is gone.
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// An error on stderr.
    pub fn complain(&self, kind: &str, ja: &str, detail: &str) {
        let detail = one_line(detail);
        let text = if self.json {
            json!({ "error": { "kind": kind, "detail": detail } }).to_string()
        } else if self.lang.is_ja() {
            match detail_ja(&detail) {
                Some(told) => format!("kaban: {told}"),
                None => format!("kaban: {ja}({detail})"),
            }
        } else {
            format!("kaban: {detail}")
        };
        // Nobody is left to be told when stderr is gone.
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}

/// The lines of one command.
pub struct Page {
    /// The language.
    pub lang: Lang,
    text: String,
}

impl Page {
    /// A line.
    pub fn line(&mut self, text: impl AsRef<str>) {
        self.text.push_str(text.as_ref());
        self.text.push('\n');
    }

    /// A line in the language of the page.
    pub fn say(&mut self, ja: impl AsRef<str>, en: impl AsRef<str>) {
        let text = if self.lang.is_ja() {
            ja.as_ref()
        } else {
            en.as_ref()
        };
        self.line(text);
    }

    /// Rows under a heading, each column as wide as its widest cell. The last column is not filled up.
    pub fn table(&mut self, heading: &[&str], rows: &[Vec<String>]) {
        let head: Vec<String> = heading.iter().map(|cell| (*cell).to_owned()).collect();
        let widths: Vec<usize> = (0..heading.len())
            .map(|column| {
                let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
                cells.map(|cell| width(cell)).max().unwrap_or(0)
            })
            .collect();
        for row in [&head].into_iter().chain(rows) {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, wide)| pad(cell, *wide))
                .collect();
            self.line(cells.join("  ").trim_end());
        }
    }

    /// A label of fixed width, then a text whose further lines stand below it.
    pub fn entry(&mut self, label: &str, text: &str) {
        const LABEL: usize = 30;
        let mut lines = text.lines();
        let label = pad(label, LABEL);
        self.line(format!("{label} {}", lines.next().unwrap_or_default()).trim_end());
        for line in lines {
            self.line(format!("{} {line}", " ".repeat(LABEL)));
        }
    }
}

/// A line on stdout.
pub fn line(text: &str) {
    write(format!("{text}\n").as_bytes());
}

fn write(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    // A closed pipe is the reader's wish to hear no more.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// A text filled up with spaces to a width in columns.
pub fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Columns of a text in a terminal: East Asian wide characters take two.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115f | 0x2e80..=0x303e | 0x3041..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd)
}

/// Line ends and control characters become spaces, so that an error is one line whatever a path holds.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// A failure of what was typed or read.
pub fn bad_input(detail: impl Into<String>) -> AppError {
    AppError::new(Kind::BadInput, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_counts_kanji_twice() {
        assert_eq!(width("山田 Taro"), 9);
        assert_eq!(pad("安定", 6), "安定  ");
    }

    #[test]
    fn an_error_stays_on_one_line() {
        assert_eq!(one_line("a\nb\u{1b}[31m"), "a b [31m");
    }
}

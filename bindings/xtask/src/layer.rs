//! A layer is one kind of check; the table of all of them is what a reader looks at last.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How a layer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran and found nothing wrong; with a remark, such as a figure.
    Passed(String),
    /// It could not run, and why.
    Skipped(String),
    /// It ran and found something wrong.
    Failed(String),
}

struct Row {
    name: &'static str,
    took: Duration,
    outcome: Outcome,
}

/// The layers that have run.
pub struct Layers {
    all: bool,
    rows: Vec<Row>,
    shown: usize,
}

impl Layers {
    /// None yet; `all` makes a skip a failure.
    pub fn new(all: bool) -> Self {
        Self {
            all,
            rows: Vec::new(),
            shown: 0,
        }
    }

    /// Runs one layer, timed.
    pub fn run(&mut self, name: &'static str, work: impl FnOnce() -> Outcome) {
        eprintln!("\n== {name}");
        let started = Instant::now();
        let outcome = work();
        self.add(name, started.elapsed(), outcome);
    }

    /// Notes a layer that has run.
    pub fn add(&mut self, name: &'static str, took: Duration, outcome: Outcome) {
        self.rows.push(Row {
            name,
            took,
            outcome,
        });
    }

    /// Prints the table, on stderr: the last lines of stdout stay those of the test runner.
    pub fn show(&mut self) {
        eprintln!("\n{}", self.table());
        self.shown = self.rows.len();
    }

    /// Prints the table unless it has been, and says whether all is well.
    pub fn finish(mut self) -> ExitCode {
        if self.shown < self.rows.len() {
            self.show();
        }
        if self.good() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn good(&self) -> bool {
        self.rows.iter().all(|row| match row.outcome {
            Outcome::Passed(_) => true,
            Outcome::Skipped(_) => !self.all,
            Outcome::Failed(_) => false,
        })
    }

    fn table(&self) -> String {
        let mut text = String::from("layer             minutes  result");
        let mut total = Duration::ZERO;
        for Row {
            name,
            took,
            outcome,
        } in &self.rows
        {
            total += *took;
            let (word, remark) = match outcome {
                Outcome::Passed(remark) => ("ok", remark),
                Outcome::Skipped(why) if self.all => ("FAILED: skipped", why),
                Outcome::Skipped(why) => ("skipped", why),
                Outcome::Failed(why) => ("FAILED", why),
            };
            let minutes = took.as_secs_f64() / 60.0;
            let _ = write!(text, "\n{name:<16} {minutes:>8.1}  {word}");
            if !remark.is_empty() {
                let _ = write!(text, " ({remark})");
            }
        }
        let _ = write!(text, "\n{:<16} {:>8.1}", "all", total.as_secs_f64() / 60.0);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Layers, Outcome};
    use std::time::Duration;

    fn with_a_skip(all: bool) -> Layers {
        let mut layers = Layers::new(all);
        layers.add(
            "format",
            Duration::from_secs(6),
            Outcome::Passed(String::new()),
        );
        layers.add(
            "real data",
            Duration::ZERO,
            Outcome::Skipped("no folder".to_owned()),
        );
        layers
    }

    #[test]
    fn a_skip_is_named_and_fails_only_when_all_are_asked_for() {
        assert!(with_a_skip(false).good());
        assert!(with_a_skip(false).table().contains("skipped (no folder)"));
        assert!(!with_a_skip(true).good());
        assert!(
            with_a_skip(true)
                .table()
                .contains("FAILED: skipped (no folder)")
        );
    }

    #[test]
    fn one_failed_layer_fails_the_run() {
        let mut layers = with_a_skip(false);
        layers.add(
            "clippy",
            Duration::ZERO,
            Outcome::Failed("exit code 101".to_owned()),
        );
        assert!(!layers.good());
    }
}

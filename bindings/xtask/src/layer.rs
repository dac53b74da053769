//! A layer is one kind of check; the table of all of them is what a reader looks at last.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::cpu;

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
    took: Took,
    outcome: Outcome,
}

/// What a layer took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    wall: Duration,
    /// Of all processors, in what the layer ran.
    cpu: Duration,
}

/// When a layer was begun.
pub struct Begun {
    at: Instant,
    cpu: Duration,
}

impl Begun {
    /// Now.
    pub fn now() -> Self {
        Self {
            at: Instant::now(),
            cpu: cpu::of_children(),
        }
    }

    /// What was taken since.
    pub fn took(&self) -> Took {
        Took {
            wall: self.at.elapsed(),
            cpu: cpu::of_children().saturating_sub(self.cpu),
        }
    }
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
        let begun = Begun::now();
        let outcome = work();
        self.add(name, begun.took(), outcome);
    }

    /// Notes a layer that has run.
    pub fn add(&mut self, name: &'static str, took: Took, outcome: Outcome) {
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
        let mut text = String::from("layer             minutes      CPU  result");
        let mut total = Took::default();
        for Row {
            name,
            took,
            outcome,
        } in &self.rows
        {
            total.wall += took.wall;
            total.cpu += took.cpu;
            let (word, remark) = match outcome {
                Outcome::Passed(remark) => ("ok", remark),
                Outcome::Skipped(why) if self.all => ("FAILED: skipped", why),
                Outcome::Skipped(why) => ("skipped", why),
                Outcome::Failed(why) => ("FAILED", why),
            };
            let _ = write!(text, "\n{name:<16} {}  {word}", minutes(*took));
            if !remark.is_empty() {
                let _ = write!(text, " ({remark})");
            }
        }
        let _ = write!(text, "\n{:<16} {}", "all", minutes(total));
        text
    }
}

fn minutes(took: Took) -> String {
    let [wall, cpu] = [took.wall, took.cpu].map(|time| time.as_secs_f64() / 60.0);
    format!("{wall:>8.1} {cpu:>8.1}")
}

#[cfg(test)]
mod tests {
    use super::{Layers, Outcome, Took};
    use std::time::Duration;

    fn with_a_skip(all: bool) -> Layers {
        let mut layers = Layers::new(all);
        let took = Took {
            wall: Duration::from_secs(6),
            cpu: Duration::from_secs(12),
        };
        layers.add("format", took, Outcome::Passed(String::new()));
        layers.add(
            "real data",
            Took::default(),
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
    fn wall_and_processor_time_stand_beside_each_other() {
        let table = with_a_skip(false).table();
        assert!(
            table.contains("format                0.1      0.2  ok"),
            "{table}"
        );
        assert!(
            table.ends_with("all                   0.1      0.2"),
            "{table}"
        );
    }

    #[test]
    fn one_failed_layer_fails_the_run() {
        let mut layers = with_a_skip(false);
        layers.add(
            "clippy",
            Took::default(),
            Outcome::Failed("exit code 101".to_owned()),
        );
        assert!(!layers.good());
    }
}

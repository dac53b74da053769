//! Running other programs: their output passes through, their end becomes an [`Outcome`].

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};

use crate::layer::Outcome;

/// Runs a program to its end.
pub fn outcome_of(command: &mut Command) -> Outcome {
    match command.stdin(Stdio::null()).status() {
        Ok(status) => outcome(status),
        Err(error) => cannot_run(command, &error),
    }
}

/// Runs a test runner. Its last summary, and what follows it, is handed back instead of printed,
/// so that a table can stand before it.
pub fn run_holding_the_last_summary(command: &mut Command) -> (Outcome, String) {
    let mut held = String::new();
    let ended = each_line(command, |line| pass_on(&mut held, &line));
    (ended, held)
}

/// Runs a test runner and counts the tests that passed; its output passes through.
pub fn run_counting_tests(command: &mut Command) -> (Outcome, usize) {
    let mut passed = 0;
    let ended = each_line(command, |line| {
        passed += passed_in(&line);
        vec![line]
    });
    (ended, passed)
}

/// What a summary says: `test result: ok. 12 passed; 0 failed; …`.
fn passed_in(line: &str) -> usize {
    let Some(summary) = line.strip_prefix("test result:") else {
        return 0;
    };
    let before = summary.split(" passed").next().unwrap_or_default();
    let number = before.split_whitespace().next_back();
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Takes a line in; gives back what may be printed now. A summary is held until a further line
/// shows that it was not the last.
fn pass_on(held: &mut String, line: &str) -> Vec<String> {
    let mut ready = Vec::new();
    if !line.trim().is_empty() && !held.is_empty() {
        ready.push(std::mem::take(held));
    }
    if line.starts_with("test result:") {
        *held = line.to_owned();
    } else if !held.is_empty() {
        held.push('\n');
    } else {
        ready.push(line.to_owned());
    }
    ready
}

/// Runs a program; what it says on stdout passes through and is given back as well.
pub fn run_keeping_the_output(command: &mut Command) -> (Outcome, String) {
    let mut said = String::new();
    let ended = each_line(command, |line| {
        said.push_str(&line);
        said.push('\n');
        vec![line]
    });
    (ended, said)
}

/// Runs a program and gives back what it says on stdout, which does not pass through.
///
/// # Errors
///
/// How it ended.
pub fn output_of(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("run {}: {error}", command.get_program().display()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(output.status.to_string())
    }
}

/// Runs a program to its end; prints, of each line on its stdout, what `pass` makes of it.
fn each_line(command: &mut Command, mut pass: impl FnMut(String) -> Vec<String>) -> Outcome {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return cannot_run(command, &error),
    };
    if let Some(output) = child.stdout.take() {
        let mut out = std::io::stdout();
        for line in BufReader::new(output).split(b'\n') {
            let Ok(line) = line else { break };
            for line in pass(String::from_utf8_lossy(&line).into_owned()) {
                // A closed stdout must not end the tests.
                let _ = writeln!(out, "{line}");
            }
            let _ = out.flush();
        }
    }
    match child.wait() {
        Ok(status) => outcome(status),
        Err(error) => Outcome::Failed(format!(
            "wait for {}: {error}",
            command.get_program().display()
        )),
    }
}

fn outcome(status: ExitStatus) -> Outcome {
    if status.success() {
        Outcome::Passed(String::new())
    } else {
        Outcome::Failed(status.to_string())
    }
}

fn cannot_run(command: &Command, error: &std::io::Error) -> Outcome {
    Outcome::Failed(format!("run {}: {error}", command.get_program().display()))
}

#[cfg(test)]
mod tests {
    use super::{pass_on, passed_in, run_keeping_the_output};
    use crate::layer::Outcome;
    use std::process::Command;

    #[test]
    fn what_a_program_printed_is_handed_back() {
        let command = &mut Command::new("sh");
        let (ended, said) = run_keeping_the_output(command.args(["-c", "echo a; echo b; exit 3"]));
        assert_eq!(said, "a\nb\n");
        assert!(matches!(ended, Outcome::Failed(_)));
    }

    #[test]
    fn only_the_last_summary_is_held_back() {
        let lines = [
            "running 1 test",
            "test a ... ok",
            "",
            "test result: ok. 1 passed",
            "",
        ];
        let more = [
            "running 1 test",
            "test b ... ok",
            "",
            "test result: ok. 2 passed",
            "",
            "",
        ];
        let mut held = String::new();
        let mut printed = Vec::new();
        for line in lines.iter().chain(&more) {
            printed.extend(pass_on(&mut held, line));
        }
        assert_eq!(held.trim_end(), "test result: ok. 2 passed");
        let printed = printed.join("\n");
        assert!(printed.contains("test result: ok. 1 passed\n\nrunning 1 test\ntest b ... ok"));
        assert!(!printed.contains("2 passed"));
    }

    #[test]
    fn passed_tests_are_counted_in_summaries_alone() {
        let summary = "test result: ok. 12 passed; 0 failed; 1 ignored; finished in 0.31s";
        assert_eq!(passed_in(summary), 12);
        assert_eq!(passed_in("test ten_passed ... ok"), 0);
        assert_eq!(passed_in("test result: "), 0);
    }
}

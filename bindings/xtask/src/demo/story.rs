//! One run of `kaban demo`, with the clock and the memory watched from outside.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How often the memory of the running demo is read.
const GLANCE: Duration = Duration::from_millis(50);
/// Fewest promises the demo has to check.
const PROMISES_MIN: usize = 12;

/// What the demo writes and must write alike, byte for byte, for equal seeds.
const SAME_BYTES: [&str; 1] = ["roster.ics"];

/// What one run left.
pub struct Story {
    /// `demo.json`.
    pub json: Value,
    /// The files of [`SAME_BYTES`], with their names.
    pub files: Vec<(&'static str, Vec<u8>)>,
    took: Duration,
    peak_kib: u64,
}

impl Story {
    /// Runs the demo into a folder of its own, on the day that `put` puts it on.
    pub fn tell(
        program: &Path,
        seed: &str,
        files: &[(&str, &Path)],
        put: impl FnOnce(&mut Command),
    ) -> Result<Self, String> {
        let folder = out_folder(program)?;
        let mut command = Command::new(program);
        command
            .args(["demo", "--seed", seed, "--out"])
            .arg(&folder)
            .stdin(Stdio::null());
        for (flag, file) in files {
            command.arg(flag).arg(file);
        }
        put(&mut command);
        let started = Instant::now();
        let mut child = command
            .spawn()
            .map_err(|error| format!("start the demo: {error}"))?;
        let mut peak_kib = 0;
        let status = loop {
            peak_kib = peak_kib.max(peak_memory_kib(child.id()).unwrap_or(0));
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) => std::thread::sleep(GLANCE),
                Err(error) => return Err(format!("wait for the demo: {error}")),
            }
        };
        let took = started.elapsed();
        if !status.success() {
            return Err(format!("the demo: {status}"));
        }
        let text = std::fs::read_to_string(folder.join("demo.json"))
            .map_err(|error| format!("read demo.json: {error}"))?;
        let json = serde_json::from_str(&text)
            .map_err(|error| format!("demo.json is not JSON: {error}"))?;
        let bytes = |name| {
            let read = std::fs::read(folder.join(name));
            read.map(|bytes| (name, bytes))
                .map_err(|error| format!("read {name}: {error}"))
        };
        let files = SAME_BYTES
            .into_iter()
            .map(bytes)
            .collect::<Result<_, _>>()?;
        std::fs::remove_dir_all(&folder).map_err(|error| format!("remove a folder: {error}"))?;
        Ok(Self {
            json,
            files,
            took,
            peak_kib,
        })
    }

    /// How many promises were not kept.
    pub fn broken_promises(&self) -> Result<usize, String> {
        let promises = self.json["promises"]
            .as_array()
            .ok_or("demo.json lists no promises")?;
        if promises.len() < PROMISES_MIN {
            return Err(format!("only {} promises were checked", promises.len()));
        }
        Ok(promises
            .iter()
            .filter(|promise| promise["held"] != Value::Bool(true))
            .count())
    }

    /// How many patients it took in from files.
    pub fn imported(&self) -> u64 {
        let figure = &self.json["figures"]["fhir_patients"];
        figure.as_u64().unwrap_or(0)
    }

    /// Seconds and peak memory, for people.
    pub fn cost(&self) -> String {
        format!(
            "{:.1} s {} MiB",
            self.took.as_secs_f64(),
            self.peak_kib / 1024
        )
    }
}

/// An empty folder beside the binary, so that nothing is written outside the build.
fn out_folder(program: &Path) -> Result<PathBuf, String> {
    let parent = program.parent().ok_or("the demo has no folder")?;
    let folder = parent.join(format!("demo-check-{}", std::process::id()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| format!("empty a folder: {error}"))?;
    }
    std::fs::create_dir(&folder).map_err(|error| format!("make a folder: {error}"))?;
    Ok(folder)
}

/// The highest resident size so far, where the system tells (Linux).
fn peak_memory_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

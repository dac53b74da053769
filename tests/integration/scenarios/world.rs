//! What a story happens in: devices, a clock, sealed files, a relay, and what was captured.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};
use kaban_app::{AppError, Clock, DynamicMap, Environment, Kind, SetClock, SharedBag};
use kaban_vault::slots::KdfCost;
use serde_json::Value;
use tempfile::TempDir;

use super::chip::Chip;
use super::matching::{at, difference, fill};
use super::relay::RelayProcess;
use super::steps;

pub struct World {
    pub folder: TempDir,
    pub clock: Arc<SetClock>,
    pub bags: BTreeMap<String, SharedBag>,
    pub maps: BTreeMap<String, DynamicMap>,
    pub files: BTreeMap<String, Vec<u8>>,
    pub relay: Option<RelayProcess>,
    pub url: Option<String>,
    captured: BTreeMap<String, Value>,
}

impl World {
    pub fn new(start: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(SetClock::new(DateTime::parse_from_rfc3339(start).unwrap())),
            bags: BTreeMap::new(),
            maps: BTreeMap::new(),
            files: BTreeMap::new(),
            relay: None,
            url: None,
            captured: BTreeMap::new(),
        }
    }

    /// Where the clock of every device stands.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.clock.now()
    }

    /// Sets the clock of every device and of the relay.
    pub fn set_clock(&self, at: DateTime<FixedOffset>) {
        self.clock.set(at);
        if let Some(relay) = &self.relay {
            relay.set_clock(at);
        }
    }

    /// Where a device's bag lies.
    pub fn place(&self, device: &str) -> PathBuf {
        self.folder.path().join(device)
    }

    /// What a device takes from outside.
    pub fn environment(&self, device: &str) -> Environment {
        let chip = Chip::in_folder(&self.folder.path().join(format!("{device}.chip")));
        Environment {
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            kdf: KdfCost::FLOOR,
            keyvault: Some(Arc::new(chip)),
            ..Environment::default()
        }
    }

    pub fn take_step(&mut self, step: &Value, told: &str) {
        let step = fill(step, &self.captured);
        let given = match (steps::take(self, &step), step.get("fails")) {
            (Ok(given), None) => given,
            (Ok(given), Some(fails)) => panic!("{told}\n{fails} was expected, it gave {given}"),
            (Err(error), None) => panic!("{told}\nfailed: {:?} {error}", error.kind),
            (Err(error), Some(fails)) => {
                check_failure(&error, fails, told);
                return;
            }
        };
        if let Some(expected) = step.get("expect") {
            let found = difference(expected, &given, "it");
            assert_eq!(found, None, "{told}\nit gave {given:#}");
        }
        for (name, path) in step
            .get("capture")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let value = at(&given, path.as_str().unwrap());
            let value = value.unwrap_or_else(|| panic!("{told}\nno {path} in {given:#}"));
            self.captured.insert(name.clone(), value.clone());
        }
    }
}

fn check_failure(error: &AppError, fails: &Value, told: &str) {
    let named = fails
        .as_str()
        .unwrap_or_else(|| fails["error"].as_str().unwrap());
    assert_eq!(name_of(error.kind), named, "{told}\n{error}");
    if let Some(field) = fails.get("field").and_then(Value::as_str) {
        assert_eq!(error.input.as_deref(), Some(field), "{told}\n{error}");
    }
}

/// The name of the error as the facade has it.
fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::NotFound => "not_found",
        Kind::Ambiguous | Kind::BadInput => "invalid",
        Kind::Conflict => "conflict",
        Kind::NotAllowed | Kind::ForSomebodyElse | Kind::Rule => "rule",
        Kind::Locked => "locked",
        Kind::LeaseExpired => "lease_expired",
        Kind::WrongPassphrase => "wrong_passphrase",
        Kind::Damaged => "damaged",
        Kind::Offline => "offline",
        Kind::Tampered => "tampered",
        Kind::InUse => "in_use",
        Kind::TooNew => "too_new",
        Kind::DiskFull => "storage",
        _ => "internal",
    }
}

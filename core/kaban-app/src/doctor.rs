//! `kaban doctor`: checks store, chains, clock, disk, keys; says what to do.

use serde::Serialize;

use kaban_sync::workspace::Deed;
use kaban_vault::audit::AuditEvent;

use crate::bag::Bag;
use crate::error::{Kind, Result};

/// A clock that shows less than this is wrong: the day this version was made.
const BUILT_ON: &str = "2026-11-01T00:00:00+00:00";

/// One thing that was checked.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// What.
    pub check: &'static str,
    /// Nothing wrong.
    pub ok: bool,
    /// What was found.
    pub found: String,
    /// What to do, empty when nothing.
    pub advice: &'static str,
    /// What kind of failure it amounts to when it is not well; nothing for what only wants a look.
    #[serde(skip)]
    pub kind: Option<Kind>,
}

/// Everything that was checked.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// Nothing wrong anywhere.
    pub ok: bool,
    /// One row a check.
    pub findings: Vec<Finding>,
}

/// Advice is for what is not well.
fn unless(well: bool, advice: &'static str) -> &'static str {
    if well { "" } else { advice }
}

impl Bag {
    /// Looks at everything.
    pub fn health(&mut self) -> Result<Health> {
        let mut findings = Vec::new();
        let report = self.workspace.store().check()?;
        let problems: Vec<String> = report
            .findings
            .iter()
            .map(|f| format!("{}: {}", f.table, f.detail))
            .collect();
        // The file itself is damaged; a single row that does not open was changed under its key.
        let store_kind = if report
            .findings
            .iter()
            .any(|finding| finding.table == "database")
        {
            Kind::Damaged
        } else {
            Kind::Tampered
        };
        findings.push(Finding {
            check: "store",
            ok: problems.is_empty(),
            found: if problems.is_empty() {
                format!("{} rows and {} envelopes open and are whole", report.rows_opened, report.envelopes)
            } else {
                problems.join("; ")
            },
            advice: unless(problems.is_empty(), "keep this folder as it is, tell the office, and join again with a new device if need be"),
            kind: Some(store_kind),
        });
        findings.push(self.check_mended(!problems.is_empty())?);
        let audit = self.verify_audit()?;
        findings.push(Finding {
            check: "audit chain",
            ok: audit.ok,
            found: format!("{} rows", audit.rows),
            advice: unless(
                audit.ok,
                "somebody changed the log of accesses: tell the office",
            ),
            kind: Some(Kind::Tampered),
        });
        let status = self.status()?;
        findings.push(Finding {
            check: "quarantine",
            ok: status.quarantined.is_empty(),
            found: format!("{} envelopes set aside", status.quarantined.len()),
            advice: unless(
                status.quarantined.is_empty(),
                "`kaban status` names them; an admin decides",
            ),
            kind: None,
        });
        findings.push(Finding {
            check: "unsent work",
            ok: true,
            found: format!("{} envelopes wait for a relay", status.unsent),
            advice: unless(status.unsent == 0, "`kaban sync` sends them"),
            kind: None,
        });
        let built = chrono::DateTime::parse_from_rfc3339(BUILT_ON).ok();
        let newest = self.workspace.newest_record_at();
        let floor = built.into_iter().chain(newest).max();
        let now = self.now();
        let right = floor.is_none_or(|floor| now >= floor);
        findings.push(Finding {
            check: "clock",
            ok: right,
            found: crate::views::time(now),
            advice: unless(right, "the clock shows less than signed records do: set it"),
            kind: Some(Kind::Rule),
        });
        let keystore = self.workspace.store().has_hardware_keystore();
        findings.push(Finding {
            check: "keystore",
            ok: true,
            found: if keystore {
                "hardware"
            } else {
                "software: files beside the store, for the command line"
            }
            .to_owned(),
            advice: "",
            kind: None,
        });
        findings.push(self.check_map()?);
        Ok(Health {
            ok: findings.iter().all(|finding| finding.ok),
            findings,
        })
    }

    /// Makes again what is damaged and can be, and tells once what was, with an audit row.
    fn check_mended(&mut self, damaged: bool) -> Result<Finding> {
        if damaged {
            self.with_workspace(|workspace, _| workspace.mend())?;
        }
        let told = self.read(|session, cx| {
            let told = session.tell_mended()?;
            let count = told.iter().map(|(_, count)| *count).sum::<u64>();
            if count > 0 {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                session.audit(cx, Deed::counted(AuditEvent::Mend, count))?;
            }
            Ok(told)
        })?;
        let listed: Vec<String> = told
            .iter()
            .map(|(what, count)| format!("{what}: {count}"))
            .collect();
        Ok(Finding {
            check: "made again",
            ok: told.is_empty(),
            found: if told.is_empty() {
                "nothing had to be".to_owned()
            } else {
                listed.join(", ")
            },
            advice: unless(
                told.is_empty(),
                "rows of this store were damaged and were made again; `kaban sync` asks for what is missing; when it happens again, change the device",
            ),
            kind: Some(Kind::Tampered),
        })
    }
}

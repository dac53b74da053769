//! A thorough look at the whole store, for `kaban doctor`: what is whole, what is not, what cannot be looked into.

use super::envelopes::{ALL_ENVELOPES, read_envelope};
use super::mend::wanted_name;
use super::rows::{ALL_ROWS, BoxedRow};
use super::slot_rows::read_slots;
use super::{Durability, Scope, Store, Tx};
use crate::audit::AuditReport;
use crate::error::Error;

/// Most findings kept; `more_findings` says whether there were more.
const FINDINGS_MAX: usize = 200;

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Table, or "database" for the file itself.
    pub table: String,
    /// Which row, by ids; or SQLite's own words.
    pub detail: String,
}

/// What was looked at and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Rows that opened.
    pub rows_opened: u64,
    /// Rows of other members' slots, which this one cannot open.
    pub rows_closed: u64,
    /// Envelopes whose bytes are those of their hash.
    pub envelopes: u64,
    /// Slots that can be read.
    pub slots: u64,
    /// The audit chain.
    pub audit: Option<AuditReport>,
    /// What is not as it should be; empty means the store is whole.
    pub findings: Vec<Finding>,
    /// Whether there were more findings than are kept.
    pub more_findings: bool,
}

impl CheckReport {
    fn add(&mut self, table: &str, detail: String) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding {
                table: table.to_owned(),
                detail,
            });
        } else {
            self.more_findings = true;
        }
    }

    fn add_error(&mut self, error: Error) {
        match error {
            Error::Tampered { table, row } => self.add(table, row),
            other => self.add("database", other.to_string()),
        }
    }
}

impl Store {
    /// Checks the file, every box the open member can open, every envelope, every chain head and the audit chain.
    ///
    /// # Errors
    /// [`Error::Locked`]; everything else is a finding.
    pub fn check(&mut self) -> Result<CheckReport, Error> {
        self.secrets()?;
        let store_id = self.store_id;
        self.transact(Durability::Normal, |tx| {
            let mut report = CheckReport::default();
            let parts = [
                quick_check,
                check_slots,
                check_rows,
                check_envelopes,
                check_heads,
                check_audit,
            ];
            for part in parts {
                if let Err(error) = part(tx, &store_id, &mut report) {
                    report.add_error(error);
                }
            }
            Ok(report)
        })
    }
}

fn quick_check(tx: &mut Tx<'_>, _: &[u8; 16], report: &mut CheckReport) -> Result<(), Error> {
    let mut statement = tx.conn.prepare("PRAGMA quick_check")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            report.add("database", line);
        }
    }
    Ok(())
}

fn check_slots(
    tx: &mut Tx<'_>,
    store_id: &[u8; 16],
    report: &mut CheckReport,
) -> Result<(), Error> {
    let (slots, damaged) = read_slots(tx.conn, store_id)?;
    report.slots = slots.len() as u64;
    if damaged > 0 {
        report.add("slot", format!("{damaged} damaged"));
    }
    Ok(())
}

fn check_rows(tx: &mut Tx<'_>, store_id: &[u8; 16], report: &mut CheckReport) -> Result<(), Error> {
    let member = tx.ring()?.member();
    let (slots, damaged) = read_slots(tx.conn, store_id)?;
    // With every slot readable, a row that belongs to none of them was changed.
    let belongs = |owner: &[u8; 16]| {
        damaged > 0
            || slots
                .iter()
                .any(|slot| slot.info.member.as_bytes() == owner)
    };
    let mut statement = tx.conn.prepare(ALL_ROWS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let row = match BoxedRow::read(row) {
            Ok(row) => row,
            Err(error) => {
                report.add_error(error);
                continue;
            }
        };
        if row.owner != row.scope.owner(member) {
            if row.scope != Scope::Device && belongs(&row.owner) {
                report.rows_closed += 1;
            } else {
                report.add("boxed", row.name());
            }
            continue;
        }
        match tx.open_row(&row) {
            Ok(_) => report.rows_opened += 1,
            Err(Error::ScopeGone { scope }) => {
                report.add("scope", format!("{} under {scope}", row.name()))
            }
            Err(error) => report.add_error(error),
        }
    }
    Ok(())
}

fn check_envelopes(tx: &mut Tx<'_>, _: &[u8; 16], report: &mut CheckReport) -> Result<(), Error> {
    let mut statement = tx.conn.prepare(ALL_ENVELOPES)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        match read_envelope(row) {
            Ok(_) => report.envelopes += 1,
            Err(error) => report.add_error(error),
        }
    }
    for wanted in tx.wanted()? {
        report.add("envelope", wanted_name(&wanted));
    }
    Ok(())
}

fn check_heads(tx: &mut Tx<'_>, _: &[u8; 16], report: &mut CheckReport) -> Result<(), Error> {
    for doc in tx.docs()? {
        if let Err(error) = tx.vector(&doc) {
            report.add_error(error);
        }
    }
    Ok(())
}

fn check_audit(tx: &mut Tx<'_>, _: &[u8; 16], report: &mut CheckReport) -> Result<(), Error> {
    let audit = tx.verify_audit()?;
    if let (Some(row), Some(reason)) = (audit.first_broken, audit.reason) {
        report.add("audit", format!("{row}: {reason}"));
    }
    report.audit = Some(audit);
    Ok(())
}

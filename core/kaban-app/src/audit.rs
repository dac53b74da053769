//! The audit chain of this device: who did what to whose record, and whether it is whole.

use serde::Serialize;

use crate::bag::Bag;
use crate::error::Result;
use crate::views::time;
use chrono::{DateTime, FixedOffset};

/// Rows read at once.
const PAGE: usize = 1_000;

/// One row: ids only.
#[derive(Clone, Debug, Serialize)]
pub struct AuditLine {
    /// Number, from 1.
    pub n: u64,
    /// When.
    pub at: String,
    /// Who.
    pub member: String,
    /// On which device.
    pub device: String,
    /// What.
    pub event: String,
    /// To which patient.
    pub patient: Option<String>,
    /// How many.
    pub count: u64,
    /// With what outcome.
    pub outcome: String,
}

/// Whether the chain is whole.
#[derive(Clone, Debug, Serialize)]
pub struct AuditVerdict {
    /// It is.
    pub ok: bool,
    /// Rows.
    pub rows: u64,
    /// First row that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_broken: Option<u64>,
}

impl Bag {
    /// The rows, oldest first.
    pub fn audit_log(&mut self) -> Result<Vec<AuditLine>> {
        let mut lines = Vec::new();
        let mut from = 1;
        loop {
            let rows = self.read(|session, _| session.audit_rows(from, PAGE))?;
            let Some(last) = rows.last() else {
                return Ok(lines);
            };
            from = last.n + 1;
            for row in rows {
                let entry = row.entry;
                let offset = FixedOffset::east_opt(i32::from(entry.offset_minutes) * 60);
                let at = DateTime::from_timestamp_millis(entry.wall_ms).unwrap_or_default();
                let at =
                    offset.map_or_else(|| at.fixed_offset(), |offset| at.with_timezone(&offset));
                lines.push(AuditLine {
                    n: row.n,
                    at: time(at),
                    member: entry.member.to_string(),
                    device: entry.device.to_string(),
                    event: entry.event.name().to_owned(),
                    patient: entry
                        .patient
                        .map(|id| kaban_model::ids::PatientId::from_bytes(id).to_string()),
                    count: entry.count,
                    outcome: entry.outcome.name().to_owned(),
                });
            }
        }
    }

    /// Checks every row and link of the chain.
    pub fn verify_audit(&mut self) -> Result<AuditVerdict> {
        let report = self.read(|session, _| session.verify_audit())?;
        let first_broken = report.first_broken;
        Ok(AuditVerdict {
            ok: first_broken.is_none(),
            rows: report.rows,
            first_broken,
        })
    }
}

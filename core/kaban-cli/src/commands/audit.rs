//! The audit log of this device.

use kaban_app::{AppError, Kind};
use serde_json::json;

use crate::args::AuditCommand;
use crate::desk::{DONE, Desk, Done};
use crate::lang::kind_ja;
use crate::times;

/// `kaban audit …`.
pub fn run(desk: &Desk, command: &AuditCommand) -> Done {
    desk.with_bag(|bag| match command {
        AuditCommand::List => {
            let rows = bag.audit_log()?;
            desk.out.show(&json!({ "rows": rows }), |page| {
                let cells = |row: &kaban_app::AuditLine| {
                    let patient = row
                        .patient
                        .as_ref()
                        .map_or_else(String::new, |id| id[..8].to_owned());
                    vec![
                        row.n.to_string(),
                        times::human(&row.at),
                        row.member[..8].to_owned(),
                        row.event.clone(),
                        patient,
                        row.count.to_string(),
                        row.outcome.clone(),
                    ]
                };
                let rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
                let heading = if page.lang.is_ja() {
                    ["番号", "時刻", "会員", "操作", "患者", "件数", "結果"]
                } else {
                    ["n", "at", "member", "event", "patient", "count", "outcome"]
                };
                page.table(&heading, &rows);
            });
            Ok(DONE)
        }
        AuditCommand::Verify => {
            let verdict = bag.verify_audit()?;
            desk.out.show(&verdict, |page| {
                if verdict.ok {
                    page.say(
                        format!("{} 行、すべてつながっています。", verdict.rows),
                        format!("{} rows, all linked.", verdict.rows),
                    );
                }
            });
            if verdict.ok {
                return Ok(DONE);
            }
            let row = verdict.first_broken.unwrap_or_default();
            let error = AppError::new(
                Kind::Tampered,
                format!("the audit log breaks at row {row}: keep this folder and tell the office"),
            );
            desk.out
                .complain(error.kind.name(), kind_ja(error.kind), &error.detail);
            Ok(error.kind.exit_code())
        }
    })
}

//! The check of everything. A bag that does not open still gets a report.

use kaban_app::{AppError, Finding, Health, Kind};

use crate::desk::{DONE, Desk, Done, QUARANTINED};
use crate::lang::kind_ja;

/// The order in which one exit code is chosen when several apply (design.md §3).
const GRAVEST_FIRST: [Kind; 6] = [
    Kind::TooNew,
    Kind::InUse,
    Kind::Locked,
    Kind::Damaged,
    Kind::Tampered,
    Kind::DiskFull,
];

/// `kaban doctor`.
pub fn run(desk: &Desk) -> Done {
    let opened = desk.open();
    let mut bag = match opened {
        Ok(bag) => bag,
        Err(error) if matches!(error.kind, Kind::Damaged | Kind::Tampered | Kind::TooNew) => {
            return Ok(does_not_open(desk, &error));
        }
        Err(error) => return Err(error),
    };
    let health = match bag.health() {
        Ok(health) => health,
        Err(error) if matches!(error.kind, Kind::Damaged | Kind::Tampered) => {
            return Ok(does_not_open(desk, &error));
        }
        Err(error) => return Err(error),
    };
    show(desk, &health);
    let locked = bag.lock();
    let code = verdict(desk, &health);
    if code == DONE {
        locked?;
    }
    Ok(code)
}

/// The report of a bag that cannot be looked into, and its exit code.
fn does_not_open(desk: &Desk, error: &AppError) -> u8 {
    let finding = Finding {
        check: "store",
        ok: false,
        found: error.detail.clone(),
        advice: "nothing was changed or deleted; copy this whole folder away, tell the office, and join again with a new folder",
        kind: Some(error.kind),
    };
    show(
        desk,
        &Health {
            ok: false,
            findings: vec![finding],
        },
    );
    desk.out
        .complain(error.kind.name(), kind_ja(error.kind), &error.detail);
    error.kind.exit_code()
}

fn verdict(desk: &Desk, health: &Health) -> u8 {
    let found: Vec<&Finding> = health
        .findings
        .iter()
        .filter(|finding| !finding.ok)
        .collect();
    let gravest = GRAVEST_FIRST.into_iter().find_map(|kind| {
        found
            .iter()
            .find(|finding| finding.kind == Some(kind))
            .map(|finding| (kind, *finding))
    });
    if let Some((kind, finding)) = gravest {
        desk.out.complain(
            kind.name(),
            kind_ja(kind),
            &format!("{}: {}", finding.check, finding.found),
        );
        return kind.exit_code();
    }
    let ruled = found.iter().find(|finding| finding.kind.is_some());
    match (ruled, found.is_empty()) {
        (Some(finding), _) => {
            let kind = finding.kind.unwrap_or(Kind::Rule);
            desk.out.complain(
                kind.name(),
                kind_ja(kind),
                &format!("{}: {}", finding.check, finding.found),
            );
            kind.exit_code()
        }
        (None, false) => QUARANTINED,
        (None, true) => DONE,
    }
}

fn show(desk: &Desk, health: &Health) {
    desk.out.show(health, |page| {
        for finding in &health.findings {
            let sign = if finding.ok { "✓" } else { "✗" };
            page.entry(
                &format!("{sign} {}", check_name(finding.check, page.lang)),
                &finding.found,
            );
            if !finding.advice.is_empty() {
                page.entry("", &format!("→ {}", finding.advice));
            }
        }
    });
}

fn check_name(check: &'static str, lang: crate::lang::Lang) -> &'static str {
    let ja = match check {
        "store" => "保管庫",
        "audit chain" => "操作の記録",
        "made again" => "作り直した記録",
        "quarantine" => "隔離",
        "unsent work" => "未送信",
        "clock" => "時計",
        "keystore" => "鍵の保管",
        "map" => "地図",
        other => other,
    };
    lang.pick(ja, check)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use crate::output::Out;

    fn code(kinds: &[Option<Kind>]) -> u8 {
        let finding = |kind: &Option<Kind>| Finding {
            check: "store",
            ok: false,
            found: String::new(),
            advice: "",
            kind: *kind,
        };
        let out = Out {
            json: true,
            lang: Lang::En,
        };
        let desk = Desk {
            out,
            bag: None,
            as_member: None,
            passphrase_file: None,
        };
        verdict(
            &desk,
            &Health {
                ok: kinds.is_empty(),
                findings: kinds.iter().map(finding).collect(),
            },
        )
    }

    #[test]
    fn the_gravest_finding_gives_the_exit_code() {
        assert_eq!(code(&[]), 0);
        assert_eq!(code(&[None]), 6, "something is set aside");
        assert_eq!(code(&[None, Some(Kind::Rule)]), 1);
        assert_eq!(code(&[None, Some(Kind::Tampered), Some(Kind::Damaged)]), 4);
        assert_eq!(code(&[Some(Kind::Rule), Some(Kind::Tampered)]), 7);
    }
}

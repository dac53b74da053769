//! Import of FHIR files. What is good comes in, what is not is named, and then the call ends with 2.

use std::path::PathBuf;

use kaban_app::{ConsentInput, Kind, read_paths};
use kaban_exchange::fhir::{FileReport, Note};
use serde_json::json;

use super::progress;
use crate::args::ImportCommand;
use crate::desk::{DONE, Desk, Done};
use crate::lang::kind_ja;
use crate::output::{Page, bad_input};

/// `kaban import …`.
pub fn run(desk: &Desk, command: ImportCommand) -> Done {
    let ImportCommand::Fhir { paths, consent } = command;
    let consent = consent
        .map(|paper_date| ConsentInput::dated(paper_date).read())
        .transpose()?;
    let (files, missing) = read_all(&paths);
    if files.is_empty() {
        let first = missing.into_iter().next().map(|(_, why)| why);
        return Err(bad_input(first.unwrap_or_else(|| {
            "there is no file under these paths".to_owned()
        })));
    }
    desk.with_bag(|bag| {
        let bar = progress::spinner(desk.out.lang.pick("取り込んでいます", "importing"));
        let outcome = bag.import_fhir(&files, consent.as_ref());
        bar.finish_and_clear();
        let mut outcome = outcome?;
        for (file, why) in missing {
            let refused = vec![Note { at: "file".to_owned(), why }];
            outcome.report.files.push(FileReport { file, refused, ..FileReport::default() });
        }
        let report = &outcome.report;
        let ids: Vec<String> = outcome.patients.iter().map(ToString::to_string).collect();
        let document = json!({
            "files": report.files,
            "patients_new": report.patients_new,
            "patients_matched": report.patients_matched,
            "unsure": report.unsure,
            "patients": ids,
        });
        desk.out.show(&document, |page| {
            for file in &report.files {
                human(page, file);
            }
            page.say(
                format!("新しい患者 {} 人、知っている患者 {} 人", report.patients_new, report.patients_matched),
                format!("{} new patients, {} known ones", report.patients_new, report.patients_matched),
            );
            for unsure in &report.unsure {
                page.line(format!("? {} {}: {}", unsure.file, unsure.at, unsure.why));
            }
        });
        if !report.has_refusals() {
            return Ok(DONE);
        }
        let refused: usize = report.files.iter().map(|file| file.refused.len()).sum();
        let detail = format!("not everything could be read ({refused} refused, named in the report); everything else is in the bag");
        desk.out.complain(Kind::BadInput.name(), kind_ja(Kind::BadInput), &detail);
        Ok(Kind::BadInput.exit_code())
    })
}

/// Named files with their bytes.
type Files = Vec<(String, Vec<u8>)>;

/// What could be read, and what could not with the reason.
fn read_all(paths: &[PathBuf]) -> (Files, Vec<(String, String)>) {
    let mut files = Vec::new();
    let mut missing = Vec::new();
    for path in paths {
        match read_paths(std::slice::from_ref(path)) {
            Ok(read) => files.extend(read),
            Err(error) => missing.push((path.display().to_string(), error.detail)),
        }
    }
    (files, missing)
}

fn human(page: &mut Page, file: &FileReport) {
    let count = |counts: &std::collections::BTreeMap<String, usize>| {
        counts
            .iter()
            .map(|(kind, n)| format!("{kind} {n}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    page.line(&file.file);
    let lang = page.lang;
    if !file.taken.is_empty() {
        page.entry(lang.pick("  取り込み", "  taken"), &count(&file.taken));
    }
    if !file.kept_aside.is_empty() {
        page.entry(
            lang.pick("  そのまま保管", "  kept aside"),
            &count(&file.kept_aside),
        );
    }
    for note in &file.refused {
        page.entry(
            lang.pick("  ✗ 読めない", "  ✗ refused"),
            &format!("{}: {}", note.at, note.why),
        );
    }
    if !file.warnings.is_empty() {
        let words = lang.pick("件(--json に詳細)", "(details with --json)");
        page.entry(
            lang.pick("  ⚠ 注意", "  ⚠ warnings"),
            &format!("{} {words}", file.warnings.len()),
        );
    }
}

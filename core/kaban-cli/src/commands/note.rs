//! The notebook.

use kaban_app::NoteView;
use serde_json::json;

use crate::args::NoteCommand;
use crate::desk::{DONE, Desk, Done};
use crate::times;

/// `kaban note …`.
pub fn run(desk: &Desk, command: NoteCommand) -> Done {
    desk.with_bag(|bag| {
        match command {
            NoteCommand::Add {
                text,
                patient,
                urgent,
            } => {
                let patient = patient.map(|id| bag.patient_id(&id)).transpose()?;
                let id = bag.add_note(&text, patient, urgent)?;
                desk.out
                    .show(&json!({ "item_id": id.to_string() }), |page| {
                        page.say("書きました。", "Written.");
                    });
            }
            NoteCommand::List => {
                let notes = bag.notes()?;
                desk.out.show(&json!({ "notes": notes }), |page| {
                    for note in &notes {
                        let NoteView {
                            item_id: _,
                            at,
                            by,
                            text,
                            patient,
                            urgent,
                            sent,
                        } = note;
                        let urgent = if *urgent {
                            page.lang.pick("  至急", "  URGENT")
                        } else {
                            ""
                        };
                        let patient = patient
                            .as_ref()
                            .map_or_else(String::new, |id| format!("  → {}", &id[..8]));
                        page.line(format!(
                            "{sent} {}  {by}{urgent}{patient}",
                            times::human(at)
                        ));
                        for line in text.lines() {
                            page.line(format!("    {line}"));
                        }
                    }
                    if notes.is_empty() {
                        page.say("ノートはまだありません。", "The notebook is empty.");
                    }
                });
            }
        }
        Ok(DONE)
    })
}

//! Planning a roster: names in, turns, fairness report and a calendar file out. No bag is opened.

use kaban_app::{Result, RosterPlanInput, RosterView, plan_roster, turn_kind_words};
use kaban_model::duty::HolidayAlignment;

use super::absence_file;
use crate::args::RosterPlanArgs;
use crate::desk::{DONE, Desk, Done};
use crate::files::NewFile;
use crate::output::Page;
use crate::times;

/// `kaban duty roster plan`.
pub fn plan(desk: &Desk, args: &RosterPlanArgs) -> Done {
    let members = names(&args.members);
    let absences = match &args.absence {
        Some(path) => absence_file::read(path, &members)?,
        None => Vec::new(),
    };
    let plan = plan_roster(&RosterPlanInput {
        members,
        from: times::day(&args.from)?,
        years: args.years,
        alignment: match args.alignment.as_str() {
            "tuesday_week" => HolidayAlignment::TuesdayWeek,
            _ => HolidayAlignment::ExactDates,
        },
        absences,
    })?;
    let written = args.out.as_deref().map(|path| -> Result<String> {
        NewFile::prepare(path, args.force)?.write(plan.calendar().as_bytes())?;
        Ok(path.display().to_string())
    });
    let written = written.transpose()?;
    let view = plan.view();
    desk.out.show(&view, |page| {
        turns(page, &view);
        fairness(page, &view);
        if let Some(path) = written {
            page.say(format!("カレンダー: {path}"), format!("calendar: {path}"));
        }
    });
    Ok(DONE)
}

/// The names, at Latin and Japanese commas alike.
fn names(text: &str) -> Vec<String> {
    let parts = text.split([',', '、', '，']);
    if text.trim().is_empty() {
        return Vec::new();
    }
    parts.map(|name| name.trim().to_owned()).collect()
}

fn turns(page: &mut Page, view: &RosterView) {
    let lang = page.lang;
    let rows: Vec<Vec<String>> = view
        .turns
        .iter()
        .map(|turn| {
            let (ja, en) = turn_kind_words(turn.kind);
            let why = lang.pick(&turn.why, &turn.why_en);
            let cells = [
                &times::human(&turn.from),
                &times::human(&turn.to),
                &turn.holder,
            ];
            let cells = cells.into_iter().map(String::as_str);
            cells
                .chain([lang.pick(ja, en), why])
                .map(str::to_owned)
                .collect()
        })
        .collect();
    page.table(
        &[
            lang.pick("から", "from"),
            lang.pick("まで", "to"),
            lang.pick("当番", "on duty"),
            lang.pick("種類", "kind"),
            lang.pick("理由", "why"),
        ],
        &rows,
    );
}

fn fairness(page: &mut Page, view: &RosterView) {
    let lang = page.lang;
    let rows: Vec<Vec<String>> = view
        .shares
        .iter()
        .map(|share| {
            let numbers = [
                share.ordinary,
                share.new_year,
                share.golden_week,
                share.excused,
                share.let_go,
            ];
            let numbers = numbers.iter().map(usize::to_string);
            [share.member.clone()].into_iter().chain(numbers).collect()
        })
        .collect();
    page.line("");
    page.table(
        &[
            lang.pick("会員", "member"),
            lang.pick("当番", "ordinary"),
            lang.pick("年末年始", "New Year"),
            lang.pick("連休", "Golden Week"),
            lang.pick("免除", "excused"),
            lang.pick("不在のまま", "let go"),
        ],
        &rows,
    );
    for note in if lang.is_ja() {
        &view.notes
    } else {
        &view.notes_en
    } {
        page.line(format!("! {note}"));
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_may_be_separated_by_japanese_commas() {
        assert_eq!(
            names("佐藤 健, 鈴木、田中，林"),
            ["佐藤 健", "鈴木", "田中", "林"]
        );
        assert_eq!(names("A,,B"), ["A", "", "B"]);
        assert!(names(" ").is_empty());
    }
}

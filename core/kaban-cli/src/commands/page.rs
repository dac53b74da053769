//! Page 1 and page 2 as a page of text: what is known, what is not, and what stands side by side.

use chrono::NaiveDate;
use kaban_app::{ConsentView, PatientView};
use kaban_model::patient::{FieldPath, PageLine, PartialDate, value_in_words};
use serde_json::Value;

use crate::lang::{Lang, severity};
use crate::output::{Page, width};

/// One page of a patient.
pub fn show(
    page: &mut Page,
    view: &PatientView,
    number: u8,
    today: NaiveDate,
    consent: Option<&ConsentView>,
) {
    let lang = page.lang;
    head(page, view, today);
    let lines = view.page.page(number);
    for line in &lines {
        field(page, view, line);
    }
    if number == 1 {
        if let Some(consent) = consent {
            let state = match (consent.state, consent.on_duty_list) {
                ("given", true) => lang.pick("登録・共有 あり", "given, on the duty list"),
                ("given", false) => lang.pick(
                    "あり(当番名簿には載っていません)",
                    "given, not on the duty list",
                ),
                ("withdrawn", _) => lang.pick("⚠ 撤回", "⚠ withdrawn"),
                _ => lang.pick("なし", "none"),
            };
            let date = consent.paper_date.as_deref().unwrap_or_default();
            page.entry(lang.pick("同意", "consent"), &format!("{state} {date}"));
        }
        if let Some((at, by)) = view.page.updated() {
            let text = format!("{}  {}", at.format("%Y-%m-%d %H:%M"), view.name_of(by));
            page.entry(lang.pick("情報の日付・更新者", "last changed"), &text);
        }
        let blank: Vec<&str> = lines
            .iter()
            .filter(|line| line.gap)
            .map(|line| line.spec.label(lang.is_ja()))
            .collect();
        if !blank.is_empty() {
            let names = wrapped(&blank, lang.pick("、", ", "));
            page.entry(
                &format!(
                    "{} {}",
                    lang.pick("未確認の空欄", "blank, not asked:"),
                    blank.len()
                ),
                &names,
            );
        }
    }
}

/// Names in lines of a readable length.
fn wrapped(names: &[&str], comma: &str) -> String {
    const COLUMNS: usize = 70;
    let mut text = String::new();
    let mut used = 0;
    for (number, name) in names.iter().enumerate() {
        let last = number + 1 == names.len();
        text.push_str(name);
        text.push_str(if last { "" } else { comma });
        used += width(name) + width(comma);
        if used > COLUMNS && !last {
            text.push('\n');
            used = 0;
        }
    }
    text
}

fn head(page: &mut Page, view: &PatientView, today: NaiveDate) {
    let lang = page.lang;
    let text = |field: &str| view.page.text(field).to_owned();
    let age = PartialDate::parse(view.page.text("birth_date"))
        .ok()
        .and_then(|born| born.age_at(today));
    let age = age.map_or_else(String::new, |age| {
        let about = if age.exact {
            ""
        } else {
            lang.pick("約", "about ")
        };
        format!("{about}{}{}", age.years, lang.pick("歳", " years"))
    });
    let sex = view
        .page
        .value("sex")
        .map(|sex| choice_of("sex", sex, lang))
        .unwrap_or_default();
    let row = view.page.row();
    let grave = match row.severity.as_str() {
        "" => lang.pick("重症度 未確認", "severity not asked"),
        code => severity(code, lang),
    };
    let title = format!(
        "{}  {} ({})  {age} {sex}  【{grave}】",
        view.no,
        text("name"),
        text("kana")
    );
    page.line(title);
    if view.page.is_deceased() {
        page.say("✝ 死亡が記録されています", "✝ a death is recorded");
    }
    page.line("─".repeat(60));
}

fn field(page: &mut Page, view: &PatientView, line: &PageLine) {
    let lang = page.lang;
    let label = line.spec.label(lang.is_ja());
    // What decides at night is missed in its own place; the other blanks are named at the end.
    if line.gap && line.spec.significant {
        page.entry(label, lang.pick("＿＿＿ 未確認", "____ not asked yet"));
    }
    for (number, path) in line.paths.iter().enumerate() {
        let Some(state) = view.page.state(path) else {
            continue;
        };
        let label = if number == 0 { label } else { "" };
        if state.is_conflict() {
            page.entry(
                &format!("⚠ {}", line.spec.label(lang.is_ja())),
                lang.pick("食い違い: 決めてください", "open: please decide"),
            );
            for entry in &state.shown {
                let signed = format!(
                    "{}  ({}, {})",
                    view.in_words(path, entry, lang.is_ja()),
                    entry.at.format("%m-%d %H:%M"),
                    view.name_of(entry.by)
                );
                page.entry("", &format!("⚠ {signed}\n  vid {}", entry.vid));
            }
        } else if let Some(entry) = state.current() {
            page.entry(label, &view.in_words(path, entry, lang.is_ja()));
        }
    }
}

/// One of several open values, as `--json` gives it, in one line.
pub fn side_by_side(field: &str, value: &Value, lang: Lang) -> String {
    let said = |key: &str| {
        value
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let content = match (FieldPath::parse(field), value.get("value")) {
        (Ok(path), Some(content)) => value_in_words(&path.spec().kind, content, lang.is_ja()),
        (_, Some(content)) => content.to_string(),
        (_, None) => lang.pick("尋ねたが不明", "asked, not known").to_owned(),
    };
    format!(
        "{}  {content}  ({}, {})",
        said("vid"),
        said("at"),
        said("by")
    )
}

fn choice_of(field: &str, value: &Value, lang: Lang) -> String {
    FieldPath::parse(field).map_or_else(
        |_| String::new(),
        |path| value_in_words(&path.spec().kind, value, lang.is_ja()),
    )
}

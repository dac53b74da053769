//! Values in words, in both languages, for every screen and page.

use serde_json::Value;

use super::date::PartialDate;
use super::field::FieldKind;

/// Members of an object that say nothing to a reader at the bedside.
const SILENT: [&str; 4] = ["member", "code", "code_system", "order"];

/// A value in words, as a page shows it: labels of codes, dates with their era, the members of an
/// object in the order of the catalogue.
#[must_use]
pub fn value_in_words(kind: &FieldKind, value: &Value, japanese: bool) -> String {
    match (kind, value) {
        (FieldKind::Choice(choices), Value::String(code)) => {
            let found = choices.iter().find(|(known, _, _)| known == code);
            found.map_or_else(
                || code.clone(),
                |(_, ja, en)| pick(japanese, ja, en).to_owned(),
            )
        }
        (FieldKind::Flag, Value::Bool(flag)) => {
            let word = if *flag {
                pick(japanese, "はい", "yes")
            } else {
                pick(japanese, "いいえ", "no")
            };
            word.to_owned()
        }
        (FieldKind::Date, Value::String(text)) => match PartialDate::parse(text) {
            Ok(date) if japanese => format!("{}({date})", date.japanese()),
            _ => text.clone(),
        },
        (FieldKind::Point, Value::Object(_)) => {
            let number = |key: &str| value.get(key).map(ToString::to_string).unwrap_or_default();
            format!("{}, {}", number("lat"), number("lon"))
        }
        (FieldKind::Object(members), Value::Object(map)) => {
            let parts = members
                .iter()
                .filter(|member| !SILENT.contains(&member.name))
                .filter_map(|member| {
                    let value = map.get(member.name)?;
                    let active = member.name == "status" && value.as_str() == Some("active");
                    if active {
                        return None;
                    }
                    let text = value_in_words(&member.kind, value, japanese);
                    let label = if japanese {
                        member.label_ja
                    } else {
                        member.label_en
                    };
                    Some(if member.required {
                        text
                    } else {
                        format!("{label} {text}")
                    })
                });
            parts.collect::<Vec<_>>().join(pick(japanese, "、", "; "))
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

fn pick<'t>(japanese: bool, ja: &'t str, en: &'t str) -> &'t str {
    if japanese { ja } else { en }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::super::FieldPath;
    use super::*;

    #[test]
    fn values_are_shown_in_words() {
        let text = |field: &str, value: Value, japanese| {
            value_in_words(
                &FieldPath::parse(field).unwrap().spec().kind,
                &value,
                japanese,
            )
        };
        assert_eq!(text("severity", json!("end_of_life"), true), "看取り期");
        assert_eq!(
            text("birth_date", json!("1934-03-02"), true),
            "昭和9年3月2日(1934-03-02)"
        );
        let doctor = json!({ "name": "山田", "phone": "0479-00-0000", "member": "00" });
        assert_eq!(
            text("primary_physician", doctor, false),
            "山田; phone 0479-00-0000"
        );
    }
}

//! Small readers over parsed JSON: texts, lists, codings, dates, quantities.
//!
//! All of them take what is there and pass over what is not: a `null` in a list, a number where a text belongs, an
//! object where a list belongs. None of them panics.

use serde_json::Value;

/// The text of a member; `None` when absent, blank, or not a text.
pub(crate) fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value
        .get(name)?
        .as_str()
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// The items of a list member, nulls left out; a single object counts as a list of one.
pub(crate) fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    let found = value.get(name);
    let list: &[Value] = match found {
        Some(Value::Array(list)) => list,
        Some(single @ Value::Object(_)) => std::slice::from_ref(single),
        _ => &[],
    };
    list.iter().filter(|item| !item.is_null())
}

/// The texts of a list member, such as `given`.
pub(crate) fn texts<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v str> {
    let list: &[Value] = match value.get(name) {
        Some(Value::Array(list)) => list,
        Some(single @ Value::String(_)) => std::slice::from_ref(single),
        _ => &[],
    };
    list.iter()
        .filter_map(Value::as_str)
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// True when the member is the boolean `true`.
pub(crate) fn is_true(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool) == Some(true)
}

/// One coding: system, code and display, each possibly empty.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coding<'v> {
    pub(crate) system: &'v str,
    pub(crate) code: &'v str,
    pub(crate) display: &'v str,
}

/// The codings of a CodeableConcept.
pub(crate) fn codings(concept: &Value) -> impl Iterator<Item = Coding<'_>> {
    items(concept, "coding").map(|coding| Coding {
        system: text(coding, "system").unwrap_or_default(),
        code: text(coding, "code").unwrap_or_default(),
        display: text(coding, "display").unwrap_or_default(),
    })
}

/// What a CodeableConcept says to a reader: its text, else a display, else a code.
pub(crate) fn concept_text(concept: &Value) -> Option<String> {
    if let Some(text) = text(concept, "text") {
        return Some(text.to_owned());
    }
    let mut codings = codings(concept).collect::<Vec<_>>();
    // A display in Japanese serves the reader better than one in English; the sort is stable.
    codings.sort_by_key(|coding| (coding.display.is_empty(), coding.display.is_ascii()));
    let best = codings.first()?;
    let said = if best.display.is_empty() {
        best.code
    } else {
        best.display
    };
    (!said.is_empty()).then(|| said.to_owned())
}

/// The first code of a status-like CodeableConcept (`clinicalStatus`), preferring the HL7 code systems.
pub(crate) fn status_code<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    let concept = value.get(name)?;
    let hl7 = |coding: &Coding<'_>| coding.system.starts_with("http://terminology.hl7.org/");
    codings(concept)
        .find(hl7)
        .or_else(|| codings(concept).next())
        .map(|coding| coding.code)
        .filter(|c| !c.is_empty())
}

/// The extension of that URL (a `|version` suffix in the data is passed over).
pub(crate) fn extension<'v>(value: &'v Value, url: &str) -> Option<&'v Value> {
    items(value, "extension")
        .find(|extension| text(extension, "url").is_some_and(|found| bare_url(found) == url))
}

/// A canonical URL without its `|version` suffix.
pub(crate) fn bare_url(url: &str) -> &str {
    url.split_once('|').map_or(url, |(bare, _)| bare)
}

/// The `value[x]` of an extension or an Observation: the suffix of its name and the value.
pub(crate) fn choice<'v>(value: &'v Value, stem: &str) -> Option<(&'v str, &'v Value)> {
    value.as_object()?.iter().find_map(|(name, found)| {
        let suffix = name.strip_prefix(stem)?;
        (suffix.starts_with(|first: char| first.is_ascii_uppercase()) && !found.is_null())
            .then_some((suffix, found))
    })
}

/// The date part of a FHIR date or dateTime: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `None` when it is none of them.
pub(crate) fn date_part(text: &str) -> Option<&str> {
    let date = text.split_once('T').map_or(text, |(date, _)| date);
    let shape = |pattern: &[usize]| {
        let parts: Vec<&str> = date.split('-').collect();
        parts.len() == pattern.len()
            && parts.iter().zip(pattern).all(|(part, length)| {
                part.len() == *length && part.bytes().all(|byte| byte.is_ascii_digit())
            })
    };
    (shape(&[4, 2, 2]) || shape(&[4, 2]) || shape(&[4])).then_some(date)
}

/// The date part of a date or dateTime member.
pub(crate) fn date<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    text(value, name).and_then(date_part)
}

/// A number or a text of digits, exactly as it was written.
pub(crate) fn decimal(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        // Some makers quote their decimals.
        Value::String(text) if is_decimal(text.trim()) => Some(text.trim().to_owned()),
        _ => None,
    }
}

fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(part)
}

/// A Quantity's value, unit code and unit text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Quantity<'v> {
    pub(crate) value: String,
    pub(crate) code: &'v str,
    pub(crate) unit: &'v str,
    /// `<`, `<=`, `>=`, `>` when the instrument's range was left.
    pub(crate) comparator: &'v str,
}

impl Quantity<'_> {
    /// The unit to show: the text, else the code.
    pub(crate) fn shown_unit(&self) -> &str {
        if self.unit.is_empty() {
            self.code
        } else {
            self.unit
        }
    }
}

/// Reads a Quantity; `None` without a value.
pub(crate) fn quantity(value: &Value) -> Option<Quantity<'_>> {
    Some(Quantity {
        value: decimal(value.get("value")?)?,
        code: text(value, "code").unwrap_or_default(),
        unit: text(value, "unit").unwrap_or_default(),
        comparator: text(value, "comparator").unwrap_or_default(),
    })
}

/// The texts of `note`, joined.
pub(crate) fn notes(value: &Value) -> Option<String> {
    let joined = items(value, "note")
        .filter_map(|note| text(note, "text"))
        .collect::<Vec<_>>()
        .join(" / ");
    (!joined.is_empty()).then_some(joined)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nulls_in_lists_are_passed_over() {
        let value = json!({"given": ["太郎", null, ""], "name": [null, {"text": "a"}], "one": {"text": "b"}});
        assert_eq!(texts(&value, "given").collect::<Vec<_>>(), ["太郎"]);
        assert_eq!(items(&value, "name").count(), 1);
        assert_eq!(items(&value, "one").count(), 1);
        assert_eq!(items(&value, "none").count(), 0);
    }

    #[test]
    fn a_partial_date_keeps_its_precision() {
        assert_eq!(date_part("1930"), Some("1930"));
        assert_eq!(date_part("1930-06"), Some("1930-06"));
        assert_eq!(date_part("2021-10-19T10:00:00+09:00"), Some("2021-10-19"));
        assert_eq!(date_part("昭和5年"), None);
        assert_eq!(date_part("1930-6-1"), None);
    }

    #[test]
    fn a_decimal_keeps_its_trailing_zeros() {
        let value: Value = serde_json::from_str(r#"{"value": 36.50, "unit": "℃"}"#).unwrap();
        assert_eq!(quantity(&value).unwrap().value, "36.50");
        assert_eq!(decimal(&json!("36.50")), Some("36.50".to_owned()));
        assert_eq!(decimal(&json!("約36")), None);
    }

    #[test]
    fn a_japanese_display_is_preferred_to_an_english_one() {
        let concept =
            json!({"coding": [{"display": "Wheat"}, {"display": "小麦粉", "code": "J9"}]});
        assert_eq!(concept_text(&concept).unwrap(), "小麦粉");
        assert_eq!(
            concept_text(&json!({"coding": [{"code": "J9"}]})).unwrap(),
            "J9"
        );
        assert_eq!(concept_text(&json!({})), None);
    }
}

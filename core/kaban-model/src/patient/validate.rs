//! The one gate through which a typed or imported value enters a field.
//!
//! It returns the value as it is stored: trimmed, codes instead of labels, one form of dates and
//! numbers, keys sorted. Members of an object that this version does not know are kept untouched.

use serde_json::{Map, Number, Value};

use super::{
    date::PartialDate,
    field::{FieldKind, FieldPath, MemberSpec},
    scalar::{choice, decimal, integer, phone},
};
use crate::{
    error::{Invalid, Reason},
    text::{clean_line, clean_text, to_ascii_width},
};

/// The largest value of one field as JSON.
pub const VALUE_BYTES_MAX: usize = 16 * 1024;
/// How deep members that this version does not know may nest.
const DEPTH_MAX: usize = 16;
/// How many members an object may have, known or not.
const MEMBERS_MAX: usize = 64;

/// Checks a value for a field and brings it into its stored form.
///
/// A text given for an object fills its first required member; a text that begins with `{` or `[`
/// is read as JSON where the field wants an object or a point.
///
/// # Errors
/// [`Invalid`] names the field, the member and the reason, never the value.
pub fn validate(path: &FieldPath, value: Value) -> Result<Value, Invalid> {
    let field = path.to_string();
    if depth(&value) > DEPTH_MAX || value.to_string().len() > VALUE_BYTES_MAX {
        return Err(Invalid::new(field, Reason::TooLarge));
    }
    let mut value = match path.spec().kind {
        FieldKind::Object(members) => object(&field, members, value)?,
        kind => check(kind, value).map_err(|reason| Invalid::new(field.clone(), reason))?,
    };
    value.sort_all_objects();
    if value.to_string().len() > VALUE_BYTES_MAX {
        return Err(Invalid::new(field, Reason::TooLarge));
    }
    Ok(value)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn object(field: &str, specs: &'static [MemberSpec], value: Value) -> Result<Value, Invalid> {
    let refuse = |reason| Invalid::new(field, reason);
    let given = match from_json_text(value) {
        Value::Object(map) => map,
        text @ (Value::String(_) | Value::Number(_)) => {
            let first = specs
                .iter()
                .find(|m| m.required)
                .ok_or_else(|| refuse(Reason::NotAnObject))?;
            Map::from_iter([(first.name.to_owned(), text)])
        }
        _ => return Err(refuse(Reason::NotAnObject)),
    };
    if given.len() > MEMBERS_MAX {
        return Err(refuse(Reason::TooLarge));
    }
    let mut kept = Map::new();
    let mut known = 0usize;
    for (name, member) in given {
        let spec = specs.iter().find(|m| m.name == name);
        if is_blank(&member) {
            continue;
        }
        let member = match spec {
            Some(spec) => {
                known += 1;
                check(spec.kind, member)
                    .map_err(|reason| Invalid::new(format!("{field}.{name}"), reason))?
            }
            None => member,
        };
        kept.insert(name, member);
    }
    if let Some(missing) = specs
        .iter()
        .find(|m| m.required && !kept.contains_key(m.name))
    {
        return Err(refuse(Reason::Missing(missing.name)));
    }
    if known == 0 {
        return Err(refuse(Reason::Empty));
    }
    check_period(field, &kept)?;
    Ok(Value::Object(kept))
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// A period that ends before it begins is a slip of the pen.
fn check_period(field: &str, map: &Map<String, Value>) -> Result<(), Invalid> {
    let date = |name: &str| {
        map.get(name)
            .and_then(Value::as_str)
            .and_then(|t| PartialDate::parse(t).ok())
    };
    match (date("from"), date("until")) {
        (Some(from), Some(until)) if until.last_day() < from.first_day() => Err(Invalid::new(
            format!("{field}.until"),
            Reason::EndBeforeBeginning,
        )),
        _ => Ok(()),
    }
}

fn check(kind: FieldKind, value: Value) -> Result<Value, Reason> {
    match kind {
        FieldKind::Text { max_chars } => {
            clean_text(&text_of(&value)?, max_chars).map(Value::String)
        }
        FieldKind::Line { max_chars } => {
            clean_line(&text_of(&value)?, max_chars).map(Value::String)
        }
        FieldKind::Choice(codes) => {
            choice(codes, &text_of(&value)?).map(|code| Value::String(code.to_owned()))
        }
        FieldKind::Date => {
            PartialDate::parse(&filled(&value)?).map(|d| Value::String(d.to_string()))
        }
        FieldKind::Phone => phone(&filled(&value)?).map(Value::String),
        FieldKind::Integer { min, max } => integer(&filled(&value)?, min, max).map(Value::from),
        FieldKind::Decimal { max } => decimal(&filled(&value)?, max).map(Value::String),
        FieldKind::Point => point(from_json_text(value)),
        FieldKind::Flag => flag(&value).map(Value::Bool),
        // The catalogue has no object inside an object; its own test says so.
        FieldKind::Object(_) => Err(Reason::NotText),
    }
}

/// A text, or a number as it was written.
fn text_of(value: &Value) -> Result<String, Reason> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Err(Reason::Empty),
        _ => Err(Reason::NotText),
    }
}

fn filled(value: &Value) -> Result<String, Reason> {
    let text = text_of(value)?;
    if text.trim().is_empty() {
        Err(Reason::Empty)
    } else {
        Ok(text)
    }
}

fn from_json_text(value: Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        other => other,
    }
}

fn point(value: Value) -> Result<Value, Reason> {
    let mut map = match value {
        Value::Object(map) if map.len() <= MEMBERS_MAX => map,
        Value::Array(pair) => match <[Value; 2]>::try_from(pair) {
            Ok([lon, lat]) => Map::from_iter([("lon".to_owned(), lon), ("lat".to_owned(), lat)]),
            Err(_) => return Err(Reason::NotAPoint),
        },
        Value::Null => return Err(Reason::Empty),
        _ => return Err(Reason::NotAPoint),
    };
    map.retain(|_, member| !member.is_null());
    for (name, bound) in [("lon", 180.0), ("lat", 90.0)] {
        let number = map
            .get(name)
            .and_then(Value::as_number)
            .and_then(Number::as_f64)
            .ok_or(Reason::NotAPoint)?;
        if !number.is_finite() || number.abs() > bound {
            return Err(Reason::OutOfRange);
        }
    }
    Ok(Value::Object(map))
}

fn flag(value: &Value) -> Result<bool, Reason> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::Null => Err(Reason::Empty),
        Value::String(text) if text.len() <= 32 => {
            match to_ascii_width(text).to_lowercase().as_str() {
                "true" | "yes" | "はい" | "あり" => Ok(true),
                "false" | "no" | "いいえ" | "なし" => Ok(false),
                "" => Err(Reason::Empty),
                _ => Err(Reason::NotAFlag),
            }
        }
        _ => Err(Reason::NotAFlag),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::patient::catalogue;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text).unwrap()
    }

    fn entry(list: &str) -> FieldPath {
        path(&format!("{list}/{ID}"))
    }

    fn reason(path: &FieldPath, value: Value) -> Reason {
        validate(path, value).unwrap_err().reason
    }

    #[test]
    fn a_label_typed_in_either_language_is_stored_as_its_code() {
        for typed in ["unstable", "不安定", "Unstable", " 不安定 "] {
            assert_eq!(
                validate(&path("severity"), json!(typed)).unwrap(),
                json!("unstable")
            );
        }
        assert_eq!(reason(&path("severity"), json!("元気")), Reason::NotACode);
        assert_eq!(
            validate(&path("dementia_degree"), json!("Ⅱa")).unwrap(),
            json!("IIa")
        );
    }

    #[test]
    fn a_drug_is_one_value_and_keeps_members_it_does_not_know() {
        let typed = r#"{"drug": " オキシコドン徐放錠 ", "dose": 15, "unit": "mg", "from": "令和8年11月1日", "timing": "",
            "opioid": "はい", "future": {"b": 1, "a": [1.50]}}"#;
        let stored = validate(&entry("medication"), json!(typed)).unwrap();
        assert_eq!(
            stored.to_string(),
            r#"{"dose":"15","drug":"オキシコドン徐放錠","from":"2026-11-01","future":{"a":[1.50],"b":1},"opioid":true,"unit":"mg"}"#
        );
    }

    #[test]
    fn a_text_fills_the_first_required_member() {
        assert_eq!(
            validate(&entry("allergy"), json!("ペニシリン")).unwrap(),
            json!({"substance": "ペニシリン"})
        );
        assert_eq!(
            validate(
                &entry("contingency"),
                json!("{\"if\":\"呼吸苦\",\"then\":\"オプソ 5mg\"}")
            )
            .unwrap(),
            json!({"if": "呼吸苦", "then": "オプソ 5mg"})
        );
    }

    #[test]
    fn a_refusal_names_the_member_and_not_the_value() {
        let refused = validate(&entry("device"), json!({"kind": "spaceship"})).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!("device/{ID}.kind: not a code of the list")
        );
        assert_eq!(
            reason(&entry("device"), json!({"setting": "2L"})),
            Reason::Missing("kind")
        );
        assert_eq!(
            reason(
                &entry("medication"),
                json!({"drug": "A", "from": "2026-02", "until": "2026-01"})
            ),
            Reason::EndBeforeBeginning
        );
    }

    #[test]
    fn the_special_note_holds_two_hundred_characters_and_no_more() {
        assert!(validate(&path("special_note"), json!("痛".repeat(200))).is_ok());
        assert_eq!(
            reason(&path("special_note"), json!("痛".repeat(201))),
            Reason::TooLong { max: 200 }
        );
    }

    #[test]
    fn a_point_lies_on_the_earth() {
        let pin = path("pin");
        assert_eq!(
            validate(&pin, json!("[140.5650, 35.7090]"))
                .unwrap()
                .to_string(),
            r#"{"lat":35.7090,"lon":140.5650}"#
        );
        assert_eq!(
            reason(&pin, json!({"lon": 181, "lat": 0})),
            Reason::OutOfRange
        );
        assert_eq!(
            reason(&pin, json!({"lon": "140", "lat": 35})),
            Reason::NotAPoint
        );
        assert_eq!(
            reason(
                &pin,
                serde_json::from_str("{\"lon\":1e999,\"lat\":0}").unwrap()
            ),
            Reason::NotAPoint
        );
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-200.0..200.0f64).prop_map(Value::from),
            "\\PC{0,30}|[0-9/年月日.-]{0,12}|はい|home|安定".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let name = "[a-z_]{1,6}|drug|status|if|then|name|kind|lon|lat|from|until|dose";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((name, inner), 0..8)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_is_refused_or_brought_into_a_form_that_stays(index in 0..catalogue().len(), value in any_json()) {
            let spec = &catalogue()[index];
            let path = if spec.list { entry(spec.path) } else { path(spec.path) };
            if let Ok(stored) = validate(&path, value) {
                prop_assert_eq!(validate(&path, stored.clone()).map(|v| v.to_string()), Ok(stored.to_string()));
            }
        }

        #[test]
        fn members_that_are_not_known_survive(extra in any_json()) {
            let stored = validate(&entry("allergy"), json!({"substance": "卵", "zz_future": extra.clone()}));
            if let Ok(stored) = stored {
                let mut extra = extra;
                extra.sort_all_objects();
                let kept = stored.get("zz_future").cloned().unwrap_or(Value::Null);
                prop_assert!(kept == extra || is_blank(&extra));
            }
        }
    }
}

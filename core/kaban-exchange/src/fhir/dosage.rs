//! Dosage: how much, by which way, when, from when until when.

use chrono::{Days, NaiveDate};
use serde_json::Value;

use super::codes::{JAMI_USAGE, codings_in};
use super::condition::period_date;
use super::element::{Quantity, codings, concept_text, extension, is_true, items, quantity, text};

const PERIOD_OF_USE: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_MedicationDosage_PeriodOfUse";
const USAGE_DURATION: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_MedicationDosage_UsageDuration";

/// Dosages put into words; the field holds fewer.
const DOSAGES_MAX: usize = 50;

/// Standard usages of JAMI whose code alone is sent now and then (JP Core examples; 16 digits).
const USAGES: &[(&str, &str)] = &[
    ("1011000400000000", "1日1回 朝食後"),
    ("1011040000000000", "1日1回 夕食後"),
    ("1011100000000000", "1日1回 就寝前"),
    ("1012040400000000", "1日2回 朝夕食後"),
    ("1013044400000000", "1日3回 毎食後"),
    ("1014144400000000", "1日4回 毎食後と就寝前"),
    ("1050710000000000", "発熱時"),
    ("1050610000000000", "不眠時"),
    ("2R50410000000000", "便秘時 肛門へ挿入"),
];

/// What the dosages of one order say, in words.
#[derive(Default)]
pub(crate) struct Dosage {
    pub(crate) dose: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) timing: Option<String>,
    pub(crate) from: Option<String>,
    pub(crate) until: Option<String>,
    pub(crate) as_needed: bool,
    pub(crate) remarks: Vec<String>,
}

impl Dosage {
    /// Reads the dosages under `list`; with several, the dose of each stays with its words in `timing`.
    pub(crate) fn read(order: &Value, list: &str) -> Self {
        let all: Vec<&Value> = items(order, list).take(DOSAGES_MAX).collect();
        let mut out = Self::default();
        let mut timings: Vec<String> = Vec::new();
        for dosage in &all {
            let amount = amount(dosage);
            let mut words = timing(dosage);
            match (all.len(), amount) {
                (1, Some((dose, unit))) => (out.dose, out.unit) = (Some(dose), unit),
                (_, Some((dose, unit))) => {
                    let amount = format!("1回 {dose} {}", unit.unwrap_or_default());
                    words = Some(
                        format!("{} {}", words.unwrap_or_default(), amount.trim())
                            .trim()
                            .to_owned(),
                    );
                }
                (_, None) => {}
            }
            timings.extend(words.filter(|words| !timings.contains(words)));
            out.take_rest(dosage);
        }
        out.timing = (!timings.is_empty()).then(|| timings.join(" / "));
        out
    }

    fn take_rest(&mut self, dosage: &Value) {
        self.route = self
            .route
            .take()
            .or_else(|| dosage.get("route").and_then(concept_text));
        if is_true(dosage, "asNeededBoolean") || dosage.get("asNeededCodeableConcept").is_some() {
            self.as_needed = true;
        }
        if let Some(when) = dosage.get("asNeededCodeableConcept").and_then(concept_text) {
            self.remarks.push(format!("頓用: {when}"));
        }
        // The JAMI usages whose third and fourth digits are 50 are taken on an occasion (頓用).
        let occasion = |code: &str| code.len() == 16 && code.get(2..4) == Some("50");
        if timing_concept(dosage)
            .is_some_and(|concept| codings_in(concept, JAMI_USAGE).any(|c| occasion(c.code)))
        {
            self.as_needed = true;
        }
        let more = items(dosage, "additionalInstruction").filter_map(concept_text);
        self.remarks
            .extend(more.chain(text(dosage, "patientInstruction").map(str::to_owned)));
        if let Some(most) = dosage.get("maxDosePerPeriod") {
            let part = |name: &str| {
                most.get(name)
                    .and_then(quantity)
                    .map(|q| format!("{} {}", q.value, q.shown_unit()))
            };
            if let (Some(amount), Some(per)) = (part("numerator"), part("denominator")) {
                self.remarks.push(format!("上限: {amount} / {per}"));
            }
        }
        let period = extension(dosage, PERIOD_OF_USE);
        let repeat = dosage.get("timing").and_then(|timing| timing.get("repeat"));
        let date = |end: &str| {
            period
                .and_then(|period| period_date(period, "valuePeriod", end))
                .or_else(|| period_date(repeat?, "boundsPeriod", end))
                .map(str::to_owned)
        };
        self.from = self.from.take().or_else(|| date("start"));
        self.until = self.until.take().or_else(|| date("end")).or_else(|| {
            let days =
                extension(dosage, USAGE_DURATION).and_then(|found| found.get("valueDuration"));
            let days = days
                .or_else(|| repeat?.get("boundsDuration"))
                .filter(|_| !self.as_needed)?;
            last_day(self.from.as_deref()?, days)
        });
    }
}

fn timing_concept(dosage: &Value) -> Option<&Value> {
    dosage.get("timing")?.get("code")
}

/// The words for when: the sender's own, else the code's, else the numbers'.
fn timing(dosage: &Value) -> Option<String> {
    if let Some(said) = text(dosage, "text") {
        return Some(said.to_owned());
    }
    if let Some(concept) = timing_concept(dosage) {
        let shown = codings(concept).any(|coding| !coding.display.is_empty())
            || text(concept, "text").is_some();
        let usage = codings_in(concept, JAMI_USAGE)
            .find_map(|c| USAGES.iter().find(|(code, _)| *code == c.code));
        if let Some((_, words)) = usage.filter(|_| !shown) {
            return Some((*words).to_owned());
        }
        if let Some(said) = concept_text(concept) {
            return Some(said);
        }
    }
    repeat_words(dosage.get("timing")?.get("repeat")?)
}

fn repeat_words(repeat: &Value) -> Option<String> {
    let number = |name: &str| repeat.get(name).and_then(super::element::decimal);
    let mut words = Vec::new();
    if let Some(frequency) = number("frequency") {
        let most = number("frequencyMax")
            .map(|most| format!("–{most}"))
            .unwrap_or_default();
        let period = number("period").unwrap_or_else(|| "1".to_owned());
        let unit = match text(repeat, "periodUnit") {
            Some("d") => "日",
            Some("h") => "時間",
            Some("wk") => "週",
            Some("mo") => "か月",
            Some("min") => "分",
            _ => return None,
        };
        words.push(format!("{period}{unit}に{frequency}{most}回"));
    }
    let when: Vec<&str> = super::element::texts(repeat, "when")
        .map(when_words)
        .collect();
    words.extend((!when.is_empty()).then(|| when.join("・")));
    let clock: Vec<&str> = super::element::texts(repeat, "timeOfDay").collect();
    words.extend((!clock.is_empty()).then(|| clock.join("・")));
    let days: Vec<&str> = super::element::texts(repeat, "dayOfWeek").collect();
    words.extend((!days.is_empty()).then(|| days.join("・")));
    (!words.is_empty()).then(|| words.join(" "))
}

/// HL7 timing events in words; others as they are.
fn when_words(event: &str) -> &str {
    match event {
        "HS" => "就寝前",
        "WAKE" => "起床時",
        "AC" => "食前",
        "ACM" => "朝食前",
        "ACD" => "昼食前",
        "ACV" => "夕食前",
        "PC" => "食後",
        "PCM" => "朝食後",
        "PCD" => "昼食後",
        "PCV" => "夕食後",
        "MORN" => "朝",
        "NOON" => "昼",
        "EVE" => "夕",
        "NIGHT" => "夜",
        other => other,
    }
}

/// One dose and its unit.
fn amount(dosage: &Value) -> Option<(String, Option<String>)> {
    let unit_of = |quantity: &Quantity<'_>| {
        Some(quantity.shown_unit().to_owned()).filter(|unit| !unit.is_empty())
    };
    items(dosage, "doseAndRate").find_map(|rate| {
        if let Some(dose) = rate.get("doseQuantity").and_then(quantity) {
            return Some((dose.value.clone(), unit_of(&dose)));
        }
        let range = rate.get("doseRange")?;
        let (low, high) = (
            range.get("low").and_then(quantity)?,
            range.get("high").and_then(quantity)?,
        );
        Some((format!("{}–{}", low.value, high.value), unit_of(&high)))
    })
}

/// The last day of a supply that begins on a full date; `None` for partial dates and other units than days and weeks.
pub(crate) fn last_day(from: &str, duration: &Value) -> Option<String> {
    let duration = quantity(duration)?;
    let first = NaiveDate::parse_from_str(from, "%Y-%m-%d").ok()?;
    let count: u64 = duration
        .value
        .parse()
        .ok()
        .filter(|count| (1..=3_660).contains(count))?;
    let days = match (duration.code, duration.unit) {
        ("d", _) | ("", "日" | "day" | "days") => count,
        ("wk", _) | ("", "週") => count * 7,
        _ => return None,
    };
    first
        .checked_add_days(Days::new(days - 1))
        .map(|last| last.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn several_dosages_keep_each_dose_with_its_words() {
        let order = json!({"dosage": [
            {"text": "朝食後", "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "錠"}}]},
            {"text": "夕食後", "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "錠"}}]}]});
        let dosage = Dosage::read(&order, "dosage");
        assert_eq!(
            dosage.timing.as_deref(),
            Some("朝食後 1回 2 錠 / 夕食後 1回 1 錠")
        );
        assert_eq!(
            dosage.dose, None,
            "a single dose would be wrong for the other time of day"
        );
    }

    #[test]
    fn a_usage_code_without_words_is_put_into_words_and_known_as_needed() {
        let order = json!({"d": [{"timing": {"code": {"coding": [
            {"system": "urn:oid:1.2.392.200250.2.2.20.20", "code": "1050710000000000"}]}}}]});
        let dosage = Dosage::read(&order, "d");
        assert_eq!(dosage.timing.as_deref(), Some("発熱時"));
        assert!(dosage.as_needed);
    }

    #[test]
    fn numbers_of_a_schedule_are_put_into_words() {
        let order = json!({"d": [{"timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d", "when": ["PCM", "PCV"]}}}]});
        assert_eq!(
            Dosage::read(&order, "d").timing.as_deref(),
            Some("1日に2回 朝食後・夕食後")
        );
    }

    #[test]
    fn the_days_of_use_give_the_last_day() {
        assert_eq!(
            last_day("2020-02-27", &json!({"value": 3, "code": "d"})).unwrap(),
            "2020-02-29"
        );
        assert_eq!(last_day("2020-02", &json!({"value": 3, "code": "d"})), None);
        assert_eq!(
            last_day("2020-02-27", &json!({"value": 0, "code": "d"})),
            None
        );
    }
}

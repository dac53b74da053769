//! Vital signs: what was measured, in which unit, and whether a second look is asked for.
//!
//! A negative number, a letter or a part that cannot be (more than 100 percent, pain above 10) is
//! refused. What can be but hardly is gets a warning and is kept: a dying patient's values are real.
//! Units and LOINC codes are those of the FHIR R4 vital-signs profiles. The ranges of the warnings are
//! Kaban's own and wider than the outermost bands of NEWS2 (Royal College of Physicians, 2017); the
//! upper limits of the blood pressure are those of Simple, the blood-pressure app (300 and 180 mmHg).

use std::fmt;

use serde_json::{Map, Value};

use super::decimal::Decimal;
use crate::{
    error::{Invalid, Reason},
    json::{Building, Members},
};

/// What is known about one vital sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VitalSpec {
    /// The JSON member.
    pub name: &'static str,
    /// Japanese label.
    pub label_ja: &'static str,
    /// English label.
    pub label_en: &'static str,
    /// UCUM unit, empty for a score.
    pub ucum: &'static str,
    /// The unit as written on a screen.
    pub unit: &'static str,
    /// LOINC code, empty where the profiles have none.
    pub loinc: &'static str,
    /// The largest value that can be.
    pub possible_max: u32,
    /// Outside of this range, in tenths of the unit, a second look is asked for.
    pub plausible_tenths: (u32, u32),
}

/// Every vital sign measured as a number, in the order of the screen.
pub const VITALS: &[VitalSpec] = &[
    spec(
        "temperature",
        "体温",
        "temperature",
        ("Cel", "℃", "8310-5"),
        100,
        (320, 425),
    ),
    spec(
        "pulse",
        "脈拍",
        "pulse",
        ("/min", "/分", "8867-4"),
        999,
        (200, 2200),
    ),
    spec(
        "spo2",
        "SpO2",
        "SpO2",
        ("%", "%", "59408-5"),
        100,
        (500, 1000),
    ),
    spec(
        "bp_systolic",
        "収縮期血圧",
        "systolic pressure",
        ("mm[Hg]", "mmHg", "8480-6"),
        999,
        (500, 3000),
    ),
    spec(
        "bp_diastolic",
        "拡張期血圧",
        "diastolic pressure",
        ("mm[Hg]", "mmHg", "8462-4"),
        999,
        (200, 1800),
    ),
    spec(
        "respiration",
        "呼吸数",
        "respiration",
        ("/min", "/分", "9279-1"),
        999,
        (40, 600),
    ),
    spec(
        "pain",
        "痛み(NRS)",
        "pain (NRS)",
        ("{score}", "/10", "72514-3"),
        10,
        (0, 100),
    ),
    spec(
        "oxygen",
        "酸素流量",
        "oxygen flow",
        ("L/min", "L/分", "3151-8"),
        100,
        (0, 150),
    ),
];

const fn spec(
    name: &'static str,
    label_ja: &'static str,
    label_en: &'static str,
    (ucum, unit, loinc): (&'static str, &'static str, &'static str),
    possible_max: u32,
    plausible_tenths: (u32, u32),
) -> VitalSpec {
    VitalSpec {
        name,
        label_ja,
        label_en,
        ucum,
        unit,
        loinc,
        possible_max,
        plausible_tenths,
    }
}

/// Japan Coma Scale (太田ほか, 1975): 0 is alert, 300 does not respond to pain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jcs(u16);

impl Jcs {
    /// The ten codes.
    pub const CODES: [u16; 10] = [0, 1, 2, 3, 10, 20, 30, 100, 200, 300];

    /// Takes one of the ten codes.
    ///
    /// # Errors
    /// [`Reason::NotACode`] for any other number.
    pub fn new(code: u64) -> Result<Self, Reason> {
        let known = Self::CODES.iter().find(|c| u64::from(**c) == code);
        known.map(|c| Self(*c)).ok_or(Reason::NotACode)
    }

    /// The code.
    #[must_use]
    pub fn code(self) -> u16 {
        self.0
    }

    /// Reads `10`, `JCS 10` or `II-10`.
    ///
    /// # Errors
    /// [`Reason::NotACode`] when it is none of the ten codes.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        if text.len() > 32 {
            return Err(Reason::NotACode);
        }
        let typed = crate::text::to_ascii_width(text).to_uppercase();
        let typed = typed.strip_prefix("JCS").unwrap_or(&typed).trim();
        let (grade, code) = typed
            .rsplit_once('-')
            .map_or((None, typed), |(grade, code)| (Some(grade), code));
        let code = Self::new(code.trim().parse().map_err(|_| Reason::NotACode)?)?;
        let expected = match code.0 {
            0 => "0",
            1..=3 => "I",
            10..=30 => "II",
            _ => "III",
        };
        if grade.is_none_or(|g| g.trim() == expected) {
            Ok(code)
        } else {
            Err(Reason::NotACode)
        }
    }
}

/// One set of measurements. Whatever was not measured is none.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Vitals {
    /// ℃.
    pub temperature: Option<Decimal>,
    /// Beats per minute.
    pub pulse: Option<Decimal>,
    /// Percent.
    pub spo2: Option<Decimal>,
    /// mmHg.
    pub bp_systolic: Option<Decimal>,
    /// mmHg.
    pub bp_diastolic: Option<Decimal>,
    /// Breaths per minute.
    pub respiration: Option<Decimal>,
    /// Numeric rating scale, 0 to 10.
    pub pain: Option<Decimal>,
    /// Litres per minute; says under which flow SpO2 was read.
    pub oxygen: Option<Decimal>,
    /// Consciousness.
    pub jcs: Option<Jcs>,
    /// Members of a newer version.
    pub rest: Map<String, Value>,
}

/// A measurement that is kept and deserves a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VitalWarning {
    /// Below the plausible range.
    Low(&'static VitalSpec),
    /// Above the plausible range.
    High(&'static VitalSpec),
    /// The diastolic pressure is not below the systolic one.
    PressuresSwapped,
    /// One of the two pressures is missing.
    HalfPressure,
}

impl VitalWarning {
    /// The warning in Japanese (`true`) or English.
    #[must_use]
    pub fn text(&self, japanese: bool) -> String {
        match (self, japanese) {
            (Self::Low(spec), true) => format!("{}が低すぎます。確かめてください", spec.label_ja),
            (Self::High(spec), true) => format!("{}が高すぎます。確かめてください", spec.label_ja),
            (Self::Low(spec), false) => format!("{} is very low, please check", spec.label_en),
            (Self::High(spec), false) => format!("{} is very high, please check", spec.label_en),
            (Self::PressuresSwapped, true) => "血圧の上下が逆です".into(),
            (Self::PressuresSwapped, false) => "diastolic pressure is not below systolic".into(),
            (Self::HalfPressure, true) => "血圧の片方がありません".into(),
            (Self::HalfPressure, false) => "one of the two pressures is missing".into(),
        }
    }
}

impl Vitals {
    /// The number measured for a vital sign of [`VITALS`].
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Decimal> {
        match name {
            "temperature" => self.temperature,
            "pulse" => self.pulse,
            "spo2" => self.spo2,
            "bp_systolic" => self.bp_systolic,
            "bp_diastolic" => self.bp_diastolic,
            "respiration" => self.respiration,
            "pain" => self.pain,
            "oxygen" => self.oxygen,
            _ => None,
        }
    }

    fn set(&mut self, name: &str, value: Decimal) {
        let place = match name {
            "temperature" => &mut self.temperature,
            "pulse" => &mut self.pulse,
            "spo2" => &mut self.spo2,
            "bp_systolic" => &mut self.bp_systolic,
            "bp_diastolic" => &mut self.bp_diastolic,
            "respiration" => &mut self.respiration,
            "pain" => &mut self.pain,
            _ => &mut self.oxygen,
        };
        *place = Some(value);
    }

    /// Whether nothing was measured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads measurements given as numbers or as text in digits of any width.
    ///
    /// # Errors
    /// [`Invalid`] names the member that is negative, no number, or cannot be.
    pub fn from_value(value: Value) -> Result<Self, Invalid> {
        let mut members = Members::of("vitals", value)?;
        let mut vitals = Self::default();
        for spec in VITALS {
            let Some(value) = members.take(spec.name) else {
                continue;
            };
            let text = match value {
                Value::String(text) if text.trim().is_empty() => continue,
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                _ => return Err(members.invalid(spec.name, Reason::NotANumber)),
            };
            let number =
                Decimal::parse(&text).map_err(|reason| members.invalid(spec.name, reason))?;
            if number > Decimal::from(spec.possible_max) {
                return Err(members.invalid(spec.name, Reason::OutOfRange));
            }
            vitals.set(spec.name, number);
        }
        vitals.jcs = match members.take("jcs") {
            None => None,
            Some(Value::String(text)) if text.trim().is_empty() => None,
            Some(Value::String(text)) => {
                Some(Jcs::parse(&text).map_err(|r| members.invalid("jcs", r))?)
            }
            Some(value) => {
                let code = value
                    .as_u64()
                    .ok_or(members.invalid("jcs", Reason::NotACode))?;
                Some(Jcs::new(code).map_err(|r| members.invalid("jcs", r))?)
            }
        };
        vitals.rest = members.rest();
        Ok(vitals)
    }

    /// The stored form: whole numbers as JSON integers, others as text.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut building = Building::on(&self.rest);
        for spec in VITALS {
            building = building.some(spec.name, self.get(spec.name).map(|n| n.to_value()));
        }
        building.some("jcs", self.jcs.map(|jcs| jcs.0)).value()
    }

    /// What deserves a second look, in the order of the screen.
    #[must_use]
    pub fn warnings(&self) -> Vec<VitalWarning> {
        let mut found = Vec::new();
        for spec in VITALS {
            let (low, high) = spec.plausible_tenths;
            match self.get(spec.name) {
                Some(number) if number < Decimal::tenths(low) => {
                    found.push(VitalWarning::Low(spec))
                }
                Some(number) if number > Decimal::tenths(high) => {
                    found.push(VitalWarning::High(spec))
                }
                _ => {}
            }
        }
        match (self.bp_systolic, self.bp_diastolic) {
            (Some(systolic), Some(diastolic)) if diastolic >= systolic => {
                found.push(VitalWarning::PressuresSwapped)
            }
            (Some(_), None) | (None, Some(_)) => found.push(VitalWarning::HalfPressure),
            _ => {}
        }
        found
    }
}

impl fmt::Debug for Vitals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vitals(..)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn vitals(text: &str) -> Result<Vitals, Invalid> {
        Vitals::from_value(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn what_the_doctor_typed_at_night_is_kept_digit_by_digit() {
        let read = vitals(
            r#"{"temperature":38.0,"pulse":"９６","spo2":91,"bp_systolic":128,"bp_diastolic":74,"pain":6,"jcs":"Ⅱ-10","x":1}"#,
        );
        let read = read.unwrap();
        let stored = r#"{"bp_diastolic":74,"bp_systolic":128,"jcs":10,"pain":6,"pulse":96,"spo2":91,"temperature":"38.0","x":1}"#;
        assert_eq!(read.to_value().to_string(), stored);
        assert!(read.warnings().is_empty());
        assert_eq!(vitals(stored).unwrap(), read);
    }

    #[test]
    fn a_respiration_of_400_is_warned_about_and_kept() {
        let read = vitals(r#"{"respiration":400}"#).unwrap();
        assert_eq!(read.warnings(), [VitalWarning::High(&VITALS[5])]);
        assert_eq!(
            read.warnings()[0].text(true),
            "呼吸数が高すぎます。確かめてください"
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_member() {
        for (text, member, reason) in [
            (r#"{"pulse":-1}"#, "vitals.pulse", Reason::OutOfRange),
            (r#"{"pulse":"速い"}"#, "vitals.pulse", Reason::NotANumber),
            (r#"{"spo2":101}"#, "vitals.spo2", Reason::OutOfRange),
            (r#"{"pain":11}"#, "vitals.pain", Reason::OutOfRange),
            (r#"{"jcs":4}"#, "vitals.jcs", Reason::NotACode),
            (r#"{"jcs":"I-20"}"#, "vitals.jcs", Reason::NotACode),
            (
                r#"{"temperature":[36]}"#,
                "vitals.temperature",
                Reason::NotANumber,
            ),
        ] {
            assert_eq!(
                vitals(text).unwrap_err(),
                Invalid::new(member, reason),
                "{text}"
            );
        }
    }

    #[test]
    fn pressures_that_are_swapped_or_halved_ask_for_a_second_look() {
        assert_eq!(
            vitals(r#"{"bp_systolic":74,"bp_diastolic":128}"#)
                .unwrap()
                .warnings(),
            [VitalWarning::PressuresSwapped]
        );
        assert_eq!(
            vitals(r#"{"bp_systolic":74}"#).unwrap().warnings(),
            [VitalWarning::HalfPressure]
        );
    }

    #[test]
    fn every_sign_has_its_place_and_a_range_within_what_can_be() {
        for spec in VITALS {
            let one = Vitals::from_value(json!({spec.name: 10})).unwrap();
            assert_eq!(one.get(spec.name), Some(Decimal::from(10)), "{}", spec.name);
            assert!(spec.plausible_tenths.0 < spec.plausible_tenths.1);
            assert!(spec.plausible_tenths.1 <= spec.possible_max * 10);
        }
    }

    proptest! {
        #[test]
        fn any_measurement_is_refused_or_reads_back(name in "temperature|pulse|spo2|pain|jcs|zz", text in "\\PC{0,8}|[0-9]{0,4}(\\.[0-9]{0,3})?") {
            if let Ok(read) = Vitals::from_value(json!({name: text})) {
                prop_assert_eq!(Vitals::from_value(read.to_value()).unwrap(), read);
            }
        }
    }
}

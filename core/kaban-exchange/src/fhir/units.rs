//! Vital signs in Kaban's units, by exact decimal arithmetic.
//!
//! A value is never guessed: a unit that does not belong to the sign leaves the reading out with a warning. A value
//! outside what is plausible is kept and marked, since only the person who measured can say what it was.

use kaban_model::visit::VITALS;

use super::codes::Sign;
use super::element::Quantity;
use super::plan::Reading;

/// Values are held in millionths; 18 digits are far beyond any reading.
const MILLION: i128 = 1_000_000;

/// How one unit becomes Kaban's: value × `times` / `by`, after `minus` millionths are taken off.
struct Unit {
    names: &'static [&'static str],
    minus: i128,
    times: i128,
    by: i128,
}

const fn same(names: &'static [&'static str]) -> Unit {
    Unit {
        names,
        minus: 0,
        times: 1,
        by: 1,
    }
}

const fn scaled(names: &'static [&'static str], times: i128, by: i128) -> Unit {
    Unit {
        names,
        minus: 0,
        times,
        by,
    }
}

const PRESSURE: &[Unit] = &[
    same(&["mm[Hg]", "mmHg", "㎜Hg"]),
    scaled(&["kPa"], 750_062, 100_000),
];
const PER_MINUTE: &[Unit] = &[same(&[
    "/min",
    "{beats}/min",
    "{breaths}/min",
    "bpm",
    "beats/min",
    "beats/minute",
    "breaths/min",
    "breaths/minute",
    "回/分",
    "回/min",
    "拍/分",
    "回",
    "拍",
    "{Beats}/min",
    "min-1",
])];
const PERCENT: &[Unit] = &[same(&["%", "％"])];
const TEMPERATURE: &[Unit] = &[
    same(&["Cel", "℃", "°C", "C", "度", "degrees C", "degC", "deg C"]),
    Unit {
        names: &["[degF]", "degF", "°F", "F", "℉"],
        minus: 32 * MILLION,
        times: 5,
        by: 9,
    },
];
const FLOW: &[Unit] = &[
    same(&["L/min", "l/min", "L/分", "Ｌ／分"]),
    scaled(&["mL/min", "ml/min"], 1, 1_000),
];
const SCORE: &[Unit] = &[same(&["{score}", "1", "score", "点", ""])];
const WEIGHT: &[Unit] = &[
    same(&["kg", "㎏"]),
    scaled(&["g"], 1, 1_000),
    scaled(&["[lb_av]", "lb", "lbs"], 45_359_237, 100_000_000),
];
const HEIGHT: &[Unit] = &[
    same(&["cm", "㎝"]),
    scaled(&["m"], 100, 1),
    scaled(&["mm"], 1, 10),
    scaled(&["[in_i]", "in", "[in_us]"], 254, 100),
];

impl Sign {
    fn units(self) -> &'static [Unit] {
        match self {
            Self::Systolic | Self::Diastolic => PRESSURE,
            Self::Pulse | Self::Respiration => PER_MINUTE,
            Self::Spo2 => PERCENT,
            Self::Temperature => TEMPERATURE,
            Self::Pain => SCORE,
            Self::Oxygen => FLOW,
            Self::Weight => WEIGHT,
            Self::Height => HEIGHT,
        }
    }

    /// Kaban's unit, in UCUM.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Systolic | Self::Diastolic => "mm[Hg]",
            Self::Pulse | Self::Respiration => "/min",
            Self::Spo2 => "%",
            Self::Temperature => "Cel",
            Self::Pain => "{score}",
            Self::Oxygen => "L/min",
            Self::Weight => "kg",
            Self::Height => "cm",
        }
    }

    /// Decimals that Kaban keeps.
    fn decimals(self) -> u32 {
        u32::from(matches!(
            self,
            Self::Temperature | Self::Oxygen | Self::Weight | Self::Height
        ))
    }

    /// The member of `kaban_model`'s vital signs that holds it; weight and height travel along as members of their own.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::Systolic => "bp_systolic",
            Self::Diastolic => "bp_diastolic",
            Self::Pulse => "pulse",
            Self::Respiration => "respiration",
            Self::Spo2 => "spo2",
            Self::Temperature => "temperature",
            Self::Pain => "pain",
            Self::Oxygen => "oxygen",
            Self::Weight => "weight",
            Self::Height => "height",
        }
    }

    /// Outside these bounds, in tenths of the unit, a value is likelier a slip than a measurement.
    fn plausible_tenths(self) -> (i128, i128) {
        match VITALS.iter().find(|spec| spec.name == self.member()) {
            Some(spec) => (
                i128::from(spec.plausible_tenths.0),
                i128::from(spec.plausible_tenths.1),
            ),
            None if self == Self::Weight => (10, 3_000),
            None => (300, 2_300),
        }
    }
}

/// Reads a quantity as a reading of `sign`, with what a person should know about it.
///
/// # Errors
/// A sentence for the report when nothing can be read without guessing.
pub(crate) fn reading(
    sign: Sign,
    quantity: &Quantity<'_>,
) -> Result<(Reading, Vec<String>), String> {
    let as_sent = format!(
        "{}{} {}",
        quantity.comparator,
        quantity.value,
        quantity.shown_unit()
    )
    .trim()
    .to_owned();
    if !quantity.comparator.is_empty() {
        return Err(format!("{sign:?}: not an exact value, left out"));
    }
    let mut warnings = Vec::new();
    let said = millionths(&quantity.value)
        .ok_or_else(|| format!("{sign:?}: not a number that can be read"))?;
    let known = |name: &str| sign.units().iter().find(|unit| unit.names.contains(&name));
    let unit = match (quantity.code, quantity.unit) {
        ("", "") if sign != Sign::Pain => {
            warnings.push(format!(
                "{sign:?}: sent without a unit, read as {}",
                sign.unit()
            ));
            sign.units().first()
        }
        (code, shown) => known(code).or_else(|| known(shown)),
    };
    let unit =
        unit.ok_or_else(|| format!("{sign:?}: a unit that does not belong to it, left out"))?;
    if said < 0 {
        return Err(format!("{sign:?}: below zero, left out"));
    }
    let converted = divide_rounded((said - unit.minus) * unit.times, unit.by);
    if unit.times != 1 || unit.by != 1 {
        warnings.push(format!("{sign:?}: converted to {}", sign.unit()));
    }
    let step = MILLION / 10_i128.pow(sign.decimals());
    let steps = divide_rounded(converted, step);
    if steps * step != converted && unit.by == 1 {
        warnings.push(format!("{sign:?}: rounded"));
    }
    let (low, high) = sign.plausible_tenths();
    if !(low..=high).contains(&divide_rounded(converted, MILLION / 10)) {
        warnings.push(format!("{sign:?}: implausible value, kept as it was sent"));
    }
    let value = if sign.decimals() == 0 {
        steps.to_string()
    } else {
        tenths_text(steps)
    };
    Ok((
        Reading {
            sign,
            value,
            as_sent,
        },
        warnings,
    ))
}

fn tenths_text(tenths: i128) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

/// Half away from zero.
fn divide_rounded(value: i128, by: i128) -> i128 {
    let half = by / 2;
    if value < 0 {
        (value - half) / by
    } else {
        (value + half) / by
    }
}

/// A decimal text in millionths; digits beyond the sixth decimal are dropped, texts beyond 12 whole digits refused.
fn millionths(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(part) || whole.len() > 12 {
        return None;
    }
    let part: String = part.chars().chain("000000".chars()).take(6).collect();
    let value = whole.parse::<i128>().ok()? * MILLION + part.parse::<i128>().ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(sign: Sign, value: &str, unit: &str) -> Result<(String, Vec<String>), String> {
        let quantity = Quantity {
            value: value.to_owned(),
            code: "",
            unit,
            comparator: "",
        };
        reading(sign, &quantity).map(|(reading, warnings)| (reading.value, warnings))
    }

    #[test]
    fn a_respiration_of_400_is_kept_and_marked() {
        let (value, warnings) = read(Sign::Respiration, "400", "回").unwrap();
        assert_eq!(value, "400");
        assert!(
            warnings
                .iter()
                .any(|warning| warning.contains("implausible"))
        );
    }

    #[test]
    fn units_of_elsewhere_are_converted_exactly() {
        assert_eq!(read(Sign::Temperature, "98.6", "[degF]").unwrap().0, "37.0");
        assert_eq!(read(Sign::Height, "1.65", "m").unwrap().0, "165.0");
        assert_eq!(read(Sign::Weight, "150", "[lb_av]").unwrap().0, "68.0");
        assert_eq!(read(Sign::Systolic, "16", "kPa").unwrap().0, "120");
    }

    #[test]
    fn a_unit_of_another_quantity_is_never_guessed() {
        assert!(read(Sign::Temperature, "36.5", "kg").is_err());
        assert!(read(Sign::Spo2, "0.97", "1").is_err());
        assert!(read(Sign::Pulse, "-60", "/min").is_err());
    }

    #[test]
    fn rounding_is_told() {
        let (value, warnings) = read(Sign::Systolic, "127.1600675657178", "mmHg").unwrap();
        assert_eq!(value, "127");
        assert!(warnings.iter().any(|warning| warning.contains("rounded")));
        let (value, warnings) = read(Sign::Temperature, "36.50", "℃").unwrap();
        assert_eq!((value.as_str(), warnings.len()), ("36.5", 0));
    }
}

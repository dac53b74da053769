//! Measured numbers without binary floating point: the digits as written, comparable as numbers.

use std::{cmp::Ordering, fmt};

use serde_json::Value;

use crate::error::Reason;

const SCALE_MAX: u8 = 6;

/// A number from 0 to 999,999,999 with at most six decimals; `38.0` stays `38.0`.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    digits: u64,
    scale: u8,
}

impl Decimal {
    /// Reads digits of any width with an optional decimal point.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] for a negative number, [`Reason::NotANumber`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Reason> {
        let plain = crate::patient::decimal(text, 999_999_999)?;
        let scale = plain
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        let digits = plain
            .replace('.', "")
            .parse()
            .map_err(|_| Reason::NotANumber)?;
        let scale = u8::try_from(scale).map_err(|_| Reason::NotANumber)?;
        Ok(Self { digits, scale })
    }

    /// Reads a number of any precision, as machines write them, and rounds it to `decimals` (at most six), halves up.
    ///
    /// # Errors
    /// As [`Decimal::parse`].
    pub fn parse_rounded(text: &str, decimals: u8) -> Result<Self, Reason> {
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let keep = usize::from(decimals.min(SCALE_MAX));
        if fraction.len() <= keep || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return Self::parse(text);
        }
        let kept = if keep == 0 {
            whole.to_owned()
        } else {
            format!("{whole}.{}", &fraction[..keep])
        };
        let mut number = Self::parse(&kept)?;
        number.digits += u64::from(fraction.as_bytes()[keep] >= b'5');
        Ok(number)
    }

    /// A number given in tenths.
    #[must_use]
    pub fn tenths(tenths: u32) -> Self {
        Self {
            digits: u64::from(tenths),
            scale: 1,
        }
    }

    /// Whole numbers as a JSON integer, others as text with all their digits.
    #[must_use]
    pub fn to_value(self) -> Value {
        if self.scale == 0 {
            Value::from(self.digits)
        } else {
            Value::from(self.to_string())
        }
    }

    /// The number in millionths, for comparing.
    fn millionths(self) -> u64 {
        self.digits
            .saturating_mul(10u64.pow(u32::from(SCALE_MAX.saturating_sub(self.scale))))
    }
}

impl From<u32> for Decimal {
    fn from(whole: u32) -> Self {
        Self {
            digits: u64::from(whole),
            scale: 0,
        }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.millionths().cmp(&other.millionths())
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10u64.pow(u32::from(self.scale));
        write!(f, "{}", self.digits / unit)?;
        if self.scale > 0 {
            write!(
                f,
                ".{:0width$}",
                self.digits % unit,
                width = usize::from(self.scale)
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_as_numbers_and_print_as_written() {
        let read = |text: &str| Decimal::parse(text).unwrap();
        assert_eq!(read("38.0"), read("38"));
        assert!(read("36.95") < Decimal::tenths(370));
        let rounded = |text: &str| Decimal::parse_rounded(text, 1).map(|d| d.to_string());
        assert_eq!(rounded("37.14999999999"), Ok("37.1".into()));
        assert_eq!(rounded("36.95"), Ok("37.0".into()));
        assert_eq!(rounded("38"), Ok("38".into()));
        assert_eq!(rounded("-0.55"), Err(Reason::OutOfRange));
        assert_eq!(rounded("1.5e3"), Err(Reason::NotANumber));
        assert_eq!(
            Decimal::parse_rounded("119.5", 0).map(|d| d.to_string()),
            Ok("120".into())
        );
        assert_eq!(read("0.050").to_string(), "0.050");
        assert_eq!(read("999999999.000000").to_string(), "999999999.000000");
    }
}

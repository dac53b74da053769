//! The section of what time, season and dark change (`CONDS`, on foot `FCONDS`).
//!
//! u32 s; s × u16 traits; u32 rules; per rule u32 segment, u32 condition string, u8 kind, 2 × u32: for kind 0 the access flags and 0,
//! for kind 1 the flags of the directions and 0, for kind 2 the time forward and backward (ds). Rules are sorted by segment.

use super::sections::{Cursor, check, count};
use crate::build::COST_MAX;
use crate::error::{Error, Result};
use crate::tables::{DatedRule, Effect, Names, Tables, flag, traits};

const RULE_BYTES: usize = 17;

pub(super) fn encode(tables: &Tables) -> Vec<u8> {
    let mut out = count(tables.segments.len());
    for segment in &tables.segments {
        out.extend_from_slice(&segment.traits.to_le_bytes());
    }
    out.extend(count(tables.dated.len()));
    for rule in &tables.dated {
        let (kind, values) = match rule.effect {
            Effect::Access(flags) => (0, [u32::from(flags), 0]),
            Effect::Directions(flags) => (1, [u32::from(flags), 0]),
            Effect::Time(times) => (2, times),
        };
        out.extend_from_slice(&rule.segment.to_le_bytes());
        out.extend_from_slice(&rule.condition.to_le_bytes());
        out.push(kind);
        values
            .iter()
            .for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
    }
    out
}

/// Adds the section to tables whose segments are decoded.
pub(super) fn decode(bytes: &[u8], names: &Names, tables: &mut Tables) -> Result<()> {
    let mut cursor = Cursor(bytes);
    check(
        cursor.u32()? as usize == tables.segments.len(),
        "conditions for another network",
    )?;
    let column = cursor.column(tables.segments.len(), 2)?.chunks_exact(2);
    for (segment, raw) in tables.segments.iter_mut().zip(column) {
        segment.traits = u16::from_le_bytes([raw[0], raw[1]]);
        check(
            segment.traits & !traits::KNOWN == 0,
            "an unknown trait of a road",
        )?;
    }
    let rules = cursor.u32()? as usize;
    check(rules <= cursor.0.len() / RULE_BYTES, "too many conditions")?;
    tables.dated.reserve_exact(rules);
    for _ in 0..rules {
        let rule = rule(&mut cursor)?;
        let in_order = tables
            .dated
            .last()
            .is_none_or(|before| before.segment <= rule.segment);
        check(in_order, "conditions out of order")?;
        check(
            (rule.segment as usize) < tables.segments.len(),
            "a condition on an unknown road",
        )?;
        check(
            (rule.condition as usize) < names.strings.len(),
            "a condition without its text",
        )?;
        tables.dated.push(rule);
    }
    cursor.end()
}

fn rule(cursor: &mut Cursor<'_>) -> Result<DatedRule> {
    let (segment, condition) = (cursor.u32()?, cursor.u32()?);
    let kind = cursor.take(1)?[0];
    let values = [cursor.u32()?, cursor.u32()?];
    let flags = |allowed: u16| {
        let flags = u16::try_from(values[0])
            .ok()
            .filter(|flags| flags & !allowed == 0);
        flags
            .filter(|_| values[1] == 0)
            .ok_or(Error::Damaged("a condition with an unknown effect"))
    };
    let effect = match kind {
        0 => Effect::Access(flags(Effect::ACCESS)?),
        1 => Effect::Directions(flags(flag::FORWARD | flag::BACKWARD)?),
        2 => {
            let possible = values.iter().all(|time| (1..=COST_MAX).contains(time));
            check(possible, "a condition with an impossible time")?;
            Effect::Time(values)
        }
        _ => return Err(Error::Damaged("a condition with an unknown effect")),
    };
    Ok(DatedRule {
        segment,
        condition,
        effect,
    })
}

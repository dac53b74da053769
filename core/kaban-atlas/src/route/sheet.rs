//! The route as plain text, for paper: it works when the phone does not.
//!
//! Numbered steps with the kilometres driven so far and no clock, the signals and level crossings on the way, the conditions and closures the route was made under, the day of
//! the data and the credit.

use super::{Route, Step};
use crate::conditions::{Conditions, Season};
use crate::pack::Pack;

/// Most closures named on a sheet; the others are counted.
const CLOSURES_NAMED_MAX: usize = 20;

/// The sheet in Japanese or English, lines ending in a line feed; `route` needs its steps.
#[must_use]
pub fn text_route(pack: &Pack, conditions: &Conditions, route: &Route, japanese: bool) -> String {
    let say = |ja: String, en: String| if japanese { ja } else { en };
    let (km, minutes) = (route.distance_m / 1_000.0, route.duration_s / 60.0);
    let mut lines = vec![say(
        format!("{km:.1} km、{minutes:.0} 分"),
        format!("{km:.1} km, {minutes:.0} min"),
    )];
    if route.last_resort {
        lines.push(say(
            "⚠ 農道や私道を通らないと着けません".into(),
            "⚠ only farm tracks or private ways lead there".into(),
        ));
    }
    let mut driven = 0.0;
    for (number, step) in (1..).zip(&route.steps) {
        let text = if japanese {
            &step.text_ja
        } else {
            &step.text_en
        };
        let seen = landmarks(step, japanese);
        lines.push(format!(
            "{number:>3}.  {:>6.1} km  {text}{seen}",
            driven / 1_000.0
        ));
        driven += step.distance_m;
    }
    lines.push(String::new());
    lines.push(under(pack, conditions, japanese));
    if !conditions.closures.is_empty() {
        lines.push(closures(conditions, japanese));
    }
    if let Some(date) = &pack.meta().data_date {
        lines.push(say(
            format!("地図データ: {date}"),
            format!("Map data of {date}"),
        ));
    }
    lines.push(pack.meta().attribution.clone());
    lines.push(String::new());
    lines.join("\n")
}

/// What is passed on the way to the next step.
fn landmarks(step: &Step, japanese: bool) -> String {
    let mut seen = Vec::new();
    for (count, ja, en) in [
        (step.signals, "信号", "signals"),
        (step.level_crossings, "踏切", "level crossings"),
    ] {
        match (count, japanese) {
            (0, _) => {}
            (count, true) => seen.push(format!("{ja}{count}")),
            (count, false) => seen.push(format!("{en}: {count}")),
        }
    }
    match (seen.is_empty(), japanese) {
        (true, _) => String::new(),
        (false, true) => format!("（{}）", seen.join("、")),
        (false, false) => format!(" ({})", seen.join(", ")),
    }
}

fn under(pack: &Pack, conditions: &Conditions, japanese: bool) -> String {
    let mut words: Vec<String> = Vec::new();
    if let Some(at) = conditions.at {
        words.push(at.to_string());
    }
    let [_, south, _, north] = pack.bounds();
    let season = match (conditions.winter((south + north) / 2.0), conditions.season) {
        (Some(true), _) => Some(("冬", "winter")),
        (Some(false), Season::Summer) => Some(("夏", "summer")),
        _ => None,
    };
    let dark = conditions.dark().then_some(("夜", "night"));
    for (ja, en) in season.into_iter().chain(dark) {
        words.push(if japanese { ja } else { en }.to_owned());
    }
    match (words.is_empty(), japanese) {
        (true, true) => "条件: なし（時間の規制・雪・夜は考えていません）".to_owned(),
        (true, false) => "Conditions: none (no rules by time, no snow, no dark)".to_owned(),
        (false, true) => format!("条件: {}", words.join("、")),
        (false, false) => format!("Conditions: {}", words.join(", ")),
    }
}

fn closures(conditions: &Conditions, japanese: bool) -> String {
    let all = &conditions.closures;
    let named: Vec<&str> = all
        .iter()
        .take(CLOSURES_NAMED_MAX)
        .map(|closure| closure.id.as_str())
        .collect();
    let more = all.len() - named.len();
    let (rest_ja, rest_en) = match more {
        0 => (String::new(), String::new()),
        more => (format!("、ほか{more}件"), format!(" and {more} more")),
    };
    let count = all.len();
    if japanese {
        format!("避けた通行止め {count}件: {}{rest_ja}", named.join("、"))
    } else {
        format!("Closures avoided ({count}): {}{rest_en}", named.join(", "))
    }
}

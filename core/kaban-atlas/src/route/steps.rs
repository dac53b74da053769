//! Instructions, one line each, in Japanese and English.
//!
//! An instruction is given where a driver must do something or where the road's name changes; going straight on over a crossing
//! is none. A ferry, a roundabout and turning round have their own words.

use crate::geo::Coord;
use crate::network::{FORK, Network};
use crate::pack::Pack;
use crate::tables::{DrivingSide, Label, RoadClass, flag, node_flag, traits};
use serde::Serialize;

/// What to do at the beginning of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Set out.
    Depart,
    /// The road goes on under another name.
    Continue,
    /// Keep to the left or right branch.
    SlightLeft,
    /// See [`Turn::SlightLeft`].
    SlightRight,
    /// Turn.
    Left,
    /// Turn.
    Right,
    /// Turn back at an acute angle.
    SharpLeft,
    /// See [`Turn::SharpLeft`].
    SharpRight,
    /// Turn round at the end of a road.
    UTurn,
    /// Take the n-th exit of a roundabout.
    Roundabout(u8),
    /// Board a ferry.
    Ferry,
    /// The destination.
    Arrive,
}

/// One line of instructions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What to do.
    pub turn: Turn,
    /// The line in Japanese.
    pub text_ja: String,
    /// The line in English.
    pub text_en: String,
    /// Name of the road that follows, empty when it has none.
    pub name: String,
    /// Number of the road that follows, empty when it has none.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Metres until the next step.
    pub distance_m: f64,
    /// Seconds until the next step.
    pub duration_s: f64,
    /// Traffic signals passed until the next step, the one where it begins not counted.
    pub signals: u16,
    /// Level crossings passed until the next step.
    pub level_crossings: u16,
    /// Where the step begins, `[longitude, latitude]`.
    pub at: [f64; 2],
}

/// A driven edge with its share of distance and time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walked {
    pub edge: u32,
    pub decimetres: u64,
    pub deciseconds: u64,
}

/// A step being put together.
struct Draft {
    turn: Turn,
    label: Label,
    class: RoadClass,
    decimetres: u64,
    deciseconds: u64,
    start: usize,
    at_signal: bool,
    signals: u16,
    level_crossings: u16,
}

/// Instructions for the driven edges; `starts` has the position of each and of the end.
pub(super) fn instructions(
    pack: &Pack,
    network: &Network,
    walked: &[Walked],
    starts: &[Coord],
    side: DrivingSide,
) -> Vec<Step> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut in_roundabout = false;
    for (index, leg) in walked.iter().enumerate() {
        let segment = &network.tables.segments[(leg.edge >> 1) as usize];
        let label = pack.names.label(segment.label);
        let roundabout = segment.flags & flag::ROUNDABOUT != 0;
        let before = index.checked_sub(1).map(|before| &walked[before]);
        let turn = match before {
            None => Some(Turn::Depart),
            Some(before) if before.edge == leg.edge ^ 1 => Some(Turn::UTurn),
            Some(_) if roundabout && !in_roundabout => Some(Turn::Roundabout(0)),
            Some(_) if in_roundabout => {
                if roundabout {
                    None
                } else {
                    leave_roundabout(&mut drafts, label, segment.class)
                }
            }
            Some(_) if segment.class == RoadClass::Ferry => {
                let boarding = drafts
                    .last()
                    .is_none_or(|draft| draft.class != RoadClass::Ferry);
                boarding.then_some(Turn::Ferry)
            }
            Some(before) => turn_between(pack, network, before.edge, leg.edge),
        };
        if in_roundabout && roundabout {
            count_exit(network, walked[index - 1].edge, leg.edge, &mut drafts);
        }
        in_roundabout = roundabout;
        if let Some(turn) = turn {
            let (decimetres, deciseconds) = (0, 0);
            drafts.push(Draft {
                turn,
                label,
                class: segment.class,
                decimetres,
                deciseconds,
                start: index,
                at_signal: before.is_some() && signal_at_tail(network, leg.edge),
                signals: 0,
                level_crossings: 0,
            });
        }
        if let Some(draft) = drafts.last_mut() {
            let whole = leg.decimetres == u64::from(network.edges[leg.edge as usize].length);
            let seen = |bit: u16| u16::from(whole && segment.traits & bit != 0);
            let passed = index > draft.start && signal_at_tail(network, leg.edge);
            draft.signals = draft
                .signals
                .saturating_add(seen(traits::SIGNALS) + u16::from(passed));
            draft.level_crossings = draft
                .level_crossings
                .saturating_add(seen(traits::LEVEL_CROSSING));
            draft.decimetres += leg.decimetres;
            draft.deciseconds += leg.deciseconds;
        }
    }
    let mut steps: Vec<Step> = drafts
        .iter()
        .map(|draft| finish(pack, draft, starts, side))
        .collect();
    steps.push(Step {
        turn: Turn::Arrive,
        text_ja: "目的地に到着".into(),
        text_en: "Arrive at your destination".into(),
        name: String::new(),
        reference: String::new(),
        distance_m: 0.0,
        duration_s: 0.0,
        signals: 0,
        level_crossings: 0,
        at: starts.last().map_or([0.0; 2], |at| at.lon_lat()),
    });
    steps
}

fn signal_at_tail(network: &Network, edge: u32) -> bool {
    let tail = network.tables.tail(edge);
    network.nodes[tail as usize] & node_flag::SIGNALS != 0
}

/// Another road leaves the roundabout between two of its pieces: the exit not taken counts.
fn count_exit(network: &Network, before: u32, here: u32, drafts: &mut [Draft]) {
    let node = network.edges[before as usize].head;
    let leaves = network.leaving(node).iter().any(|edge| {
        *edge != here
            && *edge != before ^ 1
            && network.edges[*edge as usize].flags & flag::ROUNDABOUT == 0
    });
    if let (
        true,
        Some(Draft {
            turn: Turn::Roundabout(exits),
            ..
        }),
    ) = (leaves, drafts.last_mut())
    {
        *exits = exits.saturating_add(1);
    }
}

/// The roundabout's step takes the name of the road it leads to; a route that began inside has no such step.
fn leave_roundabout(drafts: &mut [Draft], label: Label, class: RoadClass) -> Option<Turn> {
    let Some(draft) = drafts.last_mut() else {
        return Some(Turn::Depart);
    };
    let Turn::Roundabout(exits) = &mut draft.turn else {
        return Some(Turn::Continue);
    };
    *exits = exits.saturating_add(1);
    draft.label = label;
    draft.class = class;
    None
}

/// The instruction between two edges, if one is needed.
fn turn_between(pack: &Pack, network: &Network, before: u32, here: u32) -> Option<Turn> {
    let (from, to) = (
        &network.edges[before as usize],
        &network.edges[here as usize],
    );
    let labels = [before, here].map(|edge| {
        pack.names
            .label(network.tables.segments[(edge >> 1) as usize].label)
    });
    let renamed = labels[0] != labels[1] && (labels[1].name != 0 || labels[1].reference != 0);
    let angle = to.leaving.wrapping_sub(from.arriving);
    let turn = by_angle(angle);
    if network.nodes[from.head as usize] & FORK == 0 {
        // The road bends or is called otherwise, but there is nothing to choose.
        return (renamed && same_way_is_news(labels)).then_some(Turn::Continue);
    }
    match turn {
        Turn::Continue => (renamed && same_way_is_news(labels)).then_some(Turn::Continue),
        Turn::SlightLeft | Turn::SlightRight => {
            // A gentle bend of the same road is no instruction unless something else goes on straighter.
            let straighter = network.leaving(from.head).iter().any(|edge| {
                let other = &network.edges[*edge as usize];
                *edge != here
                    && *edge != before ^ 1
                    && sharpness(other.leaving.wrapping_sub(from.arriving)) <= sharpness(angle) + 8
            });
            (straighter || renamed).then_some(turn)
        }
        _ => Some(turn),
    }
}

/// A bridge's or a district's name on the same numbered road is no news to a driver.
fn same_way_is_news(labels: [Label; 2]) -> bool {
    labels[0].reference == 0 || labels[0].reference != labels[1].reference
}

fn sharpness(angle: u8) -> u8 {
    angle.min(angle.wrapping_neg())
}

fn by_angle(angle: u8) -> Turn {
    let right = angle < 128;
    match (sharpness(angle), right) {
        (0..=17, _) => Turn::Continue,
        (18..=38, true) => Turn::SlightRight,
        (18..=38, false) => Turn::SlightLeft,
        (39..=98, true) => Turn::Right,
        (39..=98, false) => Turn::Left,
        (_, true) => Turn::SharpRight,
        (_, false) => Turn::SharpLeft,
    }
}

fn finish(pack: &Pack, draft: &Draft, starts: &[Coord], side: DrivingSide) -> Step {
    let (name, name_en, reference) = (
        pack.names.text(draft.label.name),
        pack.names.text(draft.label.name_en),
        pack.names.text(draft.label.reference),
    );
    let japan = pack.meta().country.as_deref() == Some("JP");
    let road_ja = road_ja(name, reference, draft.class, japan);
    let road_en = road_en(
        if name_en.is_empty() { name } else { name_en },
        reference,
        japan,
    );
    let (length_ja, length_en) = lengths(draft.decimetres);
    let (mut do_ja, mut do_en) = words(draft.turn, side);
    if draft.at_signal && is_bend(draft.turn) {
        do_ja = format!("信号を{do_ja}");
        do_en = format!("At the signal {}", do_en.to_lowercase());
    }
    let text_ja = match (&*road_ja, draft.turn) {
        ("", _) => format!("{do_ja}、{length_ja}"),
        (road, Turn::Depart | Turn::Continue) => format!("{road}を{do_ja}、{length_ja}"),
        (road, _) => format!("{do_ja}、{road}を{length_ja}"),
    };
    let text_en = match (&*road_en, draft.turn) {
        ("", _) => format!("{do_en}, {length_en}"),
        (road, Turn::Depart | Turn::Continue) => format!("{do_en} on {road}, {length_en}"),
        (road, _) => format!("{do_en} onto {road}, {length_en}"),
    };
    Step {
        turn: draft.turn,
        text_ja,
        text_en,
        name: name.to_owned(),
        reference: reference.to_owned(),
        distance_m: draft.decimetres as f64 / 10.0,
        duration_s: draft.deciseconds as f64 / 10.0,
        signals: draft.signals,
        level_crossings: draft.level_crossings,
        at: starts.get(draft.start).map_or([0.0; 2], |at| at.lon_lat()),
    }
}

fn is_bend(turn: Turn) -> bool {
    matches!(
        turn,
        Turn::Left
            | Turn::Right
            | Turn::SlightLeft
            | Turn::SlightRight
            | Turn::SharpLeft
            | Turn::SharpRight
    )
}

fn words(turn: Turn, side: DrivingSide) -> (String, String) {
    let (ja, en) = match turn {
        Turn::Depart => ("出発", "Set out"),
        Turn::Continue => ("道なりに進む", "Continue"),
        Turn::SlightLeft => ("斜め左へ", "Bear left"),
        Turn::SlightRight => ("斜め右へ", "Bear right"),
        Turn::Left => ("左折", "Turn left"),
        Turn::Right => ("右折", "Turn right"),
        Turn::SharpLeft => ("大きく左折", "Turn sharp left"),
        Turn::SharpRight => ("大きく右折", "Turn sharp right"),
        Turn::UTurn => ("Uターン", "Make a U-turn"),
        Turn::Ferry => ("フェリーに乗る", "Take the ferry"),
        Turn::Arrive => ("目的地に到着", "Arrive"),
        Turn::Roundabout(exits) => {
            let (way_ja, way_en) = match side {
                DrivingSide::Left => ("時計回り", "clockwise"),
                DrivingSide::Right => ("反時計回り", "counterclockwise"),
            };
            return if exits == 0 {
                (
                    format!("環状交差点に入る（{way_ja}）"),
                    format!("Enter the roundabout ({way_en})"),
                )
            } else {
                (
                    format!("環状交差点（{way_ja}）の{exits}番目の出口へ"),
                    format!("At the roundabout ({way_en}) take exit {exits}"),
                )
            };
        }
    };
    (ja.to_owned(), en.to_owned())
}

/// 国道 and 県道 by class, as the signs say.
fn road_ja(name: &str, reference: &str, class: RoadClass, japan: bool) -> String {
    let first = reference.split(';').next().unwrap_or("");
    let number = if first.is_empty() {
        String::new()
    } else if japan && first.bytes().all(|byte| byte.is_ascii_digit()) {
        match class {
            RoadClass::Trunk | RoadClass::TrunkLink => format!("国道{first}号"),
            RoadClass::Primary
            | RoadClass::PrimaryLink
            | RoadClass::Secondary
            | RoadClass::SecondaryLink => {
                format!("県道{first}号")
            }
            _ => format!("{first}号"),
        }
    } else {
        first.to_owned()
    };
    match (name.is_empty(), number.is_empty()) {
        (false, false) if !name.contains(&number) => format!("{number}（{name}）"),
        (false, _) => name.to_owned(),
        (true, _) => number,
    }
}

fn road_en(name: &str, reference: &str, japan: bool) -> String {
    let first = reference.split(';').next().unwrap_or("");
    let number = if japan && !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("Route {first}")
    } else {
        first.to_owned()
    };
    match (name.is_empty(), number.is_empty()) {
        (false, false) => format!("{name} ({number})"),
        (false, true) => name.to_owned(),
        (true, _) => number,
    }
}

/// Tens of metres below a kilometre, tenths of a kilometre above.
fn lengths(decimetres: u64) -> (String, String) {
    let metres = decimetres / 10;
    if metres < 10 {
        return (format!("{metres}メートル"), format!("{metres} m"));
    }
    let tens = (metres + 5) / 10 * 10;
    if tens < 1_000 {
        return (format!("{tens}メートル"), format!("{tens} m"));
    }
    let km = decimetres as f64 / 10_000.0;
    (format!("{km:.1}キロ"), format!("{km:.1} km"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_roads_are_called_as_on_their_signs() {
        assert_eq!(road_ja("", "126", RoadClass::Trunk, true), "国道126号");
        assert_eq!(
            road_ja("銚子海上線", "71", RoadClass::Secondary, true),
            "県道71号（銚子海上線）"
        );
        assert_eq!(road_ja("", "L 600", RoadClass::Secondary, false), "L 600");
        assert_eq!(road_en("", "126", true), "Route 126");
    }

    #[test]
    fn lengths_are_rounded_as_people_say_them() {
        assert_eq!(lengths(43).1, "4 m");
        assert_eq!(lengths(2_340).1, "230 m");
        assert_eq!(lengths(9_960).1, "1.0 km");
        assert_eq!(lengths(123_400).0, "12.3キロ");
    }

    #[test]
    fn turns_are_named_by_their_angle() {
        let names = [0, 30, 64, 110, 146, 192, 226].map(by_angle);
        let wanted = [
            Turn::Continue,
            Turn::SlightRight,
            Turn::Right,
            Turn::SharpRight,
            Turn::SharpLeft,
            Turn::Left,
            Turn::SlightLeft,
        ];
        assert_eq!(names, wanted);
    }
}

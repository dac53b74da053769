//! The words on a printed map, in the language of the terminal, each with a plain form for a machine without a font.

use kaban_atlas::pack::Pack;
use kaban_atlas::picture::{Pin, Severity, Wording, Words};

use crate::lang::{Lang, severity};

/// What every map of this program says, under this title and of this day.
pub fn words(
    lang: Lang,
    title: Wording,
    day: chrono::NaiveDate,
    pins: &[Pin],
    pack: &Pack,
) -> Words {
    let say = |ja: &str, en: &str| Wording::new(lang.pick(ja, en), en);
    let legend = Severity::ALL
        .into_iter()
        .filter(|one| *one != Severity::Unknown || pins.iter().any(|pin| pin.severity == *one))
        .map(|one| (one, label(one, lang)))
        .collect();
    let plain = day.format("%Y-%m-%d").to_string();
    let date = if lang.is_ja() {
        Wording::new(day.format("%Y年%-m月%-d日").to_string(), plain)
    } else {
        Wording::plain(plain)
    };
    let meta = pack.meta();
    let of = |before: &str| {
        meta.data_date
            .as_ref()
            .map_or_else(String::new, |date| format!("{before}{date}"))
    };
    Words {
        title,
        date,
        legend,
        keys: Vec::new(),
        notes: Vec::from_iter((!pins.is_empty()).then(|| {
            say(
                "患者さんの家が載っています。かばんの外に出さず、古くなったら裁断する",
                "Shows where patients live: keep it in the bag, shred it when it is old",
            )
        })),
        bare: say(
            "※ {n} 軒は番号を書く余地がない(小さい印)。狭い範囲か大きな紙で",
            "! {n} houses have no room for a number (small signs): print less land or larger paper",
        ),
        empty: say(
            "この範囲に患者さんの家はありません",
            "No patient's house here",
        ),
        attribution: Wording::new(
            format!(
                "{}{}",
                meta.attribution,
                of(lang.pick("、地図データ ", ", data of "))
            ),
            format!("{}{}", meta.attribution, of(", data of ")),
        ),
    }
}

fn label(one: Severity, lang: Lang) -> Wording {
    if one == Severity::Unknown {
        return Wording::new(lang.pick("不明", "unknown"), "unknown");
    }
    Wording::new(severity(one.code(), lang), severity(one.code(), Lang::En))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use kaban_model::patient::{FieldKind, FieldPath};

    #[test]
    fn every_severity_of_page_one_has_a_sign_and_words_of_its_own() {
        let path = FieldPath::parse("severity").unwrap();
        let FieldKind::Choice(choices) = path.spec().kind else {
            panic!("severity is a choice");
        };
        for (code, ja, en) in choices {
            let one = Severity::from_code(code);
            assert_ne!(one, Severity::Unknown, "{code}");
            assert_eq!(one.code(), *code);
            assert_eq!(label(one, Lang::Ja), Wording::new(*ja, *en));
        }
        assert_eq!(choices.len() + 1, Severity::ALL.len());
    }
}

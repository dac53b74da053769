//! The closed lists of single fields: code, Japanese label, English label.

use super::field::Choice;

pub(super) const SEX: &[Choice] = &[
    ("male", "男", "male"),
    ("female", "女", "female"),
    ("other", "その他", "other"),
    ("unknown", "不明", "unknown"),
];

pub(super) const SEVERITY: &[Choice] = &[
    ("stable", "安定", "stable"),
    ("watch", "要注意", "watch"),
    ("unstable", "不安定", "unstable"),
    ("end_of_life", "看取り期", "end of life"),
];

pub(super) const RESUSCITATION: &[Choice] = &[
    ("attempt", "する", "attempt"),
    ("do_not_attempt", "しない", "do not attempt"),
    ("limited", "一部のみ", "limited"),
    ("undecided", "未定", "undecided"),
];

pub(super) const TRANSPORT: &[Choice] = &[
    ("yes", "する", "yes"),
    ("no", "しない", "no"),
    ("depends", "状況による", "depends"),
    ("undecided", "未定", "undecided"),
];

pub(super) const PLACE: &[Choice] = &[
    ("home", "自宅", "home"),
    ("facility", "施設", "facility"),
    ("hospital", "病院", "hospital"),
    ("hospice", "緩和ケア病棟", "hospice"),
    ("undecided", "未定", "undecided"),
    ("other", "その他", "other"),
];

pub(super) const DOCUMENT: &[Choice] = &[
    ("yes", "あり", "yes"),
    ("no", "なし", "no"),
    ("preparing", "作成中", "in preparation"),
];

/// 障害高齢者の日常生活自立度 (MHLW).
pub(super) const DISABILITY: &[Choice] = &[
    ("independent", "自立", "independent"),
    ("J1", "J1", "J1"),
    ("J2", "J2", "J2"),
    ("A1", "A1", "A1"),
    ("A2", "A2", "A2"),
    ("B1", "B1", "B1"),
    ("B2", "B2", "B2"),
    ("C1", "C1", "C1"),
    ("C2", "C2", "C2"),
];

/// 認知症高齢者の日常生活自立度 (MHLW).
pub(super) const DEMENTIA: &[Choice] = &[
    ("independent", "自立", "independent"),
    ("I", "I", "I"),
    ("II", "II", "II"),
    ("IIa", "IIa", "IIa"),
    ("IIb", "IIb", "IIb"),
    ("III", "III", "III"),
    ("IIIa", "IIIa", "IIIa"),
    ("IIIb", "IIIb", "IIIb"),
    ("IV", "IV", "IV"),
    ("M", "M", "M"),
];

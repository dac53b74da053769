//! The field catalogue: every field of page 1 and page 2, once, in the order of the pages.
//!
//! Screens, documents, imports and the command line read this table; none of them keeps a list of
//! fields of its own. A field that may be left out of an emergency page is marked by `gap: false`.
//! What is computed and never typed (age, absence, consent, date of the information) is in [`DERIVED`].

use super::field::{Doc, FieldKind};
use super::field::{
    Doc::{Admin, Chart, Front},
    FieldKind::{Choice, Date, Flag, Line, Phone, Point, Text},
    FieldSpec,
};
use super::{choices as c, members as m};

/// The whole catalogue, in the order of page 1 and then page 2.
#[must_use]
pub fn catalogue() -> &'static [FieldSpec] {
    CATALOGUE
}

/// What the pages show and nobody types: the path it is shown under, both labels and where it comes from.
pub const DERIVED: &[(&str, &str, &str, &str)] = &[
    ("age", "年齢", "age", "birth_date at today's date"),
    (
        "physician_absence",
        "不在期間",
        "absence",
        "the signed absence records of the primary and deputy physician",
    ),
    (
        "consent",
        "同意(登録・共有)・同意日",
        "consent",
        "the signed consent records",
    ),
    (
        "updated",
        "情報の日付・更新者",
        "date and author of the information",
        "the newest shown value of page 1",
    ),
    (
        "unsynced",
        "未同期の有無",
        "unsent changes",
        "the outbox of this device",
    ),
    (
        "recent_visits",
        "直近の訪問3件",
        "last three visits",
        "the newest visit notes",
    ),
];

const fn field(
    path: &'static str,
    label_ja: &'static str,
    label_en: &'static str,
    kind: FieldKind,
    doc: Doc,
    page: u8,
) -> FieldSpec {
    FieldSpec {
        path,
        list: false,
        doc,
        page,
        label_ja,
        label_en,
        kind,
        significant: false,
        gap: false,
    }
}

/// A field of page 1 whose silent blank is a gap.
const fn asked(
    path: &'static str,
    ja: &'static str,
    en: &'static str,
    kind: FieldKind,
) -> FieldSpec {
    FieldSpec {
        gap: true,
        ..field(path, ja, en, kind, Front, 1)
    }
}

/// A field of page 1 that is often rightly empty.
const fn spare(
    path: &'static str,
    ja: &'static str,
    en: &'static str,
    kind: FieldKind,
) -> FieldSpec {
    field(path, ja, en, kind, Front, 1)
}

/// A field of page 2, kept in the chart.
const fn second(
    path: &'static str,
    ja: &'static str,
    en: &'static str,
    kind: FieldKind,
) -> FieldSpec {
    field(path, ja, en, kind, Chart, 2)
}

const fn list(spec: FieldSpec) -> FieldSpec {
    FieldSpec { list: true, ..spec }
}

const fn significant(spec: FieldSpec) -> FieldSpec {
    FieldSpec {
        significant: true,
        ..spec
    }
}

const fn kept_in(doc: Doc, spec: FieldSpec) -> FieldSpec {
    FieldSpec { doc, ..spec }
}

const NAME: FieldKind = Line { max_chars: 60 };
const SHORT: FieldKind = Line { max_chars: 100 };
const NOTE: FieldKind = Text { max_chars: 300 };
const LONG: FieldKind = Text { max_chars: 1000 };

static CATALOGUE: &[FieldSpec] = &[
    // Who.
    asked("name", "氏名", "name", NAME),
    asked("kana", "フリガナ", "kana", NAME),
    asked("birth_date", "生年月日", "birth date", Date),
    asked("sex", "性別", "sex", Choice(c::SEX)),
    // Where.
    spare(
        "postal_code",
        "郵便番号",
        "postal code",
        Line { max_chars: 10 },
    ),
    asked("address", "住所", "address", Text { max_chars: 200 }),
    asked(
        "former_municipality",
        "旧市町村",
        "former municipality",
        Line { max_chars: 40 },
    ),
    asked("pin", "ピン", "pin", Point),
    asked("access_note", "進入路", "way in", NOTE),
    spare("parking_note", "駐車", "parking", NOTE),
    kept_in(
        Chart,
        asked("key_place", "鍵の場所", "place of the key", NOTE),
    ),
    asked("phone", "電話", "phone", Phone),
    spare("phone_other", "電話(別)", "other phone", Phone),
    spare("stay", "いま居る所", "present place", m::STAY),
    significant(spare("deceased_on", "死亡日", "deceased on", Date)),
    // Whose patient.
    asked(
        "primary_physician",
        "主治医",
        "primary physician",
        m::PHYSICIAN,
    ),
    asked(
        "deputy_physician",
        "副主治医",
        "deputy physician",
        m::PHYSICIAN,
    ),
    asked("contact_hours", "連絡可能時間", "hours of contact", SHORT),
    // Family.
    significant(asked("key_person", "キーパーソン", "key person", m::PERSON)),
    list(asked(
        "contact",
        "緊急連絡先",
        "emergency contact",
        m::CONTACT,
    )),
    spare(
        "contact_none",
        "緊急連絡先なし(確認済み)",
        "no emergency contact (asked)",
        Flag,
    ),
    // What is the matter.
    asked(
        "diagnosis",
        "主病名",
        "main diagnosis",
        Text { max_chars: 200 },
    ),
    asked("comorbidity", "併存症", "comorbidities", NOTE),
    asked(
        "course_line",
        "経過の一行",
        "course in one line",
        Line { max_chars: 200 },
    ),
    significant(asked("severity", "重症度", "severity", Choice(c::SEVERITY))),
    asked("recent_state", "最近の状態", "recent state", NOTE),
    asked(
        "vitals_baseline",
        "バイタル平常値",
        "usual vital signs",
        m::BASELINE,
    ),
    significant(list(asked(
        "contingency",
        "起こりうる急変と対応方針",
        "contingency",
        m::CONTINGENCY,
    ))),
    significant(spare(
        "contingency_none",
        "予測される急変なし(確認済み)",
        "no contingency foreseen (asked)",
        Flag,
    )),
    // What is wished.
    significant(list(asked("wish", "急変時の希望", "wish", m::WISH))),
    significant(spare(
        "wish_none",
        "希望の表明なし(確認済み)",
        "no wish stated (asked)",
        Flag,
    )),
    significant(asked(
        "resuscitation",
        "心肺蘇生",
        "resuscitation",
        Choice(c::RESUSCITATION),
    )),
    significant(asked(
        "transport",
        "搬送の可否",
        "transport to hospital",
        Choice(c::TRANSPORT),
    )),
    asked(
        "wish_confirmed_on",
        "希望の確認日",
        "wishes confirmed on",
        Date,
    ),
    asked(
        "wish_confirmed_by",
        "希望の確認者",
        "wishes confirmed by",
        NAME,
    ),
    spare(
        "wish_confirmed_with",
        "確認の相手",
        "wishes confirmed with",
        SHORT,
    ),
    asked(
        "wish_document",
        "書面",
        "written document",
        Choice(c::DOCUMENT),
    ),
    spare(
        "wish_document_place",
        "書面の場所",
        "place of the document",
        SHORT,
    ),
    asked(
        "wish_care_place",
        "希望する療養の場所",
        "wished place of care",
        Choice(c::PLACE),
    ),
    asked(
        "wish_place",
        "希望する看取りの場所",
        "wished place of death",
        Choice(c::PLACE),
    ),
    // What must not be given, what is given.
    significant(list(asked(
        "allergy",
        "アレルギー・禁忌・副作用歴",
        "allergy",
        m::ALLERGY,
    ))),
    significant(spare(
        "allergy_none",
        "アレルギー・禁忌なし(確認済み)",
        "no known allergy (asked)",
        Flag,
    )),
    significant(list(asked(
        "medication",
        "投与中の薬剤",
        "medication",
        m::MEDICATION,
    ))),
    significant(spare(
        "medication_none",
        "投与中の薬剤なし(確認済み)",
        "no medication (asked)",
        Flag,
    )),
    asked(
        "rescue_drug_place",
        "臨時薬の置き場所(麻薬を除く)",
        "place of rescue drugs (not opioids)",
        NOTE,
    ),
    kept_in(
        Chart,
        spare(
            "opioid_place",
            "麻薬の置き場所",
            "place of the opioids",
            NOTE,
        ),
    ),
    significant(list(asked("device", "医療機器", "device", m::DEVICE))),
    significant(spare(
        "device_none",
        "医療機器なし(確認済み)",
        "no device (asked)",
        Flag,
    )),
    list(asked("infection", "感染症", "infection", m::INFECTION)),
    spare(
        "infection_none",
        "感染症なし(確認済み)",
        "no infection (asked)",
        Flag,
    ),
    asked("safety_note", "安全上の注意", "safety", NOTE),
    // Who helps.
    asked(
        "nursing_station",
        "訪問看護ステーション",
        "nursing station",
        m::OFFICE,
    ),
    asked(
        "nursing_order_until",
        "訪問看護指示書の期限",
        "nursing order until",
        Date,
    ),
    asked(
        "backup_hospital",
        "後方支援病院",
        "backup hospital",
        m::HOSPITAL,
    ),
    asked("last_seen", "最終診察", "last seen", m::LAST_SEEN),
    asked("next_visit", "次回訪問予定", "next visit", m::NEXT_VISIT),
    spare(
        "special_note",
        "特記(時間外の医師に伝えたい一言)",
        "a word to the doctor on duty",
        Text { max_chars: 200 },
    ),
    // Page 2.
    second(
        "care_level",
        "要介護度・認定期間",
        "care level",
        m::CARE_LEVEL,
    ),
    second(
        "disability_degree",
        "障害高齢者の日常生活自立度",
        "degree of disability",
        Choice(c::DISABILITY),
    ),
    second(
        "dementia_degree",
        "認知症高齢者の日常生活自立度",
        "degree of dementia",
        Choice(c::DEMENTIA),
    ),
    second("adl", "ADL", "activities of daily living", NOTE),
    second("cognition", "認知", "cognition", NOTE),
    second("communication", "意思疎通", "communication", NOTE),
    second("diet_form", "食形態", "form of food", NOTE),
    list(second(
        "pressure_ulcer",
        "褥瘡",
        "pressure ulcer",
        m::PRESSURE_ULCER,
    )),
    second("treatment", "処置", "treatment", NOTE),
    second("excretion", "排泄", "excretion", NOTE),
    second("family_situation", "家庭の状況", "family situation", NOTE),
    second("caregiver", "介護者", "caregiver", NOTE),
    list(second("problem", "病名", "problem", m::PROBLEM)),
    second("course", "経過", "course", LONG),
    second("plan", "方針", "plan", LONG),
    second(
        "treatment_change",
        "治療方針の変更",
        "change of treatment",
        LONG,
    ),
    second(
        "team_note",
        "多職種への留意点",
        "to the other professions",
        LONG,
    ),
    second("care_manager", "ケアマネジャー", "care manager", m::OFFICE),
    second("pharmacy", "薬局", "pharmacy", m::OFFICE),
    second("dentist", "歯科", "dentist", m::OFFICE),
    list(kept_in(
        Admin,
        second(
            "insurance",
            "保険・公費・介護保険",
            "insurance",
            m::INSURANCE,
        ),
    )),
    list(kept_in(
        Admin,
        second("identifier", "識別番号", "identifier", m::IDENTIFIER),
    )),
    list(second("lab", "検査値", "laboratory value", m::LAB)),
    second(
        "expected_cause",
        "死因見込み",
        "expected cause of death",
        NOTE,
    ),
    second(
        "family_understanding",
        "家族の理解",
        "understanding of the family",
        NOTE,
    ),
    second(
        "death_call_order",
        "死亡時の連絡順",
        "whom to call at death",
        NOTE,
    ),
    second(
        "death_procedure",
        "死亡時の手順",
        "procedure at death",
        LONG,
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_path_is_unique_snake_case_and_labelled() {
        let mut seen = BTreeSet::new();
        for spec in catalogue() {
            assert!(seen.insert(spec.path), "{} twice", spec.path);
            assert!(
                spec.path
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{}",
                spec.path
            );
            assert!(!spec.label_ja.is_empty() && !spec.label_en.is_empty());
            assert!(matches!(spec.page, 1 | 2));
            assert!(!spec.gap || spec.page == 1);
        }
    }

    #[test]
    fn members_are_unique_and_never_objects() {
        for spec in catalogue() {
            let mut seen = BTreeSet::new();
            for member in spec.members() {
                assert!(
                    seen.insert(member.name),
                    "{}.{} twice",
                    spec.path,
                    member.name
                );
                assert!(
                    !matches!(member.kind, FieldKind::Object(_)),
                    "{}.{}",
                    spec.path,
                    member.name
                );
            }
            assert!(
                !spec.list || seen.contains("status"),
                "{} cannot be ended",
                spec.path
            );
        }
    }

    #[test]
    fn every_list_that_can_be_a_gap_can_be_stated_empty_in_the_same_document() {
        for spec in catalogue().iter().filter(|s| s.list && s.gap) {
            let flag = spec.none_flag().map(|p| p.spec());
            assert!(
                flag.is_some_and(|f| f.doc == spec.doc && f.significant == spec.significant),
                "{}",
                spec.path
            );
        }
    }

    #[test]
    fn key_and_opioid_place_are_on_page_1_and_for_clinicians_only() {
        for path in ["key_place", "opioid_place"] {
            assert!(
                catalogue()
                    .iter()
                    .any(|s| s.path == path && s.doc == Chart && s.page == 1)
            );
        }
        assert!(
            catalogue()
                .iter()
                .filter(|s| s.page == 1)
                .all(|s| s.doc == Front || s.path.ends_with("_place"))
        );
    }

    #[test]
    fn the_fields_marked_significant_are_those_of_the_product_page() {
        let marked = [
            "key_person",
            "severity",
            "contingency",
            "resuscitation",
            "transport",
            "allergy",
            "medication",
            "device",
            "wish",
        ];
        for path in marked {
            assert!(
                catalogue().iter().any(|s| s.path == path && s.significant),
                "{path}"
            );
        }
    }
}

//! The members of the values that are read together: a drug with its dose, a contact with its number.
//!
//! Nothing in a list is ever deleted: each entry carries a `status` and the reason for it.

use super::field::{FieldKind, MemberSpec};

const fn text(max_chars: usize) -> FieldKind {
    FieldKind::Text { max_chars }
}

const fn line(max_chars: usize) -> FieldKind {
    FieldKind::Line { max_chars }
}

const fn must(
    name: &'static str,
    label_ja: &'static str,
    label_en: &'static str,
    kind: FieldKind,
) -> MemberSpec {
    MemberSpec {
        name,
        required: true,
        label_ja,
        label_en,
        kind,
    }
}

const fn may(
    name: &'static str,
    label_ja: &'static str,
    label_en: &'static str,
    kind: FieldKind,
) -> MemberSpec {
    MemberSpec {
        name,
        required: false,
        label_ja,
        label_en,
        kind,
    }
}

const STATUS: MemberSpec = may(
    "status",
    "状態",
    "status",
    FieldKind::Choice(&[
        ("active", "有効", "active"),
        ("ended", "終了", "ended"),
        ("entered_in_error", "誤記", "entered in error"),
    ]),
);
const STATUS_REASON: MemberSpec = may(
    "status_reason",
    "状態の理由",
    "reason for the status",
    line(200),
);
const NOTE: MemberSpec = may("note", "メモ", "note", text(300));
const CODE: MemberSpec = may("code", "コード", "code", line(64));
const CODE_SYSTEM: MemberSpec = may("code_system", "コード体系", "code system", line(200));
const PHONE: MemberSpec = may("phone", "電話", "phone", FieldKind::Phone);
const MEMBER: MemberSpec = may("member", "会員ID", "member id", line(32));
const ORDER: MemberSpec = may(
    "order",
    "順番",
    "order",
    FieldKind::Integer { min: 1, max: 99 },
);

pub(super) const PHYSICIAN: FieldKind = FieldKind::Object(&[
    must("name", "氏名", "name", line(60)),
    may("clinic", "医療機関", "clinic", line(80)),
    PHONE,
    may("phone_other", "電話(別)", "other phone", FieldKind::Phone),
    MEMBER,
    NOTE,
]);

pub(super) const OFFICE: FieldKind = FieldKind::Object(&[
    must("name", "名称・氏名", "name", line(80)),
    may("person", "担当者", "person in charge", line(60)),
    PHONE,
    may(
        "phone_24h",
        "24時間電話",
        "phone day and night",
        FieldKind::Phone,
    ),
    MEMBER,
    NOTE,
]);

pub(super) const PERSON: FieldKind = FieldKind::Object(&[
    must("name", "氏名", "name", line(60)),
    may("relation", "続柄", "relation", line(40)),
    PHONE,
    may("phone_other", "電話(別)", "other phone", FieldKind::Phone),
    may("lives_together", "同居", "lives together", FieldKind::Flag),
    NOTE,
]);

pub(super) const CONTACT: FieldKind = FieldKind::Object(&[
    must("name", "氏名", "name", line(60)),
    may("relation", "続柄", "relation", line(40)),
    PHONE,
    may("phone_other", "電話(別)", "other phone", FieldKind::Phone),
    ORDER,
    may("lives_together", "同居", "lives together", FieldKind::Flag),
    STATUS,
    STATUS_REASON,
    NOTE,
]);

pub(super) const CONTINGENCY: FieldKind = FieldKind::Object(&[
    must("if", "もし", "if", text(200)),
    must("then", "なら", "then", text(400)),
    ORDER,
    STATUS,
    STATUS_REASON,
]);

pub(super) const WISH: FieldKind = FieldKind::Object(&[
    must("text", "希望", "wish", text(300)),
    may(
        "about",
        "何について",
        "about",
        FieldKind::Choice(&[
            ("emergency", "急変時", "emergency"),
            ("ventilation", "人工呼吸", "ventilation"),
            ("feeding", "栄養・水分", "feeding and fluids"),
            ("dialysis", "透析", "dialysis"),
            ("place", "場所", "place"),
            ("other", "その他", "other"),
        ]),
    ),
    may("stated_on", "表明日", "stated on", FieldKind::Date),
    may("stated_by", "表明者", "stated by", line(60)),
    STATUS,
    STATUS_REASON,
]);

pub(super) const ALLERGY: FieldKind = FieldKind::Object(&[
    must("substance", "原因", "substance", line(120)),
    may(
        "category",
        "種類",
        "category",
        FieldKind::Choice(&[
            ("drug", "薬", "drug"),
            ("food", "食物", "food"),
            ("environment", "環境", "environment"),
            ("contraindication", "禁忌", "contraindication"),
            ("adverse_reaction", "副作用歴", "adverse reaction"),
            ("other", "その他", "other"),
        ]),
    ),
    may("reaction", "症状", "reaction", line(200)),
    may(
        "severity",
        "重さ",
        "severity",
        FieldKind::Choice(&[
            ("mild", "軽度", "mild"),
            ("moderate", "中等度", "moderate"),
            ("severe", "重度", "severe"),
        ]),
    ),
    may("certainty", "確からしさ", "certainty", CERTAINTY),
    may("since", "発症", "since", FieldKind::Date),
    CODE,
    CODE_SYSTEM,
    may(
        "status",
        "状態",
        "status",
        FieldKind::Choice(&[
            ("active", "有効", "active"),
            ("inactive", "現在なし", "inactive"),
            ("resolved", "解消", "resolved"),
            ("refuted", "否定", "refuted"),
            ("entered_in_error", "誤記", "entered in error"),
        ]),
    ),
    STATUS_REASON,
    NOTE,
]);

const CERTAINTY: FieldKind = FieldKind::Choice(&[
    ("confirmed", "確定", "confirmed"),
    ("unconfirmed", "疑い", "unconfirmed"),
    ("refuted", "否定", "refuted"),
]);

pub(super) const MEDICATION: FieldKind = FieldKind::Object(&[
    must("drug", "薬剤", "drug", line(120)),
    may("strength", "規格", "strength", line(40)),
    may("dose", "1回量", "dose", line(40)),
    may("unit", "単位", "unit", line(20)),
    may("route", "経路", "route", line(40)),
    may("timing", "用法", "timing", line(120)),
    may("from", "開始", "from", FieldKind::Date),
    may("until", "終了", "until", FieldKind::Date),
    may("as_needed", "頓用", "as needed", FieldKind::Flag),
    may("opioid", "麻薬", "opioid", FieldKind::Flag),
    may("prescriber", "処方医", "prescriber", line(60)),
    CODE,
    CODE_SYSTEM,
    may(
        "status",
        "状態",
        "status",
        FieldKind::Choice(&[
            ("active", "投与中", "active"),
            ("planned", "予定", "planned"),
            ("on_hold", "休薬", "on hold"),
            ("stopped", "中止", "stopped"),
            ("completed", "終了", "completed"),
            ("not_taken", "服用せず", "not taken"),
            ("unknown", "不明", "unknown"),
            ("entered_in_error", "誤記", "entered in error"),
        ]),
    ),
    STATUS_REASON,
    NOTE,
]);

pub(super) const DEVICE: FieldKind = FieldKind::Object(&[
    must(
        "kind",
        "種類",
        "kind",
        FieldKind::Choice(&[
            ("home_oxygen", "在宅酸素", "home oxygen"),
            ("ventilator", "人工呼吸器", "ventilator"),
            ("nppv", "非侵襲的人工呼吸", "non-invasive ventilation"),
            ("tracheostomy", "気管切開", "tracheostomy"),
            ("suction", "吸引器", "suction"),
            ("urinary_catheter", "尿道カテーテル", "urinary catheter"),
            ("nephrostomy", "腎瘻・膀胱瘻", "nephrostomy or cystostomy"),
            ("gastrostomy", "胃瘻", "gastrostomy"),
            ("nasal_tube", "経鼻胃管", "nasogastric tube"),
            ("central_line", "中心静脈・ポート", "central line or port"),
            ("pump", "注入ポンプ", "infusion pump"),
            ("stoma", "ストーマ", "stoma"),
            ("dialysis", "腹膜透析", "peritoneal dialysis"),
            ("drain", "ドレーン", "drain"),
            ("pacemaker", "ペースメーカー", "pacemaker"),
            ("other", "その他", "other"),
        ]),
    ),
    may("name", "機種・名称", "name", line(120)),
    may("setting", "設定・流量", "setting or flow", line(120)),
    may("size", "サイズ", "size", line(40)),
    may("changed_on", "最終交換", "changed on", FieldKind::Date),
    may("change_due", "次回交換", "change due", FieldKind::Date),
    may("since", "開始", "since", FieldKind::Date),
    may("vendor", "業者", "vendor", line(80)),
    may(
        "vendor_phone",
        "業者の電話",
        "phone of the vendor",
        FieldKind::Phone,
    ),
    STATUS,
    STATUS_REASON,
    NOTE,
]);

pub(super) const INFECTION: FieldKind = FieldKind::Object(&[
    must("name", "感染症", "infection", line(120)),
    may("precaution", "対策", "precaution", line(200)),
    may("since", "確認日", "since", FieldKind::Date),
    STATUS,
    STATUS_REASON,
    NOTE,
]);

pub(super) const HOSPITAL: FieldKind = FieldKind::Object(&[
    must("name", "病院", "hospital", line(80)),
    PHONE,
    may("department", "診療科・担当", "department", line(80)),
    may(
        "acceptance",
        "受入れ合意",
        "acceptance",
        FieldKind::Choice(&[
            ("agreed", "合意あり", "agreed"),
            ("asked", "依頼中", "asked"),
            ("none", "なし", "none"),
        ]),
    ),
    may("agreed_on", "合意日", "agreed on", FieldKind::Date),
    may("patient_number", "診察券番号", "patient number", line(40)),
    MEMBER,
    NOTE,
]);

pub(super) const LAST_SEEN: FieldKind = FieldKind::Object(&[
    must("on", "日", "on", FieldKind::Date),
    may("time", "時刻", "time", line(20)),
    may("by", "診察医", "by", line(60)),
]);

pub(super) const NEXT_VISIT: FieldKind = FieldKind::Object(&[
    must("on", "日", "on", FieldKind::Date),
    may("time", "時刻", "time", line(20)),
    may("by", "訪問者", "by", line(60)),
    may("purpose", "目的", "purpose", line(100)),
]);

pub(super) const STAY: FieldKind = FieldKind::Object(&[
    must(
        "place",
        "いる所",
        "place",
        FieldKind::Choice(&[
            ("home", "自宅", "home"),
            ("hospital", "入院中", "in hospital"),
            ("facility", "施設", "facility"),
            ("short_stay", "ショートステイ", "short stay"),
            ("deceased", "死亡", "deceased"),
            ("other", "その他", "other"),
        ]),
    ),
    may("name", "名称", "name", line(80)),
    may("since", "いつから", "since", FieldKind::Date),
    may("until", "予定", "until", FieldKind::Date),
    NOTE,
]);

/// 要介護認定: seven grades and the outcomes before them (介護保険法).
pub(super) const CARE_LEVEL: FieldKind = FieldKind::Object(&[
    must(
        "level",
        "要介護度",
        "care level",
        FieldKind::Choice(&[
            ("none", "非該当", "not eligible"),
            ("applying", "申請中", "applied for"),
            ("support_1", "要支援1", "support 1"),
            ("support_2", "要支援2", "support 2"),
            ("care_1", "要介護1", "care 1"),
            ("care_2", "要介護2", "care 2"),
            ("care_3", "要介護3", "care 3"),
            ("care_4", "要介護4", "care 4"),
            ("care_5", "要介護5", "care 5"),
        ]),
    ),
    may("from", "認定開始", "from", FieldKind::Date),
    may("until", "認定終了", "until", FieldKind::Date),
]);

/// DESIGN-R 2020 of the Japanese Society of Pressure Ulcers: the total is 0 to 66, depth not counted.
pub(super) const PRESSURE_ULCER: FieldKind = FieldKind::Object(&[
    must("site", "部位", "site", line(60)),
    may("design_r", "DESIGN-R", "DESIGN-R", line(40)),
    may(
        "total",
        "合計点",
        "total",
        FieldKind::Integer { min: 0, max: 66 },
    ),
    may("assessed_on", "評価日", "assessed on", FieldKind::Date),
    may("treatment", "処置", "treatment", text(300)),
    STATUS,
    STATUS_REASON,
    NOTE,
]);

pub(super) const PROBLEM: FieldKind = FieldKind::Object(&[
    must("name", "病名", "problem", line(200)),
    may("main", "主病名", "main problem", FieldKind::Flag),
    may("onset", "発症", "onset", FieldKind::Date),
    may("ended", "終了日", "ended", FieldKind::Date),
    may("certainty", "確からしさ", "certainty", CERTAINTY),
    CODE,
    CODE_SYSTEM,
    may(
        "status",
        "状態",
        "status",
        FieldKind::Choice(&[
            ("active", "治療中", "active"),
            ("recurrence", "再発", "recurrence"),
            ("relapse", "再燃", "relapse"),
            ("remission", "寛解", "remission"),
            ("inactive", "活動なし", "inactive"),
            ("resolved", "治癒", "resolved"),
            ("refuted", "否定", "refuted"),
            ("entered_in_error", "誤記", "entered in error"),
        ]),
    ),
    STATUS_REASON,
    NOTE,
]);

pub(super) const LAB: FieldKind = FieldKind::Object(&[
    must("name", "検査", "test", line(120)),
    may("value", "値", "value", line(60)),
    may("unit", "単位", "unit", line(40)),
    may("on", "検査日", "on", FieldKind::Date),
    may("range", "基準値", "reference range", line(60)),
    CODE,
    CODE_SYSTEM,
    STATUS,
    STATUS_REASON,
    NOTE,
]);

pub(super) const INSURANCE: FieldKind = FieldKind::Object(&[
    must(
        "kind",
        "種類",
        "kind",
        FieldKind::Choice(&[
            ("health", "医療保険", "health insurance"),
            ("elderly", "後期高齢者医療", "insurance of the elderly"),
            ("public_expense", "公費", "public expense"),
            ("care", "介護保険", "long-term care insurance"),
            ("other", "その他", "other"),
        ]),
    ),
    may("insurer", "保険者番号", "insurer number", line(20)),
    may("symbol", "記号", "symbol", line(40)),
    may("number", "番号", "number", line(40)),
    may("branch", "枝番", "branch", line(4)),
    may(
        "share_percent",
        "負担割合(%)",
        "share in percent",
        FieldKind::Integer { min: 0, max: 100 },
    ),
    may("from", "開始", "from", FieldKind::Date),
    may("until", "終了", "until", FieldKind::Date),
    STATUS,
    STATUS_REASON,
    NOTE,
]);

pub(super) const IDENTIFIER: FieldKind = FieldKind::Object(&[
    must("value", "番号", "value", line(120)),
    may("system", "体系", "system", line(200)),
    may("label", "名称", "label", line(80)),
    STATUS,
    STATUS_REASON,
]);

/// What is normal for this patient; units as in `visit::vitals`.
pub(super) const BASELINE: FieldKind = FieldKind::Object(&[
    may(
        "bp_systolic",
        "収縮期血圧(mmHg)",
        "systolic pressure (mmHg)",
        FieldKind::Integer { min: 0, max: 400 },
    ),
    may(
        "bp_diastolic",
        "拡張期血圧(mmHg)",
        "diastolic pressure (mmHg)",
        FieldKind::Integer { min: 0, max: 300 },
    ),
    may(
        "pulse",
        "脈拍(/分)",
        "pulse (/min)",
        FieldKind::Integer { min: 0, max: 400 },
    ),
    may(
        "spo2",
        "SpO2(%)",
        "SpO2 (%)",
        FieldKind::Integer { min: 0, max: 100 },
    ),
    may(
        "temperature",
        "体温(℃)",
        "temperature (°C)",
        FieldKind::Decimal { max: 60 },
    ),
    may(
        "respiration",
        "呼吸数(/分)",
        "respiration (/min)",
        FieldKind::Integer { min: 0, max: 200 },
    ),
    may(
        "weight",
        "体重(kg)",
        "weight (kg)",
        FieldKind::Decimal { max: 500 },
    ),
    may(
        "height",
        "身長(cm)",
        "height (cm)",
        FieldKind::Decimal { max: 300 },
    ),
    may("on", "測定日", "measured on", FieldKind::Date),
    NOTE,
]);

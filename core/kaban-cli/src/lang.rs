//! The two languages of the terminal, and the few sentences that are not a command's own.

use clap::ValueEnum;
use kaban_app::Kind;

/// Which language is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// 日本語.
    Ja,
    /// English.
    En,
}

impl Lang {
    /// The language that the environment asks for: Japanese where `LC_ALL`, `LC_MESSAGES` or `LANG`,
    /// the first that is set, begins with `ja`.
    pub fn of_environment() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        match set {
            Some(value) if value.starts_with("ja") => Self::Ja,
            _ => Self::En,
        }
    }

    /// Whether it is Japanese.
    pub fn is_ja(self) -> bool {
        self == Self::Ja
    }

    /// One of two texts.
    pub fn pick<'t>(self, ja: &'t str, en: &'t str) -> &'t str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }
}

/// What a kind of failure means, for a person who reads Japanese.
pub fn kind_ja(kind: Kind) -> &'static str {
    match kind {
        Kind::NotFound => "見つかりません",
        Kind::Ambiguous => "一つに決まりません",
        Kind::Conflict => "値が食い違っています。先に決めてください",
        Kind::NotAllowed => "この会員には許されていません",
        Kind::ForSomebodyElse => "ほかの人・端末宛てです",
        Kind::Rule => "きまりにより、できません",
        Kind::BadInput => "入力を確かめてください",
        Kind::Locked => "かばんが開いていません",
        Kind::WrongPassphrase => "合言葉が違います",
        Kind::Damaged => "ファイルが壊れています",
        Kind::Offline => "相手につながりません",
        Kind::Tampered => "記録が外から書き換えられています",
        Kind::InUse => "かばんは別のところで使用中です",
        Kind::TooNew => "新しい版のかばんです。カバンを更新してください",
        Kind::DiskFull => "ディスクがいっぱいです",
        _ => "プログラムの誤りです",
    }
}

/// A severity in words; the code itself when it is not one of the catalogue.
pub fn severity(code: &str, lang: Lang) -> &str {
    match code {
        "stable" => lang.pick("安定", "stable"),
        "watch" => lang.pick("要注意", "watch"),
        "unstable" => lang.pick("不安定", "unstable"),
        "end_of_life" => lang.pick("看取り期", "end of life"),
        other => other,
    }
}

/// Where a handover stands, in words.
pub fn handover_state(code: &str, lang: Lang) -> &str {
    match code {
        "none" => lang.pick("引き継ぎはありません", "no handover"),
        "offered" => lang.pick("渡す申し出をしました", "offered"),
        "received" => lang.pick("申し出を受け取り、確かめました", "received and verified"),
        "accepted" => lang.pick("引き受けました", "accepted"),
        "released" => lang.pick("手放しました(まだ消していません)", "released, not erased yet"),
        "erased" => lang.pick("手放し、消しました", "released and erased"),
        "withdrawn" => lang.pick("申し出を取り下げました", "withdrawn"),
        "expired" => lang.pick("申し出の期限が切れました", "expired"),
        other => other,
    }
}

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
        Kind::LeaseExpired => "閲覧の期限が切れています",
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

/// A failure in Japanese where its words are fixed; others are told by their kind, with the English
/// detail behind it.
pub fn detail_ja(detail: &str) -> Option<&'static str> {
    DETAILS_JA
        .iter()
        .find(|(english, _)| *english == detail)
        .map(|(_, japanese)| *japanese)
        .or_else(|| lease_ja(detail))
}

/// Why a lease has closed something is told by the rules themselves.
fn lease_ja(detail: &str) -> Option<&'static str> {
    use kaban_model::duty::LockWhy;
    let all = [
        LockWhy::NotRenewed,
        LockWhy::ClockBehind,
        LockWhy::LaterHolder,
        LockWhy::Suspended,
    ];
    all.iter()
        .map(|why| why.words())
        .find(|(_, english)| *english == detail)
        .map(|(japanese, _)| japanese)
}

const DETAILS_JA: &[(&str, &str)] = &[
    ("wrong passphrase", "合言葉が違います"),
    (
        "no such patient on this device",
        "その番号・IDの患者はこの端末にいません",
    ),
    (
        "no such member on this device",
        "その名前・IDの会員はいません",
    ),
    ("no such device on this device", "そのIDの端末はありません"),
    ("no such item on this device", "そのIDの記録はありません"),
    (
        "the field has several open values; resolve them first",
        "値が食い違っています。先に `kaban patient resolve` で決めてください",
    ),
    (
        "the six digits are wrong: nothing was admitted",
        "6桁の番号が違います。何も承認していません",
    ),
    (
        "three wrong answers: make a new challenge",
        "3回違いました。新しい8桁を作ってください(`--challenge`)",
    ),
    (
        "no challenge waits for this file on this device: make one first",
        "このファイルのための8桁がありません。先に作ってください(`--challenge`)",
    ),
    (
        "what was scanned belongs to another file: do not use it",
        "読み取ったものは別のファイルのものです。このファイルは使わないでください",
    ),
    (
        "only the device that let a member in answers their challenge",
        "答えられるのは、その会員を承認した端末だけです",
    ),
    ("an answer has six digits", "答えは6桁の数字です"),
    (
        "a challenge has eight digits",
        "読み上げる番号は8桁の数字です",
    ),
    (
        "what was scanned is no fingerprint of Kaban",
        "読み取ったものはカバンのものではありません",
    ),
    (
        "no answer: nothing was admitted",
        "答えがないので、何も承認していません",
    ),
    (
        "only an admin may let a device in",
        "承認できるのは管理者だけです",
    ),
    (
        "only a doctor or the office may suspend a member",
        "会員を止められるのは医師と事務局だけです",
    ),
    (
        "this member is not suspended",
        "この会員は止められていません",
    ),
    ("lifts its own suspension", "自分の停止は自分では解けません"),
    (
        "confirms its own suspension",
        "自分がした停止は、ほかの人が確かめます",
    ),
    (
        "lifts a suspension without the right to",
        "停止を解けるのは医師と事務局だけです",
    ),
    (
        "suspends an admin without being one",
        "管理者を止められるのは管理者だけです",
    ),
    (
        "whoever is on duty cannot be suspended: take the duty over first",
        "当番の会員は止められません。先に当番を引き受けてください",
    ),
    (
        "a patient is registered by the primary physician or the office",
        "患者の登録は主治医か事務局がします",
    ),
    (
        "the primary physician has to be a doctor",
        "主治医は医師でなければなりません",
    ),
    (
        "registration and consent are changed by the primary physician or the office",
        "登録と同意を変えられるのは主治医と事務局です",
    ),
    (
        "an absence is declared by the member or the office",
        "不在は本人か事務局が届け出ます",
    ),
    (
        "an unanswered call is recorded by whoever is on duty, a nurse or the office",
        "連絡がつかないことは、当番医・看護師・事務局が記録します",
    ),
    (
        "only a doctor may take the duty",
        "当番を引き受けられるのは医師だけです",
    ),
    (
        "the bag can be offered to a doctor only",
        "カバンを渡せるのは医師だけです",
    ),
    (
        "somebody else has been on duty since: sync first",
        "その後、別の人が当番になっています。先に同期してください",
    ),
    (
        "nobody has offered the bag to this device",
        "この端末への申し出はありません",
    ),
    (
        "this device has made no open offer",
        "この端末から出した申し出はありません",
    ),
    ("this device holds no bag", "この端末にカバンはありません"),
    (
        "this device holds the bag already",
        "カバンはもうこの端末にあります",
    ),
    (
        "only whoever holds the bag can offer it",
        "カバンを渡せるのは、いま持っている人だけです",
    ),
    (
        "the bag is offered already: withdraw that offer first",
        "もう渡す申し出をしています。先に取り下げてください",
    ),
    (
        "the next doctor has not accepted yet",
        "次の当番医がまだ引き受けていません",
    ),
    ("the offer was withdrawn", "申し出は取り下げられました"),
    (
        "the offer is over: ask for a new one",
        "申し出の期限が切れました。もう一度頼んでください",
    ),
    (
        "the bag is offered to somebody else",
        "カバンはほかの人に申し出られています",
    ),
    (
        "the file belongs to another association",
        "このファイルは別の協議会のものです",
    ),
    (
        "the file is sealed to another device",
        "このファイルは別の端末宛てです",
    ),
    (
        "only its author, the primary physician or the doctor on duty may amend a visit",
        "訪問記録に追記できるのは、書いた人・主治医・当番医です",
    ),
    (
        "a draft is confirmed by whoever wrote it",
        "下書きを確定できるのは、書いた人だけです",
    ),
    (
        "only a draft is confirmed: this was signed as final",
        "確定するのは下書きだけです。この記録は署名されています",
    ),
    ("the draft was taken back", "この下書きは取り消されています"),
    (
        "the draft was confirmed already",
        "この下書きはもう確定しています",
    ),
    (
        "this note was taken back already",
        "この記録はもう取り消されています",
    ),
    (
        "there is no draft about this patient",
        "この患者の下書きはありません",
    ),
    (
        "a draft of the bag could not be handed in: sign or discard it first",
        "カバンの下書きを渡せません。先に署名するか、捨ててください",
    ),
    (
        "this device belongs to an association already",
        "この端末はもう協議会に加わっています",
    ),
    (
        "this device belongs to no association yet",
        "この端末はまだ協議会に加わっていません",
    ),
    (
        "this device is suspended; what was written here stays: speak with an admin",
        "この端末は止められています。書いたものは残っています。管理者に相談してください",
    ),
    (
        "no relay is known yet: --relay URL",
        "中継がまだ決まっていません: --relay URL",
    ),
    (
        "store is in use: another kaban has this bag open: close it first",
        "かばんは別のところで使用中です。先に閉じてください",
    ),
    (
        "disk is full: free some space and try again; nothing was lost",
        "ディスクがいっぱいです。空けてからやり直してください。失われたものはありません",
    ),
];

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
        "released" => lang.pick(
            "手放しました(まだ消していません)",
            "released, not erased yet",
        ),
        "erased" => lang.pick("手放し、消しました", "released and erased"),
        "withdrawn" => lang.pick("申し出を取り下げました", "withdrawn"),
        "expired" => lang.pick("申し出の期限が切れました", "expired"),
        other => other,
    }
}

//! The patients and what is written about them.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Subcommand};

/// Import.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// FHIR R4 のファイル(JSON、NDJSON、フォルダー) / FHIR R4 files: JSON, NDJSON, folders
    Fhir {
        /// ファイルまたはフォルダー / files or folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// 同意書の日付(あれば当番名簿に載る) / date of the consent on paper; puts new patients on the duty list
        #[arg(long, value_name = "DATE")]
        consent: Option<String>,
    },
}

/// Patients. ID is the short number, or six or more characters of the id.
#[derive(Debug, Subcommand)]
pub enum PatientCommand {
    /// 一覧 / list
    List {
        /// 地区パック: 旧市町村を地図から / the pack: former municipalities by the map
        #[arg(long, value_name = "PACK")]
        pack: Option<PathBuf>,
    },
    /// 探す(漢字・かな・ローマ字・住所・電話) / search by kanji, kana, romaji, street, phone
    Search {
        /// さがす言葉 / text
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// 開く / show
    Show {
        /// 番号またはID / number or id
        id: String,
        /// ページ / page
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
        page: u8,
    },
    /// 項目を書く / write a field
    Set(SetArgs),
    /// 項目の一覧 / every field there is
    Fields,
    /// 食い違い / fields that wait for a decision
    Conflicts {
        /// 番号またはID / number or id
        id: Option<String>,
    },
    /// 食い違いを決める / decide between values
    Resolve(ResolveArgs),
    /// 登録 / register
    Register(Box<RegisterArgs>),
    /// 登録を外す / take off the register
    Unregister {
        /// 番号またはID / number or id
        id: String,
        /// 理由 / why
        #[arg(long, default_value = "")]
        reason: String,
    },
}

/// Writing a field.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// 番号またはID / number or id
    pub id: String,
    /// 項目(`kaban patient fields`); `medication/+` で追加 / field; `medication/+` adds an entry
    pub field: String,
    /// 値 / value: text, or JSON where `kaban patient fields` says so
    #[arg(required_unless_present = "unknown", allow_negative_numbers = true)]
    pub value: Option<String>,
    /// 尋ねたが不明 / asked, and not known
    #[arg(long, conflicts_with = "value")]
    pub unknown: bool,
    /// 出どころ / where it is from
    #[arg(long)]
    pub source: Option<String>,
}

/// Deciding.
#[derive(Debug, Args)]
pub struct ResolveArgs {
    /// 番号またはID / number or id
    pub id: String,
    /// 項目 / field
    pub field: String,
    /// 読んだ値のID / ids of the values that were read
    #[arg(long, value_name = "VID", value_delimiter = ',', required = true)]
    pub of: Vec<String>,
    /// この値にする / take this one
    #[arg(
        long,
        value_name = "VID",
        conflicts_with = "value",
        required_unless_present = "value"
    )]
    pub take: Option<String>,
    /// 新しい値にする / a new value
    #[arg(long, allow_negative_numbers = true)]
    pub value: Option<String>,
}

/// Registering.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// 氏名 / name
    #[arg(long)]
    pub name: String,
    /// フリガナ / reading
    #[arg(long)]
    pub kana: Option<String>,
    /// 生年月日(西暦・和暦) / date of birth
    #[arg(long, value_name = "DATE")]
    pub birth_date: Option<String>,
    /// 主治医(なければ本人) / primary physician; yourself if not given
    #[arg(long, value_name = "MEMBER")]
    pub primary: Option<String>,
    /// 副主治医 / deputy physician
    #[arg(long, value_name = "MEMBER")]
    pub deputy: Option<String>,
    /// チーム(繰り返し可) / others of the team, repeatable
    #[arg(long, value_name = "MEMBER", value_delimiter = ',')]
    pub team: Vec<String>,
    /// 同意書の日付 / date of the consent on paper
    #[arg(long, value_name = "DATE")]
    pub consent: Option<String>,
    /// ほかの項目(繰り返し可) / other fields, repeatable
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
}

/// Visits.
#[derive(Debug, Subcommand)]
pub enum VisitCommand {
    /// 記録する / record
    Add(Box<VisitAddArgs>),
    /// 一覧 / list
    List {
        /// 番号またはID / number or id
        id: String,
    },
    /// 追記・訂正 / amend; the original stays
    Amend {
        /// 番号またはID / number or id
        id: String,
        /// 記録のID / id of the item
        item: String,
        /// 文 / text
        #[arg(long, required_unless_present = "from", conflicts_with = "from")]
        text: Option<String>,
        /// ファイル / file
        #[arg(long, value_name = "FILE.json")]
        from: Option<PathBuf>,
    },
    /// 下書きを保存する(何も付けなければ見る) / save a draft; shows it when nothing is given
    Draft(Box<VisitAddArgs>),
    /// 自分の下書きの一覧 / your drafts
    Drafts,
    /// 下書きに署名して記録にする / sign the draft as a visit note
    Sign {
        /// 番号またはID / number or id
        id: String,
    },
    /// 下書きを捨てる / throw the draft away
    Discard {
        /// 番号またはID / number or id
        id: String,
    },
    /// 渡された自分の下書きを確定する / make a draft that left your hands final; its author only
    Confirm(ItemArgs),
    /// 取り消す(患者違いなど) / take a note back, e.g. of another patient; it stays, marked
    Retract {
        /// どの記録 / which
        #[command(flatten)]
        which: ItemArgs,
        /// 理由 / why
        #[arg(long)]
        reason: String,
    },
}

/// What is begun and not signed, and what is said about a note afterwards.
#[derive(Debug, Args)]
pub struct ItemArgs {
    /// 番号またはID / number or id
    pub id: String,
    /// 記録のID / id of the item
    pub item: String,
}

/// A visit.
#[derive(Debug, Args)]
pub struct VisitAddArgs {
    /// 番号またはID / number or id
    pub id: String,
    /// ファイルから(`-` は標準入力) / from a file, `-` for stdin; flags win over it
    #[arg(long, value_name = "FILE.json")]
    pub from: Option<PathBuf>,
    /// S 主観
    #[arg(long)]
    pub subjective: Option<String>,
    /// O 客観
    #[arg(long)]
    pub objective: Option<String>,
    /// A 評価
    #[arg(long)]
    pub assessment: Option<String>,
    /// P 計画
    #[arg(long)]
    pub plan: Option<String>,
    /// 血圧 120/70 / blood pressure
    #[arg(long, value_name = "SYS/DIA")]
    pub bp: Option<String>,
    /// 脈拍 / pulse
    #[arg(long)]
    pub pulse: Option<String>,
    /// 酸素飽和度 / oxygen saturation
    #[arg(long)]
    pub spo2: Option<String>,
    /// 体温 / temperature
    #[arg(long)]
    pub temp: Option<String>,
    /// 呼吸数 / respiration
    #[arg(long)]
    pub resp: Option<String>,
    /// 着いた時刻(なければ今) / arrival, now if not given
    #[arg(long, value_name = "T")]
    pub arrived_at: Option<String>,
    /// 出た時刻 / departure
    #[arg(long, value_name = "T")]
    pub left_at: Option<String>,
}

/// The notebook.
#[derive(Debug, Subcommand)]
pub enum NoteCommand {
    /// 書く / write
    Add {
        /// 文 / text
        text: String,
        /// 患者 / about a patient
        #[arg(long, value_name = "ID")]
        patient: Option<String>,
        /// 至急 / to be read first
        #[arg(long)]
        urgent: bool,
    },
    /// 読む / read
    List,
}

/// Closed roads.
#[derive(Debug, Subcommand)]
pub enum ClosureCommand {
    /// 通れない道を知らせる / tell which roads are closed
    Add(ClosureAddArgs),
    /// 一覧(解除・期限切れは --all) / list; lifted and expired ones with --all
    List {
        /// いつの(なければ今) / at which time; now if not given
        #[arg(long, value_name = "T")]
        at: Option<String>,
        /// 解除・期限切れも / lifted and expired ones too
        #[arg(long)]
        all: bool,
    },
    /// 解除する(まちがいも) / lift one, also one made in error
    Lift {
        /// ID、または始めの6字以上 / id, or the start of it
        id: String,
        /// ひとこと / a word about it
        #[arg(long, value_name = "TEXT", default_value = "")]
        words: String,
    },
}

/// A closure.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("shape").required(true).args(["circle", "line", "road"])))]
pub struct ClosureAddArgs {
    /// この円の中の道すべて(経度,緯度,半径m) / every road within a circle: longitude, latitude, metres
    #[arg(long, value_name = "LON,LAT,RADIUS_M", allow_hyphen_values = true)]
    pub circle: Option<String>,
    /// この線をまたぐ道すべて: GeoJSON の線、または `[[経度,緯度],…]` / every road that crosses a line: GeoJSON, or a list of points
    #[arg(long, value_name = "FILE")]
    pub line: Option<PathBuf>,
    /// 道の区間の両端(くり返せる) / a stretch of road by its two ends; may be repeated
    #[arg(long, num_args = 2, value_names = ["LON,LAT", "LON,LAT"], allow_hyphen_values = true)]
    pub road: Vec<String>,
    /// 理由: snow 雪・flood 冠水・landslide 土砂・road_works 工事・other
    #[arg(long, value_parser = PossibleValuesParser::new(["snow", "flood", "landslide", "road_works", "other"]))]
    pub reason: String,
    /// ひとこと / a word about it
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub words: String,
    /// いつから(なければ今から) / from when; from now on if not given
    #[arg(long, value_name = "T")]
    pub from: Option<String>,
    /// いつまで(一年以内) / until when, within a year; a bare day counts whole
    #[arg(long, value_name = "T")]
    pub until: String,
}

/// Consent.
#[derive(Debug, Subcommand)]
pub enum ConsentCommand {
    /// 同意書 / a paper was signed
    Give {
        /// 番号またはID / number or id
        id: String,
        /// 同意書の日付 / date on the paper
        #[arg(long)]
        date: String,
        /// 職種(繰り返し可) / roles that may be in the team
        #[arg(long, value_delimiter = ',')]
        role: Vec<String>,
    },
    /// 撤回 / withdrawn
    Withdraw {
        /// 番号またはID / number or id
        id: String,
        /// 撤回の日付 / date
        #[arg(long)]
        date: String,
    },
    /// 見る / show
    Show {
        /// 番号またはID / number or id
        id: String,
    },
}

/// Duty.
#[derive(Debug, Subcommand)]
pub enum DutyCommand {
    /// 誰が応じるか、なぜか / who answers, in order, and why
    Who {
        /// いつ(なければ今) / when, now if not given
        #[arg(long, value_name = "T")]
        at: Option<String>,
        /// 患者 / for whom
        #[arg(long, value_name = "ID")]
        patient: Option<String>,
    },
    /// 不在 / absence
    #[command(subcommand)]
    Absence(AbsenceCommand),
    /// 連絡がつかなかった / a doctor was not reached
    Unreached {
        /// 患者 / the patient
        id: String,
        /// 会員(なければ主治医) / whom; the primary physician if not given
        #[arg(long)]
        member: Option<String>,
        /// 何回かけたか / how many tries
        #[arg(long)]
        tries: u32,
    },
    /// 当番表 / roster
    #[command(subcommand)]
    Roster(RosterCommand),
    /// 当番を引き受ける(最初の一人、または緊急) / take the duty over: first holder, or emergency
    TakeOver,
}

/// The roster.
#[derive(Debug, Subcommand)]
pub enum RosterCommand {
    /// 当番表の案を作る(かばんは要らない) / plan a roster; needs no bag
    Plan(RosterPlanArgs),
}

/// A plan.
#[derive(Debug, Args)]
pub struct RosterPlanArgs {
    /// 会員の氏名を当番の順に、コンマで区切って / names in the order of the rotation, with commas between
    #[arg(long, value_name = "A,B,…")]
    pub members: String,
    /// 初日。この日以後に始まる最初の当番から / first day: the roster begins with the first turn on it or later
    #[arg(long, value_name = "DATE")]
    pub from: String,
    /// 何年分か / how many years
    #[arg(long, value_name = "N")]
    pub years: u32,
    /// 不在のファイル。CSV(会員,から,まで)または `duty absence list --json` の形
    /// / absences: CSV with the columns member,from,to, or JSON as `duty absence list --json` writes it; a bare last day counts whole
    #[arg(long, value_name = "FILE")]
    pub absence: Option<PathBuf>,
    /// 祝日の当番: 暦日どおり exact_dates、または週に合わせる tuesday_week
    /// / holiday turns on their exact dates, or on the Tuesday week that covers most of them
    #[arg(long, value_name = "POLICY", default_value = "exact_dates",
        value_parser = PossibleValuesParser::new(["exact_dates", "tuesday_week"]))]
    pub alignment: String,
    /// カレンダーのファイルも書き出す / also write a calendar file
    #[arg(long, value_name = "FILE.ics")]
    pub out: Option<PathBuf>,
    /// 上書きする / replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Absence. Times are `2026-11-20`, `2026-11-20T18:00` (Japan time) or RFC 3339; the last day counts whole.
#[derive(Debug, Subcommand)]
pub enum AbsenceCommand {
    /// 届け出る / declare
    Add {
        /// 会員 / member
        #[arg(long)]
        member: String,
        /// から / from
        #[arg(long, value_name = "T")]
        from: String,
        /// まで / to
        #[arg(long, value_name = "T")]
        to: String,
    },
    /// 一覧 / list
    List,
}

/// The lease.
#[derive(Debug, Subcommand)]
pub enum LeaseCommand {
    /// 見る / show
    Show,
}

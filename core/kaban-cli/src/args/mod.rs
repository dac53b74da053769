//! What can be typed: the contract of the command line as types. Help is Japanese first, then English.

mod care;
mod carry;
mod map;
mod people;

pub use care::{
    AbsenceCommand, ClosureAddArgs, ClosureCommand, ConsentCommand, DutyCommand, ImportCommand,
    ItemArgs, LeaseCommand, NoteCommand, PatientCommand, RegisterArgs, ResolveArgs, RosterCommand,
    RosterPlanArgs, SetArgs, VisitAddArgs, VisitCommand,
};
pub use carry::{
    AcceptArgs, AuditCommand, HandoverCommand, OfferArgs, ReceiveArgs, ReleaseArgs, ServeArgs,
};
pub use map::{
    BuildArgs, ConditionArgs, FetchArgs, ImportPackArgs, IsochroneArgs, MannerArgs, MapCommand,
    MatrixArgs, NearestArgs, RenderArgs, RoundArgs, RouteArgs, ShareArgs, StyleArgs,
};
pub use people::{DeviceCommand, FoundArgs, JoinCommand, MemberCommand, PersonArgs, ProofArgs};

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::lang::Lang;

/// Heading of the options that every command has.
const COMMON: &str = "共通 / Common";

/// カバン: 在宅医の当番かばん / the duty bag of home-care doctors
#[derive(Debug, Parser)]
#[command(name = "kaban", version, max_term_width = 110)]
#[command(
    after_help = "終了コード / exit codes: 0 済み done, 1 きまり refused, 2 入力 input, 3 合言葉 locked, 4 破損 damaged, \
    5 不通 unreachable, 6 隔離あり quarantined, 7 改変 tampered, 8 使用中 in use, 9 新しい版 newer, 10 満杯 disk full"
)]
pub struct Cli {
    /// かばんのフォルダー(または KABAN_BAG) / folder of the bag, else KABAN_BAG; one folder is one device
    #[arg(long, global = true, env = "KABAN_BAG", hide_env = true, value_name = "DIR", help_heading = COMMON)]
    pub bag: Option<PathBuf>,
    /// 結果をJSON一件で / one JSON document on stdout
    #[arg(long, global = true, help_heading = COMMON)]
    pub json: bool,
    /// 表示の言語 ja・en(なければ LANG) / language of the output: ja or en, else LANG
    #[arg(long, global = true, value_enum, hide_possible_values = true, help_heading = COMMON)]
    pub lang: Option<Lang>,
    /// 共用端末での会員ID / member id of the slot, on a shared device
    #[arg(long = "as", global = true, value_name = "MEMBER", help_heading = COMMON)]
    pub as_member: Option<String>,
    /// 合言葉のファイル(なければ KABAN_PASSPHRASE、または入力) / file with the passphrase, else KABAN_PASSPHRASE or a prompt
    #[arg(long, global = true, value_name = "FILE", help_heading = COMMON)]
    pub passphrase_file: Option<PathBuf>,
    /// 何をするか / what to do; none is `demo`
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 実演: 一つの地区の一週間を最初から最後まで / the whole story, every promise checked
    Demo(DemoArgs),
    /// 協議会をこの端末で始める / found an association on this device
    Found(FoundArgs),
    /// この端末を加える / join an association
    #[command(subcommand)]
    Join(JoinCommand),
    /// 会員 / members
    #[command(subcommand)]
    Member(MemberCommand),
    /// 端末 / devices
    #[command(subcommand)]
    Device(DeviceCommand),
    /// この端末の会員 / who holds this device
    Whoami,
    /// 取り込み / import
    #[command(subcommand)]
    Import(ImportCommand),
    /// 患者 / patients
    #[command(subcommand)]
    Patient(PatientCommand),
    /// 訪問記録 / visit notes
    #[command(subcommand)]
    Visit(VisitCommand),
    /// 連絡用ノート / notebook
    #[command(subcommand)]
    Note(NoteCommand),
    /// 当番 / duty
    #[command(subcommand)]
    Duty(DutyCommand),
    /// 閲覧の期限 / how long this device may be read
    #[command(subcommand)]
    Lease(LeaseCommand),
    /// 同意 / consent
    #[command(subcommand)]
    Consent(ConsentCommand),
    /// 通行止め / closed roads
    #[command(subcommand)]
    Closure(ClosureCommand),
    /// 中継と同期 / meet the relay
    Sync(SyncArgs),
    /// かばんのふた: 当番、同期、未送信 / the lid: duty, data age, unsent
    Status,
    /// カバンを渡す・受け取る / hand the bag over
    #[command(subcommand)]
    Handover(HandoverCommand),
    /// 地図と経路 / map and routes
    #[command(subcommand)]
    Map(MapCommand),
    /// 閲覧と操作の記録 / audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// 中継を動かす / run a relay
    Serve(ServeArgs),
    /// 点検: 保管庫、記録、時計、鍵 / check store, chains, clock, keys
    Doctor,
}

/// The story.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// 乱数の種 / seed; the same seed tells the same story
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// 結果を置くフォルダー / folder for demo.json, maps for paper, the roster's calendar and the audit logs
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// 地図データ / map data
    #[arg(long, value_name = "FILE.osm.pbf")]
    pub osm: Option<PathBuf>,
    /// FHIRの患者データ / patients as FHIR files or folders
    #[arg(long, value_name = "PATH")]
    pub fhir: Option<PathBuf>,
    /// 何週間か / weeks
    #[arg(long, default_value_t = 1)]
    pub weeks: u32,
    /// 端末の数 / devices
    #[arg(long, default_value_t = 16)]
    pub devices: usize,
}

impl Default for DemoArgs {
    fn default() -> Self {
        Self {
            seed: 1,
            out: None,
            osm: None,
            fhir: None,
            weeks: 1,
            devices: 16,
        }
    }
}

/// Meeting a relay.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// 中継の住所(一度でよい) / address of the relay; remembered
    #[arg(long, value_name = "URL")]
    pub relay: Option<String>,
    /// 新しい中継の鍵(管理者には全員分) / key of a relay set up anew; given by an admin, for everybody
    #[arg(long, value_name = "KEY")]
    pub relay_key: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_commands_hold_together() {
        super::Cli::command().debug_assert();
    }
}

//! People and devices: founding, joining, members.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

const ROLES: [&str; 8] = [
    "doctor",
    "nurse",
    "pharmacist",
    "care_manager",
    "dentist",
    "helper",
    "hospital",
    "office",
];

/// A person as they introduce themselves.
#[derive(Debug, Args)]
pub struct PersonArgs {
    /// 会員の氏名 / name of the member
    #[arg(long, value_name = "NAME")]
    pub member: String,
    /// 職種 / role
    #[arg(long, value_parser = PossibleValuesParser::new(ROLES))]
    pub role: String,
    /// フリガナ / reading
    #[arg(long, default_value = "")]
    pub kana: String,
    /// 電話 / number to call
    #[arg(long, default_value = "")]
    pub phone: String,
}

/// Founding.
#[derive(Debug, Args)]
pub struct FoundArgs {
    /// 協議会の名前 / name of the association
    #[arg(long)]
    pub name: String,
    /// The first admin.
    #[command(flatten)]
    pub person: PersonArgs,
}

/// Joining.
#[derive(Debug, Subcommand)]
pub enum JoinCommand {
    /// 参加の申し込みを作る / make a request
    Request {
        /// Who asks.
        #[command(flatten)]
        person: PersonArgs,
        /// 書き出すファイル / file to write
        #[arg(long, value_name = "FILE", default_value = "kaban-request.json")]
        out: PathBuf,
        /// 上書きする / replace an existing file
        #[arg(long)]
        force: bool,
    },
    /// 管理者が読み上げた8桁に答える / answer the eight digits that the admin reads out
    Answer {
        /// 8桁 / the eight digits
        challenge: String,
    },
    /// 承認を受け取る / take the admin's grant
    Accept {
        /// 承認のファイル / the grant
        grant: PathBuf,
        /// Whether it is theirs.
        #[command(flatten)]
        proof: ProofArgs,
    },
}

/// How it is made sure whose file it is. At a terminal and without any of these, it is asked.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct ProofArgs {
    /// 読み上げる8桁を作る。まだ何も承認しない / make the eight digits to read out; nothing is let in yet
    #[arg(long)]
    pub challenge: bool,
    /// 相手が答えた6桁 / the six digits that the other side answered
    #[arg(long, value_name = "DIGITS")]
    pub answer: Option<String>,
    /// 相手の画面からカメラで読んだもの / what a camera read from the other side's screen
    #[arg(long, value_name = "TEXT")]
    pub scanned: Option<String>,
    /// 確かめない。会員の一覧に残る(端末がないときの既定) / compare nothing; it stays on record (what is done with no terminal)
    #[arg(long)]
    pub not_compared: bool,
}

/// Members.
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// 申し込みを承認する / let a device and its person in
    Add {
        /// 申し込みのファイル / the request
        request: PathBuf,
        /// Whether it is theirs.
        #[command(flatten)]
        proof: ProofArgs,
        /// 承認を書き出すファイル(なければ REQUEST の隣に) / file for the grant, else beside the request
        #[arg(long, value_name = "GRANT")]
        out: Option<PathBuf>,
        /// 上書きする / replace an existing file
        #[arg(long)]
        force: bool,
    },
    /// 新しい会員が読み上げた8桁に答える / answer the eight digits that a new member reads out
    Answer {
        /// 氏名またはID / name or id
        member: String,
        /// 8桁 / the eight digits
        challenge: String,
    },
    /// だれがだれを承認したか。見たものは `status` から消える / who let whom in; `status` tells of it until this is read
    Admissions,
    /// 一覧 / list
    List,
    /// 止める / suspend
    Suspend {
        /// 氏名またはID / name or id
        member: String,
        /// 理由 / why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// 停止を確かめる: 一人の署名では仮の停止 / confirm a suspension: one signature is provisional
    Confirm {
        /// 氏名またはID / name or id
        member: String,
    },
    /// 停止を解く: 管理者、または医師二人 / lift a suspension: an admin, or two doctors
    Lift {
        /// 氏名またはID / name or id
        member: String,
    },
}

/// Devices.
#[derive(Debug, Subcommand)]
pub enum DeviceCommand {
    /// 一覧 / list
    List,
}

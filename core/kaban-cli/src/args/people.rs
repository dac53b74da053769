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
    /// 参加の申し込みを作る(6桁の番号を電話で伝える) / make a request; read the 6 digits out by voice
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
    /// 承認を受け取る / take the admin's answer
    Accept {
        /// 承認のファイル / the grant
        grant: PathBuf,
    },
}

/// Members.
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// 申し込みを承認する / let a device and its person in
    Add {
        /// 申し込みのファイル / the request
        request: PathBuf,
        /// 電話で聞いた6桁。端末がなく指定もなければ、番号を表示し、あとで比べる
        /// / the six digits heard by voice; with no terminal and none given they are shown, to be compared before the grant is carried back
        #[arg(long)]
        code: Option<String>,
        /// 承認を書き出すファイル(なければ REQUEST の隣に) / file for the grant, else beside the request
        #[arg(long, value_name = "GRANT")]
        out: Option<PathBuf>,
        /// 上書きする / replace an existing file
        #[arg(long)]
        force: bool,
    },
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

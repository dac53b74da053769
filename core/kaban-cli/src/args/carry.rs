//! What travels: handover, audit, relay.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Handing over. By file: offer F1, receive F1, accept F2, release F2→F3, receive F3→F4, release F4.
#[derive(Debug, Subcommand)]
pub enum HandoverCommand {
    /// 渡す申し出 / offer the bag
    Offer(OfferArgs),
    /// 受け取って確かめる / receive and verify
    Receive(ReceiveArgs),
    /// 引き受ける(この時から当番) / accept: on duty from now on
    Accept(AcceptArgs),
    /// 手放す / let go
    Release(ReleaseArgs),
    /// どこまで進んだか / where it stands
    Status,
    /// 申し出を取り下げる / take the offer back
    Withdraw {
        /// 中継へも知らせる / tell the relay
        #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
        relay: Option<String>,
    },
}

/// Offering.
#[derive(Debug, Args)]
pub struct OfferArgs {
    /// 誰に / to whom
    #[arg(long, value_name = "MEMBER[@DEVICE]")]
    pub to: String,
    /// ファイルで / by file
    #[arg(long, value_name = "FILE", required_unless_present = "relay")]
    pub out: Option<PathBuf>,
    /// 中継で / by relay
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub relay: Option<String>,
    /// 上書きする / replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Receiving.
#[derive(Debug, Args)]
pub struct ReceiveArgs {
    /// 申し出または手放しのファイル / an offer or a release
    #[arg(
        long = "in",
        value_name = "FILE",
        required_unless_present = "relay",
        conflicts_with = "relay"
    )]
    pub input: Option<PathBuf>,
    /// 中継から / from the relay
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub relay: Option<String>,
    /// 受け取りの返事(手放しのとき) / acknowledgement, when a release comes in
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// 上書きする / replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Accepting.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// ファイルで返す / answer by file
    #[arg(long, value_name = "FILE", required_unless_present = "relay")]
    pub out: Option<PathBuf>,
    /// 中継で返す / answer by relay
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub relay: Option<String>,
    /// 上書きする / replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Releasing.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// 引き受け、または受け取りの返事のファイル / an acceptance or an acknowledgement
    #[arg(long = "in", value_name = "FILE", required_unless_present = "relay")]
    pub input: Option<PathBuf>,
    /// 手放しを書き出すファイル / file for the release
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// 中継で / by relay
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    pub relay: Option<String>,
    /// 上書きする / replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// The audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// 一覧 / list
    List,
    /// 確かめる / verify
    Verify,
}

/// A relay.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// 待ち受ける住所(ポート0は空きを選ぶ) / address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:7420", value_name = "ADDR")]
    pub listen: String,
    /// 保管場所 / where the envelopes are kept
    #[arg(long, default_value = "sqlite:kaban-relay", value_name = "sqlite:PATH")]
    pub store: String,
}

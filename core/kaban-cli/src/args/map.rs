//! The map: packs, routes, pictures.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The map.
#[derive(Debug, Subcommand)]
pub enum MapCommand {
    /// 地図データから地区パックを作る / make a district pack
    Build(BuildArgs),
    /// パックの中身 / what a pack holds
    Info {
        /// 地区パック(なければカバンのもの) / the pack; the bag's own if not given
        #[arg(long)]
        pack: Option<PathBuf>,
    },
    /// 経路 / a route. A place is `lon,lat`, `node:ID`, or a patient
    Route(Box<RouteArgs>),
    /// 紙の地図: 患者さんの家に番号と重症度の印 / a map for paper: houses with number and severity
    Render(Box<RenderArgs>),
    /// 署名されたパックをカバンに入れて使う / take a signed pack into the bag and use it
    Import(ImportPackArgs),
    /// カバンにあるパック / the packs in the bag
    Packs,
    /// パックをリレーに置く / put a pack on the relay
    Share(ShareArgs),
    /// 一番新しいパックをリレーから受け取って使う / fetch the newest pack from the relay and use it
    Fetch(FetchArgs),
}

/// Building.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// OpenStreetMap のデータ / OpenStreetMap data
    #[arg(value_name = "IN.osm.pbf")]
    pub input: PathBuf,
    /// 書き出すパック / the pack to write
    #[arg(long, value_name = "PACK")]
    pub out: PathBuf,
    /// OSMのノード番号も入れる / keep OpenStreetMap node ids
    #[arg(long)]
    pub with_node_ids: bool,
    /// 歩道も入れる / keep footways and paths
    #[arg(long)]
    pub with_foot: bool,
    /// 国(なければ場所から) / country code, guessed if not given
    #[arg(long, value_name = "CC")]
    pub country: Option<String>,
    /// 上書きする / replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Routing.
#[derive(Debug, Args)]
pub struct RouteArgs {
    /// から / from
    #[arg(
        value_name = "A",
        required_unless_present = "batch",
        allow_hyphen_values = true
    )]
    pub from: Option<String>,
    /// まで / to
    #[arg(
        value_name = "B",
        required_unless_present = "batch",
        allow_hyphen_values = true
    )]
    pub to: Option<String>,
    /// 地区パック(なければカバンのもの) / the pack; the bag's own if not given
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// 一行ずつ(`-` は標準入力) / one line in, one line out; `-` is stdin
    #[arg(long, value_name = "FILE.jsonl", conflicts_with_all = ["from", "to"])]
    pub batch: Option<PathBuf>,
    /// 何を小さくするか / what is made small
    #[arg(long, default_value = "fastest", value_parser = ["fastest", "shortest"])]
    pub objective: String,
    /// 農道・林道 / tracks
    #[arg(long, default_value = "auto", value_parser = ["auto", "always", "never"])]
    pub tracks: String,
    /// 往診か一般か / as whom one drives
    #[arg(long, default_value = "visiting", value_parser = ["visiting", "public"])]
    pub access: String,
    /// 車か徒歩か / who moves
    #[arg(long, default_value = "car", value_parser = ["car", "foot"])]
    pub profile: String,
    /// 線も(--batch のとき) / the line too, in a batch
    #[arg(long)]
    pub geometry: bool,
    /// 案内も(--batch のとき) / the instructions too, in a batch
    #[arg(long)]
    pub steps: bool,
}

/// What the file of pins looks like.
const PINS_SHAPE: &str = r#"ピンのファイル / the file of pins, one of:
  [{"number": 12, "point": [140.56, 35.70], "severity": "watch"}, …]
  {"type": "FeatureCollection", "features": [{"type": "Feature",
    "properties": {"number": 12, "severity": "watch"},
    "geometry": {"type": "Point", "coordinates": [140.56, 35.70]}}, …]}
  number    1–999999、重複なし / printed beside the house, each once
  point     経度, 緯度 / longitude, latitude in degrees
  severity  stable | watch | unstable | end_of_life; なし・ほかは不明 / unknown if missing or other
  5,000 まで / at most 5,000 pins; other members are ignored

書き出した地図は暗号化されません / the picture is not encrypted"#;

/// Drawing a map.
#[derive(Debug, Args)]
#[command(after_help = PINS_SHAPE)]
pub struct RenderArgs {
    /// 地区パック / the pack
    #[arg(long)]
    pub pack: PathBuf,
    /// 家のピン(`-` は標準入力) / the houses, JSON or GeoJSON; `-` is stdin
    #[arg(long, value_name = "FILE")]
    pub pins: PathBuf,
    /// 書き出す絵 / the picture, by its ending PNG or SVG
    #[arg(long, value_name = "X.png|X.svg")]
    pub out: PathBuf,
    /// 表題 / title
    #[arg(long, default_value = "動態地図", hide_default_value = true)]
    pub title: String,
    /// 日本語の書体がないときの表題 / title in ASCII, for a machine without a Japanese font
    #[arg(
        long,
        value_name = "ASCII",
        default_value = "Map of patients' houses",
        hide_default_value = true
    )]
    pub title_plain: String,
    /// 日付(なければ今日) / date on the sheet, today if not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub date: Option<chrono::NaiveDate>,
    /// 紙: A4, A3, または画素数 / sheet: A4, A3, or pixels such as 1600x1200
    #[arg(long, default_value = "A4")]
    pub size: String,
    /// 範囲(なければピンから) / land to show in degrees; around the pins if not given
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true)]
    pub frame: Option<String>,
    /// 書体のファイル、none で使わない(なければ探す) / font file, or none; looked for if not given
    #[arg(long, value_name = "FILE", env = "KABAN_FONT")]
    pub font: Option<PathBuf>,
    /// 上書きする / replace an existing file
    #[arg(long)]
    pub force: bool,
}

/// Taking a pack in.
#[derive(Debug, Args)]
pub struct ImportPackArgs {
    /// パックのファイル / the pack
    #[arg(value_name = "PACK")]
    pub file: PathBuf,
    /// いまより古いデータでも使う / also when its data are older than those in use
    #[arg(long)]
    pub older: bool,
}

/// Putting a pack on the relay.
#[derive(Debug, Args)]
pub struct ShareArgs {
    /// パックのファイル(なければカバンのもの) / the pack; the bag's own if not given
    #[arg(value_name = "PACK")]
    pub pack: Option<PathBuf>,
    /// リレー(なければ前回の) / the relay; the last one if not given
    #[arg(long, value_name = "URL")]
    pub relay: Option<String>,
}

/// Fetching a pack.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// リレー(なければ前回の) / the relay; the last one if not given
    #[arg(long, value_name = "URL")]
    pub relay: Option<String>,
    /// いまより古いデータでも使う / also when its data are older than those in use
    #[arg(long)]
    pub older: bool,
}

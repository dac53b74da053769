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
    /// 患者さんの家を GeoJSON で / the patients' houses as GeoJSON
    Pins {
        /// 地区パック / the pack
        #[arg(long)]
        pack: PathBuf,
        /// 氏名も入れる / names too
        #[arg(long)]
        names: bool,
    },
    /// 旧市町村ごとの患者さん / the patients by former municipality
    Areas {
        /// 地区パック / the pack
        #[arg(long)]
        pack: PathBuf,
    },
    /// 近くの患者さん / who lives near a patient
    Neighbours {
        /// 番号またはID / number or id
        id: String,
        /// 地区パック / the pack
        #[arg(long)]
        pack: PathBuf,
        /// 何人 / how many
        #[arg(long, default_value_t = 5)]
        count: usize,
        /// 道のりの時間でなく直線で / in a straight line, not by time on the road
        #[arg(long)]
        straight: bool,
    },
    /// 紙の地図: 患者さんの家に番号と重症度の印 / a map for paper: houses with number and severity
    Render(Box<RenderArgs>),
    /// 電話の地図の文字・印・スタイル / glyphs, sprites and styles of the map on a phone
    Style(StyleArgs),
    /// 往診の順: いちばん早く帰れる順、または運転の少ない順 / the order of a day's visits
    Round(RoundArgs),
    /// 場所どうしの時間と距離の表 / times and distances between all places of a list
    Matrix(Box<MatrixArgs>),
    /// いちばん近い場所とそこへの道 / the nearest of several places, and the way there
    Nearest(Box<NearestArgs>),
    /// 何分で行ける範囲(GeoJSON) / how far one comes in so many minutes, as GeoJSON
    Isochrone(Box<IsochroneArgs>),
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
    /// できあがった背景地図を使う / a ready base map (planetiler, tilemaker) in place of one drawn from the data
    #[arg(long, value_name = "FILE.pmtiles", conflicts_with = "no_basemap")]
    pub basemap: Option<PathBuf>,
    /// 背景地図を入れない / leave the base map out
    #[arg(long)]
    pub no_basemap: bool,
    /// 国(なければ場所から) / country code, guessed if not given
    #[arg(long, value_name = "CC")]
    pub country: Option<String>,
    /// 旧市町村の範囲(面。名前は name、または N03_004) / former municipalities: polygons with a name
    #[arg(long, value_name = "GEOJSON")]
    pub area: Option<PathBuf>,
    /// 大字・町丁目の一覧: 名前, 経度, 緯度, 旧市町村(UTF-8) / towns for addresses: name, lon, lat, area; UTF-8
    #[arg(long, value_name = "CSV")]
    pub towns: Option<PathBuf>,
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
    /// どう行くか / how one travels
    #[command(flatten)]
    pub manner: MannerArgs,
    /// 道の状態 / what the roads are like
    #[command(flatten)]
    pub conditions: ConditionArgs,
    /// 紙の経路を書き出す / write the route as text, for paper
    #[arg(long, value_name = "FILE.txt", conflicts_with = "batch")]
    pub out: Option<PathBuf>,
    /// 上書きする / replace an existing file
    #[arg(long, requires = "out")]
    pub force: bool,
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

/// What the roads are like at the time of travel.
#[derive(Debug, Args)]
pub struct ConditionArgs {
    /// 走る日時(地元の時刻) / time of travel on the local clock; RFC 3339 or YYYY-MM-DDTHH:MM
    #[arg(long, value_name = "T")]
    pub at: Option<String>,
    /// その日は祝日(規制の PH) / that day is a public holiday, for rules that say PH
    #[arg(long, requires = "at")]
    pub holiday: bool,
    /// 季節(auto は --at の日付から) / season; auto takes it from --at
    #[arg(long, default_value = "auto", value_parser = ["auto", "summer", "winter"])]
    pub season: String,
    /// 夜道(なければ --at の時刻から) / in the dark; by --at if not given
    #[arg(long)]
    pub night: bool,
    /// 通行止めの一覧 / roads that are shut: [{"id", "shape"}]
    #[arg(long, value_name = "FILE.json")]
    pub closures: Option<PathBuf>,
}

/// The look of the map on a phone.
#[derive(Debug, Args)]
pub struct StyleArgs {
    /// 書き出すフォルダ / the folder to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// スタイルも書く地区パック(または PMTiles) / the pack, or other PMTiles, to write the four styles for
    #[arg(long, value_name = "PACK")]
    pub pack: Option<PathBuf>,
    /// タイルの層の名 / how the layers of the tiles are called
    #[arg(long, default_value = "kaban-1", value_parser = ["kaban-1", "openmaptiles"], requires = "pack")]
    pub schema: String,
    /// 書体のファイル(なければ探す) / font file; looked for if not given
    #[arg(long, value_name = "FILE", env = "KABAN_FONT")]
    pub font: Option<PathBuf>,
    /// 太字の書体(なければ探すか、--font のもの) / bold font file; looked for, or the same as --font
    #[arg(long, value_name = "FILE")]
    pub bold: Option<PathBuf>,
    /// 上書きする / replace existing files
    #[arg(long)]
    pub force: bool,
}

/// Planning a round.
#[derive(Debug, Args)]
pub struct RoundArgs {
    /// 問題のファイル(`-` は標準入力) / the problem, JSON; `-` is stdin
    #[arg(long, value_name = "FILE.json")]
    pub problem: PathBuf,
    /// 急な往診を入れる / fit a sudden call into the plan
    #[arg(long, value_name = "CALL.json")]
    pub insert: Option<PathBuf>,
    /// いまの順を保つ / keep the given order
    #[arg(long)]
    pub keep: bool,
    /// 地区パック(`places` のとき) / the pack, when the problem has places
    #[arg(long)]
    pub pack: Option<PathBuf>,
}

/// How one travels.
#[derive(Debug, Args)]
pub struct MannerArgs {
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
}

/// A table of times and distances.
#[derive(Debug, Args)]
pub struct MatrixArgs {
    /// 地区パック / the pack
    #[arg(long)]
    pub pack: PathBuf,
    /// 場所の一覧(`-` は標準入力) / a JSON list of places: [lon,lat], {"node":ID} or {"patient":ID}; `-` is stdin
    #[arg(long, value_name = "FILE.json")]
    pub points: PathBuf,
    /// どう行くか / how one travels
    #[command(flatten)]
    pub manner: MannerArgs,
    /// 道の状態 / what the roads are like
    #[command(flatten)]
    pub conditions: ConditionArgs,
}

/// The nearest of several places.
#[derive(Debug, Args)]
pub struct NearestArgs {
    /// から / from: `lon,lat`, `node:ID`, or a patient
    #[arg(value_name = "FROM", allow_hyphen_values = true)]
    pub from: String,
    /// 地区パック / the pack
    #[arg(long)]
    pub pack: PathBuf,
    /// 候補の一覧(`-` は標準入力) / a JSON list of the candidates, as for `map matrix`; `-` is stdin
    #[arg(long, value_name = "FILE.json")]
    pub points: PathBuf,
    /// いくつ / how many
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: usize,
    /// どう行くか / how one travels
    #[command(flatten)]
    pub manner: MannerArgs,
    /// 道の状態 / what the roads are like
    #[command(flatten)]
    pub conditions: ConditionArgs,
}

/// What is reached in so many minutes.
#[derive(Debug, Args)]
pub struct IsochroneArgs {
    /// から / from: `lon,lat`, `node:ID`, or a patient
    #[arg(value_name = "FROM", allow_hyphen_values = true)]
    pub from: String,
    /// 地区パック / the pack
    #[arg(long)]
    pub pack: PathBuf,
    /// 分 / minutes
    #[arg(
        long,
        value_name = "N,N,…",
        value_delimiter = ',',
        default_value = "10,20,30"
    )]
    pub minutes: Vec<u32>,
    /// 道も書き出す / the reached roads too
    #[arg(long)]
    pub roads: bool,
    /// どう行くか / how one travels
    #[command(flatten)]
    pub manner: MannerArgs,
    /// 道の状態 / what the roads are like
    #[command(flatten)]
    pub conditions: ConditionArgs,
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

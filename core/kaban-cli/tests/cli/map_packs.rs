//! A map from the bag that makes it to the bag that uses it, by file and by relay.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc::{Receiver, Sender, channel};

use kaban_atlas::osm::{Elements, Node, Way};

use crate::bags::{meet, two_bags};
use crate::kaban::{command, human, kaban};
use crate::map::write_pack;
use crate::pbf_writer;
use crate::relay::Serving;

/// A winding road of so many points, so that a pack has more than one piece.
fn long_road(points: i64) -> Elements {
    let node = |number: i64| Node {
        id: 100 + number * 7,
        lon: 140.5 + 0.000_01 * number as f64,
        lat: 35.7 + 0.000_001 * (number * number % 977) as f64,
        tags: Vec::new(),
    };
    Elements {
        nodes: (0..points).map(node).collect(),
        ways: (0..=(points - 1) / 1000)
            .map(|way| Way {
                id: 1 + way,
                nodes: (way * 1000..=(way * 1000 + 1000).min(points - 1))
                    .map(|number| 100 + number * 7)
                    .collect(),
                tags: vec![("highway".to_owned(), "residential".to_owned())],
            })
            .collect(),
        relations: Vec::new(),
    }
}

fn build(dir: &Path, elements: &Elements, bag: &str, out: &str) {
    std::fs::write(dir.join("in.osm.pbf"), pbf_writer::file(elements)).unwrap();
    let words = [
        "map",
        "build",
        "in.osm.pbf",
        "--out",
        out,
        "--with-node-ids",
    ];
    let words = [&["--bag", bag][..], &words, &["--country", "JP"]].concat();
    assert_eq!(kaban(dir, &words).json()["signed"], true);
}

fn files(dir: &Path, bag: &str) -> Vec<String> {
    let list = kaban(dir, &["--bag", bag, "map", "packs"]).json();
    let packs = list["packs"].as_array().unwrap();
    packs
        .iter()
        .map(|pack| pack["file"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_map_built_in_one_bag_is_used_by_the_other_without_naming_it() {
    let dir = two_bags();
    let dir = dir.path();
    build(dir, &long_road(20), "a", "sosa.kpack.pmtiles");
    let none = kaban(dir, &["--bag", "b", "map", "info"]);
    assert_eq!(none.refusal(), (1, "not_found".into()));
    let import = ["--bag", "b", "map", "import", "sosa.kpack.pmtiles"];
    let taken = kaban(dir, &import).json();
    let file = taken["file"].as_str().unwrap();
    assert!(file.starts_with("sosa-undated-") && file.ends_with(".kpack.pmtiles"));
    assert_eq!(kaban(dir, &import).json()["already"], true);
    assert_eq!(files(dir, "b"), [file]);
    let info = kaban(dir, &["--bag", "b", "map", "info"]).json();
    assert_eq!(
        (&info["root"], info["signed_by"].is_string()),
        (&taken["root"], true)
    );
    let route = ["--bag", "b", "map", "route", "140.5,35.7", "140.5001,35.7"];
    assert!(kaban(dir, &route).json()["distance_m"].is_number());
    assert!(human(dir, "ja", &import).out.contains("すでに使っています"));
    let nowhere = kaban(dir, &route[2..]);
    assert_eq!(nowhere.refusal(), (2, "bad_input".into()));
}

#[test]
fn a_map_that_nobody_here_signed_is_looked_at_and_not_taken_in() {
    let dir = two_bags();
    let dir = dir.path();
    write_pack(dir);
    let said = kaban(dir, &["--bag", "a", "map", "import", "pack"]);
    assert_eq!(said.refusal(), (1, "not_allowed".into()));
    let shared = kaban(
        dir,
        &[
            "--bag",
            "a",
            "map",
            "share",
            "pack",
            "--relay",
            "http://127.0.0.1:9",
        ],
    );
    assert_eq!(shared.refusal(), (1, "not_allowed".into()));
    assert!(files(dir, "a").is_empty());
    assert_eq!(
        kaban(dir, &["map", "info", "--pack", "pack"]).json()["signed_by"],
        serde_json::Value::Null
    );
}

/// A way to the relay that stands still from the `nth` request for a range on, and tells so.
struct Standstill {
    url: String,
    reached: Receiver<()>,
}

impl Standstill {
    fn before(relay: &Serving, nth: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let target = relay.url.trim_start_matches("http://").to_owned();
        let (tell, reached) = channel();
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(&target) else {
                    return;
                };
                let (back, front) = (far.try_clone().unwrap(), near.try_clone().unwrap());
                std::thread::spawn(move || pass_on(back, front));
                let tell = tell.clone();
                std::thread::spawn(move || stop_at(near, far, nth, &tell));
            }
        });
        Self { url, reached }
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}

/// Requests are small, and each is sent in one piece once the answer before it is there.
fn stop_at(mut from: TcpStream, mut to: TcpStream, nth: usize, tell: &Sender<()>) {
    let mut buffer = [0; 16 * 1024];
    let mut ranges = 0;
    while let Ok(got @ 1..) = from.read(&mut buffer) {
        let text = String::from_utf8_lossy(&buffer[..got]).to_ascii_lowercase();
        ranges += text.matches("range: bytes=").count();
        if ranges == nth {
            let _ = tell.send(());
            // The other end hears nothing until it is killed.
            let _ = from.read(&mut buffer);
            return;
        }
        if to.write_all(&buffer[..got]).is_err() {
            return;
        }
    }
}

/// What goes over the line at once.
const PIECE_BYTES: u64 = 64 * 1024;

#[test]
fn a_fetch_that_was_killed_asks_only_for_the_rest() {
    let dir = two_bags();
    let dir = dir.path();
    let relay = Serving::start(dir);
    meet(dir, &relay);
    build(dir, &long_road(40_000), "a", "sosa.kpack.pmtiles");
    let share = [
        "--bag",
        "a",
        "map",
        "share",
        "sosa.kpack.pmtiles",
        "--relay",
        &relay.url,
    ];
    let shared = kaban(dir, &share).json();
    let bytes = shared["bytes"].as_u64().unwrap();
    assert_eq!(shared["sent"], bytes);
    assert!(bytes > 2 * PIECE_BYTES, "{bytes}");
    assert_eq!(kaban(dir, &share).json()["sent"], 0);

    let still = Standstill::before(&relay, 2);
    let mut cut = command(dir)
        .args(["--bag", "b", "map", "fetch", "--relay", &still.url])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    still.reached.recv().unwrap();
    cut.kill().unwrap();
    cut.wait().unwrap();
    let left = files(dir, "b");
    assert!(left.len() == 1 && left[0].ends_with(".fetch"), "{left:?}");

    let fetched = kaban(dir, &["--bag", "b", "map", "fetch", "--relay", &relay.url]).json();
    assert_eq!(fetched["received"], bytes - PIECE_BYTES);
    assert_eq!(files(dir, "b"), [fetched["file"].as_str().unwrap()]);
    let again = kaban(dir, &["--bag", "b", "map", "fetch"]).json();
    assert_eq!(
        (&again["already"], &again["received"]),
        (&true.into(), &0.into())
    );
}

//! Figures for the targets of the base map: `cargo run --release -p kaban-atlas --example measure_base_map -- FILE.osm.pbf …`,
//! one file at a time under `/usr/bin/time -v` for CPU seconds and memory.
use kaban_atlas::build::{BaseMapSource, BuildOptions, build_pack};
use kaban_atlas::pack::Pack;
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let file = File::open(&path)?;
        let data = file.metadata()?.len();
        let options = BuildOptions {
            base_map: BaseMapSource::Drawn,
            ..BuildOptions::default()
        };
        let began = Instant::now();
        let built = build_pack(BufReader::new(file), &options, &mut |_| {})?;
        let build_ms = began.elapsed().as_secs_f64() * 1e3;
        let mut open_ms = f64::INFINITY;
        for _ in 0..10 {
            let began = Instant::now();
            Pack::open(Cursor::new(&built.pack))?;
            open_ms = open_ms.min(began.elapsed().as_secs_f64() * 1e3);
        }
        let Some(map) = &built.report.meta.base_map else {
            println!("{path}: no base map");
            continue;
        };
        println!(
            "{path}: {data} bytes; base map {} ({:.3}), {} tiles; pack {}; build {build_ms:.0} ms, open {open_ms:.2} ms; {:?}",
            map.bytes,
            map.bytes as f64 / data as f64,
            map.tiles,
            built.pack.len(),
            built.report.meta.notes,
        );
    }
    Ok(())
}

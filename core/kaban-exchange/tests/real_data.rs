//! Reads the folder of files that nobody on this project wrote, when it is there.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kaban_exchange::fhir::{FileImport, Limits, read_file};

fn folder() -> Option<PathBuf> {
    let data = match std::env::var_os("KABAN_TEST_DATA") {
        Some(given) => PathBuf::from(given),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    let folder = data.join("fhir");
    folder.is_dir().then_some(folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    found.sort();
    found
}

fn read(path: &Path) -> FileImport {
    let name = path.file_name().unwrap().to_string_lossy();
    read_file(&name, &std::fs::read(path).unwrap(), &Limits::default())
}

#[test]
fn every_real_file_gives_resources_or_a_refusal_with_its_place() {
    let Some(folder) = folder() else {
        println!("skipped: no folder of real FHIR files (set KABAN_TEST_DATA)");
        return;
    };
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    for folder in folders {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for path in files(&folder) {
            let import = read(&path);
            let bytes = std::fs::read(&path).unwrap();
            *counts.entry("files").or_default() += 1;
            *counts.entry("taken").or_default() += import.resources.len();
            *counts.entry("kept aside").or_default() += import.kept_aside.len();
            *counts.entry("refused").or_default() += import.refused.len();
            *counts.entry("warnings").or_default() += import.warnings.len();
            let read = import.resources.len() + import.kept_aside.len();
            assert!(read + import.refused.len() + import.warnings.len() > 0, "{} gave nothing", import.file);
            assert!(import.refused.iter().all(|note| !note.at.is_empty() && !note.why.is_empty()));
            let aside = import.kept_aside.iter().map(|aside| &aside.resource);
            for resource in import.resources.iter().chain(aside) {
                let text = resource.original.as_bytes();
                assert_eq!(&bytes[resource.offset..resource.offset + text.len()], text, "{}", import.file);
            }
            for note in &import.refused {
                println!("  refused {}: {} ({})", import.file, note.at, note.why);
            }
        }
        println!("{}: {counts:?}", folder.file_name().unwrap().to_string_lossy());
    }
}

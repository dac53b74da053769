//! Reads the folder of files that nobody on this project wrote, when it is there.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use kaban_exchange::fhir::{FileImport, ImportPlan, Limits, assemble, read_file};

fn folder() -> Option<PathBuf> {
    let data = match std::env::var_os("KABAN_TEST_DATA") {
        Some(given) => PathBuf::from(given),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    let folder = data.join("fhir");
    if !folder.is_dir() {
        println!("skipped: no folder of real FHIR files (set KABAN_TEST_DATA)");
        return None;
    }
    Some(folder)
}

fn inside(folder: &Path, wanted: fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| wanted(path))
        .collect();
    found.sort();
    found
}

fn read(path: &Path) -> FileImport {
    let name = path.file_name().unwrap().to_string_lossy();
    read_file(&name, &std::fs::read(path).unwrap(), &Limits::default())
}

fn read_all(folder: &Path) -> Vec<FileImport> {
    inside(folder, Path::is_file)
        .iter()
        .map(|path| read(path))
        .collect()
}

#[test]
fn every_real_file_gives_resources_or_a_refusal_with_its_place() {
    let Some(folder) = folder() else { return };
    for path in inside(&folder, Path::is_dir)
        .iter()
        .flat_map(|folder| inside(folder, Path::is_file))
    {
        let (import, bytes) = (read(&path), std::fs::read(&path).unwrap());
        let read = import.resources.len() + import.kept_aside.len();
        assert!(
            read + import.refused.len() + import.warnings.len() > 0,
            "{} gave nothing",
            import.file
        );
        assert!(
            import
                .refused
                .iter()
                .all(|note| !note.at.is_empty() && !note.why.is_empty())
        );
        let aside = import.kept_aside.iter().map(|aside| &aside.resource);
        for resource in import.resources.iter().chain(aside) {
            let text = resource.original.as_bytes();
            assert_eq!(
                &bytes[resource.offset..resource.offset + text.len()],
                text,
                "{}",
                import.file
            );
        }
    }
}

/// Every resource is counted once, and every original is in the plan.
fn check(plan: &ImportPlan, resources: usize, name: &str) {
    let counted: usize = plan
        .report
        .files
        .iter()
        .flat_map(|file| file.taken.values().chain(file.kept_aside.values()))
        .sum();
    let kept = plan.unattached.len()
        + plan
            .patients
            .iter()
            .map(|patient| patient.sources.len())
            .sum::<usize>();
    assert_eq!(
        (counted, kept),
        (resources, resources),
        "{name}: lost or doubled"
    );
    let ids: BTreeSet<_> = plan.patients.iter().map(|patient| patient.id).collect();
    assert_eq!(
        ids.len(),
        plan.patients.len(),
        "{name}: two patients with one id"
    );
    for patient in &plan.patients {
        let paths: BTreeSet<_> = patient.fields.iter().map(|field| field.path).collect();
        assert_eq!(
            paths.len(),
            patient.fields.len(),
            "{name}: one field filled twice"
        );
        let items: BTreeSet<_> = patient.vitals.iter().map(|vitals| vitals.item_id).collect();
        assert_eq!(
            items.len(),
            patient.vitals.len(),
            "{name}: one item entered twice"
        );
        assert!(
            patient
                .fields
                .iter()
                .all(|field| patient.sources[field.source_index].taken)
        );
    }
}

#[test]
fn each_folder_of_real_files_is_joined_without_losing_a_resource() {
    let Some(folder) = folder() else { return };
    for folder in inside(&folder, Path::is_dir) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let imports = read_all(&folder);
        let resources = imports
            .iter()
            .map(|import| import.resources.len() + import.kept_aside.len())
            .sum();
        let plan = assemble(imports);
        check(&plan, resources, &name);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for file in &plan.report.files {
            *counts.entry("1 files").or_default() += 1;
            *counts.entry("2 taken").or_default() += file.taken.values().sum::<usize>();
            *counts.entry("3 kept aside").or_default() += file.kept_aside.values().sum::<usize>();
            *counts.entry("4 refused").or_default() += file.refused.len();
            *counts.entry("5 warnings").or_default() += file.warnings.len();
        }
        counts.insert(
            "6 patients",
            plan.patients
                .iter()
                .filter(|patient| patient.complete)
                .count(),
        );
        counts.insert(
            "7 known by reference only",
            plan.patients
                .iter()
                .filter(|patient| !patient.complete)
                .count(),
        );
        counts.insert(
            "8 fields",
            plan.patients
                .iter()
                .map(|patient| patient.fields.len())
                .sum(),
        );
        counts.insert(
            "9 vitals",
            plan.patients
                .iter()
                .map(|patient| patient.vitals.len())
                .sum(),
        );
        println!("{name}: {counts:?} unsure {}", plan.report.unsure.len());
        if std::env::var_os("KABAN_TEST_VERBOSE").is_some() {
            println!("{}", serde_json::to_string_pretty(&plan.report).unwrap());
        }
    }
}

#[test]
fn all_folders_in_one_call_lose_nothing_and_give_each_patient_one_id() {
    let Some(folder) = folder() else { return };
    let imports: Vec<FileImport> = inside(&folder, Path::is_dir)
        .iter()
        .flat_map(|folder| read_all(folder))
        .collect();
    let resources = imports
        .iter()
        .map(|import| import.resources.len() + import.kept_aside.len())
        .sum();
    let plan = assemble(imports);
    check(&plan, resources, "all");
    println!(
        "all: {} patients, {} unsure",
        plan.patients.len(),
        plan.report.unsure.len()
    );
}

#[test]
fn importing_the_same_files_in_another_order_gives_the_same_ids() {
    let Some(folder) = folder() else { return };
    for name in ["jp-clins-1.5.2", "jp-core-1.1.2", "synthea-r4-2019"] {
        let forward = assemble(read_all(&folder.join(name)));
        let mut reversed = read_all(&folder.join(name));
        reversed.reverse();
        let backward = assemble(reversed);
        let ids = |plan: &ImportPlan| -> BTreeSet<String> {
            let of = |patient: &kaban_exchange::fhir::ImportedPatient| {
                let fields = patient.fields.iter().map(|field| field.path.to_string());
                let items = patient
                    .vitals
                    .iter()
                    .map(|vitals| vitals.item_id.to_string());
                fields
                    .chain(items)
                    .map(|id| format!("{} {id}", patient.id))
                    .collect::<Vec<_>>()
            };
            plan.patients.iter().flat_map(of).collect()
        };
        assert_eq!(ids(&forward), ids(&backward), "{name}");
    }
}

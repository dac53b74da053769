//! What goes wrong with a store: one clear line, the right exit code, nothing lost.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::bags::two_bags;
use crate::kaban::{command, copy_dir, human, kaban};
use crate::map::write_pack;

#[test]
fn a_bag_held_by_another_process_is_in_use() {
    let dir = two_bags();
    let dir = dir.path();
    write_pack(dir);
    let words = [
        "--json", "--bag", "a", "map", "route", "--pack", "pack", "--batch", "-",
    ];
    let mut holder = command(dir)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = holder.stdin.take().unwrap();
    writeln!(
        stdin,
        r#"{{"from":{{"patient":"1"}},"to":[140.5095,35.7]}}"#
    )
    .unwrap();
    let mut answer = String::new();
    BufReader::new(holder.stdout.take().unwrap())
        .read_line(&mut answer)
        .unwrap();
    assert!(answer.contains("distance_m"), "{answer}");
    assert_eq!(
        kaban(dir, &["--bag", "a", "status"]).refusal(),
        (8, "in_use".into())
    );
    assert_eq!(
        kaban(dir, &["--bag", "a", "doctor"]).refusal(),
        (8, "in_use".into())
    );
    drop(stdin);
    assert!(holder.wait().unwrap().success());
    assert_eq!(kaban(dir, &["--bag", "a", "status"]).code, 0);
}

#[test]
fn a_wrong_or_missing_passphrase_is_told_apart_from_damage() {
    let dir = two_bags();
    let dir = dir.path();
    let status = |setting: &dyn Fn(&mut std::process::Command) -> &mut std::process::Command| -> crate::kaban::Said {
        let mut command = command(dir);
        command.args(["--json", "--bag", "a", "status"]).stdin(Stdio::null());
        setting(&mut command).output().unwrap().into()
    };
    let wrong = status(&|c| c.env("KABAN_PASSPHRASE", "wrong horse 17 battery"));
    assert_eq!(wrong.refusal(), (3, "wrong_passphrase".into()));
    let none = status(&|c| c.env_remove("KABAN_PASSPHRASE"));
    assert_eq!(none.refusal(), (3, "locked".into()));
    std::fs::write(dir.join("pass"), format!("{}\n", crate::kaban::PASSPHRASE)).unwrap();
    let file = status(&|c| {
        c.env_remove("KABAN_PASSPHRASE")
            .args(["--passphrase-file", "pass"])
    });
    assert_eq!(file.code, 0, "{file:?}");
}

#[test]
fn a_weak_passphrase_makes_no_store() {
    let dir = tempfile::tempdir().unwrap();
    let words = [
        "--json", "--bag", "n", "found", "--name", "N", "--member", "M", "--role", "doctor",
    ];
    let output = command(dir.path())
        .env("KABAN_PASSPHRASE", "short")
        .args(words)
        .output()
        .unwrap();
    assert_eq!(
        crate::kaban::Said::from(output).refusal(),
        (2, "bad_input".into())
    );
    assert!(!dir.path().join("n/kaban.db").exists());
}

#[test]
fn a_store_from_a_newer_version_is_left_alone() {
    let dir = two_bags();
    let dir = dir.path();
    let database = dir.join("a/kaban.db");
    let newer = rusqlite::Connection::open(&database).unwrap();
    newer.pragma_update(None, "user_version", 9_999).unwrap();
    drop(newer);
    let before = std::fs::read(&database).unwrap();
    for words in [&["status"][..], &["doctor"], &["patient", "list"]] {
        assert_eq!(
            kaban(dir, &[&["--bag", "a"], words].concat()).refusal(),
            (9, "too_new".into())
        );
    }
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[test]
fn a_flipped_byte_is_found_by_the_doctor_and_never_ends_in_a_crash() {
    let made = two_bags();
    let whole = std::fs::read(made.path().join("a/kaban.db")).unwrap();
    let mut found = 0;
    let tries = 12;
    for number in 0..tries {
        let dir = tempfile::tempdir().unwrap();
        copy_dir(&made.path().join("a"), &dir.path().join("a"));
        let mut bytes = whole.clone();
        let at = 20 + number * (bytes.len() - 40) / tries;
        bytes[at] ^= 0x55;
        std::fs::write(dir.path().join("a/kaban.db"), bytes).unwrap();
        let said = kaban(dir.path(), &["--bag", "a", "doctor"]);
        // A byte of an empty page, or of the one slot's key, is another story than a broken row.
        assert!(matches!(said.code, 0 | 3 | 4 | 7), "byte {at}: {said:?}");
        if matches!(said.code, 4 | 7) {
            found += 1;
            assert_eq!(said.document()["ok"], false);
            assert!(["damaged", "tampered"].contains(&said.kind().as_str()));
        }
    }
    assert!(found >= 4, "only {found} of {tries} were found");
}

#[test]
fn a_broken_head_of_the_database_is_damage() {
    let dir = two_bags();
    let dir = dir.path();
    let path = dir.join("a/kaban.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..16].fill(0);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(
        kaban(dir, &["--bag", "a", "status"]).refusal(),
        (4, "damaged".into())
    );
    let doctor = kaban(dir, &["--bag", "a", "doctor"]);
    assert_eq!(doctor.refusal(), (4, "damaged".into()));
    assert_eq!(doctor.document()["findings"][0]["check"], "store");
    let told = human(dir, "ja", &["--bag", "a", "doctor"]);
    assert!(
        told.out.contains("✗ 保管庫") && told.out.contains("→"),
        "{told:?}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "nothing was changed");
}

#[test]
fn a_missing_folder_or_bag_is_a_wrong_input() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    for bag in ["nowhere", "empty"] {
        for words in [&["status"][..], &["doctor"], &["sync"]] {
            assert_eq!(
                kaban(dir.path(), &[&["--bag", bag], words].concat()).refusal(),
                (2, "bad_input".into())
            );
        }
    }
    assert_eq!(
        kaban(dir.path(), &["status"]).refusal(),
        (2, "bad_input".into())
    );
    assert_eq!(
        std::fs::read_dir(dir.path().join("empty")).unwrap().count(),
        0,
        "a folder that is no bag stays empty"
    );
}

#[test]
fn a_second_founding_leaves_the_first_bag_as_it_is() {
    let dir = two_bags();
    let said = kaban(
        dir.path(),
        &[
            "--bag", "a", "found", "--name", "N", "--member", "M", "--role", "doctor",
        ],
    );
    assert_eq!(said.refusal(), (2, "bad_input".into()));
    assert_eq!(
        kaban(dir.path(), &["--bag", "a", "whoami"]).json()["association"],
        "匝瑳"
    );
}

#[test]
fn a_relay_that_is_not_there_is_told_soon_and_the_work_stays() {
    let dir = two_bags();
    let before = kaban(dir.path(), &["--bag", "a", "status"]).json()["unsent"].clone();
    let said = kaban(
        dir.path(),
        &["--bag", "a", "sync", "--relay", "http://127.0.0.1:9"],
    );
    assert_eq!(said.refusal(), (5, "peer_unreachable".into()));
    assert_eq!(
        kaban(dir.path(), &["--bag", "a", "status"]).json()["unsent"],
        before
    );
    let said = kaban(dir.path(), &["--bag", "a", "sync", "--relay", "not a url"]);
    assert_eq!(said.refusal(), (2, "bad_input".into()));
}

//! What a phone asks of the bag, at the size of a large district: median and 99th percentile of
//! each use case, without the language boundary (`android/core` measures with it).
//!
//! `KABAN_BENCH_BAG=FOLDER cargo bench -p kaban-tests --bench calls` over a bag made by
//! `kaban-stage district FOLDER 2000 3`.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use std::time::Instant;

use chrono::Duration;
use kaban_app::{Bag, Environment, RegisterForm, Result, SetInput, WhoInput};
use serde_json::json;

const PASSPHRASE: &[u8] = b"a passphrase for tests";
const TIMES: usize = 200;

fn main() {
    let Some(folder) = std::env::var_os("KABAN_BENCH_BAG").map(PathBuf::from) else {
        println!("no KABAN_BENCH_BAG: make one with `kaban-stage district FOLDER 2000 3`");
        return;
    };
    let mut bag = Bag::open(&folder, PASSPHRASE, None, &Environment::default()).unwrap();
    let start = Instant::now();
    let rows = bag.patients().unwrap();
    println!("first list of {}: {:.1} ms", rows.len(), ms(start));
    let patient = bag.patient_id(&rows[rows.len() / 2].id).unwrap();
    let me = bag.workspace().member();

    let mut table = Table(&mut bag);
    table.line("list", |bag, _| bag.patients().map(drop));
    table.line("search, two kana", |bag, _| bag.search("カン").map(drop));
    table.line("search, one of all", |bag, n| {
        bag.search(&format!("患者 {n:04}")).map(drop)
    });
    table.line("page", |bag, _| bag.patient(patient).map(drop));
    table.line("visits", |bag, _| bag.visits(patient).map(drop));
    table.line("lid", |bag, _| bag.status().map(drop));
    table.line("lease", |bag, _| bag.lease().map(drop));
    table.line("who answers", |bag, _| {
        let patient = Some(patient);
        bag.who(WhoInput { patient, at: None }).map(drop)
    });
    table.line("conflicts of all", |bag, _| {
        bag.patients_in_conflict().map(drop)
    });
    table.line("set field", |bag, n| {
        let input = SetInput {
            field: "phone".to_owned(),
            value: Some(format!("0479-72-{n:04}")),
            source: None,
        };
        bag.set_field(patient, &input).map(drop)
    });
    table.line("list after a write", |bag, _| bag.patients().map(drop));
    table.line("save draft", |bag, n| {
        let body = json!({ "subjective": format!("{n}") });
        bag.save_draft(patient, body).map(drop)
    });
    table.line("save draft and sign", |bag, n| {
        let body = json!({ "subjective": format!("{n}") });
        bag.save_draft(patient, body)?;
        bag.sign_draft(patient).map(drop)
    });
    table.line("write note", |bag, _| {
        bag.add_note("雪の予報", None, false).map(drop)
    });
    table.line("notes", |bag, _| bag.notes().map(drop));
    table.line("absence", |bag, n| {
        let from = bag.now() + Duration::days(i64::try_from(n).unwrap_or(0));
        bag.add_absence(me, from, from + Duration::hours(1))
    });
    table.line("register", |bag, n| {
        let form = RegisterForm {
            values: vec![("name".to_owned(), format!("新患 {n:04}"))],
            ..RegisterForm::default()
        };
        bag.register_typed(form).map(drop)
    });
    table.line("refused", |bag, _| {
        let nobody = kaban_model::ids::PatientId::from_bytes([0; 16]);
        assert!(bag.patient(nobody).is_err());
        Ok(())
    });
}

struct Table<'b>(&'b mut Bag);

impl Table<'_> {
    fn line(&mut self, what: &str, mut call: impl FnMut(&mut Bag, usize) -> Result<()>) {
        let mut times = Vec::with_capacity(TIMES);
        for n in 0..TIMES {
            let start = Instant::now();
            call(self.0, n).unwrap();
            times.push(ms(start));
        }
        times.sort_by(f64::total_cmp);
        let (median, p99) = (times[TIMES / 2], times[TIMES * 99 / 100]);
        println!("{what:<22} median {median:>8.3} ms   p99 {p99:>8.3} ms");
    }
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

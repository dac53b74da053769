//! Whole jobs, measured: the first synchronisation of a new device with 182 patients × 30 notes
//! through a relay on loopback, opening the bag, page 1, a search, a saved visit, size on disk.
//! `cargo bench -p kaban-tests --bench bag`; `KABAN_BENCH_PATIENTS` and `KABAN_BENCH_NOTES` scale it.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::time::Instant;

use kaban_app::{Bag, Brief, Environment, RegisterInput, VisitInput};
use kaban_model::duty::{ConsentGiven, Eligibility};
use kaban_model::patient::{FieldPath, PartialDate};
use kaban_model::people::Role;
use kaban_sync::pairing::Proof;
use kaban_sync::peer::Http;
use kaban_sync::workspace::Person;
use kaban_vault::slots::KdfCost;
use serde_json::json;

const PASSPHRASE: &[u8] = b"a passphrase for the benchmark";
const TEXT: &str = "夜間に呼吸苦の訴えあり訪問。SpO2 92%、呼吸数 24、両肺底部に湿性ラ音。利尿剤を追加し、家族に今後の見通しを説明した。明朝主治医へ連絡。血圧 128/74、脈拍 88、体温 36.8。食事は半量、排尿あり。家族の不安が強く、24時間の連絡先を改めて伝えた。次回は三日後に訪問の予定。";

fn number(name: &str, default: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

fn person(name: &str, role: Role) -> Person {
    Person {
        name: name.to_owned(),
        kana: String::new(),
        role,
        phone: "0479-00-0000".to_owned(),
    }
}

fn join(admin: &mut Bag, dir: &Path, name: &str, role: Role, environment: &Environment) -> Bag {
    let new = Bag::request_to_join(dir, PASSPHRASE, &person(name, role), environment).unwrap();
    let joined = admin.admit(&new.request.write(), &Proof::Nothing);
    let grant = joined.unwrap().grant;
    Bag::join(dir, PASSPHRASE, &grant, &Proof::Nothing, environment).unwrap()
}

async fn meet(bag: &mut Bag, url: &str) -> kaban_app::SyncView {
    bag.sync_over(&Http::new(url).unwrap(), &Brief, &mut |_| {})
        .await
        .unwrap()
}

fn size_of(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap().filter_map(Result::ok);
    entries
        .map(|e| {
            if e.path().is_dir() {
                size_of(&e.path())
            } else {
                e.metadata().unwrap().len()
            }
        })
        .sum()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let patients = number("KABAN_BENCH_PATIENTS", 182);
    let notes = number("KABAN_BENCH_NOTES", 30);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(run(patients, notes));
}

async fn run(patients: usize, notes: usize) {
    let environment = Environment {
        kdf: KdfCost::FLOOR,
        ..Environment::default()
    };
    let dirs = tempfile::tempdir().unwrap();
    let dir = |name: &str| dirs.path().join(name);
    let relay = kaban_relay::Relay::open(kaban_relay::Config::new(dir("relay"))).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(kaban_relay::serve(listener, relay, async {
        drop(stopped.await)
    }));

    let mut office = Bag::found(
        &dir("office"),
        PASSPHRASE,
        "匝瑳医師会",
        &person("事務局", Role::Office),
        &environment,
    )
    .unwrap();
    let mut doctor = join(
        &mut office,
        &dir("doctor"),
        "佐藤",
        Role::Doctor,
        &environment,
    );
    let mut nurse = join(
        &mut office,
        &dir("nurse"),
        "鈴木",
        Role::Nurse,
        &environment,
    );
    for bag in [&mut office, &mut doctor] {
        meet(bag, &url).await;
    }
    doctor.take_over().unwrap();
    let (primary, member) = (doctor.workspace().member(), nurse.workspace().member());
    let start = Instant::now();
    let mut plaintext = 0;
    for n in 0..patients {
        let mut values = Vec::new();
        for (path, value) in [
            ("name", json!(format!("患者 {n:03}"))),
            ("kana", json!(format!("カンジャ{n:03}"))),
            ("birth_date", json!("1938-04-12")),
            ("address", json!(format!("千葉県匝瑳市八日市場イ{n}番地"))),
            ("phone", json!(format!("0479-72-{n:04}"))),
            ("severity", json!("stable")),
            ("diagnosis", json!("慢性心不全、2型糖尿病")),
            ("special_note", json!("玄関の鍵は開いている。犬がいる。")),
        ] {
            plaintext += value.to_string().len() + path.len();
            values.push((FieldPath::parse(path).unwrap(), value));
        }
        let consent = ConsentGiven {
            registration: true,
            primary_agreed: true,
            roles: [Role::Doctor, Role::Nurse].into_iter().collect(),
            paper_date: PartialDate::parse("2026-11-01").unwrap(),
        };
        let input = RegisterInput {
            id: None,
            primary,
            deputy: None,
            team: vec![member],
            eligibility: Eligibility {
                cannot_attend: true,
                wants_home_care: true,
            },
            consent: Some(consent),
            values,
        };
        let id = doctor.register(input).unwrap();
        for note in 0..notes {
            let body = json!({ "subjective": format!("{note}. {TEXT}") });
            plaintext += body.to_string().len();
            doctor.add_visit(id, VisitInput { body }).unwrap();
        }
    }
    let writes = patients * (notes + 2);
    println!(
        "write {patients} patients x {notes} notes: {:.1} s, {:.2} ms a save",
        start.elapsed().as_secs_f64(),
        start.elapsed().as_secs_f64() * 1e3 / writes as f64
    );
    println!("plaintext of fields and notes: {plaintext} bytes");
    let start = Instant::now();
    let sent = meet(&mut doctor, &url).await;
    println!(
        "upload: {:.2} s, {} envelopes, {} bytes, {} round trips",
        start.elapsed().as_secs_f64(),
        sent.sent,
        sent.bytes_out,
        sent.round_trips
    );
    let start = Instant::now();
    let first = meet(&mut nurse, &url).await;
    let wire = first.bytes_in as f64;
    println!(
        "first sync of a new device: {:.2} s, {} envelopes, {} bytes in, {} out, {} round trips, {:.2} x plaintext, {:.0} bytes over plaintext an envelope",
        start.elapsed().as_secs_f64(),
        first.received,
        first.bytes_in,
        first.bytes_out,
        first.round_trips,
        wire / plaintext as f64,
        (wire - plaintext as f64) / first.received as f64,
    );
    let again = meet(&mut nurse, &url).await;
    println!(
        "sync with no news: {} round trips, {} bytes out, {} bytes in",
        again.round_trips, again.bytes_out, again.bytes_in
    );
    nurse.lock().unwrap();
    println!(
        "store: {:.1} KB a patient",
        size_of(&dir("nurse")) as f64 / 1e3 / patients as f64
    );

    let start = Instant::now();
    let keyvault =
        kaban_vault::keyvault::FileKeyVault::open(&dir("nurse").join("keystore")).unwrap();
    let mut store =
        kaban_vault::store::Store::open(&dir("nurse"), std::sync::Arc::new(keyvault)).unwrap();
    store.unlock(None, PASSPHRASE).unwrap();
    let slot = start.elapsed().as_secs_f64();
    store.lock().unwrap();
    drop(store);
    let start = Instant::now();
    let mut bag = Bag::open(&dir("nurse"), PASSPHRASE, None, &environment).unwrap();
    let rows = bag.patients().unwrap();
    let unlock = start.elapsed().as_secs_f64();
    println!(
        "unlock to list: {:.1} ms without opening the slot ({:.1} ms), {} rows",
        (unlock - slot) * 1e3,
        slot * 1e3,
        rows.len()
    );
    let ids: Vec<_> = rows.iter().map(|row| row.id.parse().unwrap()).collect();
    let start = Instant::now();
    bag.patient(ids[0]).unwrap();
    println!(
        "open page 1, first: {:.2} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    let pages = ids
        .iter()
        .map(|id| timed(|| drop(bag.patient(*id).unwrap())))
        .collect();
    println!("open page 1, median: {:.2} ms", median(pages));
    bag.search("患者").unwrap();
    let found = (0..50)
        .map(|n| bag.search(&format!("{n:02}")).unwrap().compute_us as f64 / 1e3)
        .collect();
    println!(
        "search of two characters, median: {:.3} ms in the index",
        median(found)
    );
    let whole = (0..20)
        .map(|_| timed(|| drop(bag.search("患者").unwrap())))
        .collect();
    println!(
        "search of two characters with its audit row and hits, median: {:.2} ms",
        median(whole)
    );
    let saves = ids
        .iter()
        .take(50)
        .map(|id| {
            timed(|| {
                drop(
                    bag.add_visit(
                        *id,
                        VisitInput {
                            body: json!({ "subjective": TEXT }),
                        },
                    )
                    .unwrap(),
                )
            })
        })
        .collect();
    println!("save a visit, durable, median: {:.2} ms", median(saves));
    let _ = stop.send(());
    server.await.unwrap().unwrap();
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64() * 1e3
}

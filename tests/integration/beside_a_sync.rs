//! What goes on while a bag meets its relay: reading, cancelling.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kaban_app::{Bag, Environment, RegisterForm, SharedBag, VisitInput};
use kaban_model::people::Role;
use kaban_sync::workspace::Person;
use kaban_vault::slots::KdfCost;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::Notify;

const PASSPHRASE: &[u8] = b"a passphrase for tests";
/// Far longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

fn district(folder: &Path, notes: usize) -> SharedBag {
    let environment = Environment {
        kdf: KdfCost::FLOOR,
        ..Environment::default()
    };
    let doctor = Person {
        name: "佐藤 恵".to_owned(),
        kana: String::new(),
        role: Role::Doctor,
        phone: String::new(),
    };
    let mut bag = Bag::found(folder, PASSPHRASE, "匝瑳医師会", &doctor, &environment).unwrap();
    let form = RegisterForm {
        values: vec![("name".to_owned(), "田中 ハル".to_owned())],
        ..RegisterForm::default()
    };
    let patient = bag.register_typed(form).unwrap();
    for n in 0..notes {
        let body = json!({ "subjective": format!("{n}回目の訪問") });
        bag.add_visit(patient, VisitInput { body }).unwrap();
    }
    SharedBag::new(bag)
}

/// A relay that takes whatever it is told and never answers.
async fn silent_relay(reached: Arc<Notify>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let reached = Arc::clone(&reached);
            tokio::spawn(async move {
                let mut buffer = [0; 1024];
                while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    reached.notify_one();
                }
            });
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_reads_and_writes_while_a_relay_keeps_the_bag_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let bag = district(folder.path(), 1);
    let reached = Arc::new(Notify::new());
    let url = silent_relay(Arc::clone(&reached)).await;
    let syncing = tokio::spawn({
        let bag = bag.clone();
        async move { bag.sync(Some(&url), &mut |_| {}).await }
    });
    tokio::time::timeout(PATIENCE, reached.notified())
        .await
        .unwrap();
    assert_eq!(bag.with(|bag| bag.patients()).unwrap().len(), 1);
    bag.with(|bag| bag.add_note("まだ待っている", None, false))
        .unwrap();
    assert!(!syncing.is_finished());
    syncing.abort();
    assert!(syncing.await.unwrap_err().is_cancelled());
    assert!(bag.with(|bag| bag.health()).unwrap().ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_synchronisation_dropped_between_two_pages_loses_nothing_and_the_next_one_finishes() {
    let folder = tempfile::tempdir().unwrap();
    // More than one request takes, so that there is a page after the first.
    let notes = kaban_proto::relay_api::PUSH_ENVELOPES_MAX + 20;
    let bag = district(&folder.path().join("bag"), notes);
    let relay = kaban_relay::Relay::open(kaban_relay::Config::new(folder.path().join("relay")));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = kaban_relay::serve(listener, relay.unwrap(), std::future::pending());
    let served = tokio::spawn(served);

    let first_page = Arc::new(Notify::new());
    let syncing = tokio::spawn({
        let (bag, url, first_page) = (bag.clone(), url.clone(), Arc::clone(&first_page));
        async move {
            let mut tell = |_| first_page.notify_one();
            bag.sync(Some(&url), &mut tell).await
        }
    });
    tokio::time::timeout(PATIENCE, first_page.notified())
        .await
        .unwrap();
    syncing.abort();
    let cancelled = syncing.await.is_err_and(|error| error.is_cancelled());
    let unsent = bag.with(|bag| bag.status()).unwrap().unsent;
    assert!(unsent < notes as u64, "the first page is kept");
    assert!(bag.with(|bag| bag.health()).unwrap().ok);

    let view = bag.sync(Some(&url), &mut |_| {}).await.unwrap();
    assert!(view.refused.is_empty());
    // A race that the abort may lose: then everything was sent before.
    assert!(view.sent > 0 || !cancelled);
    let status = bag.with(|bag| bag.status()).unwrap();
    assert_eq!((status.unsent, status.quarantined.len()), (0, 0));
    served.abort();
}

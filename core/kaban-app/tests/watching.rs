//! A bag in the hands of several threads, and whoever watches it.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use kaban_app::{Bag, Environment, Kind, RegisterForm, Result, SharedBag, Subscription, watch};
use kaban_model::people::Role;
use kaban_sync::workspace::Person;
use kaban_vault::slots::KdfCost;

const PASSPHRASE: &[u8] = b"a passphrase for tests";
/// Far longer than anything here takes; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

fn environment() -> Environment {
    Environment {
        kdf: KdfCost::FLOOR,
        ..Environment::default()
    }
}

fn founded(folder: &Path) -> SharedBag {
    let doctor = Person {
        name: "佐藤 恵".to_owned(),
        kana: String::new(),
        role: Role::Doctor,
        phone: String::new(),
    };
    SharedBag::new(Bag::found(folder, PASSPHRASE, "匝瑳医師会", &doctor, &environment()).unwrap())
}

fn register(bag: &SharedBag, name: &str) {
    let form = RegisterForm {
        values: vec![("name".to_owned(), name.to_owned())],
        ..RegisterForm::default()
    };
    bag.with(|bag| bag.register_typed(form)).unwrap();
}

/// Watches the names of the list; what is told comes out of the channel.
fn names_of(
    bag: &SharedBag,
) -> (
    Subscription,
    Receiver<std::result::Result<Vec<String>, Kind>>,
) {
    let (tell, told) = channel();
    let look = |bag: &SharedBag| -> Result<Vec<String>> {
        let rows = bag.with(|bag| bag.patients())?;
        Ok(rows.into_iter().map(|row| row.name).collect())
    };
    let subscription = watch(bag, look, move |view| {
        let _ = tell.send(view.cloned().map_err(|error| error.kind));
    });
    (subscription.unwrap(), told)
}

#[test]
fn the_current_view_comes_first_then_every_change_until_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let bag = founded(folder.path());
    register(&bag, "田中 ハル");
    let (subscription, told) = names_of(&bag);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap().unwrap(), ["田中 ハル"]);
    register(&bag, "伊能 忠");
    let after = told.recv_timeout(PATIENCE).unwrap().unwrap();
    assert_eq!(after.len(), 2);
    // What is no change of the view is not told: the next thing told is the end of the channel.
    bag.with(|bag| bag.add_note("雪の予報", None, false))
        .unwrap();
    drop(subscription);
    register(&bag, "石橋 正夫");
    assert!(
        told.recv_timeout(PATIENCE).is_err(),
        "nothing after the end"
    );
}

#[test]
fn locking_ends_the_watching_with_that_word() {
    let folder = tempfile::tempdir().unwrap();
    let bag = founded(folder.path());
    let (_subscription, told) = names_of(&bag);
    assert!(told.recv_timeout(PATIENCE).unwrap().is_ok());
    bag.lock().unwrap();
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), Err(Kind::Locked));
    assert!(told.recv_timeout(PATIENCE).is_err(), "nothing after it");
    bag.lock().unwrap();
    let refused = bag.with(|bag| bag.patients()).unwrap_err();
    assert_eq!(refused.kind, Kind::Locked);
}

#[test]
fn a_subscription_does_not_keep_a_bag_open() {
    let folder = tempfile::tempdir().unwrap();
    let bag = founded(folder.path());
    let (_subscription, told) = names_of(&bag);
    assert!(told.recv_timeout(PATIENCE).unwrap().is_ok());
    drop(bag);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), Err(Kind::Locked));
    Bag::open(folder.path(), PASSPHRASE, None, &environment()).unwrap();
}

#[test]
fn after_a_panic_the_bag_is_closed_and_the_store_is_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let bag = founded(folder.path());
    register(&bag, "田中 ハル");
    let (_subscription, told) = names_of(&bag);
    assert!(told.recv_timeout(PATIENCE).unwrap().is_ok());
    let broken = bag.with(|_| -> Result<()> { panic!("on purpose") });
    assert_eq!(broken.unwrap_err().kind, Kind::Internal);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap(), Err(Kind::Locked));
    assert_eq!(
        bag.with(|bag| bag.patients()).unwrap_err().kind,
        Kind::Locked
    );
    let mut bag = Bag::open(folder.path(), PASSPHRASE, None, &environment()).unwrap();
    assert_eq!(bag.patients().unwrap().len(), 1);
    assert!(bag.health().unwrap().ok);
}

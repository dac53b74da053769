//! A device that meets another relay than the association's exchanges nothing, and a person can say
//! that it is right.

use std::path::Path;
use std::time::Duration;

use kaban_model::people::Role;
use kaban_proto::sign::VerifyKey;
use kaban_relay::{Config, Relay, serve};
use kaban_sync::Error;
use kaban_sync::peer::{Http, Lend, Patience, SyncReport, sync};
use kaban_sync::workspace::{Cx, Workspace};
use kaban_testkit::Device;
use tokio::net::TcpListener;

struct Lender<'a>(&'a mut Device);

impl Lend for Lender<'_> {
    type Error = Error;

    fn lend<T>(
        &mut self,
        step: impl FnOnce(&mut Workspace, &mut Cx<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.0.with(step)
    }
}

struct Brief;

impl Patience for Brief {
    async fn wait(&self, _: Duration) {}
}

/// A relay of its own, its key, and a line to it.
async fn relay(dir: &Path) -> (VerifyKey, Http) {
    let relay = Relay::open(Config::new(dir)).unwrap();
    let key = relay.key();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, relay, std::future::pending()));
    (key, Http::new(&url).unwrap())
}

async fn meet(device: &mut Device, relay: &Http) -> Result<SyncReport, Error> {
    sync(&mut Lender(device), relay, &Brief, &mut |_| {}).await
}

fn is_other_relay(met: &Result<SyncReport, Error>) -> bool {
    matches!(met, Err(Error::Peer { what }) if what.starts_with("OtherRelay: "))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_admin_who_meets_a_relay_pins_it_for_everybody_who_comes_after() {
    let dir = tempfile::tempdir().unwrap();
    let (key, ours) = relay(&dir.path().join("ours")).await;
    let (_, other) = relay(&dir.path().join("other")).await;
    let mut office = Device::founder("事務局", Role::Office);
    assert_eq!(office.ws.association().relay(), None);
    meet(&mut office, &ours).await.unwrap();
    assert_eq!(office.ws.association().relay(), Some(key));
    assert_eq!(meet(&mut office, &ours).await.unwrap().sent, 0);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    assert_eq!(doctor.ws.association().relay(), Some(key));
    // It has met none, and the address it was given leads elsewhere.
    assert!(is_other_relay(&meet(&mut doctor, &other).await));
    meet(&mut office, &ours).await.unwrap();
    assert!(meet(&mut doctor, &ours).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_who_met_a_relay_first_pins_nothing_and_follows_the_admin() {
    let dir = tempfile::tempdir().unwrap();
    let (key, ours) = relay(&dir.path().join("ours")).await;
    let mut office = Device::founder("事務局", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    meet(&mut office, &ours).await.unwrap();
    meet(&mut doctor, &ours).await.unwrap();
    assert_eq!(doctor.ws.association().relay(), Some(key));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_set_up_anew_is_met_once_somebody_says_that_its_key_is_right() {
    let dir = tempfile::tempdir().unwrap();
    let (_, before) = relay(&dir.path().join("before")).await;
    let (key, anew) = relay(&dir.path().join("anew")).await;
    let mut office = Device::founder("事務局", Role::Office);
    let mut doctor = Device::joining(&mut office, "佐藤", Role::Doctor);
    meet(&mut office, &before).await.unwrap();
    meet(&mut doctor, &before).await.unwrap();
    assert!(is_other_relay(&meet(&mut office, &anew).await));
    let trust = |device: &mut Device| device.with(|ws, cx| ws.trust_relay(&key, cx));
    trust(&mut doctor).unwrap();
    let met = meet(&mut doctor, &anew).await;
    assert!(
        !is_other_relay(&met),
        "a person's word opens the way: {met:?}"
    );
    trust(&mut office).unwrap();
    assert_eq!(office.ws.association().relay(), Some(key));
    assert!(is_other_relay(&meet(&mut office, &before).await));
    assert!(!is_other_relay(&meet(&mut office, &anew).await));
}

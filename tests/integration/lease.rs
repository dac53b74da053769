//! The lease at work, through the use cases: what closes, what opens it again, and what goes on.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Duration, FixedOffset};
use kaban_app::{
    Bag, Brief, Clock, ConsentInput, Environment, Kind, OfferInput, RegisterInput, SetClock,
    VisitInput,
};
use kaban_model::duty::Eligibility;
use kaban_model::ids::PatientId;
use kaban_model::patient::FieldPath;
use kaban_model::people::Role;
use kaban_proto::ids::MemberId;
use kaban_sync::pairing::Proof;
use kaban_sync::peer::Http;
use kaban_testkit::{PASSPHRASE, person, start};
use kaban_vault::slots::KdfCost;
use serde_json::json;
use tokio::runtime::Runtime;

struct RelayClock(Arc<SetClock>);

impl kaban_relay::Clock for RelayClock {
    fn now_ms(&self) -> u64 {
        self.0.now().timestamp_millis().try_into().unwrap()
    }
}

/// One clock, one relay, an office.
struct World {
    dir: tempfile::TempDir,
    clock: Arc<SetClock>,
    runtime: Runtime,
    http: Http,
    office: Bag,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::new(start()));
        let runtime = Runtime::new().unwrap();
        let relay = kaban_relay::Relay::open_with(
            kaban_relay::Config::new(dir.path().join("relay")),
            Arc::new(RelayClock(Arc::clone(&clock))),
            Box::new(kaban_proto::OsRandom),
        );
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let http = Http::new(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        runtime.spawn(kaban_relay::serve(
            listener,
            relay.unwrap(),
            std::future::pending(),
        ));
        let office = Bag::found(
            &dir.path().join("office"),
            PASSPHRASE,
            "匝瑳医師会",
            &person("事務局", Role::Office),
            &environment(&clock),
        );
        Self {
            dir,
            clock,
            runtime,
            http,
            office: office.unwrap(),
        }
    }

    fn join(&mut self, name: &str, role: Role) -> Bag {
        let dir: PathBuf = self.dir.path().join(name);
        let environment = environment(&self.clock);
        let new = Bag::request_to_join(&dir, PASSPHRASE, &person(name, role), &environment);
        let new = new.unwrap();
        let request = new.request.write();
        let joined = self.office.admit(&request, &Proof::Nothing).unwrap();
        Bag::join(
            &dir,
            PASSPHRASE,
            &joined.grant,
            &Proof::Nothing,
            &environment,
        )
        .unwrap()
    }

    fn meet(&mut self, bags: &mut [&mut Bag]) {
        for _ in 0..2 {
            sync(&self.runtime, &self.http, &mut self.office);
            for bag in bags.iter_mut() {
                sync(&self.runtime, &self.http, bag);
            }
        }
    }

    fn later(&self, by: Duration) {
        self.clock.set(self.clock.now() + by);
    }
}

fn sync(runtime: &Runtime, http: &Http, bag: &mut Bag) {
    let met = runtime.block_on(bag.sync_over(http, &Brief, &mut |_| {}));
    met.unwrap();
}

fn environment(clock: &Arc<SetClock>) -> Environment {
    Environment {
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        kdf: KdfCost::FLOOR,
        ..Environment::default()
    }
}

fn register(bag: &mut Bag, team: Vec<MemberId>) -> PatientId {
    let primary = bag.workspace().member();
    let input = RegisterInput {
        id: None,
        primary,
        deputy: None,
        team,
        eligibility: at_home(),
        consent: Some(ConsentInput::dated("2026-11-01".to_owned()).read().unwrap()),
        values: vec![(FieldPath::parse("name").unwrap(), json!("田中 はな"))],
    };
    bag.register(input).unwrap()
}

fn at_home() -> Eligibility {
    Eligibility {
        cannot_attend: true,
        wants_home_care: true,
    }
}

fn visit(text: &str) -> VisitInput {
    VisitInput {
        body: json!({ "plan": text }),
    }
}

/// Every reading of a patient that there is, and what it answers.
fn assert_closed(bag: &mut Bag, patient: PatientId) {
    assert!(
        bag.patients()
            .unwrap()
            .iter()
            .all(|p| p.id != patient.to_string())
    );
    assert!(bag.search("田中").unwrap().hits.is_empty());
    assert!(bag.conflicts(None).unwrap().is_empty());
    let refused = [
        bag.patient(patient).err(),
        bag.visits(patient).err(),
        bag.conflicts(Some(patient)).err(),
    ];
    for error in refused {
        let error = error.unwrap();
        assert_eq!(error.kind, Kind::LeaseExpired);
        assert_eq!(
            (error.kind.exit_code(), error.kind.name()),
            (1, "lease_expired")
        );
    }
    let status = bag.status().unwrap();
    assert_eq!((status.locked, status.conflicts), (1, 0));
    let patient = Some(patient.to_string());
    let rows = bag.audit_log().unwrap();
    let refused = rows
        .iter()
        .filter(|row| row.outcome == "refused" && row.patient == patient);
    // The first leaves its row at once; the two that repeat it are counted.
    assert!(refused.count() >= 1, "a refusal leaves a row");
}

#[test]
fn a_nurse_who_met_nobody_for_thirty_days_reads_nothing_writes_on_and_reads_again_after_a_sync() {
    let mut world = World::new();
    let mut doctor = world.join("佐藤", Role::Doctor);
    let mut nurse = world.join("田中", Role::Nurse);
    world.meet(&mut [&mut doctor, &mut nurse]);
    let patient = register(&mut doctor, vec![nurse.workspace().member()]);
    world.meet(&mut [&mut doctor, &mut nurse]);
    assert_eq!(nurse.search("田中").unwrap().hits.len(), 1);
    world.later(Duration::days(30) - Duration::seconds(1));
    assert_eq!(nurse.lease().unwrap().state, "running");
    nurse.patient(patient).unwrap();
    world.later(Duration::seconds(1));
    let lease = nurse.lease().unwrap();
    assert_eq!(
        (lease.state.as_str(), lease.own_locked),
        ("soft_locked", true)
    );
    assert!(lease.why.unwrap().1.contains("meet the relay"));
    assert_closed(&mut nurse, patient);
    assert!(nurse.notes().is_err());

    nurse
        .add_visit(patient, visit("期限切れでも書ける"))
        .unwrap();
    nurse
        .save_draft(patient, json!({ "plan": "下書きも" }))
        .unwrap();
    assert_eq!(
        nurse.draft(patient).unwrap().unwrap().body["plan"],
        "下書きも"
    );
    assert_eq!(nurse.drafts().unwrap().len(), 1);
    nurse.sign_draft(patient).unwrap();
    assert!(nurse.health().unwrap().ok);

    world.meet(&mut [&mut nurse]);
    let lease = nurse.lease().unwrap();
    assert_eq!((lease.state.as_str(), lease.own_locked), ("running", false));
    assert_eq!(nurse.visits(patient).unwrap().len(), 2);
    assert_eq!(
        nurse.search("田中").unwrap().hits.len(),
        1,
        "the index is made again"
    );
    assert_eq!(nurse.status().unwrap().locked, 0);
}

#[test]
fn whoever_is_on_duty_reads_everything_long_after_the_turn_with_a_banner_that_says_so() {
    let mut world = World::new();
    let mut doctor = world.join("佐藤", Role::Doctor);
    let mut duty = world.join("鈴木", Role::Doctor);
    world.meet(&mut [&mut doctor, &mut duty]);
    duty.take_over().unwrap();
    world.meet(&mut [&mut duty, &mut doctor]);
    let patient = register(&mut doctor, Vec::new());
    let own = register(&mut duty, Vec::new());
    world.meet(&mut [&mut doctor, &mut duty]);
    let lease = duty.lease().unwrap();
    assert_eq!((lease.state.as_str(), lease.duty), ("running", 1));
    assert_eq!(lease.turn_to.as_deref(), Some("2026-11-24T09:00:00+09:00"));
    assert_eq!(
        lease.turn_from.as_deref(),
        Some("2026-11-17T09:00:00+09:00")
    );
    world.clock.set(at("2026-11-24T09:00:00+09:00"));
    assert_eq!(duty.lease().unwrap().state, "grace");
    world.clock.set(at("2026-11-25T09:00:00+09:00"));
    assert_eq!(duty.lease().unwrap().state, "overdue");
    world.later(Duration::days(400));
    let lease = duty.lease().unwrap();
    assert_eq!((lease.state.as_str(), lease.why), ("overdue", None));
    assert!(!lease.bag_locked && !lease.own_locked);
    assert!(lease.banner.unwrap().0.contains("次の当番医"));
    for patient in [patient, own] {
        duty.patient(patient).unwrap();
        duty.visits(patient).unwrap();
    }
    assert_eq!(duty.patients().unwrap().len(), 2);
    assert_eq!(doctor.lease().unwrap().state, "soft_locked");
}

#[test]
fn a_bag_that_was_given_away_is_closed_before_it_is_erased_and_the_own_patients_are_not() {
    let mut world = World::new();
    let mut primary = world.join("佐藤", Role::Doctor);
    let mut old = world.join("鈴木", Role::Doctor);
    let mut new = world.join("高橋", Role::Doctor);
    world.meet(&mut [&mut primary, &mut old, &mut new]);
    old.take_over().unwrap();
    world.meet(&mut [&mut old, &mut primary, &mut new]);
    let patient = register(&mut primary, Vec::new());
    let me = old.workspace().member();
    let own = old.register(RegisterInput {
        id: None,
        primary: me,
        deputy: None,
        team: Vec::new(),
        eligibility: at_home(),
        consent: None,
        values: vec![(FieldPath::parse("name").unwrap(), json!("山本"))],
    });
    let own = own.unwrap();
    world.meet(&mut [&mut primary, &mut old, &mut new]);

    let to = (new.workspace().member(), new.workspace().device());
    let (_, offer) = old.offer(OfferInput { to, turn: None }).unwrap();
    let begun = json!({ "plan": "引き継ぎの夜", "vitals": { "temperature": "3" } });
    old.save_draft(patient, begun).unwrap();
    old.save_draft(own, json!({ "plan": "自分の患者" }))
        .unwrap();
    new.receive(&offer).unwrap();
    let (_, accept) = new.accept().unwrap();
    old.visits(patient).unwrap();
    let (view, release) = old.release(Some(&accept)).unwrap();
    // The draft, and the key periods of a log and a team that had none before.
    assert_eq!((view.state.as_str(), view.late), ("released", 3));
    let lease = old.lease().unwrap();
    assert!(lease.bag_locked && !lease.own_locked);
    assert!(lease.why.unwrap().1.contains("passed to another doctor"));
    assert_closed(&mut old, patient);
    old.patient(own).unwrap();
    assert_eq!(old.patients().unwrap().len(), 1);

    let (_, ack) = new.receive(&release.unwrap()).unwrap();
    let (view, _) = old.release(Some(&ack.unwrap())).unwrap();
    assert_eq!(view.state, "erased");
    assert_eq!(old.lease().unwrap().state, "running");
    let left = old.drafts().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(
        (left[0].patient.clone(), left[0].scope),
        (own.to_string(), "own")
    );

    let items = new.visits(patient).unwrap();
    assert_eq!(
        (items[0].kind.as_str(), items[0].confirmed),
        ("draft", false)
    );
    assert_eq!(
        items[0].body["vitals"]["temperature"], "3",
        "as it was typed"
    );
    let confirmed = new.confirm_item(patient, &items[0].item_id).unwrap_err();
    assert_eq!(confirmed.kind, Kind::NotAllowed);
}

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

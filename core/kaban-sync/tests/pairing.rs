//! Pairing against whoever carries the files: each side takes in only what the other one made.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use kaban_model::people::Role;
use kaban_proto::random::OsRandom;
use kaban_sync::Error;
use kaban_sync::pairing::{Challenge, Compared, Proof};
use kaban_sync::workspace::{Cx, Enrolment, JoinRequest, Workspace, has_joined};
use kaban_testkit::{Device, PASSPHRASE, new_store, person, start};
use kaban_vault::keyvault::FileKeyVault;
use kaban_vault::store::Store;
use tempfile::TempDir;

/// A device that asks to be let in. Its store is opened anew for each step, as a program's is.
struct Newcomer {
    dir: TempDir,
    request: JoinRequest,
}

impl Newcomer {
    fn new(name: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut store = new_store(dir.path(), &mut OsRandom);
        let person = person(name, Role::Doctor);
        let request = with(|cx| Workspace::request_to_join(&mut store, &person, cx)).unwrap();
        Self { dir, request }
    }

    fn store(&self) -> Store {
        let keys = FileKeyVault::open(&self.dir.path().join("keystore")).unwrap();
        let mut store = Store::open(&self.dir.path().join("bag"), Arc::new(keys)).unwrap();
        store.unlock(None, PASSPHRASE).unwrap();
        store
    }

    fn answer(&self, challenge: Challenge) -> Proof {
        Proof::Answer(Workspace::answer_admin(&mut self.store(), challenge).unwrap())
    }

    fn challenge(&self, grant: &[u8]) -> Challenge {
        with(|cx| Workspace::challenge_admin(&mut self.store(), grant, cx))
            .unwrap()
            .1
    }

    fn join(&self, grant: &[u8], proof: &Proof) -> Result<Workspace, Error> {
        with(|cx| Workspace::join(self.store(), grant, proof, cx))
    }

    fn has_joined(&self) -> bool {
        has_joined(&mut self.store()).unwrap()
    }
}

fn with<T>(work: impl FnOnce(&mut Cx<'_>) -> T) -> T {
    work(&mut Cx {
        now: start(),
        rng: &mut OsRandom,
    })
}

fn office() -> Device {
    Device::founder("事務局", Role::Office)
}

fn ask(office: &mut Device, request: &JoinRequest) -> Challenge {
    office
        .with(|ws, cx| ws.challenge_newcomer(request, cx))
        .unwrap()
}

fn admit(office: &mut Device, request: &JoinRequest, proof: &Proof) -> Result<Enrolment, Error> {
    office.with(|ws, cx| ws.admit(request, proof, cx))
}

fn rule<T>(result: Result<T, Error>) -> &'static str {
    match result {
        Err(Error::Rule(rule)) => rule,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("it was taken"),
    }
}

fn wrong(right: &Proof) -> Proof {
    let fits = *right == Proof::Answer("000000".to_owned());
    Proof::Answer(if fits { "111111" } else { "000000" }.to_owned())
}

const SIX_WRONG: &str = "the six digits are wrong: nothing was admitted";
const NO_CHALLENGE: &str = "no challenge waits for this file on this device: make one first";

#[test]
fn both_sides_compare_and_everybody_reads_that_they_did() {
    let (mut office, new) = (office(), Newcomer::new("鈴木"));
    let challenge = ask(&mut office, &new.request);
    let answer = new.answer(challenge);
    let let_in = admit(&mut office, &new.request, &answer).unwrap();
    assert_eq!(let_in.compared, Compared::Spoken);
    let back = new.challenge(&let_in.grant);
    let answer = office.ws.answer_newcomer(let_in.member, back).unwrap();
    let mut joined = new.join(&let_in.grant, &Proof::Answer(answer)).unwrap();
    let admissions = joined.read(|session| session.admissions()).unwrap();
    let told = &admissions[0].admitted;
    assert_eq!((told.by, told.on), (office.ws.member(), office.ws.device()));
    assert_eq!(told.compared, Compared::Spoken);
}

#[test]
fn a_request_that_was_swapped_on_its_way_is_not_answered_by_the_real_newcomer() {
    let (mut office, honest) = (office(), Newcomer::new("鈴木"));
    // Made with the honest request in hand, and fixed before the challenge is.
    let thief = Newcomer::new("鈴木");
    let challenge = ask(&mut office, &thief.request);
    let spoken = honest.answer(challenge);
    assert_eq!(rule(admit(&mut office, &thief.request, &spoken)), SIX_WRONG);
    assert!(
        office
            .ws
            .association()
            .member(thief.request.member.id)
            .is_none()
    );
    // A request put in the place of the fixed one afterwards has no challenge.
    assert_eq!(
        rule(admit(&mut office, &honest.request, &spoken)),
        NO_CHALLENGE
    );
}

#[test]
fn three_wrong_answers_end_a_challenge_also_for_the_right_one() {
    let (mut office, new) = (office(), Newcomer::new("鈴木"));
    let challenge = ask(&mut office, &new.request);
    let right = new.answer(challenge);
    for said in [
        SIX_WRONG,
        SIX_WRONG,
        "three wrong answers: make a new challenge",
    ] {
        assert_eq!(rule(admit(&mut office, &new.request, &wrong(&right))), said);
        // What is counted is on the disk.
        office = office.reopened();
    }
    assert_eq!(rule(admit(&mut office, &new.request, &right)), NO_CHALLENGE);
    let fresh = ask(&mut office, &new.request);
    let right = new.answer(fresh);
    assert!(admit(&mut office, &new.request, &right).is_ok());
}

#[test]
fn a_challenge_is_answered_once_and_for_one_request() {
    let (mut office, a, b) = (office(), Newcomer::new("鈴木"), Newcomer::new("高橋"));
    let (to_a, to_b) = (ask(&mut office, &a.request), ask(&mut office, &b.request));
    // The challenge of another request.
    let crossed = b.answer(to_a);
    assert_eq!(rule(admit(&mut office, &b.request, &crossed)), SIX_WRONG);
    let right = b.answer(to_b);
    assert!(admit(&mut office, &b.request, &right).is_ok());
    // A replayed request lets nobody in, with the answer that was right and with a fresh challenge.
    let known = "this device or person is in the association already";
    assert_eq!(rule(admit(&mut office, &b.request, &right)), known);
    let again = office.with(|ws, cx| ws.challenge_newcomer(&b.request, cx));
    assert_eq!(rule(again), known);
    // An answer that was heard is no answer to the next challenge.
    let heard = a.answer(to_a);
    let next = ask(&mut office, &a.request);
    if a.answer(next) != heard {
        assert_eq!(rule(admit(&mut office, &a.request, &heard)), SIX_WRONG);
    }
}

#[test]
fn only_an_admin_makes_a_challenge() {
    let mut office = office();
    let mut nurse = Device::joining(&mut office, "看護師", Role::Nurse);
    let new = Newcomer::new("鈴木");
    let asked = nurse.with(|ws, cx| ws.challenge_newcomer(&new.request, cx));
    assert_eq!(rule(asked), "enrols without the right to");
}

#[test]
fn a_grant_of_another_association_is_not_answered_by_the_real_admin() {
    let (mut office, mut thief) = (office(), office_of_a_thief());
    let new = Newcomer::new("鈴木");
    let challenge = ask(&mut office, &new.request);
    let answer = new.answer(challenge);
    let real = admit(&mut office, &new.request, &answer).unwrap();
    let swapped = admit(&mut thief, &new.request, &Proof::Nothing).unwrap();
    let back = new.challenge(&swapped.grant);
    let spoken = Proof::Answer(office.ws.answer_newcomer(real.member, back).unwrap());
    assert_eq!(rule(new.join(&swapped.grant, &spoken)), SIX_WRONG);
    assert!(!new.has_joined());
    // The real grant, put in its place, was never challenged.
    assert_eq!(rule(new.join(&real.grant, &spoken)), NO_CHALLENGE);
    // And the device is as new: it joins by the real one.
    let back = new.challenge(&real.grant);
    let right = Proof::Answer(office.ws.answer_newcomer(real.member, back).unwrap());
    let joined = new.join(&real.grant, &right).unwrap();
    assert_eq!(joined.id(), office.ws.id());
}

#[test]
fn a_grant_of_another_admin_is_not_answered_by_the_one_who_speaks() {
    let mut office = office();
    let mut other = Device::joining(&mut office, "事務二", Role::Office);
    let new = Newcomer::new("鈴木");
    let real = admit(&mut office, &new.request, &Proof::Nothing).unwrap();
    let theirs = admit(&mut other, &new.request, &Proof::Nothing).unwrap();
    let back = new.challenge(&theirs.grant);
    let spoken = Proof::Answer(office.ws.answer_newcomer(real.member, back).unwrap());
    assert_eq!(rule(new.join(&theirs.grant, &spoken)), SIX_WRONG);
    // Nobody but the device that let somebody in answers for it.
    let member = new.request.member.id;
    let third = Device::joining(&mut office, "事務三", Role::Office);
    let refused = "only the device that let a member in answers their challenge";
    assert_eq!(rule(third.ws.answer_newcomer(member, back)), refused);
}

#[test]
fn cameras_compare_all_the_bits_with_nothing_typed() {
    let (mut office, new) = (office(), Newcomer::new("鈴木"));
    let shown = Proof::Scanned(new.request.subject().fingerprint());
    let thief = Newcomer::new("鈴木");
    let other = "what was scanned belongs to another file: do not use it";
    assert_eq!(rule(admit(&mut office, &thief.request, &shown)), other);
    let let_in = admit(&mut office, &new.request, &shown).unwrap();
    assert_eq!(let_in.compared, Compared::Scanned);
    let shown = Proof::Scanned(office.ws.admin_of(let_in.member).unwrap().fingerprint());
    let mut thief = office_of_a_thief();
    let swapped = admit(&mut thief, &new.request, &Proof::Nothing).unwrap();
    assert_eq!(rule(new.join(&swapped.grant, &shown)), other);
    // A fingerprint of the other kind fits nothing.
    let own = Proof::Scanned(new.request.subject().fingerprint());
    assert_eq!(rule(new.join(&let_in.grant, &own)), other);
    assert!(new.join(&let_in.grant, &shown).is_ok());
}

#[test]
fn who_compares_nothing_joins_and_it_is_written_down() {
    let (mut office, new) = (office(), Newcomer::new("鈴木"));
    let let_in = admit(&mut office, &new.request, &Proof::Nothing).unwrap();
    assert_eq!(let_in.compared, Compared::Not);
    let mut joined = new.join(&let_in.grant, &Proof::Nothing).unwrap();
    let admissions = joined.read(|session| session.admissions()).unwrap();
    assert_eq!(admissions[0].admitted.compared, Compared::Not);
}

#[test]
fn requests_and_grants_that_are_cut_or_too_long_are_refused_and_leave_the_device_new() {
    let (mut office, new) = (office(), Newcomer::new("鈴木"));
    let request = new.request.write();
    for cut in (0..request.len()).step_by(7) {
        assert!(JoinRequest::read(&request[..cut]).is_err(), "{cut}");
    }
    let long = [request.as_slice(), &[b' '; 16 << 10]].concat();
    assert!(JoinRequest::read(&long).is_err());
    let let_in = admit(&mut office, &new.request, &Proof::Nothing).unwrap();
    let grant = &let_in.grant;
    let long = [grant.as_slice(), &[0; 9]].concat();
    let cuts = (0..grant.len()).step_by(grant.len() / 40);
    for bad in cuts.map(|cut| &grant[..cut]).chain([long.as_slice()]) {
        let made = with(|cx| Workspace::challenge_admin(&mut new.store(), bad, cx));
        assert!(made.is_err(), "{}", bad.len());
    }
    assert!(!new.has_joined());
    assert!(new.join(grant, &Proof::Nothing).is_ok());
}

#[test]
fn everybody_is_told_of_an_admission_until_they_have_seen_it() {
    let mut office = office();
    let mut nurse = Device::joining(&mut office, "看護師", Role::Nurse);
    let new = |device: &mut Device| {
        let all = device.ws.read(|session| session.admissions()).unwrap();
        all.into_iter().filter(|a| a.new).collect::<Vec<_>>()
    };
    assert!(
        new(&mut nurse).is_empty(),
        "who comes in is told of nobody before"
    );
    let doctor = Device::joining(&mut office, "医師", Role::Doctor);
    kaban_testkit::Board::default().settle(&mut [&mut office, &mut nurse]);
    assert!(new(&mut office).is_empty(), "who let them in knows");
    let told = new(&mut nurse);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].member, doctor.ws.member());
    assert_eq!(told[0].admitted.by, office.ws.member());
    nurse = nurse.reopened();
    assert_eq!(new(&mut nurse).len(), 1, "until it is seen");
    nurse.ws.write(|session| session.see_admissions()).unwrap();
    assert!(new(&mut nurse.reopened()).is_empty());
}

/// The same name, other keys.
fn office_of_a_thief() -> Device {
    Device::founder("事務局", Role::Office)
}

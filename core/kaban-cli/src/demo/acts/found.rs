//! An association is founded; every device joins by files, and both sides speak digits.

use std::path::Path;
use std::time::Instant;

use kaban_app::{AppError, Bag, Environment, Kind, NewDevice};
use kaban_model::people::Role;
use kaban_sync::pairing::Proof;
use kaban_sync::workspace::Person;

use crate::demo::DEVICES_MIN;
use crate::demo::chance::Chance;
use crate::demo::looked::Looked;
use crate::demo::people;
use crate::demo::report::{seconds, size};
use crate::demo::story::{DOCTORS, Story, ms};
use crate::demo::world::PASSPHRASE;

const ASSOCIATION: &str = "れんしゅう郡医師会(架空)";

/// Plays it.
pub fn play(story: &mut Story<'_>) -> Result<(), AppError> {
    let tell = story.tell;
    let began = Instant::now();
    tell.act("医師会をつくる", "an association is founded");
    let (bytes, real) = (story.district.bytes, story.district.real);
    tell.step(
        size(bytes),
        if real {
            "地図パック: 渡された実在の地図から。3つの町は架空"
        } else {
            "地図パック: 架空の小さな地区"
        },
        if real {
            "map pack from the file given; its three towns are invented"
        } else {
            "map pack of a small district that does not exist"
        },
    );
    let nurses = story.options.devices - DOCTORS - 2;
    let people = people::members(
        &mut Chance::new(story.options.seed, "people"),
        DOCTORS,
        nurses,
    );
    for (at, person) in people.into_iter().enumerate() {
        let home = story
            .world
            .root
            .join("devices")
            .join(format!("{:02}", at + 1));
        let environment = story.world.environment(&at.to_string());
        let dir = home.join("bag");
        let bag = if at == 0 {
            Bag::found(&dir, PASSPHRASE, ASSOCIATION, &person, &environment)?
        } else {
            pair(story.world.device(0).bag()?, &dir, &person, &environment)?
        };
        story.world.add(person, home, environment, bag);
        story.world.tick();
    }
    story.world.sync(0)?;
    let count = story.world.devices.len();
    tell.step(
        count,
        "台の端末が加わった(ファイルと、双方が声で確かめる数字)",
        "devices have joined, by files and digits that both sides spoke",
    );
    for (role, ja, en) in [
        (Role::Office, "事務局", "office"),
        (Role::Doctor, "医師", "doctors"),
        (Role::Nurse, "訪問看護師", "visiting nurses"),
        (Role::Hospital, "後方支援病院", "backup hospital"),
    ] {
        tell.step(story.world.of_role(&role).len(), ja, en);
    }
    story.holder = story
        .world
        .of_role(&Role::Doctor)
        .first()
        .copied()
        .unwrap_or(1);
    let first = story.holder;
    story.world.sync(first)?;
    story.world.device(first).bag()?.take_over()?;
    story.world.sync(first)?;
    let name = story.name(first);
    tell.step(
        "11/17 09:00",
        format!("{name} が最初の当番としてかばんを持つ"),
        format!("{name} takes the bag as the first duty doctor"),
    );
    let stores = story
        .world
        .devices
        .iter()
        .filter(|device| device.dir().join("kaban.db").is_file())
        .count();
    story.promises.figure("devices", count as u64);
    story.promises.figure("found_ms", ms(began));
    tell.step(seconds(ms(began)), "かかった時間", "time taken");
    story.promise(
        "own_store",
        Looked::all(stores as u64, count as u64, DEVICES_MIN as u64),
        (
            "端末ごとに自分の暗号化された保管庫がある",
            "every device has an encrypted store of its own",
        ),
        (
            "端末のフォルダーごとに保管庫のファイルを数えた",
            "counted the store files, one folder a device",
        ),
    );
    Ok(())
}

/// Lets a device in, as two people on a telephone do: each reads a challenge out, and types what
/// the other one answers.
fn pair(
    admin: &mut Bag,
    dir: &Path,
    person: &Person,
    environment: &Environment,
) -> Result<Bag, AppError> {
    let asked = ask(dir, person, environment)?.request.write();
    let spoken = admin.challenge_newcomer(&asked)?.challenge;
    let answer = Bag::answer_admin(dir, PASSPHRASE, &spoken, environment)?;
    let joined = admin.admit(&asked, &Proof::Answer(answer))?;
    let spoken = Bag::challenge_admin(dir, PASSPHRASE, &joined.grant, environment)?.challenge;
    let answer = admin.answer_newcomer(joined.member, &spoken)?;
    let proof = Proof::Answer(answer);
    Bag::join(dir, PASSPHRASE, &joined.grant, &proof, environment)
}

/// Makes a device's request on a thread of its own: the slow hash takes tens of megabytes for a
/// moment, and on the story's own thread they would stay between what the devices keep.
fn ask(dir: &Path, person: &Person, environment: &Environment) -> Result<NewDevice, AppError> {
    let asked = std::thread::scope(|scope| {
        scope
            .spawn(|| Bag::request_to_join(dir, PASSPHRASE, person, environment))
            .join()
    });
    asked.map_err(|_| AppError::new(Kind::Internal, "a device broke off while asking to join"))?
}

//! The same envelopes in several random orders, each to a copy of the duty doctor's device from
//! before: every copy has to end with the same pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use kaban_app::{AppError, Bag};
use kaban_model::ids::PatientId;
use kaban_model::people::Role;
use kaban_proto::envelope::SealedEnvelope;
use kaban_proto::ids::Hash32;
use kaban_sync::group::DocKey;
use kaban_sync::workspace::{Carry, Cx};

use crate::demo::chance::Chance;
use crate::demo::everywhere::Document;
use crate::demo::evidence::envelopes_of;
use crate::demo::looked::{Looked, count};
use crate::demo::sight::{digest, items, look};
use crate::demo::story::Story;
use crate::demo::world::{Device, PASSPHRASE, copy_dir, disk};

/// How many orders.
const ORDERS: usize = 6;
/// Most envelopes that arrive at once.
const BATCH_MAX: usize = 4;
/// Fewest envelopes in each order.
const ENVELOPES_MIN: usize = 20;
/// Fewest documents that have to differ before anything arrives.
const APART_MIN: usize = 8;

/// Copies of one device that have heard nothing since.
pub struct Copies {
    folder: PathBuf,
    device: usize,
    had: BTreeSet<Hash32>,
}

/// Copies the duty doctor's device before the network is back.
pub fn keep(story: &mut Story<'_>) -> Result<Copies, AppError> {
    let folder = story.world.root.join("orders");
    let device = story.holder;
    let holder = story.world.device(device);
    let had = envelopes(holder)?.keys().copied().collect();
    holder.lock()?;
    for order in 0..ORDERS {
        copy_dir(&holder.dir(), &folder.join(order.to_string()))?;
    }
    holder.unlock()?;
    Ok(Copies {
        folder,
        device,
        had,
    })
}

/// Delivers what came since, in a random order to each copy, and compares the documents of
/// `patients`.
pub fn prove(
    story: &mut Story<'_>,
    copies: Copies,
    patients: &BTreeSet<PatientId>,
) -> Result<(), AppError> {
    let holder = story.world.device(copies.device);
    let role = holder.person.role.clone();
    let news: Vec<SealedEnvelope> = envelopes(holder)?
        .into_iter()
        .filter(|(hash, _)| !copies.had.contains(hash))
        .map(|(_, envelope)| envelope)
        .collect();
    let want = {
        holder.opened += 2 * patients.len() as u64;
        documents(holder.bag()?, &role, patients)?
    };
    let (mut before, mut apart, mut clean) = (usize::MAX, 0, true);
    let mut orders = BTreeSet::new();
    for order in 0..ORDERS {
        let label = format!("order {order} {}", story.world.now());
        let mut chance = Chance::new(story.options.seed, &label);
        let environment = story.world.environment(&label);
        let dir = copies.folder.join(order.to_string());
        let mut copy = Bag::open(&dir, PASSPHRASE, None, &environment)?;
        before = before.min(differing(&want, &documents(&mut copy, &role, patients)?));
        let mut shuffled = news.clone();
        chance.shuffle(&mut shuffled);
        orders.insert(
            shuffled
                .iter()
                .map(SealedEnvelope::hash)
                .collect::<Vec<_>>(),
        );
        clean &= deliver(&mut copy, shuffled, &mut chance)?;
        apart += differing(&want, &documents(&mut copy, &role, patients)?);
    }
    std::fs::remove_dir_all(&copies.folder).map_err(disk)?;
    let compared = ORDERS * want.len();
    story.promises.figure("orders", count(ORDERS));
    story.promises.figure("order_envelopes", count(news.len()));
    story
        .promises
        .figure("order_documents_before", count(before));
    let (n, b) = (news.len(), before);
    let enough = n >= ENVELOPES_MIN && b >= APART_MIN && orders.len() == ORDERS;
    story.promise(
        "any_order",
        Looked::none(count(apart), count(compared), count(ORDERS * APART_MIN)).and(enough && clean),
        (
            "同じ封書がどの順で届いても、同じページになる",
            "the same envelopes end in the same pages, whatever their order",
        ),
        (
            &format!("網が戻る前の当番医の端末の写し {ORDERS} 台に {n} 件を別々の順で渡した。渡す前は {b} 文書が違った"),
            &format!("gave {n} envelopes in another order to each of {ORDERS} copies of the duty device from before; {b} documents differed until then"),
        ),
    );
    Ok(())
}

/// Every envelope of a device: of its documents and of its record log.
fn envelopes(device: &mut Device) -> Result<BTreeMap<Hash32, SealedEnvelope>, AppError> {
    let mut all = envelopes_of(device)?;
    let log = device.bag()?.workspace().record_log();
    all.extend(log.records().map(|record| record.envelope.clone()));
    let named = all.into_iter().map(|envelope| (envelope.hash(), envelope));
    Ok(named.collect())
}

/// A few at a time; gives whether all were taken in, and none was set aside.
fn deliver(
    copy: &mut Bag,
    envelopes: Vec<SealedEnvelope>,
    chance: &mut Chance,
) -> Result<bool, AppError> {
    let mut envelopes = envelopes.into_iter();
    let (now, mut parked, mut aside) = (copy.now(), 0, 0);
    loop {
        let size = 1 + chance.below(BATCH_MAX);
        let batch: Vec<_> = envelopes.by_ref().take(size).collect();
        if batch.is_empty() {
            return Ok(parked == 0 && aside == 0);
        }
        let mut cx = Cx { now, rng: chance };
        let report = copy.workspace().ingest(batch, Carry::Nothing, &mut cx)?;
        (parked, aside) = (report.parked, aside + report.quarantined);
    }
}

/// What a bag shows of these patients, and of what is of nobody.
fn documents(
    bag: &mut Bag,
    role: &Role,
    patients: &BTreeSet<PatientId>,
) -> Result<BTreeMap<Document, Hash32>, AppError> {
    let mut shown = BTreeMap::new();
    for patient in patients {
        for (part, digest) in look(bag, role, *patient)?.digests {
            shown.insert(Document::Page(*patient, part), digest);
        }
    }
    shown.insert(Document::Notebook, digest(&items(bag, DocKey::notebook())?));
    shown.insert(Document::Closures, digest(&items(bag, DocKey::closures())?));
    Ok(shown)
}

fn differing(one: &BTreeMap<Document, Hash32>, other: &BTreeMap<Document, Hash32>) -> usize {
    let same = |document: &&Document| one.get(document) == other.get(document);
    let all: BTreeSet<_> = one.keys().chain(other.keys()).collect();
    all.len() - all.into_iter().filter(|document| same(document)).count()
}

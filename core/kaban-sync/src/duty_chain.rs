//! The signed chain of duty: TAKE, or OFFER → ACCEPT → RELEASE, each link naming the one before
//! (security-sync.md §4.8). Pure: a set of signed links in, the holder out.
//!
//! Promise: once there was a holder there is always one; after everybody has seen everything
//! there is exactly one, the same on every device. Two devices that both believe they hold the
//! bag is a visible, safe state; nobody holding it is impossible, because a holder ends only by
//! somebody else's acceptance.
//!
//! Between rivals for one link, duty follows what the giver released: first the acceptance that
//! its giver released, then the link from which more was done (a release further on outweighs an
//! acceptance, an acceptance nothing), then an acceptance over a take, an active doctor over
//! others, the smaller hash. No declared time decides anything.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Datelike, FixedOffset};
use kaban_proto::ids::{DeviceId, EpochId, Hash32, MemberId};
use serde::{Deserialize, Serialize};

use crate::acts::{Accept, Offer, Take};
use crate::association::Map;
use crate::epoch::epoch_id;

/// One acceptance or take: whoever it names is on duty until a later link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Hash of the record that holds it.
    pub hash: Hash32,
    /// The link before; zero for the first.
    pub prev: Hash32,
    /// Its number: the fencing token of every visit made under it.
    pub n: u64,
    /// Who holds the bag.
    pub member: MemberId,
    /// On which device.
    pub device: DeviceId,
    /// Public half of the Duty group's epoch.
    pub duty: [u8; 32],
    /// Private half of the Duty epoch before, boxed under this one; empty for a take.
    pub duty_before: Vec<u8>,
    /// When it began.
    pub at: DateTime<FixedOffset>,
    /// End of the turn it is for.
    pub turn_to: DateTime<FixedOffset>,
    /// The offer it answers; nothing for a take.
    pub offer: Option<Hash32>,
    /// Lower wins when nothing else tells two rivals apart: a doctor before others.
    pub rank: u8,
    /// A take of somebody whose suspension it had not seen: it counts only if somebody went on
    /// from it, or if nobody held the bag before.
    pub doubted: bool,
}

/// An offer and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferSeen {
    /// Hash of the record that holds it.
    pub hash: Hash32,
    /// The offer.
    pub offer: Offer,
    /// Who gives.
    pub from_member: MemberId,
    /// On which device.
    pub from_device: DeviceId,
    /// Withdrawn by the giver.
    pub withdrawn: bool,
}

/// A release and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseSeen {
    /// Hash of the record that holds it.
    pub hash: Hash32,
    /// What was written late.
    pub late: Late,
    /// The taker said it holds them.
    pub acknowledged: bool,
}

/// What a giver wrote to the bag after its offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// Root over the envelopes; zero when there are none.
    pub root: Hash32,
    /// How many.
    pub count: u64,
    /// Up to where in which chains: see [`crate::manifest::LateHeads`].
    pub heads: Vec<u8>,
}

/// What was done at a link and further on: an acceptance, or even a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Borne {
    Accepted,
    Released,
}

/// Everything seen of the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyChain {
    links: Map<Hash32, Arc<Link>>,
    /// By link: those that follow it.
    followers: Map<Hash32, Arc<Vec<Hash32>>>,
    borne: Map<Hash32, Borne>,
    offers: Map<Hash32, Arc<OfferSeen>>,
    /// By offer: its acceptances.
    accepts: Map<Hash32, Arc<Vec<Hash32>>>,
    /// By acceptance.
    releases: Map<Hash32, Arc<ReleaseSeen>>,
    /// By release: the acceptance it answers.
    released: Map<Hash32, Hash32>,
    /// The links that lead to the present holder, that one included.
    way: Map<Hash32, ()>,
    holder: Option<Hash32>,
}

/// Why a step of the chain does not count.
pub type Refused = &'static str;

/// Last year in which a turn can end; what lies beyond is no plan.
const TURN_YEAR_MAX: i32 = 2199;

fn check_turn(to: DateTime<FixedOffset>) -> Result<(), Refused> {
    if to.year() > TURN_YEAR_MAX {
        return Err("plans a turn that never ends");
    }
    Ok(())
}

impl DutyChain {
    /// The link that holds now: from the beginning, always the winner among those that follow.
    pub fn holder(&self) -> Option<&Link> {
        self.holder.and_then(|hash| self.link(hash))
    }

    /// Whether this person was given the bag and has it: nobody can suspend them. A take, with
    /// one signature, does not protect.
    pub fn was_given_to(&self, member: MemberId) -> bool {
        self.holder()
            .is_some_and(|link| link.member == member && link.offer.is_some())
    }

    /// The giver has not released the holder yet: until it has, both may believe to be on duty.
    pub fn is_unconfirmed(&self) -> bool {
        self.holder()
            .is_some_and(|link| link.offer.is_some() && self.release_of(link.hash).is_none())
    }

    /// The epochs of the Duty group whose keys have passed to the present holder: from link to
    /// link along acceptances, back to the last take.
    pub fn keys_that_pass(&self) -> BTreeSet<EpochId> {
        let mut passed = BTreeSet::new();
        let mut at = self.holder();
        while let Some(link) = at {
            passed.insert(epoch_id(link.hash));
            at = link.offer.and_then(|_| self.link(link.prev));
        }
        passed
    }

    /// Whether a link is among those that lead to the present holder.
    pub fn is_on_the_way(&self, link: Hash32) -> bool {
        self.way.contains_key(&link)
    }

    /// The link that follows another one, the winning one if there are rivals.
    pub fn follower(&self, link: Hash32) -> Option<&Link> {
        self.winner_after(link)
    }

    /// Whether somebody has already followed a link.
    pub fn is_followed(&self, link: Hash32) -> bool {
        self.winner_after(link).is_some()
    }

    /// A link by its hash.
    pub fn link(&self, hash: Hash32) -> Option<&Link> {
        self.links.get(&hash).map(|link| &**link)
    }

    /// An offer by its hash.
    pub fn offer(&self, hash: Hash32) -> Option<&OfferSeen> {
        self.offers.get(&hash).map(|seen| &**seen)
    }

    /// The release of an acceptance.
    pub fn release_of(&self, accept: Hash32) -> Option<&ReleaseSeen> {
        self.releases.get(&accept).map(|seen| &**seen)
    }

    /// The acceptance of an offer, the winning one if there are two.
    pub fn accept_of(&self, offer: Hash32) -> Option<&Link> {
        self.best(self.accepts.get(&offer)?)
    }

    /// Offers of the present holder that are neither accepted, withdrawn nor over at `now`.
    pub fn open_offers(&self, now: DateTime<FixedOffset>) -> Vec<&OfferSeen> {
        let Some(holder) = self.holder() else {
            return Vec::new();
        };
        self.offers()
            .filter(|seen| seen.offer.prev == holder.hash && !seen.withdrawn)
            .filter(|seen| seen.offer.expires > now && self.accept_of(seen.hash).is_none())
            .collect()
    }

    /// All offers, smallest hash first.
    pub fn offers(&self) -> impl Iterator<Item = &OfferSeen> {
        self.offers.values().map(|seen| &**seen)
    }

    /// Takes in a TAKE. `rank` orders rivals by role; `doubted` says that it had not seen its
    /// writer's suspension.
    pub fn take(
        &mut self,
        hash: Hash32,
        take: &Take,
        rank: u8,
        doubted: bool,
    ) -> Result<(), Refused> {
        let n = match self.links.get(&take.prev) {
            Some(link) => link.n + 1,
            None if take.prev == Hash32::ZERO => 1,
            None => return Err("takes over from a link nobody has seen"),
        };
        if take.n != n {
            return Err("has a number that does not follow");
        }
        check_turn(take.turn_to)?;
        self.add(Link {
            hash,
            prev: take.prev,
            n,
            member: take.member,
            device: take.device,
            duty: take.duty.0,
            duty_before: Vec::new(),
            at: take.at,
            turn_to: take.turn_to,
            offer: None,
            rank,
            doubted,
        });
        Ok(())
    }

    /// Takes in an OFFER signed by (member, device).
    pub fn offered(
        &mut self,
        hash: Hash32,
        offer: &Offer,
        from_member: MemberId,
        from_device: DeviceId,
    ) -> Result<(), Refused> {
        let link = self
            .links
            .get(&offer.prev)
            .ok_or("offers from a link nobody has seen")?;
        if (link.member, link.device) != (from_member, from_device) {
            return Err("is not from the holder it names");
        }
        if offer.n != link.n + 1 {
            return Err("has a number that does not follow");
        }
        check_turn(offer.turn_to)?;
        let seen = OfferSeen {
            hash,
            offer: offer.clone(),
            from_member,
            from_device,
            withdrawn: false,
        };
        self.offers.insert_mut(hash, Arc::new(seen));
        Ok(())
    }

    /// Takes in an ACCEPT.
    pub fn accepted(&mut self, hash: Hash32, accept: &Accept, rank: u8) -> Result<(), Refused> {
        let seen = self
            .offer(accept.offer)
            .ok_or("answers an offer nobody has seen")?;
        let offer = &seen.offer;
        if (offer.to_member, offer.to_device) != (accept.member, accept.device) {
            return Err("is not from whom the bag was offered to");
        }
        if accept.at > offer.expires {
            return Err("came after the offer had ended");
        }
        if accept.root != offer.root {
            return Err("does not cover what was offered");
        }
        let link = Link {
            hash,
            prev: offer.prev,
            n: offer.n,
            member: accept.member,
            device: accept.device,
            duty: accept.duty.0,
            duty_before: accept.duty_before.0.clone(),
            at: accept.at,
            turn_to: offer.turn_to,
            offer: Some(accept.offer),
            rank,
            doubted: false,
        };
        push(&mut self.accepts, accept.offer, hash);
        self.add(link);
        Ok(())
    }

    /// Takes in a RELEASE of the acceptance `accept` by the giver's `device`.
    pub fn released(
        &mut self,
        hash: Hash32,
        accept: Hash32,
        late: Late,
        device: DeviceId,
    ) -> Result<(), Refused> {
        let link = self.link(accept).ok_or("releases to nobody")?;
        let giver = self.link(link.prev).ok_or("releases what nobody held")?;
        if giver.device != device {
            return Err("is not from the giver");
        }
        if self.releases.contains_key(&accept) {
            return Ok(());
        }
        let seen = ReleaseSeen {
            hash,
            late,
            acknowledged: false,
        };
        self.releases.insert_mut(accept, Arc::new(seen));
        self.released.insert_mut(hash, accept);
        if self.bear(accept, Borne::Released) {
            self.find_the_way();
        }
        Ok(())
    }

    /// Takes in the taker's ACK of a release.
    pub fn acknowledged(
        &mut self,
        release: Hash32,
        late_root: Hash32,
        device: DeviceId,
    ) -> Result<(), Refused> {
        let accept = *self
            .released
            .get(&release)
            .ok_or("acknowledges a release nobody has seen")?;
        let taker = self.link(accept).ok_or("acknowledges for nobody")?;
        let seen = self.release_of(accept).ok_or("acknowledges for nobody")?;
        if taker.device != device || seen.late.root != late_root {
            return Err("does not match the release");
        }
        let mut seen = seen.clone();
        seen.acknowledged = true;
        self.releases.insert_mut(accept, Arc::new(seen));
        Ok(())
    }

    /// Takes in a withdrawal by the giver's `device`.
    pub fn withdrawn(&mut self, offer: Hash32, device: DeviceId) -> Result<(), Refused> {
        let seen = self
            .offer(offer)
            .ok_or("withdraws an offer nobody has seen")?;
        if seen.from_device != device {
            return Err("is not from the giver");
        }
        let mut seen = seen.clone();
        seen.withdrawn = true;
        self.offers.insert_mut(offer, Arc::new(seen));
        Ok(())
    }

    /// Adds a link. Where it follows the holder and nobody else does, it holds from now on;
    /// where it has a rival, the way is found again from the beginning.
    fn add(&mut self, link: Link) {
        let (hash, prev, accepted) = (link.hash, link.prev, link.offer.is_some());
        let doubtful = link.doubted || self.link(prev).is_some_and(|before| before.doubted);
        push(&mut self.followers, prev, hash);
        let alone = self.followers.get(&prev).is_some_and(|all| all.len() == 1);
        self.links.insert_mut(hash, Arc::new(link));
        let contested = accepted && self.bear(hash, Borne::Accepted);
        let after_holder = self.holder.unwrap_or(Hash32::ZERO) == prev;
        if contested || doubtful || !alone {
            self.find_the_way();
        } else if after_holder {
            self.way.insert_mut(hash, ());
            self.holder = Some(hash);
        }
    }

    /// Notes on a link and all before it what was done there. Says whether one of them has rivals.
    fn bear(&mut self, link: Hash32, what: Borne) -> bool {
        let mut contested = false;
        let mut at = link;
        while let Some(prev) = self.link(at).map(|link| link.prev) {
            if self.borne.get(&at).is_some_and(|known| *known >= what) {
                break;
            }
            self.borne.insert_mut(at, what);
            contested |= self.followers.get(&prev).is_some_and(|all| all.len() > 1);
            at = prev;
        }
        // A release decides among the rivals of the link it answers, whatever was done there.
        let prev = self.link(link).map_or(Hash32::ZERO, |link| link.prev);
        contested || self.followers.get(&prev).is_some_and(|all| all.len() > 1)
    }

    fn find_the_way(&mut self) {
        let mut way = Map::default();
        let mut at = Hash32::ZERO;
        while let Some(next) = self.winner_after(at).map(|link| link.hash) {
            way.insert_mut(next, ());
            at = next;
        }
        self.holder = (at != Hash32::ZERO).then_some(at);
        self.way = way;
    }

    fn winner_after(&self, prev: Hash32) -> Option<&Link> {
        self.best(self.followers.get(&prev)?)
    }

    fn best(&self, rivals: &[Hash32]) -> Option<&Link> {
        rivals
            .iter()
            .filter_map(|hash| self.link(*hash))
            .filter(|link| self.counts(link))
            .min_by_key(|link| {
                (
                    !self.releases.contains_key(&link.hash),
                    std::cmp::Reverse(self.borne.get(&link.hash)),
                    link.offer.is_none(),
                    link.rank,
                    link.hash,
                )
            })
    }

    /// A doubted take counts where somebody went on from it, and where else nobody would hold.
    fn counts(&self, link: &Link) -> bool {
        !link.doubted || link.n == 1 || self.followers.contains_key(&link.hash)
    }
}

fn push(map: &mut Map<Hash32, Arc<Vec<Hash32>>>, key: Hash32, value: Hash32) {
    let mut all = map.get(&key).map(|all| (**all).clone()).unwrap_or_default();
    all.push(value);
    map.insert_mut(key, Arc::new(all));
}

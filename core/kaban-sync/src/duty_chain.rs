//! The signed chain of duty: TAKE, or OFFER → ACCEPT → RELEASE, each link naming the one before
//! (security-sync.md §4.8). Pure: a set of signed links in, the holder out.
//!
//! Promise: once there was a holder there is always one; after everybody has seen everything
//! there is exactly one, the same on every device. Two devices that both believe they hold the
//! bag is a visible, safe state; nobody holding it is impossible, because a holder ends only by
//! somebody else's acceptance.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, FixedOffset};
use kaban_proto::ids::{DeviceId, EpochId, Hash32, MemberId};

use crate::acts::{Accept, Offer, Take};
use crate::epoch::epoch_id;

/// One acceptance or take: whoever it names is on duty until a later link.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Lower wins when two links follow the same one, after an acceptance over a take (two
    /// signatures outweigh one: a phone long offline cannot depose a regular chain by an old take).
    pub rank: u8,
}

/// An offer and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseSeen {
    /// Hash of the record that holds it.
    pub hash: Hash32,
    /// What was written late.
    pub late: Late,
    /// The taker said it holds them.
    pub acknowledged: bool,
}

/// What a giver wrote to the bag after its offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// Root over the envelopes; zero when there are none.
    pub root: Hash32,
    /// How many.
    pub count: u64,
    /// Up to where in which chains: see [`crate::manifest::LateHeads`].
    pub heads: Vec<u8>,
}

/// Everything seen of the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DutyChain {
    links: BTreeMap<Hash32, Link>,
    offers: BTreeMap<Hash32, OfferSeen>,
    releases: BTreeMap<Hash32, ReleaseSeen>,
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
        let mut at = self.winner_after(Hash32::ZERO)?;
        while let Some(next) = self.winner_after(at.hash) {
            at = next;
        }
        Some(at)
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
            at = link.offer.and_then(|_| self.links.get(&link.prev));
        }
        passed
    }

    /// Whether a link is among those that lead to the present holder.
    pub fn is_on_the_way(&self, link: Hash32) -> bool {
        let mut at = self.holder();
        while let Some(here) = at {
            if here.hash == link {
                return true;
            }
            at = self.links.get(&here.prev);
        }
        false
    }

    /// The link that follows another one, the winning one if there are rivals.
    pub fn follower(&self, link: Hash32) -> Option<&Link> {
        self.winner_after(link)
    }

    /// Takes of somebody who is suspended do not count, unless somebody has gone on from them.
    pub fn void_takes(&mut self, member: MemberId) {
        let followed: BTreeSet<Hash32> = self.links.values().map(|link| link.prev).collect();
        self.links.retain(|hash, link| {
            link.member != member || link.offer.is_some() || followed.contains(hash) || link.n == 1
        });
    }

    /// Whether somebody has already followed a link.
    pub fn is_followed(&self, link: Hash32) -> bool {
        self.winner_after(link).is_some()
    }

    /// A link by its hash.
    pub fn link(&self, hash: Hash32) -> Option<&Link> {
        self.links.get(&hash)
    }

    /// An offer by its hash.
    pub fn offer(&self, hash: Hash32) -> Option<&OfferSeen> {
        self.offers.get(&hash)
    }

    /// The release of an acceptance.
    pub fn release_of(&self, accept: Hash32) -> Option<&ReleaseSeen> {
        self.releases.get(&accept)
    }

    /// The acceptance of an offer, the winning one if there are two.
    pub fn accept_of(&self, offer: Hash32) -> Option<&Link> {
        let mut accepts: Vec<&Link> = self
            .links
            .values()
            .filter(|link| link.offer == Some(offer))
            .collect();
        accepts.sort_by_key(|link| (link.rank, link.hash));
        accepts.first().copied()
    }

    /// Offers of the present holder that are neither accepted, withdrawn nor over at `now`.
    pub fn open_offers(&self, now: DateTime<FixedOffset>) -> Vec<&OfferSeen> {
        let Some(holder) = self.holder() else {
            return Vec::new();
        };
        self.offers
            .values()
            .filter(|seen| seen.offer.prev == holder.hash && !seen.withdrawn)
            .filter(|seen| seen.offer.expires > now && self.accept_of(seen.hash).is_none())
            .collect()
    }

    /// All offers, oldest hash first.
    pub fn offers(&self) -> impl Iterator<Item = &OfferSeen> {
        self.offers.values()
    }

    /// Takes in a TAKE. `rank` orders rivals by role.
    pub fn take(&mut self, hash: Hash32, take: &Take, rank: u8) -> Result<(), Refused> {
        let n = match self.links.get(&take.prev) {
            Some(link) => link.n + 1,
            None if take.prev == Hash32::ZERO => 1,
            None => return Err("takes over from a link nobody has seen"),
        };
        if take.n != n {
            return Err("has a number that does not follow");
        }
        check_turn(take.turn_to)?;
        let link = Link {
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
        };
        self.links.insert(hash, link);
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
        self.offers.insert(hash, seen);
        Ok(())
    }

    /// Takes in an ACCEPT.
    pub fn accepted(&mut self, hash: Hash32, accept: &Accept, rank: u8) -> Result<(), Refused> {
        let seen = self
            .offers
            .get(&accept.offer)
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
        };
        self.links.insert(hash, link);
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
        let link = self.links.get(&accept).ok_or("releases to nobody")?;
        let giver = self
            .links
            .get(&link.prev)
            .ok_or("releases what nobody held")?;
        if giver.device != device {
            return Err("is not from the giver");
        }
        self.releases.entry(accept).or_insert(ReleaseSeen {
            hash,
            late,
            acknowledged: false,
        });
        Ok(())
    }

    /// Takes in the taker's ACK of a release.
    pub fn acknowledged(
        &mut self,
        release: Hash32,
        late_root: Hash32,
        device: DeviceId,
    ) -> Result<(), Refused> {
        let (accept, seen) = self
            .releases
            .iter_mut()
            .find(|(_, seen)| seen.hash == release)
            .ok_or("acknowledges a release nobody has seen")?;
        let taker = self.links.get(accept).ok_or("acknowledges for nobody")?;
        if taker.device != device || seen.late.root != late_root {
            return Err("does not match the release");
        }
        seen.acknowledged = true;
        Ok(())
    }

    /// Takes in a withdrawal by the giver's `device`.
    pub fn withdrawn(&mut self, offer: Hash32, device: DeviceId) -> Result<(), Refused> {
        let seen = self
            .offers
            .get_mut(&offer)
            .ok_or("withdraws an offer nobody has seen")?;
        if seen.from_device != device {
            return Err("is not from the giver");
        }
        seen.withdrawn = true;
        Ok(())
    }

    fn winner_after(&self, prev: Hash32) -> Option<&Link> {
        self.links
            .values()
            .filter(|link| link.prev == prev)
            .min_by_key(|link| (link.offer.is_none(), link.rank, link.hash))
    }
}

//! The lease a person holds the bag under, and the prekey of the next one: the key an offer of duty
//! is sealed to, whose private half dies with the lease.
//!
//! Both belong to one person on one device. Their rows lie in the person's own scope, so whoever
//! else opens the device neither sees nor ends them. A lease is destroyed by the transaction that
//! ends it and never by what is missing: a row that was lost is no proof that a bag was given away.

use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::ids::{DocTag, Hash32};
use kaban_proto::random::bytes;
use kaban_vault::kbox::Key;
use kaban_vault::store::{Durability, Scope, Store, Tx};

use super::identity::{DEVICE, Identity, save_identity};
use super::{Cx, Session, State, Workspace};
use crate::acts::Act;
use crate::error::Error;
use crate::hex::Bytes32;
use crate::seal::make_keypair;

const LEASES: &str = "lease";
const PREKEYS: &str = "prekey";
const HELD: &[u8] = b"held";
const NEXT: &[u8] = b"next";

/// What this person holds the bag under, from ACCEPT or TAKE until the bag is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// The name of the keystore key.
    pub id: [u8; 16],
    /// The link of the chain of duty that began it.
    pub link: Hash32,
}

/// The lease an offer to this person is sealed to, and the public half of its prekey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NextLease {
    /// The name of the keystore key.
    pub id: [u8; 16],
    /// What offers are sealed to.
    pub public: [u8; 32],
}

/// A lease prekey that has been made and not been saved yet.
pub(crate) struct Prekey {
    next: NextLease,
    wrapped: Vec<u8>,
}

impl Prekey {
    /// Makes the lease's alias in the keystore and a pair whose private half lies under it.
    pub(crate) fn make(store: &mut Store, cx: &mut Cx<'_>) -> Result<Self, Error> {
        let id: [u8; 16] = bytes(cx.rng);
        let (private, public) = make_keypair(cx.rng);
        store.create_lease_alias(&id)?;
        let wrapped = store.wrap_under_lease(&id, private.expose(), b"prekey")?;
        let next = NextLease { id, public };
        Ok(Self { next, wrapped })
    }

    /// The private half of a lease prekey of this person, while its alias exists.
    pub(crate) fn private(store: &mut Store, lease: [u8; 16]) -> Result<Key, Error> {
        let row = store.transact(Durability::Full, |tx| {
            Ok::<_, Error>(tx.get_row(PREKEYS, b"", &lease)?)
        })?;
        let wrapped = row.ok_or(Error::ForSomebodyElse(
            "the offer is sealed to a lease this person does not have here",
        ))?;
        let private = store.unwrap_under_lease(&lease, &wrapped, b"prekey")?;
        Key::from_slice(&private).ok_or(Error::Internal("a prekey of a wrong size"))
    }

    fn save(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.put_row(&Scope::Member, PREKEYS, b"", &self.next.id, &self.wrapped)?;
        tx.put_row(&Scope::Member, LEASES, b"", NEXT, &self.next.encode())?;
        Ok(())
    }
}

/// The lease this person's next duty will be under; made if there is none yet.
pub(super) fn ensure_next(store: &mut Store, cx: &mut Cx<'_>) -> Result<NextLease, Error> {
    if let Some(next) = store.transact(Durability::Full, next)? {
        return Ok(next);
    }
    let prekey = Prekey::make(store, cx)?;
    store.transact(Durability::Full, |tx| prekey.save(tx))?;
    Ok(prekey.next)
}

/// The lease this person holds the bag under, if any.
pub(super) fn held(tx: &mut Tx<'_>) -> Result<Option<Lease>, Error> {
    read(tx, HELD)
}

/// A lease whose row was lost: the one bag that lies here, begun by this person's newest link.
pub(super) fn found_again(tx: &mut Tx<'_>, state: &State) -> Result<Option<Lease>, Error> {
    let mut bags = Vec::new();
    for scope in tx.scopes()? {
        if let Scope::Bag(id) = scope
            && tx.has_scope(&scope)?
        {
            bags.push(id);
        }
    }
    let [id] = bags[..] else { return Ok(None) };
    let chain = state.association.duty();
    let mut at = chain.holder();
    while let Some(link) = at {
        if (link.member, link.device) == (state.me.member, state.me.device) {
            let lease = Lease {
                id,
                link: link.hash,
            };
            tx.put_row(&Scope::Member, LEASES, b"", HELD, &lease.encode())?;
            return Ok(Some(lease));
        }
        at = chain.link(link.prev);
    }
    Ok(None)
}

fn next(tx: &mut Tx<'_>) -> Result<Option<NextLease>, Error> {
    read(tx, NEXT)
}

/// A row that is damaged, or another person's, counts as lost: both can be made again.
fn read<T: Wire>(tx: &mut Tx<'_>, id: &[u8]) -> Result<Option<T>, Error> {
    match tx.get_row(LEASES, b"", id) {
        Ok(row) => Ok(row.and_then(|bytes| T::decode(&bytes).ok())),
        Err(kaban_vault::Error::Tampered { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Workspace {
    /// Destroys the keystore keys of leases that committed transactions have ended.
    pub(super) fn destroy_ended_leases(&mut self) -> Result<(), Error> {
        Ok(self.store.finish_drops()?)
    }
}

impl Session<'_, '_> {
    /// Puts a fresh lease prekey in the place of one that was used up or withdrawn.
    pub(crate) fn use_prekey(&mut self, fresh: &Prekey) -> Result<Act, Error> {
        fresh.save(self.tx)?;
        Ok(Act::Prekey {
            device: self.state.me.device,
            lease: Bytes32(fresh.next.public),
            lease_id: DocTag::from_bytes(fresh.next.id),
        })
    }

    /// The name of this person's present lease prekey here.
    pub(crate) fn prekey_lease(&mut self) -> Result<[u8; 16], Error> {
        let next = next(self.tx)?.ok_or(Error::NotFound("lease prekey of this person"))?;
        Ok(next.id)
    }

    /// Notes under which lease this person holds the bag, or that it is held under none.
    pub(crate) fn set_lease(&mut self, lease: Option<Lease>) -> Result<(), Error> {
        match lease {
            Some(lease) => self
                .tx
                .put_row(&Scope::Member, LEASES, b"", HELD, &lease.encode())?,
            None => {
                self.tx.delete_row(LEASES, b"", HELD)?;
            }
        }
        self.state.lease = lease;
        Ok(())
    }

    /// Ends a lease, or a prekey that never became one, together with whatever this transaction
    /// does; [`Workspace::destroy_ended_leases`] destroys its key after the commit.
    pub(crate) fn end_lease(&mut self, lease: [u8; 16]) -> Result<(), Error> {
        self.tx.delete_row(PREKEYS, b"", &lease)?;
        Ok(self.tx.begin_drop(&lease)?)
    }
}

/// Stores written before a lease was a person's own kept one for the device: the prekey at the end
/// of the identity, the lease beside it. Whoever's slot key opens the prekey takes both over.
pub(super) fn take_over_old(store: &mut Store) -> Result<(), Error> {
    let old = store.transact(Durability::Full, |tx| {
        let row = tx.get_row(DEVICE, b"", b"identity")?;
        Ok::<_, Error>(row.and_then(|bytes| decode_old(&bytes)))
    })?;
    let Some((identity, next)) = old else {
        return Ok(());
    };
    if Prekey::private(store, next.id).is_err() {
        return Ok(());
    }
    store.transact(Durability::Full, |tx| {
        for (id, _) in tx.list_rows(PREKEYS, b"")? {
            tx.rescope(PREKEYS, b"", &id, &Scope::Member)?;
        }
        tx.put_row(&Scope::Member, LEASES, b"", NEXT, &next.encode())?;
        if let Some(lease) = tx.get_row(DEVICE, b"", b"lease")? {
            tx.put_row(&Scope::Member, LEASES, b"", HELD, &lease)?;
            tx.delete_row(DEVICE, b"", b"lease")?;
        }
        save_identity(tx, &identity)
    })
}

/// An identity with the prekey of the device behind it.
pub(super) fn decode_old(bytes: &[u8]) -> Option<(Identity, NextLease)> {
    let mut r = Reader::new(bytes);
    let old = (Wire::take(&mut r).ok()?, Wire::take(&mut r).ok()?);
    r.end().ok()?;
    Some(old)
}

impl Wire for Lease {
    fn put(&self, w: &mut Writer) {
        self.id.put(w);
        self.link.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: Wire::take(r)?,
            link: Wire::take(r)?,
        })
    }
}

impl Wire for NextLease {
    fn put(&self, w: &mut Writer) {
        self.id.put(w);
        self.public.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: Wire::take(r)?,
            public: Wire::take(r)?,
        })
    }
}

//! What is in the bag at the moment of an offer: for every chain of every listed patient, how far
//! each author's chain goes. Chains name their past by hash, so a chain's last hash stands for
//! all of it; the Merkle root (RFC 6962 §2.1) over (chain, author, seq, hash) stands for the bag.

use std::collections::BTreeMap;

use kaban_model::ids::PatientId;
use kaban_proto::codec::{DecodeError, Reader, Wire, Writer};
use kaban_proto::ids::{DeviceId, DocTag, Hash32};

/// Chains kept per patient: two groups and four documents.
pub const CHAINS_PER_PATIENT: usize = 6;
const PATIENTS_MAX: usize = 20_000;
const AUTHORS_MAX: usize = 2_000;

/// How far one chain goes.
pub type Heads = BTreeMap<DeviceId, u64>;

/// Patients in order, and for each the heads of its chains in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The patients and their chains.
    pub patients: Vec<(PatientId, [Heads; CHAINS_PER_PATIENT])>,
}

impl Manifest {
    /// How many envelopes it covers.
    pub fn envelopes(&self) -> u64 {
        self.patients
            .iter()
            .flat_map(|(_, chains)| chains)
            .flat_map(BTreeMap::values)
            .sum()
    }
}

/// A number in as few bytes as it needs: seven bits a byte, the least first, the top bit says
/// that more follow (LEB128); only the shortest form is read.
fn put_number(mut number: u64, w: &mut Writer) {
    while number >= 0x80 {
        ((number & 0x7f) as u8 | 0x80).put(w);
        number >>= 7;
    }
    (number as u8).put(w);
}

fn take_number(r: &mut Reader<'_>) -> Result<u64, DecodeError> {
    let bad = r.error("number");
    let mut number = 0_u64;
    for shift in (0..63).step_by(7) {
        let byte = u8::take(r)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let shortest = byte != 0 || shift == 0;
            return if shortest { Ok(number) } else { Err(bad) };
        }
    }
    Err(bad)
}

/// How far a giver's own chains go at its release, beyond the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LateHeads(pub BTreeMap<DocTag, u64>);

impl Wire for LateHeads {
    fn put(&self, w: &mut Writer) {
        w.length(self.0.len());
        for (chain, seq) in &self.0 {
            chain.put(w);
            seq.put(w);
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = r.length(PATIENTS_MAX, "late chains")?;
        (0..count)
            .map(|_| Ok((Wire::take(r)?, Wire::take(r)?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// One leaf: the end of one author's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leaf {
    /// The chain.
    pub chain: DocTag,
    /// Its author.
    pub author: DeviceId,
    /// Its last place.
    pub seq: u64,
    /// The hash there.
    pub hash: Hash32,
}

/// The Merkle root over the sorted leaves; the hash of nothing when there are none.
pub fn root(mut leaves: Vec<Leaf>) -> Hash32 {
    leaves.sort_unstable();
    let mut level: Vec<Hash32> = leaves.iter().map(hash_leaf).collect();
    if level.is_empty() {
        return Hash32::of(b"");
    }
    while level.len() > 1 {
        level = level.chunks(2).map(hash_pair).collect();
    }
    level[0]
}

fn hash_leaf(leaf: &Leaf) -> Hash32 {
    let mut w = Writer::new();
    0_u8.put(&mut w);
    leaf.chain.put(&mut w);
    leaf.author.put(&mut w);
    leaf.seq.put(&mut w);
    leaf.hash.put(&mut w);
    Hash32::of(&w.finish())
}

fn hash_pair(pair: &[Hash32]) -> Hash32 {
    match pair {
        [left, right] => {
            let bytes = [&[1_u8][..], left.as_bytes(), right.as_bytes()].concat();
            Hash32::of(&bytes)
        }
        rest => rest[0],
    }
}

impl Wire for Manifest {
    fn put(&self, w: &mut Writer) {
        let mut authors: Vec<DeviceId> = self
            .patients
            .iter()
            .flat_map(|(_, chains)| chains.iter().flat_map(BTreeMap::keys).copied())
            .collect();
        authors.sort_unstable();
        authors.dedup();
        w.length(authors.len());
        authors.iter().for_each(|author| author.put(w));
        w.length(self.patients.len());
        for (patient, chains) in &self.patients {
            patient.put(w);
            for heads in chains {
                put_number(heads.len() as u64, w);
                for (author, seq) in heads {
                    let index = authors.binary_search(author).unwrap_or_default();
                    put_number(index as u64, w);
                    put_number(*seq, w);
                }
            }
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let authors: Vec<DeviceId> = r.list(AUTHORS_MAX, "authors")?;
        let count = r.length(PATIENTS_MAX, "patients")?;
        let mut patients = Vec::new();
        for _ in 0..count {
            let patient = Wire::take(r)?;
            let mut chains: [Heads; CHAINS_PER_PATIENT] = Default::default();
            for heads in &mut chains {
                for _ in 0..take_number(r)? {
                    let bad = r.error("author of a chain");
                    let index = usize::try_from(take_number(r)?).ok();
                    let author = index.and_then(|index| authors.get(index)).ok_or(bad)?;
                    heads.insert(*author, take_number(r)?);
                }
            }
            patients.push((patient, chains));
        }
        Ok(Self { patients })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn leaf(n: u8) -> Leaf {
        Leaf {
            chain: DocTag::from_bytes([n; 16]),
            author: DeviceId::from_bytes([n; 16]),
            seq: u64::from(n),
            hash: Hash32::of(&[n]),
        }
    }

    #[test]
    fn the_root_depends_on_every_leaf_and_not_on_their_order() {
        let leaves: Vec<Leaf> = (1..=7).map(leaf).collect();
        let whole = root(leaves.clone());
        let mut turned = leaves.clone();
        turned.reverse();
        assert_eq!(root(turned), whole);
        for at in 0..leaves.len() {
            let mut fewer = leaves.clone();
            fewer.remove(at);
            assert_ne!(root(fewer), whole);
            let mut bent = leaves.clone();
            bent[at].seq += 1;
            assert_ne!(root(bent), whole);
        }
    }

    #[test]
    fn a_manifest_is_the_same_after_encoding_and_cut_ones_are_refused() {
        let mut heads: [Heads; CHAINS_PER_PATIENT] = Default::default();
        heads[2].insert(DeviceId::from_bytes([9; 16]), 4);
        heads[4].insert(DeviceId::from_bytes([7; 16]), 31);
        let manifest = Manifest {
            patients: vec![(PatientId::from_bytes([1; 16]), heads)],
        };
        let bytes = manifest.encode();
        assert_eq!(Manifest::decode(&bytes).unwrap(), manifest);
        assert_eq!(manifest.envelopes(), 35);
        for end in 0..bytes.len() {
            assert!(Manifest::decode(&bytes[..end]).is_err());
        }
    }
}

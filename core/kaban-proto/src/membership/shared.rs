//! A sorted map of which every version shares what it has in common with the others.
//!
//! Each record keeps what was known at it; a copied map for each would cost records × devices. Here
//! a changed entry costs a path of a few nodes, and two versions that share a part are compared and
//! joined without looking into it. The shape depends on the entries alone, never on the order in
//! which they came.

use std::sync::Arc;

/// A key as a row of pairs of bits, the most significant first: their order is the order of the
/// keys. Four ways at each node make the short paths of a clock half as large as sixteen would.
pub(super) trait Key: Copy + Eq {
    /// How many pairs of bits it has.
    const PAIRS: usize;

    /// The pair of bits at `at`.
    fn pair(&self, at: usize) -> usize;
}

impl Key for crate::ids::DeviceId {
    const PAIRS: usize = 64;

    fn pair(&self, at: usize) -> usize {
        usize::from(self.as_bytes()[at / 4] >> (6 - 2 * (at % 4)) & 3)
    }
}

/// Numbers are mostly small, so the least significant bits come first and paths stay short; their
/// order means nothing.
impl Key for u32 {
    const PAIRS: usize = 16;

    fn pair(&self, at: usize) -> usize {
        (self >> (2 * at) & 3) as usize
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node<K, V> {
    Entry(K, V),
    Branch([Option<Arc<Node<K, V>>>; 4]),
}

/// The map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shared<K, V> {
    root: Option<Arc<Node<K, V>>>,
    len: usize,
}

impl<K, V> Default for Shared<K, V> {
    fn default() -> Self {
        Self { root: None, len: 0 }
    }
}

impl<K: Key, V: Clone> Shared<K, V> {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let mut node = self.root.as_deref()?;
        let mut depth = 0;
        loop {
            match node {
                Node::Entry(known, value) => return (known == key).then_some(value),
                Node::Branch(slots) => node = slots[key.pair(depth)].as_deref()?,
            }
            depth += 1;
        }
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        let mut added = true;
        self.root = Some(put(self.root.as_ref(), 0, key, value, &mut added));
        self.len += usize::from(added);
    }

    pub(super) fn iter(&self) -> Iter<'_, K, V> {
        Iter {
            open: self.root.as_deref().into_iter().collect(),
        }
    }
}

impl<K: Key, V: Copy + Ord> Shared<K, V> {
    /// Every entry of both; of two at one key the greater.
    pub(super) fn join(&mut self, other: &Self) {
        self.root = match (&self.root, &other.root) {
            (Some(mine), Some(theirs)) => Some(greater(mine, theirs, 0, &mut self.len)),
            (None, Some(theirs)) => {
                self.len = other.len;
                Some(Arc::clone(theirs))
            }
            (mine, None) => mine.clone(),
        };
    }
}

fn empty<K, V>() -> [Option<Arc<Node<K, V>>>; 4] {
    [const { None }; 4]
}

fn put<K: Key, V: Clone>(
    node: Option<&Arc<Node<K, V>>>,
    depth: usize,
    key: K,
    value: V,
    added: &mut bool,
) -> Arc<Node<K, V>> {
    let Some(node) = node else {
        return Arc::new(Node::Entry(key, value));
    };
    match &**node {
        Node::Entry(known, _) if *known == key => {
            *added = false;
            Arc::new(Node::Entry(key, value))
        }
        Node::Entry(known, _) => {
            let mut slots = empty();
            slots[known.pair(depth)] = Some(Arc::clone(node));
            let slot = key.pair(depth);
            slots[slot] = Some(put(slots[slot].as_ref(), depth + 1, key, value, added));
            Arc::new(Node::Branch(slots))
        }
        Node::Branch(slots) => {
            let mut slots = slots.clone();
            let slot = key.pair(depth);
            slots[slot] = Some(put(slots[slot].as_ref(), depth + 1, key, value, added));
            Arc::new(Node::Branch(slots))
        }
    }
}

/// `mine` with everything of `theirs` that is new or greater; `mine` itself where nothing is. `len`
/// counts what comes.
fn greater<K: Key, V: Copy + Ord>(
    mine: &Arc<Node<K, V>>,
    theirs: &Arc<Node<K, V>>,
    depth: usize,
    len: &mut usize,
) -> Arc<Node<K, V>> {
    if Arc::ptr_eq(mine, theirs) {
        return Arc::clone(mine);
    }
    match (&**mine, &**theirs) {
        (_, Node::Entry(key, value)) => {
            if find(mine, depth, key).is_some_and(|known| known >= *value) {
                return Arc::clone(mine);
            }
            let mut added = true;
            let node = put(Some(mine), depth, *key, *value, &mut added);
            *len += usize::from(added);
            node
        }
        (Node::Entry(key, value), Node::Branch(_)) => {
            *len = *len - 1 + count(theirs);
            if find(theirs, depth, key).is_some_and(|known| known >= *value) {
                return Arc::clone(theirs);
            }
            let mut added = true;
            let node = put(Some(theirs), depth, *key, *value, &mut added);
            *len += usize::from(added);
            node
        }
        (Node::Branch(ours), Node::Branch(others)) => {
            let mut slots = ours.clone();
            let mut changed = false;
            for (slot, other) in slots.iter_mut().zip(others) {
                let Some(other) = other else { continue };
                let joined = match &*slot {
                    Some(own) => greater(own, other, depth + 1, len),
                    None => {
                        *len += count(other);
                        Arc::clone(other)
                    }
                };
                changed |= slot.as_ref().is_none_or(|own| !Arc::ptr_eq(own, &joined));
                *slot = Some(joined);
            }
            if changed {
                Arc::new(Node::Branch(slots))
            } else {
                Arc::clone(mine)
            }
        }
    }
}

fn find<K: Key, V: Copy>(node: &Arc<Node<K, V>>, depth: usize, key: &K) -> Option<V> {
    let mut node = node.as_ref();
    for at in depth..=K::PAIRS {
        match node {
            Node::Entry(known, value) => return (known == key).then_some(*value),
            Node::Branch(slots) => node = slots[key.pair(at)].as_deref()?,
        }
    }
    None
}

fn count<K, V>(node: &Node<K, V>) -> usize {
    match node {
        Node::Entry(..) => 1,
        Node::Branch(slots) => slots.iter().flatten().map(|node| count(node)).sum(),
    }
}

/// The entries in order.
#[derive(Debug, Clone)]
pub(super) struct Iter<'a, K, V> {
    open: Vec<&'a Node<K, V>>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.open.pop()? {
                Node::Entry(key, value) => return Some((key, value)),
                Node::Branch(slots) => self
                    .open
                    .extend(slots.iter().rev().flatten().map(|node| &**node)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::DeviceId;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn id(n: u16) -> DeviceId {
        let mut bytes = [0; 16];
        bytes[0] = (n >> 8) as u8;
        bytes[15] = n as u8;
        DeviceId::from_bytes(bytes)
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_map_of_one_shape(entries: Vec<(u16, u8)>, asked: Vec<u16>) {
            let mut map = Shared::default();
            let mut model = BTreeMap::new();
            for (key, value) in &entries {
                map.insert(id(*key), *value);
                model.insert(id(*key), *value);
            }
            prop_assert_eq!(map.len(), model.len());
            prop_assert!(map.iter().eq(model.iter()));
            prop_assert!(asked.iter().all(|key| map.get(&id(*key)) == model.get(&id(*key))));
            let mut sorted = Shared::default();
            model.iter().for_each(|(key, value)| sorted.insert(*key, *value));
            prop_assert_eq!(map, sorted);
        }

        #[test]
        fn joined_maps_hold_the_greater_of_both(
            common: Vec<(u32, u8)>, left: Vec<(u32, u8)>, right: Vec<(u32, u8)>
        ) {
            let mut base: Shared<u32, u8> = Shared::default();
            common.iter().for_each(|(key, value)| base.insert(*key % 400, *value));
            let (mut a, mut b) = (base.clone(), base);
            left.iter().for_each(|(key, value)| a.insert(*key % 400, *value));
            right.iter().for_each(|(key, value)| b.insert(*key % 400, *value));
            let mut model: BTreeMap<u32, u8> = a.iter().map(|(k, v)| (*k, *v)).collect();
            for (key, value) in b.iter() {
                let known = model.entry(*key).or_insert(*value);
                *known = (*known).max(*value);
            }
            a.join(&b);
            prop_assert_eq!(a.len(), model.len());
            prop_assert_eq!(a.iter().map(|(k, v)| (*k, *v)).collect::<BTreeMap<_, _>>(), model);
        }
    }
}

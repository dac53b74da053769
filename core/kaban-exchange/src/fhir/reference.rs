//! Following references between the resources of one call.
//!
//! A reference is looked up where it was written first (its bundle), then among single resources, then in the bundles
//! of other files, and never across two senders whose addresses differ: `Patient/1` of one hospital is not `Patient/1`
//! of another. What remains ambiguous is returned as such, for a person to decide.

use std::collections::BTreeMap;

use serde_json::Value;

use super::element::{items, text};
use super::identity::{Identifier, fold_number, read_identifier, without_history};
use super::read::Resource;

/// A resource of the call with its file.
pub(crate) struct Item {
    pub(crate) file: usize,
    pub(crate) resource: Resource,
    /// Why it is kept aside, when no field is made from it.
    pub(crate) aside: Option<String>,
}

impl Item {
    /// It came alone or on its own line, not inside a bundle.
    fn alone(&self) -> bool {
        self.resource.scope == self.resource.json_path
    }

    fn same_scope(&self, other: &Self) -> bool {
        self.file == other.file && self.resource.scope == other.resource.scope
    }

    /// The address of its sender, when `fullUrl` is one that tells.
    fn base(&self) -> Option<&str> {
        let url = without_history(self.resource.full_url.as_deref()?);
        let tail = format!("/{}/{}", self.resource.resource_type, self.resource.id);
        if url.starts_with("http") {
            url.strip_suffix(tail.as_str())
        } else {
            None
        }
    }
}

/// How a reference was written.
pub(crate) enum Target {
    /// `#id`: inside the resource itself.
    Contained(String),
    /// `Patient?identifier=system|value`, or a logical reference by identifier alone.
    Number(Identifier),
    /// Any other address.
    Address(String),
}

/// Reads a Reference; `None` when it names nothing.
pub(crate) fn target(reference: &Value) -> Option<Target> {
    if let Some(address) = text(reference, "reference") {
        if let Some(id) = address.strip_prefix('#') {
            return Some(Target::Contained(id.to_owned()));
        }
        if let Some((_, query)) = address.split_once("?identifier=") {
            let query = query.split_once('&').map_or(query, |(first, _)| first);
            let decoded = percent_decoded(query);
            let (system, value) = decoded.split_once('|').unwrap_or(("", &decoded));
            let (system, value) = (system.to_owned(), value.to_owned());
            return Some(Target::Number(Identifier {
                system,
                value,
                label: String::new(),
            }));
        }
        return Some(Target::Address(without_history(address).to_owned()));
    }
    reference
        .get("identifier")
        .and_then(read_identifier)
        .map(Target::Number)
}

/// The contained resource of that id.
pub(crate) fn contained<'v>(holder: &'v Value, id: &str) -> Option<&'v Value> {
    items(holder, "contained")
        .find(|inside| text(inside, "id").is_some_and(|found| found.trim_start_matches('#') == id))
}

/// Candidates remembered for one address or id; as many as this mean "cannot be told".
pub(crate) const CANDIDATES_MAX: usize = 64;

fn remember<K: Ord>(map: &mut BTreeMap<K, Vec<usize>>, key: K, position: usize) {
    let list = map.entry(key).or_default();
    if list.len() < CANDIDATES_MAX {
        list.push(position);
    }
}

/// The place and the name of a resource: file, scope, type, id.
type Named<'i> = (usize, &'i str, &'i str, &'i str);

/// All resources of a call, findable by address and by id.
pub(crate) struct Index<'i> {
    items: &'i [Item],
    by_url: BTreeMap<&'i str, Vec<usize>>,
    by_id: BTreeMap<(&'i str, &'i str), Vec<usize>>,
    by_place: BTreeMap<Named<'i>, Vec<usize>>,
}

impl<'i> Index<'i> {
    pub(crate) fn new(items: &'i [Item]) -> Self {
        let mut index = Self {
            items,
            by_url: BTreeMap::new(),
            by_id: BTreeMap::new(),
            by_place: BTreeMap::new(),
        };
        for (position, item) in items.iter().enumerate() {
            let resource = &item.resource;
            if let Some(url) = &resource.full_url {
                remember(&mut index.by_url, without_history(url), position);
            }
            if !resource.id.is_empty() {
                remember(
                    &mut index.by_id,
                    (&resource.resource_type, &resource.id),
                    position,
                );
                let place: Named<'i> = (
                    item.file,
                    &resource.scope,
                    &resource.resource_type,
                    &resource.id,
                );
                remember(&mut index.by_place, place, position);
            }
        }
        index
    }

    /// The resources that an address written in item `from` may mean; more than one when it cannot be told.
    pub(crate) fn find(&self, address: &str, from: usize) -> Vec<usize> {
        let from = &self.items[from];
        let absolute = address.contains("://") || address.starts_with("urn:");
        if absolute && let Some(found) = self.at_url(address, from) {
            return found;
        }
        let mut parts = address.rsplit('/');
        let (Some(id), Some(kind)) = (parts.next(), parts.next()) else {
            return Vec::new();
        };
        let all = self
            .by_id
            .get(&(kind, id))
            .map(Vec::as_slice)
            .unwrap_or_default();
        if absolute {
            // Only resources without an address of their own can be meant by an address that no entry has.
            return self.nearest(all, from, |item| item.resource.full_url.is_none());
        }
        if let Some(base) = from.base() {
            let url = format!("{base}/{kind}/{id}");
            if let Some(found) = self.at_url(&url, from) {
                return found;
            }
        }
        // A long list of namesakes elsewhere must not hide the one in this bundle.
        if let Some(near) = self
            .by_place
            .get(&(from.file, from.resource.scope.as_str(), kind, id))
        {
            return near.clone();
        }
        self.nearest(all, from, |item| match (item.base(), from.base()) {
            (Some(theirs), Some(ours)) => theirs == ours || item.same_scope(from),
            _ => true,
        })
    }

    /// The resources with this very address: those in the scope of `from`, else all there are.
    fn at_url(&self, url: &str, from: &Item) -> Option<Vec<usize>> {
        let all = self.by_url.get(url).filter(|all| !all.is_empty())?;
        let near: Vec<usize> = all
            .iter()
            .copied()
            .filter(|found| self.items[*found].same_scope(from))
            .collect();
        Some(if near.is_empty() { all.clone() } else { near })
    }

    /// The candidates of the nearest place that has any.
    fn nearest(&self, all: &[usize], from: &Item, allowed: impl Fn(&Item) -> bool) -> Vec<usize> {
        let place = |item: &Item| match () {
            () if item.same_scope(from) => 0,
            () if item.alone() && item.file == from.file => 1,
            () if item.alone() => 2,
            () => 3,
        };
        let allowed: Vec<(u8, usize)> = all
            .iter()
            .map(|position| (&self.items[*position], *position))
            .filter(|(item, _)| allowed(item))
            .map(|(item, position)| (place(item), position))
            .collect();
        let nearest = allowed.iter().map(|(place, _)| *place).min();
        allowed
            .into_iter()
            .filter(|(place, _)| Some(*place) == nearest)
            .map(|(_, position)| position)
            .collect()
    }

    /// The value of the resource, contained or elsewhere, that an address written in item `from` means.
    pub(crate) fn value(&self, address: &str, from: usize) -> Option<&'i Value> {
        if let Some(id) = address.strip_prefix('#') {
            return contained(&self.items[from].resource.value, id);
        }
        self.find(without_history(address), from)
            .first()
            .map(|found| &self.items[*found].resource.value)
    }
}

/// Undoes `%7C` and its like; what is not a valid escape stays.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = (*byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The key under which a number is looked up.
pub(crate) fn number_key(identifier: &Identifier) -> (String, String) {
    (identifier.system.clone(), fold_number(&identifier.value))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(file: usize, scope: &str, path: &str, full_url: Option<&str>, id: &str) -> Item {
        let value = json!({"resourceType": "Patient", "id": id});
        Item {
            file,
            aside: None,
            resource: Resource {
                resource_type: "Patient".to_owned(),
                id: id.to_owned(),
                full_url: full_url.map(str::to_owned),
                json_path: path.to_owned(),
                scope: scope.to_owned(),
                offset: 0,
                original: value.to_string(),
                value,
                not_understood: Vec::new(),
            },
        }
    }

    #[test]
    fn the_same_id_of_two_senders_is_two_resources() {
        let items = [
            item(
                0,
                "$",
                "$.entry[0].resource",
                Some("http://a.example/Patient/1"),
                "1",
            ),
            item(
                1,
                "$",
                "$.entry[0].resource",
                Some("http://b.example/Patient/1"),
                "1",
            ),
            item(
                1,
                "$",
                "$.entry[1].resource",
                Some("http://b.example/Patient/2"),
                "2",
            ),
        ];
        let index = Index::new(&items);
        assert_eq!(index.find("Patient/1", 2), [1]);
        assert_eq!(index.find("http://a.example/Patient/1", 2), [0]);
        assert_eq!(
            index.find("http://a.example/Patient/1/_history/2", 2),
            Vec::<usize>::new()
        );
    }

    #[test]
    fn a_single_file_finds_the_patient_of_another_single_file() {
        let items = [item(0, "$", "$", None, "p"), item(1, "$", "$", None, "c")];
        assert_eq!(Index::new(&items).find("Patient/p", 1), [0]);
    }

    #[test]
    fn two_patients_of_the_same_id_in_two_files_cannot_be_told_apart() {
        let items = [
            item(0, "$", "$", None, "p"),
            item(1, "$", "$", None, "p"),
            item(2, "$", "$", None, "c"),
        ];
        assert_eq!(Index::new(&items).find("Patient/p", 2), [0, 1]);
    }

    #[test]
    fn a_conditional_reference_is_read_with_its_escapes() {
        let reference =
            json!({"reference": "Patient?identifier=http://x.example/id%7C00%E4%B8%80"});
        let Some(Target::Number(number)) = target(&reference) else {
            panic!("not a number")
        };
        assert_eq!(
            (number.system.as_str(), number.value.as_str()),
            ("http://x.example/id", "00一")
        );
    }
}

//! Which Patient resources of a call are one person, and whom a resource is about.
//!
//! Two records become one person when they share a number or an address and nothing contradicts it; everything less
//! certain is listed for a person to decide. Nobody is merged by name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::element::text;
use super::identity::{Identity, fold};
use super::reference::{CANDIDATES_MAX, Index, Item, Target, contained, number_key, target};

/// One record of a person: a Patient resource of its own or one contained in another resource.
pub(crate) struct Record {
    /// The item that holds it.
    pub(crate) item: usize,
    /// Contained in the item instead of being it.
    pub(crate) contained: Option<String>,
}

/// A person of the call.
#[derive(Default)]
pub(crate) struct Person {
    pub(crate) identity: Identity,
    pub(crate) records: Vec<Record>,
    /// A reference that nothing in the call answers to, as the text that ids are derived from.
    pub(crate) only_reference: Option<String>,
}

/// A question for a person: the item it is about and what has to be decided.
pub(crate) struct Doubt {
    pub(crate) item: usize,
    pub(crate) why: String,
}

/// Whom a resource is about.
pub(crate) enum Subject {
    /// That person.
    Person(usize),
    /// A patient who cannot be told among several.
    Ambiguous,
    /// Something else than a patient, or nobody.
    Nobody,
}

/// The persons of a call.
pub(crate) struct People<'i> {
    items: &'i [Item],
    index: &'i Index<'i>,
    pub(crate) all: Vec<Person>,
    /// For each person who it is now, after records turned out to be of one person.
    now: Vec<usize>,
    /// The persons that are now this one.
    same: Vec<Vec<usize>>,
    by_number: BTreeMap<(String, String), Vec<usize>>,
    by_url: BTreeMap<String, usize>,
    by_text: BTreeMap<&'i str, usize>,
    by_item: BTreeMap<usize, usize>,
    by_contained: BTreeMap<(usize, String), usize>,
    by_reference: BTreeMap<String, usize>,
    pub(crate) doubts: Vec<Doubt>,
}

impl<'i> People<'i> {
    /// Gathers the persons from the Patient resources, alone or contained.
    pub(crate) fn gather(items: &'i [Item], index: &'i Index<'i>) -> Self {
        let mut people = Self {
            items,
            index,
            all: Vec::new(),
            now: Vec::new(),
            same: Vec::new(),
            by_number: BTreeMap::new(),
            by_url: BTreeMap::new(),
            by_text: BTreeMap::new(),
            by_item: BTreeMap::new(),
            by_contained: BTreeMap::new(),
            by_reference: BTreeMap::new(),
            doubts: Vec::new(),
        };
        for (position, item) in items.iter().enumerate() {
            let resource = &item.resource;
            if resource.resource_type == "Patient" && item.aside.is_none() {
                let identity = Identity::read(&resource.value, resource.full_url.as_deref());
                let twin = people.by_text.get(resource.original.as_str()).copied();
                let person = people.place(
                    position,
                    identity,
                    Record {
                        item: position,
                        contained: None,
                    },
                    twin,
                );
                people.by_text.entry(&resource.original).or_insert(person);
                people.by_item.insert(position, person);
            }
        }
        for (position, item) in items.iter().enumerate() {
            if item.aside.is_none() {
                people.gather_contained(position, item);
            }
        }
        people.tell_namesakes();
        people
    }

    fn gather_contained(&mut self, position: usize, item: &Item) {
        let value = &item.resource.value;
        let Some(Target::Contained(id)) = subject_reference(value).and_then(target) else {
            return;
        };
        let Some(inside) = contained(value, &id) else {
            return;
        };
        if text(inside, "resourceType") != Some("Patient") {
            return;
        }
        let identity = Identity::read(inside, None);
        let record = Record {
            item: position,
            contained: Some(id.clone()),
        };
        let person = self.place(position, identity, record, None);
        self.by_contained.insert((position, id), person);
    }

    /// Puts a record to the person it belongs to, or to a new one.
    fn place(
        &mut self,
        item: usize,
        identity: Identity,
        record: Record,
        twin: Option<usize>,
    ) -> usize {
        let mut found: Vec<usize> = twin
            .into_iter()
            .map(|person| self.current(person))
            .collect();
        for identifier in identity
            .identifiers
            .iter()
            .filter(|identifier| !identifier.system.is_empty())
        {
            found.extend(
                self.by_number
                    .get(&number_key(identifier))
                    .into_iter()
                    .flatten()
                    .map(|p| self.current(*p)),
            );
        }
        found.extend(
            identity
                .urls
                .iter()
                .filter_map(|url| self.by_url.get(url))
                .map(|person| self.current(*person)),
        );
        found.sort_unstable();
        found.dedup();
        let mut own: Option<usize> = None;
        let mut doubt: Option<&'static str> = None;
        for person in found {
            if let Some(why) = self.all[person].identity.contradiction(&identity) {
                doubt = doubt.or(Some(why));
            } else if let Some(first) = own {
                match self.all[first]
                    .identity
                    .contradiction(&self.all[person].identity)
                {
                    None => own = Some(self.merge(first, person)),
                    Some(why) => doubt = doubt.or(Some(why)),
                }
            } else {
                own = Some(person);
            }
        }
        if let Some(why) = doubt {
            let why = format!(
                "shares a number or address with another record, but {why}: kept as two persons"
            );
            self.doubts.push(Doubt { item, why });
        }
        let person = own.unwrap_or_else(|| self.add(Person::default()));
        for identifier in identity
            .identifiers
            .iter()
            .filter(|identifier| !identifier.system.is_empty())
        {
            let known = self.by_number.entry(number_key(identifier)).or_default();
            if known.len() < CANDIDATES_MAX && !known.contains(&person) {
                known.push(person);
            }
        }
        for url in &identity.urls {
            self.by_url.entry(url.clone()).or_insert(person);
        }
        self.all[person].identity.absorb(identity);
        self.all[person].records.push(record);
        person
    }

    fn add(&mut self, person: Person) -> usize {
        let number = self.all.len();
        self.all.push(person);
        self.now.push(number);
        self.same.push(vec![number]);
        number
    }

    /// Makes two persons one and gives its number. The larger group stays, so that many merges stay cheap.
    fn merge(&mut self, one: usize, other: usize) -> usize {
        let (into, from) = if self.same[one].len() >= self.same[other].len() {
            (one, other)
        } else {
            (other, one)
        };
        let Person {
            identity,
            records,
            only_reference: _,
        } = std::mem::take(&mut self.all[from]);
        self.all[into].identity.absorb(identity);
        self.all[into].records.extend(records);
        for moved in std::mem::take(&mut self.same[from]) {
            self.now[moved] = into;
            self.same[into].push(moved);
        }
        into
    }

    /// Who a person is now.
    pub(crate) fn current(&self, person: usize) -> usize {
        self.now[person]
    }

    /// Persons of one name and full birth date are named, not merged.
    fn tell_namesakes(&mut self) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for person in &self.all {
            let Some(first) = person.records.first() else {
                continue;
            };
            let Some(born) = person
                .identity
                .birth_date
                .as_ref()
                .filter(|date| date.len() == 10)
            else {
                continue;
            };
            let names = [&person.identity.name, &person.identity.kana];
            let mut told = false;
            for name in names.into_iter().flatten() {
                let known = seen
                    .entry(format!("{}|{born}", fold(name)))
                    .or_insert(first.item);
                if *known != first.item && !told {
                    told = true;
                    let why = "has name and birth date of another record of this call: perhaps the same person";
                    self.doubts.push(Doubt {
                        item: first.item,
                        why: why.to_owned(),
                    });
                }
            }
        }
    }

    /// Whom item `position` is about. A patient whom no record describes becomes a person known by reference only, if
    /// `make` is set.
    pub(crate) fn subject(&mut self, position: usize, make: bool) -> Subject {
        if let Some(person) = self.by_item.get(&position) {
            return Subject::Person(self.current(*person));
        }
        let item = &self.items[position];
        let Some(reference) = subject_reference(&item.resource.value) else {
            return Subject::Nobody;
        };
        match target(reference) {
            None => Subject::Nobody,
            Some(Target::Contained(id)) => match self.by_contained.get(&(position, id)) {
                Some(person) => Subject::Person(self.current(*person)),
                None => Subject::Nobody,
            },
            Some(Target::Number(number)) => self.by_identifier(reference, number, make),
            Some(Target::Address(address)) => self.by_address(position, reference, &address, make),
        }
    }

    fn by_identifier(
        &mut self,
        reference: &Value,
        number: super::identity::Identifier,
        make: bool,
    ) -> Subject {
        let kind = text(reference, "type").unwrap_or("Patient");
        if kind != "Patient" && !kind.ends_with("/Patient") {
            return Subject::Nobody;
        }
        let key = number_key(&number);
        let mut found: Vec<usize> = self
            .by_number
            .get(&key)
            .into_iter()
            .flatten()
            .map(|person| self.current(*person))
            .collect();
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [one] => Subject::Person(*one),
            [] if make => {
                let mut identity = Identity {
                    name: text(reference, "display").map(str::to_owned),
                    ..Identity::default()
                };
                identity.add_identifier(number);
                self.known_by_reference(format!("number|{}|{}", key.0, key.1), identity)
            }
            [] => Subject::Nobody,
            _ => Subject::Ambiguous,
        }
    }

    fn by_address(
        &mut self,
        position: usize,
        reference: &Value,
        address: &str,
        make: bool,
    ) -> Subject {
        let found = self.index.find(address, position);
        let mut persons: Vec<usize> = found
            .iter()
            .filter_map(|item| self.by_item.get(item))
            .map(|person| self.current(*person))
            .collect();
        persons.sort_unstable();
        persons.dedup();
        match persons.as_slice() {
            _ if found.len() >= CANDIDATES_MAX => return Subject::Ambiguous,
            [one] => return Subject::Person(*one),
            [] => {}
            _ => return Subject::Ambiguous,
        }
        let kind = text(reference, "type")
            .unwrap_or_else(|| address.rsplit('/').nth(1).unwrap_or("Patient"));
        let other = kind != "Patient" && !address.starts_with("urn:");
        if !found.is_empty() || other || !make {
            return Subject::Nobody;
        }
        if let Some(number) = reference
            .get("identifier")
            .and_then(super::identity::read_identifier)
        {
            return self.by_identifier(reference, number, make);
        }
        let item = &self.items[position];
        let url = address.contains("://") || address.starts_with("urn:");
        // A relative address inside a bundle means something there only.
        let place = match item.resource.scope == item.resource.json_path || url {
            true => String::new(),
            false => format!("{}|{}|", item.file, item.resource.scope),
        };
        let mut identity = Identity {
            name: text(reference, "display").map(str::to_owned),
            ..Identity::default()
        };
        identity.urls.extend(url.then(|| address.to_owned()));
        self.known_by_reference(format!("reference|{place}{address}"), identity)
    }

    fn known_by_reference(&mut self, key: String, identity: Identity) -> Subject {
        let person = match self.by_reference.get(&key) {
            Some(known) => {
                self.all[*known].identity.absorb(identity);
                *known
            }
            None => {
                let person = Person {
                    identity,
                    records: Vec::new(),
                    only_reference: Some(key.clone()),
                };
                let person = self.add(person);
                self.by_reference.insert(key, person);
                person
            }
        };
        Subject::Person(person)
    }
}

/// The member that names the patient, under whichever name the type has for it.
fn subject_reference(value: &Value) -> Option<&Value> {
    ["subject", "patient", "beneficiary", "for", "individual"]
        .iter()
        .find_map(|name| value.get(*name).filter(|found| found.is_object()))
}

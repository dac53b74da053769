//! Extracts through the published reader, as an oracle for the crate's own.
#![allow(dead_code, clippy::unwrap_used)]

use kaban_atlas::osm::{Elements, Member, MemberKind, Node, Relation, Tags, Way};
use osmpbf::{Element, ElementReader, RelMemberType};

pub fn read(path: &std::path::Path) -> Elements {
    let mut all = Elements::default();
    let own = |tags: &mut dyn Iterator<Item = (&str, &str)>| -> Tags {
        tags.map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    ElementReader::from_path(path)
        .unwrap()
        .for_each(|element| match element {
            Element::Node(n) => {
                all.nodes.push(Node {
                    id: n.id(),
                    lon: n.lon(),
                    lat: n.lat(),
                    tags: own(&mut n.tags()),
                });
            }
            Element::DenseNode(n) => {
                all.nodes.push(Node {
                    id: n.id(),
                    lon: n.lon(),
                    lat: n.lat(),
                    tags: own(&mut n.tags()),
                });
            }
            Element::Way(w) => {
                all.ways.push(Way {
                    id: w.id(),
                    nodes: w.refs().collect(),
                    tags: own(&mut w.tags()),
                });
            }
            Element::Relation(r) => {
                let members = r.members().map(|m| Member {
                    kind: match m.member_type {
                        RelMemberType::Node => MemberKind::Node,
                        RelMemberType::Way => MemberKind::Way,
                        RelMemberType::Relation => MemberKind::Relation,
                    },
                    id: m.member_id,
                    role: m.role().unwrap().to_owned(),
                });
                all.relations.push(Relation {
                    id: r.id(),
                    members: members.collect(),
                    tags: own(&mut r.tags()),
                });
            }
        })
        .unwrap();
    all
}

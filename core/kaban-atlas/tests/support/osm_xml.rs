//! The small OpenStreetMap XML files of the test data: one element per tag, attributes in double or single quotes, no nesting but
//! the one of `node`, `way` and `relation`.
#![allow(dead_code, clippy::unwrap_used)]

use kaban_atlas::osm::{Elements, Member, MemberKind, Node, Relation, Way};

pub fn read(text: &str) -> Elements {
    enum Open {
        Node,
        Way,
        Relation,
    }
    let mut all = Elements::default();
    let mut open = Open::Node;
    for tag in without_comments(text).split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let number = |name: &str| attribute(tag, name).unwrap().parse::<i64>().unwrap();
        match tag.split_whitespace().next().unwrap().trim_end_matches('/') {
            "node" => {
                let degrees = |name| attribute(tag, name).unwrap().parse().unwrap();
                let (lon, lat) = (degrees("lon"), degrees("lat"));
                all.nodes.push(Node {
                    id: number("id"),
                    lon,
                    lat,
                    tags: vec![],
                });
                open = Open::Node;
            }
            "way" => {
                all.ways.push(Way {
                    id: number("id"),
                    nodes: vec![],
                    tags: vec![],
                });
                open = Open::Way;
            }
            "relation" => {
                all.relations.push(Relation {
                    id: number("id"),
                    members: vec![],
                    tags: vec![],
                });
                open = Open::Relation;
            }
            "nd" => all.ways.last_mut().unwrap().nodes.push(number("ref")),
            "member" => {
                let kind = match attribute(tag, "type").unwrap().as_str() {
                    "node" => MemberKind::Node,
                    "way" => MemberKind::Way,
                    _ => MemberKind::Relation,
                };
                all.relations.last_mut().unwrap().members.push(Member {
                    kind,
                    id: number("ref"),
                    role: attribute(tag, "role").unwrap(),
                });
            }
            "tag" => {
                let pair = (attribute(tag, "k").unwrap(), attribute(tag, "v").unwrap());
                match open {
                    Open::Node => all.nodes.last_mut().unwrap().tags.push(pair),
                    Open::Way => all.ways.last_mut().unwrap().tags.push(pair),
                    Open::Relation => all.relations.last_mut().unwrap().tags.push(pair),
                }
            }
            _ => {}
        }
    }
    all
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("<!--");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |all, part| all + part.split_once("-->").unwrap().1)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, behind) = tag.split_once(&format!(" {name}="))?;
    let quote = behind.chars().next()?;
    let value = behind[1..].split(quote).next()?;
    let entities = [
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    let plain = |text: String, (entity, sign): (&str, &str)| text.replace(entity, sign);
    Some(entities.into_iter().fold(value.to_owned(), plain))
}

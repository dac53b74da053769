//! One JSON document: a single resource, or a bundle whose entries are taken one by one.
//!
//! The outline of the scanner gives the exact text of each entry's resource; only that text is parsed.

use serde_json::Value;

use crate::error::{Error, Result};
use crate::fhir::{element, understood, version};

use super::scan::{Kind, Node, Place, scan};
use super::{KeptAside, Reader, Resource};

/// What a bundle tells about the resource in one of its entries.
struct Setting<'s> {
    full_url: Option<String>,
    scope: &'s str,
    bundles: usize,
}

impl Reader<'_> {
    /// Reads one document; the error refuses the whole of it.
    pub(super) fn document(&mut self, text: &str, place: Place<'_>) -> Result<()> {
        let outline = scan(text, place, self.limits.depth, self.limits.entries)?;
        match outline.kind {
            Kind::Object => {}
            Kind::Array => {
                return Err(Error::NotAResource {
                    what: "a list, not a FHIR resource or bundle",
                });
            }
            _ => {
                return Err(Error::NotAResource {
                    what: "a bare value, not a FHIR resource",
                });
            }
        }
        self.resource(
            text,
            &outline,
            place,
            &Setting {
                full_url: None,
                scope: place.path,
                bundles: 0,
            },
        )
    }

    /// Takes the resource whose outline is given; `text` is the document the outline was made from.
    fn resource(
        &mut self,
        text: &str,
        outline: &Node,
        place: Place<'_>,
        setting: &Setting<'_>,
    ) -> Result<()> {
        if said(text, outline.member("resourceType")).as_deref() == Some("Bundle") {
            return self.bundle(text, outline, place, setting.bundles);
        }
        let original = &text[outline.span.clone()];
        let resource = self.single(original, place, outline.span.start, setting)?;
        self.sort_out(resource);
        Ok(())
    }

    fn bundle(
        &mut self,
        text: &str,
        outline: &Node,
        place: Place<'_>,
        bundles: usize,
    ) -> Result<()> {
        if bundles >= self.limits.bundles_nested {
            return Err(Error::BundleTooDeep {
                limit: self.limits.bundles_nested,
            });
        }
        let entries = match outline.member("entry") {
            None => return self.empty_bundle(place.path),
            Some(node) if node.kind == Kind::Array => &node.items,
            Some(_) => {
                return Err(Error::NotAResource {
                    what: "a bundle whose entry is not a list",
                });
            }
        };
        if entries.is_empty() {
            return self.empty_bundle(place.path);
        }
        for (index, entry) in entries.iter().enumerate() {
            let entry_path = format!("{}.entry[{index}]", place.path);
            let Some(found) = entry
                .member("resource")
                .filter(|node| node.kind == Kind::Object)
            else {
                self.warn(&entry_path, "an entry without a resource: nothing to take");
                continue;
            };
            let path = format!("{entry_path}.resource");
            let full_url = said(text, entry.member("fullUrl"));
            let setting = Setting {
                full_url,
                scope: place.path,
                bundles: bundles + 1,
            };
            if let Err(error) = self.entry(text, found, place, &path, &setting) {
                self.refuse_error(&error, &path);
            }
        }
        Ok(())
    }

    fn empty_bundle(&mut self, path: &str) -> Result<()> {
        self.warn(path, "a bundle without entries: nothing to take");
        Ok(())
    }

    /// One entry's resource: scanned again by itself, so that a bundle inside a bundle has an outline too.
    fn entry(
        &mut self,
        text: &str,
        node: &Node,
        place: Place<'_>,
        path: &str,
        setting: &Setting<'_>,
    ) -> Result<()> {
        let original = &text[node.span.clone()];
        // A look at the outline costs a second pass, so only texts that may be bundles pay for it.
        if original.contains("\"Bundle\"") || original.contains("\"entry\"") {
            // The text was scanned already, so no fault of this scan needs a line: counting lines for each entry
            // would take time with the square of the file.
            let inner = Place {
                offset: place.offset + node.span.start,
                line: place.line,
                column: 0,
                path,
            };
            let outline = scan(original, inner, self.limits.depth, self.limits.entries)?;
            if said(original, outline.member("resourceType")).as_deref() == Some("Bundle") {
                return self.bundle(original, &outline, inner, setting.bundles);
            }
        }
        let here = Place { path, ..place };
        let resource = self.single(original, here, node.span.start, setting)?;
        self.sort_out(resource);
        Ok(())
    }

    fn single(
        &self,
        original: &str,
        place: Place<'_>,
        start: usize,
        setting: &Setting<'_>,
    ) -> Result<Resource> {
        if original.len() > self.limits.resource_bytes {
            return Err(Error::ResourceTooLarge {
                bytes: original.len(),
                limit: self.limits.resource_bytes,
            });
        }
        let value: Value = serde_json::from_str(original).map_err(|_| Error::NotAResource {
            what: "a resource whose values cannot be held",
        })?;
        let Some(resource_type) = value.get("resourceType") else {
            return Err(Error::NotAResource {
                what: "JSON without a resourceType: not a FHIR resource",
            });
        };
        let resource_type = resource_type
            .as_str()
            .filter(|name| {
                !name.is_empty()
                    && name.len() <= 64
                    && name.bytes().all(|byte| byte.is_ascii_alphabetic())
            })
            .ok_or(Error::NotAResource {
                what: "a resourceType that no FHIR resource can have",
            })?
            .to_owned();
        Ok(Resource {
            id: element::text(&value, "id").unwrap_or_default().to_owned(),
            full_url: setting.full_url.clone(),
            json_path: place.path.to_owned(),
            scope: setting.scope.to_owned(),
            offset: place.offset + start,
            original: original.to_owned(),
            not_understood: understood::not_understood(&resource_type, &value),
            resource_type,
            value,
        })
    }

    /// Decides between what fields are made from and what is kept beside them.
    fn sort_out(&mut self, resource: Resource) {
        match version::reason_to_keep_aside(&resource.resource_type, &resource.value) {
            None => self.out.resources.push(resource),
            Some((why, tell)) => self.out.kept_aside.push(KeptAside {
                resource,
                why,
                tell,
            }),
        }
    }
}

/// The string that a node of the outline says, escapes undone.
fn said(text: &str, node: Option<&Node>) -> Option<String> {
    let node = node.filter(|node| node.kind == Kind::String)?;
    serde_json::from_str(text.get(node.span.clone())?).ok()
}

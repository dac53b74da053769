//! From the bytes of one file to resources with their original text.
//!
//! A file is a single resource, a bundle, or lines of resources (NDJSON); anything else is refused with a sentence.
//! Reading never fails as a whole: the good resources of a file come out beside what was refused, except where the text
//! itself cannot be trusted (not JSON, not UTF-8, a repeated member), which refuses that file, or that line of NDJSON.

mod bundle;
mod format;
mod ndjson;
pub(crate) mod scan;

use serde_json::Value;

use crate::error::Error;
use crate::fhir::report::Note;

use scan::Place;

/// Written bounds of what is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: usize,
    /// Bytes of one resource's text; a bundle is bounded by the file only.
    pub resource_bytes: usize,
    /// Levels of objects and lists inside each other, counted from the root of the file.
    pub depth: usize,
    /// Entries of one bundle, or lines of one NDJSON file.
    pub entries: usize,
    /// Bundles inside bundles.
    pub bundles_nested: usize,
    /// Refusals and warnings listed for one file; the last one says that there are more.
    pub notes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            resource_bytes: 2 << 20,
            depth: 64,
            entries: 200_000,
            bundles_nested: 4,
            notes: 1_000,
        }
    }
}

/// One resource as it was received.
#[derive(Clone, PartialEq)]
pub struct Resource {
    /// `resourceType`, for example `Patient`.
    pub resource_type: String,
    /// Logical id, empty when there is none.
    pub id: String,
    /// `fullUrl` of the bundle entry that held it.
    pub full_url: Option<String>,
    /// Where it stands: `$`, `$.entry[3].resource`, or `line 7: $`.
    pub json_path: String,
    /// JSON path of the bundle that holds it, or of the resource itself: references are looked up there first.
    pub scope: String,
    /// Byte offset of the original text in the file.
    pub offset: usize,
    /// The exact text of the resource as it stood in the file.
    pub original: String,
    /// The same, parsed; numbers keep their digits.
    pub value: Value,
    /// What this reader does not understand and a person must therefore be told of: modifier extensions, implicit
    /// rules, a status outside R4.
    pub not_understood: Vec<String>,
}

/// Shows where a resource stands, never what it says.
impl std::fmt::Debug for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resource")
            .field("resource_type", &self.resource_type)
            .field("json_path", &self.json_path)
            .field("offset", &self.offset)
            .field("bytes", &self.original.len())
            .finish_non_exhaustive()
    }
}

/// A resource that is kept whole, but from which no field is filled.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptAside {
    /// The resource with its original text.
    pub resource: Resource,
    /// Why nothing was taken from it, a plain sentence.
    pub why: String,
    /// Fields would have been made from it if it had been understood: the report names it one by one.
    pub tell: bool,
}

/// What came out of one file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FileImport {
    /// Name of the file as it was given.
    pub file: String,
    /// Resources that fields are made from, in the order of the file.
    pub resources: Vec<Resource>,
    /// Resources kept whole beside them.
    pub kept_aside: Vec<KeptAside>,
    /// What could not be read, with its place.
    pub refused: Vec<Note>,
    /// What was read, but a person should look at.
    pub warnings: Vec<Note>,
}

/// Reads one file.
///
/// `name` is only used to name the file in the report and to recognise `.ndjson`; the bytes decide the rest.
#[must_use]
pub fn read_file(name: &str, bytes: &[u8], limits: &Limits) -> FileImport {
    let mut reader = Reader {
        limits,
        out: FileImport {
            file: name.to_owned(),
            ..FileImport::default()
        },
    };
    if bytes.len() > limits.file_bytes {
        let error = Error::FileTooLarge {
            bytes: bytes.len(),
            limit: limits.file_bytes,
        };
        reader.refuse("byte 0", &error);
        return reader.out;
    }
    let bom = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    if let Some(error) = format::foreign(name, &bytes[bom..]) {
        reader.refuse("byte 0", &error);
        return reader.out;
    }
    if ndjson::is_lines(name, &bytes[bom..]) {
        reader.lines(bytes, bom);
        return reader.out;
    }
    match std::str::from_utf8(&bytes[bom..]) {
        Ok(text) => {
            // The mark counts as no character: editors do not show it.
            let place = Place {
                offset: bom,
                line: 1,
                column: 0,
                path: "$",
            };
            if let Err(error) = reader.document(text, place) {
                reader.refuse_error(&error, "$");
            }
        }
        Err(fault) => reader.refuse_error(
            &Error::NotUtf8 {
                at: bom + fault.valid_up_to(),
            },
            "$",
        ),
    }
    reader.out
}

/// Carries the bounds and the growing result through the readers.
struct Reader<'l> {
    limits: &'l Limits,
    out: FileImport,
}

impl Reader<'_> {
    fn refuse_error(&mut self, error: &Error, path: &str) {
        let place = match error {
            Error::NotUtf8 { at } => format!("byte {at}"),
            Error::Syntax {
                at, line, column, ..
            }
            | Error::TooDeep {
                at, line, column, ..
            } => {
                format!("{line}:{column} (byte {at})")
            }
            Error::DuplicateKey {
                path,
                at,
                line,
                column,
                ..
            } => format!("{path} {line}:{column} (byte {at})"),
            _ => path.to_owned(),
        };
        self.refuse(&place, error);
    }

    fn refuse(&mut self, place: &str, error: &Error) {
        push_note(
            &mut self.out.refused,
            self.limits.notes,
            Note::new(place, &error.sentence()),
        );
    }

    fn warn(&mut self, place: &str, why: &str) {
        push_note(
            &mut self.out.warnings,
            self.limits.notes,
            Note::new(place, why),
        );
    }
}

/// Adds a note to a bounded list; the last place says that more were met.
fn push_note(notes: &mut Vec<Note>, limit: usize, note: Note) {
    if notes.len() + 1 < limit {
        notes.push(note);
    } else if notes.len() + 1 == limit {
        notes.push(Note::new(
            &note.at,
            "this one and more after it are not listed one by one",
        ));
    }
}

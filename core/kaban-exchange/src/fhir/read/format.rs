//! Recognising what is not FHIR JSON before trying to read it as such, so that the refusal says what to do.

use crate::error::Error;

/// The refusal for a file of a format this reader knows by sight but does not read. `bytes` come without a UTF-8 mark.
pub(super) fn foreign(name: &str, bytes: &[u8]) -> Option<Error> {
    let name = name.to_ascii_lowercase();
    let first = bytes
        .iter()
        .copied()
        .find(|byte| !byte.is_ascii_whitespace());
    let what = match bytes {
        [0x1f, 0x8b, ..] => {
            "a compressed package (.tgz or .gz): unpack it and import the JSON files inside"
        }
        [b'P', b'K', 3, 4, ..] => {
            "a compressed package (.zip): unpack it and import the JSON files inside"
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, b'{', ..] | [b'{', 0, ..] => {
            "text in UTF-16: save it as UTF-8"
        }
        [b'%', b'P', b'D', b'F', ..] => {
            "a PDF, not FHIR JSON: nothing can be read from it field by field"
        }
        _ if first == Some(b'<') => "FHIR in XML is not read: ask for the same in JSON",
        _ if first.is_none() => "an empty file",
        _ if name.ends_with(".csv") || name.ends_with(".tsv") => {
            "a table, not FHIR JSON: tables come in by the CSV import"
        }
        _ => return None,
    };
    Some(Error::OtherFormat { what })
}

//! Lines of resources (NDJSON), as bulk exports write them: each line stands or falls alone.

use crate::error::Error;

use super::Reader;
use super::scan::Place;

/// True for a file of resources one a line: by its name, or when a line that is `{…}` is followed by one that begins
/// with `{`. Between two values inside one JSON document a comma would have to stand there.
pub(super) fn is_lines(name: &str, bytes: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".ndjson") || name.ends_with(".jsonl") {
        return true;
    }
    let mut after_object = false;
    for line in bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .filter(|line| !line.is_empty())
    {
        let begins = line.starts_with(b"{");
        if begins && after_object {
            return true;
        }
        after_object = begins && line.ends_with(b"}");
    }
    false
}

impl Reader<'_> {
    /// Reads every line that is not blank; a bad one is refused by its number and the others go on.
    pub(super) fn lines(&mut self, bytes: &[u8], bom: usize) {
        let mut offset = bom;
        let mut taken = 0usize;
        for (index, raw) in bytes[bom..].split(|byte| *byte == b'\n').enumerate() {
            let start = offset;
            offset += raw.len() + 1;
            if raw.trim_ascii().is_empty() {
                continue;
            }
            let number = index + 1;
            if taken >= self.limits.entries {
                self.refuse(
                    &format!("line {number}"),
                    &Error::TooMany {
                        limit: self.limits.entries,
                    },
                );
                return;
            }
            taken += 1;
            let path = format!("line {number}: $");
            let outcome = match std::str::from_utf8(raw) {
                Ok(text) => self.document(
                    text,
                    Place {
                        offset: start,
                        line: number,
                        column: 0,
                        path: &path,
                    },
                ),
                Err(fault) => Err(Error::NotUtf8 {
                    at: start + fault.valid_up_to(),
                }),
            };
            if let Err(error) = outcome {
                self.refuse_line(number, &error);
            }
        }
    }

    fn refuse_line(&mut self, number: usize, error: &Error) {
        let place = match error {
            Error::NotUtf8 { at } => format!("line {number} (byte {at})"),
            Error::Syntax { at, column, .. } | Error::TooDeep { at, column, .. } => {
                format!("line {number}:{column} (byte {at})")
            }
            Error::DuplicateKey { path, at, .. } => format!("{path} (byte {at})"),
            _ => format!("line {number}"),
        };
        self.refuse(&place, error);
    }
}

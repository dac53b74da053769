//! A strict JSON scanner that remembers where things are.
//!
//! It exists because a received resource is kept as its *original text* and because a refusal must name its place:
//! general parsers give neither the byte span of `entry[3].resource` nor the repeated member of an object. It promises
//! to accept exactly RFC 8259, to refuse repeated members and unpaired surrogates, to stay within a depth, and never to
//! panic. Only the outline of a bundle is remembered (root, `entry`, the members of each entry): its memory does not
//! grow with the text.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::error::{Error, Result};

/// What kind of value stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    /// A number, `true` or `false`.
    Scalar,
    Null,
}

/// One remembered value: where it is and, in the outline, what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
    /// Those members of an object in the outline that the reader asks for.
    pub(crate) members: Vec<(String, Node)>,
    /// Items of a list in the outline.
    pub(crate) items: Vec<Node>,
}

impl Node {
    /// The member of that name, when this node is an object of the outline.
    pub(crate) fn member(&self, name: &str) -> Option<&Node> {
        self.members
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, node)| node)
    }
}

/// Members that one object may have; the largest resources have a few dozen.
const MEMBERS_MAX: usize = 65_536;

/// How much of the text below a value is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Root,
    Entries,
    Entry,
    Nothing,
}

impl Keep {
    fn below_member(self, name: &str) -> Self {
        if self == Self::Root && name == "entry" {
            Self::Entries
        } else {
            Self::Nothing
        }
    }

    /// Only what tells a bundle and its entries is remembered, so that a hostile file cannot fill the memory.
    fn wants(self, name: &str) -> bool {
        match self {
            Self::Root => matches!(name, "resourceType" | "entry"),
            Self::Entry => matches!(name, "resource" | "fullUrl"),
            Self::Entries | Self::Nothing => false,
        }
    }

    fn below_item(self) -> Self {
        if self == Self::Entries {
            Self::Entry
        } else {
            Self::Nothing
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Member(usize, usize),
    Item(usize),
}

/// Where a piece of text stands in its file, so that faults inside it name the file's places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'p> {
    /// Offset of the text's first byte in the file.
    pub(crate) offset: usize,
    /// Line of the text's first byte, from one.
    pub(crate) line: usize,
    /// Characters that stand before the text on its first line.
    pub(crate) column: usize,
    /// JSON path of the text's root value, `$` for a whole file.
    pub(crate) path: &'p str,
}

/// Scans one JSON value with nothing but white space around it.
///
/// # Errors
/// The first fault, with its place: syntax, repeated member, depth, or more than `entries_max` bundle entries.
pub(crate) fn scan(
    text: &str,
    place: Place<'_>,
    depth_max: usize,
    entries_max: usize,
) -> Result<Node> {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        path: Vec::new(),
        place,
        depth_max,
        entries_max,
    };
    scanner.white();
    let node = scanner.value(Keep::Root)?;
    scanner.white();
    if scanner.at < scanner.bytes.len() {
        return Err(scanner.fault(scanner.at, "more text after the end of the value"));
    }
    Ok(node)
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    path: Vec<Step>,
    place: Place<'t>,
    depth_max: usize,
    entries_max: usize,
}

impl<'t> Scanner<'t> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn white(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, keep: Keep) -> Result<Node> {
        let start = self.at;
        let mut node = match self.peek() {
            Some(b'{') => self.object(keep)?,
            Some(b'[') => self.array(keep)?,
            Some(b'"') => {
                self.string()?;
                leaf(Kind::String)
            }
            Some(b'-' | b'0'..=b'9') => {
                self.number()?;
                leaf(Kind::Scalar)
            }
            Some(b't') => self.word("true", Kind::Scalar)?,
            Some(b'f') => self.word("false", Kind::Scalar)?,
            Some(b'n') => self.word("null", Kind::Null)?,
            Some(_) => return Err(self.fault(start, "a value was expected")),
            None => return Err(self.fault(start, "the text ends where a value was expected")),
        };
        node.span = start..self.at;
        Ok(node)
    }

    fn deeper(&self) -> Result<()> {
        if self.path.len() < self.depth_max {
            return Ok(());
        }
        let (line, column) = self.line_column(self.at);
        Err(Error::TooDeep {
            limit: self.depth_max,
            at: self.place.offset + self.at,
            line,
            column,
        })
    }

    fn object(&mut self, keep: Keep) -> Result<Node> {
        self.deeper()?;
        self.at += 1;
        let mut node = leaf(Kind::Object);
        let mut seen = Seen::default();
        self.white();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(node);
        }
        loop {
            self.white();
            let key_at = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a member name in double quotes was expected"));
            }
            let key = self.string()?;
            let key_end = self.at - 1;
            if !seen.insert(key.clone()) {
                return Err(self.duplicate(&key, key_at));
            }
            if seen.len() > MEMBERS_MAX {
                return Err(self.fault(key_at, "an object with more members than any record has"));
            }
            self.white();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("a colon was expected"));
            }
            self.at += 1;
            self.white();
            self.path.push(Step::Member(key_at + 1, key_end));
            let child = self.value(keep.below_member(&key))?;
            self.path.pop();
            if keep.wants(&key) {
                node.members.push((key.into_owned(), child));
            }
            if self.closes(b'}', "a comma or a closing brace was expected")? {
                return Ok(node);
            }
        }
    }

    fn array(&mut self, keep: Keep) -> Result<Node> {
        self.deeper()?;
        self.at += 1;
        let mut node = leaf(Kind::Array);
        self.white();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(node);
        }
        for index in 0.. {
            self.white();
            self.path.push(Step::Item(index));
            let child = self.value(keep.below_item())?;
            self.path.pop();
            if keep == Keep::Entries {
                if node.items.len() >= self.entries_max {
                    return Err(Error::TooMany {
                        limit: self.entries_max,
                    });
                }
                node.items.push(child);
            }
            if self.closes(b']', "a comma or a closing bracket was expected")? {
                break;
            }
        }
        Ok(node)
    }

    /// After an item: true at the closing mark, false after a comma.
    fn closes(&mut self, mark: u8, expected: &'static str) -> Result<bool> {
        self.white();
        match self.peek() {
            Some(b',') => self.at += 1,
            Some(byte) if byte == mark => {
                self.at += 1;
                return Ok(true);
            }
            _ => return Err(self.unexpected(expected)),
        }
        Ok(false)
    }

    fn word(&mut self, word: &'static str, kind: Kind) -> Result<Node> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(leaf(kind));
        }
        Err(self.unexpected("a value was expected"))
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if start == self.at {
            Err(self.unexpected("a digit was expected"))
        } else {
            Ok(())
        }
    }

    fn number(&mut self) -> Result<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// Reads a string and gives what it says, borrowed when nothing in it is escaped.
    fn string(&mut self) -> Result<Cow<'t, str>> {
        self.at += 1;
        let start = self.at;
        let mut plain_from = start;
        let mut owned: Option<String> = None;
        loop {
            match self.peek() {
                None => return Err(self.fault(self.at, "the text ends inside a string")),
                Some(b'"') => {
                    let tail = &self.text[plain_from..self.at];
                    self.at += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(tail),
                        Some(mut text) => {
                            text.push_str(tail);
                            Cow::Owned(text)
                        }
                    });
                }
                Some(b'\\') => {
                    let text = owned.get_or_insert_default();
                    text.push_str(&self.text[plain_from..self.at]);
                    let said = self.escape()?;
                    text.push(said);
                    plain_from = self.at;
                }
                Some(0..=0x1f) => {
                    return Err(self.fault(self.at, "a control character stands bare in a string"));
                }
                Some(_) => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        self.at += 1;
        let said = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            Some(_) => return Err(self.fault(start, "an unknown escape in a string")),
            None => return Err(self.fault(self.at, "the text ends inside a string")),
        };
        self.at += 1;
        Ok(said)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char> {
        let first = self.four_hex(start)?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first)
                .ok_or_else(|| self.fault(start, "an escape that is no character"));
        }
        let unpaired = "half of a surrogate pair stands alone in a string";
        if first >= 0xdc00 || !self.bytes[self.at..].starts_with(b"\\u") {
            return Err(self.fault(start, unpaired));
        }
        self.at += 1;
        let second = self.four_hex(start)?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(self.fault(start, unpaired));
        }
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
            .ok_or_else(|| self.fault(start, "an escape that is no character"))
    }

    /// Reads `uXXXX` and leaves the position behind it.
    fn four_hex(&mut self, start: usize) -> Result<u32> {
        let hex = self
            .bytes
            .get(self.at + 1..self.at + 5)
            .filter(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let Some(hex) = hex else {
            return Err(self.fault(start, "an escape without four hexadecimal digits"));
        };
        self.at += 5;
        Ok(hex.iter().fold(0, |sum, digit| {
            sum * 16 + (*digit as char).to_digit(16).unwrap_or(0)
        }))
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        let what = if self.at < self.bytes.len() {
            expected
        } else {
            "the text ends in the middle"
        };
        self.fault(self.at, what)
    }

    fn fault(&self, at: usize, what: &'static str) -> Error {
        let (line, column) = self.line_column(at);
        Error::Syntax {
            at: self.place.offset + at,
            line,
            column,
            what,
        }
    }

    fn duplicate(&self, key: &str, at: usize) -> Error {
        let (line, column) = self.line_column(at);
        let key = key.chars().take(64).collect();
        Error::DuplicateKey {
            key,
            path: self.path_text(),
            at: self.place.offset + at,
            line,
            column,
        }
    }

    fn path_text(&self) -> String {
        let mut text = self.place.path.to_owned();
        for step in &self.path {
            match *step {
                Step::Member(from, to) => {
                    let name: String = self
                        .text
                        .get(from..to)
                        .unwrap_or("?")
                        .chars()
                        .take(64)
                        .collect();
                    text.push('.');
                    text.push_str(&name);
                }
                Step::Item(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }

    fn line_column(&self, at: usize) -> (usize, usize) {
        line_column(self.bytes, at, self.place)
    }
}

/// Line and column, from one, of a byte of a text that stands at `place`.
fn line_column(bytes: &[u8], at: usize, place: Place<'_>) -> (usize, usize) {
    let before = &bytes[..at.min(bytes.len())];
    let breaks = before.iter().filter(|byte| **byte == b'\n').count();
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |found| found + 1);
    // Continuation bytes of UTF-8 are 10xxxxxx; all others begin a character.
    let characters = before[line_start..]
        .iter()
        .filter(|byte| **byte & 0xc0 != 0x80)
        .count();
    let left = if breaks == 0 { place.column } else { 0 };
    (place.line + breaks, left + characters + 1)
}

fn leaf(kind: Kind) -> Node {
    Node {
        span: 0..0,
        kind,
        members: Vec::new(),
        items: Vec::new(),
    }
}

/// The member names of one object: a short list for the usual few, a tree for the many.
#[derive(Default)]
struct Seen<'t> {
    few: Vec<Cow<'t, str>>,
    many: BTreeSet<Cow<'t, str>>,
}

impl<'t> Seen<'t> {
    fn len(&self) -> usize {
        self.few.len().max(self.many.len())
    }

    fn insert(&mut self, key: Cow<'t, str>) -> bool {
        if !self.many.is_empty() {
            return self.many.insert(key);
        }
        if self.few.contains(&key) {
            return false;
        }
        self.few.push(key);
        if self.few.len() > 16 {
            self.many = self.few.drain(..).collect();
        }
        true
    }
}

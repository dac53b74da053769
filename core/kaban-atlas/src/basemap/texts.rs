//! Names and numbers of houses, each text once.

use std::collections::BTreeMap;

/// Longest text kept, in characters.
const CHARS_MAX: usize = 120;

/// Texts by number; the empty one is 0.
#[derive(Debug, Default)]
pub(super) struct TextPool {
    numbers: BTreeMap<String, u32>,
    texts: Vec<String>,
}

impl TextPool {
    /// Number of a text; control characters are dropped and long ones cut.
    pub fn number(&mut self, text: &str) -> u32 {
        let clean: String = text
            .chars()
            .filter(|c| !c.is_control())
            .take(CHARS_MAX)
            .collect();
        let clean = clean.trim();
        if clean.is_empty() {
            return 0;
        }
        let next = self.numbers.len() as u32 + 1;
        *self.numbers.entry(clean.to_owned()).or_insert(next)
    }

    /// Renumbers the texts alphabetically; gives the new number of each old one.
    pub fn finish(&mut self) -> Vec<u32> {
        let mut renumbered = vec![0; self.numbers.len() + 1];
        self.texts = vec![String::new()];
        for (text, old) in std::mem::take(&mut self.numbers) {
            renumbered[old as usize] = self.texts.len() as u32;
            self.texts.push(text);
        }
        renumbered
    }

    /// The text of a final number.
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }
}

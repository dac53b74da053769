//! Finding a patient by whatever is typed: kanji, kana, Latin letters, street, telephone.

mod fold;
mod index;
mod romaji;

pub use fold::{digits, fold};
pub use index::{Alike, Hit, Index, Why};
pub use romaji::{shorten, to_hiragana};

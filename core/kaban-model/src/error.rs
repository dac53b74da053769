//! Everything that a pure rule can refuse, without a word of a patient in it.

use thiserror::Error;

/// Why a value or a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A field of a record, a visit or an entry does not hold what it must.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A stored value, item or entry does not decode.
    #[error("decode {what}: {why}")]
    Decode {
        /// Which kind of value.
        what: &'static str,
        /// Which rule of its encoding is broken.
        why: &'static str,
    },
    /// A stored value, item or entry is larger than its cap.
    #[error("{what} larger than {max} bytes")]
    TooLarge {
        /// Which kind of value.
        what: &'static str,
        /// The cap in bytes.
        max: usize,
    },
    /// Several values of a significant field are open; a person has to decide first.
    #[error("field has {open} open values")]
    Conflict {
        /// How many distinct values are shown side by side.
        open: usize,
    },
    /// A resolve names a value that is not open.
    #[error("resolve names a value that is not open")]
    NotOpen,
}

/// A field that was refused, and why. The text of the refused value is not carried along.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {reason}")]
pub struct Invalid {
    /// The field path, followed by `.member` inside an object value.
    pub field: String,
    /// What is wrong.
    pub reason: Reason,
}

impl Invalid {
    /// A refusal of `field`.
    pub fn new(field: impl Into<String>, reason: Reason) -> Self {
        Self {
            field: field.into(),
            reason,
        }
    }
}

/// What is wrong with a refused value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing but white space, or no member of an object.
    #[error("empty")]
    Empty,
    /// More characters than the field keeps.
    #[error("longer than {max} characters")]
    TooLong {
        /// The largest number of characters.
        max: usize,
    },
    /// More bytes or deeper nesting than a value may have.
    #[error("too large")]
    TooLarge,
    /// A text was expected.
    #[error("not a text")]
    NotText,
    /// Control characters or characters that turn the direction of writing.
    #[error("contains control characters")]
    ControlCharacter,
    /// Not one of the codes of the list.
    #[error("not a code of the list")]
    NotACode,
    /// Neither `YYYY`, `YYYY-MM`, `YYYY-MM-DD` nor a Japanese era date.
    #[error("not a date")]
    NotADate,
    /// Not an RFC 3339 time with offset.
    #[error("not a time with offset")]
    NotATime,
    /// Not a telephone number.
    #[error("not a telephone number")]
    NotAPhone,
    /// Letters or signs where a number is due.
    #[error("not a number")]
    NotANumber,
    /// A number outside what is possible.
    #[error("out of range")]
    OutOfRange,
    /// Neither `{"lon","lat"}` nor `[lon, lat]`.
    #[error("not a point")]
    NotAPoint,
    /// Neither true nor false.
    #[error("neither true nor false")]
    NotAFlag,
    /// An object was expected.
    #[error("not an object")]
    NotAnObject,
    /// A required member is missing.
    #[error("member {0} is missing")]
    Missing(&'static str),
    /// The end lies before the beginning.
    #[error("end before beginning")]
    EndBeforeBeginning,
    /// One of a list stands in it twice.
    #[error("listed twice")]
    ListedTwice,
}

impl Reason {
    /// The reason in Japanese, for the person at the screen.
    #[must_use]
    pub fn text_ja(&self) -> String {
        match self {
            Self::Empty => "空です".into(),
            Self::TooLong { max } => format!("{max}字を超えています"),
            Self::TooLarge => "大きすぎます".into(),
            Self::NotText => "文字で入力してください".into(),
            Self::ControlCharacter => "使えない制御文字が含まれています".into(),
            Self::NotACode => "選択肢にありません".into(),
            Self::NotADate => "日付として読めません".into(),
            Self::NotATime => "日時として読めません".into(),
            Self::NotAPhone => "電話番号として読めません".into(),
            Self::NotANumber => "数字で入力してください".into(),
            Self::OutOfRange => "ありえない値です".into(),
            Self::NotAPoint => "経度・緯度として読めません".into(),
            Self::NotAFlag => "はい・いいえで入力してください".into(),
            Self::NotAnObject => "項目の組として読めません".into(),
            Self::Missing(member) => format!("{member} がありません"),
            Self::EndBeforeBeginning => "終わりが始まりより前です".into(),
            Self::ListedTwice => "同じものが二度並んでいます".into(),
        }
    }
}

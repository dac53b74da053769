//! The one canonical binary form.
//!
//! Integers are big-endian and of fixed width; bytes, texts and lists carry a `u32` length. A value has exactly one
//! encoding, and a decoder accepts that one only: trailing bytes, a `bool` of 2, text that is not UTF-8 and a length
//! over its cap are errors that say what was expected and where. Memory is taken as bytes arrive, never on the word
//! of a length.

/// Longest byte string or text unless the type sets a smaller cap.
pub const BYTES_MAX: usize = 16 << 20;
/// Longest list unless the type sets a smaller cap.
pub const LIST_MAX: usize = 1 << 16;
/// How many list items are reserved ahead on the word of a length.
const RESERVE_MAX: usize = 256;

/// Why bytes are not the canonical form of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct DecodeError {
    /// What was being read, and what was wrong with it where that is not plain.
    pub what: &'static str,
    /// Offset from the start of the input.
    pub at: usize,
}

/// Collects the encoding of a value.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    buf: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes without a length, for fixed layouts.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.buf.extend_from_slice(bytes);
    }

    /// Bytes with their `u32` length before them.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.raw(bytes);
    }

    /// A `u32` length.
    ///
    /// # Panics
    /// When the length is over `u32::MAX`, which no capped type reaches.
    pub fn length(&mut self, len: usize) {
        u32::try_from(len)
            .expect("wire types are capped far below 4 GiB")
            .put(self);
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.buf
    }
}

/// Reads a value from bytes, knowing where it stands.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    input: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `input`.
    #[must_use]
    pub fn new(input: &'a [u8]) -> Self {
        Self { input, at: 0 }
    }

    /// Offset from the start.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.input.len() - self.at
    }

    /// An error at the current place.
    #[must_use]
    pub fn error(&self, what: &'static str) -> DecodeError {
        DecodeError { what, at: self.at }
    }

    /// Exactly `len` bytes.
    ///
    /// # Errors
    /// When fewer are left.
    pub fn raw(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        if len > self.left() {
            return Err(self.error(what));
        }
        let taken = &self.input[self.at..self.at + len];
        self.at += len;
        Ok(taken)
    }

    /// An array of fixed length.
    ///
    /// # Errors
    /// When fewer bytes are left.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], DecodeError> {
        let mut array = [0; N];
        array.copy_from_slice(self.raw(N, what)?);
        Ok(array)
    }

    /// A `u32` length of at most `max`; the error stands at the length itself.
    ///
    /// # Errors
    /// When the length is missing or over the cap.
    pub fn length(&mut self, max: usize, what: &'static str) -> Result<usize, DecodeError> {
        let over = self.error(what);
        let len = u32::from_be_bytes(self.array(what)?) as usize;
        if len > max { Err(over) } else { Ok(len) }
    }

    /// Bytes with their `u32` length before them, at most `max`.
    ///
    /// # Errors
    /// When the length is over the cap or more than is left.
    pub fn bytes(&mut self, max: usize, what: &'static str) -> Result<&'a [u8], DecodeError> {
        let len = self.length(max, what)?;
        self.raw(len, what)
    }

    /// A list of at most `max` items.
    ///
    /// # Errors
    /// When the count is over the cap or an item does not decode.
    pub fn list<T: Wire>(&mut self, max: usize, what: &'static str) -> Result<Vec<T>, DecodeError> {
        let len = self.length(max, what)?;
        let mut list = Vec::with_capacity(len.min(RESERVE_MAX));
        for _ in 0..len {
            list.push(T::take(self)?);
        }
        Ok(list)
    }

    /// Succeeds at the end of the input only.
    ///
    /// # Errors
    /// When bytes are left.
    pub fn end(&self) -> Result<(), DecodeError> {
        if self.left() == 0 {
            Ok(())
        } else {
            Err(self.error("trailing bytes"))
        }
    }
}

/// A value with one canonical binary form.
pub trait Wire: Sized {
    /// Appends the encoding.
    fn put(&self, w: &mut Writer);

    /// Reads one value and leaves the reader behind it.
    ///
    /// # Errors
    /// When the bytes are not the canonical form.
    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The encoding.
    fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        self.put(&mut w);
        w.finish()
    }

    /// Reads a value that fills `bytes` to the end.
    ///
    /// # Errors
    /// When the bytes are not the canonical form, or some are left over.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let value = Self::take(&mut r)?;
        r.end()?;
        Ok(value)
    }

    /// How a list of this type is written; overridden for bytes, which go in one piece.
    #[doc(hidden)]
    fn put_list(list: &[Self], w: &mut Writer) {
        w.length(list.len());
        list.iter().for_each(|item| item.put(w));
    }

    /// How a list of this type is read.
    #[doc(hidden)]
    fn take_list(r: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        r.list(LIST_MAX, "list")
    }
}

macro_rules! wire_int {
    ($($int:ty),+) => {$(
        impl Wire for $int {
            fn put(&self, w: &mut Writer) {
                w.raw(&self.to_be_bytes());
            }

            fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                r.array(stringify!($int)).map(Self::from_be_bytes)
            }
        }
    )+};
}
wire_int!(u16, u32, u64, i64);

impl Wire for u8 {
    fn put(&self, w: &mut Writer) {
        w.raw(&[*self]);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array::<1>("u8").map(|[byte]| byte)
    }

    fn put_list(list: &[Self], w: &mut Writer) {
        w.bytes(list);
    }

    fn take_list(r: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        r.bytes(BYTES_MAX, "bytes").map(<[u8]>::to_vec)
    }
}

impl Wire for bool {
    fn put(&self, w: &mut Writer) {
        w.raw(&[u8::from(*self)]);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bad = r.error("bool");
        match u8::take(r)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(bad),
        }
    }
}

impl Wire for String {
    fn put(&self, w: &mut Writer) {
        w.bytes(self.as_bytes());
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bad = r.error("text");
        let bytes = r.bytes(BYTES_MAX, "text")?;
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| bad)
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, w: &mut Writer) {
        T::put_list(self, w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        T::take_list(r)
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, w: &mut Writer) {
        self.is_some().put(w);
        if let Some(value) = self {
            value.put(w);
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if bool::take(r)? {
            T::take(r).map(Some)
        } else {
            Ok(None)
        }
    }
}

macro_rules! wire_array {
    ($($len:literal),+) => {$(
        impl Wire for [u8; $len] {
            fn put(&self, w: &mut Writer) {
                w.raw(self);
            }

            fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                r.array(concat!("array of ", $len))
            }
        }
    )+};
}
wire_array!(16, 32, 64);

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, w: &mut Writer) {
        self.0.put(w);
        self.1.put(w);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok((A::take(r)?, B::take(r)?))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Everything = (
        ((u8, u16), (u32, u64)),
        ((bool, String), (Vec<u8>, Vec<Option<[u8; 16]>>)),
    );

    #[test]
    fn integers_are_big_endian_and_lengths_come_first() {
        let mut w = Writer::new();
        0x0102_u16.put(&mut w);
        String::from("か").put(&mut w);
        assert_eq!(w.finish(), [1, 2, 0, 0, 0, 3, 0xe3, 0x81, 0x8b]);
    }

    #[test]
    fn the_error_says_what_and_where() {
        let error = <(u32, bool)>::decode(&[0, 0, 0, 1, 2]).unwrap_err();
        assert_eq!(
            error,
            DecodeError {
                what: "bool",
                at: 4
            }
        );
        assert_eq!(error.to_string(), "bool at byte 4");
    }

    #[test]
    fn trailing_bytes_are_refused() {
        assert_eq!(
            u8::decode(&[1, 2]),
            Err(DecodeError {
                what: "trailing bytes",
                at: 1
            })
        );
    }

    #[test]
    fn a_length_without_its_bytes_takes_no_memory() {
        assert!(Vec::<u8>::decode(&[0, 0xff, 0xff, 0xff]).is_err());
        assert!(Vec::<[u8; 64]>::decode(&[0, 0, 0xff, 0xff]).is_err());
        assert!(Vec::<u64>::decode(&[0xff; 4]).is_err());
    }

    #[test]
    fn text_that_is_not_utf8_is_refused() {
        assert!(String::decode(&[0, 0, 0, 1, 0xff]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value: Everything) {
            prop_assert_eq!(Everything::decode(&value.encode()).unwrap(), value);
        }

        #[test]
        fn every_truncation_is_refused(value: Everything) {
            let bytes = value.encode();
            for len in 0..bytes.len() {
                prop_assert!(Everything::decode(&bytes[..len]).is_err());
            }
        }

        #[test]
        fn what_decodes_has_one_encoding(bytes in proptest::collection::vec(0_u8..4, 0..80)) {
            if let Ok(value) = Everything::decode(&bytes) {
                prop_assert_eq!(value.encode(), bytes);
            }
        }
    }
}

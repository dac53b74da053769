//! Identifiers as newtypes: an id of one thing can never be given where another is wanted.
//!
//! All are 16 bytes, shown and serialised as 32 lowercase hexadecimal digits, and read back from those only.

use crate::digest::sha256;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {digits} hexadecimal digits")]
pub struct IdParseError {
    /// How many digits the id has.
    pub digits: usize,
}

/// Makes a newtype of fixed length with hexadecimal text form, ordering, hashing, serde and [`crate::Wire`].
#[doc(hidden)]
#[macro_export]
macro_rules! __fixed_bytes {
    ($(#[$doc:meta])* $vis:vis struct $name:ident[$len:expr];) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name([u8; $len]);

        impl $name {
            /// Takes the raw bytes as they are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The raw bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                self.0.iter().try_for_each(|byte| ::core::write!(f, "{byte:02x}"))
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self, f)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::IdParseError;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                let mut bytes = [0; $len];
                $crate::ids::parse_hex(text, &mut bytes)?;
                Ok(Self(bytes))
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let text = <::std::string::String as $crate::__private::serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err($crate::__private::serde::de::Error::custom)
            }
        }

        impl $crate::Wire for $name {
            fn put(&self, w: &mut $crate::Writer) {
                w.raw(&self.0);
            }

            fn take(r: &mut $crate::Reader<'_>) -> ::core::result::Result<Self, $crate::DecodeError> {
                r.array(::core::stringify!($name)).map(Self)
            }
        }
    };
}

/// Makes a 16-byte id: `id16! { /** what it names */ pub struct PatientId; }`.
#[macro_export]
macro_rules! id16 {
    ($($(#[$doc:meta])* $vis:vis struct $name:ident;)+) => {$(
        $crate::__fixed_bytes! { $(#[$doc])* $vis struct $name[16]; }

        impl $name {
            /// A fresh random id.
            #[must_use]
            pub fn make(rng: &mut dyn $crate::Random) -> Self {
                Self($crate::random::bytes(rng))
            }
        }
    )+};
}

id16! {
    /// One association of doctors and everything it shares; derived from its genesis record.
    pub struct WorkspaceId;
    /// One installation of Kaban; derived from its public keys, see [`crate::DeviceKeys::device_id`].
    pub struct DeviceId;
    /// One person.
    pub struct MemberId;
    /// One document as the relay sees it: a keyed hash that says nothing about the patient.
    pub struct DocTag;
    /// One key period of a document or of a group.
    pub struct EpochId;
}

impl DocTag {
    /// The record log of the workspace, which every device and the relay fold.
    pub const RECORDS: Self = Self([0; 16]);
}

crate::__fixed_bytes! {
    /// A SHA-256 hash.
    pub struct Hash32[32];
}

impl Hash32 {
    /// Stands for "there is none", as before the first envelope of a chain.
    pub const ZERO: Self = Self([0; 32]);

    /// SHA-256 of the bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        sha256(&[bytes])
    }
}

/// Reads exactly `2 * dest.len()` lowercase hexadecimal digits.
#[doc(hidden)]
pub fn parse_hex(text: &str, dest: &mut [u8]) -> Result<(), IdParseError> {
    let error = IdParseError {
        digits: dest.len() * 2,
    };
    let digits = text.as_bytes();
    if digits.len() != dest.len() * 2 {
        return Err(error);
    }
    for (pair, byte) in digits.chunks_exact(2).zip(dest) {
        let high = hex_digit(pair[0]).ok_or(error)?;
        let low = hex_digit(pair[1]).ok_or(error)?;
        *byte = high << 4 | low;
    }
    Ok(())
}

/// Upper case is refused, so that an id has one text form.
fn hex_digit(c: u8) -> Option<u8> {
    match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::OsRandom;
    use proptest::prelude::*;

    #[test]
    fn sha256_matches_the_published_example() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Hash32::of(b"abc").to_string(), expected);
    }

    #[test]
    fn two_made_ids_differ() {
        assert_ne!(DeviceId::make(&mut OsRandom), DeviceId::make(&mut OsRandom));
    }

    #[test]
    fn an_id_is_a_hexadecimal_string_in_json() {
        let id = MemberId::from_bytes([0xab; 16]);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{}\"", "ab".repeat(16)));
        assert_eq!(serde_json::from_str::<MemberId>(&json).unwrap(), id);
    }

    #[test]
    fn upper_case_short_and_foreign_digits_are_refused() {
        for text in [
            "",
            "ab",
            &"AB".repeat(16),
            &"zz".repeat(16),
            &"ab".repeat(17),
            &"あ".repeat(16),
        ] {
            assert_eq!(text.parse::<DocTag>(), Err(IdParseError { digits: 32 }));
        }
    }

    proptest! {
        #[test]
        fn text_form_reads_back(bytes: [u8; 16]) {
            let id = WorkspaceId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse::<WorkspaceId>().unwrap(), id);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = text.parse::<Hash32>();
        }
    }
}

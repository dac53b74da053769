//! Where a file of the map lies, as an address that MapLibre reads without a network.
//!
//! MapLibre decodes `%xx` in `file://` and `asset://` addresses and fills in `{…}`, so every byte of a path that is
//! neither a letter or digit of ASCII nor one of `-._~/` is written as `%xx`.

use super::StyleError;

/// Longest path, bytes; that of Linux and of Apple's systems.
pub const PATH_BYTES_MAX: usize = 1024;

/// A file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// An absolute path below the app's storage.
    File(&'a str),
    /// A path among the files that came with the app, without a leading stroke.
    Asset(&'a str),
}

/// The app's own folder.
pub(super) struct Storage<'a> {
    folder: &'a str,
}

impl<'a> Storage<'a> {
    pub(super) fn new(folder: &'a str) -> Result<Self, StyleError> {
        let what = "storage";
        let inside = absolute(what, folder)?;
        if !inside.is_empty() {
            check(what, inside.strip_suffix('/').unwrap_or(inside))?;
        }
        Ok(Self {
            folder: folder.strip_suffix('/').unwrap_or(folder),
        })
    }

    /// The address of a place.
    pub(super) fn url(&self, what: &'static str, place: Place<'_>) -> Result<String, StyleError> {
        match place {
            Place::File(path) => {
                check(what, absolute(what, path)?)?;
                path.strip_prefix(self.folder)
                    .filter(|rest| rest.starts_with('/'))
                    .ok_or(StyleError::Outside(what))?;
                Ok(format!("file://{}", escape(path)))
            }
            Place::Asset(path) => {
                check(what, path)?;
                Ok(format!("asset://{}", escape(path)))
            }
        }
    }
}

/// What follows the leading stroke.
fn absolute<'p>(what: &'static str, path: &'p str) -> Result<&'p str, StyleError> {
    path.strip_prefix('/').ok_or(StyleError::NotAbsolute(what))
}

fn check(what: &'static str, path: &str) -> Result<(), StyleError> {
    if path.len() >= PATH_BYTES_MAX {
        return Err(StyleError::TooLong(what));
    }
    let name = |part: &str| {
        !matches!(part, "" | "." | "..") && !part.chars().any(|letter| letter.is_control())
    };
    if path.split('/').all(name) {
        Ok(())
    } else {
        Err(StyleError::BadPart(what))
    }
}

fn escape(path: &str) -> String {
    let mut url = String::with_capacity(path.len() + path.len() / 2);
    for (at, byte) in path.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        // A folder may be called http; whoever looks for an address of the network in a style must not find it.
        if plain && !begins_http(&path.as_bytes()[at..]) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url
}

fn begins_http(rest: &[u8]) -> bool {
    rest.get(..4)
        .is_some_and(|four| four.eq_ignore_ascii_case(b"http"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn url(path: &str) -> Result<String, StyleError> {
        Storage::new("/data/app")?.url("pack", Place::File(path))
    }

    /// Undoes `%xx`.
    fn plain(url: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = url.as_bytes();
        while let [first, after @ ..] = rest {
            if *first == b'%' {
                let code = std::str::from_utf8(&after[..2]).unwrap();
                bytes.push(u8::from_str_radix(code, 16).unwrap());
                rest = &after[2..];
            } else {
                bytes.push(*first);
                rest = after;
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn spaces_japanese_percent_and_braces_are_written_as_bytes() {
        assert_eq!(
            url("/data/app/地 図/100%{z}.pmtiles").unwrap(),
            "file:///data/app/%E5%9C%B0%20%E5%9B%B3/100%25%7Bz%7D.pmtiles"
        );
        assert_eq!(
            url("/data/app/HTTPS/x").unwrap(),
            "file:///data/app/%48TTPS/x"
        );
    }

    #[test]
    fn a_path_out_of_the_storage_is_refused() {
        for (path, error) in [
            ("data/app/x", StyleError::NotAbsolute("pack")),
            ("", StyleError::NotAbsolute("pack")),
            ("https://example.org/x", StyleError::NotAbsolute("pack")),
            ("/data/apple/x", StyleError::Outside("pack")),
            ("/etc/x", StyleError::Outside("pack")),
            ("/data/app", StyleError::Outside("pack")),
            ("/data/app/", StyleError::BadPart("pack")),
            ("/data/app/../x", StyleError::BadPart("pack")),
            ("/data/app//x", StyleError::BadPart("pack")),
            ("/data/app/a\0b", StyleError::BadPart("pack")),
        ] {
            assert_eq!(url(path), Err(error), "{path:?}");
        }
        let long = format!("/data/app/{}", "x".repeat(PATH_BYTES_MAX));
        assert_eq!(url(&long), Err(StyleError::TooLong("pack")));
        for storage in ["", "app", "/a/../b", "//"] {
            assert!(Storage::new(storage).is_err(), "{storage:?}");
        }
        assert!(
            Storage::new("/")
                .unwrap()
                .url("pack", Place::File("/x"))
                .is_ok()
        );
    }

    #[test]
    fn an_asset_has_no_leading_stroke() {
        let storage = Storage::new("/data/app").unwrap();
        assert_eq!(
            storage.url("glyphs", Place::Asset("map/glyphs")).unwrap(),
            "asset://map/glyphs"
        );
        assert!(storage.url("glyphs", Place::Asset("/map")).is_err());
    }

    proptest! {
        #[test]
        fn an_address_means_exactly_the_path(name in "(http|HTTPS|[ -~]|\\PC){0,40}") {
            let path = format!("/data/app/{name}");
            if let Ok(url) = url(&path) {
                prop_assert_eq!(plain(url.strip_prefix("file://").unwrap()), path);
                prop_assert!(url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%:".contains(&byte)));
                prop_assert!(!url.to_ascii_lowercase().contains("http"));
            }
        }
    }
}

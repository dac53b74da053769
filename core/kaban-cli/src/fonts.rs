//! The font for paper: the file that is named, or the first of a list that lies in a usual folder of this machine.
//!
//! The list begins with the font of the screens. Folders are read in the order of their names, so a machine always
//! finds the same font.

use std::path::{Path, PathBuf};

use kaban_app::Result;
use kaban_atlas::picture::{FONT_BYTES_MAX, Font};

use crate::files;
use crate::output::bad_input;

/// Said instead of a file: no font at all.
pub const NONE: &str = "none";

/// File names without their ending, the first that is found is taken.
const WANTED: &[&str] = &[
    "BIZUDPGothic-Bold",
    "BIZUDPGothic-Regular",
    "BIZUDGothic-Bold",
    "BIZUDGothic-Regular",
    "BIZ-UDGothicB",
    "BIZ-UDGothicR",
    "NotoSansCJK-Bold",
    "NotoSansCJK-Regular",
    "NotoSansCJKjp-Bold",
    "NotoSansCJKjp-Regular",
    "NotoSansJP-Bold",
    "NotoSansJP-Regular",
    "ipaexg",
    "ipagp",
    "ipag",
    "TakaoPGothic",
    "VL-PGothic-Regular",
    "ヒラギノ角ゴシック W6",
    "ヒラギノ角ゴシック W3",
    "YuGothB",
    "YuGothM",
    "meiryob",
    "meiryo",
    "msgothic",
];
const ENDINGS: [&str; 3] = ["ttf", "otf", "ttc"];
/// How deep below a usual folder.
const DEPTH_MAX: usize = 4;
/// Most names looked at.
const NAMES_MAX: usize = 20_000;

/// An open font and where it came from.
pub struct Found {
    /// Its file.
    pub path: PathBuf,
    /// The font.
    pub font: Font,
}

/// The font that was named; without a name the first usual one; nothing for [`NONE`], or where there is none.
///
/// # Errors
/// A named file that cannot be read, or is no font.
pub fn find(named: Option<&Path>) -> Result<Option<Found>> {
    match named {
        Some(name) if name.as_os_str() == NONE => Ok(None),
        Some(path) => {
            let bytes = files::read(path, FONT_BYTES_MAX as u64)?;
            let font = Font::from_bytes(bytes)
                .map_err(|error| bad_input(format!("{}: {error}", path.display())))?;
            Ok(Some(Found {
                path: path.to_owned(),
                font,
            }))
        }
        None => Ok(usual(&folders(), WANTED)),
    }
}

/// The two faces of the map on a phone: what is named, or else the first usual fonts of each weight; the bold one is
/// the other where there is none.
///
/// # Errors
/// A named file that cannot be read or is no font, or no font at all.
pub fn faces(regular: Option<&Path>, bold: Option<&Path>) -> Result<[Found; 2]> {
    let none = || bad_input("no font for the letters of the map; name one with --font FILE");
    let weight = |bold: bool| -> Vec<&str> {
        let names = WANTED.iter().copied();
        names.filter(|name| name.contains("Bold") == bold).collect()
    };
    let first = match regular {
        Some(path) => find(Some(path))?,
        None => usual(&folders(), &weight(false)),
    };
    let first = first.ok_or_else(none)?;
    let second = match (bold, regular) {
        (Some(path), _) => find(Some(path))?,
        (None, None) => usual(&folders(), &weight(true)),
        (None, Some(_)) => None,
    };
    let second = match second {
        Some(found) => found,
        None => find(Some(&first.path))?.ok_or_else(none)?,
    };
    Ok([first, second])
}

fn folders() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let at_home = [".local/share/fonts", ".fonts", "Library/Fonts"];
    let mine = home
        .iter()
        .flat_map(|home| at_home.map(|folder| home.join(folder)));
    let shared = [
        "/usr/local/share/fonts",
        "/usr/share/fonts",
        "/Library/Fonts",
        "/System/Library/Fonts",
        "C:\\Windows\\Fonts",
    ];
    mine.chain(shared.map(PathBuf::from)).collect()
}

/// The first of the wanted fonts in these folders that opens.
fn usual(folders: &[PathBuf], names: &[&str]) -> Option<Found> {
    let mut left = NAMES_MAX;
    let mut found = Vec::new();
    for folder in folders {
        look(folder, names, DEPTH_MAX, &mut left, &mut found);
    }
    // Stable: of two files of one name the one in the earlier folder stays first.
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().find_map(|(_, path)| {
        let bytes = files::read(&path, FONT_BYTES_MAX as u64).ok()?;
        let font = Font::from_bytes(bytes).ok()?;
        Some(Found { path, font })
    })
}

fn look(
    folder: &Path,
    names: &[&str],
    depth: usize,
    left: &mut usize,
    found: &mut Vec<(usize, PathBuf)>,
) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .take(*left)
        .map(|entry| entry.path())
        .collect();
    *left -= paths.len();
    paths.sort();
    for path in paths {
        let wanted = || {
            let name = path.file_stem()?.to_str()?;
            let ending = path.extension()?.to_str()?.to_ascii_lowercase();
            let rank = names.iter().position(|wanted| *wanted == name)?;
            ENDINGS.contains(&ending.as_str()).then_some(rank)
        };
        if let Some(rank) = wanted() {
            found.push((rank, path));
        } else if depth > 0 && path.is_dir() {
            look(&path, names, depth - 1, left, found);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fonts_are_found_below_a_folder_in_the_order_of_the_list() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "z/NotoSansJP-Regular.otf",
            "a/b/ipaexg.ttf",
            "a/DejaVuSans.ttf",
        ] {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "no font").unwrap();
        }
        let mut found = Vec::new();
        look(
            dir.path(),
            WANTED,
            DEPTH_MAX,
            &mut NAMES_MAX.clone(),
            &mut found,
        );
        let mut names: Vec<_> = found
            .iter()
            .map(|(rank, path)| (*rank, path.file_stem().unwrap().to_owned()))
            .collect();
        names.sort();
        assert_eq!(
            names
                .iter()
                .map(|(_, name)| name.to_str().unwrap())
                .collect::<Vec<_>>(),
            ["NotoSansJP-Regular", "ipaexg"]
        );
        assert!(
            usual(&[dir.path().to_owned()], WANTED).is_none(),
            "what does not open is passed over"
        );
    }

    #[test]
    fn a_named_font_must_open_and_none_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("font.ttf");
        std::fs::write(&path, "no font").unwrap();
        assert!(find(Some(&path)).is_err() && find(Some(&dir.path().join("missing"))).is_err());
        assert!(find(Some(Path::new(NONE))).unwrap().is_none());
    }
}

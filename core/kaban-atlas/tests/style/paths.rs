//! Any path gives a style whose addresses are local, or an error.

use kaban_atlas::style::{Place, Schema, StyleSources, Theme, style_json};
use proptest::prelude::*;
use serde_json::Value;

fn any_path() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,30}",
        "/data/app/[ -~]{0,30}",
        "/data/app/(地図|a b|%41|http:|\"|\\\\|\\{z\\}){1,3}",
        any::<String>().prop_map(|rest| format!("/data/app/{rest}")),
        any::<String>(),
    ]
}

/// A path that is taken, told by another rule than the one under test.
fn sound(path: &str) -> bool {
    let inside = std::path::Path::new(path);
    let plain = inside
        .components()
        .skip(1)
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    let same = inside.components().collect::<std::path::PathBuf>().to_str() == Some(path);
    path.starts_with("/data/app/")
        && plain
        && same
        && path.len() <= 1024
        && !path.chars().any(char::is_control)
}

/// No byte that an address may not have, or that MapLibre would fill in.
fn escaped(url: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%:".contains(&byte);
    url.bytes().all(plain)
}

proptest! {
    #[test]
    fn any_path_gives_sound_json_with_a_local_address_or_an_error(pack in any_path(), glyphs in any_path(), asset in any::<bool>()) {
        let sources = StyleSources {
            storage: "/data/app",
            pack: &pack,
            schema: Schema::Kaban1,
            glyphs: if asset { Place::Asset(&glyphs) } else { Place::File(&glyphs) },
            sprites: Place::Asset("map/sprites"),
        };
        match style_json(Theme::Day, &sources) {
            Ok(text) => {
                let style: Value = serde_json::from_str(&text).unwrap();
                let url = style["sources"]["district"]["url"].as_str().unwrap();
                prop_assert!(url.starts_with("pmtiles://file:///data/app/"));
                prop_assert!(escaped(url));
                let glyphs = style["glyphs"].as_str().unwrap();
                prop_assert!(glyphs.starts_with("file:///data/app/") || glyphs.starts_with("asset://"));
                let folder = glyphs.strip_suffix("/{fontstack}/{range}.pbf").unwrap();
                prop_assert!(escaped(folder));
                prop_assert!(!text.to_ascii_lowercase().contains("http"));
                prop_assert!(sound(&pack));
            }
            Err(error) => {
                prop_assert!(!sound(&pack) || asset || !sound(&glyphs), "{} {}", pack, glyphs);
                let told = error.to_string();
                prop_assert!(pack.chars().count() < 8 || !told.contains(&pack));
            }
        }
    }
}

//! `kaban map style`: what a phone's map needs beside the pack.

use std::path::{Path, PathBuf};

use kaban_app::{Kind, Result};
use kaban_atlas::picture::Font;
use kaban_atlas::style::assets::glyphs::glyph_files;
use kaban_atlas::style::assets::sprite::sprite;
use kaban_atlas::style::{FACES, Place, Schema, StyleSources, Theme, style_json};
use serde_json::json;

use crate::args::StyleArgs;
use crate::desk::{DONE, Desk, Done};
use crate::files::NewFile;
use crate::fonts;
use crate::output::bad_input;

/// Writes glyphs, sprites and, for a pack, the styles.
pub fn run(desk: &Desk, args: &StyleArgs) -> Done {
    let fonts = fonts::faces(args.font.as_deref(), args.bold.as_deref())?;
    let styles = args
        .pack
        .as_deref()
        .map(|pack| styles(args, pack))
        .transpose()?;
    let mut folder = Folder {
        root: &args.out,
        force: args.force,
        files: 0,
    };
    let mut faces = Vec::new();
    for (face, found) in FACES.into_iter().zip(&fonts) {
        let (bytes, letters) = glyphs(&mut folder, face, &found.font)?;
        faces.push(json!({
            "face": face,
            "font": found.path,
            "letters": letters,
            "bytes": bytes,
        }));
    }
    folder.write("glyphs/CREDITS.txt", credits(&fonts).as_bytes())?;
    let sprites = sprites(&mut folder)?;
    let mut themes = Vec::new();
    for (theme, style) in styles.iter().flatten() {
        let name = format!("style-{}.json", theme.code());
        folder.write(&name, style.as_bytes())?;
        themes.push(json!({"theme": theme.code(), "file": name, "bytes": style.len()}));
    }
    let document = json!({
        "out": args.out,
        "files": folder.files,
        "glyphs": faces,
        "sprite_bytes": sprites,
        "styles": themes,
    });
    desk.out.show(&document, |page| {
        for face in &faces {
            let (name, font) = (&face["face"], &face["font"]);
            let (letters, kib) = (&face["letters"], face["bytes"].as_u64().unwrap_or(0) / 1024);
            page.line(format!("{name} ← {font}: {letters}, {kib} KiB"));
        }
        let (out, files) = (args.out.display(), folder.files);
        page.say(
            format!(
                "{out}: {files} ファイル(文字、印、スタイル {} 枚)",
                themes.len()
            ),
            format!(
                "{out}: {files} files (glyphs, sprites, {} styles)",
                themes.len()
            ),
        );
        page.say(
            "書体の著作権と使用許諾は glyphs/CREDITS.txt にあります: 一緒に配ってください",
            "copyright and licence of the fonts are in glyphs/CREDITS.txt: ship it with the glyphs",
        );
    });
    Ok(DONE)
}

/// The four styles that read the pack where it lies now, and glyphs and sprites from the folder that is written.
fn styles(args: &StyleArgs, pack: &Path) -> Result<Vec<(Theme, String)>> {
    if !pack.is_file() {
        return Err(bad_input(format!("{}: no such file", pack.display())));
    }
    let absolute = |path: PathBuf| {
        let path = std::path::absolute(path).ok();
        let text = path.and_then(|path| path.to_str().map(str::to_owned));
        text.ok_or_else(|| bad_input("a path of the map is not Unicode"))
    };
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let pack = absolute(canonical(pack))?;
    std::fs::create_dir_all(&args.out)
        .map_err(|error| bad_input(format!("cannot write {}: {error}", args.out.display())))?;
    let out = canonical(&args.out);
    let (glyphs, sprites) = (
        absolute(out.join("glyphs"))?,
        absolute(out.join("sprites"))?,
    );
    let sources = StyleSources {
        storage: "/",
        pack: &pack,
        schema: match args.schema.as_str() {
            "openmaptiles" => Schema::OpenMapTiles,
            _ => Schema::Kaban1,
        },
        glyphs: Place::File(&glyphs),
        sprites: Place::File(&sprites),
    };
    let style = |theme| {
        let style = style_json(theme, &sources).map_err(|error| bad_input(error.to_string()))?;
        Ok((theme, style))
    };
    Theme::ALL.into_iter().map(style).collect()
}

/// Bytes and letters written.
fn glyphs(folder: &mut Folder<'_>, face: &str, font: &Font) -> Result<(usize, usize)> {
    let (mut bytes, mut letters) = (0, 0);
    for file in glyph_files(face, font) {
        folder.write(&format!("glyphs/{face}/{}", file.name), &file.bytes)?;
        bytes += file.bytes.len();
        letters += file.letters;
    }
    Ok((bytes, letters))
}

/// Whose letters they are.
fn credits(fonts: &[fonts::Found]) -> String {
    let mut text = String::new();
    for (face, found) in FACES.into_iter().zip(fonts) {
        let name = found.path.file_name().unwrap_or_default();
        text.push_str(&format!("{face}: made from {}\n", name.to_string_lossy()));
        for line in found.font.credits() {
            text.push_str(&format!("{line}\n"));
        }
        text.push('\n');
    }
    text
}

/// Bytes written.
fn sprites(folder: &mut Folder<'_>) -> Result<usize> {
    let mut bytes = 0;
    for theme in Theme::ALL {
        for (ratio, ending) in [(1, ""), (2, "@2x")] {
            let sprite = sprite(theme, ratio)
                .map_err(|error| kaban_app::AppError::new(Kind::Internal, error.to_string()))?;
            let name = format!("sprites/{}{ending}", theme.code());
            folder.write(&format!("{name}.json"), sprite.index.as_bytes())?;
            folder.write(&format!("{name}.png"), &sprite.png)?;
            bytes += sprite.index.len() + sprite.png.len();
        }
    }
    Ok(bytes)
}

/// The folder that is written.
struct Folder<'a> {
    root: &'a Path,
    force: bool,
    files: usize,
}

impl Folder<'_> {
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| {
                bad_input(format!("cannot write {}: {error}", parent.display()))
            })?;
        }
        NewFile::prepare(&path, self.force)?.write(bytes)?;
        self.files += 1;
        Ok(())
    }
}

//! Map and routes: building a pack, what is in it, the way from here to there, and the map on paper.

mod batch;
mod build;
mod packs;
mod place;
mod render;
mod route;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use kaban_app::{AppError, Kind, Result};
use kaban_atlas::pack::Pack;

use crate::args::MapCommand;
use crate::desk::{Desk, Done};
use crate::output::bad_input;

/// `kaban map …`.
pub fn run(desk: &Desk, command: MapCommand) -> Done {
    match command {
        MapCommand::Build(args) => build::build(desk, &args),
        MapCommand::Info { pack } => build::info(desk, pack.as_deref()),
        MapCommand::Route(args) => match &args.batch {
            Some(batch) => batch::answer(desk, &args, batch),
            None => route::route(desk, &args),
        },
        MapCommand::Render(args) => render::run(desk, &args),
        MapCommand::Import(args) => packs::import(desk, &args),
        MapCommand::Packs => packs::list(desk),
        MapCommand::Share(args) => packs::share(desk, &args),
        MapCommand::Fetch(args) => packs::fetch(desk, &args),
    }
}

fn open(path: &Path) -> Result<File> {
    let file = File::open(path)
        .map_err(|error| bad_input(format!("cannot read {}: {error}", path.display())))?;
    match file.metadata() {
        Ok(meta) if meta.is_dir() => Err(bad_input(format!(
            "{} is a folder, not a file",
            path.display()
        ))),
        _ => Ok(file),
    }
}

fn open_pack(path: &Path) -> Result<Pack> {
    Pack::open(BufReader::new(open(path)?)).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &kaban_atlas::Error) -> AppError {
    let cause =
        std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
    let kind = match error {
        kaban_atlas::Error::TooNew { .. } => Kind::TooNew,
        _ => Kind::BadInput,
    };
    AppError::new(kind, format!("{}: {error}{cause}", path.display()))
}

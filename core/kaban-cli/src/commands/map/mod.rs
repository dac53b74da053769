//! Map and routes: building a pack, what is in it, the way from here to there, and the map on paper.

mod batch;
mod build;
mod conditions;
mod houses;
mod isochrone;
mod matrix;
mod nearest;
mod packs;
mod place;
mod points;
mod render;
mod round;
mod route;
mod style;

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
        MapCommand::Pins { pack, names } => houses::pins(desk, &pack, names),
        MapCommand::Areas { pack } => houses::areas(desk, &pack),
        MapCommand::Neighbours {
            id,
            pack,
            count,
            straight,
        } => houses::near(desk, &id, &pack, count, straight),
        MapCommand::Render(args) => render::run(desk, &args),
        MapCommand::Style(args) => style::run(desk, &args),
        MapCommand::Round(args) => round::run(desk, &args),
        MapCommand::Matrix(args) => matrix::run(desk, &args),
        MapCommand::Nearest(args) => nearest::run(desk, &args),
        MapCommand::Isochrone(args) => isochrone::run(desk, &args),
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

pub fn open_pack(path: &Path) -> Result<Pack> {
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

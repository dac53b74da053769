//! What stands around the shells in their tests, in a process of its own: a real relay, somebody
//! who changes a file behind the bag's back, and a whole district to measure with.
//!
//! ```text
//! kaban-stage relay FOLDER CLOCK      listens on this machine until its input is closed; prints the address;
//!                                     its clock stands at the instant (RFC 3339) in the file CLOCK
//! kaban-stage tamper FOLDER ROW       changes one byte of a stored row: page, list or note
//! kaban-stage district FOLDER N M     a doctor's bag with N patients of M notes each; prints one of them
//! kaban-stage pack FILE               the pack of a small district that does not exist
//! ```

mod district;
mod pack;
mod relay;
mod tamper;

use std::path::Path;
use std::process::ExitCode;

/// What goes wrong here is a line for the person who reads the test's output.
type Done = Result<(), Box<dyn std::error::Error>>;

const USAGE: &str =
    "kaban-stage relay FOLDER CLOCK | tamper FOLDER ROW | district FOLDER N M | pack FILE";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["relay", folder, clock] => relay::run(Path::new(folder), Path::new(clock)),
        ["tamper", folder, row] => tamper::run(Path::new(folder), row),
        ["district", folder, patients, notes] => district::run(Path::new(folder), patients, notes),
        ["pack", file] => pack::run(Path::new(file)),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kaban-stage: {error}");
            ExitCode::FAILURE
        }
    }
}

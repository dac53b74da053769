//! kaban: the whole bag from a terminal.
//!
//! The program reads what was typed, lets `kaban-app` do it and shows the outcome. Rules live below;
//! here are words, files, the passphrase and the exit codes.

mod args;
mod commands;
mod coverage;
mod demo;
mod desk;
mod files;
mod fonts;
mod lang;
mod output;
mod paper;
mod times;
mod usage;

use std::process::ExitCode;

use args::{Cli, Command, DemoArgs};
use clap::Parser;
use desk::Desk;
use lang::Lang;
use output::Out;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(error) => usage::answer(&error),
    }
}

fn run(cli: Cli) -> ExitCode {
    let lang = cli.lang.unwrap_or_else(Lang::of_environment);
    let out = Out {
        json: cli.json,
        lang,
    };
    let desk = Desk {
        out,
        bag: cli.bag,
        as_member: cli.as_member,
        passphrase_file: cli.passphrase_file,
    };
    let command = cli
        .command
        .unwrap_or_else(|| Command::Demo(DemoArgs::default()));
    let done = match command {
        Command::Demo(args) => commands::demo::run(&desk, args),
        Command::Found(args) => commands::people::found(&desk, &args),
        Command::Join(command) => commands::pairing::join(&desk, command),
        Command::Member(command) => commands::people::member(&desk, command),
        Command::Device(args::DeviceCommand::List) => commands::people::devices(&desk),
        Command::Whoami => commands::people::whoami(&desk),
        Command::Import(command) => commands::import::run(&desk, command),
        Command::Patient(command) => commands::patient::run(&desk, command),
        Command::Visit(command) => commands::visit::run(&desk, command),
        Command::Note(command) => commands::note::run(&desk, command),
        Command::Duty(command) => commands::duty::run(&desk, command),
        Command::Lease(args::LeaseCommand::Show) => commands::lease::run(&desk),
        Command::Consent(command) => commands::consent::run(&desk, command),
        Command::Closure(command) => commands::closure::run(&desk, command),
        Command::Sync(args) => commands::sync::run(&desk, &args),
        Command::Status => commands::sync::status(&desk),
        Command::Handover(command) => commands::handover::run(&desk, command),
        Command::Map(command) => commands::map::run(&desk, command),
        Command::Audit(command) => commands::audit::run(&desk, &command),
        Command::Serve(args) => commands::serve::run(&desk, &args),
        Command::Doctor => commands::doctor::run(&desk),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => out.fail(&error),
    }
}

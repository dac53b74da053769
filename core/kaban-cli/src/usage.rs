//! What a person is told whose command line does not read: one line, with the nearest thing that does.

use std::process::ExitCode;

use clap::error::ErrorKind;
use kaban_app::Kind;

use crate::lang::Lang;
use crate::output::Out;

/// Help and version go to stdout; anything else is one line on stderr and exit code 2.
pub fn answer(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // Nobody reads when stdout is gone.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let typed: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let detail = if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        "a command is missing".to_owned()
    } else {
        in_one_line(&error.render().to_string())
    };
    let out = Out {
        json: typed.iter().any(|word| word == "--json"),
        lang: lang_of(&typed),
    };
    let command: Vec<&str> = typed
        .iter()
        .skip(1)
        .take_while(|w| !w.starts_with('-'))
        .take(2)
        .map(String::as_str)
        .collect();
    let help = format!(
        "see `kaban {}--help`",
        if known(&command) {
            format!("{} ", command.join(" "))
        } else {
            String::new()
        }
    );
    out.complain(
        "bad_usage",
        "使い方が違います",
        &format!("{detail}; {help}"),
    );
    ExitCode::from(Kind::BadInput.exit_code())
}

/// Whether these words name a command, so that its own help can be pointed to.
fn known(words: &[&str]) -> bool {
    use clap::CommandFactory;
    let root = crate::args::Cli::command();
    let mut at = &root;
    for word in words {
        match at.find_subcommand(word) {
            Some(next) => at = next,
            None => return false,
        }
    }
    !words.is_empty()
}

fn lang_of(typed: &[String]) -> Lang {
    let after = typed
        .iter()
        .position(|word| word == "--lang")
        .and_then(|at| typed.get(at + 1))
        .map(String::as_str);
    let joined = typed.iter().find_map(|word| word.strip_prefix("--lang="));
    match after.or(joined) {
        Some("ja") => Lang::Ja,
        Some("en") => Lang::En,
        _ => Lang::of_environment(),
    }
}

/// The message and its tips, without the usage that follows, in one line.
fn in_one_line(rendered: &str) -> String {
    let message = rendered.split("\n\nUsage:").next().unwrap_or_default();
    let message = message
        .split("\n\nFor more information")
        .next()
        .unwrap_or_default();
    let words: Vec<&str> = message.split_whitespace().collect();
    let line = words.join(" ");
    line.strip_prefix("error: ")
        .unwrap_or(&line)
        .replace(" tip: ", "; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn a_misspelt_command_is_told_the_nearest_one() {
        let error = crate::args::Cli::try_parse_from(["kaban", "patint", "list"]).err();
        let line = error
            .map(|error| in_one_line(&error.render().to_string()))
            .unwrap_or_default();
        assert!(
            line.contains("'patint'") && line.contains("'patient'"),
            "{line}"
        );
        assert!(!line.contains('\n') && !line.contains("Usage"), "{line}");
    }
}

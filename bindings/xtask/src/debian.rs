//! Debian packages that a check needs: installed when we are root, named otherwise.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// How long `apt-get` waits for another one, in seconds.
const LOCK_WAIT_SECONDS: &str = "600";

/// Makes sure that the packages are there. What is installed already is left alone, so that a
/// second call costs nothing and needs no root; the lists are fetched once for each process.
///
/// # Errors
///
/// A sentence with the line to type, when this is not root, not Debian, or `apt-get` failed.
pub fn install(packages: &[&str]) -> Result<(), String> {
    let missing = missing(packages);
    if missing.is_empty() {
        return Ok(());
    }
    let advice = advice(&missing);
    if !runs(Command::new("apt-get").arg("--version")) {
        return Err(format!(
            "no apt-get here; on Debian and its kin it would be: {advice}"
        ));
    }
    if !is_root() {
        return Err(format!("not root, so type: {advice}"));
    }
    eprintln!("installing {}", missing.join(" "));
    let updated = update();
    install_now(&missing).map_err(|why| match updated {
        Ok(()) => format!("{advice}: {why}"),
        Err(stale) => format!("{advice}: {why} (and apt-get update: {stale})"),
    })
}

/// Whether this process may change the machine.
pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").stdin(Stdio::null()).output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Whether a program starts and ends well; its output is thrown away.
pub fn runs(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// `apt-get` that asks nothing, prints little, and waits its turn.
pub fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .arg("-qq")
        .args(["-o", "Dpkg::Use-Pty=0", "-o"])
        .arg(format!("DPkg::Lock::Timeout={LOCK_WAIT_SECONDS}"))
        .stdin(Stdio::null());
    command
}

/// Runs a program; when it fails, the error is how it ended and its last line on stderr.
///
/// # Errors
///
/// As said above.
pub fn run_quietly(command: &mut Command) -> Result<(), String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("run {}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(match last_line(&said) {
        Some(line) => format!("{}, {line}", output.status),
        None => output.status.to_string(),
    })
}

fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let packages = packages.iter().copied();
    packages.filter(|package| !is_installed(package)).collect()
}

fn is_installed(package: &str) -> bool {
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}\n", package])
        .stdin(Stdio::null())
        .output();
    output.is_ok_and(|output| output.status.success() && says_installed(&output.stdout))
}

/// A package of several architectures has a line for each; one installed is enough.
fn says_installed(lines: &[u8]) -> bool {
    lines
        .split(|byte| *byte == b'\n')
        .any(|line| line == b"installed")
}

/// One source of a machine's own may be out of reach and the packages still come, so a failed
/// update is only told when the installation fails as well.
fn update() -> &'static Result<(), String> {
    static UPDATED: OnceLock<Result<(), String>> = OnceLock::new();
    UPDATED.get_or_init(|| run_quietly(apt_get().arg("update")))
}

fn install_now(packages: &[&str]) -> Result<(), String> {
    run_quietly(
        apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )
}

fn advice(packages: &[&str]) -> String {
    format!(
        "apt-get install --no-install-recommends {}",
        packages.join(" ")
    )
}

fn last_line(text: &str) -> Option<&str> {
    text.lines().map(str::trim).rfind(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{advice, last_line, run_quietly, says_installed};
    use std::process::Command;

    #[test]
    fn the_advice_is_a_line_to_type() {
        assert_eq!(
            advice(&["gcc", "libc6-dev"]),
            "apt-get install --no-install-recommends gcc libc6-dev"
        );
    }

    #[test]
    fn a_removed_package_whose_settings_are_left_is_not_installed() {
        assert!(says_installed(b"installed\n"));
        assert!(says_installed(b"not-installed\ninstalled\n"));
        assert!(!says_installed(b"config-files\n"));
        assert!(!says_installed(b""));
    }

    #[test]
    fn a_failure_carries_the_last_line_that_was_said() {
        assert_eq!(
            last_line("W: old\nE: no such package\n\n"),
            Some("E: no such package")
        );
        let failed = run_quietly(Command::new("sh").args(["-c", "echo 'E: no' >&2; exit 3"]));
        let why = failed.expect_err("exit code 3 is a failure");
        assert!(why.contains('3') && why.ends_with("E: no"), "{why}");
    }
}

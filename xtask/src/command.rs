//! Running other programs, visibly.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Whether this runs unattended, where a check that is skipped would go unseen.
pub fn is_ci() -> bool {
    env::var("CI").is_ok_and(|ci| !matches!(ci.as_str(), "" | "0" | "false"))
}

/// The cargo that runs this.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.args(arguments);
    command
}

/// Any other program.
pub fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments);
    command
}

/// Prints the command, runs it, and prints how long it took.
pub fn run(mut command: Command) -> Result<()> {
    let line = line(&command);
    println!("$ {line}");
    let start = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("`{line}` did not start"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    println!("  {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// As [`run`], and shows `look` each line that the command writes to its standard output, where that is to be
/// printed, too.
pub fn watch(mut command: Command, mut look: impl FnMut(&str)) -> Result<()> {
    let line = line(&command);
    look(&format!("$ {line}"));
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{line}` did not start"))?;
    let output = child.stdout.take().context("a command without output")?;
    for text in BufReader::new(output).split(b'\n') {
        let text = text?;
        let text = String::from_utf8_lossy(&text);
        look(&text);
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    look(&format!("  {:.1} s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// Prints the command and becomes it, where the system can; else waits and passes its exit code on.
/// Ctrl-C then reaches it alone, and the shell waits until it has saved what it was doing.
pub fn become_command(mut command: Command) -> Result<()> {
    let line = line(&command);
    println!("$ {line}");
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        // Comes back only when it failed.
        Err(command.exec()).with_context(|| format!("`{line}` did not start"))
    }
    #[cfg(not(unix))]
    {
        let status = command
            .status()
            .with_context(|| format!("`{line}` did not start"))?;
        std::process::exit(status.code().unwrap_or(1))
    }
}

/// Whether a command exists and succeeds, unseen.
pub fn succeeds(mut command: Command) -> bool {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// What a command prints, unseen; nothing if it does not exist or fails.
pub fn output(mut command: Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A command as one would type it.
fn line(command: &Command) -> String {
    let set = command.get_envs().filter_map(|(name, value)| {
        Some(format!(
            "{}='{}'",
            name.to_string_lossy(),
            value?.to_string_lossy()
        ))
    });
    let program = std::path::Path::new(command.get_program());
    let program = program
        .file_stem()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy().into_owned());
    set.chain([program])
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

//! The repository and the programs around it: paths, commands, their output.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Doing as _, Failure, Result};

/// The working tree that the chores work on.
#[derive(Debug, Clone)]
pub(crate) struct Repo {
    root: PathBuf,
}

impl Repo {
    /// The repository that cargo started this program from.
    pub(crate) fn find() -> Result<Self> {
        let manifest = std::env::var("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&manifest)
            .parent()
            .ok_or_else(|| Failure::new(format!("`{manifest}` has no parent folder")))?;
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub(crate) fn read(&self, relative: &str) -> Result<String> {
        std::fs::read_to_string(self.path(relative)).doing(|| format!("cannot read `{relative}`"))
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, relative: &str, text: &str) -> Result<()> {
        let path = self.path(relative);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .doing(|| format!("cannot create the folder of `{relative}`"))?;
        }
        std::fs::write(&path, text).doing(|| format!("cannot write `{relative}`"))
    }

    /// A cargo command at the root, without colours, so that its output can be read back.
    pub(crate) fn cargo(&self, args: &[&str]) -> Command {
        let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = self.command(&program, args);
        // What cargo set for this program must not reach the programs it starts in turn.
        command
            .env_remove("CARGO_MANIFEST_DIR")
            .env("CARGO_TERM_COLOR", "never");
        command
    }

    pub(crate) fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.root);
        command
    }
}

/// Whether this runs where nothing may be skipped.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false")
}

/// Whether a command can be started and ends well; its output is dropped.
pub(crate) fn works(mut command: Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a command whose output goes straight to the terminal.
pub(crate) fn passes(mut command: Command) -> Result<bool> {
    let status = command
        .status()
        .doing(|| format!("cannot start {command:?}"))?;
    Ok(status.success())
}

/// Standard output of a command that must succeed; standard error goes to the terminal.
pub(crate) fn stdout_of(mut command: Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .doing(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        return Err(Failure::new(format!(
            "{command:?} failed: {}",
            output.status
        )));
    }
    String::from_utf8(output.stdout).doing(|| format!("{command:?} printed bytes that are no text"))
}

/// What a finished command left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) succeeded: bool,
    /// Standard output and standard error in the order they were written.
    pub(crate) output: String,
}

/// Runs a command and keeps both its streams, interleaved as written.
pub(crate) fn capture(mut command: Command) -> Result<Ran> {
    let (mut reader, writer) = std::io::pipe().doing(|| "cannot open a pipe".to_owned())?;
    let second = writer
        .try_clone()
        .doing(|| "cannot copy a pipe".to_owned())?;
    command.stdin(Stdio::null()).stdout(writer).stderr(second);
    let mut child = command
        .spawn()
        .doing(|| format!("cannot start {command:?}"))?;
    // The command holds the writing ends; unless they go, reading never ends.
    drop(command);
    let mut bytes = Vec::new();
    reader
        .read_to_end(&mut bytes)
        .doing(|| "cannot read a command's output".to_owned())?;
    let status = child
        .wait()
        .doing(|| "cannot wait for a command".to_owned())?;
    let output = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Ran {
        succeeded: status.success(),
        output,
    })
}

/// A Python environment under `target/`, made on first use, with the packages of a requirements
/// file in it.
pub(crate) fn python_venv(repo: &Repo, name: &str, requirements: &str) -> Result<PathBuf> {
    let folder = repo.path("target").join(format!("venv-{name}"));
    let python = folder.join("bin").join("python");
    if !python.exists() {
        let mut make = repo.command("python3", &["-m", "venv"]);
        make.arg(&folder);
        if !passes(make)? {
            return Err(Failure::new(
                "`python3 -m venv` failed: is python3-venv installed?",
            ));
        }
    }
    let mut install = Command::new(&python);
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            requirements,
        ])
        .current_dir(repo.root());
    if !passes(install)? {
        return Err(Failure::new(format!(
            "pip could not install `{requirements}`"
        )));
    }
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_are_kept_in_the_order_written() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; echo three; exit 3"]);
        let ran = capture(command).unwrap();
        assert!(!ran.succeeded);
        assert_eq!(ran.output, "one\ntwo\nthree\n");
    }

    #[test]
    fn a_missing_program_does_not_work() {
        assert!(!works(Command::new("no-such-program-anywhere")));
    }
}

//! `cargo xtask bench NAME`: ours against a named peer, in one run on one machine.
//!
//! A benchmark is an example that measures both sides and ends in a line of JSON with `ours`, `peer`
//! and `ratio`.
//!
//! Not here: pass or fail. Peers belong to `bench`, never to `test`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::failure::{Doing as _, Failure, Result};
use crate::shell::{self, Repo};

pub(crate) fn run(repo: &Repo, name: &str) -> Result<bool> {
    match name {
        "coverage" => coverage(repo),
        "coverage-batch" => measured(example(repo, "cupola-coverage", "time_many")),
        "raid" => raid(repo),
        other => Err(Failure::new(format!(
            "no benchmark is called `{other}`: there are `coverage`, `coverage-batch` and `raid`"
        ))),
    }
}

fn coverage(repo: &Repo) -> Result<bool> {
    // The program itself is what is measured, from file to file.
    shell::stdout_of(repo.cargo(&["build", "--quiet", "--release", "--package", "cupola-cli"]))?;
    let text = shell::stdout_of(example(repo, "cupola-cli", "bench_coverage"))?;
    print!("{text}");
    last_json(&text).map(|_| true)
}

/// Stored raids, the peer and its requirement.
const RAID: &str = "bench/raid";
const SIMPY: &str = "simpy==4.1.2";

fn raid(repo: &Repo) -> Result<bool> {
    let python = python_with(repo, SIMPY)?;
    let mut command = example(repo, "cupola-raid", "bench_raid");
    command.arg("--").arg(repo.path(RAID)).arg(python);
    measured(command)
}

/// Runs an example that measures, and shows what it says.
fn measured(command: Command) -> Result<bool> {
    let text = shell::stdout_of(command)?;
    print!("{text}");
    last_json(&text).map(|_| true)
}

/// A Python in a folder of its own below `target`, with one package installed.
fn python_with(repo: &Repo, package: &str) -> Result<PathBuf> {
    let folder = repo.path("target/bench-python");
    let python = folder.join("bin/python");
    if !python.is_file() {
        let mut make = repo.command("python3", &["-m", "venv"]);
        make.arg(&folder);
        shell::stdout_of(make)
            .doing(|| "this benchmark's peer needs `python3` with `venv`".to_owned())?;
    }
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", package]);
    shell::stdout_of(install)
        .doing(|| format!("pip cannot install `{package}`, which this benchmark's peer needs"))?;
    Ok(python)
}

fn example(repo: &Repo, package: &str, example: &str) -> Command {
    repo.cargo(&[
        "run",
        "--quiet",
        "--release",
        "--package",
        package,
        "--example",
        example,
    ])
}

/// The last line of a program's output, which must be a JSON object.
fn last_json(text: &str) -> Result<Value> {
    let line = text
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("");
    let value: Value = serde_json::from_str(line)
        .doing(|| format!("the last line of a benchmark must be JSON, found `{line}`"))?;
    if !value.is_object() {
        return Err(Failure::new(format!(
            "a benchmark must end in a JSON object, found `{line}`"
        )));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_must_be_an_object() {
        assert!(last_json("a table\n{\"ours\": 1}\n\n").is_ok());
        assert!(last_json("a table\n").is_err());
        assert!(last_json("3\n").is_err());
    }
}

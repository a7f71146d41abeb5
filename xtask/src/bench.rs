//! `cargo xtask bench NAME`: ours against a named peer, in one run on one machine.
//!
//! A benchmark is an example that measures both sides and ends in a line of JSON with `ours`, `peer`
//! and `ratio`.
//!
//! Not here: pass or fail. Peers belong to `bench`, never to `test`.

use std::process::Command;

use serde_json::Value;

use crate::failure::{Doing as _, Failure, Result};
use crate::shell::{self, Repo};

pub(crate) fn run(repo: &Repo, name: &str) -> Result<bool> {
    match name {
        "coverage" => coverage(repo),
        "coverage-batch" => measured(example(repo, "cupola-coverage", "time_many")),
        other => Err(Failure::new(format!(
            "no benchmark is called `{other}`: there are `coverage` and `coverage-batch`"
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

/// Runs an example that measures, and shows what it says.
fn measured(command: Command) -> Result<bool> {
    let text = shell::stdout_of(command)?;
    print!("{text}");
    last_json(&text).map(|_| true)
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

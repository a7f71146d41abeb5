//! `cargo xtask bench NAME`: ours against a named peer, in one run on one machine.
//!
//! Each side is a program whose last line of standard output is a JSON object. `coverage` measures
//! its peers itself (they are command-line programs); `raid` is told here what the peer reached.
//! The very last line printed is JSON with `ours`, `peer` and `ratio`.
//!
//! Not here: pass or fail. Peers belong to `bench`, never to `test`.

use std::process::Command;

use serde_json::{Value, json};

use crate::failure::{Doing as _, Failure, Result};
use crate::shell::{self, Repo};

const PEER_SCRIPT: &str = "bench/raid/raid_simpy.py";
const PEER_REQUIREMENTS: &str = "bench/raid/requirements.txt";
/// The figure that both sides of the raid benchmark report.
const RAID_FIGURE: &str = "runs_per_core_s";

pub(crate) fn run(repo: &Repo, name: &str) -> Result<bool> {
    match name {
        "coverage" => coverage(repo),
        "raid" => raid(repo),
        other => Err(Failure::new(format!(
            "no benchmark is called `{other}`: try `coverage` or `raid`"
        ))),
    }
}

fn coverage(repo: &Repo) -> Result<bool> {
    let text = shell::stdout_of(example(repo, "cupola-coverage", "bench_coverage"))?;
    print!("{text}");
    last_json(&text).map(|_| true)
}

fn raid(repo: &Repo) -> Result<bool> {
    let ours_text = shell::stdout_of(example(repo, "cupola-raid", "bench_raid"))?;
    let python = shell::python_venv(repo, "bench-raid", PEER_REQUIREMENTS)?;
    let mut peer = Command::new(python);
    peer.arg(PEER_SCRIPT).current_dir(repo.root());
    let peer_text = shell::stdout_of(peer)?;
    let (ours, peer) = (last_json(&ours_text)?, last_json(&peer_text)?);
    let result = compare(&ours, &peer)?;
    println!("{:<28} {:>14}", "", RAID_FIGURE);
    println!("{:<28} {:>14.1}", "cupola, one core", figure(&ours)?);
    println!("{:<28} {:>14.1}", "SimPy, one core", figure(&peer)?);
    println!("{result}");
    Ok(true)
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

fn figure(side: &Value) -> Result<f64> {
    side.get(RAID_FIGURE)
        .and_then(Value::as_f64)
        .ok_or_else(|| Failure::new(format!("`{side}` has no number `{RAID_FIGURE}`")))
}

fn compare(ours: &Value, peer: &Value) -> Result<Value> {
    let (ours_per_s, peer_per_s) = (figure(ours)?, figure(peer)?);
    if peer_per_s <= 0.0 {
        return Err(Failure::new("the peer finished no run"));
    }
    Ok(json!({ "ours": ours, "peer": peer, "ratio": ours_per_s / peer_per_s }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_ours_over_the_peer() {
        let result = compare(&json!({RAID_FIGURE: 600.0}), &json!({RAID_FIGURE: 50.0})).unwrap();
        assert_eq!(result["ratio"], json!(12.0));
    }

    #[test]
    fn the_last_line_must_be_an_object() {
        assert!(last_json("a table\n{\"ours\": 1}\n\n").is_ok());
        assert!(last_json("a table\n").is_err());
        assert!(last_json("3\n").is_err());
    }

    #[test]
    fn a_side_without_its_figure_is_an_error() {
        assert!(compare(&json!({}), &json!({RAID_FIGURE: 1.0})).is_err());
    }
}

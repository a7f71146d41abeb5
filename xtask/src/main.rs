//! The project's own chores: `cargo xtask <task>`.
//!
//! Everything a change must pass is one command, `cargo xtask test`; everything that is generated
//! comes from `cargo xtask gen`. Each module is one chore and hands back data; only this file and
//! the summaries print.
//!
//! Not here: anything the program `cupola` does itself.

#![expect(
    clippy::print_stdout,
    reason = "chores speak to a person at a terminal"
)]
#![expect(
    clippy::print_stderr,
    reason = "progress and complaints go to standard error"
)]
#![expect(
    clippy::format_push_string,
    reason = "`write!` to a String adds an error that cannot be"
)]

mod bench;
mod bless;
mod failure;
mod r#gen;
mod shell;
mod test;
mod tidy;
mod validate;

use std::process::ExitCode;

use failure::{Failure, Result};
use shell::Repo;

const USAGE: &str = "\
usage: cargo xtask <task>

  test                 format, tidy, generated files, lints, tests, docs, validation
  ci                   the same, and nothing may be skipped
  tidy                 crate directions, file sizes, decisions, lint thresholds
  gen [--check]        schemas, docs/reference, docs/validation.md
  gen data [--check]   the embedded data in crates/cupola-world/data
  validate [--json]    run validation/cases and compare with outside truth
  bench <name>         coverage or raid, side by side with a named peer
  bless                accept all snapshots, then generate
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one task; `false` means that it ran and found something wrong.
fn dispatch(words: &[&str]) -> Result<bool> {
    let repo = Repo::find()?;
    match words {
        ["test"] => Ok(test::run(&repo, shell::is_ci())),
        ["ci"] => Ok(test::run(&repo, true)),
        ["tidy"] => tidy::run(&repo),
        ["gen"] => r#gen::write(&repo),
        ["gen", "--check"] => r#gen::check(&repo),
        ["gen", "data"] => r#gen::data::write(&repo),
        ["gen", "data", "--check"] => r#gen::data::run_check(&repo),
        ["validate"] => validate::run(&repo, validate::Format::Table),
        ["validate", "--json"] => validate::run(&repo, validate::Format::Json),
        ["bench", name] => bench::run(&repo, name),
        ["bless"] => bless::run(&repo),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(true)
        }
        other => Err(Failure::new(format!(
            "`{}` is not a task\n\n{USAGE}",
            other.join(" ")
        ))),
    }
}

//! `cargo xtask gen`: files that are made from the program itself, and committed.
//!
//! `gen` writes them, `gen --check` fails when a committed one is not what would be written.

pub(crate) mod data;
mod reference;
mod schemas;

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Result};
use crate::shell::{self, Repo};
use crate::validate::judge::Verdicts;
use crate::validate::{self, table};

const VALIDATION_PAGE: &str = "docs/validation.md";
const VALIDATION_OF_REPORTS: &str = "crates/cupola-report/src/assets/validation.json";

/// A file as it should be.
#[derive(Debug)]
pub(crate) struct Generated {
    /// Relative to the root.
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn write(repo: &Repo) -> Result<bool> {
    let mut files = program_files(repo)?;
    let verdicts = validate::verdicts(repo)?;
    if verdicts.count(validate::judge::Verdict::Skipped) == 0 {
        files.extend(validation_files(&verdicts));
    } else {
        println!("{VALIDATION_PAGE} stays as it is: some cases were skipped");
    }
    for file in files {
        if repo.read(&file.path).ok().as_deref() != Some(file.text.as_str()) {
            repo.write(&file.path, &file.text)?;
            println!("wrote {}", file.path);
        }
    }
    Ok(true)
}

pub(crate) fn check(repo: &Repo) -> Result<bool> {
    let mut files = program_files(repo)?;
    let verdicts = validate::verdicts(repo)?;
    if verdicts.count(validate::judge::Verdict::Skipped) == 0 {
        files.extend(validation_files(&verdicts));
    }
    let drifted = drift(repo, &files);
    for line in &drifted {
        println!("{line}");
    }
    if drifted.is_empty() {
        println!("gen: every file is as the program would write it");
    }
    Ok(drifted.is_empty())
}

/// Everything that comes out of the program's own mouth.
pub(crate) fn program_files(repo: &Repo) -> Result<Vec<Generated>> {
    let program = Program::build(repo)?;
    let mut files = schemas::generate(&program)?;
    files.push(reference::generate(&program)?);
    Ok(files)
}

/// The table of validation cases for the docs, and the short one that every report carries.
pub(crate) fn validation_files(verdicts: &Verdicts) -> [Generated; 2] {
    let file = |path: &str, text: String| Generated {
        path: path.to_owned(),
        text,
    };
    [
        file(VALIDATION_PAGE, table::markdown(verdicts)),
        file(VALIDATION_OF_REPORTS, table::for_reports(verdicts)),
    ]
}

/// One line for each file that is not what would be generated, with what to do.
pub(crate) fn drift(repo: &Repo, files: &[Generated]) -> Vec<String> {
    files
        .iter()
        .filter_map(|file| {
            let committed = repo.read(&file.path).ok();
            let place = difference(committed.as_deref(), &file.text)?;
            Some(format!(
                "{}: {place}; run `cargo xtask gen` and look at the diff",
                file.path
            ))
        })
        .collect()
}

/// Where two texts first differ, in words; nothing when they are the same.
fn difference(committed: Option<&str>, wanted: &str) -> Option<String> {
    let Some(committed) = committed else {
        return Some("is missing".to_owned());
    };
    if committed == wanted {
        return None;
    }
    let (mut old, mut new) = (committed.lines(), wanted.lines());
    for number in 1_usize.. {
        match (old.next(), new.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                let quote = |line: Option<&str>| line.unwrap_or("(nothing)").trim().to_owned();
                let (was, is) = (quote(a), quote(b));
                return Some(format!(
                    "line {number} has `{was}`, the program says `{is}`"
                ));
            }
        }
    }
    Some("differs in line ends only".to_owned())
}

/// The built `cupola`.
#[derive(Debug)]
pub(crate) struct Program {
    path: PathBuf,
    repo: Repo,
}

impl Program {
    fn build(repo: &Repo) -> Result<Self> {
        // With the whole workspace named, cargo reuses what its tests are built from.
        let build = ["build", "--quiet", "--workspace", "--bin", "cupola"];
        let mut command = repo.cargo(&build);
        command.arg("--message-format=json");
        let path = executable(&shell::stdout_of(command)?)
            .ok_or_else(|| Failure::new("cargo built no program `cupola`"))?;
        Ok(Self {
            path,
            repo: repo.clone(),
        })
    }

    /// What the program prints, as on a terminal 100 columns wide.
    fn says(&self, args: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.path);
        command.args(args).current_dir(self.repo.root());
        command.env("COLUMNS", "100").env("NO_COLOR", "1");
        shell::stdout_of(command)
    }
}

fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == "cupola")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_where_it_begins() {
        assert_eq!(difference(Some("a\nb\n"), "a\nb\n"), None);
        assert_eq!(difference(None, "a"), Some("is missing".to_owned()));
        let found = difference(Some("a\nb\n"), "a\nc\n");
        assert_eq!(
            found,
            Some("line 2 has `b`, the program says `c`".to_owned())
        );
        assert!(difference(Some("a\r\n"), "a\n").is_some());
        assert!(difference(Some("a\n"), "a\nb\n").is_some());
    }

    #[test]
    fn the_program_is_found_in_what_cargo_says() {
        let messages = "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"clap\"},\
            \"executable\":null}\n\
            {\"target\":{\"name\":\"cupola\"},\"executable\":\"target/debug/cupola\"}\n";
        assert_eq!(
            executable(messages),
            Some(PathBuf::from("target/debug/cupola"))
        );
    }
}

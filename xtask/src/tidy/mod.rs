//! `cargo xtask tidy`: the house rules that no compiler checks.
//!
//! Each check is a pure function from text to findings, with its own tests on small samples; this
//! module only gathers what they look at.

mod decisions;
mod dependencies;
mod files;
mod lints;

use std::fmt;
use std::path::Path;

use crate::failure::{Doing as _, Result};
use crate::shell::{self, Repo};

/// One thing that is not as agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// File and, where there is one, line.
    pub(crate) place: String,
    pub(crate) message: String,
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// A file of the repository that is text.
#[derive(Debug)]
pub(crate) struct TextFile {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

pub(crate) fn run(repo: &Repo) -> Result<bool> {
    let findings = check(repo)?;
    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => println!("tidy: nothing found"),
        n => println!("tidy: {n} found"),
    }
    Ok(findings.is_empty())
}

/// All findings, sorted by place.
pub(crate) fn check(repo: &Repo) -> Result<Vec<Finding>> {
    let files = text_files(repo)?;
    let mut findings = dependencies::check(&dependencies::read(repo)?);
    findings.extend(files::check(&files));
    findings.extend(decisions::check(&files));
    findings.extend(lints::check(&files));
    findings.sort_by(|a, b| a.place.cmp(&b.place));
    Ok(findings)
}

/// Every text file that is tracked, or new and not ignored.
fn text_files(repo: &Repo) -> Result<Vec<TextFile>> {
    let mut files = Vec::new();
    for path in paths(repo)? {
        // A deleted file may still be listed, and bytes that are no text have no lines.
        let Ok(bytes) = std::fs::read(repo.path(&path)) else {
            continue;
        };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(TextFile { path, text });
        }
    }
    Ok(files)
}

fn paths(repo: &Repo) -> Result<Vec<String>> {
    let listing = [
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ];
    // A checkout that belongs to another user is read all the same: nothing in it is run.
    let arguments: Vec<&str> = ["-c", "safe.directory=*"]
        .into_iter()
        .chain(listing)
        .collect();
    if shell::works(repo.command("git", &arguments)) {
        let text = shell::stdout_of(repo.command("git", &arguments))?;
        return Ok(text
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect());
    }
    let mut found = Vec::new();
    walk(repo.root(), "", &mut found)?;
    found.sort();
    Ok(found)
}

/// The files of a source archive, which has no git to ask.
fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
    let entries =
        std::fs::read_dir(folder).doing(|| format!("cannot list `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry.doing(|| format!("cannot list `{}`", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            if !["target", ".git", "cupola-out", "node_modules"].contains(&name.as_str()) {
                walk(&entry.path(), &format!("{path}/"), found)?;
            }
        } else {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        let findings = check(&Repo::find().unwrap()).unwrap();
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }
}

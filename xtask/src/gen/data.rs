//! `cargo xtask gen data`: the data that is built into the program, and its checksums.
//!
//! Making the files needs Python, pinned packages and a network; checking them needs nothing.

use std::collections::BTreeMap;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::failure::{Doing as _, Failure, Result};
use crate::shell::{self, Repo};

const SCRIPT: &str = "data-gen/generate.py";
const REQUIREMENTS: &str = "data-gen/requirements.txt";
const FOLDER: &str = "crates/cupola-world/data";
const SUMS: &str = "SHA256SUMS";

/// Hexadecimal digests by file name.
type Sums = BTreeMap<String, String>;

/// Makes the data anew and writes its checksums.
pub(crate) fn write(repo: &Repo) -> Result<bool> {
    let python = shell::python_venv(repo, "data-gen", REQUIREMENTS)?;
    let mut script = Command::new(python);
    script.arg(SCRIPT).current_dir(repo.root());
    if !shell::passes(script)? {
        return Err(Failure::new(format!("`{SCRIPT}` failed")));
    }
    let lines: Vec<String> = sums(repo)?
        .iter()
        .map(|(name, digest)| {
            format!(
                "{digest}  {name}
"
            )
        })
        .collect();
    let text = lines.concat();
    repo.write(&format!("{FOLDER}/{SUMS}"), &text)?;
    println!("wrote {FOLDER}/{SUMS}");
    Ok(true)
}

pub(crate) fn run_check(repo: &Repo) -> Result<bool> {
    let problems = check(repo)?;
    for problem in &problems {
        println!("{problem}");
    }
    if problems.is_empty() {
        println!("data: every file is as its checksum says");
    }
    Ok(problems.is_empty())
}

/// What is not as its checksum says.
pub(crate) fn check(repo: &Repo) -> Result<Vec<String>> {
    let written = parse(&repo.read(&format!("{FOLDER}/{SUMS}"))?)?;
    Ok(compare(&written, &sums(repo)?))
}

fn sums(repo: &Repo) -> Result<Sums> {
    let mut found = Sums::new();
    let entries =
        std::fs::read_dir(repo.path(FOLDER)).doing(|| format!("cannot list `{FOLDER}`"))?;
    for entry in entries {
        let entry = entry.doing(|| format!("cannot list `{FOLDER}`"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != SUMS && entry.path().is_file() {
            let bytes =
                std::fs::read(entry.path()).doing(|| format!("cannot read `{FOLDER}/{name}`"))?;
            found.insert(name, hex(&Sha256::digest(&bytes)));
        }
    }
    Ok(found)
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

/// Reads lines of `digest  name`, as `sha256sum` writes them.
fn parse(text: &str) -> Result<Sums> {
    text.lines()
        .map(|line| {
            let (digest, name) = line
                .split_once("  ")
                .ok_or_else(|| Failure::new(format!("{SUMS}: `{line}` is not `digest  name`")))?;
            Ok((name.to_owned(), digest.to_owned()))
        })
        .collect()
}

fn compare(written: &Sums, found: &Sums) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, digest) in written {
        match found.get(name) {
            None => problems.push(format!("{FOLDER}/{name}: is missing")),
            Some(own) if own != digest => {
                problems.push(format!("{FOLDER}/{name}: is not what its checksum says"));
            }
            Some(_) => {}
        }
    }
    let extra = found.keys().filter(|name| !written.contains_key(*name));
    problems.extend(extra.map(|name| format!("{FOLDER}/{name}: has no checksum in {SUMS}")));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_read_as_sha256sum_writes_them() {
        let sums = parse("ab  a.bin\ncd  b.bin\n").unwrap();
        assert_eq!(sums.get("b.bin").map(String::as_str), Some("cd"));
        assert!(parse("ab a.bin\n").is_err());
    }

    #[test]
    fn changed_missing_and_extra_files_are_found() {
        let sums = |text: &str| parse(text).unwrap();
        assert!(compare(&sums("ab  a\n"), &sums("ab  a\n")).is_empty());
        let found = compare(&sums("ab  a\ncd  b\n"), &sums("xx  a\nef  c\n"));
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn val_digest_of_abc_is_the_published_one() {
        // FIPS 180-4, first example of SHA-256.
        let digest = hex(&Sha256::digest(b"abc"));
        assert_eq!(
            digest,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}

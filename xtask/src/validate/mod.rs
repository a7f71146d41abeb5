//! `cargo xtask validate`: our numbers beside outside truth.
//!
//! A case is a page in `validation/cases/`: what is asked, the truth and where it is from, a
//! tolerance set before looking, and the test that computes our side. The test prints
//! `VALIDATION id=… truth=… ours=… tolerance=… unit=…`, once or more often; this chore runs the
//! tests, reads the lines and judges them.
//!
//! Not here: any number. Truth stands in the page and the test, ours comes from the product.

pub(crate) mod evidence;
pub(crate) mod judge;
pub(crate) mod page;
pub(crate) mod table;

use std::collections::BTreeMap;

use evidence::Evidence;
use judge::Verdicts;
use page::Page;

use crate::failure::{Doing as _, Failure, Result};
use crate::shell::{self, Repo};

const FOLDER: &str = "validation/cases";

/// How verdicts are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    Table,
    Json,
}

pub(crate) fn run(repo: &Repo, format: Format) -> Result<bool> {
    let verdicts = verdicts(repo)?;
    match format {
        Format::Table => print!("{}", table::text(&verdicts)),
        Format::Json => println!("{}", table::json(&verdicts)),
    }
    Ok(verdicts.all_good())
}

/// Runs the tests of all cases and judges what they print.
pub(crate) fn verdicts(repo: &Repo) -> Result<Verdicts> {
    let pages = pages(repo)?;
    let mut tests: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for page in &pages {
        let paths = page.tests.iter().map(String::as_str);
        tests.entry(&page.package).or_default().extend(paths);
    }
    let (mut output, mut broken) = (String::new(), Vec::new());
    for (package, paths) in tests {
        eprintln!("validating {package}");
        let mut arguments = vec!["test", "--package", package, "--tests", "--no-fail-fast"];
        arguments.extend(["--", "--exact", "--nocapture"]);
        arguments.extend(paths);
        let ran = shell::capture(repo.cargo(&arguments))?;
        if !ran.succeeded {
            eprint!("{}", ran.output);
            broken.push(format!("the tests of `{package}` failed"));
        }
        output.push_str(&ran.output);
    }
    Ok(judge::judge(pages, &Evidence::read(&output), broken))
}

/// Judges what the workspace's tests printed in one go, so that nothing runs twice.
pub(crate) fn verdicts_from(repo: &Repo, output: &str) -> Result<Verdicts> {
    Ok(judge::judge(
        pages(repo)?,
        &Evidence::read(output),
        Vec::new(),
    ))
}

/// All pages, by id.
fn pages(repo: &Repo) -> Result<Vec<Page>> {
    let mut pages = Vec::new();
    let entries =
        std::fs::read_dir(repo.path(FOLDER)).doing(|| format!("cannot list `{FOLDER}`"))?;
    for entry in entries {
        let name = entry
            .doing(|| format!("cannot list `{FOLDER}`"))?
            .file_name()
            .to_string_lossy()
            .into_owned();
        if let Some(stem) = name.strip_suffix(".md") {
            let text = repo.read(&format!("{FOLDER}/{name}"))?;
            pages.push(Page::parse(stem, &text).doing(|| format!("{FOLDER}/{name}"))?);
        }
    }
    if pages.is_empty() {
        return Err(Failure::new(format!("`{FOLDER}` holds no case")));
    }
    pages.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(pages)
}

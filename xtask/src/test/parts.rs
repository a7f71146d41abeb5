//! The parts, in the order they run: cheap and telling ones first.

use std::process::Command;

use super::{Report, cargo_test};
use crate::failure::Result;
use crate::r#gen;
use crate::shell::{self, Repo};
use crate::validate::judge::Verdict;
use crate::{tidy, validate};

/// What the parts share.
#[derive(Debug)]
pub(crate) struct Bench<'a> {
    repo: &'a Repo,
    /// What the tests printed, once they have run: the validation cases are judged from it.
    test_output: Option<String>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(repo: &'a Repo) -> Self {
        Self {
            repo,
            test_output: None,
        }
    }
}

type Part = fn(&mut Bench<'_>) -> Result<Report>;

pub(crate) const ALL: [(&str, Part); 8] = [
    ("fmt", fmt),
    ("tidy", tidy_part),
    ("data", data),
    ("gen", gen_part),
    ("clippy", clippy),
    ("test", test),
    ("doc", doc),
    ("validate", validate_part),
];

fn fmt(bench: &mut Bench<'_>) -> Result<Report> {
    if !shell::works(bench.repo.cargo(&["fmt", "--version"])) {
        return Ok(Report::skipped("fmt: rustfmt is not installed"));
    }
    command(bench.repo.cargo(&["fmt", "--all", "--check"]))
}

fn tidy_part(bench: &mut Bench<'_>) -> Result<Report> {
    let findings = tidy::check(bench.repo)?;
    let complaints: Vec<String> = findings.iter().map(ToString::to_string).collect();
    Ok(Report::from_complaints(&complaints))
}

fn data(bench: &mut Bench<'_>) -> Result<Report> {
    r#gen::data::check(bench.repo).map(|complaints| Report::from_complaints(&complaints))
}

fn gen_part(bench: &mut Bench<'_>) -> Result<Report> {
    let files = r#gen::program_files(bench.repo)?;
    Ok(Report::from_complaints(&r#gen::drift(bench.repo, &files)))
}

fn clippy(bench: &mut Bench<'_>) -> Result<Report> {
    if !shell::works(bench.repo.cargo(&["clippy", "--version"])) {
        return Ok(Report::skipped("clippy: it is not installed"));
    }
    let arguments = [
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    command(bench.repo.cargo(&arguments))
}

fn test(bench: &mut Bench<'_>) -> Result<Report> {
    let arguments = [
        "test",
        "--workspace",
        "--no-fail-fast",
        "--",
        "--show-output",
    ];
    let ran = shell::capture(bench.repo.cargo(&arguments))?;
    let report = cargo_test::report(&ran);
    bench.test_output = Some(ran.output);
    Ok(report)
}

fn doc(bench: &mut Bench<'_>) -> Result<Report> {
    let mut docs = bench
        .repo
        .cargo(&["doc", "--quiet", "--workspace", "--no-deps"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    command(docs)
}

fn validate_part(bench: &mut Bench<'_>) -> Result<Report> {
    let output = bench.test_output.as_deref().unwrap_or("");
    let verdicts = validate::verdicts_from(bench.repo, output)?;
    // With cases skipped the committed page cannot be compared.
    let skipped = verdicts.count(Verdict::Skipped);
    let drift = if skipped == 0 {
        r#gen::drift(bench.repo, &r#gen::validation_files(&verdicts))
    } else {
        Vec::new()
    };
    let failed = verdicts.failed() + drift.len();
    let passed = verdicts.cases.len() - verdicts.count(Verdict::Fail) - skipped;
    let detail = format!("{}{}", validate::table::text(&verdicts), drift.join("\n"));
    Ok(Report {
        passed,
        failed,
        detail,
        ..Report::default()
    })
}

fn command(command: Command) -> Result<Report> {
    let ran = shell::capture(command)?;
    Ok(if ran.succeeded {
        Report::passed()
    } else {
        Report::failed(ran.output)
    })
}

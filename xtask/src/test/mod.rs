//! `cargo xtask test`: everything that can be tested here, in one go.
//!
//! Parts run in order and all of them run, whatever came before. What cannot run on this machine
//! is skipped and says so in one line; where `CI` is set, a skipped part has failed.
//!
//! A test that cannot run prints a line `SKIPPED <what>: <why>` and returns; it counts as above.

mod cargo_test;
mod parts;
mod summary;

use std::time::{Duration, Instant};

use crate::shell::Repo;

/// What one part of the tests came to.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// What could not run, and why.
    pub(crate) skipped: Vec<String>,
    /// What to show when something failed.
    pub(crate) detail: String,
    /// Test programs inside the part, with the time they took.
    pub(crate) programs: Vec<(String, Duration)>,
}

impl Report {
    fn passed() -> Self {
        Self {
            passed: 1,
            ..Self::default()
        }
    }

    fn failed(detail: impl Into<String>) -> Self {
        Self {
            failed: 1,
            detail: detail.into(),
            ..Self::default()
        }
    }

    fn skipped(why: impl Into<String>) -> Self {
        Self {
            skipped: vec![why.into()],
            ..Self::default()
        }
    }

    /// One passed check, or one failed check for each complaint.
    fn from_complaints(complaints: &[String]) -> Self {
        match complaints.len() {
            0 => Self::passed(),
            n => Self {
                failed: n,
                detail: complaints.join("\n"),
                ..Self::default()
            },
        }
    }

    /// Where nothing may be skipped, what was skipped has failed.
    fn strict(mut self) -> Self {
        self.failed += self.skipped.len();
        self
    }
}

/// A part that has run.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) name: &'static str,
    pub(crate) took: Duration,
    pub(crate) report: Report,
}

/// Runs all parts and prints the summary; `false` when anything failed.
pub(crate) fn run(repo: &Repo, is_ci: bool) -> bool {
    let mut bench = parts::Bench::new(repo);
    let mut finished = Vec::new();
    for (name, work) in parts::ALL {
        eprintln!("… {name}");
        let start = Instant::now();
        let report = work(&mut bench).unwrap_or_else(|failure| Report::failed(failure.to_string()));
        let report = if is_ci { report.strict() } else { report };
        let part = Finished {
            name,
            took: start.elapsed(),
            report,
        };
        print!("{}", summary::line(&part));
        finished.push(part);
    }
    print!("{}", summary::closing(&finished));
    finished.iter().all(|part| part.report.failed == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn under_ci_a_skipped_part_has_failed() {
        assert_eq!(Report::skipped("no gdal").failed, 0);
        assert_eq!(Report::skipped("no gdal").strict().failed, 1);
        assert_eq!(Report::passed().strict().failed, 0);
    }

    #[test]
    fn complaints_are_counted() {
        assert_eq!(Report::from_complaints(&[]).passed, 1);
        assert_eq!(
            Report::from_complaints(&["a".to_owned(), "b".to_owned()]).failed,
            2
        );
    }
}

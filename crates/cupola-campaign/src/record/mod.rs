//! The published record of raids: reading it, fitting existing defence to it, scoring the fit.
//!
//! Everything here is a function of the text of a file: nothing is kept between calls, and the
//! later rows of a file never touch what is said about the earlier ones. The record holds the
//! claims of one belligerent; a good score says that their level and spread are reproduced, and
//! says nothing about the simulation of engagements.
//!
//! Not here: reading files and printing (`cupola-cli`).

pub mod alarms;
mod backtest;
mod beta;
mod calibrate;
mod class;
mod date;
#[cfg(test)]
mod development;
mod dispersion;
mod drift;
mod memory;
mod rows;
mod score;
mod targets;
mod total;
mod walk;

pub use backtest::{Backtest, Origin, Window, backtest};
pub use beta::BetaBinomial;
pub use calibrate::{ClassFit, Fit, calibrate, fit_toml};
pub use class::RecordClass;
pub use date::{Day, Month};
pub use dispersion::{Counts, Dispersion, dispersion};
pub use rows::{Import, Night, Row};
pub use score::{Scores, binomial_pmf, crps};
pub use targets::Target;

use std::collections::BTreeMap;

/// Something counted, by the reason or name it is counted under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The reason or name.
    pub reason: String,
    /// How many rows.
    pub n: usize,
}

/// Counts with the most frequent first, equal ones by name.
fn tally(counts: BTreeMap<String, usize>) -> Vec<Counted> {
    let mut list: Vec<Counted> = counts
        .into_iter()
        .map(|(reason, n)| Counted { reason, n })
        .collect();
    list.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.reason.cmp(&b.reason)));
    list
}

/// Why a table cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Columns that are needed are missing.
    #[error("line 1: column {} missing; found: {found}", list(lacking))]
    Columns {
        /// The names that are missing.
        lacking: Vec<String>,
        /// What the first line holds.
        found: String,
    },
    /// The text is no table.
    #[error("line {line}: {what}")]
    Table {
        /// Line of the file, from 1.
        line: u64,
        /// What is wrong there.
        what: String,
    },
    /// Nothing to work on.
    #[error("{what}")]
    Empty {
        /// What there is none of.
        what: String,
    },
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

impl RecordError {
    fn columns(lacking: &[&str], headers: &csv::StringRecord) -> Self {
        let mut found: String = headers.iter().collect::<Vec<_>>().join(", ");
        if found.chars().count() > 200 {
            found = found.chars().take(200).chain("…".chars()).collect();
        }
        if found.is_empty() {
            "nothing".clone_into(&mut found);
        }
        Self::Columns {
            lacking: lacking.iter().map(|&name| name.to_owned()).collect(),
            found,
        }
    }
}

impl From<csv::Error> for RecordError {
    fn from(error: csv::Error) -> Self {
        let line = error.position().map_or(1, csv::Position::line);
        let what = match error.kind() {
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => format!("{len} columns where the first line has {expected_len}"),
            csv::ErrorKind::Utf8 { .. } => "not UTF-8 text".to_owned(),
            _ => error.to_string(),
        };
        Self::Table { line, what }
    }
}

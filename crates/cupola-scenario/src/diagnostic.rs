//! What is wrong in a file: where, why, and what to write instead.

use std::fmt;
use std::ops::Range;

/// One thing that is wrong, with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable short code, for instance `unknown-key`.
    pub code: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// Byte range in the text; empty at 0 when the place is not known.
    pub span: Range<usize>,
    /// Short text under the marked place.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
}

/// Everything wrong in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Name of the file as the user gave it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// At least one.
    pub problems: Vec<Diagnostic>,
}

impl Rejected {
    /// Line and column (both from 1) of a byte offset.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let end = offset.min(self.text.len());
        let head = self.text.get(..end).unwrap_or("");
        let line = head.matches('\n').count() + 1;
        let column = head.chars().rev().take_while(|&c| c != '\n').count() + 1;
        (line, column)
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            let (line, column) = self.line_column(problem.span.start);
            write!(f, "{}:{line}:{column}: {}", self.name, problem.message)?;
            if let Some(help) = &problem.help {
                write!(f, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Rejected {}

/// The candidate nearest to `word`, when it is near enough to be what was meant.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().min(word.len()) / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_a_typo_and_leaves_strangers_alone() {
        let keys = ["range_km", "ceiling_km", "channels"];
        assert_eq!(nearest("rnage_km", keys.into_iter()), Some("range_km"));
        assert_eq!(nearest("colour", keys.into_iter()), None);
    }
}

//! Pages and evidence brought together.

use super::evidence::{Evidence, Line};
use super::page::Page;

/// What a number or a case came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// What it needs is not on this machine.
    Skipped,
    /// Outside its tolerance, and the page says why that is expected.
    KnownLimit,
    Fail,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Skipped => "skipped",
            Self::KnownLimit => "known limit",
            Self::Fail => "FAIL",
        }
    }
}

/// A case with everything its test printed.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) page: Page,
    pub(crate) lines: Vec<Line>,
}

impl Case {
    pub(crate) fn verdict(&self) -> Verdict {
        if self.lines.is_empty() {
            return if self.is_excused() {
                Verdict::Skipped
            } else {
                Verdict::Fail
            };
        }
        let worst = self
            .lines
            .iter()
            .map(|line| self.verdict_of(line))
            .max_by_key(|v| *v as u8);
        worst.unwrap_or(Verdict::Fail)
    }

    /// Whether it may be skipped here: its data is missing, and this is not CI.
    fn is_excused(&self) -> bool {
        let unset = |name: &String| std::env::var_os(name).is_none();
        self.page.needs.as_ref().is_some_and(unset) && std::env::var_os("CI").is_none()
    }

    pub(crate) fn verdict_of(&self, line: &Line) -> Verdict {
        match (line.is_within, &self.page.known_limit) {
            (true, _) => Verdict::Pass,
            (false, Some(_)) => Verdict::KnownLimit,
            (false, None) => Verdict::Fail,
        }
    }
}

/// All cases, and what went wrong outside them.
#[derive(Debug)]
pub(crate) struct Verdicts {
    pub(crate) cases: Vec<Case>,
    pub(crate) problems: Vec<String>,
}

impl Verdicts {
    pub(crate) fn count(&self, verdict: Verdict) -> usize {
        self.cases
            .iter()
            .filter(|case| case.verdict() == verdict)
            .count()
    }

    pub(crate) fn failed(&self) -> usize {
        self.count(Verdict::Fail) + self.problems.len()
    }

    pub(crate) fn all_good(&self) -> bool {
        self.failed() == 0
    }
}

pub(crate) fn judge(pages: Vec<Page>, evidence: &Evidence, broken: Vec<String>) -> Verdicts {
    let mut problems = broken;
    problems.extend(evidence.unreadable.iter().cloned());
    for line in &evidence.lines {
        let has_page = pages.iter().any(|page| page.id == line.id);
        let problem = format!("a test prints `id={}`, which has no page", line.id);
        if !has_page && !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    let lines_of = |page: &Page| {
        let own = evidence.lines.iter().filter(|line| line.id == page.id);
        let mut lines: Vec<Line> = own.cloned().collect();
        // Several tests may have run in any order.
        if page.tests.len() > 1 {
            lines.sort_by(|a, b| a.of.cmp(&b.of));
        }
        lines
    };
    let cases = pages
        .into_iter()
        .map(|page| Case {
            lines: lines_of(&page),
            page,
        })
        .collect();
    Verdicts { cases, problems }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::validate::page::tests::SAMPLE;

    pub(crate) fn sample(output: &str, known_limit: Option<&str>) -> Verdicts {
        let mut page = Page::parse("erlang-b", SAMPLE).unwrap();
        page.known_limit = known_limit.map(str::to_owned);
        judge(vec![page], &Evidence::read(output), Vec::new())
    }

    fn verdict(output: &str, known_limit: Option<&str>) -> Verdict {
        sample(output, known_limit).cases[0].verdict()
    }

    const NEAR: &str = "VALIDATION id=erlang-b of=near truth=1 ours=1 tolerance=0\n";
    const FAR: &str = "VALIDATION id=erlang-b of=far truth=1 ours=2 tolerance=0\n";

    #[test]
    fn a_case_is_as_good_as_its_worst_line() {
        assert_eq!(verdict(NEAR, None), Verdict::Pass);
        assert_eq!(verdict(&format!("{NEAR}{FAR}"), None), Verdict::Fail);
        assert_eq!(
            verdict(&format!("{NEAR}{FAR}"), Some("flat Earth")),
            Verdict::KnownLimit
        );
    }

    #[test]
    fn a_silent_case_fails_even_with_a_known_limit() {
        assert_eq!(verdict("", Some("flat Earth")), Verdict::Fail);
    }

    #[test]
    fn a_line_without_a_page_is_a_problem() {
        let verdicts = sample(
            &format!("{NEAR}VALIDATION id=x truth=1 ours=1 tolerance=0\n"),
            None,
        );
        assert_eq!(verdicts.problems.len(), 1);
        assert!(!verdicts.all_good());
    }
}

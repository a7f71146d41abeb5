//! What the tests say when they are done.

use std::time::Duration;

use super::Finished;

const SLOWEST: usize = 10;

/// One line for a part, then what was skipped, then what failed.
pub(crate) fn line(part: &Finished) -> String {
    let report = &part.report;
    let word = match (report.failed, report.passed) {
        (0, 0) => "skipped",
        (0, _) => "ok",
        _ => "FAILED",
    };
    let (name, seconds) = (part.name, part.took.as_secs_f64());
    let (passed, failed) = (report.passed, report.failed);
    let mut out =
        format!("{name:<10}{word:<9}{seconds:>7.1} s  {passed} passed, {failed} failed\n");
    for why in &report.skipped {
        out.push_str(&format!("    skipped {why}\n"));
    }
    if report.failed > 0 {
        for text in report.detail.lines() {
            out.push_str(&format!("    {text}\n"));
        }
    }
    out
}

/// The slowest parts and test programs, and as the very last line the counts.
pub(crate) fn closing(parts: &[Finished]) -> String {
    let mut out = String::new();
    let by_part = parts
        .iter()
        .map(|part| (part.name.to_owned(), part.took))
        .collect();
    slowest("slowest parts", by_part, &mut out);
    let programs = parts
        .iter()
        .flat_map(|part| part.report.programs.clone())
        .collect();
    slowest("slowest test programs", programs, &mut out);
    let failing: Vec<&str> = parts
        .iter()
        .filter(|part| part.report.failed > 0)
        .map(|part| part.name)
        .collect();
    if !failing.is_empty() {
        out.push_str(&format!("\nfailing: {}\n", failing.join(", ")));
    }
    let passed: usize = parts.iter().map(|part| part.report.passed).sum();
    let failed: usize = parts.iter().map(|part| part.report.failed).sum();
    out.push_str(&format!("\nxtask test: {passed} passed, {failed} failed\n"));
    out
}

fn slowest(title: &str, mut timed: Vec<(String, Duration)>, out: &mut String) {
    if timed.is_empty() {
        return;
    }
    timed.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    out.push_str(&format!("\n{title}\n"));
    for (name, took) in timed.iter().take(SLOWEST) {
        out.push_str(&format!("{:>9.1} s  {name}\n", took.as_secs_f64()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::Report;

    fn part(name: &'static str, seconds: u64, report: Report) -> Finished {
        Finished {
            name,
            took: Duration::from_secs(seconds),
            report,
        }
    }

    #[test]
    fn the_last_line_counts_everything() {
        let parts = [
            part("fmt", 1, Report::passed()),
            part("test", 2, Report::failed("it broke")),
        ];
        assert!(closing(&parts).ends_with("\n\nxtask test: 1 passed, 1 failed\n"));
    }

    #[test]
    fn the_slowest_come_first() {
        let text = closing(&[
            part("fmt", 1, Report::passed()),
            part("doc", 9, Report::passed()),
        ]);
        assert!(text.find("doc") < text.find("fmt"), "{text}");
    }

    #[test]
    fn a_failed_part_shows_why() {
        let text = line(&part("tidy", 0, Report::failed("a.rs: too long")));
        assert!(
            text.contains("FAILED") && text.contains("    a.rs: too long"),
            "{text}"
        );
    }

    #[test]
    fn a_skipped_part_says_so_in_one_line() {
        let text = line(&part(
            "fmt",
            0,
            Report::skipped("fmt: rustfmt is not installed"),
        ));
        assert!(
            text.contains("    skipped fmt: rustfmt is not installed\n"),
            "{text}"
        );
    }
}

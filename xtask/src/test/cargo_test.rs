//! What `cargo test` says, read back: how many tests, how long each program took, what was
//! skipped, and the part of the output that is worth showing when something failed.

use std::time::Duration;

use super::Report;
use crate::shell::Ran;

const SKIPPED: &str = "SKIPPED ";

pub(crate) fn report(ran: &Ran) -> Report {
    let mut report = Report::default();
    let mut program = String::from("unknown program");
    let mut ignored = 0;
    for line in ran.output.lines() {
        let trimmed = line.trim();
        if let Some(name) = program_name(trimmed) {
            program = name;
        } else if let Some(result) = Counts::read(trimmed) {
            report.passed += result.passed;
            report.failed += result.failed;
            ignored += result.ignored;
            report.programs.push((program.clone(), result.took));
        } else if let Some((_, why)) = line.split_once(SKIPPED) {
            let why = why.trim().to_owned();
            if !report.skipped.contains(&why) {
                report.skipped.push(why);
            }
        }
    }
    if ignored > 0 {
        report
            .skipped
            .push(format!("test: {ignored} tests are marked `ignore`"));
    }
    if !ran.succeeded {
        // Nothing was counted when the tests did not even build.
        report.failed = report.failed.max(1);
        report.detail = telling(&ran.output);
    }
    report
}

/// The name of the test program that cargo says it starts.
fn program_name(line: &str) -> Option<String> {
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{name} (examples in docs)"));
    }
    let (what, path) = line.strip_prefix("Running ")?.split_once(" (")?;
    let file = path.trim_end_matches(')').rsplit(['/', '\\']).next()?;
    let name = file.rsplit_once('-').map_or(file, |(name, _hash)| name);
    Some(format!("{name} ({what})"))
}

struct Counts {
    passed: usize,
    failed: usize,
    ignored: usize,
    took: Duration,
}

impl Counts {
    /// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …; finished in 0.12s`.
    fn read(line: &str) -> Option<Self> {
        let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let count = |word: &str| {
            let field = counts
                .split("; ")
                .find_map(|field| field.strip_suffix(word))?;
            field.trim().parse::<usize>().ok()
        };
        let seconds = counts
            .rsplit_once("finished in ")?
            .1
            .trim_end_matches('s')
            .parse()
            .ok()?;
        Some(Self {
            passed: count("passed")?,
            failed: count("failed")?,
            ignored: count("ignored")?,
            took: Duration::from_secs_f64(seconds),
        })
    }
}

/// The output without the tests that passed and what they printed.
fn telling(output: &str) -> String {
    let mut kept = Vec::new();
    let mut in_successes = false;
    for line in output.lines() {
        match line {
            "successes:" => in_successes = true,
            "failures:" => in_successes = false,
            _ if line.starts_with("test result: ") => in_successes = false,
            _ => {}
        }
        let is_pass = line.starts_with("test ") && line.ends_with("... ok");
        if !in_successes && !is_pass && !line.trim().is_empty() {
            kept.push(line);
        }
    }
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "   Compiling a v0.1.0
     Running unittests src/lib.rs (target/debug/deps/cupola_units-0123abcd)

running 2 tests
test a ... ok
test b ... FAILED

successes:

---- a stdout ----
SKIPPED gdal: gdalinfo is not installed

failures:

---- b stdout ----
it broke

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s

   Doc-tests cupola_units

running 1 test
test src/lib.rs - f (line 3) ... ok

test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.25s
";

    fn ran(output: &str) -> Ran {
        Ran {
            succeeded: false,
            output: output.to_owned(),
        }
    }

    #[test]
    fn tests_and_times_are_counted() {
        let report = report(&ran(OUTPUT));
        assert_eq!((report.passed, report.failed), (2, 1));
        let names: Vec<&str> = report
            .programs
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let expected = [
            "cupola_units (unittests src/lib.rs)",
            "cupola_units (examples in docs)",
        ];
        assert_eq!(names, expected);
        assert_eq!(report.programs[0].1, Duration::from_millis(1500));
    }

    #[test]
    fn what_was_skipped_is_listed() {
        let skipped = report(&ran(OUTPUT)).skipped;
        let expected = [
            "gdal: gdalinfo is not installed",
            "test: 2 tests are marked `ignore`",
        ];
        assert_eq!(skipped, expected);
    }

    #[test]
    fn only_the_failure_is_shown() {
        let detail = report(&ran(OUTPUT)).detail;
        assert!(detail.contains("it broke"));
        assert!(
            !detail.contains("test a ... ok") && !detail.contains("gdalinfo"),
            "{detail}"
        );
    }

    #[test]
    fn tests_that_do_not_build_have_failed() {
        assert_eq!(report(&ran("error[E0432]: unresolved import\n")).failed, 1);
    }
}

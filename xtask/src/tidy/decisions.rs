//! Decisions are short, dated, numbered each by its own number, and say what follows; and the map of the
//! code names every crate.

use super::{Finding, TextFile};

const FOLDER: &str = "docs/decisions/";
const HEADINGS: [&str; 3] = ["## Context", "## Decision", "## Consequences"];
const LINES_MAX: usize = 60;

pub(crate) fn check(files: &[TextFile]) -> Vec<Finding> {
    let mut pages: Vec<&TextFile> = files
        .iter()
        .filter(|file| is_decision(&file.path))
        .collect();
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    let mut findings: Vec<Finding> = pages.iter().flat_map(|page| parts(page)).collect();
    findings.extend(numbers(&pages));
    findings.extend(code_map(files));
    findings
}

fn is_decision(path: &str) -> bool {
    path.strip_prefix(FOLDER)
        .is_some_and(|name| name != "README.md")
}

fn parts(page: &TextFile) -> Vec<Finding> {
    let mut findings: Vec<Finding> = HEADINGS
        .iter()
        .filter(|heading| !page.text.lines().any(|line| line.trim_end() == **heading))
        .map(|heading| Finding::new(&page.path, format!("has no heading `{heading}`")))
        .collect();
    let date = page
        .text
        .lines()
        .find_map(|line| line.strip_prefix("Date: "));
    if !date.is_some_and(is_date) {
        findings.push(Finding::new(&page.path, "has no line `Date: YYYY-MM-DD`"));
    }
    if page.text.lines().count() > LINES_MAX {
        let message = format!("is longer than {LINES_MAX} lines: a decision fits on a page");
        findings.push(Finding::new(&page.path, message));
    }
    findings
}

fn is_date(text: &str) -> bool {
    let shape: String = text
        .trim_end()
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    shape == "0000-00-00"
}

/// Every page begins with four digits, and no two with the same. Gaps are allowed: pages written at the
/// same time take numbers from ranges of their own.
fn numbers(pages: &[&TextFile]) -> Vec<Finding> {
    let number = |page: &TextFile| -> Option<String> {
        let name = page.path.strip_prefix(FOLDER)?;
        let (number, _) = name.split_once('-')?;
        let digits = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| number.to_owned())
    };
    let mut findings = Vec::new();
    let mut last = None;
    for page in pages {
        let found = number(page);
        if found.is_none() {
            let message = "does not begin with four digits and a hyphen";
            findings.push(Finding::new(&page.path, message));
        } else if found == last {
            findings.push(Finding::new(&page.path, "has the number of another page"));
        }
        last = found;
    }
    findings
}

/// Every crate of the workspace has its place in the map of the code.
fn code_map(files: &[TextFile]) -> Vec<Finding> {
    let Some(map) = files.iter().find(|file| file.path == "ARCHITECTURE.md") else {
        return vec![Finding::new("ARCHITECTURE.md", "is missing")];
    };
    let crate_of = |path: &str| {
        let (name, rest) = path.strip_prefix("crates/")?.split_once('/')?;
        (rest == "Cargo.toml").then(|| name.to_owned())
    };
    files
        .iter()
        .filter_map(|file| crate_of(&file.path))
        .filter(|name| !map.text.contains(&format!("`{name}`")))
        .map(|name| Finding::new("ARCHITECTURE.md", format!("does not place `{name}`")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# T\n\nDate: 2024-05-01\n\n## Context\n## Decision\n## Consequences\n";

    fn file(path: &str, text: &str) -> TextFile {
        TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn findings(mut files: Vec<TextFile>) -> Vec<String> {
        files.push(file("ARCHITECTURE.md", "`cupola-units` counts."));
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_whole_decision_passes() {
        assert!(findings(vec![file("docs/decisions/0001-time.md", GOOD)]).is_empty());
    }

    #[test]
    fn missing_parts_are_named() {
        let found = findings(vec![file(
            "docs/decisions/0001-time.md",
            "# T\nDate: May 2024\n",
        )]);
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn a_number_is_given_once() {
        let count = |pages: [&str; 2]| findings(pages.map(|path| file(path, GOOD)).into()).len();
        assert_eq!(
            count(["docs/decisions/0001-a.md", "docs/decisions/0003-b.md"]),
            0
        );
        assert_eq!(
            count(["docs/decisions/0001-a.md", "docs/decisions/0001-b.md"]),
            1
        );
        assert_eq!(
            count(["docs/decisions/0001-a.md", "docs/decisions/b.md"]),
            1
        );
    }

    #[test]
    fn a_decision_fits_on_a_page() {
        let long = format!("{GOOD}{}", "more\n".repeat(60));
        assert_eq!(
            findings(vec![file("docs/decisions/0001-a.md", &long)]).len(),
            1
        );
    }

    #[test]
    fn the_code_map_names_every_crate() {
        let manifest = |name: &str| file(&format!("crates/{name}/Cargo.toml"), "");
        assert!(findings(vec![manifest("cupola-units")]).is_empty());
        assert_eq!(findings(vec![manifest("cupola-sea")]).len(), 1);
    }
}

//! Lints are set once: every crate takes the workspace's table, and a crate with its own
//! `clippy.toml` (which replaces the root's) repeats its thresholds.

use toml::Table;

use super::{Finding, TextFile};

const ROOT: &str = "clippy.toml";

pub(crate) fn check(files: &[TextFile]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let root = files
        .iter()
        .find(|file| file.path == ROOT)
        .map(|file| file.text.as_str());
    for file in files {
        let is_member = file.path.starts_with("crates/") || file.path.starts_with("xtask/");
        if is_member && file.path.ends_with("/clippy.toml") {
            findings.extend(thresholds(root.unwrap_or(""), file));
        }
        if is_member && file.path.ends_with("/Cargo.toml") {
            findings.extend(manifest(file));
        }
    }
    findings
}

fn table(text: &str) -> Option<Table> {
    text.parse().ok()
}

/// Everything in the root's file but its bans must stand in a crate's file with the same value.
fn thresholds(root: &str, file: &TextFile) -> Vec<Finding> {
    let (Some(root), Some(own)) = (table(root), table(&file.text)) else {
        return vec![Finding::new(
            &file.path,
            "cannot be read as TOML beside the root's",
        )];
    };
    root.iter()
        .filter(|(key, value)| !key.starts_with("disallowed-") && own.get(*key) != Some(*value))
        .map(|(key, value)| {
            Finding::new(
                &file.path,
                format!("must say `{key} = {value}` as the root's does"),
            )
        })
        .collect()
}

fn manifest(file: &TextFile) -> Vec<Finding> {
    let Some(own) = table(&file.text) else {
        return vec![Finding::new(&file.path, "cannot be read as TOML")];
    };
    let mut findings = Vec::new();
    let takes_lints = own
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        .is_some_and(|value| value.as_bool() == Some(true));
    if !takes_lints {
        findings.push(Finding::new(
            &file.path,
            "must say `[lints] workspace = true`",
        ));
    }
    let described = own
        .get("package")
        .and_then(|package| package.get("description"));
    if described.is_none() {
        findings.push(Finding::new(&file.path, "has no `description`"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\ndescription = \"d\"\n[lints]\nworkspace = true\n";

    fn findings(files: &[(&str, &str)]) -> usize {
        let owned: Vec<TextFile> = files
            .iter()
            .map(|&(path, text)| TextFile {
                path: path.to_owned(),
                text: text.to_owned(),
            })
            .collect();
        check(&owned).len()
    }

    #[test]
    fn thresholds_agree_and_bans_may_differ() {
        let root = (ROOT, "lines = 70\ndisallowed-types = [\"x\"]\n");
        assert_eq!(
            findings(&[root, ("crates/a/clippy.toml", "lines = 70\n")]),
            0
        );
        assert_eq!(
            findings(&[root, ("crates/a/clippy.toml", "lines = 90\n")]),
            1
        );
        assert_eq!(findings(&[root, ("xtask/clippy.toml", "")]), 1);
    }

    #[test]
    fn every_crate_takes_the_workspace_lints() {
        assert_eq!(findings(&[("crates/a/Cargo.toml", MANIFEST)]), 0);
        assert_eq!(
            findings(&[("crates/a/Cargo.toml", "[package]\ndescription = \"d\"\n")]),
            1
        );
    }

    #[test]
    fn every_crate_says_what_it_is() {
        assert_eq!(
            findings(&[("crates/a/Cargo.toml", "[lints]\nworkspace = true\n")]),
            1
        );
    }
}

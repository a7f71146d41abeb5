//! A validation case as it is written: TOML between `+++` lines, then prose.

use toml::{Table, Value};

use crate::failure::{Doing as _, Failure, Result};

const FENCE: &str = "+++";
const KEYS: [&str; 11] = [
    "id",
    "title",
    "model",
    "truth",
    "truth_source",
    "tolerance",
    "why",
    "test",
    "package",
    "known_limit",
    "needs",
];

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Which model it tries, as named in `docs/concepts/`.
    pub(crate) model: String,
    pub(crate) truth_source: String,
    /// Why the tolerance is what it is.
    pub(crate) why: String,
    /// Paths of the tests inside their crate.
    pub(crate) tests: Vec<String>,
    pub(crate) package: String,
    /// Why a miss is expected, where it is.
    pub(crate) known_limit: Option<String>,
    /// Environment variable without which its tests are skipped on a user's machine.
    pub(crate) needs: Option<String>,
}

impl Page {
    /// Reads a page whose file is called `stem`.
    pub(crate) fn parse(stem: &str, text: &str) -> Result<Self> {
        let (front, prose) = split(text)?;
        let table: Table = front
            .parse()
            .doing(|| "the front matter is not TOML".to_owned())?;
        if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
            return Err(Failure::new(format!(
                "unknown key `{key}`: one of {}",
                KEYS.join(", ")
            )));
        }
        if prose.trim().is_empty() {
            return Err(Failure::new("says nothing below its front matter"));
        }
        let id = text_of(&table, "id")?;
        if id != stem {
            return Err(Failure::new(format!(
                "its id is `{id}`, its file `{stem}.md`"
            )));
        }
        for key in ["truth", "tolerance"] {
            if !table.contains_key(key) {
                return Err(Failure::new(format!("has no `{key}`")));
            }
        }
        Ok(Self {
            id,
            title: text_of(&table, "title")?,
            model: text_of(&table, "model")?,
            truth_source: text_of(&table, "truth_source")?,
            why: text_of(&table, "why")?,
            tests: tests_of(&table)?,
            package: text_of(&table, "package")?,
            known_limit: table
                .get("known_limit")
                .and_then(Value::as_str)
                .map(str::to_owned),
            needs: table
                .get("needs")
                .and_then(Value::as_str)
                .map(str::to_owned),
        })
    }
}

fn split(text: &str) -> Result<(&str, &str)> {
    text.strip_prefix(FENCE)
        .and_then(|rest| rest.strip_prefix('\n'))
        .and_then(|rest| rest.split_once(&format!("\n{FENCE}\n")))
        .ok_or_else(|| Failure::new(format!("must begin with TOML between two lines `{FENCE}`")))
}

fn text_of(table: &Table, key: &str) -> Result<String> {
    table
        .get(key)
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("has no text `{key}`")))
}

/// `test` is one path or several; a path may begin with `crate::`, which test names do not.
fn tests_of(table: &Table) -> Result<Vec<String>> {
    let bare = |text: &str| text.strip_prefix("crate::").unwrap_or(text).to_owned();
    let paths = match table.get("test") {
        Some(Value::String(path)) => vec![bare(path)],
        Some(Value::Array(paths)) => paths.iter().filter_map(Value::as_str).map(bare).collect(),
        _ => Vec::new(),
    };
    if paths.is_empty() {
        return Err(Failure::new("has no `test`"));
    }
    Ok(paths)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const SAMPLE: &str = r#"+++
id = "erlang-b"
title = "Blocking of channels"
model = "channels"
truth = 0.0757
truth_source = "Erlang B"
tolerance = 0.002
why = "three standard errors"
test = "crate::channels::tests::val_blocking"
package = "cupola-raid"
+++
A long stationary stream against the closed form.
"#;

    #[test]
    fn a_page_is_read() {
        let page = Page::parse("erlang-b", SAMPLE).unwrap();
        assert_eq!(page.tests, ["channels::tests::val_blocking"]);
        assert_eq!(page.package, "cupola-raid");
        assert_eq!(page.known_limit, None);
    }

    #[test]
    fn what_is_wrong_with_a_page_is_said() {
        let check = |text: &str, expected: &str| {
            let failure = Page::parse("erlang-b", text).unwrap_err().to_string();
            assert!(failure.contains(expected), "{failure}");
        };
        check("no front matter", "must begin with TOML");
        check(&SAMPLE.replace("why =", "reason ="), "unknown key `reason`");
        check(
            &SAMPLE.replace("id = \"erlang-b\"", "id = \"other\""),
            "its file `erlang-b.md`",
        );
        check(
            &SAMPLE.replace("tolerance = 0.002\n", ""),
            "has no `tolerance`",
        );
        check(
            &SAMPLE.replace("title = \"Blocking of channels\"", ""),
            "has no text `title`",
        );
        check(
            &SAMPLE.replace("A long stationary stream against the closed form.", ""),
            "nothing",
        );
    }
}

//! Changing a scenario text from the command line: `--set path=value`, `--option NAME`.

use crate::tree::{Step, steps};
use thiserror::Error;
use toml_edit::{DocumentMut, Item, Value};

/// Why a setting could not be applied.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SetError {
    /// No `=` in the setting.
    #[error("`{0}` has no `=`: write path=value, for instance campaign.runs=256")]
    NoEquals(String),
    /// Nothing stands before the `=`.
    #[error(
        "`{0}` names no field before its `=`: write path=value, for instance campaign.runs=256"
    )]
    NoPath(String),
    /// The path leads nowhere.
    #[error("`{path}` leads nowhere: `{at}` is not in the scenario{hint}")]
    NoSuchPath {
        /// The whole path.
        path: String,
        /// The part that was not found.
        at: String,
        /// A suggestion, or nothing.
        hint: String,
    },
    /// The text is not TOML; parsing it again will say where.
    #[error("the scenario is not valid TOML: {0}")]
    NotToml(String),
    /// `--option` names an option that the scenario does not have.
    #[error("the scenario has no option `{name}`; it has {known}")]
    NoSuchOption {
        /// The name given.
        name: String,
        /// The names there are.
        known: String,
    },
}

/// The text with one `path=value` applied; a value that is no TOML is taken as a text.
///
/// # Errors
/// [`SetError`] when the setting has no `=` or its path leads nowhere.
pub fn with_setting(text: &str, setting: &str) -> Result<String, SetError> {
    let (path, value) = setting
        .split_once('=')
        .ok_or_else(|| SetError::NoEquals(setting.to_owned()))?;
    let mut document = parse(text)?;
    let value: Value = value
        .trim()
        .parse()
        .unwrap_or_else(|_| Value::from(value.trim()));
    let steps = steps(path.trim());
    if steps.is_empty() {
        return Err(SetError::NoPath(setting.to_owned()));
    }
    let mut item = document.as_item_mut();
    for (i, step) in steps.iter().enumerate() {
        let missing = || SetError::NoSuchPath {
            path: path.trim().to_owned(),
            at: shown(step),
            hint: String::new(),
        };
        let last = i + 1 == steps.len();
        item = match step {
            Step::Key(key) if last => {
                let table = item.as_table_like_mut().ok_or_else(missing)?;
                table.insert(key, Item::Value(value));
                return Ok(document.to_string());
            }
            Step::Key(key) => {
                let table = item.as_table_like_mut().ok_or_else(missing)?;
                if !table.contains_key(key) {
                    let near = crate::nearest(key, table.iter().map(|(k, _)| k)).map(str::to_owned);
                    if let Some(near) = near {
                        let hint = format!("; did you mean `{near}`?");
                        return Err(SetError::NoSuchPath {
                            path: path.trim().to_owned(),
                            at: key.clone(),
                            hint,
                        });
                    }
                    table.insert(key, Item::Table(toml_edit::Table::new()));
                }
                table.get_mut(key).ok_or_else(missing)?
            }
            Step::Index(index) => item.get_mut(*index).ok_or_else(missing)?,
        };
        if last {
            *item = Item::Value(value);
            return Ok(document.to_string());
        }
    }
    Err(SetError::NoPath(setting.to_owned()))
}

/// The text with only the named options left, in the order of the file.
///
/// # Errors
/// [`SetError::NoSuchOption`] for a name that the scenario does not have.
pub fn with_options(text: &str, names: &[String]) -> Result<String, SetError> {
    if names.is_empty() {
        return Ok(text.to_owned());
    }
    let mut document = parse(text)?;
    let Some(options) = document
        .get_mut("options")
        .and_then(Item::as_array_of_tables_mut)
    else {
        return Ok(text.to_owned());
    };
    let name_of = |table: &toml_edit::Table| {
        table
            .get("name")
            .and_then(Item::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let known: Vec<String> = options.iter().map(name_of).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name)) {
        return Err(SetError::NoSuchOption {
            name: name.clone(),
            known: known.join(", "),
        });
    }
    options.retain(|table| names.contains(&name_of(table)));
    Ok(document.to_string())
}

fn parse(text: &str) -> Result<DocumentMut, SetError> {
    text.parse()
        .map_err(|error: toml_edit::TomlError| SetError::NotToml(error.message().to_owned()))
}

fn shown(step: &Step) -> String {
    match step {
        Step::Key(key) => key.clone(),
        Step::Index(index) => format!("[{index}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "[campaign]\nruns = 8\n[[options]]\nname = \"a\"\n[[options]]\nname = \"b\"\n";

    #[test]
    fn a_setting_changes_one_value() {
        let text = with_setting(TEXT, "campaign.runs=64").unwrap();
        assert!(text.contains("runs = 64"));
        let text = with_setting(TEXT, "options[1].name=c d").unwrap();
        assert!(text.contains("name = \"c d\""));
        let text = with_setting(TEXT, "area.terrain=\"embedded\"").unwrap();
        assert!(text.contains("[area]\nterrain = \"embedded\""));
    }

    #[test]
    fn a_setting_that_leads_nowhere_says_so() {
        assert!(matches!(
            with_setting(TEXT, "campaign.runs"),
            Err(SetError::NoEquals(_))
        ));
        let error = with_setting(TEXT, "campagn.runs=1").unwrap_err();
        assert!(
            error.to_string().contains("did you mean `campaign`?"),
            "{error}"
        );
        assert!(with_setting(TEXT, "options[9].name=x").is_err());
    }

    #[test]
    fn only_the_named_options_stay() {
        let text = with_options(TEXT, &["b".to_owned()]).unwrap();
        assert!(!text.contains("\"a\"") && text.contains("\"b\""));
        assert!(with_options(TEXT, &["z".to_owned()]).is_err());
    }
}

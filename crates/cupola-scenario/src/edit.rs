//! Changing a scenario text from the command line: `--set path=value`, `--option NAME`.

use crate::tree::{Step, steps};
use thiserror::Error;
use toml_edit::{DocumentMut, Item, TableLike, Value};

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
/// In a list, an entry is named by its position, its `name` or its `group` (all entries of the
/// group); `*` names every entry that has the rest of the path's first step.
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
    let places = expanded(document.as_item(), &steps, path.trim())?;
    for place in places {
        set(document.as_item_mut(), &place, path.trim(), value.clone())?;
    }
    Ok(document.to_string())
}

/// Sets one value; every step is a key or a position.
fn set(item: &mut Item, steps: &[Step], path: &str, value: Value) -> Result<(), SetError> {
    let mut item = item;
    for (i, step) in steps.iter().enumerate() {
        let missing = || nowhere(path, step, String::new());
        let last = i + 1 == steps.len();
        item = match step {
            Step::Key(key) if last => {
                let table = item.as_table_like_mut().ok_or_else(missing)?;
                table.insert(key, Item::Value(value));
                return Ok(());
            }
            Step::Key(key) => {
                let table = item.as_table_like_mut().ok_or_else(missing)?;
                if !table.contains_key(key) {
                    let near = crate::nearest(key, table.iter().map(|(k, _)| k));
                    if let Some(near) = near {
                        let hint = format!("; did you mean `{near}`?");
                        return Err(nowhere(path, step, hint));
                    }
                    table.insert(key, Item::Table(toml_edit::Table::new()));
                }
                table.get_mut(key).ok_or_else(missing)?
            }
            Step::Index(index) => item.get_mut(*index).ok_or_else(missing)?,
        };
        if last {
            *item = Item::Value(value);
            return Ok(());
        }
    }
    Ok(())
}

fn nowhere(path: &str, step: &Step, hint: String) -> SetError {
    SetError::NoSuchPath {
        path: path.to_owned(),
        at: shown(step),
        hint,
    }
}

/// The places that a path names: names and `*` in lists become positions.
fn expanded(root: &Item, steps: &[Step], path: &str) -> Result<Vec<Vec<Step>>, SetError> {
    let mut places: Vec<(Vec<Step>, Option<&Item>)> = vec![(Vec::new(), Some(root))];
    for (i, step) in steps.iter().enumerate() {
        let mut next = Vec::new();
        for (taken, item) in places {
            let entries = item.map_or_else(Vec::new, entries);
            let chosen: Vec<usize> = match step {
                Step::Key(key) if !entries.is_empty() => named(&entries, key, steps.get(i + 1))
                    .ok_or_else(|| {
                        let names = entries.iter().filter_map(|entry| name_in(*entry));
                        let near = crate::nearest(key, names);
                        let hint = near.map_or(String::new(), |n| format!("; did you mean `{n}`?"));
                        nowhere(path, step, hint)
                    })?,
                _ => {
                    let below = item.and_then(|item| match step {
                        Step::Key(key) => item.as_table_like().and_then(|table| table.get(key)),
                        Step::Index(index) => item.get(*index),
                    });
                    let mut taken = taken;
                    taken.push(step.clone());
                    next.push((taken, below));
                    continue;
                }
            };
            for index in chosen {
                let mut taken = taken.clone();
                taken.push(Step::Index(index));
                next.push((taken, item.and_then(|item| item.get(index))));
            }
        }
        places = next;
    }
    Ok(places.into_iter().map(|(steps, _)| steps).collect())
}

/// The tables of a list of tables; nothing for what is no such list.
fn entries(item: &Item) -> Vec<&dyn TableLike> {
    match item {
        Item::ArrayOfTables(list) => list.iter().map(|table| table as &dyn TableLike).collect(),
        Item::Value(Value::Array(list)) => list
            .iter()
            .filter_map(|value| value.as_inline_table().map(|table| table as &dyn TableLike))
            .collect(),
        _ => Vec::new(),
    }
}

fn name_in(entry: &dyn TableLike) -> Option<&str> {
    let name = entry.get("name").or_else(|| entry.get("group"));
    name.and_then(Item::as_str)
}

/// Positions of the entries that a name or `*` means; `None` when it means none.
fn named(entries: &[&dyn TableLike], name: &str, next: Option<&Step>) -> Option<Vec<usize>> {
    let wanted = |entry: &dyn TableLike| match (name, next) {
        ("*", Some(Step::Key(key))) => entry.contains_key(key),
        ("*", _) => true,
        _ => name_in(entry) == Some(name),
    };
    let found: Vec<usize> = (0..entries.len()).filter(|&i| wanted(entries[i])).collect();
    (!found.is_empty()).then_some(found)
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
    fn an_entry_of_a_list_is_named_by_its_name() {
        let text = with_setting(TEXT, "options.b.title=x").unwrap();
        assert!(text.ends_with("name = \"b\"\ntitle = \"x\"\n"), "{text}");
        let text = with_setting(TEXT, "options[*].name=x").unwrap();
        assert_eq!(text.matches("\"x\"").count(), 2);
        let error = with_setting(TEXT, "options.c.title=x").unwrap_err();
        assert!(error.to_string().contains("`c` is not in"), "{error}");
    }

    #[test]
    fn every_entry_of_a_group_is_changed() {
        let text =
            "fire_units = [{ group = \"g\", d = 1 }, { group = \"g\" }, { group = \"h\" }]\n";
        let all = with_setting(text, "fire_units.g.d=2").unwrap();
        assert_eq!(all.matches("d = 2").count(), 2, "{all}");
        let some = with_setting(text, "fire_units[*].d=3").unwrap();
        assert_eq!(some.matches("d = 3").count(), 1, "{some}");
    }

    #[test]
    fn only_the_named_options_stay() {
        let text = with_options(TEXT, &["b".to_owned()]).unwrap();
        assert!(!text.contains("\"a\"") && text.contains("\"b\""));
        assert!(with_options(TEXT, &["z".to_owned()]).is_err());
    }
}

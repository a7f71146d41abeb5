//! `cupola catalogue`: systems and threats with their figures and sources.

use crate::args::{Catalogue, CatalogueCommand};
use crate::failure::Failure;
use cupola_scenario::CatalogueFiles;
use std::fmt::Write as _;

/// Lists the catalogue or shows an entry.
///
/// # Errors
/// [`Failure`] for an unknown id.
pub(crate) fn catalogue(args: &Catalogue) -> Result<(), Failure> {
    let files = crate::prepare::catalogue(args.catalogue.as_deref())?;
    let text = match &args.command {
        CatalogueCommand::List => list(&files),
        CatalogueCommand::Show { id } => show(&files, id)?,
    };
    crate::print(&text)
}

fn list(files: &CatalogueFiles) -> String {
    let mut text = String::from("systems\n");
    let mut row = |id: &str, what: &str, name: &str, counts: (usize, usize)| {
        writeln!(
            text,
            "  {id:20} {what:11} {name}  ({} figures, {} assumed)",
            counts.0, counts.1
        )
        .expect("writing to a string cannot fail");
    };
    for (id, system) in &files.catalogue.systems {
        let kind = format!("{:?}", system.kind).to_lowercase();
        row(id, &kind, &system.name, count(files.table(id)));
    }
    text.push_str("threats\n");
    let mut row = |id: &str, what: &str, name: &str, counts: (usize, usize)| {
        writeln!(
            text,
            "  {id:20} {what:11} {name}  ({} figures, {} assumed)",
            counts.0, counts.1
        )
        .expect("writing to a string cannot fail");
    };
    for (id, threat) in &files.catalogue.threats {
        row(
            id,
            threat.class.name(),
            &threat.name,
            count(files.table(id)),
        );
    }
    text.push_str("holdings\n");
    for (id, holding) in &files.catalogue.holdings {
        let systems = holding.systems.iter();
        let held: Vec<String> = systems
            .map(|held| {
                format!(
                    "{} of {} {}",
                    held.releasable_units, held.held_units, held.system
                )
            })
            .collect();
        let held = if held.is_empty() {
            "nothing".to_owned()
        } else {
            held.join(", ")
        };
        writeln!(text, "  {id:20} {:11} releasable: {held}", holding.name)
            .expect("writing to a string cannot fail");
    }
    text.push_str(
        "kill probabilities: `cupola catalogue show pk` (declared assumptions, one and all)\n",
    );
    text
}

fn show(files: &CatalogueFiles, id: &str) -> Result<String, Failure> {
    let Some(table) = files.table(id) else {
        let systems = files.catalogue.systems.keys();
        let ids = systems
            .chain(files.catalogue.threats.keys())
            .chain(files.catalogue.holdings.keys())
            .map(String::as_str);
        let help = cupola_scenario::nearest(id, ids).map_or_else(
            || "see `cupola catalogue list`".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        return Err(Failure::Input(
            format!("the catalogue has no entry `{id}`"),
            Some(help),
        ));
    };
    let mut text = String::new();
    figures(table, "", &mut text);
    Ok(text)
}

/// A line or two for every figure of a table.
fn figures(table: &toml::Table, prefix: &str, text: &mut String) {
    for (key, value) in table {
        let name = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match value {
            toml::Value::Table(inner) if is_figure(inner) => {
                let get = |key: &str| inner.get(key).map(ToString::to_string);
                let range: Vec<String> = ["value", "low", "mode", "high"]
                    .iter()
                    .filter_map(|key| get(key))
                    .collect();
                let basis = inner.get("source").or_else(|| inner.get("reason"));
                let basis = basis
                    .and_then(toml::Value::as_str)
                    .unwrap_or("no basis given");
                let confidence = inner.get("confidence").and_then(toml::Value::as_str);
                let date = get("date").map_or(String::new(), |date| format!(", {date}"));
                writeln!(text, "{name:36} {}", range.join(" – "))
                    .expect("writing to a string cannot fail");
                writeln!(
                    text,
                    "    {}: {basis}{date}",
                    confidence.unwrap_or("stated")
                )
                .expect("writing to a string cannot fail");
            }
            toml::Value::Table(inner) => figures(inner, &name, text),
            toml::Value::Array(items) if items.iter().all(toml::Value::is_table) => {
                for item in items.iter().filter_map(toml::Value::as_table) {
                    let system = item.get("system").and_then(toml::Value::as_str);
                    figures(item, &format!("{name}.{}", system.unwrap_or("?")), text);
                }
            }
            other => {
                let shown = other
                    .as_str()
                    .map_or_else(|| other.to_string(), str::to_owned);
                writeln!(text, "{name:36} {shown}").expect("writing to a string cannot fail");
            }
        }
    }
}

fn is_figure(table: &toml::Table) -> bool {
    table.contains_key("value") || table.contains_key("low")
}

/// Figures of an entry, and how many of them are assumed.
fn count(table: Option<&toml::Table>) -> (usize, usize) {
    let mut counts = (0, 0);
    for value in table.into_iter().flat_map(toml::Table::values) {
        match value {
            toml::Value::Table(inner) if is_figure(inner) => {
                let assumed = inner.get("confidence").and_then(toml::Value::as_str);
                counts.0 += 1;
                counts.1 += usize::from(assumed == Some("assumed"));
            }
            toml::Value::Table(inner) => {
                let inner = count(Some(inner));
                counts = (counts.0 + inner.0, counts.1 + inner.1);
            }
            _ => {}
        }
    }
    counts
}

//! The catalogue of one scenario: entries inside it over the built-in ones, the part it uses, and the
//! lock text that holds all of that.

use crate::catalogue::Catalogue;
use crate::files::{CatalogueFiles, raw};
use crate::model::ScenarioFile;
use std::collections::BTreeMap;

/// Puts the entries inside the scenario over the catalogue's.
pub(crate) fn overlay(all: &mut CatalogueFiles, file: &ScenarioFile, table: &toml::Table) {
    let raw_of = |kind: &str, id: &str| -> toml::Table {
        let found = table
            .get("catalogue")
            .and_then(|c| c.get(kind))
            .and_then(|k| k.get(id));
        found
            .and_then(toml::Value::as_table)
            .cloned()
            .unwrap_or_default()
    };
    for (id, system) in &file.catalogue.systems {
        all.raw_systems.insert(id.clone(), raw_of("systems", id));
        all.catalogue.systems.insert(id.clone(), system.clone());
    }
    for (id, threat) in &file.catalogue.threats {
        all.raw_threats.insert(id.clone(), raw_of("threats", id));
        all.catalogue.threats.insert(id.clone(), threat.clone());
    }
    for (id, holding) in &file.catalogue.holdings {
        all.raw_holdings.insert(id.clone(), raw_of("holdings", id));
        all.catalogue.holdings.insert(id.clone(), holding.clone());
    }
    if let Some(pk) = &file.catalogue.pk {
        all.catalogue.pk = pk.clone();
        let raw = table
            .get("catalogue")
            .and_then(|c| c.get("pk"))
            .and_then(toml::Value::as_table);
        all.raw_pk = raw.cloned().unwrap_or_default();
    }
}

/// The part of the catalogue that the scenario refers to.
pub(crate) fn used(file: &ScenarioFile, all: &Catalogue) -> Catalogue {
    let swept = || file.sweep.iter();
    let swept_units = swept().flat_map(|sweep| &sweep.fire_units);
    let systems = file
        .fire_units
        .iter()
        .chain(swept_units)
        .filter_map(|unit| {
            all.systems
                .get(&unit.system)
                .map(|system| (unit.system.clone(), system.clone()))
        });
    let waves = file.raids.iter().flat_map(|raid| &raid.waves);
    let threats = waves.filter_map(|wave| {
        all.threats
            .get(&wave.threat)
            .map(|threat| (wave.threat.clone(), threat.clone()))
    });
    let swept_options = swept().flat_map(|sweep| &sweep.options);
    let options = file.options.iter().chain(swept_options);
    let nations = options.flat_map(|option| &option.coalition);
    let holdings = nations.filter_map(|id| Some((id.clone(), all.holdings.get(id)?.clone())));
    Catalogue {
        systems: systems.collect(),
        threats: threats.collect(),
        holdings: holdings.collect(),
        pk: all.pk.clone(),
    }
}

/// The scenario with its name and every catalogue entry it used.
pub(crate) fn lock(
    table: &toml::Table,
    name: &str,
    used: &Catalogue,
    all: &CatalogueFiles,
) -> String {
    let mut table = table.clone();
    if let Some(question) = table
        .get_mut("question")
        .and_then(toml::Value::as_table_mut)
    {
        question.insert("name".to_owned(), name.into());
    }
    let pick = |ids: Vec<&String>, raw: &BTreeMap<String, toml::Table>| {
        let entries = ids
            .into_iter()
            .filter_map(|id| Some((id.clone(), raw.get(id)?.clone().into())));
        toml::Value::Table(entries.collect())
    };
    let mut catalogue = toml::Table::new();
    catalogue.insert("pk".to_owned(), all.raw_pk.clone().into());
    catalogue.insert(
        "systems".to_owned(),
        pick(used.systems.keys().collect(), &all.raw_systems),
    );
    catalogue.insert(
        "threats".to_owned(),
        pick(used.threats.keys().collect(), &all.raw_threats),
    );
    if !used.holdings.is_empty() {
        let held = pick(used.holdings.keys().collect(), &all.raw_holdings);
        catalogue.insert("holdings".to_owned(), held);
    }
    table.remove("catalogue");
    table.insert("catalogue".to_owned(), catalogue.into());
    let text = toml::to_string(&table).unwrap_or_default();
    // Once through the reader, so that a lock of a lock is the same text.
    toml::to_string(&raw(&text)).unwrap_or(text)
}

//! Everything embedded loads, and a lock file is its own lock.

use cupola_scenario::{CatalogueFiles, NEW_SCENARIO, parse, scenario_names, scenario_text};

#[test]
fn every_catalogue_entry_loads() {
    let files = CatalogueFiles::embedded()
        .map_err(|e| e.to_string())
        .unwrap();
    assert!(
        files.catalogue.systems.len() >= 16,
        "{}",
        files.catalogue.systems.len()
    );
    assert!(files.catalogue.threats.len() >= 12);
    for (id, system) in &files.catalogue.systems {
        if let Some(family) = &system.pk_family {
            assert!(
                files.catalogue.pk.families.contains_key(family),
                "{id}: {family}"
            );
        }
    }
}

#[test]
fn every_scenario_loads_and_its_lock_is_its_own_lock() {
    let files = CatalogueFiles::embedded()
        .map_err(|e| e.to_string())
        .unwrap();
    for name in scenario_names() {
        let text = scenario_text(name).unwrap();
        let scenario = parse(text, name, &files)
            .map_err(|e| e.to_string())
            .unwrap();
        let again = parse(&scenario.lock_text, "x/scenario.lock.toml", &files)
            .map_err(|e| e.to_string())
            .unwrap();
        assert_eq!(again.lock_text, scenario.lock_text, "{name}");
        assert_eq!((again.name, again.hash), (scenario.name, scenario.hash));
    }
    parse(NEW_SCENARIO, "new.toml", &files)
        .map_err(|e| e.to_string())
        .unwrap();
}

//! Options written as a coalition: from nations and a level of release to fire units, sites and
//! rules, by the catalogue's holdings.
//!
//! The longest reach takes the first site of the option's list, and so on, round again when there are
//! more units than sites. A unit of the same nation, system and site is one entry for all options, so
//! that it has the same luck in each.

use crate::catalogue::Catalogue;
use crate::model::{FireUnits, OptionSpec, Rule, ScenarioFile};
use std::collections::BTreeMap;

/// Something wrong with an option's coalition: code, path, message, help.
pub(crate) type Wrong = (&'static str, String, String, Option<String>);

/// One released fire unit.
struct Released<'a> {
    nation: &'a str,
    held: &'a crate::holdings::Held,
    name: &'a str,
    reach_km: f64,
}

/// Writes every coalition of the file out as groups of fire units and rules.
pub(crate) fn expand(file: &mut ScenarioFile, all: &Catalogue) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let mut rules = BTreeMap::new();
    let mut units: BTreeMap<String, FireUnits> = BTreeMap::new();
    for (i, option) in file.options.iter_mut().enumerate() {
        let before = wrong.len();
        check(i, option, all, &mut wrong);
        if option.coalition.is_empty() || wrong.len() > before {
            continue;
        }
        for (unit, entry) in deal(i, option, all) {
            units.entry(unit.clone()).or_insert(entry);
            option.groups.push(unit);
        }
        if option.caveats {
            heed(option, all, &mut rules);
        }
    }
    file.fire_units.extend(units.into_values());
    file.rules.extend(rules);
    wrong
}

fn check(i: usize, option: &OptionSpec, all: &Catalogue, wrong: &mut Vec<Wrong>) {
    let path = |key: &str| format!("options[{i}].{key}");
    if option.coalition.is_empty() {
        if option.release.is_some() || !option.sites.is_empty() || option.caveats {
            let message = "`release`, `sites` and `caveats` belong to a coalition".to_owned();
            let help = "add coalition = [\"PL\", \"GB\"], or name `groups` of fire units";
            wrong.push(("missing-key", path("name"), message, Some(help.to_owned())));
        }
        return;
    }
    for (j, nation) in option.coalition.iter().enumerate() {
        if !all.holdings.contains_key(nation) {
            let known: Vec<&str> = all.holdings.keys().map(String::as_str).collect();
            let message = format!("no holdings of \"{nation}\" are in the catalogue");
            let help = format!("known: {}", known.join(", "));
            let path = path(&format!("coalition[{j}]"));
            wrong.push(("unknown-name", path, message, Some(help)));
        }
        if option.coalition.iter().take(j).any(|other| other == nation) {
            let message = format!("\"{nation}\" is in the coalition twice");
            let path = path(&format!("coalition[{j}]"));
            wrong.push(("twice", path, message, None));
        }
    }
    if option.sites.is_empty() {
        let message = "a coalition needs sites for its fire units".to_owned();
        let help = "add sites = [\"…\"]: the longest reach takes the first".to_owned();
        wrong.push(("missing-key", path("coalition"), message, Some(help)));
    }
}

/// The fire units of an option, each with the name of its group.
fn deal(i: usize, option: &OptionSpec, all: &Catalogue) -> Vec<(String, FireUnits)> {
    let release = option.release.unwrap_or_default();
    let mut released: Vec<Released<'_>> = Vec::new();
    for nation in &option.coalition {
        let Some(holding) = all.holdings.get(nation) else {
            continue;
        };
        for held in &holding.systems {
            let system = all.systems.get(&held.system);
            let missile = system.and_then(|system| system.missile.as_ref());
            for _ in 0..held.released(release) {
                released.push(Released {
                    nation,
                    held,
                    name: &holding.name,
                    reach_km: missile.map_or(0.0, |missile| missile.range_km.mode),
                });
            }
        }
    }
    // Stable: nations of one system keep the order of the option.
    released.sort_by(|a, b| {
        let reach = b.reach_km.total_cmp(&a.reach_km);
        reach.then_with(|| a.held.system.cmp(&b.held.system))
    });
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let sites = option.sites.iter().enumerate().cycle();
    released
        .iter()
        .zip(sites)
        .map(|(unit, (k, site))| {
            let base = format!("{} {} at {site}", unit.nation, unit.held.system);
            let count = taken.entry(base.clone()).or_insert(0);
            *count += 1;
            let group = if *count > 1 {
                format!("{base} #{count}")
            } else {
                base
            };
            let mut entry = entry(group.clone(), site, unit);
            entry.origin = Some(format!("options[{i}].sites[{k}]"));
            (group, entry)
        })
        .collect()
}

fn entry(group: String, site: &str, unit: &Released<'_>) -> FireUnits {
    let held = &unit.held.held_units;
    let basis = held.source.as_ref().or(held.reason.as_ref());
    FireUnits {
        doctrine: None,
        lost_at_min: None,
        loss_share: None,
        group,
        nation: unit.nation.to_owned(),
        system: unit.held.system.clone(),
        sites: vec![site.to_owned()],
        line: None,
        facing_deg: None,
        launchers: None,
        loads_in_stock: None,
        aircraft: None,
        manned_from: unit.held.manned_from,
        training: None,
        ready_share: unit.held.ready_share.clone(),
        source: basis.map(|basis| format!("holdings of {}: {basis}", unit.name)),
        origin: None,
    }
}

/// Gives every nation with a caveat a rule of its own, unless the option names one for it.
fn heed(option: &mut OptionSpec, all: &Catalogue, rules: &mut BTreeMap<String, Rule>) {
    for nation in &option.coalition {
        let caveat = all.holdings.get(nation).and_then(|h| h.caveat.as_ref());
        let Some(caveat) = caveat else { continue };
        if option.rules.contains_key(nation) {
            continue;
        }
        let name = format!("caveat of {nation}");
        let rule = Rule {
            engage: caveat.engage,
            belt_km: caveat.belt_km,
            horizon_s: None,
            heading_error_deg: None,
            consent_s: caveat.consent_s.clone(),
        };
        rules.insert(name.clone(), rule);
        option.rules.insert(nation.clone(), name);
    }
}

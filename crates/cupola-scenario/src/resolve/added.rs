//! References of what came after the first format: doctrines, losses, means over an area.

use super::{References, is_country_code};
use crate::means::{Means, MeansKind};

impl References<'_> {
    /// Checks doctrines, losses and means.
    pub(super) fn added(&mut self) {
        self.doctrines();
        self.means();
    }

    fn doctrines(&mut self) {
        let file = self.file;
        let known: Vec<&str> = file.doctrine.keys().map(String::as_str).collect();
        let units = file.fire_units.iter().enumerate();
        let units = units.map(|(i, unit)| (format!("fire_units[{i}].doctrine"), &unit.doctrine));
        let options = file.options.iter().enumerate();
        let options =
            options.map(|(i, option)| (format!("options[{i}].doctrine"), &option.doctrine));
        for (path, named) in units.chain(options) {
            if let Some(name) = named.as_deref().filter(|name| !known.contains(name)) {
                self.unknown(&path, "doctrine", name, &known);
            }
        }
    }

    fn means(&mut self) {
        let file = self.file;
        let known: Vec<&str> = file.means.iter().map(|means| means.name.as_str()).collect();
        for (i, option) in file.options.iter().enumerate() {
            for (j, name) in option.means.iter().enumerate() {
                if !known.contains(&name.as_str()) {
                    let path = format!("options[{i}].means[{j}]");
                    self.unknown(&path, "means over an area", name, &known);
                }
            }
        }
        for (i, means) in file.means.iter().enumerate() {
            let at = |key: &str| format!("means[{i}].{key}");
            if known[..i].contains(&means.name.as_str()) {
                let message = format!("two means are named \"{}\"", means.name);
                self.report("twice", &at("name"), message, None);
            }
            if !is_country_code(&means.nation) {
                let message = format!("\"{}\" is no country code", means.nation);
                let help = "write two capital letters, for instance \"PL\"".to_owned();
                self.report("bad-name", &at("nation"), message, Some(help));
            }
            if means.sites.is_empty() {
                self.report("empty", &at("sites"), "no site is given".into(), None);
            }
            self.limit(&at("radius_km"), means.radius_km, 1.0..=1_000.0);
            for (k, class) in means.classes.iter().flatten().enumerate() {
                if !class.is_air_breathing() {
                    let message = format!("nothing over an area stops {} threats", class.name());
                    let help = "name drone, decoy, cruise or guided".to_owned();
                    self.report(
                        "wrong-model",
                        &at(&format!("classes[{k}]")),
                        message,
                        Some(help),
                    );
                }
            }
            for key in lacking(means) {
                let message = format!("means \"{}\" need `{key}`", means.name);
                let help = format!("add {key} = {{ low = …, high = …, source = \"…\" }}");
                self.report("missing-key", &at("kind"), message, Some(help));
            }
        }
    }
}

/// Keys that means of this kind cannot do without.
fn lacking(means: &Means) -> Vec<&'static str> {
    let needed: &[(&str, bool)] = match means.kind {
        MeansKind::ElectronicWarfare => {
            &[("lost_per_drone_hour", means.lost_per_drone_hour.is_some())]
        }
        MeansKind::FireTeams | MeansKind::InterceptorDrones => &[
            ("teams_per_1000_km2", means.teams_per_1000_km2.is_some()),
            ("half_width_km", means.half_width_km.is_some()),
            ("ceiling_m", means.ceiling_m.is_some()),
            ("rounds", means.rounds.is_some()),
            ("cost_musd", means.cost_musd.is_some()),
        ],
    };
    let missing = needed.iter().filter(|(_, given)| !given);
    missing.map(|(key, _)| *key).collect()
}

//! The small sweep of a scenario: one field over a few values, with fire units and options of its own.
//!
//! Each point is a scenario like any other, made from the lock text: the main raid alone, the sweep's
//! own fire units and options, and the field at its value. Not here: playing it, and `cupola sweep`,
//! which sweeps any field of a whole scenario.

use crate::diagnostic::{Diagnostic, Rejected};
use crate::edit::{SetError, with_setting};
use crate::files::{CatalogueFiles, raw};
use crate::model::{FireUnits, OptionSpec, ScenarioFile};
use crate::resolve::{Scenario, parse};
use schemars::JsonSchema;
use serde::Deserialize;

/// Fewest and most values.
const VALUES: std::ops::RangeInclusive<usize> = 2..=12;
/// Most runs at a point: the sweep stands beside the answer and must not take longer.
const RUNS: std::ops::RangeInclusive<u32> = 8..=1_024;

/// A field that the report sweeps beside the answer.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// Heading as printed.
    pub title: String,
    /// The field, as `cupola sweep --over` names it.
    pub over: String,
    /// Its values, 2 to 12 of them.
    pub values: Vec<f64>,
    /// Runs per option at each value, 8 to 1,024.
    #[serde(default = "default_runs")]
    pub runs: u32,
    /// Fire units of the sweep instead of the scenario's; the scenario's own when empty.
    #[serde(default)]
    pub fire_units: Vec<FireUnits>,
    /// Options of the sweep instead of the scenario's; the scenario's own when empty.
    #[serde(default)]
    pub options: Vec<OptionSpec>,
}

fn default_runs() -> u32 {
    64
}

impl Scenario {
    /// The scenario of each value of the small sweep; none when there is no sweep.
    ///
    /// # Errors
    /// [`Rejected`] at `sweep` with everything wrong at the first value that is wrong.
    pub fn sweep_points(&self, base: &CatalogueFiles) -> Result<Vec<(String, Self)>, Rejected> {
        let Some(sweep) = &self.file.sweep else {
            return Ok(Vec::new());
        };
        let values = sweep.values.iter().map(|value| format!("{value}"));
        values
            .map(|value| {
                let text =
                    text_at(&self.lock_text, &self.file, sweep, &value).map_err(|error| {
                        self.reject("sweep.over", error.to_string(), Some(how().to_owned()))
                    })?;
                let point = parse(&text, &self.name, base)
                    .map_err(|rejected| self.at_sweep(&value, &rejected))?;
                Ok((value, point.shown_as(self)))
            })
            .collect()
    }

    /// What is wrong at one value, told where the sweep stands in the user's file.
    fn at_sweep(&self, value: &str, rejected: &Rejected) -> Rejected {
        let mut own = self.reject("sweep", String::new(), None);
        let span = own.problems.first().map_or(0..0, |p| p.span.clone());
        own.problems = rejected
            .problems
            .iter()
            .map(|problem| Diagnostic {
                code: problem.code,
                message: format!("the sweep at {value}: {}", problem.message),
                span: span.clone(),
                label: "of this sweep".to_owned(),
                help: problem.help.clone(),
            })
            .collect();
        own
    }
}

fn how() -> &'static str {
    "name a field as `cupola sweep --over` does, for instance rules.belt-70.belt_km"
}

/// The text of the scenario at one value.
fn text_at(
    lock_text: &str,
    file: &ScenarioFile,
    sweep: &Sweep,
    value: &str,
) -> Result<String, SetError> {
    let mut table = raw(lock_text);
    let own = table.remove("sweep");
    let own = own.as_ref().and_then(toml::Value::as_table);
    for key in ["fire_units", "options"] {
        let instead = own.and_then(|own| own.get(key));
        if let Some(instead) = instead.filter(|v| v.as_array().is_some_and(|a| !a.is_empty())) {
            table.insert(key.to_owned(), instead.clone());
        }
    }
    let first = file.raids.first().map(|raid| &raid.name);
    let main = file.campaign.main_raid.as_ref().or(first);
    if let Some(raids) = table.get_mut("raids").and_then(toml::Value::as_array_mut) {
        let name_of = |raid: &toml::Value| {
            let name = raid.get("name").and_then(toml::Value::as_str);
            name.map(str::to_owned)
        };
        raids.retain(|raid| name_of(raid).as_ref() == main);
    }
    let text = toml::to_string(&table).unwrap_or_default();
    let text = with_setting(&text, &format!("campaign.runs={}", sweep.runs))?;
    with_setting(&text, &format!("{}={value}", sweep.over))
}

/// What is wrong with the sweep itself: path, message, help.
pub(crate) fn limits(sweep: &Sweep) -> Vec<(&'static str, String, String)> {
    let mut wrong = Vec::new();
    let count = sweep.values.len();
    if !VALUES.contains(&count) {
        let message = format!("the sweep has {count} values");
        wrong.push(("sweep.values", message, "write 2 to 12 values".to_owned()));
    }
    let twice = (1..count).find(|&i| {
        let earlier = &sweep.values[..i];
        earlier
            .iter()
            .any(|v| v.total_cmp(&sweep.values[i]).is_eq())
    });
    if let Some(i) = twice {
        let message = format!("the sweep has the value {} twice", sweep.values[i]);
        wrong.push(("sweep.values", message, "write each value once".to_owned()));
    }
    if !RUNS.contains(&sweep.runs) {
        let message = format!("`sweep.runs` is {}, outside 8 to 1024", sweep.runs);
        let help = "write a number from 8 to 1024; `cupola sweep` plays more".to_owned();
        wrong.push(("sweep.runs", message, help));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const SWEEP: &str = r#"
[sweep]
title = "How deep the belt"
over = "rules.belt-70.belt_km"
values = [0, 30, 70]
runs = 16
"#;

    fn scenario(sweep: &str) -> Result<Scenario, Rejected> {
        let base = CatalogueFiles::embedded().unwrap();
        let text = crate::scenario_text("rules-compared").unwrap();
        parse(&format!("{text}{sweep}"), "mine.toml", &base)
    }

    #[test]
    fn each_value_is_a_scenario_of_the_main_raid() {
        let base = CatalogueFiles::embedded().unwrap();
        let found = scenario(SWEEP).unwrap();
        let points = found.sweep_points(&base).unwrap();
        let values: Vec<&str> = points.iter().map(|(value, _)| value.as_str()).collect();
        assert_eq!(values, ["0", "30", "70"]);
        for (value, point) in &points {
            let belt_km = point.file.rules["belt-70"].belt_km.unwrap();
            assert_eq!(format!("{belt_km}"), *value);
            assert_eq!((point.file.raids.len(), point.file.campaign.runs), (1, 16));
            assert!(point.file.sweep.is_none());
        }
        assert_ne!(points[0].1.hash, points[1].1.hash);
        // A lock of it sweeps the same.
        let lock = parse(&found.lock_text, "mine.lock.toml", &base).unwrap();
        let again = lock.sweep_points(&base).unwrap();
        assert_eq!(again[2].1.hash, points[2].1.hash);
    }

    #[test]
    fn fire_units_and_options_of_its_own_replace_the_others() {
        let own = r#"
[[sweep.fire_units]]
group = "line"
nation = "FR"
system = "sampt"
sites = ["Lviv, UA"]
[[sweep.options]]
name = "line"
title = "One battery"
groups = ["line"]
"#;
        let base = CatalogueFiles::embedded().unwrap();
        let text = SWEEP.replace("rules.belt-70.belt_km", "fire_units[0].facing_deg");
        let points = scenario(&format!("{text}{own}")).unwrap();
        let points = points.sweep_points(&base).unwrap();
        let file = &points[1].1.file;
        assert_eq!((file.options.len(), file.fire_units.len()), (1, 1));
        assert_eq!(file.fire_units[0].group, "line");
    }

    #[test]
    fn what_cannot_be_swept_is_told_at_the_sweep() {
        for (from, to, said) in [
            (
                "rules.belt-70.belt_km",
                "rules.belt-70.belt",
                "no key `belt`",
            ),
            ("rules.belt-70.belt_km", "rules[9].x", "leads nowhere"),
            ("[0, 30, 70]", "[0]", "has 1 values"),
            ("[0, 30, 70]", "[0, 30, 0]", "twice"),
            ("[0, 30, 70]", "[0, -30]", "-30"),
            ("runs = 16", "runs = 4", "outside 8 to 1024"),
        ] {
            let rejected = scenario(&SWEEP.replace(from, to)).unwrap_err();
            let problem = &rejected.problems[0];
            assert!(problem.message.contains(said), "{}", problem.message);
            assert!(
                !problem.span.is_empty(),
                "{} points nowhere",
                problem.message
            );
        }
    }
}

//! Scenarios made out of others: one thing after the other is changed from a first scenario to a
//! last, as for a waterfall of what a precedent carries over.
//!
//! A step takes whole sections from another scenario, writes over keys of its own, and sets single
//! fields. What comes out is the text of an ordinary scenario, checked like any other.
//!
//! Not here: running it (`cupola-campaign`).

use crate::diagnostic::{Diagnostic, Rejected};
use crate::edit::{SetError, with_options, with_setting};
use crate::files::{raw, read_plain};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a precedent carries over: a file of steps from one scenario to another.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarryOver {
    /// Heading.
    pub title: String,
    /// What is asked.
    pub text: String,
    /// Scenario it starts from: embedded by name.
    pub base: String,
    /// The option of that scenario that is carried over.
    pub option: String,
    /// How the start is called.
    pub base_title: String,
    /// The steps, in the order of the main waterfall.
    pub steps: Vec<CarryStep>,
    /// Another order of the same steps, by name: what is put first gets another share.
    #[serde(default)]
    pub other_order: Vec<String>,
}

/// A precedent of which the report tells, beside the answer, what carries over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Precedent {
    /// Embedded file of steps, as `cupola carryover` names it. Its scenarios are its own: nothing that is
    /// changed in this one changes them.
    pub steps: String,
    /// Runs at each station, at most 1,024 and never more than the campaign has; 0 leaves it out.
    #[serde(default = "precedent_runs")]
    pub runs: u32,
}

/// Most runs at a station: the precedent stands beside the answer and must not take longer.
const PRECEDENT_RUNS_MAX: u32 = 1_024;

fn precedent_runs() -> u32 {
    64
}

/// What is wrong with a precedent: path, message, help.
pub(crate) fn limits(precedent: &Precedent) -> Vec<(&'static str, String, String)> {
    let mut wrong = Vec::new();
    if CarryOver::text_of(&precedent.steps).is_none() {
        let message = format!("there is no embedded set of steps `{}`", precedent.steps);
        let help = format!("write one of: {}", CarryOver::names().join(", "));
        wrong.push(("precedent.steps", message, help));
    }
    if precedent.runs > PRECEDENT_RUNS_MAX {
        let message = format!("{} runs at each station of the precedent", precedent.runs);
        let help = "write 0 to 1024; `cupola carryover` plays more".to_owned();
        wrong.push(("precedent.runs", message, help));
    }
    wrong
}

/// One step.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CarryStep {
    /// Short name.
    pub name: String,
    /// What changes, as printed.
    pub title: String,
    /// What exactly is changed and why so, for the page.
    pub note: String,
    /// Sections taken whole from another embedded scenario.
    pub take: Option<Take>,
    /// Keys written over those of the scenario: tables one level deep, everything else whole.
    #[serde(default)]
    pub scenario: toml::Table,
    /// Single fields, `path=value`, last.
    #[serde(default)]
    pub set: Vec<String>,
}

/// Sections of another scenario.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Take {
    /// Embedded scenario.
    pub from: String,
    /// Its sections, for instance `raids`.
    pub sections: Vec<String>,
    /// The only raid kept, when `raids` are taken.
    pub raid: Option<String>,
}

/// A scenario on the way from the first to the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// Names of the steps taken, in order.
    pub steps: Vec<String>,
    /// The scenario's text.
    pub text: String,
}

/// The files of steps that travel inside the program, by name.
const EMBEDDED: [(&str, &str); 1] = [(
    "israel-to-western-ukraine",
    include_str!("../carryover/israel-to-western-ukraine.toml"),
)];

/// The text of a scenario after some steps of an embedded file, by a name `FILE:step,step`.
///
/// For instance `israel-to-western-ukraine:geometry,threats`; `None` when the file or a step is not there.
pub fn composed_text(name: &str) -> Option<String> {
    let (file, steps) = name.split_once(':')?;
    let file = CarryOver::parse(CarryOver::text_of(file)?, file).ok()?;
    let named = |name: &str| file.steps.iter().find(|step| step.name == name);
    let order = steps.split(',').map(|step| named(step.trim()));
    let order: Vec<&CarryStep> = order.collect::<Option<_>>()?;
    let find = |name: &str| crate::scenario_text(name).map(str::to_owned);
    let chain = file.chain(&order, &find).ok()?;
    chain.last().map(|composed| composed.text.clone())
}

impl CarryOver {
    /// Names of the embedded ones.
    pub fn names() -> Vec<&'static str> {
        EMBEDDED.iter().map(|entry| entry.0).collect()
    }

    /// Text of an embedded one.
    pub fn text_of(name: &str) -> Option<&'static str> {
        EMBEDDED
            .iter()
            .find(|entry| entry.0 == name)
            .map(|entry| entry.1)
    }

    /// Reads a file of steps; `name` is the file as the user gave it.
    ///
    /// # Errors
    /// [`Rejected`] with everything wrong in it.
    pub fn parse(text: &str, name: &str) -> Result<Self, Rejected> {
        let file: Self = read_plain(text, name)?;
        let reject = |message: String, help: &str| {
            Err(Rejected {
                name: name.to_owned(),
                text: text.to_owned(),
                problems: vec![Diagnostic {
                    code: "carryover",
                    message,
                    span: 0..0,
                    label: String::new(),
                    help: Some(help.to_owned()),
                }],
            })
        };
        if file.steps.is_empty() {
            return reject("there is no step".to_owned(), "add a [[steps]] table");
        }
        let mut wanted: Vec<&str> = file.steps.iter().map(|step| step.name.as_str()).collect();
        let mut found: Vec<&str> = file.other_order.iter().map(String::as_str).collect();
        wanted.sort_unstable();
        if let Some(twice) = wanted.iter().find(|name| {
            let same = wanted.iter().filter(|other| other == name);
            same.count() > 1
        }) {
            let message = format!("two steps are named \"{twice}\"");
            return reject(message, "give each step a name of its own");
        }
        found.sort_unstable();
        if !found.is_empty() && found != wanted {
            let message = "`other_order` does not name every step once".to_owned();
            let help = format!("write these in another order: {}", wanted.join(", "));
            return reject(message, &help);
        }
        Ok(file)
    }

    /// The scenarios of one order of the steps, the start first; `find` gives texts by name.
    ///
    /// # Errors
    /// [`SetError`] for a scenario, section, option or field that is not there.
    pub fn chain(
        &self,
        order: &[&CarryStep],
        find: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Vec<Composed>, SetError> {
        let base = find(&self.base).ok_or_else(|| no_scenario(&self.base))?;
        let text = with_options(&base, std::slice::from_ref(&self.option))?;
        let mut all = vec![Composed {
            steps: Vec::new(),
            text,
        }];
        for step in order {
            let before = &all[all.len() - 1];
            let mut steps = before.steps.clone();
            steps.push(step.name.clone());
            let text = step.apply(&before.text, find)?;
            all.push(Composed { steps, text });
        }
        Ok(all)
    }

    /// The steps in the order of the file, and in the other order if one is given.
    pub fn orders(&self) -> Vec<Vec<&CarryStep>> {
        let named = |name: &String| self.steps.iter().find(|step| step.name == *name);
        let other: Vec<&CarryStep> = self.other_order.iter().filter_map(named).collect();
        let mut orders = vec![self.steps.iter().collect()];
        if !other.is_empty() {
            orders.push(other);
        }
        orders
    }
}

impl CarryStep {
    fn apply(&self, text: &str, find: &dyn Fn(&str) -> Option<String>) -> Result<String, SetError> {
        let mut table = raw(text);
        if let Some(take) = &self.take {
            let other = raw(&find(&take.from).ok_or_else(|| no_scenario(&take.from))?);
            for section in &take.sections {
                let Some(value) = other.get(section) else {
                    return Err(SetError::NoSuchPath {
                        path: format!("{}: {section}", take.from),
                        at: section.clone(),
                        hint: String::new(),
                    });
                };
                table.insert(section.clone(), value.clone());
            }
            if let Some(raid) = &take.raid {
                keep_raid(&mut table, raid);
            }
        }
        for (key, value) in &self.scenario {
            match (table.get_mut(key), value) {
                (Some(toml::Value::Table(old)), toml::Value::Table(new)) => {
                    old.extend(new.clone());
                }
                _ => {
                    table.insert(key.clone(), value.clone());
                }
            }
        }
        let mut text = toml::to_string(&table).unwrap_or_default();
        for setting in &self.set {
            text = with_setting(&text, setting)?;
        }
        Ok(text)
    }
}

fn no_scenario(name: &str) -> SetError {
    SetError::NoSuchPath {
        path: name.to_owned(),
        at: "an embedded scenario of that name".to_owned(),
        hint: String::new(),
    }
}

/// Leaves only the named raid, and makes it the main one.
fn keep_raid(table: &mut toml::Table, raid: &str) {
    if let Some(toml::Value::Array(raids)) = table.get_mut("raids") {
        raids.retain(|entry| entry.get("name").and_then(toml::Value::as_str) == Some(raid));
    }
    if let Some(toml::Value::Table(campaign)) = table.get_mut("campaign") {
        campaign.insert("main_raid".to_owned(), raid.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CatalogueFiles, parse, scenario_text};

    fn embedded() -> CarryOver {
        let name = "israel-to-western-ukraine";
        CarryOver::parse(CarryOver::text_of(name).unwrap(), name)
            .map_err(|e| e.to_string())
            .unwrap()
    }

    #[test]
    fn a_precedent_that_makes_no_sense_is_told_where_it_stands() {
        let base = CatalogueFiles::embedded().unwrap();
        let text = scenario_text("rules-compared").unwrap();
        let parsed =
            |more: &str| parse(&format!("{text}\n[precedent]\n{more}"), "mine.toml", &base);
        let found = parsed("steps = \"israel-to-western-ukraine\"\n").unwrap();
        assert_eq!(found.file.precedent.unwrap().runs, 64);
        for (more, said) in [
            (
                "steps = \"israel-to-mars\"\n",
                "no embedded set of steps `israel-to-mars`",
            ),
            (
                "steps = \"israel-to-western-ukraine\"\nruns = 5000\n",
                "5000 runs at each station",
            ),
        ] {
            let error = parsed(more).unwrap_err().to_string();
            assert!(
                error.contains(said) && error.contains("mine.toml"),
                "{error}"
            );
        }
    }

    #[test]
    fn every_scenario_on_the_way_is_sound() {
        let file = embedded();
        let files = CatalogueFiles::embedded()
            .map_err(|e| e.to_string())
            .unwrap();
        let find = |name: &str| scenario_text(name).map(str::to_owned);
        for order in file.orders() {
            let chain = file.chain(&order, &find).unwrap();
            assert_eq!(chain.len(), file.steps.len() + 1);
            for composed in &chain {
                let scenario = parse(&composed.text, "composed", &files)
                    .map_err(|e| format!("{:?}: {e}", composed.steps))
                    .unwrap();
                assert_eq!(scenario.file.options.len(), 1, "{:?}", composed.steps);
                assert_eq!(scenario.file.raids.len(), 1, "{:?}", composed.steps);
            }
        }
    }

    #[test]
    fn both_orders_end_at_the_same_scenario() {
        let file = embedded();
        let find = |name: &str| scenario_text(name).map(str::to_owned);
        let ends: Vec<toml::Table> = file
            .orders()
            .iter()
            .map(|order| file.chain(order, &find).unwrap().pop().unwrap().text)
            .map(|text| raw(&text))
            .collect();
        assert_eq!(ends.len(), 2);
        assert_eq!(ends[0], ends[1]);
    }

    #[test]
    fn a_station_has_a_name_of_its_own() {
        let name = "israel-to-western-ukraine:geometry,threats";
        let table = raw(&composed_text(name).unwrap());
        assert_eq!(table["campaign"]["main_raid"].as_str(), Some("2024-08-26"));
        assert!(table.get("existing_defence").is_none());
        assert!(composed_text("israel-to-western-ukraine:geometri").is_none());
        assert!(composed_text("israel-to-nowhere:geometry").is_none());
        assert!(composed_text("western-ukraine").is_none());
    }

    #[test]
    fn an_order_that_forgets_a_step_is_refused() {
        let name = "israel-to-western-ukraine";
        let text = CarryOver::text_of(name).unwrap().replace(
            "other_order = [\"warning\", ",
            "other_order = [\"warming\", ",
        );
        assert!(CarryOver::parse(&text, name).is_err());
    }
}

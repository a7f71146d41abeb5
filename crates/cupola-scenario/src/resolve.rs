//! From a text to a scenario whose references all lead somewhere.

use crate::catalogue::{Catalogue, Class, Kind, Profile};
use crate::coalition;
use crate::compose;
use crate::diagnostic::{Diagnostic, Rejected, nearest};
use crate::files::{CatalogueFiles, raw, read};
use crate::lock::{lock, overlay, used};
use crate::model::{FireUnits, ScenarioFile};
use crate::sweep;
use crate::tree::locate;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use toml::de::DeTable;

mod added;
mod defence;

/// A checked scenario with the catalogue entries it uses.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Short name: that of the question, or of the file.
    pub name: String,
    /// SHA-256 of the lock text, hexadecimal.
    pub hash: String,
    /// What the file says.
    pub file: ScenarioFile,
    /// The systems and threats used, and the table of kill probabilities.
    pub catalogue: Catalogue,
    /// Everything resolved, as a scenario file of its own: parsing it gives the same scenario.
    pub lock_text: String,
    text: String,
    source_name: String,
}

/// Most runs per option and raid.
const RUNS_MAX: u32 = 100_000;
/// Most runs in one epistemic draw: they are computed in one piece.
const RUNS_PER_DRAW_MAX: u32 = 1_000;
/// Most threats of one raid.
const THREATS_MAX: f64 = 20_000.0;
/// Most sites times terrain seeds: each has a field of its own in memory.
const FIELDS_MAX: u64 = 1_200;
/// Radius of the discs of an area, km: below a cell of the raster of countries nothing is inside.
const RADIUS_KM: std::ops::RangeInclusive<f64> = 2.0..=1_500.0;
/// Years with a member of NATO.
const NATO_YEARS: std::ops::RangeInclusive<i32> = 1949..=2100;

impl Scenario {
    /// The same scenario, whose rejections point into the text of `other`: that of the user.
    #[must_use]
    pub fn shown_as(mut self, other: &Self) -> Self {
        self.text.clone_from(&other.text);
        self.source_name.clone_from(&other.source_name);
        self
    }

    /// A rejection that points at a path in the file, for checks that need the world.
    pub fn reject(&self, path: &str, message: String, help: Option<String>) -> Rejected {
        let span = DeTable::parse(&self.text).map_or(0..0, |table| locate(&table, path));
        let label = "here".to_owned();
        let problem = Diagnostic {
            code: "world",
            message,
            span,
            label,
            help,
        };
        Rejected {
            name: self.source_name.clone(),
            text: self.text.clone(),
            problems: vec![problem],
        }
    }
}

/// Reads and checks a scenario text; `name` is the file as the user gave it.
///
/// # Errors
/// [`Rejected`] with everything wrong: syntax, unknown keys, wrong types and units, ranges
/// reversed, references that lead nowhere.
pub fn parse(text: &str, name: &str, base: &CatalogueFiles) -> Result<Scenario, Rejected> {
    let mut file: ScenarioFile = read(text, name, false)?;
    let mut all = base.clone();
    overlay(&mut all, &file, &raw(text));
    let coalitions = coalition::expand(&mut file, &all.catalogue);
    let mut problems = References {
        text,
        file: &file,
        all: &all.catalogue,
        problems: Vec::new(),
    };
    for (code, path, message, help) in coalitions {
        problems.report(code, &path, message, help);
    }
    problems.check();
    if !problems.problems.is_empty() {
        let problems = problems.problems;
        return Err(Rejected {
            name: name.to_owned(),
            text: text.to_owned(),
            problems,
        });
    }
    let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = stem.trim_end_matches(".toml").trim_end_matches(".lock");
    let short = file
        .question
        .name
        .clone()
        .unwrap_or_else(|| stem.to_owned());
    let catalogue = used(&file, &all.catalogue);
    let lock_text = lock(&raw(text), &short, &catalogue, &all);
    let hash = Sha256::digest(lock_text.as_bytes())
        .iter()
        .fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
            hex
        });
    let scenario = Scenario {
        name: short,
        hash,
        file,
        catalogue,
        lock_text,
        text: text.to_owned(),
        source_name: name.to_owned(),
    };
    scenario.sweep_points(base)?;
    Ok(scenario)
}

pub(crate) struct References<'a> {
    text: &'a str,
    file: &'a ScenarioFile,
    all: &'a Catalogue,
    problems: Vec<Diagnostic>,
}

impl References<'_> {
    fn check(&mut self) {
        self.area();
        self.options();
        self.units();
        self.raids();
        self.aims();
        self.rules();
        self.existing();
        self.added();
        for (path, message, help) in self.file.sweep.iter().flat_map(sweep::limits) {
            self.report("sweep", path, message, Some(help));
        }
        for (path, message, help) in self.file.precedent.iter().flat_map(compose::limits) {
            self.report("precedent", path, message, Some(help));
        }
    }

    pub(crate) fn report(
        &mut self,
        code: &'static str,
        path: &str,
        message: String,
        help: Option<String>,
    ) {
        let span = DeTable::parse(self.text).map_or(0..0, |table| locate(&table, path));
        let label = "here".to_owned();
        self.problems.push(Diagnostic {
            code,
            message,
            span,
            label,
            help,
        });
    }

    /// Reports a name that is not among those known.
    fn unknown(&mut self, path: &str, what: &str, name: &str, known: &[&str]) {
        let help = nearest(name, known.iter().copied()).map_or_else(
            || (!known.is_empty()).then(|| format!("known: {}", known.join(", "))),
            |near| Some(format!("did you mean \"{near}\"?")),
        );
        self.report(
            "unknown-name",
            path,
            format!("there is no {what} \"{name}\""),
            help,
        );
    }

    /// Reports a number outside its limits.
    fn limit<T: PartialOrd + Copy + std::fmt::Display>(
        &mut self,
        path: &str,
        value: T,
        limits: std::ops::RangeInclusive<T>,
    ) {
        if !limits.contains(&value) {
            let (low, high) = limits.into_inner();
            let message = format!("`{path}` is {value}, outside {low} to {high}");
            let help = format!("write a number from {low} to {high}");
            self.report("out-of-range", path, message, Some(help));
        }
    }

    fn area(&mut self) {
        let area = &self.file.area;
        if area.regions.is_empty() && area.countries.is_empty() && area.places.is_empty() {
            let message = "the area is empty".to_owned();
            let help = "give `regions`, `countries`, or `places` with `radius_km`".to_owned();
            self.report("empty-area", "area", message, Some(help));
        }
        if !area.places.is_empty() && area.radius_km.is_none() {
            let help = Some("add radius_km = 30".to_owned());
            self.report(
                "missing-key",
                "area.places",
                "`places` needs a `radius_km`".into(),
                help,
            );
        }
        self.limit("area.terrain_seeds", area.terrain_seeds, 1..=16);
        self.limit("area.nato_year", area.nato_year, NATO_YEARS);
        if let Some(radius_km) = area.radius_km {
            self.limit("area.radius_km", radius_km, RADIUS_KM);
        }
    }

    fn options(&mut self) {
        let file = self.file;
        if file.options.is_empty() {
            self.report("empty", "options", "there is no option".into(), None);
        }
        let groups: Vec<&str> = file
            .fire_units
            .iter()
            .map(|unit| unit.group.as_str())
            .collect();
        let rules: Vec<&str> = file.rules.keys().map(String::as_str).collect();
        for (i, option) in file.options.iter().enumerate() {
            if file
                .options
                .iter()
                .take(i)
                .any(|other| other.name == option.name)
            {
                let path = format!("options[{i}].name");
                self.report(
                    "twice",
                    &path,
                    format!("two options are named \"{}\"", option.name),
                    None,
                );
            }
            if !is_file_name(&option.name) {
                let path = format!("options[{i}].name");
                let message = format!("\"{}\" cannot be the name of a file", option.name);
                let help = "use small letters, digits and hyphens".to_owned();
                self.report("bad-name", &path, message, Some(help));
            }
            for (j, group) in option.groups.iter().enumerate() {
                if !groups.contains(&group.as_str()) {
                    let path = format!("options[{i}].groups[{j}]");
                    self.unknown(&path, "group of fire units", group, &groups);
                }
            }
            for (nation, rule) in &option.rules {
                if !rules.contains(&rule.as_str()) {
                    let path = format!("options[{i}].rules.{nation}");
                    self.unknown(&path, "rule", rule, &rules);
                }
            }
        }
        let campaign = &file.campaign;
        let raids: Vec<&str> = file.raids.iter().map(|raid| raid.name.as_str()).collect();
        if let Some(main) = campaign
            .main_raid
            .as_deref()
            .filter(|main| !raids.contains(main))
        {
            self.unknown("campaign.main_raid", "raid", main, &raids);
        }
        self.limit("campaign.runs", campaign.runs, 1..=RUNS_MAX);
        self.limit(
            "campaign.runs_per_draw",
            campaign.runs_per_draw,
            1..=RUNS_PER_DRAW_MAX,
        );
    }

    fn units(&mut self) {
        let file = self.file;
        let systems: Vec<&str> = self.all.systems.keys().map(String::as_str).collect();
        let courses: Vec<&str> = file.training.keys().map(String::as_str).collect();
        let sites: usize = file.fire_units.iter().map(FireUnits::posts).sum();
        let seeds = match file.area.terrain.as_str() {
            "embedded" => u64::from(file.area.terrain_seeds),
            _ => 1,
        };
        if sites as u64 * seeds > FIELDS_MAX {
            let message =
                format!("{sites} sites on {seeds} × terrain are more than are held in memory");
            let help = format!("sites × `terrain_seeds` may be {FIELDS_MAX} at most");
            self.report("out-of-range", "fire_units", message, Some(help));
        }
        for (i, unit) in file.fire_units.iter().enumerate() {
            let at = |key: &str| format!("fire_units[{i}].{key}");
            if !is_country_code(&unit.nation) {
                let message = format!("\"{}\" is no country code", unit.nation);
                let help = "write two capital letters, for instance \"PL\"".to_owned();
                self.report("bad-name", &at("nation"), message, Some(help));
            }
            self.posts(i, unit);
            if let Some(course) = unit.training.as_deref().filter(|c| !courses.contains(c)) {
                self.unknown(&at("training"), "course", course, &courses);
            }
            let Some(system) = self.all.systems.get(&unit.system) else {
                self.unknown(&at("system"), "system", &unit.system, &systems);
                continue;
            };
            let armed = system.missile.is_some() && system.fire_control.is_some();
            let lacking = match system.kind {
                Kind::Sensor => (system.sensor.is_none()).then_some("[sensor]"),
                Kind::FireUnit => (!armed || system.sensor.is_none() || system.launcher.is_none())
                    .then_some("[sensor], [missile], [fire_control] and [launcher]"),
                Kind::Fighter => (!armed || system.sensor.is_none() || system.fighter.is_none())
                    .then_some("[sensor], [missile], [fire_control] and [fighter]"),
            };
            if let Some(lacking) = lacking {
                let message = format!("system \"{}\" needs {lacking}", unit.system);
                self.report("missing-key", &at("system"), message, None);
            }
            let family = system.pk_family.as_deref().unwrap_or("");
            if system.kind != Kind::Sensor && !self.all.pk.families.contains_key(family) {
                let known: Vec<&str> = self.all.pk.families.keys().map(String::as_str).collect();
                self.unknown(
                    &at("system"),
                    "family of kill probabilities",
                    family,
                    &known,
                );
            }
        }
    }

    fn raids(&mut self) {
        let file = self.file;
        if file.raids.is_empty() {
            self.report("empty", "raids", "there is no raid".into(), None);
        }
        let threats: Vec<&str> = self.all.threats.keys().map(String::as_str).collect();
        let areas: Vec<&str> = file.launch_areas.keys().map(String::as_str).collect();
        let aims: Vec<&str> = file.aims.keys().map(String::as_str).collect();
        for (i, raid) in file.raids.iter().enumerate() {
            if file
                .raids
                .iter()
                .take(i)
                .any(|other| other.name == raid.name)
            {
                let path = format!("raids[{i}].name");
                self.report(
                    "twice",
                    &path,
                    format!("two raids are named \"{}\"", raid.name),
                    None,
                );
            }
            self.waves(i, raid);
            for (j, wave) in raid.waves.iter().enumerate() {
                let at = |key: &str| format!("raids[{i}].waves[{j}].{key}");
                if let Some(threat) = self.all.threats.get(&wave.threat) {
                    self.threat(&wave.threat, threat, &at("threat"));
                } else {
                    self.unknown(&at("threat"), "threat", &wave.threat, &threats);
                }
                for (k, area) in wave.from.iter().enumerate() {
                    if !areas.contains(&area.as_str()) {
                        self.unknown(&at(&format!("from[{k}]")), "launch area", area, &areas);
                    }
                }
                if wave.from.is_empty() {
                    self.report("empty", &at("from"), "no launch area is given".into(), None);
                }
                match wave.aims.as_deref().or(raid.aims.as_deref()) {
                    Some(name) if !aims.contains(&name) => {
                        let path = if wave.aims.is_some() {
                            at("aims")
                        } else {
                            format!("raids[{i}].aims")
                        };
                        self.unknown(&path, "list of aims", name, &aims);
                    }
                    Some(_) => {}
                    None => {
                        let help = "give the raid or the wave `aims = \"NAME\"`".to_owned();
                        self.report(
                            "missing-key",
                            &at("threat"),
                            "no aims are given".into(),
                            Some(help),
                        );
                    }
                }
            }
        }
    }

    fn aims(&mut self) {
        for (name, aims) in &self.file.aims {
            let empty = (aims.inside.is_empty() && aims.inside_share.high > 0.0)
                || (aims.outside.is_empty() && aims.inside_share.low < 1.0);
            if empty {
                let message = format!("aims \"{name}\": a share is aimed at an empty list");
                let help = "fill `inside` and `outside`, or set inside_share to 0 or 1".to_owned();
                self.report("empty", &format!("aims.{name}"), message, Some(help));
            }
            for (key, list) in [("inside", &aims.inside), ("outside", &aims.outside)] {
                if !list.is_empty() && list.iter().all(|aim| aim.weight <= 0.0) {
                    let message = format!("aims \"{name}\": every weight {key} is 0");
                    let help = "give at least one aim a weight above 0, or no weight at all";
                    let path = format!("aims.{name}.{key}");
                    self.report("out-of-range", &path, message, Some(help.to_owned()));
                }
            }
        }
    }

    /// Reports a raid without threats, or with more than are played.
    fn waves(&mut self, i: usize, raid: &crate::model::Raid) {
        if raid.waves.is_empty() {
            let path = format!("raids[{i}].waves");
            let help = "write waves = [{ threat = \"…\", count = 10, from = [\"…\"] }]".to_owned();
            self.report("empty", &path, "no wave is given".into(), Some(help));
        }
        let threats_max: f64 = raid.waves.iter().map(|wave| wave.count.high).sum();
        if threats_max > THREATS_MAX {
            let path = format!("raids[{i}].waves");
            let message = format!("the raid may have {threats_max} threats");
            let help = format!("{THREATS_MAX} at most are played");
            self.report("out-of-range", &path, message, Some(help));
        }
    }

    fn threat(&mut self, id: &str, threat: &crate::catalogue::Threat, path: &str) {
        let lacking = match threat.profile {
            Profile::AeroBallistic if threat.apogee_km.is_none() => {
                Some("an aero-ballistic missile never flies a minimum-energy arc: give `apogee_km`")
            }
            Profile::Low | Profile::High | Profile::Dive
                if threat.speed_km_h.is_none() || threat.altitude_m.is_none() =>
            {
                Some("it needs `speed_km_h` and `altitude_m`")
            }
            _ => None,
        };
        if let Some(lacking) = lacking {
            self.report(
                "missing-key",
                path,
                format!("threat \"{id}\": {lacking}"),
                None,
            );
        }
    }
}

fn is_country_code(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_file_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.bytes().all(plain)
}

impl Scenario {
    /// Classes that the scenario's raids contain, in table order.
    pub fn classes(&self) -> Vec<Class> {
        Class::ALL
            .into_iter()
            .filter(|class| {
                self.catalogue
                    .threats
                    .values()
                    .any(|threat| threat.class == *class)
            })
            .collect()
    }
}

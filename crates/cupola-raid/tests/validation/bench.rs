//! Synthetic scenarios on flat ground, played by the production engine through its public calls.

use cupola_coverage::{LosSettings, PolarFloor, polar_floor};
use cupola_raid::{
    Calibrated, Draw, Geometry, Plan, RaidLog, SENSOR_RANGE_MAX_M, Setting, Workspace, simulate,
};
use cupola_scenario::{CatalogueFiles, Class, parse};
use cupola_units::math;
use cupola_world::{Level, World};
use std::fmt::Write as _;

/// Adds a line to a text.
macro_rules! put {
    ($text:expr, $($what:tt)*) => {
        writeln!($text, $($what)*).expect("a string takes any line")
    };
}

/// Kilometres of a degree of a great circle on the mean sphere.
pub(crate) const DEGREE_KM: f64 = 111.195_080_2;
/// Where the battery stands: flat steppe, far from any border.
pub(crate) const LAT_DEG: f64 = 49.0;
pub(crate) const LON_DEG: f64 = 32.0;

/// A latitude so many kilometres south of the battery.
pub(crate) fn south(km: f64) -> f64 {
    LAT_DEG - km / DEGREE_KM
}

/// A longitude so many kilometres east of the battery, at its latitude.
pub(crate) fn east(km: f64) -> f64 {
    LON_DEG + km / (DEGREE_KM * math::cos(math::radians_from_degrees(LAT_DEG)))
}

const SYSTEM: &[(&str, &str, f64)] = &[
    ("sensor", "range_km", 400.0),
    ("sensor", "rcs_ref_m2", 1.0),
    ("sensor", "pd_ref", 0.999),
    ("sensor", "scan_s", 0.5),
    ("sensor", "antenna_m", 100.0),
    ("missile", "range_km", 40.0),
    ("missile", "range_min_km", 0.0),
    ("missile", "ceiling_km", 30.0),
    ("missile", "altitude_min_m", 0.0),
    ("missile", "speed_m_s", 800.0),
    ("missile", "ballistic_range_km", 0.0),
    ("missile", "ballistic_altitude_min_km", 5.0),
    ("missile", "ballistic_altitude_max_km", 20.0),
    ("missile", "self_destruct_share", 1.0),
    ("missile", "cost_musd", 1.0),
    ("fire_control", "channels", 1.0),
    ("fire_control", "channel_hold_share", 1.0),
    ("fire_control", "reaction_s", 0.0),
    ("fire_control", "assess_s", 1.0),
    ("launcher", "launchers", 1.0),
    ("launcher", "missiles_per_launcher", 1.0),
    ("launcher", "reload_min", 60.0),
    ("launcher", "loads_in_stock", 0.0),
];

const THREAT: &[(&str, f64)] = &[
    ("speed_km_h", 780.0),
    ("altitude_m", 100.0),
    ("rcs_m2", 1.0),
    ("cost_musd", 1.0),
    ("fail_share", 0.0),
];

const PK: &[(&str, &str, f64)] = &[
    ("second_shot", "c_share", 0.0),
    ("correlation", "families", 0.0),
    ("common_factor", "s_common", 0.0),
    ("common_factor", "s_family", 0.0),
    ("common_factor", "cap", 1.0),
];

/// A scenario to be written; every figure is fixed unless changed.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) class: Class,
    /// Further classes that the battery can kill as well.
    pub(crate) also: Vec<Class>,
    pub(crate) profile: &'static str,
    /// Kill probability of one shot.
    pub(crate) p: f64,
    /// Shots at a time.
    pub(crate) shots: f64,
    pub(crate) mode: &'static str,
    /// `[[fire_units]]` sites, one unit each: name, latitude, longitude.
    pub(crate) sites: Vec<(String, f64, f64)>,
    /// Launch point and way-point, latitude and longitude.
    pub(crate) from: (f64, f64),
    pub(crate) via: (f64, f64),
    /// The aims, with radius 0: latitude and longitude.
    pub(crate) aims: Vec<(f64, f64)>,
    /// Radius of the protected discs around the aims, km.
    pub(crate) radius_km: f64,
    /// Number of threats, spread over minutes, by wave.
    pub(crate) waves: Vec<(u32, f64)>,
    pub(crate) system: Vec<(&'static str, f64)>,
    pub(crate) threat: Vec<(&'static str, f64)>,
    pub(crate) pk: Vec<(&'static str, f64)>,
    /// Text put at the end.
    pub(crate) more: String,
    pub(crate) nation: &'static str,
    pub(crate) rules: String,
    pub(crate) nato_year: i32,
}

impl Model {
    /// One battery; one threat that flies straight over it from 300 km south.
    pub(crate) fn radial() -> Self {
        Self {
            class: Class::Cruise,
            also: Vec::new(),
            profile: "high",
            p: 1e-9,
            shots: 1.0,
            mode: "networked",
            sites: vec![("battery".to_owned(), LAT_DEG, LON_DEG)],
            from: (south(300.0), LON_DEG),
            via: (south(290.0), LON_DEG),
            aims: vec![(LAT_DEG, LON_DEG)],
            radius_km: 30.0,
            waves: vec![(1, 0.0)],
            system: Vec::new(),
            threat: Vec::new(),
            pk: Vec::new(),
            more: String::new(),
            nation: "UA",
            rules: String::new(),
            nato_year: 2024,
        }
    }

    pub(crate) fn system(mut self, set: &[(&'static str, f64)]) -> Self {
        self.system.extend_from_slice(set);
        self
    }

    pub(crate) fn threat(mut self, set: &[(&'static str, f64)]) -> Self {
        self.threat.extend_from_slice(set);
        self
    }

    /// The scenario as a text.
    pub(crate) fn text(&self) -> String {
        let class = self.class.name();
        let p = self.p;
        let mut t = String::from(
            "[question]\ntitle = \"t\"\ntext = \"t\"\nas_of = 2024-12-31\n[catalogue.systems.gun]\n\
             id = \"gun\"\nname = \"Battery\"\nkind = \"fire-unit\"\npk_family = \"shot\"\n",
        );
        let set = |key: &str, list: &[(&'static str, f64)], default: f64| {
            list.iter()
                .rev()
                .find(|(k, _)| *k == key)
                .map_or(default, |(_, v)| *v)
        };
        let mut section = "";
        for &(table, key, default) in SYSTEM {
            if table != section {
                put!(t, "[catalogue.systems.gun.{table}]");
                section = table;
            }
            let value = set(&format!("{table}.{key}"), &self.system, default);
            put!(t, "{key} = {value}");
        }
        put!(
            t,
            "[catalogue.threats.target]\nid = \"target\"\nname = \"Target\"\nclass = \"{class}\"\n\
             profile = \"{}\"",
            self.profile
        );
        for &(key, default) in THREAT {
            put!(t, "{key} = {}", set(key, &self.threat, default));
        }
        for (key, value) in &self.threat {
            if !THREAT.iter().any(|(k, _)| k == key) {
                put!(t, "{key} = {value}");
            }
        }
        put!(
            t,
            "[catalogue.pk.families.shot]\nname = \"shot\"\nreason = \"test\"\n\
             {class} = [{p}, {p}, {p}]"
        );
        for other in &self.also {
            put!(t, "{} = [{p}, {p}, {p}]", other.name());
        }
        section = "";
        for &(table, key, default) in PK {
            if table != section {
                put!(t, "[catalogue.pk.{table}]");
                section = table;
            }
            put!(
                t,
                "{key} = {}",
                set(&format!("{table}.{key}"), &self.pk, default)
            );
        }
        t.push_str("[catalogue.pk.shots]\n");
        for class in Class::ALL {
            put!(t, "{} = {}", class.name(), self.shots);
        }
        self.places(&mut t);
        t.push_str(&self.more);
        t
    }

    fn places(&self, t: &mut String) {
        let point = |(lat, lon): (f64, f64)| format!("{{ lat_deg = {lat}, lon_deg = {lon} }}");
        let names: Vec<String> = (0..self.aims.len())
            .map(|i| format!("\"aim{i}\""))
            .collect();
        put!(
            t,
            "[area]\nname = \"a\"\nplaces = [{}]\nradius_km = {}\nnato_year = {}\n[sites]",
            names.join(", "),
            self.radius_km,
            self.nato_year
        );
        for (name, lat, lon) in &self.sites {
            put!(t, "{name} = {}", point((*lat, *lon)));
        }
        for (i, &aim) in self.aims.iter().enumerate() {
            put!(t, "aim{i} = {}", point(aim));
        }
        put!(t, "way = {}", point(self.via));
        put!(t, "[launch_areas]\nstart = {}", point(self.from));
        let inside: Vec<String> = names
            .iter()
            .map(|name| format!("{{ place = {name}, radius_km = 0 }}"))
            .collect();
        put!(
            t,
            "[aims.all]\ninside_share = 1\ninside = [{}]\n[command]\nmode = \"{}\"\nlink_delay_s = 0",
            inside.join(", "),
            self.mode
        );
        if !self.sites.is_empty() {
            let sites: Vec<String> = self.sites.iter().map(|s| format!("\"{}\"", s.0)).collect();
            put!(
                t,
                "[[fire_units]]\ngroup = \"g\"\nnation = \"{}\"\nsystem = \"gun\"\nsites = [{}]",
                self.nation,
                sites.join(", ")
            );
        }
        t.push_str("[[raids]]\nname = \"r\"\ntitle = \"r\"\naims = \"all\"\nwaves = [\n");
        for (count, spread) in &self.waves {
            put!(
                t,
                "{{ threat = \"target\", count = {count}, from = [\"start\"], spread_min = {spread}, \
                 via = [\"way\"] }},"
            );
        }
        t.push_str("]\n");
        if self.rules.is_empty() {
            let groups = if self.sites.is_empty() { "" } else { "\"g\"" };
            put!(
                t,
                "[[options]]\nname = \"o\"\ntitle = \"o\"\ngroups = [{groups}]"
            );
        } else {
            t.push_str(&self.rules);
        }
    }

    pub(crate) fn build(&self) -> Field {
        Field::new(&self.text())
    }
}

/// A scenario ready to be played.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) plan: Plan,
    pub(crate) world: World,
    floors: Vec<PolarFloor>,
}

impl Field {
    pub(crate) fn new(text: &str) -> Self {
        let base = CatalogueFiles::embedded().expect("the embedded catalogue is sound");
        let scenario = parse(text, "bench.toml", &base).expect("a sound scenario");
        let world = World::new(&scenario, &[&Level::default()], None).expect("a world");
        let plan = Plan::new(&scenario, &world).expect("a plan");
        let settings = LosSettings {
            range_m: SENSOR_RANGE_MAX_M,
            ..LosSettings::default()
        };
        let floors = plan
            .units
            .iter()
            .map(|unit| polar_floor(world.ground(0), &unit.antenna(), &settings))
            .collect();
        Self {
            plan,
            world,
            floors,
        }
    }

    /// The first raid with every figure at its value (or the middle of its range).
    pub(crate) fn night(&self) -> Night<'_> {
        self.draw(Draw::middle(&self.plan, 0), 0)
    }

    /// A raid in a draw; the existing defence is scaled on the routes of all raids.
    pub(crate) fn draw(&self, draw: Draw, raid: usize) -> Night<'_> {
        let mut reference = Vec::new();
        let mut geometries: Vec<Geometry> = Vec::new();
        for plan in &self.plan.raids {
            let mut geometry = Geometry::default();
            geometry.build(&self.plan, &self.world, &draw, &self.floors, plan);
            geometry.reference(&self.plan, &draw, plan, &mut reference);
            geometries.push(geometry);
        }
        let existing = Calibrated::new(&self.plan, &draw, &reference);
        Night {
            field: self,
            draw,
            raid,
            geometry: geometries.swap_remove(raid),
            existing,
        }
    }

    pub(crate) fn floor(&self, unit: usize) -> &PolarFloor {
        &self.floors[unit]
    }
}

/// One draw of a scenario.
#[derive(Debug)]
pub(crate) struct Night<'a> {
    pub(crate) field: &'a Field,
    pub(crate) draw: Draw,
    raid: usize,
    geometry: Geometry,
    existing: Calibrated,
}

impl Night<'_> {
    /// Plays runs 0 to `runs` − 1 of an option and hands over what each left behind.
    pub(crate) fn play(&self, option: usize, runs: u32, story: bool, each: impl FnMut(&RaidLog)) {
        self.play_in(&mut Workspace::default(), option, runs, story, each);
    }

    /// The same in memory that was used before.
    pub(crate) fn play_in(
        &self,
        workspace: &mut Workspace,
        option: usize,
        runs: u32,
        story: bool,
        mut each: impl FnMut(&RaidLog),
    ) {
        let field = self.field;
        let setting = Setting {
            plan: &field.plan,
            world: &field.world,
            draw: &self.draw,
            raid: &field.plan.raids[self.raid],
            geometry: &self.geometry,
            existing: &self.existing,
        };
        for run in 0..runs {
            simulate(&setting, &field.plan.options[option], run, story, workspace);
            each(&workspace.log);
        }
    }

    /// Shots of run 0, as told: site, launch and intercept in seconds, missiles.
    pub(crate) fn shots(&self, option: usize) -> Vec<Shot> {
        let mut shots = Vec::new();
        self.play(option, 1, true, |log| {
            shots = log.moments.iter().filter_map(Shot::of).collect();
        });
        shots
    }
}

/// A shot as the story tells it.
#[derive(Clone, Debug)]
pub(crate) struct Shot {
    pub(crate) site: String,
    pub(crate) launch_s: f64,
    pub(crate) meet_s: f64,
}

impl Shot {
    fn of(moment: &cupola_raid::Moment) -> Option<Self> {
        let (head, time) = moment.text.split_once(", to meet it at ")?;
        let site = head.split(" at ").nth(1)?.split(" (").next()?;
        let parts: Vec<f64> = time
            .split(':')
            .filter_map(|part| part.parse().ok())
            .collect();
        let [hours, minutes, seconds] = parts[..] else {
            return None;
        };
        Some(Self {
            site: site.to_owned(),
            launch_s: moment.time.seconds(),
            meet_s: hours * 3600.0 + minutes * 60.0 + seconds,
        })
    }
}

/// Mean and its standard error.
pub(crate) fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let ss: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, (ss / (n - 1.0) / n).sqrt())
}

/// Prints a line for `cargo xtask validate` and fails the test when it is outside.
pub(crate) fn check(id: &str, of: &str, truth: f64, ours: f64, tolerance: f64, unit: &str) {
    line(id, of, truth, ours, tolerance, unit);
    assert!(
        (ours - truth).abs() <= tolerance,
        "{id} {of}: {ours} is not {truth} ± {tolerance}"
    );
}

/// Prints a line and leaves the judgement to the page.
#[expect(
    clippy::print_stdout,
    reason = "`cargo xtask validate` reads what tests print"
)]
pub(crate) fn line(id: &str, of: &str, truth: f64, ours: f64, tolerance: f64, unit: &str) {
    // Floating dust of products like 0.01 × 211 is not part of a tolerance.
    let tidy = |x: f64| (x * 1e9).round() / 1e9;
    println!(
        "VALIDATION id={id} of={of} truth={} ours={ours:.6} tolerance={} unit={unit}",
        tidy(truth),
        tidy(tolerance)
    );
}

//! The stored raids on a plane, as scenarios with every mechanism switched off that can be.

#![expect(
    clippy::disallowed_methods,
    reason = "the stored raids are a file that both programs read"
)]

use crate::clock::now_s;
use cupola_coverage::{LosSettings, PolarFloor, polar_floor};
use cupola_raid::{
    Calibrated, Draw, Geometry, Plan, SENSOR_RANGE_MAX_M, Setting, Workspace, simulate,
};
use cupola_scenario::{CatalogueFiles, parse};
use cupola_units::{LatLon, math};
use cupola_world::{Level, World, geodesy};
use std::fmt::Write as _;
use std::path::Path;

/// The middle of the plane: level steppe, far from any border.
const MIDDLE: LatLon = LatLon {
    lat_deg: 49.0,
    lon_deg: 32.0,
};
/// Half the width and height of the plane's unit area, km.
const MIDDLE_KM: [f64; 2] = [200.0, 100.0];

/// A point of the plane, km.
type Point = [f64; 2];

/// One stored raid.
pub(crate) struct Raid {
    units: Vec<Point>,
    /// Kind, start, aim and launch in seconds.
    threats: Vec<(String, Point, Point, f64)>,
}

/// What every run of one side left: killed, leaked, fired; and what it cost.
pub(crate) struct Played {
    pub(crate) prepare_s: f64,
    pub(crate) play_s: f64,
    pub(crate) runs: Vec<[f64; 3]>,
}

impl Played {
    pub(crate) fn per_second(&self) -> f64 {
        self.runs.len() as f64 / self.play_s
    }
}

/// Reads the stored raids.
pub(crate) fn read(path: &Path) -> Vec<Raid> {
    let text = std::fs::read_to_string(path).expect("the stored raids can be read");
    let mut raids: Vec<Raid> = Vec::new();
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let numbers: Vec<f64> = rest.split(' ').filter_map(|n| n.parse().ok()).collect();
        match (word, &numbers[..], raids.last_mut()) {
            ("raid", ..) => raids.push(Raid {
                units: Vec::new(),
                threats: Vec::new(),
            }),
            ("unit", &[x, y], Some(raid)) => raid.units.push([x / 10.0, y / 10.0]),
            (kind, &[x, y, aim_x, aim_y, launch_s], Some(raid)) => raid.threats.push((
                kind.to_owned(),
                [x / 10.0, y / 10.0],
                [aim_x / 10.0, aim_y / 10.0],
                launch_s,
            )),
            _ => assert!(word == "#", "not a line of stored raids: {line}"),
        }
    }
    raids
}

/// Plays every raid `repeats` times.
pub(crate) fn play(raids: &[Raid], repeats: u32) -> Played {
    let start = now_s();
    let base = CatalogueFiles::embedded().expect("the embedded catalogue is sound");
    let stage = parse(&stage(), "stage.toml", &base).expect("the stage is a sound scenario");
    let world = World::new(&stage, &[&Level::default()], None).expect("a world");
    let mut played = Played {
        prepare_s: now_s() - start,
        play_s: 0.0,
        runs: Vec::new(),
    };
    let mut floor = None;
    let mut workspace = Workspace::default();
    for (number, raid) in raids.iter().enumerate() {
        let start = now_s();
        let scenario = parse(&raid.text(), "flat.toml", &base).expect("a sound scenario");
        let plan = Plan::new(&scenario, &world).expect("a plan");
        // On level ground all masts of one height see alike.
        let floor = floor.get_or_insert_with(|| {
            let settings = LosSettings {
                range_m: SENSOR_RANGE_MAX_M,
                azimuths: 360,
                ..LosSettings::default()
            };
            polar_floor(world.ground(0), &plan.units[0].antenna(), &settings)
        });
        let floors: Vec<PolarFloor> = plan.units.iter().map(|_| floor.clone()).collect();
        let draw = Draw::middle(&plan, 0);
        let mut geometry = Geometry::default();
        geometry.build(&plan, &world, &draw, &floors, &plan.raids[0]);
        let mut reference = Vec::new();
        geometry.reference(&plan, &draw, &plan.raids[0], &mut reference);
        let existing = Calibrated::new(&plan, &draw, &reference);
        let setting = Setting {
            plan: &plan,
            world: &world,
            draw: &draw,
            raid: &plan.raids[0],
            geometry: &geometry,
            existing: &existing,
        };
        let prepared = now_s();
        played.prepare_s += prepared - start;
        for run in 0..repeats {
            let run = number as u32 * repeats + run;
            simulate(&setting, &plan.options[0], run, false, &mut workspace);
            let mut sums = [0.0; 3];
            for count in &workspace.log.classes {
                sums[0] += f64::from(count.killed_shield);
                sums[1] += f64::from(count.leaked);
                sums[2] += f64::from(count.interceptors);
            }
            played.runs.push(sums);
        }
        played.play_s += now_s() - prepared;
    }
    played
}

impl Played {
    pub(crate) fn row(&self, name: &str) -> String {
        format!(
            "{name:<34} {:>10.1} runs per processor second",
            self.per_second()
        )
    }
}

/// Costs of larger raids, made of the stored ones; returns the exponent with which the cost of a run
/// grows in threats times units, from the smallest to the largest.
pub(crate) fn sizes(raids: &[Raid]) -> f64 {
    let mut costs = Vec::new();
    // So many runs that a clock which moves every few milliseconds is fine enough.
    for (threats_of, units_of, repeats) in [(1, 1, 6000), (2, 1, 2000), (4, 2, 500), (10, 5, 60)] {
        let merged = Raid {
            units: raids[..units_of]
                .iter()
                .flat_map(|r| r.units.clone())
                .collect(),
            threats: raids[..threats_of]
                .iter()
                .flat_map(|r| r.threats.clone())
                .collect(),
        };
        let (threats, units) = (merged.threats.len(), merged.units.len());
        let played = play(&[merged], repeats);
        let ms = 1000.0 / played.per_second();
        println!("{threats} threats × {units} units: {ms:.3} ms a run");
        costs.push(((threats * units) as f64, ms));
    }
    let (first, last) = (costs[0], costs[costs.len() - 1]);
    math::ln(last.1 / first.1) / math::ln(last.0 / first.0)
}

/// A point of the plane on the globe, distances from the middle kept.
fn on_globe([x, y]: Point) -> LatLon {
    let (east, north) = (x - MIDDLE_KM[0], y - MIDDLE_KM[1]);
    let azimuth = math::atan2(east, north);
    geodesy::direct(MIDDLE, azimuth, math::hypot(east, north) * 1000.0)
}

fn site(text: &mut String, name: &str, at: LatLon) {
    writeln!(
        text,
        "{name} = {{ lat_deg = {}, lon_deg = {} }}",
        at.lat_deg, at.lon_deg
    )
    .expect("a string takes any line");
}

/// A scenario whose world holds all stored raids: units and launches in the corners.
fn stage() -> String {
    let corners = [[0.0, 0.0], [400.0, 0.0], [0.0, 200.0], [400.0, 200.0]];
    let far = [[-100.0, -300.0], [900.0, -300.0], [900.0, 500.0]];
    Raid {
        units: corners.to_vec(),
        threats: far
            .iter()
            .map(|start| ("drone".to_owned(), *start, MIDDLE_KM, 0.0))
            .collect(),
    }
    .text()
}

impl Raid {
    fn text(&self) -> String {
        let mut t = String::from(HEAD);
        site(&mut t, "middle", MIDDLE);
        for (i, unit) in self.units.iter().enumerate() {
            site(&mut t, &format!("u{i}"), on_globe(*unit));
        }
        for (i, (_, _, aim, _)) in self.threats.iter().enumerate() {
            site(&mut t, &format!("a{i}"), on_globe(*aim));
        }
        t.push_str("[launch_areas]\n");
        for (i, (_, from, _, _)) in self.threats.iter().enumerate() {
            site(&mut t, &format!("l{i}"), on_globe(*from));
        }
        for i in 0..self.threats.len() {
            writeln!(
                t,
                "[aims.a{i}]\ninside_share = 1\ninside = [{{ place = \"a{i}\", radius_km = 0 }}]"
            )
            .expect("a string takes any line");
        }
        let sites: Vec<String> = (0..self.units.len()).map(|i| format!("\"u{i}\"")).collect();
        write!(
            t,
            "[[fire_units]]\ngroup = \"g\"\nnation = \"UA\"\nsystem = \"gun\"\nsites = [{}]\n\
             [[options]]\nname = \"o\"\ntitle = \"o\"\ngroups = [\"g\"]\n\
             [[raids]]\nname = \"r\"\ntitle = \"r\"\nwaves = [\n",
            sites.join(", ")
        )
        .expect("a string takes any line");
        for (i, (kind, _, _, launch_s)) in self.threats.iter().enumerate() {
            writeln!(
                t,
                "{{ threat = \"{kind}\", count = 1, from = [\"l{i}\"], via = [\"a{i}\"], \
                 aims = \"a{i}\", start_min = {}, spread_min = 0 }},",
                launch_s / 60.0
            )
            .expect("a string takes any line");
        }
        t.push_str("]\n");
        t
    }
}

/// Figures of the peer; what it does not know is switched off or so wide that it never binds.
const HEAD: &str = include_str!("flat.toml");

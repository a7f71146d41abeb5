//! A raid of the same size with every mechanism on: statistical terrain, radars, an existing defence,
//! rules, links, magazines, debris and the ledger.

use crate::clock::now_s;
use cupola_coverage::{LosSettings, PolarFloor, polar_floor};
use cupola_raid::{
    Calibrated, Draw, Geometry, Plan, SENSOR_RANGE_MAX_M, Setting, Workspace, simulate,
};
use cupola_scenario::{CatalogueFiles, parse, scenario_text};
use cupola_world::{World, terrain::Statistical};

/// Draws of the inputs, and runs in each.
const DRAWS: u32 = 8;
const RUNS: u32 = 200;

/// Measures and prints; returns runs per processor second, and the same with the geometry of a draw
/// for every eight runs, as a campaign has it.
pub(crate) fn play() -> (f64, f64) {
    let base = CatalogueFiles::embedded().expect("the embedded catalogue is sound");
    let embedded = scenario_text("western-ukraine").expect("it is embedded");
    let (head, _) = embedded
        .split_once("[[fire_units]]")
        .expect("the scenario has fire units");
    let text = format!("{head}{}", include_str!("full.toml"));
    let scenario = parse(&text, "full.toml", &base).expect("a sound scenario");
    let world = World::new(&scenario, &[&Statistical::new(1)], None).expect("a world");
    let plan = Plan::new(&scenario, &world).expect("a plan");
    let settings = LosSettings {
        range_m: SENSOR_RANGE_MAX_M,
        ..LosSettings::default()
    };
    let floors: Vec<PolarFloor> = plan
        .units
        .iter()
        .map(|unit| polar_floor(world.ground(0), &unit.antenna(), &settings))
        .collect();
    let (mut geometry_s, mut play_s, mut fired, mut events) = (0.0, 0.0, 0, 0);
    let mut workspace = Workspace::default();
    for number in 0..DRAWS {
        let start = now_s();
        let draw = Draw::new(&plan, number, 1);
        let mut geometry = Geometry::default();
        geometry.build(&plan, &world, &draw, &floors, &plan.raids[0]);
        let mut reference = Vec::new();
        geometry.reference(&plan, &draw, &plan.raids[0], &mut reference);
        let existing = Calibrated::new(&plan, &draw, &reference);
        let built = now_s();
        geometry_s += built - start;
        let setting = Setting {
            plan: &plan,
            world: &world,
            draw: &draw,
            raid: &plan.raids[0],
            geometry: &geometry,
            existing: &existing,
        };
        for run in 0..RUNS {
            let run = number * RUNS + run;
            simulate(&setting, &plan.options[0], run, false, &mut workspace);
            fired += workspace.log.spent.iter().sum::<u32>();
            events += workspace.log.incidents.len();
        }
        play_s += now_s() - built;
    }
    let runs = f64::from(DRAWS * RUNS);
    let per_second = runs / play_s;
    let of_campaign = 1.0 / (play_s / runs + geometry_s / f64::from(DRAWS) / 8.0);
    println!(
        "every mechanism on, 150 threats × {} units: {per_second:.0} runs per processor second \
         ({of_campaign:.0} with the geometry of a draw for every 8 runs); {:.1} missiles and {:.1} \
         kinds of incident a run",
        plan.units.len(),
        f64::from(fired) / runs,
        events as f64 / runs
    );
    (per_second, of_campaign)
}

//! A whole campaign on level ground, for comparisons with numbers worked out by hand.

use cupola_campaign::{Inputs, Outcome, Row, Settings, Sink, TerrainUsed, Watch, run};
use cupola_coverage::{LosSettings, polar_floor};
use cupola_raid::{Plan, SENSOR_RANGE_MAX_M};
use cupola_scenario::{CatalogueFiles, parse};
use cupola_world::{Level, World, describe};
use std::convert::Infallible;

struct Nowhere;

impl Sink for Nowhere {
    type Error = Infallible;

    fn rows(&mut self, _: usize, _: usize, _: &[Row]) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Runs a scenario on level ground.
pub(crate) fn campaign(text: &str, runs: u32) -> Outcome {
    let base = CatalogueFiles::embedded().expect("the embedded catalogue is sound");
    let scenario = parse(text, "hand.toml", &base).expect("a sound scenario");
    let world = World::new(&scenario, &[&Level::default()], None).expect("a world");
    let plan = Plan::new(&scenario, &world).expect("a plan");
    let settings = LosSettings {
        range_m: SENSOR_RANGE_MAX_M,
        azimuths: 360,
        ..LosSettings::default()
    };
    let floors = plan
        .units
        .iter()
        .map(|unit| polar_floor(world.ground(0), &unit.antenna(), &settings))
        .collect();
    let inputs = Inputs {
        plan: &plan,
        world: &world,
        floors: &[floors],
    };
    let (kind, cell_m, description) = describe(&Level::default());
    let terrain = TerrainUsed {
        kind: kind.to_owned(),
        cell_m,
        seeds: Vec::new(),
        description,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .expect("two threads");
    let watch = Watch {
        progress: &|_| {},
        stop: &|| false,
    };
    let settings = Settings {
        runs,
        runs_per_draw: 8,
    };
    run(
        &scenario,
        &inputs,
        settings,
        terrain,
        &pool,
        &mut Nowhere,
        watch,
    )
    .expect("nothing stops it")
}

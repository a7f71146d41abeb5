//! A whole campaign on level ground, for comparisons with numbers worked out by hand.

use cupola_campaign::{Inputs, Outcome, Row, Settings, Sink, TerrainUsed, Watch, run};
use cupola_coverage::{LosSettings, polar_floor};
use cupola_raid::{Plan, SENSOR_RANGE_MAX_M};
use cupola_scenario::{CatalogueFiles, parse};
use cupola_world::{Bounds, Grid, Terrain, TerrainKind, World, WorldError, describe};
use std::convert::Infallible;

#[derive(Debug)]
struct Flat;

impl Terrain for Flat {
    fn grid(&self, bounds: &Bounds) -> Result<Grid, WorldError> {
        let step = 0.05;
        let rows = ((bounds.north_deg - bounds.south_deg) / step).ceil() as usize + 3;
        let cols = ((bounds.east_deg - bounds.west_deg) / step).ceil() as usize + 3;
        Ok(Grid {
            north_deg: bounds.north_deg + step,
            west_deg: bounds.west_deg - step,
            step_lat_deg: step,
            step_lon_deg: step,
            rows,
            cols,
            values: vec![0.0; rows * cols],
        })
    }

    fn kind(&self) -> TerrainKind {
        TerrainKind::Given
    }

    fn cell_m(&self) -> f64 {
        5560.0
    }

    fn description(&self) -> String {
        "level ground".to_owned()
    }
}

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
    let world = World::new(&scenario, &[&Flat], None).expect("a world");
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
    let (kind, cell_m, description) = describe(&Flat);
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

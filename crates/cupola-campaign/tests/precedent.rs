//! The precedent: the night of 13 to 14 April 2024 over Israel, against what was published of it.

use cupola_campaign::{Inputs, Row, Settings, Sink, TerrainUsed, Watch, run};
use cupola_coverage::{LosSettings, floors};
use cupola_raid::{Plan, SENSOR_RANGE_MAX_M, Unit};
use cupola_scenario::{CatalogueFiles, Class, parse, scenario_text, with_options};
use cupola_world::terrain::Statistical;
use cupola_world::{Terrain, World};
use std::convert::Infallible;

const NAME: &str = "israel-april-2024";
/// Ballistic missiles that hit, and cruise missiles shot down of about thirty, as published.
const HITS_PUBLISHED: f64 = 9.0;
const CRUISE_KILLED_CLAIMED: f64 = 25.0;
/// An interval of hits wider than this proves nothing.
const WIDTH_MAX: f64 = 20.0;
const RUNS: u32 = 1024;

/// Every run's ballistic leakers, ballistic missiles that did not fail, and cruise missiles killed.
#[derive(Default)]
struct Night {
    hits: Vec<f64>,
    working: Vec<f64>,
    cruise_killed: Vec<f64>,
    drones_leaked: Vec<f64>,
}

impl Sink for Night {
    type Error = Infallible;

    fn rows(&mut self, _: usize, _: usize, rows: &[Row]) -> Result<(), Infallible> {
        for row in rows {
            let count = &row.count;
            match row.class {
                Class::Ballistic => {
                    self.hits.push(f64::from(count.leaked));
                    self.working.push(f64::from(count.launched - count.failed));
                }
                Class::Cruise => self.cruise_killed.push(f64::from(count.killed_shield)),
                Class::Drone => self.drones_leaked.push(f64::from(count.leaked)),
                _ => {}
            }
        }
        Ok(())
    }
}

fn simulate() -> Night {
    let base = CatalogueFiles::embedded().expect("the embedded catalogue is sound");
    let text = scenario_text(NAME).expect("the scenario is embedded");
    let text = with_options(text, &["with-partners".to_owned()]).expect("the option is there");
    let scenario = parse(&text, NAME, &base).expect("a sound scenario");
    let terrains: Vec<Statistical> = (1..=3).map(Statistical::new).collect();
    let grounds: Vec<&dyn Terrain> = terrains.iter().map(|t| t as &dyn Terrain).collect();
    let world = World::new(&scenario, &grounds, None).expect("a world");
    let plan = Plan::new(&scenario, &world).expect("a plan");
    let pool = rayon::ThreadPoolBuilder::new()
        .build()
        .expect("a pool of threads");
    let los = LosSettings {
        range_m: SENSOR_RANGE_MAX_M,
        ..LosSettings::default()
    };
    let antennas: Vec<_> = plan.units.iter().map(Unit::antenna).collect();
    let fields: Vec<_> = (0..world.seeds())
        .map(|seed| floors(world.ground(seed), &antennas, &los, &pool, &|_| {}))
        .collect();
    let inputs = Inputs {
        plan: &plan,
        world: &world,
        floors: &fields,
    };
    let terrain = TerrainUsed {
        kind: "statistical".to_owned(),
        cell_m: terrains[0].cell_m(),
        seeds: vec![1, 2, 3],
        description: terrains[0].description(),
    };
    let settings = Settings {
        runs: RUNS,
        runs_per_draw: 8,
    };
    let watch = Watch {
        progress: &|_| {},
        stop: &|| false,
    };
    let mut night = Night::default();
    run(
        &scenario, &inputs, settings, terrain, &pool, &mut night, watch,
    )
    .expect("nothing stops it");
    night
}

/// 5 % and 95 % quantiles of one raid, mean, and the place of the outcome among the runs: the share
/// below it and half of that equal to it.
fn summary(values: &[f64], outcome: f64) -> ([f64; 2], f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let at = |p: f64| sorted[((p * n).ceil() as usize).clamp(1, sorted.len()) - 1];
    let below = sorted.partition_point(|v| *v < outcome) as f64;
    let same = sorted.partition_point(|v| *v <= outcome) as f64 - below;
    let mean = sorted.iter().sum::<f64>() / n;
    ([at(0.05), at(0.95)], mean, (below + 0.5 * same) / n)
}

#[test]
fn val_israel_april_2024() {
    let night = simulate();
    let (ends, mean, rank) = summary(&night.hits, HITS_PUBLISHED);
    let (working, mean_working, _) = summary(&night.working, 0.0);
    println!(
        "hits {mean:.1} ({}–{}) of {mean_working:.1} ({}–{}) working ballistic missiles",
        ends[0], ends[1], working[0], working[1]
    );
    println!(
        "VALIDATION id={NAME} of=rank-of-9-hits truth=0.05..0.95 ours={rank:.3} tolerance=0 unit=share"
    );
    println!(
        "VALIDATION id={NAME} of=width-of-interval truth=0..{WIDTH_MAX} ours={} tolerance=0 unit=hits",
        ends[1] - ends[0]
    );
    let (ends, mean, rank) = summary(&night.cruise_killed, CRUISE_KILLED_CLAIMED);
    println!(
        "cruise missiles killed {mean:.1} ({}–{}), claimed 25 of 30",
        ends[0], ends[1]
    );
    println!(
        "VALIDATION id={NAME} of=rank-of-25-cruise-killed truth=0.05..0.95 ours={rank:.3} tolerance=0 unit=share"
    );
    let (ends, mean, _) = summary(&night.drones_leaked, 0.0);
    println!(
        "drones that came through {mean:.1} ({}–{}), claimed 0",
        ends[0], ends[1]
    );
}

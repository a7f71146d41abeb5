//! The small sweep of a scenario, played beside the answer on the world that is there already.

use crate::args::ScenarioArgs;
use crate::failure::Failure;
use crate::prepare::{Prepared, catalogue};
use crate::progress::{go_on, note, stage};
use cupola_campaign::sweep::{Axis, Response};
use cupola_campaign::{Inputs, Outcome, Watch, small_point};
use cupola_coverage::LosSettings;
use cupola_raid::{Plan, SENSOR_RANGE_MAX_M, Unit};
use cupola_scenario::Scenario;
use cupola_world::{Bounds, World};
use std::sync::atomic::{AtomicBool, Ordering};

/// A value as written, its scenario, and what that means.
pub(crate) type SweepPoint = (String, Scenario, Plan);

/// The plans of the values, before anything is played; none where the terrain of the answer does not
/// hold what their units look over.
///
/// # Errors
/// [`Failure`] where a value makes no scenario.
pub(crate) fn points(args: &ScenarioArgs, prepared: &Prepared) -> Result<Vec<SweepPoint>, Failure> {
    let scenario = &prepared.scenario;
    if scenario.file.sweep.is_none() {
        return Ok(Vec::new());
    }
    let files = catalogue(args.catalogue.as_deref())?;
    let (terrain, _) = World::extents(scenario)?;
    let mut points = Vec::new();
    for (value, point) in scenario.sweep_points(&files)? {
        let (needed, _) = World::extents(&point)?;
        if !holds(&terrain, &needed) {
            // With `--option` fewer fire units stand there, and the answer needs less terrain.
            note(&format!(
                "the sweep is left out: at {value} its fire units look beyond the terrain that the \
                 answer needs; play all options, take nearer values, or use `cupola sweep`"
            ));
            return Ok(Vec::new());
        }
        let plan = Plan::new(&point, &prepared.world)?;
        points.push((value, point, plan));
    }
    Ok(points)
}

/// Whether one box holds another, to a millionth of a degree.
fn holds(outer: &Bounds, inner: &Bounds) -> bool {
    const NEAR: f64 = 1e-6;
    outer.south_deg <= inner.south_deg + NEAR
        && outer.north_deg >= inner.north_deg - NEAR
        && outer.west_deg <= inner.west_deg + NEAR
        && outer.east_deg >= inner.east_deg - NEAR
}

/// Plays the values, in order.
///
/// # Errors
/// [`Failure::Interrupted`] when `stop` was raised.
pub(crate) fn response(
    prepared: &Prepared,
    outcome: &Outcome,
    points: Vec<SweepPoint>,
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
) -> Result<Option<Response>, Failure> {
    let Some(sweep) = &prepared.scenario.file.sweep else {
        return Ok(None);
    };
    if points.is_empty() {
        return Ok(None);
    }
    let bar = stage("sweep, value by value", points.len() as u64);
    let stopped = || stop.load(Ordering::SeqCst);
    let mut response = empty(prepared, outcome);
    let mut first = None;
    for (value, scenario, plan) in points {
        go_on(stop)?;
        let antennas: Vec<_> = plan.units.iter().map(Unit::antenna).collect();
        let settings = LosSettings {
            range_m: SENSOR_RANGE_MAX_M,
            ..LosSettings::default()
        };
        let ground = prepared.world.ground(0);
        let floors = cupola_coverage::floors(ground, &antennas, &settings, pool, &|_| {});
        let inputs = Inputs {
            plan: &plan,
            world: &prepared.world,
            floors: &[floors],
        };
        let watch = Watch {
            progress: &|_| {},
            stop: &stopped,
        };
        let found = small_point(&scenario, &inputs, &value, first.as_ref(), pool, watch);
        let (point, sample) = found.map_err(|_stopped| Failure::Interrupted)?;
        if response.options.is_empty() {
            let options = scenario.file.options.iter();
            response.options = options.map(|o| (o.name.clone(), o.title.clone())).collect();
            let campaign = &scenario.file.campaign;
            response.draws = campaign.runs.div_ceil(campaign.runs_per_draw);
        }
        response.axes[0].values.push(value);
        response.points.push(point);
        first.get_or_insert(sample);
        bar.inc(1);
    }
    bar.finish();
    response.title.clone_from(&sweep.title);
    Ok(Some(response))
}

fn empty(prepared: &Prepared, outcome: &Outcome) -> Response {
    let sweep = prepared.scenario.file.sweep.as_ref();
    let raid = &outcome.raids[outcome.main_raid];
    Response {
        scenario: outcome.scenario.clone(),
        title: String::new(),
        seed: outcome.seed,
        runs: sweep.map_or(0, |sweep| sweep.runs),
        draws: 0,
        terrain: outcome.terrain.description.clone(),
        raid: raid.name.clone(),
        raid_title: raid.title.clone(),
        options: Vec::new(),
        axes: vec![Axis {
            path: sweep.map_or_else(String::new, |sweep| sweep.over.clone()),
            values: Vec::new(),
        }],
        points: Vec::new(),
        first_letter: outcome.options.len(),
    }
}

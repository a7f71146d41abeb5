//! One value of a scenario's small sweep: the main raid, cover on a coarse raster, exposure.
//!
//! The report's sweep stands beside the answer and must not take longer than it, so what it reads is
//! less than what `cupola sweep` does: one raid, one terrain seed, cover as an average over the people of
//! the area. Draws and chance are the same at every value.

use crate::Watch;
use crate::cover::{AreaRaster, HEIGHTS_M, people_shares};
use crate::exposure::launch_distance_km;
use crate::run::{
    Beside, DrawResult, Inputs, Programme, Settings, Stopped, classes_of, emit, play,
};
use crate::sample::{Estimate, Sample};
use crate::sweep::{Point, Reading, counts, exposure, plain};
use cupola_raid::OptionPlan;
use cupola_scenario::Scenario;
use std::convert::Infallible;

/// Reads one value of a small sweep; `first` is the sample of the first value.
///
/// # Errors
/// [`Stopped`] when the caller asked for it.
pub fn small_point(
    scenario: &Scenario,
    inputs: &Inputs<'_>,
    value: &str,
    first: Option<&Sample>,
    pool: &rayon::ThreadPool,
    watch: Watch<'_>,
) -> Result<(Point, Sample), Stopped<Infallible>> {
    let plan = inputs.plan;
    let settings = Settings {
        runs: scenario.file.campaign.runs,
        runs_per_draw: scenario.file.campaign.runs_per_draw,
    };
    let mut sample = Sample::new(0, settings.runs_per_draw);
    let mut take = |result: &DrawResult| {
        let draw = result.draw.number;
        emit(plan, settings, draw, &[0], &result.logs, &mut sample)
    };
    let programme = Programme {
        raids: &[0],
        beside: Beside::default(),
    };
    play(inputs, settings, pool, programme, &mut take, watch)?;
    let classes = classes_of(plan, 0);
    let area = AreaRaster::coarse(inputs.world);
    let mut rows = Vec::new();
    for (option, option_plan) in plan.options.iter().enumerate() {
        if (watch.stop)() {
            return Err(Stopped::OnRequest);
        }
        counts(option, &classes, &sample, first, &mut rows);
        cover(inputs, option, option_plan, &area, pool, &mut rows);
        let units = option_plan.units.iter();
        let distances_km: Vec<f64> = units
            .map(|&unit| launch_distance_km(plan, plan.units[unit].at))
            .collect();
        exposure(option, &distances_km, &mut rows);
    }
    let point = Point {
        values: vec![value.to_owned()],
        hash: scenario.hash.clone(),
        rows,
    };
    Ok((point, sample))
}

fn cover(
    inputs: &Inputs<'_>,
    option: usize,
    option_plan: &OptionPlan,
    area: &AreaRaster,
    pool: &rayon::ThreadPool,
    rows: &mut Vec<Reading>,
) {
    for (class, shares) in people_shares(inputs, option_plan, area, 0, pool) {
        for (height_m, share) in HEIGHTS_M.into_iter().zip(shares) {
            let estimate = Estimate {
                mean: share,
                lo95: f64::NAN,
                hi95: f64::NAN,
                mc_half95: f64::NAN,
                n: 1,
            };
            rows.push(Reading {
                class: Some(class),
                height_m: Some(height_m),
                ..plain(option, "people_under_floor", "share", estimate)
            });
        }
    }
}

//! What a claim reads of a scenario: cover, or the runs of the main raid, by the calls of a campaign.

use crate::answer::cover_measures;
use crate::cover::{AreaRaster, cover};
use crate::run::{Beside, DrawResult, Inputs, Programme, Settings, Stopped, emit, main_raid, play};
use crate::{Measure, Sample, Watch};
use cupola_raid::{OptionPlan, Plan, RaidLog};
use cupola_scenario::Scenario;
use std::convert::Infallible;

/// What a claim needs of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Shares of people and area under cover.
    Cover,
    /// The runs of the main raid.
    Runs,
}

/// What a claim reads.
#[derive(Clone, Debug)]
pub struct Answer {
    /// SHA-256 of the resolved scenario.
    pub hash: String,
    /// Names of the options.
    pub options: Vec<String>,
    /// Cover by option; empty where runs were asked for.
    pub cover: Vec<Vec<Measure>>,
    /// Runs of the main raid; empty where cover was asked for.
    pub sample: Sample,
    /// Raids of the main kind in a row until the first system of an option has no missile left, at the
    /// mean use of each draw; by option and draw, infinite where none is used.
    pub lasts: Vec<Vec<f64>>,
}

/// Computes what a claim needs of a prepared scenario.
///
/// # Errors
/// [`Stopped`] when the caller asked for it.
pub fn answer(
    scenario: &Scenario,
    inputs: &Inputs<'_>,
    settings: Settings,
    need: Need,
    pool: &rayon::ThreadPool,
    watch: Watch<'_>,
) -> Result<Answer, Stopped<Infallible>> {
    let plan = inputs.plan;
    let main = main_raid(scenario, plan);
    let mut answer = Answer {
        hash: scenario.hash.clone(),
        options: plan
            .options
            .iter()
            .map(|option| option.name.clone())
            .collect(),
        cover: Vec::new(),
        sample: Sample::new(main, settings.runs_per_draw),
        lasts: vec![Vec::new(); plan.options.len()],
    };
    if need == Need::Cover {
        let area = AreaRaster::new(inputs.world, plan);
        for option in &plan.options {
            if (watch.stop)() {
                return Err(Stopped::OnRequest);
            }
            let mut measures = Vec::new();
            cover_measures(&cover(inputs, option, &area, pool), &mut measures);
            answer.cover.push(measures);
        }
        return Ok(answer);
    }
    let (sample, lasts) = (&mut answer.sample, &mut answer.lasts);
    let mut take = |result: &DrawResult| {
        let runs = result.logs.len() / plan.options.len().max(1);
        let logs = result.logs.chunks(runs.max(1));
        for ((option, lasts), logs) in plan.options.iter().zip(lasts.iter_mut()).zip(logs) {
            lasts.push(first_empty(plan, option, result, logs));
        }
        let draw = result.draw.number;
        emit(plan, settings, draw, &[main], &result.logs, sample)
    };
    let programme = Programme {
        raids: &[main],
        beside: Beside::default(),
    };
    play(inputs, settings, pool, programme, &mut take, watch)?;
    Ok(answer)
}

/// Raids until the first system of an option runs dry, at the mean use in some runs of a draw.
fn first_empty(plan: &Plan, option: &OptionPlan, result: &DrawResult, logs: &[RaidLog]) -> f64 {
    let mut systems: Vec<(&str, f64, f64)> = Vec::new();
    for &unit in &option.units {
        let system = plan.units[unit].system.as_str();
        let stock = f64::from(result.draw.missiles(unit));
        let spent: u32 = logs.iter().map(|log| log.spent[unit]).sum();
        let spent = f64::from(spent) / logs.len().max(1) as f64;
        match systems.iter_mut().find(|other| other.0 == system) {
            Some(other) => {
                other.1 += stock;
                other.2 += spent;
            }
            None => systems.push((system, stock, spent)),
        }
    }
    let used = systems.iter().filter(|(_, _, spent)| *spent > 0.0);
    used.map(|(_, stock, spent)| stock / spent)
        .fold(f64::INFINITY, f64::min)
}

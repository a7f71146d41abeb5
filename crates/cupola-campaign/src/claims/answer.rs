//! What a claim reads of a scenario: cover, or the runs of the main raid, by the calls of a campaign.

use crate::answer::cover_measures;
use crate::cover::{AreaRaster, cover};
use crate::run::{Beside, DrawResult, Inputs, Programme, Settings, Stopped, emit, main_raid, play};
use crate::{Measure, Sample, Watch};
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
    /// Mean missiles of each option at the start, ready and in stock.
    pub stock: Vec<f64>,
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
        stock: vec![0.0; plan.options.len()],
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
    let (sample, stock) = (&mut answer.sample, &mut answer.stock);
    let draws = f64::from(settings.draws());
    let mut take = |result: &DrawResult| {
        for (option, stock) in plan.options.iter().zip(stock.iter_mut()) {
            let units = option.units.iter();
            let missiles: u32 = units.map(|&unit| result.draw.missiles(unit)).sum();
            *stock += f64::from(missiles) / draws;
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

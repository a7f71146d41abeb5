//! Options × draws × runs, on any number of threads, with the same result.
//!
//! A batch of draws is computed in parallel; its results are taken up in the order of the draws,
//! so nothing depends on which thread was faster. Rows leave through a sink as they come.

use crate::Watch;
use crate::sample::Sample;
use crate::tally::Tally;
use cupola_coverage::PolarFloor;
use cupola_raid::{
    Calibrated, Draw, Geometry, OptionPlan, Plan, RaidLog, Setting, Workspace, simulate,
};
use cupola_scenario::{Class, Scenario};
use cupola_world::World;
use rayon::prelude::*;
use std::sync::Mutex;

/// Size of a campaign.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Runs per option and raid.
    pub runs: u32,
    /// Runs inside one epistemic draw.
    pub runs_per_draw: u32,
}

impl Settings {
    /// Number of epistemic draws.
    pub fn draws(self) -> u32 {
        self.runs.div_ceil(self.runs_per_draw)
    }

    /// Runs of one draw; the last may have fewer.
    fn runs_of(self, draw: u32) -> std::ops::Range<u32> {
        let first = draw * self.runs_per_draw;
        first..(first + self.runs_per_draw).min(self.runs)
    }
}

/// One row of `runs.parquet`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Run.
    pub run: u32,
    /// Epistemic draw of the run.
    pub draw: u32,
    /// Class.
    pub class: Class,
    /// Counts.
    pub count: cupola_raid::ClassCount,
}

/// Takes rows as they come: for each option and raid in the order of runs and classes.
pub trait Sink {
    /// Why a row was not taken.
    type Error;

    /// Takes rows of one option and raid.
    ///
    /// # Errors
    /// Whatever stands in the way; the campaign stops.
    fn rows(&mut self, option: usize, raid: usize, rows: &[Row]) -> Result<(), Self::Error>;
}

/// Why a campaign stopped early.
#[derive(Debug, thiserror::Error)]
pub enum Stopped<E> {
    /// It was asked to.
    #[error("stopped on request")]
    OnRequest,
    /// The sink refused rows.
    #[error(transparent)]
    Sink(E),
}

/// What a campaign reads.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The world.
    pub world: &'a World,
    /// Floor fields by terrain seed and unit.
    pub floors: &'a [Vec<PolarFloor>],
}

/// Everything kept of one run, by option, raid and run of the draw.
pub(crate) struct DrawResult {
    pub(crate) draw: Draw,
    /// Logs in the order option, raid, run.
    pub(crate) logs: Vec<RaidLog>,
    /// Logs of the line-ups played beside the options, in the order line-up, run.
    pub(crate) beside: Vec<RaidLog>,
}

/// What is played in each draw.
#[derive(Clone, Copy)]
pub(crate) struct Programme<'a> {
    /// Raids under all options, as positions in the plan.
    pub(crate) raids: &'a [usize],
    /// More line-ups of units against one raid.
    pub(crate) beside: Beside<'a>,
}

/// Line-ups of units played beside the options, on the routes and windows of the first draws.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside<'a> {
    pub(crate) line_ups: &'a [OptionPlan],
    /// Position of the raid.
    pub(crate) raid: usize,
    /// Number of draws in which they are played.
    pub(crate) draws: u32,
}

/// Runs a campaign; `progress` is told the number of draws done. Rows of the line-ups played
/// beside the options go to `extra`, numbered as options.
///
/// # Errors
/// [`Stopped`] when `stop` says so between batches, or the sink fails.
pub(crate) fn campaign<S: Sink>(
    inputs: &Inputs<'_>,
    settings: Settings,
    pool: &rayon::ThreadPool,
    (beside, extra): (Beside<'_>, &mut Sample),
    sink: &mut S,
    watch: Watch<'_>,
) -> Result<Tally, Stopped<S::Error>> {
    let plan = inputs.plan;
    let mut tally = Tally::new(plan);
    let all: Vec<usize> = (0..plan.raids.len()).collect();
    let mut take = |result: &DrawResult| -> Result<(), S::Error> {
        let draw = result.draw.number;
        emit(plan, settings, draw, &all, &result.logs, sink)?;
        if let Err(never) = emit(plan, settings, draw, &[beside.raid], &result.beside, extra) {
            match never {}
        }
        tally.take(plan, settings, result);
        Ok(())
    };
    let programme = Programme {
        raids: &all,
        beside,
    };
    play(inputs, settings, pool, programme, &mut take, watch)?;
    Ok(tally)
}

/// Plays some raids of the plan under all its options; draws come to `take` in order.
///
/// Raids that are not played still fly: the existing defence is calibrated on all of them.
///
/// # Errors
/// [`Stopped`] when `stop` says so between batches, or `take` fails.
pub(crate) fn play<E>(
    inputs: &Inputs<'_>,
    settings: Settings,
    pool: &rayon::ThreadPool,
    programme: Programme<'_>,
    take: &mut dyn FnMut(&DrawResult) -> Result<(), E>,
    watch: Watch<'_>,
) -> Result<(), Stopped<E>> {
    let batch = (pool.current_num_threads() as u32 * 4).max(8);
    let spare: Mutex<Vec<Memory>> = Mutex::new(Vec::new());
    let mut next = 0;
    while next < settings.draws() {
        if (watch.stop)() {
            return Err(Stopped::OnRequest);
        }
        let draws: Vec<u32> = (next..(next + batch).min(settings.draws())).collect();
        let results: Vec<DrawResult> = pool.install(|| {
            draws
                .par_iter()
                .map(|&draw| {
                    let taken = spare.lock().ok().and_then(|mut spare| spare.pop());
                    let mut memory = taken.unwrap_or_default();
                    let result = one_draw(inputs, settings, draw, programme, &mut memory);
                    if let Ok(mut spare) = spare.lock() {
                        spare.push(memory);
                    }
                    result
                })
                .collect()
        });
        for result in &results {
            take(result).map_err(Stopped::Sink)?;
            (watch.progress)(result.draw.number + 1);
        }
        next += batch;
    }
    Ok(())
}

/// Buffers of one thread, kept from draw to draw.
#[derive(Default)]
struct Memory {
    geometries: Vec<Geometry>,
    workspace: Workspace,
}

fn one_draw(
    inputs: &Inputs<'_>,
    settings: Settings,
    number: u32,
    programme: Programme<'_>,
    memory: &mut Memory,
) -> DrawResult {
    let plan = inputs.plan;
    let draw = Draw::new(plan, number, inputs.floors.len());
    let existing = fly(inputs, &draw, &mut memory.geometries);
    let Memory {
        geometries,
        workspace,
    } = memory;
    let mut simulated = |option: &OptionPlan, raid: usize, logs: &mut Vec<RaidLog>| {
        let setting = Setting {
            plan,
            world: inputs.world,
            draw: &draw,
            raid: &plan.raids[raid],
            geometry: &geometries[raid],
            existing: &existing,
        };
        for run in settings.runs_of(number) {
            simulate(&setting, option, run, false, workspace);
            logs.push(workspace.log.clone());
        }
    };
    let Programme { raids, beside } = programme;
    let (mut logs, mut others) = (Vec::new(), Vec::new());
    for option in &plan.options {
        for &raid in raids {
            simulated(option, raid, &mut logs);
        }
    }
    if number < beside.draws {
        for line_up in beside.line_ups {
            simulated(line_up, beside.raid, &mut others);
        }
    }
    DrawResult {
        draw,
        logs,
        beside: others,
    }
}

/// Flies every raid of a draw and calibrates the existing defence on them.
pub(crate) fn fly(inputs: &Inputs<'_>, draw: &Draw, geometries: &mut Vec<Geometry>) -> Calibrated {
    let plan = inputs.plan;
    geometries.resize_with(plan.raids.len(), Geometry::default);
    let mut reference = Vec::new();
    for (raid, geometry) in plan.raids.iter().zip(geometries.iter_mut()) {
        geometry.build(plan, inputs.world, draw, &inputs.floors[draw.terrain], raid);
        geometry.reference(plan, draw, raid, &mut reference);
    }
    Calibrated::new(plan, draw, &reference)
}

/// Position of the raid that headings, stories and coalitions speak of.
pub fn main_raid(scenario: &Scenario, plan: &Plan) -> usize {
    let main = scenario.file.campaign.main_raid.as_ref();
    let found = main.and_then(|main| plan.raids.iter().position(|raid| raid.name == *main));
    found.unwrap_or(0)
}

/// Classes that a raid contains, in table order.
pub(crate) fn classes_of(plan: &Plan, raid: usize) -> Vec<Class> {
    let waves = &plan.raids[raid].waves;
    Class::ALL
        .into_iter()
        .filter(|class| {
            waves
                .iter()
                .any(|wave| plan.threats[wave.threat].class == *class)
        })
        .collect()
}

/// Sends the rows of a draw through a sink: `logs` are in the order option, raid, run.
///
/// # Errors
/// Those of the sink.
pub(crate) fn emit<S: Sink>(
    plan: &Plan,
    settings: Settings,
    draw: u32,
    raids: &[usize],
    logs: &[RaidLog],
    sink: &mut S,
) -> Result<(), S::Error> {
    let runs = settings.runs_of(draw);
    let each = runs.len().max(1);
    let mut rows = Vec::new();
    for (place, logs) in logs.chunks(each).enumerate() {
        let (option, raid) = (place / raids.len(), raids[place % raids.len()]);
        rows.clear();
        let mut classes = classes_of(plan, raid);
        classes.sort_unstable_by_key(|class| class.name());
        for (run, log) in runs.clone().zip(logs) {
            for &class in &classes {
                let count = log.classes[class.index()];
                rows.push(Row {
                    run,
                    draw,
                    class,
                    count,
                });
            }
        }
        sink.rows(option, raid, &rows)?;
    }
    Ok(())
}

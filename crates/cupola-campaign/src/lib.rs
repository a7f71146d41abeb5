//! Options × epistemic draws × runs: intervals, paired differences, sensitivity.
//!
//! [`run`] computes a campaign on a thread pool handed in, sends every run through a [`Sink`], and
//! answers with an [`Outcome`]. The same seed gives the same outcome on any number of threads.

mod answer;
mod carryover;
pub mod claims;
pub mod coalition;
mod cover;
mod crews;
mod decoys;
mod endurance;
mod exposure;
mod neighbours;
mod network_cover;
mod outcome;
pub mod record;
mod run;
mod sample;
mod small_sweep;
mod stats;
mod stories;
pub mod sweep;
mod tally;

pub use carryover::{Change, Share, Station, Through, Waterfall};
pub use crews::{CrewTimeline, crews};
pub use network_cover::{Engagement, engagements};
pub use outcome::{
    Coverage, DepthCover, Endurance, Fate, FateCount, InputInfo, LedgerCount, Measure,
    NetworkCover, OptionOutcome, Outcome, RadarView, RaidInfo, Sensitivity, Story, TerrainUsed,
    UnitGap, UnitInfo, UnitWorth,
};
pub use run::{Inputs, Row, Settings, Sink, Stopped, main_raid};
pub use sample::{Estimate, Sample, Series};
pub use small_sweep::small_point;
pub use stories::{replay, tell};

use cupola_raid::Plan;
use cupola_scenario::Scenario;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a caller is told while a campaign runs, and asks of it.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Told the number of steps done: draws, then what is answered from them.
    pub progress: &'a (dyn Fn(u32) + Sync),
    /// Asked between batches whether to stop.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Watch<'_> {
    /// Does `count` pieces of work side by side and tells of each one done, after `before` other
    /// steps; `None` when asked to stop.
    pub(crate) fn each<T: Send>(
        &self,
        before: u32,
        count: usize,
        pool: &rayon::ThreadPool,
        work: impl Fn(usize) -> T + Sync,
    ) -> Option<Vec<T>> {
        let done = AtomicU32::new(before);
        let one = |i: usize| {
            if (self.stop)() {
                return None;
            }
            let result = work(i);
            (self.progress)(done.fetch_add(1, Ordering::Relaxed) + 1);
            Some(result)
        };
        pool.install(|| (0..count).into_par_iter().map(one).collect())
    }
}

/// Runs a campaign for its rows alone: what a sink makes of them is the answer.
///
/// # Errors
/// [`Stopped`] when the caller asked for it, or the sink failed.
pub fn run_rows<S: Sink>(
    inputs: &Inputs<'_>,
    settings: Settings,
    pool: &rayon::ThreadPool,
    sink: &mut S,
    watch: Watch<'_>,
) -> Result<(), Stopped<S::Error>> {
    let none = run::Beside::default();
    let mut nothing = Sample::new(0, settings.runs_per_draw);
    let beside = (none, &mut nothing);
    run::campaign(inputs, settings, pool, beside, sink, watch).map(|_| ())
}

/// Runs a campaign and answers the scenario's question; options written as coalitions are taken
/// apart nation by nation.
///
/// # Errors
/// [`Stopped`] when the caller asked for it, or the sink failed.
pub fn run<S: Sink>(
    scenario: &Scenario,
    inputs: &Inputs<'_>,
    settings: Settings,
    terrain: TerrainUsed,
    pool: &rayon::ThreadPool,
    sink: &mut S,
    watch: Watch<'_>,
) -> Result<Outcome, Stopped<S::Error>> {
    let line_ups = coalition::LineUps::new(scenario, inputs.plan, settings);
    let mut sample = line_ups.sample();
    let beside = (line_ups.beside(), &mut sample);
    let tally = run::campaign(inputs, settings, pool, beside, sink, watch)?;
    let answered = answer::outcome(scenario, inputs, settings, terrain, &tally, pool, watch);
    let mut outcome = answered.ok_or(Stopped::OnRequest)?;
    let found = line_ups.found(scenario, inputs, &sample, &outcome, pool, watch);
    outcome.coalitions = found.ok_or(Stopped::OnRequest)?;
    Ok(outcome)
}

/// Steps of which [`run`] tells: draws, options answered, line-ups compared.
pub fn steps(scenario: &Scenario, plan: &Plan, settings: Settings) -> u32 {
    let line_ups = coalition::LineUps::new(scenario, plan, settings);
    settings.draws() + (plan.options.len() + line_ups.len()) as u32
}

/// The same without taking coalitions apart.
///
/// # Errors
/// [`Stopped`] when the caller asked for it, or the sink failed.
pub fn run_options<S: Sink>(
    scenario: &Scenario,
    inputs: &Inputs<'_>,
    settings: Settings,
    terrain: TerrainUsed,
    pool: &rayon::ThreadPool,
    sink: &mut S,
    watch: Watch<'_>,
) -> Result<Outcome, Stopped<S::Error>> {
    let mut nothing = Sample::new(0, settings.runs_per_draw);
    let beside = (run::Beside::default(), &mut nothing);
    let tally = run::campaign(inputs, settings, pool, beside, sink, watch)?;
    let answered = answer::outcome(scenario, inputs, settings, terrain, &tally, pool, watch);
    answered.ok_or(Stopped::OnRequest)
}

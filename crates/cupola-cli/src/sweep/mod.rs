//! `cupola sweep`: the answer as a function of a field of its scenario.

mod over;

use crate::args::{Format, ScenarioArgs, ThreadArgs};
use crate::failure::Failure;
use crate::prepare::{Prepared, pool, prepare};
use crate::progress::{go_on, note, stage, stop_flag};
use clap::Args;
use cupola_campaign::sweep::{Point, Response, point};
use cupola_campaign::{Inputs, Outcome, Sample, Settings, Stopped, Watch};
use cupola_io::{IfExists, OutputFolder};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The file that marks a folder as one of ours.
const MARKER: &str = "sweep.json";
/// Columns of the table.
const TABLE_WIDTH: usize = 100;
/// Runs per option and raid at each point where nothing else is said.
const RUNS: u32 = 256;

/// Arguments of `sweep`.
#[derive(Debug, Args)]
pub(crate) struct Sweep {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadArgs,
    /// Field and its values: PATH=v1,v2,… or PATH=from:to:step; twice for a grid. An entry of a
    /// list is named by position, name or group, and `*` means every entry that has the field.
    #[arg(long, value_name = "PATH=VALUES", required = true)]
    pub(crate) over: Vec<String>,
    /// Output folder [default: cupola-out/SCENARIO-sweep].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// Sweeps a field, or two, and writes `sweep.json`, `sweep.csv` and `sweep.html`.
///
/// # Errors
/// [`Failure`] for wrong input, trouble while writing, or Ctrl-C.
pub(crate) fn sweep(args: &Sweep) -> Result<(), Failure> {
    let stop = stop_flag()?;
    let pool = pool(&args.threads)?;
    let axes = over::axes(&args.over)?;
    let points = over::points(&axes);
    let at = |values: &[String]| {
        let mut scenario = args.scenario.clone();
        scenario.runs = Some(scenario.runs.unwrap_or(RUNS));
        let pairs = axes.iter().zip(values);
        let set = pairs.map(|(axis, value)| format!("{}={value}", axis.path));
        scenario.set.extend(set);
        scenario
    };
    // Every point is checked before the first is played, the folder before that.
    let name = crate::prepare::scenario(&args.scenario)?.name;
    for values in &points {
        crate::geography::check(&crate::prepare::scenario(&at(values))?)?;
    }
    let default = || PathBuf::from("cupola-out").join(format!("{name}-sweep"));
    let folder = args.out.clone().unwrap_or_else(default);
    let exists = IfExists::ReplaceIfHolds(MARKER.to_owned());
    let output = OutputFolder::begin(&folder, &exists, Some(Arc::clone(&stop)))?;
    let mut found: Vec<Point> = Vec::new();
    let mut first: Option<(Outcome, Sample)> = None;
    for (i, values) in points.iter().enumerate() {
        let pairs = axes.iter().zip(values);
        let named: Vec<String> = pairs
            .map(|(axis, value)| format!("{} = {value}", axis.path))
            .collect();
        note(&format!(
            "point {} of {}: {}",
            i + 1,
            points.len(),
            named.join(", ")
        ));
        let prepared = prepare(&at(values), &pool, &stop)?;
        let (outcome, sample) = answer(&prepared, &pool, &stop)?;
        let reference = first.as_ref().map(|(_, sample)| sample);
        found.push(point(values.clone(), &outcome, &sample, reference));
        first.get_or_insert((outcome, sample));
    }
    let Some((outcome, _)) = first else {
        return Ok(());
    };
    let response = response(&outcome, axes, found);
    let json = cupola_report::sweep_json(&response);
    output.write(MARKER, json.as_bytes())?;
    output.write("sweep.csv", cupola_report::sweep_csv(&response).as_bytes())?;
    output.write(
        "sweep.html",
        cupola_report::sweep_html(&response).as_bytes(),
    )?;
    go_on(&stop)?;
    output.commit()?;
    let page = folder.join("sweep.html");
    if args.format == Format::Json {
        crate::print(&json)?;
        note(&format!("page: {}", page.display()));
        return Ok(());
    }
    let table = cupola_report::sweep_table(&response, TABLE_WIDTH);
    crate::print(&format!("{table}\npage: {}\n", page.display()))
}

fn response(
    outcome: &Outcome,
    axes: Vec<cupola_campaign::sweep::Axis>,
    points: Vec<Point>,
) -> Response {
    let raid = &outcome.raids[outcome.main_raid];
    let options = outcome.options.iter();
    Response {
        scenario: outcome.scenario.clone(),
        title: outcome.title.clone(),
        seed: outcome.seed,
        runs: outcome.runs,
        draws: outcome.draws,
        terrain: outcome.terrain.description.clone(),
        raid: raid.name.clone(),
        raid_title: raid.title.clone(),
        options: options.map(|o| (o.name.clone(), o.title.clone())).collect(),
        axes,
        points,
        first_letter: 0,
    }
}

/// One campaign, its outcome and the runs of its main raid.
///
/// # Errors
/// [`Failure::Interrupted`] when `stop` was raised.
pub(crate) fn answer(
    prepared: &Prepared,
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
) -> Result<(Outcome, Sample), Failure> {
    let campaign = &prepared.scenario.file.campaign;
    let settings = Settings {
        runs: campaign.runs,
        runs_per_draw: campaign.runs_per_draw,
    };
    let inputs = Inputs {
        plan: &prepared.plan,
        world: &prepared.world,
        floors: &prepared.floors,
    };
    let main = cupola_campaign::main_raid(&prepared.scenario, &prepared.plan);
    let mut sample = Sample::new(main, settings.runs_per_draw);
    let steps = settings.draws() + prepared.plan.options.len() as u32;
    let bar = stage("raids (draws), answers", u64::from(steps));
    let progress = |done: u32| bar.set_position(u64::from(done));
    let stopped = || stop.load(Ordering::SeqCst);
    let outcome = cupola_campaign::run_options(
        &prepared.scenario,
        &inputs,
        settings,
        prepared.terrain.clone(),
        pool,
        &mut sample,
        Watch {
            progress: &progress,
            stop: &stopped,
        },
    );
    bar.finish();
    match outcome {
        Ok(outcome) => Ok((outcome, sample)),
        Err(Stopped::OnRequest) => Err(Failure::Interrupted),
        Err(Stopped::Sink(never)) => match never {},
    }
}

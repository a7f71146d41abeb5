//! `cupola carryover`: what a precedent carries over, step by step, as a waterfall.

use crate::args::{Format, ScenarioArgs, ThreadArgs};
use crate::failure::Failure;
use crate::prepare::{Prepared, catalogue, pool, prepare_scenario, read_text, text_of};
use crate::progress::{go_on, note, stage, stop_flag};
use clap::Args;
use cupola_campaign::{Inputs, Settings, Station, Stopped, Through, Watch, Waterfall};
use cupola_io::{IfExists, OutputFolder};
use cupola_scenario::{CarryOver, CarryStep, CatalogueFiles, Composed, Scenario};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The steps when none are named.
const DEFAULT: &str = "israel-to-western-ukraine";
/// The file that marks a folder as one of ours.
const MARKER: &str = "carryover.json";
/// Runs inside one epistemic draw.
const RUNS_PER_DRAW: u32 = 8;

/// Arguments of `carryover`.
#[derive(Debug, Args)]
pub(crate) struct Carryover {
    /// Embedded file of steps, or a file.
    #[arg(default_value = DEFAULT)]
    steps: String,
    /// Runs at each station.
    #[arg(
        long,
        value_name = "N",
        default_value = "512",
        allow_negative_numbers = true
    )]
    #[arg(value_parser = clap::value_parser!(u32).range(16..=100_000))]
    runs: u32,
    /// Seed of all chance, from 0.
    #[arg(
        long,
        value_name = "S",
        default_value = "2024",
        allow_negative_numbers = true
    )]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=i64::MAX as u64))]
    seed: u64,
    /// Output folder [default: cupola-out/NAME].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    threads: ThreadArgs,
    /// What to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Runs every station once and writes the page.
///
/// # Errors
/// [`Failure`] for wrong input, trouble while writing, or Ctrl-C.
pub(crate) fn carryover(args: &Carryover) -> Result<(), Failure> {
    let stop = stop_flag()?;
    let pool = pool(&args.threads)?;
    let file = CarryOver::parse(&steps_text(&args.steps)?, &args.steps)?;
    let stem = Path::new(&args.steps).file_stem();
    let name = stem.map_or(DEFAULT.to_owned(), |s| s.to_string_lossy().into_owned());
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("cupola-out").join(&name));
    let exists = IfExists::ReplaceIfHolds(MARKER.to_owned());
    let output = OutputFolder::begin(&folder, &exists, Some(Arc::clone(&stop)))?;
    let size = Size {
        runs: args.runs,
        seed: args.seed,
    };
    let answer = waterfall(&file, &file.orders(), size, &pool, &stop)?;
    let json = cupola_report::carryover_json(&answer);
    output.write(MARKER, json.as_bytes())?;
    output.write(
        "carryover.html",
        cupola_report::carryover_html(&answer).as_bytes(),
    )?;
    go_on(&stop)?;
    output.commit()?;
    let page = folder.join("carryover.html");
    match args.format {
        Format::Json => {
            crate::print(&json)?;
            note(&format!("page: {}", page.display()));
        }
        Format::Table => {
            let table = cupola_report::carryover_table(&answer);
            crate::print(&format!("{table}\npage: {}\n", page.display()))?;
        }
    }
    Ok(())
}

/// How many raids are played at each station, and from which seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Runs at each station.
    pub(crate) runs: u32,
    /// Seed of all chance.
    pub(crate) seed: u64,
}

/// Plays the stations of some orders of the steps.
///
/// # Errors
/// [`Failure`] for a step that does not fit, or Ctrl-C.
pub(crate) fn waterfall(
    file: &CarryOver,
    orders: &[Vec<&CarryStep>],
    size: Size,
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
) -> Result<Waterfall, Failure> {
    let find = |name: &str| text_of(name).ok();
    let chains: Vec<Vec<Composed>> = orders
        .iter()
        .map(|order| file.chain(order, &find))
        .collect::<Result<_, _>>()?;
    let mut runner = Runner {
        size,
        files: catalogue(None)?,
        pool,
        stop,
        known: BTreeMap::new(),
        wanted: distinct(&chains),
    };
    let mut answer = Waterfall {
        title: file.title.clone(),
        text: file.text.clone(),
        runs: size.runs,
        draws: size.runs.div_ceil(RUNS_PER_DRAW),
        seed: size.seed,
        orders: Vec::new(),
    };
    for (order, chain) in orders.iter().zip(&chains) {
        let stations = chain
            .iter()
            .enumerate()
            .map(|(i, composed)| runner.station(file, i.checked_sub(1).map(|i| order[i]), composed))
            .collect::<Result<_, _>>()?;
        answer.orders.push(stations);
    }
    Ok(answer)
}

/// What of a scenario's precedent carries over, in the order of its steps; `None` when it names none.
///
/// # Errors
/// As [`waterfall`].
pub(crate) fn precedent(
    scenario: &Scenario,
    pool: &rayon::ThreadPool,
    stop: &AtomicBool,
) -> Result<Option<Waterfall>, Failure> {
    let campaign = &scenario.file.campaign;
    let named = scenario.file.precedent.as_ref();
    let Some(precedent) = named.filter(|precedent| precedent.runs > 0) else {
        return Ok(None);
    };
    let file = CarryOver::parse(&steps_text(&precedent.steps)?, &precedent.steps)?;
    let size = Size {
        runs: precedent.runs.min(campaign.runs),
        seed: campaign.seed,
    };
    waterfall(&file, &file.orders()[..1], size, pool, stop).map(Some)
}

/// The text of the steps: embedded by name, or a file.
fn steps_text(name: &str) -> Result<String, Failure> {
    if let Some(text) = CarryOver::text_of(name) {
        return Ok(text.to_owned());
    }
    if Path::new(name).exists() {
        return read_text(Path::new(name));
    }
    Err(Failure::Input(
        format!("there is no file and no embedded set of steps `{name}`"),
        Some(format!(
            "give a file, or one of: {}",
            CarryOver::names().join(", ")
        )),
    ))
}

/// How many different scenarios there are to run.
fn distinct(chains: &[Vec<Composed>]) -> usize {
    let mut keys: Vec<Vec<String>> = chains.iter().flatten().map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

/// The same steps in another order make the same scenario.
fn key(composed: &Composed) -> Vec<String> {
    let mut steps = composed.steps.clone();
    steps.sort_unstable();
    steps
}

struct Runner<'a> {
    size: Size,
    files: CatalogueFiles,
    pool: &'a rayon::ThreadPool,
    stop: &'a AtomicBool,
    known: BTreeMap<Vec<String>, (String, Through)>,
    wanted: usize,
}

impl Runner<'_> {
    fn station(
        &mut self,
        file: &CarryOver,
        step: Option<&CarryStep>,
        composed: &Composed,
    ) -> Result<Station, Failure> {
        let key = key(composed);
        if !self.known.contains_key(&key) {
            let title = step.map_or(file.base_title.as_str(), |step| &step.title);
            note(&format!(
                "station {} of {}: {title}",
                self.known.len() + 1,
                self.wanted
            ));
            let found = self.run(composed)?;
            self.known.insert(key.clone(), found);
        }
        let (hash, through) = self.known[&key].clone();
        Ok(Station {
            name: step.map_or(String::new(), |step| step.name.clone()),
            title: step.map_or(file.base_title.clone(), |step| step.title.clone()),
            note: step.map_or(String::new(), |step| step.note.clone()),
            hash,
            through,
        })
    }

    fn run(&self, composed: &Composed) -> Result<(String, Through), Failure> {
        let scenario_args = ScenarioArgs {
            scenario: format!("the scenario after {}", composed.steps.join(", ")),
            set: Vec::new(),
            option: Vec::new(),
            runs: None,
            seed: None,
            terrain: None,
            people: None,
            catalogue: None,
        };
        let text = cupola_scenario::with_setting(
            &composed.text,
            &format!("campaign.seed={}", self.size.seed),
        )?;
        let scenario = cupola_scenario::parse(&text, &scenario_args.scenario, &self.files)?;
        let prepared = prepare_scenario(&scenario_args, &scenario, self.pool, self.stop)?;
        let through = self.raids(&prepared)?;
        Ok((prepared.scenario.hash, through))
    }

    fn raids(&self, prepared: &Prepared) -> Result<Through, Failure> {
        let settings = Settings {
            runs: self.size.runs,
            runs_per_draw: RUNS_PER_DRAW,
        };
        let inputs = Inputs {
            plan: &prepared.plan,
            world: &prepared.world,
            floors: &prepared.floors,
        };
        let bar = stage("raids (epistemic draws)", u64::from(settings.draws()));
        let progress = |done: u32| bar.set_position(u64::from(done));
        let stopped = || self.stop.load(Ordering::SeqCst);
        let watch = Watch {
            progress: &progress,
            stop: &stopped,
        };
        let mut through = Through::default();
        let done = cupola_campaign::run_rows(&inputs, settings, self.pool, &mut through, watch);
        bar.finish();
        match done {
            Ok(()) => Ok(through),
            Err(Stopped::OnRequest) => Err(Failure::Interrupted),
            Err(Stopped::Sink(never)) => match never {},
        }
    }
}

//! `cupola crews`: which fire units are manned on which day, under each option and course.

use crate::args::{Format, ScenarioArgs};
use crate::failure::Failure;
use crate::prepare::{planned, scenario};
use crate::progress::{go_on, note, stop_flag};
use clap::Args;
use cupola_campaign::CrewTimeline;
use cupola_io::{IfExists, OutputFolder};
use cupola_scenario::Scenario;
use std::path::PathBuf;
use std::sync::Arc;

/// The file that marks a folder as one of ours.
const MARKER: &str = "crews.json";
/// Runs of a scenario are counted, crews are drawn as often as its epistemic draws, at least.
const DRAWS_LEAST: u32 = 256;

/// Arguments of `crews`.
#[derive(Debug, Args)]
pub(crate) struct Crews {
    #[command(flatten)]
    scenario: ScenarioArgs,
    /// Output folder [default: cupola-out/SCENARIO-crews].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
}

/// Draws the timelines and writes the page.
///
/// # Errors
/// [`Failure`] for wrong input, trouble while writing, or Ctrl-C.
pub(crate) fn crews(args: &Crews) -> Result<(), Failure> {
    let stop = stop_flag()?;
    let scenario = scenario(&args.scenario)?;
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("cupola-out").join(format!("{}-crews", scenario.name)));
    let exists = IfExists::ReplaceIfHolds(MARKER.to_owned());
    let output = OutputFolder::begin(&folder, &exists, Some(Arc::clone(&stop)))?;
    let mut timelines = Vec::new();
    for variant in variants(args, &scenario)? {
        let plan = planned(&args.scenario, &variant, &stop)?;
        let campaign = &variant.file.campaign;
        let draws = campaign.runs.div_ceil(campaign.runs_per_draw.max(1));
        let found = cupola_campaign::crews(&variant, &plan, draws.max(DRAWS_LEAST));
        for timeline in found {
            let known = timelines.iter().any(|other: &CrewTimeline| {
                other.option == timeline.option && other.courses == timeline.courses
            });
            if !known {
                timelines.push(timeline);
            }
        }
    }
    timelines.sort_by_key(|timeline| {
        let options = &scenario.file.options;
        options
            .iter()
            .position(|option| option.name == timeline.option)
    });
    let title = format!("Crews: {}", scenario.file.question.title);
    let json = cupola_report::crews_json(&timelines);
    output.write(MARKER, json.as_bytes())?;
    output.write(
        "crews.html",
        cupola_report::crews_html(&title, &timelines).as_bytes(),
    )?;
    go_on(&stop)?;
    output.commit()?;
    let page = folder.join("crews.html");
    match args.format {
        Format::Json => {
            crate::print(&json)?;
            note(&format!("page: {}", page.display()));
        }
        Format::Table => {
            let table = cupola_report::crews_table(&title, &timelines);
            crate::print(&format!("{table}\npage: {}\n", page.display()))?;
        }
    }
    Ok(())
}

/// The scenario as it is, and with every unit that needs a course on each of the others in turn.
fn variants(args: &Crews, scenario: &Scenario) -> Result<Vec<Scenario>, Failure> {
    let mut all = vec![scenario.clone()];
    let files = crate::prepare::catalogue(args.scenario.catalogue.as_deref())?;
    for course in scenario.file.training.keys() {
        let mut text = scenario.lock_text.clone();
        for (i, unit) in scenario.file.fire_units.iter().enumerate() {
            if unit.training.is_some() {
                let setting = format!("fire_units[{i}].training=\"{course}\"");
                text = cupola_scenario::with_setting(&text, &setting)?;
            }
        }
        all.push(cupola_scenario::parse(
            &text,
            &args.scenario.scenario,
            &files,
        )?);
    }
    Ok(all)
}

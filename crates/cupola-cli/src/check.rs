//! `cupola check`: what a scenario means, without running it.

use crate::args::Check;
use crate::failure::Failure;
use crate::prepare::scenario;
use cupola_raid::Plan;
use cupola_scenario::{OptionSpec, Scenario};
use cupola_world::terrain::Statistical;
use cupola_world::{Terrain, World};
use std::fmt::Write as _;

/// Checks a scenario and explains it.
///
/// # Errors
/// [`Failure`] with everything wrong in it.
pub(crate) fn check(args: &Check) -> Result<(), Failure> {
    let scenario = scenario(&args.scenario)?;
    crate::geography::check(&scenario)?;
    crate::prepare::named_files(&args.scenario, &scenario)?;
    // Names of places need the world, but not its terrain: the embedded one will do.
    let ground = Statistical::new(1);
    let world = World::new(&scenario, &[&ground as &dyn Terrain], None)?;
    let plan = Plan::new(&scenario, &world)?;
    let file = &scenario.file;
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    line(format!("{}: {}", scenario.name, file.question.title));
    line(format!("  {}", file.question.text));
    line(format!(
        "  area: {}; terrain: {}",
        file.area.name, file.area.terrain
    ));
    let inputs = plan.inputs.list();
    let uncertain = inputs.iter().filter(|input| !input.num.is_fixed()).count();
    let assumed = inputs.iter().filter(|input| input.num.is_assumed()).count();
    line(format!(
        "  inputs: {uncertain} uncertain, {assumed} declared assumptions"
    ));
    line(format!("raids ({}):", file.raids.len()));
    for raid in &file.raids {
        let waves: Vec<String> = raid
            .waves
            .iter()
            .map(|wave| format!("{} × {}", wave.count, wave.threat))
            .collect();
        line(format!("  {}: {}", raid.name, waves.join(", ")));
    }
    line(format!(
        "options ({}), the first is what the others are compared with:",
        plan.options.len()
    ));
    for (option, spec) in plan.options.iter().zip(&file.options) {
        line(format!("  {}: {}", option.name, spec.title));
        for why in without_units(&scenario, spec) {
            line(why);
        }
        for (&unit, &rule) in option.units.iter().zip(&option.rules) {
            let unit = &plan.units[unit];
            let mut entry = String::new();
            write!(
                entry,
                "    {} {} at {}",
                unit.nation, unit.system_name, unit.site
            )
            .expect("writing to a string cannot fail");
            let rule = &plan.rules[rule];
            write!(entry, ", may engage: {:?}", rule.engage)
                .expect("writing to a string cannot fail");
            if !unit.manned {
                entry.push_str(", not manned on the day asked for");
            }
            line(entry);
        }
    }
    let runs = u64::from(file.campaign.runs) * (plan.options.len() * plan.raids.len()) as u64;
    line(format!(
        "size: {} runs per option and raid, {runs} in all",
        file.campaign.runs
    ));
    line("no problem found".to_owned());
    crate::print(&text)
}

/// The nations of a coalition that hold nothing, and why.
fn without_units(scenario: &Scenario, spec: &OptionSpec) -> Vec<String> {
    let nations = spec.coalition.iter();
    let why = nations.filter_map(|nation| {
        let holding = scenario.catalogue.holdings.get(nation)?;
        let why = holding.holds_nothing.as_ref()?;
        Some(format!("    {nation} brings nothing: {why}"))
    });
    why.collect()
}

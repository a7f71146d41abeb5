//! `cupola check`: what a scenario means, without running it.

use crate::args::Check;
use crate::failure::Failure;
use crate::prepare::scenario;
use cupola_raid::{OptionPlan, Plan};
use cupola_scenario::{OptionSpec, Scenario, ScenarioFile};
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
        for entry in members(&plan, option).chain(means(file, spec)) {
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

/// The units of an option, under which rule and doctrine.
fn members<'a>(plan: &'a Plan, option: &'a OptionPlan) -> impl Iterator<Item = String> + 'a {
    let manners = option.rules.iter().zip(&option.doctrines);
    let units = option.units.iter().zip(manners);
    units.map(|(&unit, (&rule, &doctrine))| {
        let unit = &plan.units[unit];
        let mut entry = format!(
            "    {} {} at {}, may engage: {:?}",
            unit.nation, unit.system_name, unit.site, plan.rules[rule].engage
        );
        if doctrine > 0 {
            write!(entry, ", doctrine {}", plan.doctrines[doctrine].name)
                .expect("writing to a string cannot fail");
        }
        if !unit.manned {
            entry.push_str(", not manned on the day asked for");
        }
        entry
    })
}

/// The means over an area that an option adds.
fn means<'a>(file: &'a ScenarioFile, spec: &'a OptionSpec) -> impl Iterator<Item = String> + 'a {
    let added = file.means.iter().filter(|m| spec.means.contains(&m.name));
    added.map(|means| {
        format!(
            "    {} {} over {} km around {}",
            means.nation,
            means.name,
            means.radius_km,
            means.sites.join(", ")
        )
    })
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

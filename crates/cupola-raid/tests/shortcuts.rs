//! What a run leaves out because it is known to be in vain changes nothing.

#![expect(clippy::expect_used, reason = "a test fails where it stands")]

use cupola_coverage::{LosSettings, PolarFloor, polar_floor};
use cupola_raid::{
    Calibrated, Draw, Geometry, Plan, SENSOR_RANGE_MAX_M, Setting, Workspace, simulate,
};
use cupola_scenario::{CatalogueFiles, Scenario, parse, scenario_text};
use cupola_world::{World, terrain::Statistical};

const DRAWS: u32 = 2;
const RUNS: u32 = 12;

/// The embedded case under a command mode, with links of its own.
fn western_ukraine(mode: &str, links: &str) -> Scenario {
    let base = CatalogueFiles::embedded().expect("the embedded catalogue is sound");
    let text = scenario_text("western-ukraine").expect("it is embedded");
    let line = |line: &str| {
        if line.starts_with("link_availability_share") {
            links.to_owned()
        } else if line == "mode = \"networked\"" {
            format!("mode = \"{mode}\"")
        } else {
            line.to_owned()
        }
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    parse(&lines.join("\n"), "western-ukraine.toml", &base).expect("a sound scenario")
}

/// What runs of all options against all raids leave behind.
fn logs(plan: &Plan, world: &World, workspace: &mut Workspace) -> Vec<String> {
    let settings = LosSettings {
        range_m: SENSOR_RANGE_MAX_M,
        azimuths: 90,
        ..LosSettings::default()
    };
    let floors: Vec<PolarFloor> = plan
        .units
        .iter()
        .map(|unit| polar_floor(world.ground(0), &unit.antenna(), &settings))
        .collect();
    let mut all = Vec::new();
    for (draw, raid) in (0..DRAWS).flat_map(|draw| plan.raids.iter().map(move |raid| (draw, raid)))
    {
        let draw = Draw::new(plan, draw, 1);
        let mut geometry = Geometry::default();
        geometry.build(plan, world, &draw, &floors, raid);
        let mut reference = Vec::new();
        geometry.reference(plan, &draw, raid, &mut reference);
        let existing = Calibrated::new(plan, &draw, &reference);
        let setting = Setting {
            plan,
            world,
            draw: &draw,
            raid,
            geometry: &geometry,
            existing: &existing,
        };
        for (option, run) in plan
            .options
            .iter()
            .flat_map(|o| (0..RUNS).map(move |run| (o, run)))
        {
            simulate(&setting, option, run, false, workspace);
            all.push(format!(
                "{} {} {run} {:?}",
                raid.name, option.name, workspace.log
            ));
        }
    }
    all
}

#[test]
fn shortcuts_change_nothing() {
    for (mode, links) in [
        ("networked", "link_availability_share = 1"),
        ("networked", "link_availability_share = 0.9"),
        (
            "networked",
            "link_availability_share = 0.9\nlink_outage_min = 5",
        ),
        ("zones", "link_availability_share = 1"),
        ("autonomous", "link_availability_share = 1"),
    ] {
        let scenario = western_ukraine(mode, links);
        let world = World::new(&scenario, &[&Statistical::new(1)], None).expect("a world");
        let mut plan = Plan::new(&scenario, &world).expect("a plan");
        let quick = logs(&plan, &world, &mut Workspace::default());
        plan.part_twins();
        let slow = logs(&plan, &world, &mut Workspace::cautious());
        assert!(
            quick.iter().any(|log| log.contains("EngagementBy")),
            "nobody fired"
        );
        assert_eq!(quick.len(), slow.len());
        let other = quick.iter().zip(&slow).find(|(quick, slow)| quick != slow);
        assert_eq!(other, None, "{mode}, {links}");
    }
}

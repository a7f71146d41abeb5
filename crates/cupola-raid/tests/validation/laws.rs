//! Conservation laws on many random nights of a scenario with every mechanism on.

use crate::bench::{Field, Model, check, mean};
use cupola_raid::{Draw, Incident, RaidLog};
use cupola_scenario::{Class, Engage};
use cupola_units::LatLon;
use cupola_world::geodesy::great_circle_m;

pub(crate) const NIGHT: &str = r#"
[question]
title = "t"
text = "t"
as_of = 2024-12-31
[area]
name = "a"
regions = ["UA-46"]
[sites]
near = { lat_deg = 50.1, lon_deg = 23.2 }
inner = { lat_deg = 49.9, lon_deg = 23.9 }
[launch_areas]
east = { lat_deg = 50.0, lon_deg = 30.0, radius_km = 60 }
[aims.all]
inside_share = 0.7
inside = [{ place = "Lviv, UA" }, { place = "Stryi, UA" }]
outside = [{ place = "Rivne, UA" }]
[existing_defence]
nation = "UA"
belief_share = { low = 0.5, high = 1.0 }
aim_share = 0.3
area_weight = 0.6
alarm_delay_min = 3
[existing_defence.path.drone]
killed_share = 0.3
lost_share = 0.2
raid_rho = 0.1
[existing_defence.cover.ballistic]
cover_share = 0.3
area_cover_share = 0.3
killed_share = 0.6
[rules.own]
engage = "own-soil"
[rules.belt]
engage = "belt"
belt_km = 70
[rules.heading]
engage = "heading-for-nato"
[command]
link_availability_share = 0.7
link_outage_min = 10
[doctrine.careful]
looks_max = 2
held_for_ballistic = 4
choice = "cheapest-sufficient"
priority = "class-then-time"
[[means]]
name = "jamming"
kind = "electronic-warfare"
nation = "UA"
sites = ["Lviv, UA"]
radius_km = 60
lost_per_drone_hour = 1
[[means]]
name = "teams"
kind = "fire-teams"
nation = "UA"
sites = ["Lviv, UA"]
radius_km = 60
teams_per_1000_km2 = 5
half_width_km = 2
ceiling_m = 1500
rounds = 20
cost_musd = 0.001
[[fire_units]]
group = "g"
nation = "PL"
system = "patriot-pac3-mse"
sites = ["near"]
ready_share = 0.8
[[fire_units]]
group = "g"
nation = "PL"
system = "nasams"
sites = ["near", "inner"]
[[fire_units]]
group = "g"
nation = "UA"
system = "gepard"
sites = ["inner"]
[[fire_units]]
group = "g"
nation = "PL"
system = "fighter-aim120"
sites = ["near"]
[[raids]]
name = "r"
title = "r"
aims = "all"
waves = [
  { threat = "shahed-136-low", count = { low = 5, high = 40 }, from = ["east"], stray_share = 0.2 },
  { threat = "kh-101", count = { low = 5, high = 40 }, from = ["east"], spread_min = 5, stray_share = 0.2 },
  { threat = "iskander-m", count = { low = 2, high = 10 }, from = ["east"], spread_min = 5 },
  { threat = "gerbera", count = { low = 5, high = 20 }, from = ["east"] },
]
[[options]]
name = "own"
title = "o"
groups = ["g"]
rules = { default = "own" }
[[options]]
name = "belt"
title = "b"
groups = ["g"]
rules = { default = "belt" }
command = "zones"
[[options]]
name = "heading"
title = "h"
groups = ["g"]
rules = { default = "heading" }
command = "autonomous"
[[options]]
name = "all"
title = "a"
groups = ["g"]
command = "autonomous"
[[options]]
name = "none"
title = "n"
[[options]]
name = "everything"
title = "e"
groups = ["g"]
command = "networked"
doctrine = "careful"
means = ["jamming", "teams"]
"#;

/// Laws broken by one run, each as a line.
fn broken(field: &Field, draw: &Draw, option: usize, log: &RaidLog) -> Vec<String> {
    let plan = &field.plan;
    let option = &plan.options[option];
    let mut out = Vec::new();
    let mut law = |holds: bool, what: &str| {
        if !holds {
            out.push(format!("{}: {what}", option.name));
        }
    };
    for class in Class::ALL {
        let c = &log.classes[class.index()];
        let ends = c.failed + c.lost + c.killed_existing + c.killed_shield + c.left_area + c.leaked;
        law(c.launched == ends, "launched is not the sum of the ends");
        let causes: u32 = log.causes[class.index()].iter().sum();
        law(
            c.leaked == causes,
            "leakers are not the sum of their causes",
        );
    }
    let fired: u32 = log.classes.iter().map(|c| c.interceptors).sum();
    law(
        fired == log.spent.iter().chain(&log.spent_areas).sum::<u32>(),
        "missiles by class and by unit differ",
    );
    for (unit, &spent) in log.spent.iter().enumerate() {
        law(spent <= draw.missiles(unit), "more fired than there was");
        law(
            spent == 0 || option.units.contains(&unit),
            "a unit of another option fired",
        );
    }
    for (threat, ends) in ends_told(log).into_iter().enumerate() {
        law(ends == 1, &format!("threat {threat} ends {ends} times"));
    }
    for (kind, code, _) in &log.incidents {
        let code = String::from_utf8_lossy(code);
        let nato = field.world.is_nato_code(&code);
        if *kind == Incident::EngagementOver {
            match plan.rules[option.rules[0]].engage {
                Engage::OwnSoil => law(nato, "engaged outside own soil"),
                Engage::Belt | Engage::HeadingForNato => {
                    law(
                        nato || code == "UA" || code == "--",
                        "engaged over a third country",
                    );
                }
                Engage::All => {}
            }
        }
    }
    for moment in log
        .moments
        .iter()
        .filter(|m| m.text.contains(" kills it at "))
    {
        let belt = matches!(plan.rules[option.rules[0]].engage, Engage::Belt);
        out.extend(kill_out_of_place(field, draw, &moment.text, belt));
    }
    out
}

/// How often the story ends each threat.
fn ends_told(log: &RaidLog) -> Vec<usize> {
    let ends = [
        "kills it at",
        "fails by itself",
        "is lost to",
        "kills it, ",
        "is killed by",
        "reaches its aim",
    ];
    let ends_it = |text: &str| ends.iter().any(|end| text.contains(end));
    let count = |threat: usize| {
        let told = log.moments.iter().filter(|m| m.threat as usize == threat);
        told.filter(|m| ends_it(&m.text)).count()
    };
    (0..log.stories.len()).map(count).collect()
}

/// Whether a kill lies outside its unit's envelope, or outside the belt.
fn kill_out_of_place(field: &Field, draw: &Draw, text: &str, belt: bool) -> Option<String> {
    let (who, place) = text.split_once(" kills it at ")?;
    let (system, site) = who.rsplit_once(" at ")?;
    let numbers: Vec<f64> = place
        .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
        .filter_map(|word| word.parse().ok())
        .collect();
    let at = LatLon::new(*numbers.first()?, *numbers.get(1)?);
    let units = field.plan.units.iter().enumerate();
    let reach_m = units
        .filter(|(_, unit)| unit.system_name == system && unit.site == site)
        .map(|(i, unit)| {
            let figures = draw.map_figures(i, 1.0);
            (
                great_circle_m(unit.at, at),
                figures.range_m[1].max(figures.ballistic_range_m),
            )
        })
        // A sample of the route stands for the intercept: a kilometre, three on a fast descent.
        .find(|(distance_m, reach_m)| *distance_m <= *reach_m * 1.005 + 3000.0);
    if reach_m.is_none() {
        return Some(format!("a kill beyond the envelope: {text}"));
    }
    let border_m = field.world.nato_distance_m(at);
    (belt && border_m > 71_500.0).then(|| format!("a kill {border_m} m beyond the border: {text}"))
}

#[test]
fn prop_conservation_laws() {
    let field = Field::new(NIGHT);
    let mut violations = Vec::new();
    let (mut runs, mut fired, mut kills) = (0, 0, 0);
    for number in 0..48 {
        let night = field.draw(Draw::new(&field.plan, number, 1), 0);
        for option in 0..field.plan.options.len() {
            night.play(option, 6, true, |log| {
                runs += 1;
                fired += log.spent.iter().sum::<u32>();
                kills += log.classes.iter().map(|c| c.killed_shield).sum::<u32>();
                violations.extend(broken(&field, &night.draw, option, log));
            });
        }
    }
    println!("{runs} runs, {fired} missiles, {kills} kills");
    assert!(fired > 1000 && kills > 500);
    println!(
        "{}",
        violations
            .iter()
            .take(10)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
    check(
        "conservation",
        "violations",
        0.0,
        violations.len() as f64,
        0.0,
        "violations",
    );
}

#[test]
fn prop_more_missiles_do_not_let_more_through() {
    let leakers = |missiles: f64| {
        let model = Model {
            p: 0.6,
            waves: vec![(30, 10.0)],
            ..Model::radial()
        };
        let model = model
            .system(&[
                ("launcher.launchers", missiles),
                ("fire_control.channels", 4.0),
            ])
            .system(&[("missile.speed_m_s", 2000.0)]);
        let mut leaked = Vec::new();
        model.build().night().play(0, 1500, false, |log| {
            leaked.push(f64::from(log.classes[Class::Cruise.index()].leaked));
        });
        mean(&leaked)
    };
    let ladder: Vec<(f64, f64)> = [4.0, 8.0, 16.0, 32.0, 64.0]
        .into_iter()
        .map(leakers)
        .collect();
    let worst = ladder
        .windows(2)
        .map(|pair| {
            (pair[1].0 - pair[0].0)
                / (pair[0].1 * pair[0].1 + pair[1].1 * pair[1].1)
                    .sqrt()
                    .max(1e-9)
        })
        .fold(f64::NEG_INFINITY, f64::max);
    println!(
        "VALIDATION id=more-missiles of=worst-step truth=-1e9..3 ours={worst:.3} tolerance=0 unit=errors"
    );
    assert!(worst < 3.0, "{ladder:?}");
}

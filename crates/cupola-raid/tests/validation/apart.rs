//! Options do not touch each other: what is added to one moves nothing in another.

use crate::bench::Field;
use crate::laws::NIGHT;
use cupola_raid::Draw;

/// Everything that runs of an option leave behind, but what is counted by unit of the plan.
fn logs(text: &str, option: &str) -> Vec<String> {
    let field = Field::new(text);
    let options = &field.plan.options;
    let option = options
        .iter()
        .position(|o| o.name == option)
        .expect("named");
    let mut all = Vec::new();
    for number in 0..6 {
        let night = field.draw(Draw::new(&field.plan, number, 1), 0);
        night.play(option, 8, true, |log| {
            let mut log = log.clone();
            log.spent.retain(|&spent| spent > 0);
            log.spent_areas.clear();
            all.push(format!("{log:?}"));
        });
    }
    all
}

#[test]
fn prop_what_one_option_adds_moves_no_other() {
    let more = NIGHT.replace(
        "[[raids]]",
        r#"[[fire_units]]
group = "h"
nation = "DE"
system = "iris-t-slm"
sites = ["Rivne, UA", "inner"]
lost_at_min = 40
doctrine = "careful"
[doctrine.careful]
looks_max = 2
taken_for_decoy_share = 0.3
[[means]]
name = "jamming"
kind = "electronic-warfare"
nation = "UA"
sites = ["Lviv, UA"]
radius_km = 60
lost_per_drone_hour = 3
[[means]]
name = "teams"
kind = "fire-teams"
nation = "UA"
sites = ["Lviv, UA"]
radius_km = 60
teams_per_1000_km2 = 5
half_width_km = 2
ceiling_m = 1500
rounds = 100
cost_musd = 0.001
[[options]]
name = "more"
title = "m"
groups = ["g", "h"]
means = ["jamming", "teams"]
[[raids]]"#,
    );
    for option in ["own", "belt", "heading", "all", "none"] {
        assert_eq!(logs(NIGHT, option), logs(&more, option), "{option}");
    }
    assert_ne!(logs(&more, "all"), logs(&more, "more"));
}

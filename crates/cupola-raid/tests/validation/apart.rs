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
doctrine = "rash"
[doctrine.rash]
taken_for_decoy_share = 0.3
[[options]]
name = "more"
title = "m"
groups = ["g", "h"]
means = ["jamming", "teams"]
[[raids]]"#,
    );
    for option in ["own", "belt", "heading", "all", "none", "everything"] {
        assert_eq!(logs(NIGHT, option), logs(&more, option), "{option}");
    }
    assert_ne!(logs(&more, "all"), logs(&more, "more"));
}

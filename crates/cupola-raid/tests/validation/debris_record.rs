//! Debris against what the record lets one say: an order of magnitude.

use crate::bench::Field;
use cupola_raid::{Draw, Incident};
use cupola_scenario::scenario_text;

#[test]
fn val_order_of_magnitude_of_debris() {
    let field = Field::new(scenario_text("western-ukraine").expect("it is embedded"));
    let forward = |option: &cupola_raid::OptionPlan| option.name == "forward";
    let option = field.plan.options.iter().position(forward);
    let option = option.expect("the embedded scenario has it");
    let (mut kills, mut shots, mut on_towns, mut falls) = (0, 0, 0, 0);
    for number in 0..16 {
        let night = field.draw(Draw::new(&field.plan, number, 1), 0);
        night.play(option, 24, false, |log| {
            kills += log.classes.iter().map(|c| c.killed_shield).sum::<u32>();
            shots += log.spent.iter().sum::<u32>();
            for &(kind, _, count) in &log.incidents {
                on_towns += if kind == Incident::DebrisTown {
                    count
                } else {
                    0
                };
                falls += if kind == Incident::InterceptorFall {
                    count
                } else {
                    0
                };
            }
        });
    }
    assert!(kills > 500, "{kills}");
    let line = |of: &str, truth: &str, ours: f64| {
        println!(
            "VALIDATION id=debris-record of={of} truth={truth} ours={ours:.4} tolerance=0 unit=share"
        );
    };
    line(
        "on-towns-per-kill",
        "0.01..0.2",
        f64::from(on_towns) / f64::from(kills),
    );
    line(
        "falls-per-shot",
        "0.01..0.1",
        f64::from(falls) / f64::from(shots),
    );
}

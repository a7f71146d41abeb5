//! The ledger against what was published: objects over Poland, and an interceptor at Przewodów.

mod flat;

use cupola_campaign::{Measure, Outcome};
use cupola_scenario::{Class, scenario_text, with_options, with_setting};
use flat::campaign;

/// Cruise missiles in the published raid reports from September 2022 to December 2024.
const CRUISE_LAUNCHED: f64 = 2481.0;
/// Objects over Poland in the same time: 2022-12-16, 2023-12-29, 2024-03-24, 2024-08-26, and up to two
/// more that were discussed.
const OBJECTS: [f64; 2] = [4.0, 6.0];
/// One interceptor fell in Poland; 95 % Poisson interval of one event.
const FALLS: [f64; 2] = [0.025, 5.57];
/// Shots over the west in the same time (assumed): some 300 cruise missiles aimed west, two each.
const SHOTS: f64 = 600.0;

fn sum(outcome: &Outcome, option: usize, id: &str, class: Option<Class>) -> f64 {
    let measures = outcome.options[option].measures.iter();
    let wanted = |m: &&Measure| m.id == id && m.class == class && m.raid.is_some();
    measures.filter(wanted).map(|m| m.mean).sum()
}

#[test]
fn val_ledger_has_the_published_order_of_magnitude() {
    let text = scenario_text("western-ukraine").expect("it is embedded");
    let kept = ["ukraine-alone", "forward"].map(str::to_owned);
    let text = with_options(text, &kept).expect("both options are there");
    let text = with_setting(&text, "area.terrain_seeds=1").expect("a field of the area");
    let outcome = campaign(&text, 256);
    let cruise = Some(Class::Cruise);
    let per_launch =
        sum(&outcome, 0, "incursions_nato", cruise) / sum(&outcome, 0, "launched", cruise);
    let objects = per_launch * CRUISE_LAUNCHED;
    let [low, high] = OBJECTS;
    println!(
        "VALIDATION id=ledger of=objects-over-nato-soil truth={:.4}..{:.1} ours={objects:.4} \
         tolerance=0 unit=objects",
        low / 3.0,
        high * 3.0
    );
    assert!((low / 3.0..=high * 3.0).contains(&objects), "{objects}");
    let ledger = outcome.options[1].ledger.iter();
    let in_nato = ["PL", "SK", "HU", "RO"];
    let falls: f64 = ledger
        .filter(|count| count.kind == "interceptor falls in")
        .filter(|count| in_nato.contains(&count.nation.as_str()))
        .map(|count| count.mean)
        .sum();
    let shots = sum(&outcome, 1, "interceptors", None);
    // An empty sum is −0.
    let expected = falls / shots * SHOTS + 0.0;
    println!(
        "VALIDATION id=ledger of=interceptors-fallen-on-nato-soil truth={}..{} ours={expected:.3} \
         tolerance=0 unit=falls",
        FALLS[0], FALLS[1]
    );
    assert!(expected <= FALLS[1], "{expected}");
}

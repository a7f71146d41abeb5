//! Decoys with discrimination, looks, missiles held for ballistic targets, the cheapest weapon.

use crate::bench::{Field, Model, check, mean};
use cupola_raid::{Cause, Draw, RaidLog};
use cupola_scenario::Class;

/// A battery that shoots once at everything it may, and a raid of real drones and decoys.
fn drones_and_decoys(p: f64, missiles: f64, real: u32, decoys: u32, doctrine: &str) -> Field {
    let more = format!(
        r#"
[catalogue.threats.bait]
id = "bait"
name = "Bait"
class = "decoy"
profile = "high"
speed_km_h = 780
altitude_m = 100
rcs_m2 = 1
cost_musd = 1
[doctrine.default]
looks_max = 1
{doctrine}
[[raids]]
name = "mixed"
title = "mixed"
aims = "all"
waves = [
  {{ threat = "target", count = {real}, from = ["start"], spread_min = 20, via = ["way"] }},
  {{ threat = "bait", count = {decoys}, from = ["start"], spread_min = 20, via = ["way"] }},
]
"#
    );
    let model = Model {
        class: Class::Drone,
        also: vec![Class::Decoy],
        p,
        more,
        ..Model::radial()
    };
    model
        .system(&[("launcher.launchers", missiles)])
        .system(&[("fire_control.channels", 200.0)])
        .build()
}

/// Plays the second raid and gives a number of every run.
fn each(field: &Field, runs: u32, of: impl Fn(&RaidLog) -> f64) -> (f64, f64) {
    let mut values = Vec::new();
    let night = field.draw(Draw::middle(&field.plan, 0), 1);
    night.play(0, runs, false, |log| values.push(of(log)));
    mean(&values)
}

fn fired(log: &RaidLog, class: Class) -> f64 {
    f64::from(log.classes[class.index()].interceptors)
}

#[test]
fn val_decoys_and_discrimination() {
    let id = "decoys";
    // α, β; engagements and the share of them wasted.
    for (alpha, beta, engagements, wasted) in [
        (0.05, 0.5, 74.75, 0.301),
        (0.05, 1.0, 97.25, 0.463),
        (0.1, 0.2, 58.5, 0.154),
    ] {
        let shares = format!("taken_for_decoy_share = {alpha}\ndecoy_engaged_share = {beta}");
        let field = drones_and_decoys(1e-9, 200.0, 55, 45, &shares);
        let all = |log: &RaidLog| fired(log, Class::Drone) + fired(log, Class::Decoy);
        let of = format!("a{alpha}-b{beta}");
        let ours = each(&field, 1500, all).0;
        check(id, &format!("{of}-shots"), engagements, ours, 0.25, "shots");
        let baits = each(&field, 1500, |log| fired(log, Class::Decoy)).0;
        check(
            id,
            &format!("{of}-wasted"),
            wasted,
            baits / ours,
            0.003,
            "share",
        );
    }
    // Leakers N_r[α + (1 − α)(1 − K)], of them N_r α taken for decoys.
    let shares = "taken_for_decoy_share = 0.05\ndecoy_engaged_share = 0.5";
    let field = drones_and_decoys(0.7, 200.0, 55, 45, shares);
    let drone = Class::Drone.index();
    let leaked = each(&field, 1500, |log| f64::from(log.classes[drone].leaked)).0;
    check(id, "leakers", 18.425, leaked, 0.25, "threats");
    let taken = Cause::TakenForDecoy as usize;
    let left = each(&field, 1500, |log| f64::from(log.causes[drone][taken])).0;
    check(id, "taken-for-decoy", 2.75, left, 0.12, "threats");
    // No discrimination, one missile each: reals engaged are hypergeometric.
    let shares = "taken_for_decoy_share = 0\ndecoy_engaged_share = 1";
    let field = drones_and_decoys(1e-9, 40.0, 55, 45, shares);
    let reals = each(&field, 1500, |log| fired(log, Class::Drone)).0;
    check(id, "magazine-40", 22.0, reals, 0.2, "shots");
}

#[test]
fn a_raid_without_decoys_confuses_nobody() {
    let shares = "taken_for_decoy_share = 1\ndecoy_engaged_share = 0";
    let field = drones_and_decoys(0.7, 200.0, 55, 45, shares);
    let mut fired_at_drones = 0;
    field.night().play(0, 20, false, |log| {
        fired_at_drones += log.classes[Class::Drone.index()].interceptors;
    });
    assert_eq!(fired_at_drones, 20);
    let nothing = each(&field, 20, |log| {
        fired(log, Class::Drone) + 1.0 - fired(log, Class::Decoy)
    });
    assert!((nothing.0 - 1.0).abs() < 1e-12);
}

/// A slow target in a wide envelope.
fn slow(more: &str) -> Model {
    let model = Model {
        class: Class::Drone,
        p: 0.8,
        more: more.to_owned(),
        ..Model::radial()
    };
    model
        .system(&[
            ("missile.speed_m_s", 4000.0),
            ("fire_control.channels", 50.0),
        ])
        .system(&[("launcher.launchers", 100.0)])
}

#[test]
fn val_looks_of_a_doctrine() {
    // Shoot-look-shoot up to n: 1 − (1 − p)^n kill, (1 − (1 − p)^n)/p shots.
    for (looks, shots, kill, rounds) in [(2, 1, 0.96, 1.2), (3, 1, 0.992, 1.24), (1, 2, 0.96, 2.0)]
    {
        let more = format!("[doctrine.default]\nlooks_max = {looks}\nshots.drone = {shots}\n");
        let (mut killed, mut spent) = (Vec::new(), Vec::new());
        slow(&more).build().night().play(0, 20_000, false, |log| {
            let count = &log.classes[Class::Drone.index()];
            killed.push(f64::from(count.killed_shield));
            spent.push(f64::from(count.interceptors));
        });
        let of = format!("{looks}-looks-of-{shots}");
        let id = "doctrine-looks";
        check(
            id,
            &format!("{of}-kill"),
            kill,
            mean(&killed).0,
            0.006,
            "probability",
        );
        check(
            id,
            &format!("{of}-shots"),
            rounds,
            mean(&spent).0,
            0.012,
            "shots",
        );
    }
}

#[test]
fn the_last_missiles_are_held_for_ballistic_targets() {
    let more = |doctrine: &str| {
        format!(
            r#"
[catalogue.threats.arc]
id = "arc"
name = "Arc"
class = "ballistic"
profile = "ballistic"
speed_km_h = 5000
rcs_m2 = 1
cost_musd = 1
{doctrine}
[[raids]]
name = "mixed"
title = "mixed"
aims = "all"
waves = [
  {{ threat = "target", count = 20, from = ["start"], spread_min = 5, via = ["way"] }},
  {{ threat = "arc", count = 4, from = ["start"], start_min = 60, spread_min = 5 }},
]
"#
        )
    };
    let spent = |doctrine: &str| {
        let model = Model {
            also: vec![Class::Ballistic],
            p: 1e-9,
            ..slow(&more(doctrine))
        };
        let model = model.system(&[
            ("launcher.launchers", 10.0),
            ("missile.ballistic_range_km", 40.0),
        ]);
        let field = model.build();
        let of = |class| each(&field, 5, |log| fired(log, class)).0;
        (of(Class::Drone), of(Class::Ballistic))
    };
    let once = "[doctrine.default]\nlooks_max = 1";
    assert_eq!(spent(once), (10.0, 0.0));
    assert_eq!(
        spent(&format!("{once}\nheld_for_ballistic = 4")),
        (6.0, 4.0)
    );
}

/// The battery, and another with the same figures but a cheaper missile and `missiles` of them.
fn dear_and_cheap(choice: &str, missiles: u32) -> (f64, f64) {
    let text = slow("").text();
    let start = text.find("[catalogue.systems.gun]").expect("the battery");
    let end = text.find("[catalogue.threats.target]").expect("the target");
    let cheap = text
        .get(start..end)
        .expect("the battery before the target")
        .replace("systems.gun", "systems.cheap")
        .replace("id = \"gun\"", "id = \"cheap\"")
        .replace("cost_musd = 1", "cost_musd = 0.1")
        .replace("launchers = 100", &format!("launchers = {missiles}"));
    let more = format!(
        "{cheap}[[fire_units]]\ngroup = \"g\"\nnation = \"UA\"\nsystem = \"cheap\"\nsites = \
         [\"battery\"]\n[doctrine.default]\nlooks_max = 1\n{choice}\n"
    );
    let model = Model {
        waves: vec![(10, 60.0)],
        ..slow(&more)
    };
    let field = model.build();
    let mut spent = [Vec::new(), Vec::new()];
    field.night().play(0, 10, false, |log| {
        spent[0].push(f64::from(log.spent[0]));
        spent[1].push(f64::from(log.spent[1]));
    });
    (mean(&spent[0]).0, mean(&spent[1]).0)
}

#[test]
fn the_cheapest_sufficient_unit_fires_first() {
    assert!(dear_and_cheap("", 100).0 >= 10.0);
    let choice = "choice = \"cheapest-sufficient\"";
    let (dear, cheap) = dear_and_cheap(choice, 100);
    assert!((cheap - 10.0).abs() < 1e-12, "{cheap}");
    assert!(dear <= 3.0, "after a miss of the cheap one only: {dear}");
    // What the cheap one has no missiles for stays with the dear one.
    let (dear, cheap) = dear_and_cheap(choice, 3);
    assert!((cheap - 3.0).abs() < 1e-12);
    assert!((7.0..=10.0).contains(&dear), "{dear}");
}

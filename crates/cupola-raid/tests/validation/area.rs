//! Electronic warfare, fire teams and interceptor drones over an area.

use crate::bench::{Field, LON_DEG, Model, check, mean, south};
use cupola_raid::Incident;
use cupola_scenario::Class;

/// No battery; one disc of 50 km that the straight path of 300 km crosses through its centre.
fn across(count: u32, means: &str) -> Field {
    let model = Model {
        class: Class::Drone,
        sites: vec![("centre".to_owned(), south(150.0), LON_DEG)],
        waves: vec![(count, 30.0)],
        rules: "[[options]]\nname = \"o\"\ntitle = \"o\"\nmeans = [\"m\"]\n".to_owned(),
        more: format!(
            "[[means]]\nname = \"m\"\nnation = \"UA\"\nsites = [\"centre\"]\nradius_km = 50\n{means}\n"
        ),
        ..Model::radial()
    };
    model.build()
}

#[test]
fn val_fire_teams_along_a_path() {
    // n = 1/400 per km², w = 2 km, P = 0.2: 0.002 per km, over 100 km.
    let teams = "kind = \"fire-teams\"\nteams_per_1000_km2 = 2.5\nhalf_width_km = 2\nkill_share = \
                 0.2\nceiling_m = 1000\nrounds = 1000\ncost_musd = 0.001";
    let id = "area-means";
    let mut killed = Vec::new();
    let mut engaged = Vec::new();
    across(1, teams).night().play(0, 20_000, false, |log| {
        let count = &log.classes[Class::Drone.index()];
        assert_eq!(count.interceptors, log.spent_areas[0]);
        killed.push(f64::from(count.killed_shield));
        engaged.push(f64::from(count.interceptors));
    });
    check(
        id,
        "teams-kill",
        0.181_27,
        mean(&killed).0,
        0.008,
        "probability",
    );
    // Kills per engagement are P.
    let ratio = mean(&killed).0 / mean(&engaged).0;
    check(id, "teams-per-engagement", 0.2, ratio, 0.008, "probability");
    // Above the ceiling there is nothing.
    let low = teams.replace("ceiling_m = 1000", "ceiling_m = 50");
    across(5, &low).night().play(0, 50, false, |log| {
        assert_eq!(log.spent_areas[0], 0);
    });
    // Rounds cap what all teams do together.
    let few = teams
        .replace("rounds = 1000", "rounds = 3")
        .replace("teams_per_1000_km2 = 2.5", "teams_per_1000_km2 = 250");
    across(10, &few).night().play(0, 50, false, |log| {
        assert_eq!(log.spent_areas[0], 3);
    });
}

#[test]
fn val_jamming_loses_and_never_kills() {
    // 2 an hour for 100 km at 780 km/h.
    let jamming = "kind = \"electronic-warfare\"\nlost_per_drone_hour = 2";
    let mut lost = Vec::new();
    across(1, jamming).night().play(0, 20_000, false, |log| {
        let count = &log.classes[Class::Drone.index()];
        assert_eq!(count.killed_shield + count.interceptors, 0);
        let jammed = log.incidents.iter().filter(|i| i.0 == Incident::Jammed);
        assert_eq!(count.lost, jammed.map(|i| i.2).sum::<u32>());
        lost.push(f64::from(count.lost));
    });
    let truth = 1.0 - cupola_units::math::exp(-2.0 * 100.0 / 780.0);
    check(
        "area-means",
        "jammed",
        truth,
        mean(&lost).0,
        0.008,
        "probability",
    );
}

#[test]
fn what_jamming_does_not_act_on_flies_on() {
    let jamming =
        "kind = \"electronic-warfare\"\nlost_per_drone_hour = 1000\nclasses = [\"decoy\"]";
    across(5, jamming).night().play(0, 20, false, |log| {
        assert_eq!(log.classes[Class::Drone.index()].leaked, 5);
    });
}

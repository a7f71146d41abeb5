//! Over-dispersion: how outcomes within a raid hang together.

use crate::bench::{Field, Model, check, mean};
use cupola_raid::Draw;
use cupola_scenario::{Class, scenario_text};

/// Correlation of the outcomes within a raid of n, from counts of kills; and the mean share.
fn correlation(kills: &[f64], n: f64) -> (f64, f64) {
    let (average, _) = mean(kills);
    let m = average / n;
    let count = kills.len() as f64;
    let variance = kills
        .iter()
        .map(|k| (k - average) * (k - average))
        .sum::<f64>()
        / (count - 1.0);
    ((variance / (n * m * (1.0 - m)) - 1.0) / (n - 1.0), m)
}

fn undefended(class: Class, n: u32, existing: &str) -> Model {
    Model {
        class,
        sites: Vec::new(),
        waves: vec![(n, 10.0)],
        more: format!(
            "[existing_defence]\nnation = \"UA\"\nbelief_share = 1\naim_share = 0\n\
             area_weight = 1\nalarm_delay_min = 0\n{existing}"
        ),
        ..Model::radial()
    }
}

#[test]
fn val_raid_correlation_of_the_existing_defence() {
    for (q, rho) in [(0.83, 0.15), (0.83, 0.05), (0.72, 0.15), (0.66, 0.5)] {
        let path = format!("[existing_defence.path.drone]\nkilled_share = {q}\nraid_rho = {rho}\n");
        let field = undefended(Class::Drone, 60, &path).build();
        let mut kills = Vec::new();
        field.night().play(0, 6000, false, |log| {
            kills.push(f64::from(log.classes[Class::Drone.index()].killed_existing));
        });
        let (ours, m) = correlation(&kills, 60.0);
        let of = format!("q{q}-rho{rho}");
        check(
            "raid-correlation",
            &format!("{of}-mean"),
            q,
            m,
            0.01,
            "share",
        );
        check(
            "raid-correlation",
            &of,
            rho,
            ours,
            0.01 + 0.03 * rho,
            "correlation",
        );
    }
}

#[test]
fn val_cover_mixture() {
    // Raids of ten at one aim: f of the raids under cover, killed with p there.
    for (f, p, m, rho) in [(0.25, 0.7, 0.175, 0.636), (0.2, 0.9, 0.18, 0.878)] {
        let truth: f64 = f * (1.0 - f) * p * p / (m * (1.0 - m));
        assert!((truth - rho).abs() < 6e-4, "{truth}");
        let cover = format!(
            "[existing_defence.cover.ballistic]\ncover_share = 0\narea_cover_share = {f}\n\
             killed_share = {p}\n"
        );
        let model = Model {
            profile: "ballistic",
            ..undefended(Class::Ballistic, 10, &cover)
        };
        let mut kills = Vec::new();
        model.build().night().play(0, 8000, false, |log| {
            kills.push(f64::from(
                log.classes[Class::Ballistic.index()].killed_existing,
            ));
        });
        let (ours, mean) = correlation(&kills, 10.0);
        let of = format!("f{f}-p{p}");
        check(
            "cover-mixture",
            &format!("{of}-mean"),
            m,
            mean,
            0.015,
            "share",
        );
        check("cover-mixture", &of, rho, ours, 0.02, "correlation");
    }
}

#[test]
fn val_footprints_of_fire_units() {
    // Eight cities far apart, two with a battery that kills with 0.7; raids of ten. Every
    // salvo goes for one city.
    let cities: Vec<(f64, f64)> = (0..8)
        .map(|i| (48.0 + 0.9 * f64::from(i / 4), 30.0 + 1.5 * f64::from(i % 4)))
        .collect();
    let model = Model {
        class: Class::Ballistic,
        profile: "ballistic",
        p: 0.7,
        sites: vec![
            ("b0".to_owned(), cities[1].0, cities[1].1),
            ("b1".to_owned(), cities[6].0, cities[6].1),
        ],
        aims: cities,
        via: (47.0, 33.0),
        from: (46.0, 33.5),
        radius_km: 5.0,
        waves: vec![(10, 10.0)],
        ..Model::radial()
    };
    let model = model
        .system(&[
            ("missile.ballistic_range_km", 25.0),
            ("missile.speed_m_s", 1200.0),
        ])
        .system(&[
            ("fire_control.channels", 50.0),
            ("launcher.launchers", 200.0),
        ])
        .system(&[("fire_control.assess_s", 600.0)]);
    let mut kills = Vec::new();
    model.build().night().play(0, 4000, false, |log| {
        kills.push(f64::from(
            log.classes[Class::Ballistic.index()].killed_shield,
        ));
    });
    let (ours, m) = correlation(&kills, 10.0);
    let truth: f64 = 0.25 * 0.75 * 0.49 / (0.175 * 0.825);
    let id = "footprint-correlation";
    check(id, "mean", 0.175, m, 0.03, "share");
    check(
        id,
        "rho",
        (truth * 1e4).round() / 1e4,
        ours,
        0.05,
        "correlation",
    );
}

#[test]
fn val_common_factor() {
    // One spread of τ on the logit for a whole raid, mean kept: ρ(τ) by quadrature.
    for (tau, p, rho) in [
        (0.5, 0.83, 0.034),
        (1.0, 0.83, 0.124),
        (1.0, 0.72, 0.154),
        (2.0, 0.72, 0.371),
    ] {
        let model = Model {
            p,
            class: Class::Drone,
            waves: vec![(60, 60.0)],
            pk: vec![("common_factor.s_common", tau)],
            ..Model::radial()
        };
        // One shot at each: the window closes before the assessment ends.
        let model = model
            .system(&[
                ("fire_control.channels", 100.0),
                ("launcher.launchers", 1000.0),
            ])
            .system(&[("fire_control.assess_s", 10_000.0)]);
        let mut kills = Vec::new();
        model.build().night().play(0, 5000, false, |log| {
            let count = &log.classes[Class::Drone.index()];
            assert_eq!(count.interceptors, 60);
            kills.push(f64::from(count.killed_shield));
        });
        let (ours, m) = correlation(&kills, 60.0);
        let of = format!("tau{tau}-p{p}");
        check("common-factor", &format!("{of}-mean"), p, m, 0.015, "share");
        check("common-factor", &of, rho, ours, 0.015, "correlation");
    }
}

/// P(X = k) of a binomial distribution.
fn binomial(n: u32, p: f64, k: u32) -> f64 {
    let choose = (0..k).fold(1.0, |c, i| c * f64::from(n - i) / f64::from(i + 1));
    choose
        * cupola_units::math::pow(p, f64::from(k))
        * cupola_units::math::pow(1.0 - p, f64::from(n - k))
}

#[test]
fn val_saturating_raid_against_the_binomial() {
    // Twenty targets, one shot at each, nothing in common: leakers are Bin(20, 0.3).
    let model = Model {
        p: 0.7,
        class: Class::Drone,
        waves: vec![(20, 60.0)],
        ..Model::radial()
    };
    let model = model
        .system(&[
            ("fire_control.channels", 100.0),
            ("launcher.launchers", 1000.0),
        ])
        .system(&[("fire_control.assess_s", 10_000.0)]);
    let mut leaked = Vec::new();
    model.build().night().play(0, 20_000, false, |log| {
        leaked.push(log.classes[Class::Drone.index()].leaked);
    });
    // Three standard errors of 20,000 raids at a probability of one half: 0.0106.
    for k in [2, 4, 6, 8, 10] {
        let truth: f64 = (0..=k).map(|i| binomial(20, 0.3, i)).sum();
        let ours = leaked.iter().filter(|l| **l <= k).count() as f64 / leaked.len() as f64;
        let of = format!("at-most-{k}");
        check(
            "binomial-raid",
            &of,
            (truth * 1e5).round() / 1e5,
            ours,
            0.011,
            "probability",
        );
    }
}

/// Correlation of a class within a raid of the embedded scenario, Ukraine alone: raid after raid
/// inside one draw, mean over draws.
fn of_the_record(field: &Field, raid: &str, class: Class) -> f64 {
    let raid = field.plan.raids.iter().position(|plan| plan.name == raid);
    let of_draw = |number: u32| {
        let draw = Draw::new(&field.plan, number, 1);
        let night = field.draw(draw, raid.expect("it is embedded"));
        let (mut kills, mut launched) = (Vec::new(), 0.0);
        night.play(0, 300, false, |log| {
            let count = &log.classes[class.index()];
            launched = f64::from(count.launched);
            kills.push(f64::from(count.killed_existing));
        });
        correlation(&kills, launched).0
    };
    mean(&(0..24).map(of_draw).collect::<Vec<_>>()).0
}

#[test]
fn val_correlation_of_the_record() {
    let field = Field::new(scenario_text("western-ukraine").expect("it is embedded"));
    // The record's rows hold one type each: for ballistic missiles a raid with one such wave.
    for (class, raid, low, high) in [
        (Class::Drone, "2024-08-26", 0.03, 0.16),
        (Class::Cruise, "2024-08-26", 0.10, 0.20),
        (Class::Ballistic, "2023-12-29", 0.45, 0.80),
    ] {
        let ours = of_the_record(&field, raid, class);
        let of = class.name();
        println!(
            "VALIDATION id=record-correlation of={of} truth={low}..{high} ours={ours:.4} tolerance=0 unit=correlation"
        );
        assert!((low..=high).contains(&ours), "{of}: {ours}");
    }
}

//! Time budget, depth of fire, kill probability, magazines, reload.

use crate::bench::{LAT_DEG, LON_DEG, Model, check, east, mean, south};
use cupola_scenario::Class;

/// Launch is 300 km away unless said otherwise.
const START_KM: f64 = 300.0;

#[test]
fn val_time_in_view() {
    for (speed_km_h, truth_s) in [(170.0, 919.6), (780.0, 200.4)] {
        let model = Model {
            profile: "low",
            ..Model::radial()
        };
        let model = model
            .system(&[("sensor.antenna_m", 12.0), ("missile.range_km", 300.0)])
            .system(&[("missile.speed_m_s", 12_000.0)])
            .threat(&[("speed_km_h", speed_km_h), ("altitude_m", 50.0)]);
        let field = model.build();
        let first = field.night().shots(0)[0].launch_s;
        let arrival = START_KM / speed_km_h * 3600.0;
        let of = format!("{speed_km_h}-km/h");
        // 1 %, and the two scans of the track.
        check(
            "time-in-view",
            &of,
            truth_s,
            arrival - first,
            0.01 * truth_s + 1.0,
            "s",
        );
    }
}

#[test]
fn val_depth_of_fire() {
    // D, R_out, R_min km; v, u km/s; t_1, t_a s; intercepts km (the first few), looks.
    type Row = (f64, f64, f64, f64, f64, f64, f64, &'static [f64], usize);
    let rows: [Row; 4] = [
        (
            43.3,
            40.0,
            3.0,
            0.2167,
            0.8,
            15.0,
            10.0,
            &[31.51, 23.09, 16.47, 11.25, 7.15, 3.92],
            6,
        ),
        (56.0, 25.0, 1.0, 0.0472, 0.6, 15.0, 10.0, &[], 20),
        (
            150.0,
            70.0,
            5.0,
            1.11,
            1.2,
            15.0,
            10.0,
            &[69.27, 30.22, 9.93],
            3,
        ),
        (80.0, 30.0, 5.0, 1.8, 1.2, 10.0, 5.0, &[24.8, 6.32], 2),
    ];
    for (d, out, min, v, u, t1, ta, intercepts, looks) in rows {
        let model = Model::radial()
            .system(&[("sensor.range_km", d), ("sensor.antenna_m", 1500.0)])
            .system(&[("missile.range_km", out), ("missile.range_min_km", min)])
            .system(&[("missile.speed_m_s", u * 1000.0)])
            .system(&[("fire_control.assess_s", ta), ("launcher.launchers", 100.0)])
            // Two scans of half a second belong to the time to the first launch.
            .system(&[("fire_control.reaction_s", t1 - 0.5)])
            .threat(&[("speed_km_h", v * 3600.0), ("altitude_m", 1500.0)]);
        let shots = model.build().night().shots(0);
        let id = "depth-of-fire";
        check(
            id,
            &format!("D{d}-looks"),
            looks as f64,
            shots.len() as f64,
            0.0,
            "shots",
        );
        for (i, (shot, truth)) in shots.iter().zip(intercepts).enumerate() {
            let met_km = START_KM - v * shot.meet_s;
            check(id, &format!("D{d}-no{}", i + 1), *truth, met_km, 0.5, "km");
        }
    }
}

#[test]
fn val_crossing_intercept() {
    // A path 10 km beside the battery; the closed form for the launch times the engine chose.
    let model = Model {
        from: (south(300.0), east(10.0)),
        via: (south(200.0), east(10.0)),
        aims: vec![(LAT_DEG + 60.0 / 111.195_080_2, east(10.0))],
        radius_km: 10.0,
        ..Model::radial()
    };
    let field = model
        .system(&[("missile.range_km", 45.0), ("launcher.launchers", 100.0)])
        .build();
    let (v, u, b) = (780.0 / 3600.0, 0.8, 10.0);
    let shots = field.night().shots(0);
    assert!(shots.len() > 5, "{shots:?}");
    for (i, shot) in shots.iter().enumerate() {
        let x = START_KM - v * shot.launch_s;
        // Smallest τ > 0 of (v² − u²)τ² − 2xvτ + x² + b² = 0.
        let (a2, a1, a0) = (v * v - u * u, -2.0 * x * v, x * x + b * b);
        let truth_s = (-a1 - (a1 * a1 - 4.0 * a2 * a0).sqrt()) / (2.0 * a2);
        let ours_s = shot.meet_s - shot.launch_s;
        check(
            "crossing-intercept",
            &format!("no{}", i + 1),
            truth_s,
            ours_s,
            0.1,
            "s",
        );
    }
}

/// A slow target in a wide envelope: many looks.
fn slow(p: f64, shots: f64, missiles: u32, waves: &[(u32, f64)]) -> Model {
    let model = Model {
        p,
        shots,
        waves: waves.to_vec(),
        class: Class::Drone,
        ..Model::radial()
    };
    model
        .system(&[
            ("missile.speed_m_s", 4000.0),
            ("fire_control.channels", 50.0),
        ])
        .system(&[("launcher.launchers", f64::from(missiles))])
}

/// Mean leakers and missiles over runs, with the standard errors.
fn leakers_and_shots(model: &Model, runs: u32) -> ((f64, f64), (f64, f64)) {
    let class = model.class.index();
    let (mut leaked, mut fired) = (Vec::new(), Vec::new());
    model.build().night().play(0, runs, false, |log| {
        leaked.push(f64::from(log.classes[class].leaked));
        fired.push(f64::from(log.classes[class].interceptors));
    });
    (mean(&leaked), mean(&fired))
}

#[test]
fn val_salvo_and_look() {
    let runs = 20_000;
    // Two missiles for one target: together, or the second only after a miss.
    for (of, shots, p, n, kill, fired) in [
        ("salvo", 2.0, 0.7, 2, 0.91, 2.0),
        ("look", 1.0, 0.7, 2, 0.91, 1.3),
        ("salvo-p0.8", 3.0, 0.8, 3, 0.992, 3.0),
        ("look-p0.8", 1.0, 0.8, 3, 0.992, 1.24),
    ] {
        let (leaked, spent) = leakers_and_shots(&slow(p, shots, n, &[(1, 0.0)]), runs);
        let id = "salvo-and-look";
        check(
            id,
            &format!("{of}-kill"),
            kill,
            1.0 - leaked.0,
            0.006,
            "probability",
        );
        check(id, &format!("{of}-shots"), fired, spent.0, 0.012, "shots");
    }
}

#[test]
fn val_magazine_limit() {
    let runs = 4000;
    // Ten targets, eight missiles: whoever is shot at, 10 − 0.7·8 leak.
    let (leaked, fired) = leakers_and_shots(&slow(0.7, 1.0, 8, &[(10, 1.0)]), runs);
    check("magazine-limit", "10-8", 4.4, leaked.0, 0.07, "leakers");
    check("magazine-limit", "10-8-shots", 8.0, fired.0, 0.0, "shots");
}

/// Leakers of n targets one after another, m missiles, at most two looks each.
fn two_looks(n: usize, m: usize, p: f64) -> f64 {
    fn go(n: usize, m: usize, k: usize, p: f64, memory: &mut Vec<Option<f64>>) -> f64 {
        if n == 0 {
            return 0.0;
        }
        if m == 0 {
            return n as f64;
        }
        if k == 0 {
            return 1.0 + go(n - 1, m, 2, p, memory);
        }
        let key = (n * 100 + m) * 3 + k;
        if let Some(known) = memory[key] {
            return known;
        }
        let value = p * go(n - 1, m - 1, 2, p, memory) + (1.0 - p) * go(n, m - 1, k - 1, p, memory);
        memory[key] = Some(value);
        value
    }
    go(n, m, 2, p, &mut vec![None; 30_000])
}

/// Targets that come one by one, fast enough that exactly two looks fit.
fn one_by_one(p: f64, n: u32, missiles: u32, shots: f64) -> Model {
    let model = Model {
        waves: vec![(n, 500_000.0)],
        ..slow(p, shots, missiles, &[])
    };
    model
        .system(&[("sensor.range_km", 80.0), ("sensor.antenna_m", 1500.0)])
        .system(&[("missile.range_km", 30.0), ("missile.range_min_km", 5.0)])
        .system(&[("missile.speed_m_s", 1200.0)])
        .system(&[
            ("fire_control.reaction_s", 9.5),
            ("fire_control.assess_s", 5.0),
        ])
        .threat(&[("speed_km_h", 6480.0), ("altitude_m", 1500.0)])
}

#[test]
fn val_magazine_doctrine() {
    let runs = 6000;
    for (n, m, p, look, salvo) in [
        (10, 12, 0.7, 1.724_289, Some(4.54)),
        (20, 16, 0.8, 7.2, Some(12.32)),
        (20, 24, 0.8, 1.358_590, None),
    ] {
        assert!((two_looks(n, m, p) - look).abs() < 1e-6);
        let (n, m) = (n as u32, m as u32);
        let id = "magazine-doctrine";
        let ours = leakers_and_shots(&one_by_one(p, n, m, 1.0), runs).0;
        check(id, &format!("look-{n}-{m}"), look, ours.0, 0.08, "leakers");
        if let Some(truth) = salvo {
            // The second look has no missiles left for it: give the window one look only.
            let model = one_by_one(p, n, m, 2.0).system(&[("fire_control.assess_s", 1000.0)]);
            let ours = leakers_and_shots(&model, runs).0;
            check(
                id,
                &format!("salvo-{n}-{m}"),
                truth,
                ours.0,
                0.08,
                "leakers",
            );
        }
    }
}

#[test]
fn val_identity_of_leakers_and_shots() {
    // E[leakers] = N − p·E[shots] for single shots at live threats, whatever else binds.
    for (of, model) in [
        (
            "channels",
            slow(0.6, 1.0, 100, &[(30, 2.0)]).system(&[("fire_control.channels", 2.0)]),
        ),
        ("magazine", slow(0.6, 1.0, 25, &[(30, 2.0)])),
        (
            "reload",
            slow(0.6, 1.0, 10, &[(30, 60.0)]).system(&[
                ("launcher.loads_in_stock", 1.0),
                ("launcher.reload_min", 3.0),
            ]),
        ),
    ] {
        let mut rest = Vec::new();
        let class = model.class.index();
        model.build().night().play(0, 3000, false, |log| {
            let count = &log.classes[class];
            rest.push(f64::from(count.leaked) + 0.6 * f64::from(count.interceptors));
        });
        let (ours, error) = mean(&rest);
        check("leakers-and-shots", of, 30.0, ours, 4.0 * error, "threats");
    }
}

#[test]
fn val_reload() {
    // 6 launchers of 4, one reloaded at a time in 60 min, targets that never run out.
    let model = slow(0.999, 1.0, 6, &[(400, 200.0)]).system(&[
        ("launcher.missiles_per_launcher", 4.0),
        ("launcher.loads_in_stock", 3.0),
    ]);
    let mut fired = Vec::new();
    model.build().night().play(0, 1, true, |log| {
        let shot = log.moments.iter().filter(|m| m.text.contains(" fires "));
        fired = shot.map(|m| m.time.seconds() / 60.0).collect();
    });
    let first = fired[0];
    let by = |minutes: f64| fired.iter().filter(|t| **t < first + minutes).count() as f64;
    check("reload", "20-min", 24.0, by(20.0), 0.0, "shots");
    // The fourth launcher load is empty within three minutes: the first reload ends an hour later.
    check("reload", "90-min", 28.0, by(90.0), 0.0, "shots");
    check("reload", "150-min", 32.0, by(150.0), 0.0, "shots");
    assert!((LON_DEG - 32.0).abs() < 1e-12);
}

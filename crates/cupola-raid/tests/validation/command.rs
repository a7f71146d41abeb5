//! Channels, coordination, and the salvo model.

use crate::bench::{Model, check, line, mean};
use cupola_scenario::Class;

/// Erlang's loss formula by its recursion.
fn erlang_b(load: f64, channels: u32) -> f64 {
    (1..=channels).fold(1.0, |b, c| load * b / (f64::from(c) + load * b))
}

#[test]
fn val_channels_against_erlang_b() {
    // A stationary stream of 4 × 5,000 targets that cross a thin ring in 0.1 s: who finds every
    // channel busy is lost. The holding time is constant, which Erlang's formula does not mind.
    const HOLD_S: f64 = 1000.0;
    const COUNT: f64 = 20_000.0;
    for (load, channels, truth) in [
        (1.0, 1, 0.5),
        (2.0, 4, 0.095_238),
        (5.0, 9, 0.037_458),
        (8.0, 9, 0.173_141),
        (10.0, 10, 0.214_582),
        (18.0, 9, 0.541_255),
    ] {
        assert!((erlang_b(load, channels) - truth).abs() < 1e-6);
        // Launch to intercept takes 20.6 km / 10 km/s; assessment the rest.
        let stream_min = COUNT * HOLD_S / load / 60.0;
        let model = Model {
            waves: vec![(5000, stream_min); 4],
            ..Model::radial()
        };
        let field = model
            .system(&[
                ("sensor.antenna_m", 1500.0),
                ("fire_control.channels", f64::from(channels)),
            ])
            .system(&[("missile.range_min_km", 20.0), ("missile.range_km", 21.1)])
            .system(&[
                ("missile.speed_m_s", 10_000.0),
                ("fire_control.assess_s", HOLD_S - 2.1),
            ])
            .system(&[("launcher.launchers", 1_000_000.0)])
            .threat(&[("speed_km_h", 39_600.0), ("altitude_m", 1500.0)])
            .build();
        let mut blocked = Vec::new();
        field.night().play(0, 18, false, |log| {
            let fired = f64::from(log.classes[Class::Cruise.index()].interceptors);
            blocked.push(1.0 - fired / COUNT);
        });
        // Three standard errors of 360,000 arrivals at the largest load, correlated: 1 %.
        let of = format!("A{load}-c{channels}");
        check(
            "erlang-b",
            &of,
            truth,
            mean(&blocked).0,
            0.004,
            "probability",
        );
    }
}

/// Units of one missile each at one place, blind targets: each picks what it tracks first.
fn one_missile_each(units: u32, targets: u32, p: f64, mode: &'static str) -> Model {
    let base = Model::radial();
    let at = base.sites[0].clone();
    let model = Model {
        p,
        mode,
        sites: (0..units).map(|i| (format!("b{i}"), at.1, at.2)).collect(),
        waves: vec![(targets, 0.0)],
        from: (crate::bench::south(199.0), at.2),
        via: (crate::bench::south(150.0), at.2),
        ..base
    };
    // One scan a second finds a target with 0.05: first tracks spread over many scans; missiles
    // fly for longer than that.
    model
        .system(&[
            ("sensor.range_km", 200.0),
            ("sensor.pd_ref", 0.05),
            ("sensor.scan_s", 1.0),
        ])
        .system(&[("sensor.antenna_m", 1500.0), ("missile.range_km", 200.0)])
        .system(&[
            ("missile.speed_m_s", 100.0),
            ("fire_control.assess_s", 10_000.0),
        ])
        .threat(&[("speed_km_h", 36.0), ("altitude_m", 1500.0)])
}

fn survivors(model: &Model, runs: u32) -> (f64, f64) {
    let mut left = Vec::new();
    model.build().night().play(0, runs, false, |log| {
        left.push(f64::from(log.classes[Class::Cruise.index()].leaked));
    });
    mean(&left)
}

#[test]
fn val_coordination() {
    for (units, targets, p, apart, together) in [
        (10, 10, 0.7, 4.8398, 3.0),
        (20, 20, 0.8, 8.84, 4.0),
        (20, 10, 0.7, 2.3424, 0.9),
    ] {
        let of = format!("{targets}-{units}");
        let n = f64::from(targets);
        let closed = n * cupola_units::math::pow(1.0 - p / n, f64::from(units));
        assert!((closed - apart).abs() < 1e-4);
        let autonomous = survivors(&one_missile_each(units, targets, p, "autonomous"), 3000);
        check(
            "coordination",
            &format!("{of}-autonomous"),
            apart,
            autonomous.0,
            0.1,
            "survivors",
        );
        // Two missiles for each target come as one salvo where there are two.
        if units == targets {
            let networked = survivors(&one_missile_each(units, targets, p, "networked"), 3000);
            check(
                "coordination",
                &format!("{of}-networked"),
                together,
                networked.0,
                0.1,
                "survivors",
            );
        }
    }
}

#[test]
fn val_salvo_model() {
    // Hughes, one-sided: max(0, attackers − defensive kills), certain shots.
    let model = |p: f64, attackers: u32, missiles: f64, fail: f64| {
        let model = Model {
            p,
            waves: vec![(attackers, 5.0)],
            ..Model::radial()
        };
        model
            .system(&[("missile.speed_m_s", 12_000.0), ("missile.range_km", 3.0)])
            .system(&[
                ("fire_control.channels", 100.0),
                ("launcher.launchers", missiles),
            ])
            .system(&[("fire_control.assess_s", 0.0)])
            .threat(&[("fail_share", fail)])
    };
    let certain = survivors(&model(1.0, 12, 9.0, 0.0), 400).0;
    // The engine caps certainty at 0.999: nine shots leave 0.009 more.
    check("salvo-model", "certain-12-9", 3.0, certain, 0.03, "leakers");
    // X ~ Bin(20, 0.8) arrive, Y ~ Bin(12, 0.7) would be stopped: E max(0, X − Y).
    let chance = survivors(&model(0.7, 20, 12.0, 0.2), 6000).0;
    line(
        "salvo-model",
        "chance-20-12",
        7.600_564,
        chance,
        0.1,
        "leakers",
    );
    // X ~ Bin(10, 0.8) against 12 shots at 0.7: 0 in the deterministic equation.
    let small = survivors(&model(0.7, 10, 12.0, 0.2), 6000).0;
    line(
        "salvo-model",
        "chance-10-12",
        0.610_532,
        small,
        0.05,
        "leakers",
    );
}

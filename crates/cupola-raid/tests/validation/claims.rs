//! Hand values of the public debate, through the calls that a run uses.

use crate::bench::{Field, LAT_DEG, LON_DEG, Model, check, line};
use cupola_raid::Amount;
use cupola_scenario::Class;

#[test]
fn val_lowest_visible_heights() {
    let field = Model::radial().system(&[("sensor.antenna_m", 6.0)]).build();
    for (km, truth_m) in [(50.0, 94.0), (70.0, 211.0), (100.0, 476.0), (160.0, 1324.0)] {
        let ours = field.floor(0).floor_asl_m(km * 1000.0, 0.3);
        check(
            "lowest-visible-height",
            &format!("{km}-km"),
            truth_m,
            ours,
            0.01 * truth_m,
            "m",
        );
    }
}

#[test]
fn val_ready_missiles_of_25_batteries() {
    for (system, truth) in [("patriot-gemt", 800.0), ("patriot-pac3-mse", 2400.0)] {
        let base = Model::radial();
        let sites: Vec<(String, f64, f64)> = (0..25)
            .map(|i| (format!("s{i}"), LAT_DEG, LON_DEG + 0.01 * f64::from(i)))
            .collect();
        let text = Model { sites, ..base }.text();
        let text = text.replace(
            "system = \"gun\"",
            &format!("system = \"{system}\"\nlaunchers = 8\nloads_in_stock = 0"),
        );
        let pk = text
            .find("[catalogue.pk.families")
            .expect("the bench writes a table");
        let end = text.find("[area]").expect("the bench writes an area");
        let text = format!("{}{}", text.get(..pk).unwrap(), text.get(end..).unwrap());
        let field = Field::new(&text);
        let draw = field.night().draw;
        let ours: u32 = (0..field.plan.units.len())
            .map(|unit| draw.missiles(unit))
            .sum();
        check(
            "ready-missiles",
            system,
            truth,
            f64::from(ours),
            0.0,
            "missiles",
        );
    }
}

#[test]
fn val_interceptors_and_their_cost() {
    // Thirteen cruise missiles, two shots each, two million each.
    let model = Model {
        p: 0.999,
        shots: 2.0,
        waves: vec![(13, 20.0)],
        ..Model::radial()
    };
    let field = model
        .system(&[
            ("fire_control.channels", 20.0),
            ("launcher.launchers", 32.0),
        ])
        .system(&[("missile.cost_musd", 2.0)])
        .build();
    field.night().play(0, 1, false, |log| {
        let count = &log.classes[Class::Cruise.index()];
        let fired = f64::from(count.interceptors);
        check("raid-bill", "interceptors", 26.0, fired, 0.0, "missiles");
        check("raid-bill", "cost", 52.0, count.cost_musd, 1e-9, "million");
    });
}

#[test]
fn val_fighters_on_station() {
    let mut text = Model::radial().text();
    text = text.replace("kind = \"fire-unit\"", "kind = \"fighter\"");
    text = text.replace("system = \"gun\"", "system = \"gun\"\naircraft = 24");
    text.push_str(
        "[catalogue.systems.gun.fighter]\non_station_h = 1.5\nresponse_speed_m_s = 300\n\
         response_radius_km = 100\nlook_down_share = 1\navailability_share = 0.6\nmissiles = 1\n",
    );
    let field = Field::new(&text);
    // As many missiles again are brought up by those that relieve them.
    let ours = f64::from(field.night().draw.missiles(0)) / 2.0;
    check(
        "fighters-on-station",
        "24-aircraft",
        3.93,
        ours,
        0.5,
        "aircraft",
    );
}

#[test]
fn val_time_gained_by_a_belt() {
    // A border along a parallel for 270 km: the 31°20' line between Mexico and Arizona. A flight
    // straight across it; when may the first missile be launched?
    let lon = -109.8;
    let model = Model {
        sites: vec![("battery".to_owned(), 31.5, lon)],
        from: (29.4, lon),
        via: (30.0, lon),
        aims: vec![(31.6, lon)],
        radius_km: 10.0,
        nation: "US",
        rules:
            "[rules.own]\nengage = \"own-soil\"\n[rules.belt]\nengage = \"belt\"\nbelt_km = 30\n\
                [[options]]\nname = \"own\"\ntitle = \"o\"\ngroups = [\"g\"]\n\
                rules = { default = \"own\" }\n[[options]]\nname = \"belt\"\ntitle = \"b\"\n\
                groups = [\"g\"]\nrules = { default = \"belt\" }\n"
                .to_owned(),
        more: "[existing_defence]\nnation = \"MX\"\nbelief_share = 1\naim_share = 0\n\
               area_weight = 1\nalarm_delay_min = 0\n"
            .to_owned(),
        ..Model::radial()
    };
    let field = model
        .system(&[("missile.range_km", 200.0), ("missile.speed_m_s", 12_000.0)])
        .system(&[("sensor.antenna_m", 1500.0)])
        .threat(&[("altitude_m", 1500.0)])
        .build();
    let night = field.night();
    let first = |option: usize| night.shots(option)[0].launch_s;
    let gained = first(0) - first(1);
    line("belt-time", "30-km", 138.0, gained, 2.0, "s");
    assert!((gained - 138.0).abs() < 10.0, "{gained}");
}

#[test]
fn val_path_of_an_incursion() {
    // Straight across the line 31°20' into Arizona and on to an aim beyond it.
    let lon = -109.8;
    for (name, speed_km_h, inside_deg, time_s, truth_km) in [
        ("39-s", 780.0, 0.076, 39.0, 8.45),
        ("3-min", 780.0, 0.351, 180.0, 39.0),
        ("50-min", 170.0, 1.274, 3000.0, 141.7),
    ] {
        let model = Model {
            sites: Vec::new(),
            from: (29.4, lon),
            via: (30.0, lon),
            aims: vec![(31.0 + 1.0 / 3.0 + inside_deg, lon)],
            radius_km: 10.0,
            ..Model::radial()
        };
        let field = model.threat(&[("speed_km_h", speed_km_h)]).build();
        field.night().play(0, 1, false, |log| {
            let sum = |kind: Amount| -> f64 {
                let of_kind = log.amounts.iter().filter(|amount| amount.0 == kind);
                of_kind.map(|amount| amount.2).sum()
            };
            let (spent_s, path_km) = (sum(Amount::IncursionTime), sum(Amount::IncursionPath));
            // The raster of countries puts the border a kilometre off at most.
            assert!((path_km - truth_km).abs() < 1.5, "{name}: {path_km} km");
            let ours = path_km / spent_s * time_s;
            check(
                "incursion-path",
                name,
                truth_km,
                ours,
                0.01 * truth_km,
                "km",
            );
        });
    }
}

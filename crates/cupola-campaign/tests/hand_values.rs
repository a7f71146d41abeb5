//! Hand values of the public debate, through a whole campaign.

mod flat;

use cupola_scenario::Class;
use flat::campaign;
use std::fmt::Write as _;

/// Adds a line to a text.
macro_rules! put {
    ($text:expr, $($what:tt)*) => {
        writeln!($text, $($what)*).expect("a string takes any line")
    };
}

/// 25 sites at least 40 km inside Ukraine and 80 km apart.
const SITES: [(f64, f64); 25] = [
    (51.1, 25.2),
    (51.0, 27.0),
    (50.9, 28.6),
    (50.6, 30.0),
    (50.7, 32.0),
    (51.0, 33.6),
    (49.9, 24.6),
    (50.2, 26.0),
    (49.9, 27.4),
    (49.8, 29.0),
    (49.7, 30.8),
    (49.9, 32.6),
    (49.9, 34.2),
    (49.6, 35.6),
    (49.1, 24.7),
    (49.1, 26.2),
    (49.0, 28.4),
    (48.9, 30.2),
    (48.9, 32.0),
    (49.0, 33.6),
    (48.8, 35.2),
    (48.5, 36.6),
    (48.1, 31.4),
    (47.9, 33.0),
    (47.9, 35.0),
];

/// A battery of this slant reach at each site, the whole country protected.
fn discs(reach_km: u32) -> String {
    let mut text = String::from(
        r#"[question]
title = "t"
text = "t"
as_of = 2024-12-31
[area]
name = "Ukraine"
countries = ["UA"]
[sites]
"#,
    );
    for (i, (lat, lon)) in SITES.iter().enumerate() {
        put!(text, "s{i} = {{ lat_deg = {lat}, lon_deg = {lon} }}");
    }
    let names: Vec<String> = (0..SITES.len()).map(|i| format!("\"s{i}\"")).collect();
    put!(
        text,
        r#"[launch_areas]
east = {{ lat_deg = 49.0, lon_deg = 38.0 }}
[aims.all]
inside_share = 1
inside = [{{ place = "s8" }}]
[[fire_units]]
group = "g"
nation = "UA"
system = "gun"
sites = [{}]
[[raids]]
name = "r"
title = "r"
aims = "all"
waves = [{{ threat = "kh-101", count = 1, from = ["east"] }}]
[[options]]
name = "o"
title = "o"
groups = ["g"]
[catalogue.systems.gun]
id = "gun"
name = "gun"
kind = "fire-unit"
pk_family = "patriot-gemt"
[catalogue.systems.gun.sensor]
range_km = 400
rcs_ref_m2 = 0.01
pd_ref = 0.9
scan_s = 1
antenna_m = 12
[catalogue.systems.gun.missile]
range_km = {reach_km}
ceiling_km = 20
speed_m_s = 1000
cost_musd = 1
[catalogue.systems.gun.fire_control]
channels = 1
reaction_s = 10
assess_s = 5
[catalogue.systems.gun.launcher]
launchers = 1
missiles_per_launcher = 4
"#,
        names.join(", ")
    );
    text
}

#[test]
fn val_25_discs_of_40_km() {
    let outcome = campaign(&discs(40), 16);
    // A floor at or below 5 km: somewhere under that height the cell is in reach.
    let area = outcome.area_km2;
    println!(
        "VALIDATION id=discs of=area-of-ukraine truth=603000 ours={area:.0} tolerance=1% unit=km2"
    );
    let wanted = |m: &&cupola_campaign::Measure| {
        m.id == "area_under_floor" && m.class == Some(Class::Cruise) && m.height_m == Some(5000.0)
    };
    let share = outcome.options[0]
        .measures
        .iter()
        .find(wanted)
        .unwrap()
        .mean;
    println!(
        "VALIDATION id=discs of=covered truth=126000 ours={:.0} tolerance=1% unit=km2",
        share * area
    );
    println!("VALIDATION id=discs of=share truth=0.21 ours={share:.4} tolerance=0.005 unit=share");
    assert!((share - 0.21).abs() < 0.005, "{share}");
    assert!(
        (share * area / 126_000.0 - 1.0).abs() < 0.01,
        "{}",
        share * area
    );
    assert!((area / 603_000.0 - 1.0).abs() < 0.01, "{area}");
}

#[test]
fn val_25_discs_of_20_km() {
    let outcome = campaign(&discs(20), 16);
    let wanted = |m: &&cupola_campaign::Measure| {
        m.id == "area_under_floor" && m.class == Some(Class::Cruise) && m.height_m == Some(1000.0)
    };
    let measures = outcome.options[0].measures.iter();
    let share = measures.clone().find(wanted).unwrap().mean;
    println!(
        "VALIDATION id=discs of=covered-by-20-km truth=31000 ours={:.0} tolerance=2% unit=km2",
        share * outcome.area_km2
    );
    assert!(
        (share * outcome.area_km2 / 31_000.0 - 1.0).abs() < 0.02,
        "{share}"
    );
}

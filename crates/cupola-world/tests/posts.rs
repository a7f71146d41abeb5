//! Fire units on a line from a border stand where the published distances say.

use cupola_scenario::{CatalogueFiles, NEW_SCENARIO, parse};
use cupola_world::{geodesy, places, posts};

/// Stored beside the case: great-circle distances of central Lviv to crossings of the border, km.
const CROSSINGS: [(&str, f64, f64, f64); 3] = [
    ("hrebenne", 50.28, 23.61, 58.0),
    ("korczowa", 49.96, 23.11, 67.0),
    ("medyka", 49.805, 22.930, 79.0),
];

#[test]
fn val_units_moved_by_the_published_distance_reach_lviv() {
    let base = CatalogueFiles::embedded().expect("the embedded catalogue is sound");
    let lviv = places::find("Lviv, UA", None).expect("a city").at;
    for (name, lat, lon, truth_km) in CROSSINGS {
        let text = NEW_SCENARIO
            .replace(
                "sites = [\"airport\"]",
                &format!(
                    "line = {{ from = [\"{name}\"], to = [\"Dnipro, UA\"], distance_km = 0 }}"
                ),
            )
            .replace(
                "[sites]",
                &format!("[sites]\n{name} = {{ lat_deg = {lat}, lon_deg = {lon} }}"),
            );
        let scenario = parse(&text, "line.toml", &base).expect("a sound scenario");
        let at_border = posts(&scenario, 0).expect("a post")[0].at;
        let way = geodesy::inverse(at_border, lviv);
        println!(
            "VALIDATION id=sweep-distance of={name} truth={truth_km} ours={:.2} tolerance=1.5 unit=km",
            way.distance_m / 1000.0
        );
        assert!((way.distance_m / 1000.0 - truth_km).abs() <= 1.5, "{name}");
        // As far along the way to Dnipro, as far from the crossing.
        let moved = text.replace("distance_km = 0", &format!("distance_km = {truth_km}"));
        let moved = parse(&moved, "line.toml", &base).expect("a sound scenario");
        let at = posts(&moved, 0).expect("a post")[0].at;
        let km = geodesy::inverse(at_border, at).distance_m / 1000.0;
        assert!((km - truth_km).abs() < 1e-3, "{name}: {km}");
    }
}

#[test]
fn a_line_longer_than_its_way_is_an_error() {
    let base = CatalogueFiles::embedded().expect("the embedded catalogue is sound");
    let line = "line = { from = [\"airport\"], to = [\"Kaunas, LT\"], distance_km = 500 }";
    let text = NEW_SCENARIO.replace("sites = [\"airport\"]", line);
    let scenario = parse(&text, "line.toml", &base).expect("a sound scenario");
    let no = posts(&scenario, 0).expect_err("it is not that far to Kaunas");
    assert_eq!(no.path, "fire_units[0].line.distance_km");
}

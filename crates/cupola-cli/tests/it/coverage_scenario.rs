//! `cupola coverage --scenario`: what the files say of sensors and ground, and engagement floors.

use crate::harness::{Place, check};

#[test]
fn every_file_of_a_scenario_says_what_sees_and_what_the_ground_is() {
    let place = Place::with_small();
    let files = ["a.tif", "a.geojson", "a.fgb"];
    let mut args = vec![
        "coverage",
        "--scenario",
        "small.toml",
        "--option",
        "covered",
    ];
    args.extend(files.iter().flat_map(|file| ["--out", file]));
    place.good(&args);
    let written = place.files("");
    let says = [
        "statistical relief: right on average over an area, never about one valley",
        "NASAMS, AIM-120 from the ground 4 m above ground",
    ];
    for (file, says) in files.iter().flat_map(|file| says.map(|says| (file, says))) {
        let mut parts = written[*file].windows(says.len());
        assert!(parts.any(|part| part == says.as_bytes()), "{file}: {says}");
    }
}

/// The hills of one tile stand in a scenario; the rest of its ground is statistical.
#[test]
fn terrain_for_a_part_of_a_scenario_is_called_partly_statistical() {
    let place = Place::with_small();
    let small = String::from_utf8(place.files("")["small.toml"].clone()).unwrap();
    place.write(
        "small.toml",
        small.replace("terrain_seeds = 1", "terrain = \"tiles\""),
    );
    crate::tiles::write_row(&place, "tiles", 49, &[23]);
    let args = "coverage --scenario small.toml --option covered --out a.tif --out a.geojson";
    let ran = place.good(&args.split(' ').collect::<Vec<_>>());
    assert!(
        ran.stderr
            .contains("% of the heights are not in the terrain given"),
        "{}",
        ran.stderr
    );
    let written = place.files("");
    for file in ["a.tif", "a.geojson"] {
        let says = b"partly statistical, never about one valley";
        assert!(
            written[file].windows(says.len()).any(|part| part == says),
            "{file}"
        );
    }
    let wrong = |name: &str, args: &str| {
        let ran = check(name, &place, &args.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.code, Some(2));
    };
    let coverage = "coverage --scenario small.toml --option covered --out tiles";
    wrong("coverage_among_tiles", &format!("{coverage}/a.tif"));
    wrong(
        "coverage_in_a_new_folder_among_tiles",
        &format!("{coverage}/new/a.tif"),
    );
    wrong("run_among_tiles", "run small.toml --out tiles/answer");
    assert_eq!(place.files("tiles").len(), 1);
}

/// One of the two units acts on Polish ground only, out of the other's reach: nowhere do both.
#[test]
fn engagement_floors_by_depth_name_the_best_unit() {
    let place = Place::with_small();
    let polygons = |depth: &str| {
        let args = "coverage --scenario small.toml --option covered --engage cruise --contours 3000 \
                    --out a.geojson --out a.tif --depth";
        place.good(&[&args.split(' ').collect::<Vec<_>>()[..], &[depth]].concat());
        let json: serde_json::Value =
            serde_json::from_slice(&place.files("")["a.geojson"]).unwrap();
        let feature = &json["features"][0];
        assert_eq!(feature["properties"]["engaged_from_m_above_ground"], 3000.0);
        feature["geometry"]["coordinates"].as_array().unwrap().len()
    };
    assert!(polygons("1") > 0);
    let says = b"1 = NASAMS, AIM-120 from the ground at airport; 2 = ";
    let tiff = &place.files("")["a.tif"];
    assert!(tiff.windows(says.len()).any(|part| part == says));
    let wrong = |name: &str, more: &str| {
        let args = format!("coverage --scenario small.toml --engage cruise --out b.tif {more}");
        let ran = check(name, &place, &args.split(' ').collect::<Vec<_>>());
        assert_eq!(ran.code, Some(2));
    };
    wrong("coverage_engage_by_two", "--option covered --depth 2");
    wrong("coverage_engage_nothing", "--option nothing");
    wrong(
        "coverage_engage_above_30_km",
        "--option covered --contours 30001",
    );
    assert!(!place.files("").contains_key("b.tif"));
}

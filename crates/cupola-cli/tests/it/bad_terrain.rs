//! Terrain and people given by the user: missing, truncated, of the wrong kind, or good.

use crate::contracts::assert_same;
use crate::harness::{Place, check, edited};
use crate::tiles::{geotiff, hgt_name, write_row};

#[test]
fn terrain_that_is_not_there() {
    let place = Place::with_small();
    let run = |name: &str, terrain: &str| {
        let args = [
            "run",
            "small.toml",
            "--runs=8",
            "--out=out",
            "--terrain",
            terrain,
        ];
        check(name, &place, &args).code
    };
    assert_eq!(run("terrain_missing", "no-such-folder"), Some(2));
    place.write("empty/readme.txt", "no tiles here");
    assert_eq!(run("terrain_folder_without_tiles", "empty"), Some(2));
    write_row(&place, "far", 10, &[100]);
    assert_eq!(run("terrain_elsewhere", "far"), Some(2));
    write_row(&place, "gap", 49, &[23, 25]);
    assert_eq!(run("terrain_with_a_tile_missing", "gap"), Some(2));
}

#[test]
fn terrain_in_the_scenario_that_is_not_there() {
    let place = Place::new();
    let named = edited("terrain_seeds = 1", "terrain = \"tiles\"");
    place.write("mine.toml", named);
    for (name, command) in [
        ("check_without_the_terrain_named", "check"),
        ("run_without_the_terrain_named", "run"),
    ] {
        assert_eq!(check(name, &place, &[command, "mine.toml"]).code, Some(2));
    }
    place.write(
        "mine.toml",
        edited("terrain_seeds = 1", "people = \"people.tif\""),
    );
    for (name, command) in [
        ("check_without_the_people_named", "check"),
        ("run_without_the_people_named", "run"),
    ] {
        assert_eq!(check(name, &place, &[command, "mine.toml"]).code, Some(2));
    }
}

#[test]
fn rasters_that_are_damaged() {
    let place = Place::with_small();
    let whole = geotiff(300.0);
    place.write("cut.tif", &whole[..whole.len() / 2]);
    place.write("head.tif", &whole[..100]);
    place.write("text.tif", "this is no TIFF");
    place.write("empty.tif", "");
    place.write("below.tif", geotiff(-30_000.0));
    place.write(&format!("short/{}", hgt_name(49, 23)), vec![0; 1000]);
    for (name, what, file) in [
        ("terrain_truncated", "--terrain", "cut.tif"),
        ("terrain_truncated_in_its_head", "--terrain", "head.tif"),
        ("terrain_no_tiff", "--terrain", "text.tif"),
        ("terrain_empty_file", "--terrain", "empty.tif"),
        ("terrain_impossibly_low", "--terrain", "below.tif"),
        ("terrain_tile_truncated", "--terrain", "short"),
        ("people_missing", "--people", "nobody.tif"),
        ("people_truncated", "--people", "cut.tif"),
        ("people_no_tiff", "--people", "text.tif"),
        ("people_negative", "--people", "below.tif"),
        ("people_a_folder", "--people", "short"),
    ] {
        let args = ["run", "small.toml", "--runs=8", "--out=out", what, file];
        assert_eq!(check(name, &place, &args).code, Some(2), "{name}");
    }
}

#[test]
fn a_lock_on_given_terrain_needs_the_same_tiles() {
    let place = Place::with_small();
    write_row(&place, "tiles", 49, &[23, 24]);
    place.write("people.tif", geotiff(20.0));
    let given = ["--terrain=tiles", "--people=people.tif"];
    let first = ["run", "small.toml", "--runs=8", "--out=first"];
    let ran = place.good(&[&first[..], &given].concat());
    insta::assert_snapshot!("run_on_tiles_says_what_is_missing_at_the_edge", ran.stderr);
    let lock = std::fs::read(place.path("first/scenario.lock.toml")).unwrap();
    place.write("lock.toml", &lock);
    assert_eq!(
        check("lock_without_its_terrain", &place, &["run", "lock.toml"]).code,
        Some(2)
    );
    let again = ["run", "lock.toml", "--out=again"];
    let without_people = [&again[..], &given[..1]].concat();
    assert_eq!(
        check("lock_without_its_people", &place, &without_people).code,
        Some(2)
    );
    place.good(&[&again[..], &given].concat());
    assert_same(&place.files("first"), &place.files("again"));
    place.write("people.tif", geotiff(21.0));
    let ran = check(
        "lock_on_other_people",
        &place,
        &[&again[..], &given].concat(),
    );
    assert_eq!(ran.code, Some(2));
    std::fs::copy(
        place.path("tiles/N49E023.hgt"),
        place.path("tiles/N49E024.hgt"),
    )
    .unwrap();
    let ran = check(
        "lock_on_other_tiles",
        &place,
        &[&again[..], &given].concat(),
    );
    assert_eq!(ran.code, Some(2));
}

#[test]
fn val_real_tiles_are_read_and_change_the_answer() {
    let Some(data) = std::env::var_os("CUPOLA_TEST_DATA") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "CUPOLA_TEST_DATA is not set"
        );
        println!("SKIPPED a run on real tiles: CUPOLA_TEST_DATA is not set");
        return;
    };
    let tiles = std::path::Path::new(&data).join("geo/dted0");
    let place = Place::with_small();
    let run = ["run", "small.toml", "--runs=8"];
    place.good(&[&run[..], &["--out=embedded"]].concat());
    let args = ["--out=tiles", "--terrain", tiles.to_str().unwrap()];
    place.good(&[&run[..], &args].concat());
    let (embedded, real) = (place.files("embedded"), place.files("tiles"));
    assert!(embedded["coverage/covered.tif"] != real["coverage/covered.tif"]);
    let summary = String::from_utf8(real["summary.json"].clone()).unwrap();
    assert!(summary.contains("\"kind\":\"given\""));
    assert!(!summary.contains(tiles.to_str().unwrap()));
}

#[test]
fn a_path_in_a_scenario_starts_at_its_folder() {
    let place = Place::new();
    let named = edited("terrain_seeds = 1", "people = \"people.tif\"");
    place.write("deep/mine.toml", named);
    place.write("deep/people.tif", geotiff(20.0));
    place.write(
        "people.tif",
        "another file of that name, where the program runs",
    );
    place.good(&["run", "deep/mine.toml", "--runs=8", "--out=out"]);
}

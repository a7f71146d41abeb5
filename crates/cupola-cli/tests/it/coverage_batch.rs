//! `cupola coverage-batch`: the same bytes on any number of threads, with any memory, and however
//! often it was stopped.

use crate::harness::{Place, Ran};
use crate::tile_server::{height_m, tile};
use cupola_io::{Cells, read_table};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// Four tiles on the seam at 50° north.
fn place() -> Place {
    let place = Place::new();
    for (south, west) in [(49, 23), (49, 24), (50, 23), (50, 24)] {
        let name = format!("Copernicus_DSM_COG_30_N{south}_00_E0{west}_00_DEM.tif");
        place.write(&format!("tiles/{name}"), tile(south, west));
    }
    place
}

/// A batch of some 40 sites in three parts.
const ARGS: [&str; 12] = [
    "coverage-batch",
    "--terrain",
    "tiles",
    "--grid-km",
    "10",
    "--bounds",
    "49.7,23.6,50.3,24.4",
    "--range-km",
    "20",
    "--cell-m",
    "200",
    "--out",
];

fn run(place: &Place, out: &str, more: &[&str]) -> Ran {
    place.good(&[&ARGS[..], &[out], more].concat())
}

fn visible(files: &BTreeMap<String, Vec<u8>>) -> Vec<&String> {
    files.keys().filter(|name| !name.starts_with('.')).collect()
}

#[test]
fn the_same_bytes_on_any_threads_and_memory() {
    let place = place();
    let said = run(&place, "one", &["--threads", "1"]);
    let one = place.files("one");
    insta::assert_snapshot!("a_batch_says_what_it_wrote", said.stdout);
    assert!(
        one.len() > 3 && one.contains_key("part-00002.parquet"),
        "{:?}",
        one.keys()
    );
    for (out, more) in [
        ("two", ["--threads", "2"]),
        ("seven", ["--threads", "7"]),
        ("tight", ["--memory-mb", "100"]),
    ] {
        run(&place, out, &more);
        crate::contracts::assert_same(&one, &place.files(out));
    }
}

#[test]
fn bits_say_what_the_floors_say() {
    let place = place();
    run(&place, "floors", &["--keep", "floors"]);
    run(&place, "bits", &["--height-m", "50", "--height-m", "300"]);
    let floors = read_table(&place.path("floors/part-00000.parquet")).unwrap();
    let bits = read_table(&place.path("bits/part-00000.parquet")).unwrap();
    let bytes = |cells: &Cells, i: usize| match cells {
        Cells::Bytes(values) => values[i].clone().unwrap(),
        other => panic!("{other:?}"),
    };
    let names: Vec<&str> = bits.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names[10..], ["height_m", "seen_km2", "bits"]);
    for site in 0..3 {
        let floors_m: Vec<u16> = bytes(&floors.cells[10], site)
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        for (layer, height_m) in [(0, 50), (1, 300)] {
            let bits = bytes(&bits.cells[12], 2 * site + layer);
            assert_eq!(bits.len(), floors_m.len().div_ceil(8));
            for (i, floor_m) in floors_m.iter().enumerate() {
                assert_eq!(
                    bits[i / 8] >> (i % 8) & 1 == 1,
                    *floor_m <= height_m,
                    "{site} {i}"
                );
            }
        }
    }
    // The plane of the made tiles: the ground under a site is its height there.
    let number = |column: usize| match &floors.cells[column] {
        Cells::F64(values) => values[0].unwrap(),
        other => panic!("{other:?}"),
    };
    let ground = f64::from(height_m(number(2), number(3)));
    assert!((number(5) - ground).abs() < 0.1, "{} {ground}", number(5));
}

#[test]
fn another_batch_is_not_mixed_in() {
    let place = place();
    run(&place, "out", &[]);
    let before = place.files("out");
    let again = run(&place, "out", &[]);
    assert!(
        again.stderr.contains("3 of 3 parts are there already"),
        "{}",
        again.stderr
    );
    let other = place.run(&[&ARGS[..], &["out", "--mast-m", "30"]].concat());
    assert_eq!(other.code, Some(2));
    insta::assert_snapshot!("a_folder_of_another_batch", other.stderr);
    crate::contracts::assert_same(&before, &place.files("out"));
    place.write("mine/notes.txt", "not a batch");
    let other = place.run(&[&ARGS[..], &["mine"]].concat());
    assert_eq!(other.code, Some(2), "{}", other.stderr);
}

#[test]
fn sites_off_the_terrain_are_told_and_have_no_floors() {
    let place = place();
    place.write(
        "sites.csv",
        "name,lat_deg,lon_deg\nin,50.0,24.0\nout,55.0,24.0\n",
    );
    let args = [
        "coverage-batch",
        "--terrain",
        "tiles",
        "--sites",
        "sites.csv",
        "--range-km",
        "10",
        "--out",
        "out",
    ];
    let ran = place.good(&args);
    assert!(
        ran.stderr
            .contains("1 sites stand where no ground is known"),
        "{}",
        ran.stderr
    );
    place.write("wrong.csv", "name,lat_deg,lon_deg\nin,50.0,x\n");
    let wrong = place.run(&[
        "coverage-batch",
        "--terrain",
        "tiles",
        "--sites",
        "wrong.csv",
        "--out",
        "out2",
    ]);
    assert_eq!(wrong.code, Some(2));
    insta::assert_snapshot!("a_wrong_line_of_sites", wrong.stderr);
}

/// Stopped by Ctrl-C and by SIGKILL, and each time gone on with.
#[cfg(unix)]
#[test]
fn a_stopped_batch_goes_on_to_the_same_bytes() {
    let place = place();
    run(&place, "whole", &[]);
    for (signal, code) in [("-INT", Some(130)), ("-KILL", None)] {
        let out = format!("out{signal}");
        let args = [&ARGS[..], &[out.as_str(), "--threads", "1"]].concat();
        let mut child = place
            .command(&args)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("line of sight") {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "it ended early");
        }
        // Once the first part is there the second is being computed.
        while !place.path(&out).join("part-00000.parquet").exists() {
            std::thread::yield_now();
        }
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        let ended = child.wait().unwrap().code();
        let files = place.files(&out);
        // It may have been done by the time the signal came.
        if visible(&files).len() < place.files("whole").len() {
            assert_eq!(ended, code);
        }
        run(&place, &out, &[]);
        crate::contracts::assert_same(&place.files("whole"), &place.files(&out));
    }
}

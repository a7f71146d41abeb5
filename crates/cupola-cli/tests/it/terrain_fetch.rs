//! `cupola terrain`: every tile comes whole or not at all, whatever the server does.
//!
//! Nothing leaves the loopback interface.

use crate::harness::{Place, Ran};
use crate::tile_server::{Act, Script, TileServer, tile};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

fn name(cell: &str) -> String {
    let (north, east) = cell.split_at(3);
    format!("Copernicus_DSM_COG_30_{north}_00_{east}_00_DEM.tif")
}

fn command(place: &Place, server: &TileServer, bounds: &str, more: &[&str]) -> Command {
    let url = &server.base_url;
    let args = [
        &[
            "terrain",
            "fetch",
            "--bounds",
            bounds,
            "--base-url",
            url,
            "--out",
            "tiles",
        ],
        more,
    ];
    let mut command = place.command(&args.concat());
    for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command
}

fn fetch(place: &Place, server: &TileServer, bounds: &str, more: &[&str]) -> Ran {
    let output = command(place, server, bounds, more).output().unwrap();
    let text = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap();
        text.replace(&server.base_url, "http://SERVER")
    };
    Ran {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn names(place: &Place) -> Vec<String> {
    place.files("tiles").into_keys().collect()
}

/// The box of one cell's inside, and a server on which that cell's requests get these answers.
fn one(acts: &[Act]) -> (Place, TileServer) {
    let script = Script::from([("N49E023", acts.to_vec())]);
    (Place::new(), TileServer::start(script))
}
const ONE: &str = "49.2,23.2,49.8,23.8";

#[test]
fn a_region_is_fetched_once_and_sea_is_noted() {
    let place = Place::new();
    let server = TileServer::start(Script::from([
        ("N54E017", vec![Act::Tile]),
        ("N54E018", vec![Act::Tile]),
        ("N55E018", vec![Act::Status(403)]),
    ]));
    let bounds = "54.5,17.2,55.5,18.8";
    let ran = fetch(&place, &server, bounds, &["--jobs", "2"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, "tiles\n");
    insta::assert_snapshot!("a_fetch_says_what_it_got", ran.stderr);
    assert_eq!(server.asked(), ["N54E017", "N54E018", "N55E017", "N55E018"]);
    let files = place.files("tiles");
    assert_eq!(files[&name("N54E018")], tile(54, 18));
    let noted = String::from_utf8(files["no-tile.txt"].clone()).unwrap();
    assert!(noted.ends_with("N55E017 404\nN55E018 403\n"), "{noted}");
    let sums = Command::new("sha256sum")
        .args(["--check", "--quiet", "SHA256SUMS"])
        .current_dir(place.path("tiles"))
        .output();
    assert!(sums.is_ok_and(|ran| ran.status.success()));
    // The second time nothing is asked for.
    let again = fetch(&place, &server, bounds, &[]);
    assert_eq!(again.code, Some(0));
    assert!(
        again
            .stderr
            .contains("4 cells: 0 fetched, 2 at hand, 2 without a tile (sea)")
    );
    assert_eq!(server.asked().len(), 4);
    assert!(place.files("tiles") == files);
}

#[test]
fn every_passing_failure_is_tried_again() {
    let failures = [
        Act::Html,
        Act::WrongSize,
        Act::WrongPlace,
        Act::Truncated,
        Act::Disconnect,
        Act::Status(503),
        Act::Status(429),
    ];
    for failure in failures {
        let (place, server) = one(&[failure, failure, Act::Tile]);
        let ran = fetch(&place, &server, ONE, &["--wait-ms", "1"]);
        assert_eq!(ran.code, Some(0), "{failure:?}: {}", ran.stderr);
        assert_eq!(server.asked().len(), 3, "{failure:?}");
        assert_eq!(
            names(&place),
            [name("N49E023").as_str(), "SHA256SUMS"],
            "{failure:?}"
        );
        assert!(
            place.files("tiles")[&name("N49E023")] == tile(49, 23),
            "{failure:?}"
        );
    }
}

#[test]
fn a_body_that_breaks_off_is_continued() {
    let (place, server) = one(&[Act::Disconnect, Act::Tile]);
    let ran = fetch(&place, &server, ONE, &["--wait-ms", "1"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let half = tile(49, 23).len() / 2;
    assert_eq!(
        server.asked(),
        ["N49E023".to_owned(), format!("N49E023 bytes={half}-")]
    );
    assert!(place.files("tiles")[&name("N49E023")] == tile(49, 23));
}

/// A text with `#` for every run of digits.
fn without_figures(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            c => out.push(c),
        }
    }
    out
}

#[test]
fn what_fails_for_good_is_told_and_leaves_nothing() {
    let failures = [
        ("html", Act::Html),
        ("wrong_size", Act::WrongSize),
        ("wrong_place", Act::WrongPlace),
        ("truncated", Act::Truncated),
        ("disconnect", Act::Disconnect),
        ("status", Act::Status(500)),
        ("forbidden_address", Act::Status(401)),
    ];
    for (what, failure) in failures {
        let (place, server) = one(&[failure]);
        let ran = fetch(&place, &server, ONE, &["--tries", "2", "--wait-ms", "1"]);
        assert_eq!(ran.code, Some(1), "{what}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
        let said = match failure {
            // How many bytes a tile has is no promise.
            Act::Truncated | Act::Disconnect => without_figures(&ran.stderr),
            _ => ran.stderr,
        };
        insta::assert_snapshot!(format!("fetch_fails_{what}"), said);
        assert!(place.files("").is_empty(), "{what} left something behind");
    }
}

#[test]
fn the_next_fetch_gets_only_what_failed() {
    let place = Place::new();
    let server = TileServer::start(Script::from([
        ("N49E023", vec![Act::Tile]),
        ("N49E024", vec![Act::Html, Act::Tile]),
    ]));
    let bounds = "49.2,23.2,49.8,24.8";
    let ran = fetch(&place, &server, bounds, &["--tries", "1"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr.contains("1 of 2 tiles could not be fetched"),
        "{}",
        ran.stderr
    );
    assert_eq!(names(&place), [name("N49E023").as_str(), "SHA256SUMS"]);
    let ran = fetch(&place, &server, bounds, &["--tries", "1"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(server.asked(), ["N49E023", "N49E024", "N49E024"]);
}

#[test]
fn a_tile_that_changed_on_disk_is_fetched_again_and_an_unlisted_one_is_read() {
    let (place, server) = one(&[Act::Tile]);
    let file = format!("tiles/{}", name("N49E023"));
    place.write(&file, tile(49, 23));
    let ran = fetch(&place, &server, ONE, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        server.asked().is_empty() && ran.stderr.contains("1 at hand"),
        "{}",
        ran.stderr
    );
    place.write(&file, "cut short");
    let ran = fetch(&place, &server, ONE, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("is not as it was fetched: fetching it again")
    );
    assert!(place.files("tiles")[&name("N49E023")] == tile(49, 23));
}

#[test]
fn a_server_without_any_tile_is_an_error() {
    let (place, server) = one(&[Act::Status(403)]);
    let ran = fetch(&place, &server, ONE, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    insta::assert_snapshot!("a_server_without_any_tile", ran.stderr);
}

#[test]
fn wrong_arguments_are_told_before_anything_is_asked() {
    let place = Place::new();
    let cases = [
        (
            "address",
            ["--bounds", "49,23,50,24", "--base-url", "ftp://x"],
        ),
        ("size", ["--bounds", "-80,-180,80,180", "--out", "tiles"]),
    ];
    for (what, args) in cases {
        let ran = place.run(&[&["terrain", "fetch"], &args[..]].concat());
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        insta::assert_snapshot!(format!("fetch_refuses_{what}"), ran.stderr);
    }
    assert_eq!(place.run(&["terrain", "fetch"]).code, Some(2));
    assert!(place.files("").is_empty());
}

#[cfg(unix)]
#[test]
fn ctrl_c_in_the_middle_of_a_tile_exits_130() {
    let place = Place::new();
    let server = TileServer::start(Script::from([("N49E023", vec![Act::Stall])]));
    let mut child = command(&place, &server, ONE, &[])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("terrain tiles") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it ended early");
    }
    while server.asked().is_empty() {
        std::thread::yield_now();
    }
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let mut said = String::new();
    lines.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said}");
    assert!(place.files("").is_empty());
}

/// Both tiles, their neighbours' posts between them, and sea.
#[test]
fn fetched_tiles_serve_a_site_on_the_seam_at_50_north() {
    let place = Place::new();
    for (south, west) in [(49, 23), (49, 24), (50, 23), (50, 24)] {
        let cell = format!("N{south}E0{west}");
        place.write(&format!("tiles/{}", name(&cell)), tile(south, west));
    }
    let info = place.good(&["terrain", "info", "tiles"]);
    insta::assert_snapshot!("terrain_info", info.stdout);
    place.good(&[
        "coverage",
        "--terrain",
        "tiles",
        "--at",
        "50.0,24.0",
        "--mast-m",
        "50",
        "--range-km",
        "20",
        "--out",
        "floor.tif",
    ]);
    let floor = cupola_io::read_terrain(&place.path("floor.tif")).unwrap();
    let cupola_io::TerrainFile::Geographic(floor) = floor else {
        panic!("a field in degrees");
    };
    // The plane hides nothing within its horizon: not a cell between the tiles is unknown.
    let at = |lat, lon| floor.bilinear(cupola_units::LatLon::new(lat, lon));
    for step in -50..=50 {
        let off = 0.000_97 * f64::from(step);
        for (lat, lon) in [
            (50.0 + off, 24.0),
            (50.0, 24.0 + off),
            (50.0 + off, 24.0 + off),
        ] {
            let found = at(lat, lon);
            assert!(
                found.is_some_and(|floor| floor < 10.0),
                "{lat} {lon}: {found:?}"
            );
        }
    }
}

//! `cupola coverage` and `cupola profile`: one site over given terrain, and what they write.

use crate::harness::{Place, check};
use cupola_io::{
    Band, BandValues, GeoKeys, GeoTiff, Layout, Packing, ProjectedGrid, TerrainFile, read_terrain,
};
use std::path::Path;

const ROWS: usize = 60;
const COLS: usize = 80;
const CELL_M: f64 = 100.0;

/// Gentle hills in ETRF2000-PL / CS92, with one void cell in the north-east.
fn hill(row: usize, col: usize) -> f32 {
    let ridge = if col == 50 { 40.0 } else { 0.0 };
    200.0 + ((row * 7 + col * 3) % 23) as f32 + ridge
}

/// A GeoTIFF with these heights.
fn projected(cell_y_m: f64, height: impl Fn(usize, usize) -> f32) -> Vec<u8> {
    let values: Vec<f32> = (0..ROWS * COLS)
        .map(|i| height(i / COLS, i % COLS))
        .collect();
    let tiff = GeoTiff {
        place: cupola_io::Place::Projected {
            north_edge_m: 300_050.0,
            west_edge_m: 699_950.0,
            cell_y_m,
            cell_x_m: CELL_M,
            geo_keys: GeoKeys {
                directory: vec![1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 2180],
                doubles: Vec::new(),
                ascii: String::new(),
            },
        },
        rows: ROWS,
        cols: COLS,
        bands: vec![Band {
            name: "height".into(),
            unit: "m".into(),
            values: BandValues::F32(&values),
        }],
        metadata: Vec::new(),
        packing: Packing::Plain,
        layout: Layout::Strips,
    };
    tiff.to_bytes(Path::new("dem.tif")).unwrap()
}

fn with_hills() -> Place {
    let place = Place::new();
    let void = |row, col| {
        if (row, col) == (5, 70) {
            f32::NAN
        } else {
            hill(row, col)
        }
    };
    place.write("dem.tif", projected(CELL_M, void));
    place
}

fn field(place: &Place, name: &str) -> ProjectedGrid {
    match read_terrain(&place.path(name)) {
        Ok(TerrainFile::Projected(grid)) => grid,
        other => panic!("{name}: {other:?}"),
    }
}

/// `cupola coverage` over the hills, from their row 30, column 20.
fn coverage(place: &Place, more: &[&str]) -> String {
    let mut args = vec!["coverage", "--terrain", "dem.tif", "--at", "702000,297000"];
    args.extend(more);
    place.good(&args).stderr
}

#[test]
fn help() {
    let place = Place::new();
    check("help_coverage", &place, &["coverage", "--help"]);
    check("help_profile", &place, &["profile", "--help"]);
}

#[test]
fn the_field_lies_on_the_terrains_own_cells_and_unknown_is_void() {
    let place = with_hills();
    let said = coverage(
        &place,
        &["--out", "agl.tif", "--range-km", "5", "--timings"],
    );
    let last = said.lines().last().unwrap();
    let timings: serde_json::Value = serde_json::from_str(last).unwrap();
    for name in ["read_ms", "compute_ms", "write_ms"] {
        assert!(timings[name].as_f64().unwrap() >= 0.0, "{last}");
    }
    coverage(
        &place,
        &["--out", "asl.tif", "--range-km", "5", "--height", "asl"],
    );
    let (dem, agl, asl) = (
        field(&place, "dem.tif"),
        field(&place, "agl.tif"),
        field(&place, "asl.tif"),
    );
    assert_eq!((agl.rows, agl.cols, agl.epsg), (ROWS, COLS, Some(2180)));
    assert_eq!(
        (agl.x0, agl.y0, agl.cell_x_m),
        (dem.x0, dem.y0, dem.cell_x_m)
    );
    for i in 0..ROWS * COLS {
        let (dr, dc) = ((i / COLS).abs_diff(30), (i % COLS).abs_diff(20));
        let (floor, above_sea, ground) = (agl.values[i], asl.values[i], dem.values[i]);
        if dr * dr + dc * dc > 50 * 50 || ground.is_nan() {
            assert!(floor.is_nan() && above_sea.is_nan(), "{i}");
        } else if !floor.is_nan() {
            assert!(
                floor >= 0.0 && (above_sea - ground - floor).abs() < 1e-3,
                "{i}"
            );
        }
    }
    // Behind the ridge nothing low is seen.
    assert!(agl.values[30 * COLS + 49] < 30.0 && agl.values[30 * COLS + 55] > 30.0);
}

#[test]
fn threads_layout_and_compression_change_no_height() {
    let place = with_hills();
    coverage(&place, &["--out", "1.tif", "--threads", "1"]);
    coverage(&place, &["--out", "3.tif", "--threads", "3"]);
    coverage(
        &place,
        &["--out", "cog.tif", "--cog", "--compress", "deflate"],
    );
    coverage(&place, &["--out", "deflate.tif", "--compress", "deflate"]);
    assert!(place.files("")["1.tif"] == place.files("")["3.tif"]);
    let bits = |name: &str| {
        let values = field(&place, name).values;
        values
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    assert!(bits("1.tif") == bits("cog.tif") && bits("1.tif") == bits("deflate.tif"));
}

#[test]
fn polygons_and_picture() {
    let place = with_hills();
    coverage(
        &place,
        &[
            "--out",
            "a.geojson",
            "--out",
            "a.fgb",
            "--png",
            "a.png",
            "--contours",
            "10,60",
        ],
    );
    let files = place.files("");
    assert!(files["a.png"].starts_with(b"\x89PNG") && files["a.fgb"].starts_with(b"fgb\x03fgb"));
    let json: serde_json::Value = serde_json::from_slice(&files["a.geojson"]).unwrap();
    assert_eq!(
        json["crs"]["properties"]["name"],
        "urn:ogc:def:crs:EPSG::2180"
    );
    let features = json["features"].as_array().unwrap();
    let heights: Vec<f64> = features
        .iter()
        .map(|f| {
            f["properties"]["visible_from_m_above_ground"]
                .as_f64()
                .unwrap()
        })
        .collect();
    assert_eq!(heights, [60.0, 10.0], "the widest lies below the others");
    for feature in features {
        let polygons = feature["geometry"]["coordinates"].as_array().unwrap();
        assert!(!polygons.is_empty());
        for ring in polygons
            .iter()
            .flat_map(|polygon| polygon.as_array().unwrap())
        {
            let ring = ring.as_array().unwrap();
            assert!(ring.len() >= 4 && ring.first() == ring.last());
        }
    }
}

#[test]
fn canopy_hides_what_is_behind_it_and_nobody_stands_on_it() {
    let place = Place::new();
    place.write("dem.tif", projected(CELL_M, |_, _| 100.0));
    place.write(
        "forest.tif",
        projected(CELL_M, |_, col| if col == 30 { 25.0 } else { 0.0 }),
    );
    place.write("bare.tif", projected(CELL_M, |_, _| 0.0));
    place.write("all.tif", projected(CELL_M, |_, _| 15.0));
    coverage(&place, &["--out", "without.tif"]);
    for name in ["bare", "forest", "all"] {
        let (canopy, out) = (format!("{name}.tif"), format!("{name}-out.tif"));
        coverage(&place, &["--out", &out, "--canopy", &canopy]);
    }
    let at = |name: &str, col: usize| field(&place, name).values[30 * COLS + col];
    for col in [19, 21, 40, 79] {
        assert!((at("without.tif", col) - at("bare-out.tif", col)).abs() < 1e-3);
    }
    // Antenna 20 m, a tree of 25 m a kilometre away: 5 m a kilometre, 30 m at two.
    assert!(
        (at("forest-out.tif", 40) - 30.0).abs() < 0.3,
        "{}",
        at("forest-out.tif", 40)
    );
    assert!(at("forest-out.tif", 30) < 0.1 && at("forest-out.tif", 29) < 0.1);
    // Under the roof of a forest one sees down to the last tree before: 15 m below the top.
    let roof = at("all-out.tif", 40);
    assert!(roof > 10.0 && roof < 15.2, "{roof}");
}

#[test]
fn canopy_over_degrees_hides_and_nobody_stands_on_it() {
    let place = Place::new();
    let tile = |height: &dyn Fn(usize) -> f32| {
        let values: Vec<f32> = (0..300 * 300).map(|i| height(i % 300)).collect();
        tile_of(49.0, 22.0, (300, 300), &values)
    };
    place.write("dem.tif", tile(&|_| 100.0));
    place.write("bare.tif", tile(&|_| 0.0));
    place.write(
        "tree.tif",
        tile(&|col| {
            if (153..=155).contains(&col) {
                25.0
            } else {
                0.0
            }
        }),
    );
    place.write("all.tif", tile(&|_| 15.0));
    let floor = |canopy: &str, cols: usize| -> f32 {
        let mut args = vec!["coverage", "--terrain", "dem.tif", "--at", "49.5,22.5"];
        args.extend(["--range-km", "30", "--out", "out.tif"]);
        if !canopy.is_empty() {
            args.extend(["--canopy", canopy]);
        }
        place.good(&args);
        let Ok(TerrainFile::Geographic(grid)) = read_terrain(&place.path("out.tif")) else {
            panic!("degrees in, degrees out");
        };
        grid.values[150 * grid.cols + 150 + cols]
    };
    for cols in [2, 8, 80] {
        let apart = floor("", cols) - floor("bare.tif", cols);
        assert!(apart.abs() <= 0.5, "{cols}: {apart}");
    }
    // Antenna 20 m, trees of 25 m from three to five columns away (724 m to 1,206 m): at eight
    // columns (1,929 m) over the first tree 20 m + 5 m · 1,929 / 724, and one stands below the trees.
    let behind = floor("tree.tif", 8);
    assert!((32.0..34.0).contains(&behind), "{behind}");
    // (Between nodes the trees slope up to their height, and hide a few metres.)
    let below = floor("tree.tif", 3);
    assert!(below < 5.0, "{below}");
    // Under the roof of a forest one sees down to the last tree before.
    let roof = floor("all.tif", 20);
    assert!((10.0..15.6).contains(&roof), "{roof}");
}

#[test]
fn what_is_wrong_is_said() {
    let place = with_hills();
    place.write("oblong.tif", projected(200.0, hill));
    place.write("flat.tif", crate::tiles::geotiff(100.0));
    let wrong = |name: &str, args: &[&str]| {
        let mut all = vec!["coverage"];
        all.extend(args);
        assert_eq!(check(name, &place, &all).code, Some(2));
    };
    let dem = ["--terrain", "dem.tif", "--out", "out.tif"];
    let with = |more: &[&'static str]| [&dem[..], more].concat();
    wrong("coverage_outside", &with(&["--at", "49.8,24.0"]));
    wrong("coverage_no_pair", &with(&["--at", "700000"]));
    wrong("coverage_no_site", &with(&[]));
    wrong("coverage_k", &with(&["--at", "702000,297000", "--k", "0"]));
    wrong("coverage_void", &with(&["--at", "707000,299500"]));
    wrong(
        "coverage_oblong",
        &[
            "--terrain",
            "oblong.tif",
            "--at",
            "702000,297000",
            "--out",
            "o.tif",
        ],
    );
    wrong(
        "coverage_degrees",
        &[
            "--terrain",
            "flat.tif",
            "--at",
            "702000,297000",
            "--out",
            "o.tif",
        ],
    );
    wrong(
        "coverage_off_degrees",
        &["--terrain", "flat.tif", "--at", "10,10", "--out", "o.tif"],
    );
    wrong(
        "coverage_ending",
        &[
            "--terrain",
            "dem.tif",
            "--at",
            "702000,297000",
            "--out",
            "o.shp",
        ],
    );
    wrong(
        "coverage_canopy",
        &with(&["--at", "702000,297000", "--canopy", "flat.tif"]),
    );
    wrong(
        "coverage_which_site",
        &["--scenario", "western-ukraine", "--out", "o.tif"],
    );
}

#[test]
fn nothing_that_is_read_is_overwritten() {
    let place = with_hills();
    let outputs = ["--out", "first.tif", "--out", "./dem.tif"];
    let mut args = vec!["coverage", "--terrain", "dem.tif", "--at", "702000,297000"];
    args.extend(outputs);
    assert_eq!(check("coverage_onto_terrain", &place, &args).code, Some(2));
    assert!(!place.files("").contains_key("first.tif"));
    let mut args = vec!["coverage", "--terrain", "dem.tif", "--at", "702000,297000"];
    args.extend(["--out", "a.tif", "--out", "./a.tif"]);
    assert_eq!(check("coverage_twice", &place, &args).code, Some(2));
    assert!(!place.files("").contains_key("a.tif"));
}

#[test]
fn a_profile_says_what_blocks() {
    let place = with_hills();
    let line = [
        "profile",
        "--terrain",
        "dem.tif",
        "--from",
        "702000,297000",
        "--to",
        "707500,297000",
    ];
    let with = |more: &[&'static str]| [&line[..], more].concat();
    check("profile_table", &place, &with(&["--target-m", "30"]));
    let json: serde_json::Value =
        serde_json::from_str(&place.good(&with(&["--format", "json"])).stdout).unwrap();
    assert_eq!(json["blocked_by"]["distance_m"], 3000.0);
    coverage(&place, &["--out", "field.tif"]);
    let wanted = f64::from(field(&place, "field.tif").values[30 * COLS + 75]);
    let found = json["floor_at_end_agl_m"].as_f64().unwrap();
    assert!((wanted - found).abs() < 0.01, "{wanted} {found}");
    let csv = place
        .good(&with(&["--format", "csv", "--svg", "line.svg"]))
        .stdout;
    assert_eq!(csv.lines().count(), 57);
    let svg = String::from_utf8(place.files("")["line.svg"].clone()).unwrap();
    assert!(svg.starts_with("<svg xmlns=") && svg.contains("blocks: 3.0"));
}

/// A tile of Copernicus' layout, coarser: `rows` by `cols` posts, none on its south and east edge.
fn tile(south_deg: f64, west_deg: f64, rows: usize, cols: usize, height_m: f32) -> Vec<u8> {
    tile_of(
        south_deg,
        west_deg,
        (rows, cols),
        &vec![height_m; rows * cols],
    )
}

/// The same, of given heights.
fn tile_of(
    south_deg: f64,
    west_deg: f64,
    (rows, cols): (usize, usize),
    heights_m: &[f32],
) -> Vec<u8> {
    let grid = cupola_world::Grid {
        north_deg: south_deg + 1.0,
        west_deg,
        step_lat_deg: 1.0 / rows as f64,
        step_lon_deg: 1.0 / cols as f64,
        rows,
        cols,
        values: Vec::new(),
    };
    let tiff = GeoTiff {
        place: cupola_io::Place::of_grid(&grid),
        rows,
        cols,
        bands: vec![Band {
            name: "height".into(),
            unit: "m".into(),
            values: BandValues::F32(heights_m),
        }],
        metadata: Vec::new(),
        packing: Packing::Deflate,
        layout: Layout::Tiles,
    };
    tiff.to_bytes(Path::new("tile.tif")).unwrap()
}

/// Worst error of the floors against the closed form for flat ground, and how many were known and
/// unknown.
fn against_flat(place: &Place, at: (f64, f64), range_km: f64) -> (f64, usize, usize) {
    let text = format!("{},{}", at.0, at.1);
    let range = range_km.to_string();
    place.good(&[
        "coverage",
        "--terrain",
        "tiles",
        "--at",
        &text,
        "--range-km",
        &range,
        "--mast-m",
        "20",
        "--out",
        "floor.tif",
    ]);
    let Ok(TerrainFile::Geographic(floor)) = read_terrain(&place.path("floor.tif")) else {
        panic!("it is in degrees");
    };
    let radius_m = 4.0 / 3.0 * 6_378_137.0;
    let horizon_m = (2.0 * radius_m * 20.0_f64).sqrt();
    let site = cupola_units::LatLon::new(at.0, at.1);
    let (mut worst, mut known, mut unknown) = (0.0_f64, 0, 0);
    for (i, value) in floor.values.iter().enumerate() {
        let point = floor.point(i / floor.cols, i % floor.cols);
        let distance_m = cupola_world::geodesy::inverse(site, point).distance_m;
        if distance_m > range_km * 1000.0 - 2000.0 {
            continue;
        }
        if value.is_nan() {
            unknown += 1;
            continue;
        }
        known += 1;
        let beyond_m = (distance_m - horizon_m).max(0.0);
        let truth = beyond_m * beyond_m / (2.0 * radius_m);
        worst = worst.max((f64::from(*value) - truth).abs());
    }
    (worst, known, unknown)
}

#[test]
fn val_flat_ground_across_the_seam_at_50_north_is_the_closed_form() {
    let place = Place::new();
    for west in [22, 23, 24] {
        place.write(
            &format!("tiles/s{west}.tif"),
            tile(49.0, f64::from(west), 120, 120, 200.0),
        );
        place.write(
            &format!("tiles/n{west}.tif"),
            tile(50.0, f64::from(west), 120, 80, 200.0),
        );
    }
    let (worst, known, unknown) = against_flat(&place, (50.0, 23.5), 60.0);
    assert_eq!(unknown, 0);
    println!("VALIDATION id=flat-across-seams of=50n truth=0 ours={worst:.2} tolerance=1.5 unit=m");
    assert!(worst < 1.5 && known > 5_000, "{worst} m, {known} nodes");
}

#[test]
fn val_flat_ground_across_the_antimeridian_and_far_north_is_the_closed_form() {
    for (south, rows, cols) in [(70.0, 120, 40), (84.0, 120, 12)] {
        let place = Place::new();
        for (name, west) in [
            ("a", 177.0),
            ("b", 178.0),
            ("c", 179.0),
            ("d", -180.0),
            ("e", -179.0),
            ("f", -178.0),
        ] {
            place.write(
                &format!("tiles/{name}.tif"),
                tile(south, west, rows, cols, 50.0),
            );
        }
        let range_km = if south > 80.0 { 25.0 } else { 45.0 };
        let (worst, known, unknown) = against_flat(&place, (south + 0.5, 179.9), range_km);
        println!(
            "VALIDATION id=flat-across-seams of={south}n-180e-unknown truth=0 ours={unknown} \
             tolerance=0 unit=nodes"
        );
        println!(
            "VALIDATION id=flat-across-seams of={south}n-180e truth=0 ours={worst:.2} \
             tolerance=1.5 unit=m"
        );
        assert!(
            unknown == 0 && worst < 1.5 && known > 1_000,
            "{south}: {worst} m, {known} nodes known, {unknown} not"
        );
    }
}

//! `cupola coverage` beside `gdal_viewshed`: time from GeoTIFF to GeoTIFF, and error against the
//! exact cell-crossing definition, on the same synthetic hills, in one run.
//!
//! Started by `cargo xtask bench coverage`; the last line is JSON with `ours`, `peer`, `ratio`.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::disallowed_types, reason = "a bench needs a clock")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run says why and stops"
)]

use cupola_io::{Band, BandValues, GeoKeys, GeoTiff, Layout, Packing, Place, TerrainFile};
use cupola_units::Stream;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const CELL_M: f64 = 100.0;
const MAST_M: f64 = 20.0;
const RADIUS_M: f64 = 6_378_137.0;
/// Curvature coefficient of gdal for a 4/3 Earth: 1 − 1/4.
const CURVATURE: f64 = 0.75;
/// Cells compared with the exact definition.
const SAMPLES: u32 = 20_000;
/// Repetitions; the shortest time counts.
const REPEATS: usize = 3;

fn main() {
    let folder = tempfile::tempdir().expect("the folder for temporary files can be written");
    println!(
        "{:>6} {:>12} {:>12} {:>7}",
        "cells", "cupola s", "gdal s", "ratio"
    );
    let mut last = None;
    for side in [1001_usize, 2001, 4001] {
        let dem = hills(side);
        let file = folder.path().join("dem.tif");
        write_dem(&file, &dem, side);
        let middle = side / 2;
        let at = (
            300_000.0 + middle as f64 * CELL_M,
            900_000.0 - middle as f64 * CELL_M,
        );
        let ours_file = folder.path().join("ours.tif");
        let peer_file = folder.path().join("peer.tif");
        let ours_s = shortest(|| run_ours(&file, at, &ours_file));
        let peer_s = shortest(|| run_peer(&file, at, &peer_file));
        println!(
            "{side:>6} {ours_s:>12.3} {peer_s:>12.3} {:>7.1}",
            peer_s / ours_s
        );
        if side == 1001 {
            errors("cupola", &dem, side, &ours_file);
            errors("gdal_viewshed", &dem, side, &peer_file);
        }
        last = Some((side, ours_s, peer_s));
    }
    let (side, ours, peer) = last.expect("three sizes were measured");
    println!(
        "{{\"bench\":\"coverage\",\"cells\":{side},\"ours\":{ours:.4},\"peer\":{peer:.4},\
         \"unit\":\"s, GeoTIFF to GeoTIFF\",\"peer_name\":\"gdal_viewshed\",\"ratio\":{:.2}}}",
        peer / ours
    );
}

fn shortest(mut work: impl FnMut()) -> f64 {
    let times = (0..REPEATS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}

/// Hills of 0 to about 1,500 m: octaves of smoothed lattice noise, the same at every size.
fn hills(side: usize) -> Vec<f32> {
    let noise = |x: i64, y: i64, octave: u32| {
        Stream::new(20_240_524, octave).uniform(x as u32, y as u32, 0)
    };
    let mut heights = vec![0.0_f32; side * side];
    for (octave, (spacing, relief)) in [
        (512.0, 700.0),
        (256.0, 380.0),
        (128.0, 200.0),
        (64.0, 110.0),
        (32.0, 60.0),
        (16.0, 30.0),
        (8.0, 16.0),
        (4.0, 8.0),
    ]
    .into_iter()
    .enumerate()
    {
        for (i, height) in heights.iter_mut().enumerate() {
            // Coordinates count from the middle, so that all sizes share the same hills there.
            let x = ((i % side) as f64 - (side / 2) as f64) / spacing;
            let y = ((i / side) as f64 - (side / 2) as f64) / spacing;
            let (fx, fy) = (smooth(x - x.floor()), smooth(y - y.floor()));
            let corner = |dx: i64, dy: i64| {
                noise(x.floor() as i64 + dx, y.floor() as i64 + dy, octave as u32)
            };
            let top = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * fx;
            let bottom = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * fx;
            *height += (relief * (top + (bottom - top) * fy)) as f32;
        }
    }
    heights
}

fn smooth(t: f64) -> f64 {
    t * t * (3.0 - 2.0 * t)
}

/// A GeoTIFF in ETRF2000-PL / CS92 (EPSG:2180), metres.
fn write_dem(file: &Path, heights: &[f32], side: usize) {
    let place = Place::Projected {
        north_edge_m: 900_000.0 + 0.5 * CELL_M,
        west_edge_m: 300_000.0 - 0.5 * CELL_M,
        cell_y_m: CELL_M,
        cell_x_m: CELL_M,
        geo_keys: GeoKeys {
            directory: vec![1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 2180],
            doubles: Vec::new(),
            ascii: String::new(),
        },
    };
    let tiff = GeoTiff {
        place,
        rows: side,
        cols: side,
        bands: vec![Band {
            name: "height".into(),
            unit: "m".into(),
            values: BandValues::F32(heights),
        }],
        metadata: Vec::new(),
        packing: Packing::Plain,
        layout: Layout::Strips,
    };
    let bytes = tiff.to_bytes(file).expect("the model fits a GeoTIFF");
    cupola_io::write_file(file, &bytes).expect("the folder for temporary files can be written");
}

fn run_ours(dem: &Path, at: (f64, f64), out: &Path) {
    let program = std::env::current_exe().expect("this program has a path");
    let program = program
        .ancestors()
        .nth(2)
        .expect("examples lie below the profile")
        .join("cupola");
    let at = format!("{},{}", at.0, at.1);
    let mast = MAST_M.to_string();
    let mut command = Command::new(program);
    command.args(["coverage", "--at", &at, "--mast-m", &mast, "--terrain"]);
    finish(command.arg(dem).arg("--out").arg(out), "cupola");
}

fn run_peer(dem: &Path, at: (f64, f64), out: &Path) {
    let mut command = Command::new("gdal_viewshed");
    let (x, y) = (at.0.to_string(), at.1.to_string());
    let (cc, mast) = (CURVATURE.to_string(), MAST_M.to_string());
    command.args([
        "-q", "-md", "0", "-om", "GROUND", "-cc", &cc, "-oz", &mast, "-ox", &x, "-oy", &y,
    ]);
    finish(
        command.arg(dem).arg(out),
        "gdal_viewshed (install gdal-bin)",
    );
}

fn finish(command: &mut Command, name: &str) {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success());
    assert!(output.is_some(), "{name} could not be run");
}

/// Prints errors of the lowest height above ground against the exact definition, where that is
/// below 2 km, and the share of wrong verdicts at 100 m.
fn errors(name: &str, dem: &[f32], side: usize, file: &Path) {
    let Ok(TerrainFile::Projected(field)) = cupola_io::read_terrain(file) else {
        println!("       {name}: its output could not be read back");
        return;
    };
    let middle = side / 2;
    let stream = Stream::new(7, 0);
    let mut off = Vec::new();
    let mut wrong = 0_u32;
    for sample in 0..SAMPLES {
        let row = stream.index(0, 0, sample, side);
        let col = stream.index(1, 0, sample, side);
        if (row, col) == (middle, middle) {
            continue;
        }
        let truth = exact(dem, side, middle, (row, col));
        let found = f64::from(field.values[row * side + col]);
        wrong += u32::from((truth <= 100.0) != (found <= 100.0));
        if truth < 2000.0 {
            off.push((found - truth).abs());
        }
    }
    off.sort_by(f64::total_cmp);
    let at = |p: f64| off[((off.len() - 1) as f64 * p) as usize];
    println!(
        "       {name}: error p95 {:.2} m, p99 {:.2} m, max {:.2} m; wrong at 100 m {:.3} %",
        at(0.95),
        at(0.99),
        at(1.0),
        100.0 * f64::from(wrong) / f64::from(SAMPLES)
    );
}

/// The exact definition: the ground at every crossing of the line with a row or column of cell
/// centres, linear between the two neighbours.
fn exact(dem: &[f32], side: usize, middle: usize, (row, col): (usize, usize)) -> f64 {
    let height = |r: f64, c: f64| {
        let (r0, c0) = (r.floor() as usize, c.floor() as usize);
        let at = |r: usize, c: usize| f64::from(dem[r.min(side - 1) * side + c.min(side - 1)]);
        let (fr, fc) = (r - r0 as f64, c - c0 as f64);
        if fr > 0.0 {
            at(r0, c0) + (at(r0 + 1, c0) - at(r0, c0)) * fr
        } else {
            at(r0, c0) + (at(r0, c0 + 1) - at(r0, c0)) * fc
        }
    };
    let drop = |d: f64| CURVATURE * d * d / (2.0 * RADIUS_M);
    let (dr, dc) = (row as f64 - middle as f64, col as f64 - middle as f64);
    let total_m = (dr * dr + dc * dc).sqrt() * CELL_M;
    let antenna = f64::from(dem[middle * side + middle]) + MAST_M;
    let mut slope = f64::NEG_INFINITY;
    for (steps, by_row) in [(dr.abs() as usize, true), (dc.abs() as usize, false)] {
        for step in 1..steps {
            let share = step as f64 / steps as f64;
            let exact_row = if by_row {
                middle as f64 + dr.signum() * step as f64
            } else {
                middle as f64 + dr * share
            };
            let exact_col = if by_row {
                middle as f64 + dc * share
            } else {
                middle as f64 + dc.signum() * step as f64
            };
            let d = total_m * share;
            slope = slope.max((height(exact_row, exact_col) - drop(d) - antenna) / d);
        }
    }
    let ground = f64::from(dem[row * side + col]);
    if slope == f64::NEG_INFINITY {
        return 0.0;
    }
    (antenna + slope * total_m + drop(total_m) - ground).max(0.0)
}

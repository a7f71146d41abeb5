//! `cupola coverage` beside `gdal_viewshed`: time from GeoTIFF to GeoTIFF, and error against the
//! exact cell-crossing definition, on the same synthetic hills, in one run.
//!
//! Started by `cargo xtask bench coverage`; the last line is JSON with `ours`, `peer`, `ratio`. The
//! two programs take turns, so that both have the machine in the same state; the shortest times
//! count, and the middle of the ratios of neighbouring turns is given beside them.

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
/// Turns of each program.
const TURNS: usize = 7;

/// One turn of both programs.
struct Turn {
    ours_s: f64,
    peer_s: f64,
    /// What ours said about itself.
    timings: serde_json::Value,
}

fn main() {
    let sides: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|n| n.parse().ok())
        .collect();
    let sides = if sides.is_empty() {
        vec![1001, 2001, 4001, 8001]
    } else {
        sides
    };
    let folder = tempfile::tempdir().expect("the folder for temporary files can be written");
    println!(
        "{:>6} {:>9} {:>6} {:>8} {:>6} {:>9} {:>9} {:>6} {:>13}",
        "cells",
        "cupola ms",
        "read",
        "compute",
        "write",
        "peak MiB",
        "gdal ms",
        "ratio",
        "middle ratio"
    );
    let mut rows = Vec::new();
    for side in sides {
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
        let turns: Vec<Turn> = (0..TURNS)
            .map(|_| {
                // A file that is replaced must first be given back: neither side pays for that.
                for old in [&ours_file, &peer_file] {
                    drop(std::fs::remove_file(old));
                }
                let (ours_s, timings) = run_ours(&file, at, &ours_file);
                Turn {
                    ours_s,
                    peer_s: run_peer(&file, at, &peer_file),
                    timings,
                }
            })
            .collect();
        rows.push(report(side, &turns));
        if side == 1001 {
            errors("cupola", &dem, side, &ours_file);
            errors("gdal_viewshed", &dem, side, &peer_file);
        }
    }
    let (side, ours, peer) = rows.pop().expect("one size at least is measured");
    println!(
        "{{\"bench\":\"coverage\",\"cells\":{side},\"ours\":{ours:.4},\"peer\":{peer:.4},\
         \"unit\":\"s, GeoTIFF to GeoTIFF\",\"peer_name\":\"gdal_viewshed\",\"ratio\":{:.2}}}",
        peer / ours
    );
}

/// Prints one size; gives its shortest times.
fn report(side: usize, turns: &[Turn]) -> (usize, f64, f64) {
    let shortest = |of: &dyn Fn(&Turn) -> f64| turns.iter().map(of).fold(f64::INFINITY, f64::min);
    let ours_s = shortest(&|turn| turn.ours_s);
    let peer_s = shortest(&|turn| turn.peer_s);
    let best = turns.iter().min_by(|a, b| a.ours_s.total_cmp(&b.ours_s));
    let said = |name: &str| {
        best.and_then(|turn| turn.timings[name].as_f64())
            .unwrap_or(f64::NAN)
    };
    let mut ratios: Vec<f64> = turns.iter().map(|turn| turn.peer_s / turn.ours_s).collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "{side:>6} {:>9.0} {:>6.0} {:>8.0} {:>6.0} {:>9.0} {:>9.0} {:>6.2} {:>13.2}",
        ours_s * 1e3,
        said("read_ms"),
        said("compute_ms"),
        said("write_ms"),
        said("peak_mib"),
        peer_s * 1e3,
        peer_s / ours_s,
        ratios[ratios.len() / 2]
    );
    (side, ours_s, peer_s)
}

/// Hills of 0 to about 1,500 m: octaves of smoothed lattice noise, the same at every size.
fn hills(side: usize) -> Vec<f32> {
    let noise = |x: i64, y: i64, octave: u32| {
        Stream::new(20_240_524, octave).uniform(x as u32, y as u32, 0)
    };
    let mut heights = vec![0.0_f32; side * side];
    let half = (side / 2) as f64;
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
        // Coordinates count from the middle, so that all sizes share the same hills there.
        let first = (-half / spacing).floor() as i64;
        let count = ((half / spacing).floor() as i64 - first + 2) as usize;
        let lattice: Vec<f64> = (0..count * count)
            .map(|i| {
                noise(
                    first + signed(i % count),
                    first + signed(i / count),
                    octave as u32,
                )
            })
            .collect();
        let places: Vec<(usize, f64)> = (0..side)
            .map(|i| {
                let x = (i as f64 - half) / spacing;
                ((x.floor() as i64 - first) as usize, smooth(x - x.floor()))
            })
            .collect();
        for (line, &(row, fy)) in heights.chunks_mut(side).zip(&places) {
            let (upper, lower) = lattice[row * count..].split_at(count);
            for (height, &(col, fx)) in line.iter_mut().zip(&places) {
                let top = upper[col] + (upper[col + 1] - upper[col]) * fx;
                let bottom = lower[col] + (lower[col + 1] - lower[col]) * fx;
                *height += (relief * (top + (bottom - top) * fy)) as f32;
            }
        }
    }
    heights
}

fn signed(place: usize) -> i64 {
    i64::try_from(place).expect("a place on a grid is far below 2^63")
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
    cupola_io::write_file_with(file, |out| tiff.write_to(out, file, None))
        .expect("the folder for temporary files can be written");
}

/// Seconds that ours takes, and its own account of them.
fn run_ours(dem: &Path, at: (f64, f64), out: &Path) -> (f64, serde_json::Value) {
    let program = std::env::current_exe().expect("this program has a path");
    let program = program
        .ancestors()
        .nth(2)
        .expect("examples lie below the profile")
        .join("cupola");
    let at = format!("{},{}", at.0, at.1);
    let mast = MAST_M.to_string();
    let mut command = Command::new(program);
    command.args([
        "coverage",
        "--timings",
        "--at",
        &at,
        "--mast-m",
        &mast,
        "--terrain",
    ]);
    let (seconds, said) = finish(command.arg(dem).arg("--out").arg(out), "cupola");
    let last = said.lines().last().unwrap_or_default();
    let timings = serde_json::from_str(last).expect("the last line of --timings is JSON");
    (seconds, timings)
}

fn run_peer(dem: &Path, at: (f64, f64), out: &Path) -> f64 {
    let mut command = Command::new("gdal_viewshed");
    let (x, y) = (at.0.to_string(), at.1.to_string());
    let (cc, mast) = (CURVATURE.to_string(), MAST_M.to_string());
    command.args([
        "-q", "-md", "0", "-om", "GROUND", "-cc", &cc, "-oz", &mast, "-ox", &x, "-oy", &y,
    ]);
    let name = "gdal_viewshed (install gdal-bin)";
    finish(command.arg(dem).arg(out), name).0
}

/// Seconds from start to end, and what it said on standard error.
fn finish(command: &mut Command, name: &str) -> (f64, String) {
    let start = Instant::now();
    let output = command.output().ok();
    let seconds = start.elapsed().as_secs_f64();
    let output = output.filter(|output| output.status.success());
    assert!(output.is_some(), "{name} could not be run");
    let said = output.map(|output| output.stderr).unwrap_or_default();
    (seconds, String::from_utf8_lossy(&said).into_owned())
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

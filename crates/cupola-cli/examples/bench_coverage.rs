//! `cupola coverage` beside `gdal_viewshed` and GRASS `r.viewshed`, whichever are installed: time
//! from GeoTIFF to GeoTIFF, memory, and error against the exact cell-crossing definition, on the
//! same synthetic hills, in one run.
//!
//! Started by `cargo xtask bench coverage`; the last line is JSON with `ours`, `peer`, `ratio`. Ours
//! and `gdal_viewshed` take turns, so that both have the machine in the same state; the shortest times
//! count, and the middle of the ratios of neighbouring turns is given beside them. GRASS has one turn
//! and the smaller sizes only, as it takes a minute from 4001² on; it tells whether a target at
//! 100 m is seen, not from which height.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its table, and what it is at"
)]
#![expect(clippy::disallowed_types, reason = "a bench needs a clock")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run says why and stops"
)]

use cupola_io::{Band, BandValues, GeoKeys, GeoTiff, Layout, Packing, Place};
use cupola_units::Stream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use wait4::Wait4 as _;

const CELL_M: f64 = 100.0;
const MAST_M: f64 = 20.0;
const RADIUS_M: f64 = 6_378_137.0;
/// Curvature coefficient of gdal for a 4/3 Earth: 1 − 1/4.
const CURVATURE: f64 = 0.75;
/// Height of the targets whose verdicts are compared, metres.
const TARGET_M: f64 = 100.0;
/// Cells compared with the exact definition.
const SAMPLES: u32 = 20_000;
/// Turns of ours and of `gdal_viewshed`.
const TURNS: usize = 7;
/// Largest grid for GRASS.
const GRASS_SIDE_MAX: usize = 2001;

/// One run of a program.
struct Turn {
    seconds: f64,
    peak_mib: f64,
    /// What it said on standard error.
    said: String,
}

/// Hills, and where what is measured lies.
struct Case<'a> {
    side: usize,
    dem: &'a [f32],
    folder: &'a Path,
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
    let mut peers = vec![("gdal_viewshed", "gdal-bin"), ("grass", "grass-core")];
    peers.retain(|&(program, package)| there(program, package));
    let peers: Vec<&str> = peers.into_iter().map(|(program, _)| program).collect();
    println!(
        "{:>5} {:<14} {:>8} {:>9} {:>6} {:>7} {:>8} {:>8} {:>8} {:>9}  read, compute, write ms",
        "cells",
        "program",
        "ms",
        "peak MiB",
        "ratio",
        "middle",
        "p95 m",
        "p99 m",
        "max m",
        "wrong %"
    );
    let mut last = None;
    for side in sides {
        eprintln!("hills {side}² …");
        let dem = hills(side);
        write_dem(&folder.path().join("dem.tif"), &dem, side);
        let case = Case {
            side,
            dem: &dem,
            folder: folder.path(),
        };
        last = Some((side, case.compare(&peers)));
    }
    let (side, (ours_s, peer_s)) = last.expect("one size at least is measured");
    let number = |x: Option<f64>| x.map_or("null".to_owned(), |x| format!("{x:.4}"));
    println!(
        "{{\"bench\":\"coverage\",\"cells\":{side},\"ours\":{ours_s:.4},\"peer\":{},\
         \"unit\":\"s, GeoTIFF to GeoTIFF\",\"peer_name\":\"gdal_viewshed\",\"ratio\":{}}}",
        number(peer_s),
        number(peer_s.map(|peer_s| peer_s / ours_s)),
    );
}

/// Whether a peer is installed; says so if not.
fn there(program: &str, package: &str) -> bool {
    let quiet = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let found = quiet.is_ok();
    if !found {
        eprintln!("{program} is not installed (package {package}): its rows are left out");
    }
    found
}

impl Case<'_> {
    /// Measures all programs and prints their rows; gives the shortest times of ours and of gdal, s.
    fn compare(&self, peers: &[&str]) -> (f64, Option<f64>) {
        let [gdal, grass] = ["gdal_viewshed", "grass"].map(|peer| peers.contains(&peer));
        let (mut ours, mut peer) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            // A file that is replaced must first be given back: neither side pays for that.
            for old in ["cupola.tif", "gdal.tif"] {
                drop(std::fs::remove_file(self.folder.join(old)));
            }
            ours.push(self.run_ours());
            if gdal {
                peer.push(self.run_gdal());
            }
        }
        let ours_s = shortest(&ours).seconds;
        self.row("cupola", &ours, None);
        let peer_s = gdal.then(|| {
            self.row("gdal_viewshed", &peer, Some(&ours));
            shortest(&peer).seconds
        });
        if grass && self.side <= GRASS_SIDE_MAX {
            self.row("r.viewshed", &[self.run_grass()], Some(&ours));
        }
        (ours_s, peer_s)
    }

    /// Prints the row of a program: its shortest turn, how many times as long as ours that is, and
    /// the errors of the file it has written.
    fn row(&self, program: &str, turns: &[Turn], ours: Option<&[Turn]>) {
        let best = shortest(turns);
        let (mut ratio, mut middle) = (String::new(), String::new());
        if let Some(ours) = ours {
            ratio = format!("{:.2}", best.seconds / shortest(ours).seconds);
            let mut ratios: Vec<f64> = turns
                .iter()
                .zip(ours)
                .map(|(peer, ours)| peer.seconds / ours.seconds)
                .collect();
            ratios.sort_by(f64::total_cmp);
            middle = format!("{:.2}", ratios[ratios.len() / 2]);
        }
        let last: serde_json::Value = best
            .said
            .lines()
            .last()
            .and_then(|line| serde_json::from_str(line).ok())
            .unwrap_or_default();
        let parts = ["read_ms", "compute_ms", "write_ms"]
            .map(|part| last[part].as_f64().map(|ms| format!("{ms:.0}")));
        println!(
            "{:>5} {program:<14} {:>8.0} {:>9.0} {ratio:>6} {middle:>7} {}  {}",
            self.side,
            1e3 * best.seconds,
            best.peak_mib,
            self.errors(program),
            parts.into_iter().flatten().collect::<Vec<_>>().join(", "),
        );
    }

    /// The sensor's place: the middle.
    fn at(&self) -> (f64, f64) {
        let middle_m = (self.side / 2) as f64 * CELL_M;
        (300_000.0 + middle_m, 900_000.0 - middle_m)
    }

    fn run_ours(&self) -> Turn {
        let program = std::env::current_exe().expect("this program has a path");
        let program = program
            .ancestors()
            .nth(2)
            .expect("examples lie below the profile")
            .join("cupola");
        let (x, y) = self.at();
        let mut command = Command::new(program);
        command.args(["coverage", "--timings", "--at", &format!("{x},{y}")]);
        command.args(["--mast-m", &MAST_M.to_string(), "--terrain", "dem.tif"]);
        self.finish(command.args(["--out", "cupola.tif"]), "cupola")
    }

    fn run_gdal(&self) -> Turn {
        let (x, y) = self.at();
        let mut command = Command::new("gdal_viewshed");
        command.args(["-q", "-md", "0", "-om", "GROUND"]);
        command.args(["-cc", &CURVATURE.to_string(), "-oz", &MAST_M.to_string()]);
        command.args(["-ox", &x.to_string(), "-oy", &y.to_string()]);
        self.finish(command.args(["dem.tif", "gdal.tif"]), "gdal_viewshed")
    }

    /// Reading and writing `GeoTIFF` included, as for the others.
    fn run_grass(&self) -> Turn {
        let (x, y) = self.at();
        let refraction = 1.0 - CURVATURE;
        let job = format!(
            "r.in.gdal -o --q input=dem.tif output=dem && g.region raster=dem && \
             r.viewshed -b -c -r --q input=dem output=seen coordinates={x},{y} \
             observer_elevation={MAST_M} target_elevation={TARGET_M} max_distance=-1 \
             refraction_coeff={refraction} memory=8000 && \
             r.out.gdal -c -f --q --o input=seen output=grass.tif type=Float32 nodata=-9999"
        );
        let mut command = Command::new("grass");
        command.args(["--tmp-location", "EPSG:2180", "--exec", "sh", "-c", &job]);
        self.finish(&mut command, "grass")
    }

    /// Runs a program to its end, in the folder of files.
    fn finish(&self, command: &mut Command, name: &str) -> Turn {
        let start = Instant::now();
        let mut child = command
            .current_dir(self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the programs measured are installed");
        let mut said = String::new();
        if let Some(mut from) = child.stderr.take() {
            drop(std::io::Read::read_to_string(&mut from, &mut said));
        }
        let ended = child
            .wait4()
            .expect("a child that was started can be waited for");
        let seconds = start.elapsed().as_secs_f64();
        assert!(ended.status.success(), "{name} failed: {said}");
        Turn {
            seconds,
            peak_mib: ended.rusage.maxrss as f64 / f64::from(1 << 20),
            said,
        }
    }

    /// Errors of the lowest height above ground against the exact definition, where that is below
    /// 2 km, and the share of wrong verdicts on targets at 100 m.
    fn errors(&self, program: &str) -> String {
        let file = match program {
            "cupola" => "cupola.tif",
            "gdal_viewshed" => "gdal.tif",
            _ => "grass.tif",
        };
        let only_seen = file == "grass.tif";
        let field = field(&self.folder.join(file));
        let (side, middle) = (self.side, self.side / 2);
        let stream = Stream::new(7, 0);
        let mut off = Vec::new();
        let mut wrong = 0_u32;
        for sample in 0..SAMPLES {
            let row = stream.index(0, 0, sample, side);
            let col = stream.index(1, 0, sample, side);
            if (row, col) == (middle, middle) {
                continue;
            }
            let truth = exact(self.dem, side, middle, (row, col));
            let found = f64::from(field[row * side + col]);
            let seen = if only_seen {
                found > 0.5
            } else {
                found <= TARGET_M
            };
            wrong += u32::from((truth <= TARGET_M) != seen);
            if truth < 2000.0 {
                off.push((found - truth).abs());
            }
        }
        off.sort_by(f64::total_cmp);
        let at = |p: f64| {
            let error_m = off[((off.len() - 1) as f64 * p) as usize];
            if only_seen {
                "-".to_owned()
            } else {
                format!("{error_m:.2}")
            }
        };
        format!(
            "{:>8} {:>8} {:>8} {:>9.3}",
            at(0.95),
            at(0.99),
            at(1.0),
            100.0 * f64::from(wrong) / f64::from(SAMPLES)
        )
    }
}

/// The values of a `GeoTIFF`, row by row.
fn field(file: &Path) -> Vec<f32> {
    let from = std::fs::File::open(file).expect("the program has written its file");
    let mut tiff = Decoder::new(std::io::BufReader::new(from))
        .expect("it is a TIFF")
        .with_limits(Limits::unlimited());
    match tiff.read_image().expect("it is whole") {
        DecodingResult::F32(values) => values,
        DecodingResult::F64(values) => values.into_iter().map(|value| value as f32).collect(),
        _ => Vec::new(),
    }
}

fn shortest(turns: &[Turn]) -> &Turn {
    turns
        .iter()
        .min_by(|a, b| a.seconds.total_cmp(&b.seconds))
        .expect("a program has one turn at least")
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

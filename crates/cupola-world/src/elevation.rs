//! The embedded terrain: 5′ heights of the whole Earth and seeded statistical relief on top.
//!
//! Five minutes (9 km) is too smooth: a radar sees about twice as far over it at low altitude as
//! over real ground. The relief repairs the statistics, so area averages come out about right; it
//! never says *which* valley is hidden. A height is a function of the place and the seed alone:
//! boxes that overlap agree where they do.
//!
//! Not here: measured terrain (`terrain`).

use std::sync::OnceLock;

use cupola_units::LatLon;
use cupola_units::math::{cos, ln, pow, sin};
use cupola_units::rng::philox4x32;

use crate::codec::{inflate, wrap_lon};
use crate::countries::topology;
use crate::error::NODE_LIMIT;
use crate::fft::inverse_square;
use crate::{Bounds, Grid, WorldError};

/// Cells of the coarse grid per degree.
const PER_DEG: f64 = 12.0;
const COARSE_ROWS: usize = 2160;
const COARSE_COLS: usize = 4320;
const COARSE_COLS_SIGNED: i64 = 4320;
/// Nodes of the fine grid per degree: 30″.
const FINE_PER_DEG: i64 = 120;
const FINE_COLS: i64 = 360 * FINE_PER_DEG;
/// Side of the periodic patch of relief, nodes (8.5°).
const PATCH: usize = 1024;
const PATCH_NODES: i64 = 1024;
/// Exponent of the relief: amplitude ∝ f^−(H+1). Fitted for the embedded heights at 30″.
const ROUGHNESS_H: f64 = 0.7;
/// Longest wavelength of the relief in nodes: 10′.
const LONGEST_NODES: f64 = 20.0;
/// Standard deviation of the relief, metres: `SIGMA_FLAT_M + SIGMA_SLOPE × sd(3 × 3)`.
const SIGMA_FLAT_M: f64 = 5.2;
const SIGMA_SLOPE: f64 = 0.91;
/// Whole turns of the mixing angle round the Earth, and nodes per turn north–south.
const TURNS: f64 = 9.0;
const NODES_PER_TURN: f64 = 2903.0;
/// Level of the Caspian Sea, metres.
const CASPIAN_M: f32 = -28.0;

/// Coarse heights and the standard deviation of the relief, metres, at the centres of 5′ cells.
struct Coarse {
    height_m: Vec<f32>,
    sigma_m: Vec<f32>,
}

fn is_caspian(lat_deg: f64, lon_deg: f64) -> bool {
    (36.0..48.0).contains(&lat_deg) && (46.0..55.5).contains(&lon_deg)
}

fn water_m(lat_deg: f64, lon_deg: f64) -> f32 {
    if is_caspian(lat_deg, lon_deg) {
        CASPIAN_M
    } else {
        0.0
    }
}

/// Embedded heights with sea cells at the level of the sea, so that a coast is not drawn under it.
fn coarse() -> &'static Coarse {
    static DATA: OnceLock<Coarse> = OnceLock::new();
    DATA.get_or_init(|| {
        let steps = inflate(include_bytes!("../data/elevation.bin"));
        let mut height_m = vec![0.0_f32; COARSE_ROWS * COARSE_COLS];
        let mut units = vec![0_u8; COARSE_COLS];
        let mut scratch = Vec::new();
        for row in 0..COARSE_ROWS {
            let lat = 90.0 - (row as f64 + 0.5) / PER_DEG;
            let west = -180.0 + 0.5 / PER_DEG;
            topology().row(lat, west, 1.0 / PER_DEG, &mut scratch, &mut units);
            let mut level = 0_u8;
            for (col, unit) in units.iter().enumerate() {
                level = level.wrapping_add(steps[row * COARSE_COLS + col]);
                height_m[row * COARSE_COLS + col] = if *unit == 0 {
                    water_m(lat, west + col as f64 / PER_DEG)
                } else if level == 255 {
                    0.0
                } else {
                    28.0 * f32::from(level) - 450.0
                };
            }
        }
        let sigma_m = sigma(&height_m);
        Coarse { height_m, sigma_m }
    })
}

fn sigma(height_m: &[f32]) -> Vec<f32> {
    let mut sigma_m = Vec::with_capacity(height_m.len());
    for row in 0..COARSE_ROWS {
        for col in 0..COARSE_COLS {
            let (mut sum, mut squares) = (0.0, 0.0);
            for dr in 0..3 {
                let r = (row + dr).saturating_sub(1).min(COARSE_ROWS - 1);
                for dc in 0..3 {
                    let c = (col + dc + COARSE_COLS - 1) % COARSE_COLS;
                    let h = f64::from(height_m[r * COARSE_COLS + c]);
                    sum += h;
                    squares += h * h;
                }
            }
            let variance = (squares / 9.0 - sum * sum / 81.0).max(0.0);
            sigma_m.push((SIGMA_FLAT_M + SIGMA_SLOPE * variance.sqrt()) as f32);
        }
    }
    sigma_m
}

/// The two coarse rows around a latitude and the share of the southern one.
fn coarse_rows(lat_deg: f64) -> (usize, usize, f64) {
    let y = ((90.0 - lat_deg) * PER_DEG - 0.5).clamp(0.0, (COARSE_ROWS - 1) as f64);
    let row = (y as usize).min(COARSE_ROWS - 2);
    (row * COARSE_COLS, (row + 1) * COARSE_COLS, y - row as f64)
}

/// The two coarse columns around a longitude and the share of the eastern one.
fn coarse_cols(lon_deg: f64) -> (usize, usize, f64) {
    let x = (lon_deg + 180.0) * PER_DEG - 0.5;
    let whole = x.floor();
    let col = (whole as i64).rem_euclid(COARSE_COLS_SIGNED) as usize;
    (col, (col + 1) % COARSE_COLS, x - whole)
}

#[inline]
fn mix(values: &[f32], rows: (usize, usize, f64), cols: (usize, usize, f64)) -> f64 {
    let v = |row: usize, col: usize| f64::from(values[row + col]);
    let north = v(rows.0, cols.0) + (v(rows.0, cols.1) - v(rows.0, cols.0)) * cols.2;
    let south = v(rows.1, cols.0) + (v(rows.1, cols.1) - v(rows.1, cols.0)) * cols.2;
    north + (south - north) * rows.2
}

/// Embedded 5′ height at a point, metres above sea, bilinear; seas at their level.
///
/// Land is quantised to 28 m. Against 30″ data the error is about 16 m rms in lowland and 120 m in
/// mountains: never take a site's ground height from here.
pub fn coarse_height_m(at: LatLon) -> f64 {
    let at = wrap_lon(at);
    mix(
        &coarse().height_m,
        coarse_rows(at.lat_deg),
        coarse_cols(at.lon_deg),
    )
}

/// One realisation of the statistical relief: two independent periodic patches of unit variance.
#[derive(Clone, Debug)]
pub struct Relief {
    seed: u32,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Relief {
    /// The relief of a seed. Takes about 0.2 s: keep it and ask it for many grids.
    pub fn new(seed: u32) -> Self {
        let mut re = vec![0.0; PATCH * PATCH];
        let mut im = vec![0.0; PATCH * PATCH];
        let mut power = 0.0;
        let wave = |k: usize| k.min(PATCH - k) as f64;
        for row in 0..PATCH {
            for col in 0..PATCH {
                let squared = wave(row) * wave(row) + wave(col) * wave(col);
                let least = PATCH as f64 / LONGEST_NODES;
                if squared <= least * least {
                    continue;
                }
                let amplitude = pow(squared, -0.5 * (ROUGHNESS_H + 1.0));
                let (x, y) = normal_pair(seed, (row * PATCH + col) as u32);
                re[row * PATCH + col] = amplitude * x;
                im[row * PATCH + col] = amplitude * y;
                power += amplitude * amplitude;
            }
        }
        inverse_square(&mut re, &mut im, PATCH);
        let scale = 1.0 / power.sqrt();
        let scaled = |field: &[f64]| field.iter().map(|v| (v * scale) as f32).collect();
        Self {
            seed,
            first: scaled(&re),
            second: scaled(&im),
        }
    }

    /// The seed of this relief.
    pub fn seed(&self) -> u32 {
        self.seed
    }

    /// Statistical terrain of a box at 30″: embedded heights plus relief, zero over sea.
    ///
    /// Nodes stand on multiples of 30″; the box is widened to the next ones. Over 7 million nodes
    /// take about 0.1 s. The relief has a seam at 180° of longitude and repeats, slowly changing,
    /// every 8.5°.
    ///
    /// # Errors
    /// [`WorldError`] if the box is empty or the grid too large.
    pub fn grid(&self, bounds: &Bounds) -> Result<Grid, WorldError> {
        crate::error::cells(bounds, 1.0 / FINE_PER_DEG as f64)?;
        let outward = |degrees: f64, up: bool| {
            let nodes = degrees * FINE_PER_DEG as f64;
            let whole = if up {
                (nodes - 1e-7).ceil()
            } else {
                (nodes + 1e-7).floor()
            };
            whole as i64
        };
        let (north, south) = (
            outward(bounds.north_deg, true),
            outward(bounds.south_deg, false),
        );
        let (west, east) = (
            outward(bounds.west_deg, false),
            outward(crate::error::east_of_west(bounds), true),
        );
        let (rows, cols) = ((north - south + 1) as usize, (east - west + 1) as usize);
        if rows * cols > NODE_LIMIT {
            return Err(WorldError::TooLarge {
                nodes: (rows * cols) as f64,
                limit: NODE_LIMIT,
            });
        }
        let step = 1.0 / FINE_PER_DEG as f64;
        let columns: Vec<Column> = (west..=east).map(Column::new).collect();
        let mut values = vec![0.0_f32; rows * cols];
        let mut units = vec![0_u8; cols];
        let mut scratch = Vec::new();
        for (node, line) in (south..=north).rev().zip(values.chunks_exact_mut(cols)) {
            let lat = node as f64 / FINE_PER_DEG as f64;
            let first = west as f64 / FINE_PER_DEG as f64;
            topology().row(lat, first, step, &mut scratch, &mut units);
            self.fill(node, &columns, &units, line);
        }
        Ok(Grid {
            north_deg: north as f64 / FINE_PER_DEG as f64,
            west_deg: west as f64 / FINE_PER_DEG as f64,
            step_lat_deg: step,
            step_lon_deg: step,
            rows,
            cols,
            values,
        })
    }

    fn fill(&self, node: i64, columns: &[Column], units: &[u8], line: &mut [f32]) {
        let lat = node as f64 / FINE_PER_DEG as f64;
        let coarse = coarse();
        let rows = coarse_rows(lat);
        let patch = (-node).rem_euclid(PATCH_NODES) as usize * PATCH;
        let angle = std::f64::consts::TAU * node as f64 / NODES_PER_TURN;
        let (s, c) = (sin(angle), cos(angle));
        for ((column, unit), value) in columns.iter().zip(units).zip(line) {
            if *unit == 0 {
                *value = water_m(lat, column.lon_deg);
                continue;
            }
            let i = patch + column.patch;
            let first = f64::from(self.first[i]);
            let second = f64::from(self.second[i]);
            let (cm, sm) = (
                c * column.cos - s * column.sin,
                s * column.cos + c * column.sin,
            );
            let relief = cm * first + sm * second;
            let height = mix(&coarse.height_m, rows, column.coarse);
            let sigma = mix(&coarse.sigma_m, rows, column.coarse);
            *value = (height + sigma * relief) as f32;
        }
    }

    /// Statistical height at one point, metres above sea: bilinear between nodes of 30″.
    ///
    /// Some microseconds: for many points make a grid.
    pub fn height_m(&self, at: LatLon) -> f64 {
        let at = wrap_lon(at);
        let (y, x) = (
            at.lat_deg * FINE_PER_DEG as f64,
            at.lon_deg * FINE_PER_DEG as f64,
        );
        let (row, col) = (y.floor(), x.floor());
        let node = |dr: i64, dc: i64| {
            let column = Column::new(col as i64 + dc);
            let lat = (row as i64 + dr) as f64 / FINE_PER_DEG as f64;
            let unit = topology().unit_at(LatLon::new(lat, column.lon_deg));
            let mut value = [0.0];
            self.fill(row as i64 + dr, &[column], &[unit], &mut value);
            f64::from(value[0])
        };
        let (fy, fx) = (y - row, x - col);
        let south = node(0, 0) + (node(0, 1) - node(0, 0)) * fx;
        let north = node(1, 0) + (node(1, 1) - node(1, 0)) * fx;
        south + (north - south) * fy
    }
}

/// What a column of the fine grid needs on every row.
struct Column {
    lon_deg: f64,
    coarse: (usize, usize, f64),
    patch: usize,
    sin: f64,
    cos: f64,
}

impl Column {
    fn new(node: i64) -> Self {
        let node = (node + FINE_COLS / 2).rem_euclid(FINE_COLS) - FINE_COLS / 2;
        let lon_deg = node as f64 / FINE_PER_DEG as f64;
        let angle = std::f64::consts::TAU * TURNS * node as f64 / FINE_COLS as f64;
        Self {
            lon_deg,
            coarse: coarse_cols(lon_deg),
            patch: node.rem_euclid(PATCH_NODES) as usize,
            sin: sin(angle),
            cos: cos(angle),
        }
    }
}

/// Two independent standard normal numbers (Box and Muller) for one wave of one seed.
fn normal_pair(seed: u32, wave: u32) -> (f64, f64) {
    /// Sets the relief apart from every other use of the generator.
    const PURPOSE: u32 = 0x7E44_A104;
    let words = philox4x32([wave, 0, 0, PURPOSE], [seed, 0]);
    let unit = |word: u32| (f64::from(word) + 0.5) * (1.0 / 4_294_967_296.0);
    let radius = (-2.0 * ln(unit(words[0]))).sqrt();
    let angle = std::f64::consts::TAU * unit(words[1]);
    (radius * cos(angle), radius * sin(angle))
}

/// Statistical terrain of a box at 30″ for a seed: see [`Relief::grid`], which saves remaking the
/// relief for several boxes.
///
/// # Errors
/// [`WorldError`] if the box is empty or the grid too large.
pub fn statistical_grid(bounds: &Bounds, seed: u32) -> Result<Grid, WorldError> {
    Relief::new(seed).grid(bounds)
}

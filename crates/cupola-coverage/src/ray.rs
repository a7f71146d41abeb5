//! Geodesic rays from a site, in the coordinates of a terrain grid, fast enough to march.
//!
//! A ray is integrated on the WGS 84 ellipsoid in segments of at most 16 km (Runge–Kutta of
//! fourth order); inside a segment the grid coordinates are cubics through both ends and their
//! directions. The test holds it within a millimetre of `geodesy::direct`. This is here, and not
//! `geodesy::Ray`, because a run looks at the ground 10⁸ times: a cubic is two short chains of
//! multiplications where a ray of the local frame is roots and quotients.

use cupola_units::{LatLon, math};
use cupola_world::Grid;

/// Equatorial radius of WGS 84, metres.
const A_M: f64 = cupola_units::EARTH_RADIUS_EQUATORIAL_M;
/// First eccentricity squared of WGS 84.
const E2: f64 = 0.006_694_379_990_141_316;
/// Longest segment that one cubic stands for, metres.
const SEGMENT_M_MAX: f64 = 16_000.0;

/// Grid coordinates along one segment of a ray: cubics in t = 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment {
    x: [f64; 4],
    y: [f64; 4],
}

impl Segment {
    /// Column and row coordinates at the part `t` of the segment.
    #[inline]
    pub(crate) fn at(&self, t: f64) -> (f64, f64) {
        let (x, y) = (&self.x, &self.y);
        (
            ((x[3] * t + x[2]) * t + x[1]) * t + x[0],
            ((y[3] * t + y[2]) * t + y[1]) * t + y[0],
        )
    }
}

/// How many samples one segment holds when they stand `spacing_m` apart.
pub(crate) fn samples_per_segment(spacing_m: f64) -> usize {
    ((SEGMENT_M_MAX / spacing_m) as usize).max(1)
}

/// A geodesic that starts at a site and is asked for its next segment again and again.
#[derive(Clone, Debug)]
pub(crate) struct Ray<'a> {
    grid: &'a Grid,
    /// Latitude, longitude, azimuth, radians.
    state: [f64; 3],
    length_m: f64,
}

impl<'a> Ray<'a> {
    /// A ray from `from` towards `azimuth_rad` (clockwise from north), cut in segments of
    /// `length_m`. Not valid through a pole.
    pub(crate) fn new(grid: &'a Grid, from: LatLon, azimuth_rad: f64, length_m: f64) -> Self {
        let turns = ((from.lon_deg - grid.west_deg) / 360.0).floor();
        let lon_deg = from.lon_deg - 360.0 * turns;
        let state = [
            math::radians_from_degrees(from.lat_deg),
            math::radians_from_degrees(lon_deg),
            azimuth_rad,
        ];
        Self {
            grid,
            state,
            length_m,
        }
    }

    /// The next segment; the ray moves on by its length.
    pub(crate) fn next_segment(&mut self) -> Segment {
        let (s0, v0) = (self.state, slope(self.state));
        let h = self.length_m;
        let step = |v: [f64; 3], h: f64| [s0[0] + h * v[0], s0[1] + h * v[1], s0[2] + h * v[2]];
        let v1 = slope(step(v0, 0.5 * h));
        let v2 = slope(step(v1, 0.5 * h));
        let v3 = slope(step(v2, h));
        let mean = |i: usize| (v0[i] + 2.0 * (v1[i] + v2[i]) + v3[i]) / 6.0;
        let s1 = step([mean(0), mean(1), mean(2)], h);
        self.state = s1;
        let end = slope(s1);
        let g = self.grid;
        let row = |lat: f64| (g.north_deg - math::degrees_from_radians(lat)) / g.step_lat_deg;
        let col = |lon: f64| (math::degrees_from_radians(lon) - g.west_deg) / g.step_lon_deg;
        let (per_row, per_col) = (
            -math::degrees_from_radians(h) / g.step_lat_deg,
            math::degrees_from_radians(h) / g.step_lon_deg,
        );
        Segment {
            x: hermite(col(s0[1]), col(s1[1]), v0[1] * per_col, end[1] * per_col),
            y: hermite(row(s0[0]), row(s1[0]), v0[0] * per_row, end[0] * per_row),
        }
    }
}

/// Rate of change of (latitude, longitude, azimuth) per metre along a geodesic.
fn slope([lat, _, azimuth]: [f64; 3]) -> [f64; 3] {
    let (s, c) = (math::sin(lat), math::cos(lat));
    let w2 = 1.0 - E2 * s * s;
    let prime_vertical_m = A_M / w2.sqrt();
    let meridian_m = prime_vertical_m * (1.0 - E2) / w2;
    let east = math::sin(azimuth) / (prime_vertical_m * c);
    [math::cos(azimuth) / meridian_m, east, east * s]
}

/// Coefficients of the cubic with the given values and slopes at 0 and 1.
fn hermite(a: f64, b: f64, slope_a: f64, slope_b: f64) -> [f64; 4] {
    let d = b - a;
    [
        a,
        slope_a,
        3.0 * d - 2.0 * slope_a - slope_b,
        slope_a + slope_b - 2.0 * d,
    ]
}

/// Bilinear terrain in grid coordinates, without the bookkeeping of [`Grid::bilinear`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surface<'a> {
    values: &'a [f32],
    cols: usize,
    x_max: f64,
    y_max: f64,
}

impl<'a> Surface<'a> {
    /// The surface of a grid; a grid of fewer than 2 × 2 nodes is void everywhere.
    pub(crate) fn new(grid: &'a Grid) -> Self {
        let whole = grid.rows >= 2 && grid.cols >= 2 && grid.values.len() == grid.rows * grid.cols;
        Self {
            values: &grid.values,
            cols: grid.cols,
            x_max: if whole { (grid.cols - 1) as f64 } else { -1.0 },
            y_max: if whole { (grid.rows - 1) as f64 } else { -1.0 },
        }
    }

    /// Height at column `x`, row `y`; NaN outside and where a neighbouring node is void.
    #[inline]
    pub(crate) fn at(&self, (x, y): (f64, f64)) -> f64 {
        let inside = x >= 0.0 && y >= 0.0 && x <= self.x_max && y <= self.y_max;
        if !inside {
            return f64::NAN;
        }
        let (col, row) = (
            x.min(self.x_max - 1.0) as usize,
            y.min(self.y_max - 1.0) as usize,
        );
        let (fx, fy) = (x - col as f64, y - row as f64);
        let i = row * self.cols + col;
        let top = &self.values[i..i + 2];
        let bottom = &self.values[i + self.cols..i + self.cols + 2];
        let [a, b, c, d] = [top[0], top[1], bottom[0], bottom[1]].map(f64::from);
        let north = a + (b - a) * fx;
        let south = c + (d - c) * fx;
        north + (south - north) * fy
    }
}

#[cfg(test)]
mod tests {
    use cupola_world::geodesy;

    use super::*;

    #[test]
    fn val_rays_follow_the_geodesic_within_a_millimetre() {
        let grid = Grid {
            north_deg: 75.0,
            west_deg: 10.0,
            step_lat_deg: 1.0 / 120.0,
            step_lon_deg: 1.0 / 60.0,
            rows: 0,
            cols: 0,
            values: Vec::new(),
        };
        for lat_deg in [-48.0, 0.0, 49.8, 69.0] {
            let from = LatLon::new(lat_deg, 24.0);
            for azimuth in [0.0, 0.7, 1.6, 2.9, 3.7, 5.9] {
                let mut ray = Ray::new(&grid, from, azimuth, 16_000.0);
                for segment in 0..30 {
                    let part = ray.next_segment();
                    for t in [0.25, 0.6, 1.0] {
                        let distance_m = (f64::from(segment) + t) * 16_000.0;
                        let truth = geodesy::direct(from, azimuth, distance_m);
                        let (x, y) = part.at(t);
                        let got = LatLon::new(75.0 - y / 120.0, 10.0 + x / 60.0);
                        let off_m = geodesy::inverse(truth, got).distance_m;
                        assert!(off_m < 0.001, "{from} {azimuth} {distance_m}: {off_m} m");
                    }
                }
            }
        }
    }

    #[test]
    fn the_surface_is_the_bilinear_grid() {
        let grid = Grid {
            north_deg: 10.0,
            west_deg: 20.0,
            step_lat_deg: 0.5,
            step_lon_deg: 0.25,
            rows: 3,
            cols: 4,
            values: vec![
                1.0,
                5.0,
                2.0,
                8.0,
                3.0,
                3.5,
                9.0,
                1.0,
                7.0,
                6.0,
                f32::NAN,
                4.0,
            ],
        };
        let surface = Surface::new(&grid);
        for (x, y) in [
            (0.0, 0.0),
            (0.3, 0.9),
            (3.0, 1.0),
            (2.5, 0.5),
            (1.0, 2.0),
            (3.0, 2.0),
        ] {
            let at = LatLon::new(10.0 - y * 0.5, 20.0 + x * 0.25);
            let (got, truth) = (surface.at((x, y)), grid.bilinear(at));
            assert_eq!(truth.is_some(), !got.is_nan(), "{x} {y}");
            assert!(
                truth.is_none_or(|truth| (got - truth).abs() < 1e-12),
                "{x} {y}"
            );
        }
        assert!(surface.at((3.001, 1.0)).is_nan());
        assert!(surface.at((1.0, -0.001)).is_nan());
    }
}

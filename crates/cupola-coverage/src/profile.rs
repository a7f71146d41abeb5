//! One line of sight: the ground along it, the lowest height seen over every point, what blocks it.
//!
//! In double precision and without short cuts, by the definition that the floor fields follow: on
//! cells in metres the ground at every crossing with a row or column of cell centres (R3), on
//! latitude and longitude samples along the geodesic. Not here: fields (`sweep`, `polar_floor`).

use cupola_units::LatLon;
use cupola_world::Grid;
use cupola_world::geodesy;

use crate::CoverageError;
use crate::sweep::Dem;

/// How a line is looked along.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SightLine {
    /// Height of the antenna above its ground, metres.
    pub mast_m: f64,
    /// Effective-Earth factor.
    pub k: f64,
    /// Radius of the Earth, metres.
    pub earth_radius_m: f64,
}

/// A point of the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProfilePoint {
    /// Ground distance from the antenna, metres.
    pub distance_m: f64,
    /// Ground above sea, metres.
    pub ground_m: f64,
    /// How far the effective Earth has fallen away, metres: d²/2kR.
    pub drop_m: f64,
    /// Lowest visible height above sea, metres; NaN behind unknown ground.
    pub floor_m: f64,
}

/// A line of sight from an antenna to a last point.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Height of the antenna above sea, metres.
    pub antenna_m: f64,
    /// The antenna's own place first, the end last.
    pub points: Vec<ProfilePoint>,
    /// The point over which the line to the end of the profile passes lowest: what blocks the sight
    /// to whatever is lower there. `None` when nothing lies between, or unknown ground does.
    pub blocked_by: Option<usize>,
}

impl Profile {
    /// Lowest visible height above ground at the end, metres; NaN behind unknown ground.
    pub fn floor_at_end_m(&self) -> f64 {
        self.points
            .last()
            .map_or(f64::NAN, |end| end.floor_m - end.ground_m)
    }
}

/// The profile over ground at given distances, ascending; the first is the antenna's own place.
fn along(line: &SightLine, ground: &[(f64, f64)]) -> Profile {
    let per_drop = 1.0 / (2.0 * line.k * line.earth_radius_m);
    let antenna_m = ground.first().map_or(0.0, |(_, z)| *z) + line.mast_m;
    let mut profile = Profile {
        antenna_m,
        points: Vec::with_capacity(ground.len()),
        blocked_by: None,
    };
    let (mut steepest, mut known) = (f64::NEG_INFINITY, true);
    for (i, &(distance_m, ground_m)) in ground.iter().enumerate() {
        let drop_m = distance_m * distance_m * per_drop;
        known &= !ground_m.is_nan();
        let sight_m = antenna_m + steepest * distance_m + drop_m;
        let floor_m = match (known, i) {
            (false, _) => f64::NAN,
            (true, 0) => ground_m,
            (true, _) => ground_m.max(sight_m),
        };
        profile.points.push(ProfilePoint {
            distance_m,
            ground_m,
            drop_m,
            floor_m,
        });
        let slope = (ground_m - drop_m - antenna_m) / distance_m;
        if i > 0 && i + 1 < ground.len() && slope > steepest {
            steepest = slope;
            profile.blocked_by = Some(i);
        }
    }
    if !known {
        profile.blocked_by = None;
    }
    profile
}

/// The profile between the centres of two cells (row, column).
///
/// # Errors
/// [`CoverageError::DemShape`], and [`CoverageError::SensorOffGround`] when an end is off the grid
/// or the ground of the first is unknown.
pub fn profile_over_cells(
    dem: &Dem<'_>,
    line: &SightLine,
    from: (usize, usize),
    to: (usize, usize),
) -> Result<Profile, CoverageError> {
    if dem.rows.checked_mul(dem.cols) != Some(dem.heights_m.len()) {
        return Err(CoverageError::DemShape {
            rows: dem.rows,
            cols: dem.cols,
            values: dem.heights_m.len(),
        });
    }
    for (row, col) in [from, to] {
        if row >= dem.rows || col >= dem.cols {
            return Err(CoverageError::SensorOffGround { row, col });
        }
    }
    let height = |row: usize, col: usize| f64::from(dem.heights_m[row * dem.cols + col]);
    if height(from.0, from.1).is_nan() {
        let (row, col) = from;
        return Err(CoverageError::SensorOffGround { row, col });
    }
    let (rows, cols) = (from.0.abs_diff(to.0), from.1.abs_diff(to.1));
    let step = |a: usize, b: usize, by: usize| if b >= a { a + by } else { a - by };
    let length_m = dem.cell_m * ((rows * rows + cols * cols) as f64).sqrt();
    let mut ground = vec![(0.0, height(from.0, from.1))];
    // Between the two neighbours `low` and `low + 1` steps along the other axis.
    let crossing = |i: usize, of: usize, across: usize, at: &dyn Fn(usize) -> f64| {
        let (low, over) = (across * i / of, across * i % of);
        let part = over as f64 / of as f64;
        let a = at(low);
        let z = if over == 0 {
            a
        } else {
            a + part * (at(low + 1) - a)
        };
        (length_m * (i as f64 / of as f64), z)
    };
    for i in 1..cols {
        let col = step(from.1, to.1, i);
        ground.push(crossing(i, cols, rows, &|low| {
            height(step(from.0, to.0, low), col)
        }));
    }
    for i in 1..rows {
        // A corner of the grid is met once.
        if cols > 0 && (cols * i).is_multiple_of(rows) {
            continue;
        }
        let row = step(from.0, to.0, i);
        ground.push(crossing(i, rows, cols, &|low| {
            height(row, step(from.1, to.1, low))
        }));
    }
    if length_m > 0.0 {
        ground.push((length_m, height(to.0, to.1)));
    }
    ground.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(along(line, &ground))
}

/// The profile along the geodesic between two points, with samples half a cell apart.
pub fn profile_over_degrees(grid: &Grid, line: &SightLine, from: LatLon, to: LatLon) -> Profile {
    /// Metres of a degree of latitude.
    const DEGREE_M: f64 = 111_195.0;
    const SAMPLES_MAX: usize = 200_000;
    let path = geodesy::inverse(from, to);
    let spacing_m = (grid.step_lat_deg * DEGREE_M / 2.0).max(1.0);
    let samples = ((path.distance_m / spacing_m).ceil() as usize).clamp(1, SAMPLES_MAX);
    let ground: Vec<(f64, f64)> = (0..=samples)
        .map(|i| {
            let distance_m = path.distance_m * (i as f64 / samples as f64);
            let at = if i == samples {
                to
            } else {
                geodesy::direct(from, path.azimuth_rad, distance_m)
            };
            (distance_m, grid.bilinear(at).unwrap_or(f64::NAN))
        })
        .collect();
    along(line, &ground)
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;

//! Floor fields on projected grids in metres: every cell of an elevation model, seen from one.
//!
//! Rays run from the sensor to the cells of the border and advance together, ring by ring (a ring
//! is a row or column at a given distance). Each ray meets the ground where it crosses a row or a
//! column of cell centres, by linear interpolation between the two neighbours, and remembers the
//! steepest line of sight; a cell's floor is read off between the two rays beside it. That is the
//! cell-crossing definition (R3) but for the last interpolation, whose error the tests bound.
//!
//! Groups of rays are passed over while no ground under them can rise above their lines of sight,
//! which beyond the first tens of kilometres is nearly always.
//!
//! Invariants: the same bits for any number of threads and any kind of vector; no fused
//! multiply-add; the only `unsafe` of the crate is in `sweep::simd`.
//!
//! # Source
//! Rings and rays in the manner of R2 and R3: W. R. Franklin, C. K. Ray, S. Mehta, "Geometric
//! algorithms for siting of air defense missile batteries", 1994.

mod cut;
mod kernel;
mod reach;
mod simd;
mod wedge;

use std::sync::Mutex;

use cupola_units::EARTH_RADIUS_EQUATORIAL_M;

use crate::CoverageError;

pub use kernel::rays_per_unit;
pub use simd::SimdPath;
pub(crate) use simd::{Block, Job, LANES, Lanes};

/// An elevation model: heights above sea (metres) of square cells, row by row from the north; NaN
/// is unknown.
#[derive(Clone, Copy, Debug)]
pub struct Dem<'a> {
    /// Heights at the cell centres, `rows × cols`.
    pub heights_m: &'a [f32],
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Side of a cell, metres.
    pub cell_m: f64,
}

/// The height that a floor field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FloorHeight {
    /// Above the ground of the cell.
    #[default]
    AboveGround,
    /// Above sea.
    AboveSea,
    /// Above sea, of the line of sight itself, which passes below the ground of a cell in full
    /// view: for targets that stand on other ground than hides them.
    Line,
}

/// Where the sensor stands and how it sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SweepSettings {
    /// Row and column of the sensor's cell.
    pub sensor: (usize, usize),
    /// Height of the antenna above the ground of that cell, metres.
    pub mast_m: f64,
    /// Effective-Earth factor; infinite for a flat Earth.
    pub k: f64,
    /// Radius of the Earth, metres.
    pub earth_radius_m: f64,
    /// Farthest cells wanted (distance between cell centres), metres; `None` for all.
    pub radius_m: Option<f64>,
    /// Which height is wanted.
    pub height: FloorHeight,
}

impl SweepSettings {
    /// A radar on a mast of this height in a cell: 4/3 Earth, no limit, heights above ground.
    pub fn radar(sensor: (usize, usize), mast_m: f64) -> Self {
        Self {
            sensor,
            mast_m,
            k: 4.0 / 3.0,
            earth_radius_m: EARTH_RADIUS_EQUATORIAL_M,
            radius_m: None,
            height: FloorHeight::AboveGround,
        }
    }
}

/// The lowest height (metres) at which a target over each cell is in line of sight, row by row.
///
/// NaN where the ground is unknown, where unknown ground lies between, and beyond the radius. The
/// sensor's own cell has its ground.
///
/// # Errors
/// [`CoverageError::DemShape`] if the heights are not `rows × cols`, or too many;
/// [`CoverageError::SensorOffGround`] if the sensor is outside or its ground unknown;
/// [`CoverageError::SweepNumber`] if a setting is not a number that makes sense.
///
/// ```
/// use cupola_coverage::sweep::{Dem, SweepSettings, floor_field};
/// let dem = Dem { heights_m: &[100.0; 401 * 401], rows: 401, cols: 401, cell_m: 100.0 };
/// let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
/// let floors = floor_field(&dem, &SweepSettings::radar((200, 0), 12.0), &pool)?;
/// // Behind the horizon at 14.3 km the floor is (d − 14.3 km)² / 2kR: 38.9 m at 40 km.
/// assert!((floors[200 * 401 + 400] - 38.9).abs() < 0.1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn floor_field(
    dem: &Dem<'_>,
    settings: &SweepSettings,
    pool: &rayon::ThreadPool,
) -> Result<Vec<f32>, CoverageError> {
    check(dem, settings)?;
    let mut floors = vec![0.0; dem.heights_m.len()];
    floor_field_into(dem, settings, pool, SimdPath::best(), &mut floors)?;
    Ok(floors)
}

/// [`floor_field`] into memory of the caller, with a chosen kind of vector.
///
/// A kind that the processor lacks is replaced by plain Rust; the bits are the same.
///
/// # Errors
/// As [`floor_field`]; the answer must be as long as the heights.
pub fn floor_field_into(
    dem: &Dem<'_>,
    settings: &SweepSettings,
    pool: &rayon::ThreadPool,
    path: SimdPath,
    floors: &mut [f32],
) -> Result<(), CoverageError> {
    check(dem, settings)?;
    if floors.len() != dem.heights_m.len() {
        return Err(CoverageError::DemShape {
            rows: dem.rows,
            cols: dem.cols,
            values: floors.len(),
        });
    }
    let threads = pool.current_num_threads();
    sweep(dem, settings, threads, floors, |work| {
        pool.broadcast(|_| path.run(work));
    });
    Ok(())
}

/// [`floor_field_into`] on this thread, for inputs that [`check_sweep`] found fine.
pub(crate) fn sweep_here(
    dem: &Dem<'_>,
    settings: &SweepSettings,
    path: SimdPath,
    floors: &mut [f32],
) {
    sweep(dem, settings, 1, floors, |work| path.run(work));
}

fn sweep(
    dem: &Dem<'_>,
    settings: &SweepSettings,
    threads: usize,
    floors: &mut [f32],
    run: impl FnOnce(&wedge::Work<'_, '_>),
) {
    cut::void_beyond(dem, settings, floors);
    let ground_m = dem.heights_m[settings.sensor.0 * dem.cols + settings.sensor.1];
    let curve_m = dem.cell_m * dem.cell_m / (2.0 * settings.k * settings.earth_radius_m);
    let scene = kernel::Scene {
        antenna_m: (f64::from(ground_m) + settings.mast_m) as f32,
        curve_m: curve_m as f32,
        height: settings.height,
    };
    let at_sensor_m = match scene.height {
        FloorHeight::AboveGround => 0.0,
        FloorHeight::AboveSea | FloorHeight::Line => ground_m,
    };
    // Eight half sectors feed four threads well.
    let cuts = threads.div_ceil(4).min(8);
    let wedges = Mutex::new(cut::wedges(dem, settings, cuts, at_sensor_m, floors));
    let work = wedge::Work {
        dem: dem.heights_m,
        cols: dem.cols,
        sensor: settings.sensor,
        scene,
        wedges: &wedges,
    };
    run(&work);
}

/// Whether a sweep can be computed.
///
/// # Errors
/// As [`floor_field`].
pub fn check_sweep(dem: &Dem<'_>, settings: &SweepSettings) -> Result<(), CoverageError> {
    check(dem, settings)
}

fn check(dem: &Dem<'_>, settings: &SweepSettings) -> Result<(), CoverageError> {
    /// Beyond this a place between two rays is too coarse in single precision.
    const SIDE_MAX: usize = 1 << 17;
    let (rows, cols) = (dem.rows, dem.cols);
    let whole = rows.checked_mul(cols) == Some(dem.heights_m.len());
    if !whole || rows > SIDE_MAX || cols > SIDE_MAX {
        return Err(CoverageError::DemShape {
            rows,
            cols,
            values: dem.heights_m.len(),
        });
    }
    let (row, col) = settings.sensor;
    let inside = row < rows && col < cols;
    if !inside || !dem.heights_m[row * cols + col].is_finite() {
        return Err(CoverageError::SensorOffGround { row, col });
    }
    let number = |name, value: f64, fine: bool| {
        if fine {
            Ok(())
        } else {
            Err(CoverageError::SweepNumber { name, value })
        }
    };
    let radius_m = settings.radius_m.unwrap_or(0.0);
    number(
        "cell_m",
        dem.cell_m,
        dem.cell_m > 0.0 && dem.cell_m.is_finite(),
    )?;
    number("mast_m", settings.mast_m, settings.mast_m.is_finite())?;
    number("k", settings.k, settings.k > 0.0)?;
    let radius = settings.earth_radius_m;
    number("earth_radius_m", radius, radius > 0.0)?;
    number("radius_m", radius_m, radius_m >= 0.0)
}

#[cfg(test)]
#[path = "../sweep_oracle_tests.rs"]
mod oracle_tests;
#[cfg(test)]
#[path = "../sweep_tests.rs"]
pub(crate) mod tests;

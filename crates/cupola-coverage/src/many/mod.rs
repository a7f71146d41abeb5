//! Floors of many sites over tiles that need not fit in memory together.
//!
//! Each site gets the ground around it on its own square cells (`window`), the ring sweep runs over
//! them on one thread, and what is kept is 16-bit floors or bits at the nodes of a lattice that all
//! sites share. Sites are computed side by side in the caller's pool; the answer does not depend on
//! how many threads there are.
//!
//! Not here: where tiles and answers are on disk, and in which order sites are taken.

mod lattice;
mod tiles;
mod window;

use std::sync::Mutex;

use cupola_units::{EARTH_RADIUS_EQUATORIAL_M, LatLon};
use rayon::prelude::*;

use crate::CoverageError;
use crate::sweep::{
    Block, Dem, FloorHeight, Job, LANES, Lanes, SimdPath, SweepSettings, check_sweep, sweep_here,
};

pub use lattice::{Lattice, NEVER_M, NodeFloors, NodeWindow};
pub use tiles::{Cell, LoadError, Tile, TileSet, cells_of};

/// How all sites of a batch are computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ManySettings {
    /// Effective-Earth factor.
    pub k: f64,
    /// Radius of the Earth, metres.
    pub earth_radius_m: f64,
    /// Farthest ground distance, metres.
    pub range_m: f64,
    /// Side of the cells on which lines of sight are followed, metres.
    pub cell_m: f64,
}

impl Default for ManySettings {
    fn default() -> Self {
        Self {
            k: 4.0 / 3.0,
            earth_radius_m: EARTH_RADIUS_EQUATORIAL_M,
            range_m: 150_000.0,
            cell_m: 90.0,
        }
    }
}

/// A place where an antenna may stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Position.
    pub at: LatLon,
    /// Height of the antenna above the ground, metres.
    pub mast_m: f64,
}

/// The floors around one site on its own cells: an azimuthal equidistant plane, north up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteFloors {
    /// Where the antenna stands.
    pub at: LatLon,
    /// Height of the ground there, metres above sea.
    pub ground_m: f64,
    /// Side of a cell, metres.
    pub cell_m: f64,
    /// Cells from the site to each edge; the side is twice that and one.
    pub half: usize,
    /// Lowest visible height above ground, whole metres rounded up, row by row from the north;
    /// [`NEVER_M`] where there is none below 65,535 m, where the ground is unknown, and beyond the
    /// range.
    pub floors_m: Vec<u16>,
}

/// Memory that one thread uses for one site after another.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    heights_m: Vec<f32>,
    floors_m: Vec<f32>,
    kept: SiteFloors,
}

/// The floors around one site, computed on this thread; they stay in the scratch memory, whose
/// pages are then asked of the system once and not for every site.
///
/// # Errors
/// [`CoverageError::SiteOffGround`] where no ground is known at the site;
/// [`CoverageError::SweepNumber`] and [`CoverageError::DemShape`] for settings that make no sense.
pub fn site_floors<'a>(
    tiles: &TileSet,
    site: &Candidate,
    settings: &ManySettings,
    scratch: &'a mut Scratch,
) -> Result<&'a mut SiteFloors, CoverageError> {
    let layout = layout(settings)?;
    let path = SimdPath::best();
    window::fill(tiles, site.at, &layout, path, &mut scratch.heights_m);
    let (side, half) = (layout.side(), layout.half);
    let ground_m = scratch.heights_m[half * side + half];
    if !ground_m.is_finite() {
        return Err(CoverageError::SiteOffGround { at: site.at });
    }
    let dem = Dem {
        heights_m: &scratch.heights_m,
        rows: side,
        cols: side,
        cell_m: settings.cell_m,
    };
    let sweep = SweepSettings {
        sensor: (half, half),
        mast_m: site.mast_m,
        k: settings.k,
        earth_radius_m: settings.earth_radius_m,
        radius_m: Some(settings.range_m),
        height: FloorHeight::AboveGround,
    };
    check_sweep(&dem, &sweep)?;
    scratch.floors_m.resize(side * side, 0.0);
    sweep_here(&dem, &sweep, path, &mut scratch.floors_m);
    let kept = &mut scratch.kept;
    kept.floors_m.resize(side * side, 0);
    path.run(Rounding {
        from: &scratch.floors_m,
        to: &mut kept.floors_m,
    });
    (kept.at, kept.ground_m) = (site.at, f64::from(ground_m));
    (kept.cell_m, kept.half) = (settings.cell_m, half);
    Ok(kept)
}

/// The floors around many sites, computed side by side in the pool; each is lent to `keep`, which
/// may take what it needs, and only that stays in memory.
///
/// The answer is in the order of `sites` and has the same bytes for any number of threads. `go_on`
/// is asked before each site; sites that it stops are `None`.
pub fn many<T: Send>(
    tiles: &TileSet,
    sites: &[Candidate],
    settings: &ManySettings,
    pool: &rayon::ThreadPool,
    keep: &(dyn Fn(&mut SiteFloors) -> T + Sync),
    go_on: &(dyn Fn() -> bool + Sync),
) -> Vec<Option<Result<T, CoverageError>>> {
    // As many as there are threads at most: memory goes from site to site.
    let spare: Mutex<Vec<Scratch>> = Mutex::default();
    let take = || spare.lock().ok().and_then(|mut spare| spare.pop());
    let one = |site: &Candidate| {
        go_on().then(|| {
            let mut scratch = take().unwrap_or_default();
            let kept = site_floors(tiles, site, settings, &mut scratch).map(keep);
            if let Ok(mut spare) = spare.lock() {
                spare.push(scratch);
            }
            kept
        })
    };
    pool.install(|| sites.par_iter().with_max_len(1).map(one).collect())
}

/// The cells whose tiles a site needs.
pub fn cells_of_site(at: LatLon, range_m: f64) -> Vec<Cell> {
    cells_of(&lattice::around(at, range_m))
}

fn layout(settings: &ManySettings) -> Result<window::Layout, CoverageError> {
    /// Beyond this the window is larger than the sweep's single precision bears.
    const HALF_MAX: f64 = 32_768.0;
    let ranges = [
        ("cell_m", settings.cell_m, 1.0, 10_000.0),
        ("range_m", settings.range_m, settings.cell_m, 1_000_000.0),
        ("range_m", settings.range_m / settings.cell_m, 1.0, HALF_MAX),
    ];
    for (name, value, low, high) in ranges {
        if !(low..=high).contains(&value) {
            return Err(CoverageError::SweepNumber { name, value });
        }
    }
    Ok(window::Layout::new(settings.range_m, settings.cell_m))
}

/// All floors of a site as they are kept.
struct Rounding<'a> {
    from: &'a [f32],
    to: &'a mut [u16],
}

impl Job for Rounding<'_> {
    #[expect(
        clippy::inline_always,
        reason = "the loop is compiled once per kind of vector"
    )]
    #[inline(always)]
    fn run<S: Lanes>(self, simd: S) {
        let (from, from_rest) = self.from.as_chunks::<LANES>();
        let (to, to_rest) = self.to.as_chunks_mut::<LANES>();
        for (to, from) in to.iter_mut().zip(from) {
            whole_metres(simd, from, to);
        }
        let (mut last, mut rounded) = ([0.0; LANES], [0; LANES]);
        last[..from_rest.len()].copy_from_slice(from_rest);
        whole_metres(simd, &last, &mut rounded);
        to_rest.copy_from_slice(&rounded[..to_rest.len()]);
    }
}

/// Floors as they are kept: whole metres, rounded up; [`NEVER_M`] from 65,535 m on and for NaN.
///
/// At a whole number of metres a target is seen over the kept floor exactly where it is over the
/// floor itself.
#[expect(
    clippy::inline_always,
    reason = "compiled once per kind of vector, inside the function that has it"
)]
#[inline(always)]
fn whole_metres<S: Lanes>(simd: S, floors_m: &Block, to: &mut [u16; LANES]) {
    // The smaller of NaN and a number is the number.
    let floor = simd.min(simd.load(floors_m), simd.splat(f32::from(NEVER_M)));
    let floor = simd.max(floor, simd.splat(0.0));
    let down = simd.float(simd.truncate(floor));
    let up = simd.add(down, simd.splat(1.0));
    let rounded = simd.select(simd.lt(down, floor), up, down);
    simd.store_u16(simd.truncate(rounded), to);
}

#[cfg(test)]
#[path = "../many_tests.rs"]
mod tests;

//! The floor field of one site on rays and rings, over terrain in latitude and longitude.
//!
//! `floor(d) = max(ground, h_a + d·m + d²/2kR)` with `m` the steepest line of sight to any ground
//! strictly nearer than `d`. Heights are metres above sea, distances metres along the ground.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cupola_units::{EARTH_RADIUS_EQUATORIAL_M, LatLon};
use cupola_world::Grid;
use rayon::prelude::*;

use crate::ray::{Ray, Surface, samples_per_segment};

/// Height of stored zero, metres above sea: below any ground on earth's continents.
const LOWEST_M: f64 = -500.0;
/// Stored steps per metre.
const PER_M: f64 = 2.0;
/// Stored where nothing is ever seen, or the terrain is unknown.
const NEVER: u16 = u16::MAX;
/// Rays handled by one task.
const RAYS_PER_TASK: usize = 60;

/// Where a sensor stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Antenna {
    /// Position.
    pub at: LatLon,
    /// Height of the antenna above its ground, metres.
    pub mast_m: f64,
    /// Height of the ground above sea if it is known better than from the terrain, metres; the
    /// higher of this and the terrain counts.
    pub ground_m: Option<f64>,
    /// Height above sea of an airborne sensor, metres; overrides mast and ground.
    pub altitude_m: Option<f64>,
}

/// How finely and how far lines of sight are followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LosSettings {
    /// Effective-Earth factor: 4/3 for radar in the standard atmosphere, about 7/6 for light.
    pub k: f64,
    /// Radius of the Earth, metres.
    pub earth_radius_m: f64,
    /// Greatest ground distance, metres.
    pub range_m: f64,
    /// Distance between stored rings, metres.
    pub step_m: f64,
    /// Distance between terrain samples, metres; shortened so that it divides `step_m`.
    pub march_m: f64,
    /// Number of rays, the first towards north, clockwise.
    pub azimuths: usize,
    /// Whether the field is the line of sight alone, also where that lies below the ground that was
    /// given: for ground with trees, on which no target stands.
    pub line_only: bool,
}

impl Default for LosSettings {
    fn default() -> Self {
        Self {
            k: 4.0 / 3.0,
            earth_radius_m: EARTH_RADIUS_EQUATORIAL_M,
            range_m: 250_000.0,
            step_m: 500.0,
            march_m: 250.0,
            azimuths: 1440,
            line_only: false,
        }
    }
}

impl LosSettings {
    /// Drop of the effective Earth at one metre.
    fn per_drop(&self) -> f64 {
        1.0 / (2.0 * self.k * self.earth_radius_m)
    }

    /// Distances and drops of the samples along every ray.
    fn profile(&self) -> Profile {
        let step_m = if self.step_m > 0.0 {
            self.step_m
        } else {
            500.0
        };
        let per_ring = (step_m / self.march_m.clamp(1.0, step_m)).ceil() as usize;
        let march_m = step_m / per_ring as f64;
        let rings = (self.range_m.max(0.0) / step_m).ceil() as usize + 1;
        let per_drop = self.per_drop();
        let samples = (1..=(rings - 1) * per_ring).map(|i| {
            let d = i as f64 * march_m;
            Sample {
                distance_m: d,
                per_distance: 1.0 / d,
                drop_m: d * d * per_drop,
            }
        });
        Profile {
            samples: samples.collect(),
            per_ring,
            per_segment: samples_per_segment(march_m),
            march_m,
            step_m,
            rings,
            azimuths: self.azimuths.max(4),
        }
    }
}

/// One place on every ray at which the ground is looked up.
#[derive(Clone, Copy, Debug)]
struct Sample {
    distance_m: f64,
    per_distance: f64,
    /// How far the effective Earth has fallen away, metres: d²/2kR.
    drop_m: f64,
}

/// What all rays of one site have in common.
#[derive(Clone, Debug)]
struct Profile {
    samples: Vec<Sample>,
    per_ring: usize,
    per_segment: usize,
    march_m: f64,
    step_m: f64,
    rings: usize,
    azimuths: usize,
}

/// The steepest line of sight so far along one ray.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    antenna_m: f64,
    slope: f64,
}

impl Sight {
    fn new(antenna_m: f64) -> Self {
        Self {
            antenna_m,
            slope: f64::NEG_INFINITY,
        }
    }

    /// Height of the line of sight at a sample with the given ground, minus infinity where nothing
    /// lies before; the ground then counts as an obstacle for what lies behind it.
    #[inline]
    fn pass(&mut self, sample: &Sample, ground_m: f64) -> f64 {
        let base_m = self.antenna_m + sample.drop_m;
        let line_m = base_m + sample.distance_m * self.slope;
        self.slope = self.slope.max((ground_m - base_m) * sample.per_distance);
        line_m
    }
}

/// The lowest height above sea at which a target is in line of sight of one antenna, on rays and
/// rings around it.
///
/// Stored in half metres, rounded up, from 500 m below to 32,267 m above sea; clones share them.
#[derive(Clone, Debug, PartialEq)]
pub struct PolarFloor {
    at: LatLon,
    antenna_asl_m: f64,
    range_m: f64,
    step_m: f64,
    rings: usize,
    azimuths: usize,
    /// Drop of the effective Earth at one metre, per metre squared: 1/2kR.
    per_drop: f64,
    /// Ray-major: `azimuths × rings`.
    stored: Arc<[u16]>,
}

impl PolarFloor {
    /// Lowest visible height above sea, metres, at a ground distance (metres) and azimuth
    /// (radians, clockwise from north); infinite beyond the range and where the terrain between
    /// is unknown.
    ///
    /// Linear between rings and between rays. The stored heights are rounded up, so the answer
    /// errs by −0 to +0.5 m at the nodes.
    #[inline]
    pub fn floor_asl_m(&self, distance_m: f64, azimuth_rad: f64) -> f64 {
        let reached = distance_m >= 0.0 && distance_m <= self.range_m;
        if !reached || !azimuth_rad.is_finite() || self.rings < 2 {
            return f64::INFINITY;
        }
        let turn = azimuth_rad * (0.5 / std::f64::consts::PI);
        let ray = (turn - turn.floor()) * self.azimuths as f64;
        let ray_low = (ray as usize).min(self.azimuths - 1);
        let ring = distance_m / self.step_m;
        let ring_low = (ring as usize).min(self.rings - 2);
        let ring_part = ring - ring_low as f64;
        let ray_high = if ray_low + 1 == self.azimuths {
            0
        } else {
            ray_low + 1
        };
        let ray_part = ray - ray_low as f64;
        let low = self.between_rings(ray_low, ring_low, ring_part);
        if ray_part == 0.0 || low == f64::INFINITY {
            return low;
        }
        let high = self.between_rings(ray_high, ring_low, ring_part);
        if high == f64::INFINITY {
            return high;
        }
        low + (high - low) * ray_part
    }

    /// The floor, also beyond the range that was followed: there the line of sight over the last
    /// ring goes on, as if no ground further out stood higher. Meant for what flies high.
    #[inline]
    pub fn floor_or_beyond_asl_m(&self, distance_m: f64, azimuth_rad: f64) -> f64 {
        if distance_m <= self.range_m || self.range_m <= 0.0 {
            return self.floor_asl_m(distance_m, azimuth_rad);
        }
        let edge_m = self.range_m;
        let rise_m = self.floor_asl_m(edge_m, azimuth_rad) - self.antenna_asl_m;
        let slope = rise_m / edge_m - edge_m * self.per_drop;
        self.antenna_asl_m + distance_m * slope + distance_m * distance_m * self.per_drop
    }

    /// Linear along one ray; infinite when either end is.
    #[inline]
    fn between_rings(&self, ray: usize, ring: usize, part: f64) -> f64 {
        let i = ray * self.rings + ring;
        let pair = &self.stored[i..i + 2];
        if (pair[0] == NEVER && part < 1.0) || (pair[1] == NEVER && part > 0.0) {
            return f64::INFINITY;
        }
        let (a, b) = (f64::from(pair[0]), f64::from(pair[1]));
        LOWEST_M + (a + (b - a) * part) * (1.0 / PER_M)
    }

    /// Whether a target at a ground distance (metres), azimuth (radians, clockwise from north)
    /// and height above sea (metres) is in line of sight and within the range.
    #[inline]
    pub fn visible(&self, distance_m: f64, azimuth_rad: f64, altitude_asl_m: f64) -> bool {
        altitude_asl_m >= self.floor_asl_m(distance_m, azimuth_rad)
    }

    /// How far the effective Earth falls away at a ground distance, metres: d²/2kR.
    pub fn drop_m(&self, distance_m: f64) -> f64 {
        distance_m * distance_m * self.per_drop
    }

    /// Height of the antenna above sea, metres.
    pub fn antenna_asl_m(&self) -> f64 {
        self.antenna_asl_m
    }

    /// Greatest ground distance that was followed, metres.
    pub fn range_m(&self) -> f64 {
        self.range_m
    }

    /// Where the antenna stands.
    pub fn at(&self) -> LatLon {
        self.at
    }

    /// Distance between stored rings (metres), number of rings (the first at distance 0), and
    /// number of rays.
    pub fn shape(&self) -> (f64, usize, usize) {
        (self.step_m, self.rings, self.azimuths)
    }

    /// Stored floor at a node, metres above sea; infinite where nothing is seen.
    ///
    /// # Panics
    /// If `ray` or `ring` is out of range.
    pub fn node_asl_m(&self, ray: usize, ring: usize) -> f64 {
        assert!(ring < self.rings, "ring {ring} of {}", self.rings);
        match self.stored[ray * self.rings + ring] {
            NEVER => f64::INFINITY,
            stored => LOWEST_M + f64::from(stored) / PER_M,
        }
    }
}

/// The floor field of one site.
///
/// Terrain outside the grid, and void, blocks: behind it nothing counts as seen.
pub fn polar_floor(terrain: &Grid, antenna: &Antenna, settings: &LosSettings) -> PolarFloor {
    let site = Site::new(terrain, antenna, settings);
    let mut stored = vec![NEVER; site.profile.azimuths * site.profile.rings];
    for (task, part) in stored.chunks_mut(site.task_len()).enumerate() {
        site.fill(task, part);
    }
    site.finish(stored, settings)
}

/// The floor fields of many sites, computed in the pool of the caller.
///
/// `progress` is told, from any thread, how many sites are done. The answer is in the order of
/// `antennas` and has the same bytes for any number of threads.
pub fn floors(
    terrain: &Grid,
    antennas: &[Antenna],
    settings: &LosSettings,
    pool: &rayon::ThreadPool,
    progress: &(dyn Fn(usize) + Sync),
) -> Vec<PolarFloor> {
    // Antennas at one post share a field.
    let first_like = |i: usize| antennas[..i].iter().position(|other| *other == antennas[i]);
    let firsts: Vec<Option<usize>> = (0..antennas.len()).map(first_like).collect();
    let done = AtomicUsize::new(0);
    let one = |(antenna, first): (&Antenna, &Option<usize>)| {
        let field = first.is_none().then(|| {
            let site = Site::new(terrain, antenna, settings);
            let mut stored = vec![NEVER; site.profile.azimuths * site.profile.rings];
            let parts = stored.par_chunks_mut(site.task_len()).enumerate();
            parts.for_each(|(task, part)| site.fill(task, part));
            site.finish(stored, settings)
        });
        progress(done.fetch_add(1, Ordering::Relaxed) + 1);
        field
    };
    let found: Vec<Option<PolarFloor>> =
        pool.install(|| antennas.par_iter().zip(&firsts).map(one).collect());
    let of = |i: usize| found[firsts[i].unwrap_or(i)].clone();
    (0..antennas.len()).filter_map(of).collect()
}

/// One site during the computation of its field.
#[derive(Debug)]
struct Site<'a> {
    terrain: &'a Grid,
    surface: Surface<'a>,
    at: LatLon,
    ground_m: f64,
    antenna_asl_m: f64,
    line_only: bool,
    profile: Profile,
}

impl<'a> Site<'a> {
    fn new(terrain: &'a Grid, antenna: &Antenna, settings: &LosSettings) -> Self {
        let here = terrain.rows >= 2 && terrain.cols >= 2;
        let terrain_m = here.then(|| terrain.bilinear(antenna.at)).flatten();
        let lowest = terrain_m.unwrap_or(f64::NEG_INFINITY);
        let ground_m = antenna.ground_m.unwrap_or(lowest).max(lowest);
        let ground_m = if ground_m.is_finite() { ground_m } else { 0.0 };
        Self {
            terrain,
            surface: Surface::new(terrain),
            at: antenna.at,
            ground_m: terrain_m.unwrap_or(ground_m),
            antenna_asl_m: antenna.altitude_m.unwrap_or(ground_m + antenna.mast_m),
            line_only: settings.line_only,
            profile: settings.profile(),
        }
    }

    fn task_len(&self) -> usize {
        RAYS_PER_TASK * self.profile.rings
    }

    /// The rays of one task, into their part of the stored field.
    fn fill(&self, task: usize, part: &mut [u16]) {
        for (i, ray) in part.chunks_mut(self.profile.rings).enumerate() {
            let turn = (task * RAYS_PER_TASK + i) as f64 / self.profile.azimuths as f64;
            let lowest = |ground_m: f64| {
                if self.line_only {
                    f64::NEG_INFINITY
                } else {
                    ground_m
                }
            };
            ray[0] = stored_from_m(lowest(self.ground_m));
            let mut ring = 0;
            self.march(turn * std::f64::consts::TAU, |sample, ground_m, line_m| {
                if (sample + 1) % self.profile.per_ring == 0 {
                    ring += 1;
                    ray[ring] = stored_from_m(line_m.max(lowest(ground_m)));
                }
            });
        }
    }

    /// Follows one ray outwards and hands over (number of the sample from 0, ground, line of sight;
    /// metres above sea) until the range or the first void.
    #[inline]
    fn march(&self, azimuth_rad: f64, mut take: impl FnMut(usize, f64, f64)) {
        let profile = &self.profile;
        let length_m = profile.march_m * profile.per_segment as f64;
        let mut ray = Ray::new(self.terrain, self.at, azimuth_rad, length_m);
        let mut sight = Sight::new(self.antenna_asl_m);
        let per_sample = 1.0 / profile.per_segment as f64;
        for (s, samples) in profile.samples.chunks(profile.per_segment).enumerate() {
            let segment = ray.next_segment();
            for (i, sample) in samples.iter().enumerate() {
                let ground_m = self.surface.at(segment.at((i + 1) as f64 * per_sample));
                if ground_m.is_nan() {
                    return;
                }
                let line_m = sight.pass(sample, ground_m);
                take(s * profile.per_segment + i, ground_m, line_m);
            }
        }
    }

    fn finish(self, stored: Vec<u16>, settings: &LosSettings) -> PolarFloor {
        PolarFloor {
            at: self.at,
            antenna_asl_m: self.antenna_asl_m,
            range_m: settings.range_m.max(0.0),
            step_m: self.profile.step_m,
            rings: self.profile.rings,
            azimuths: self.profile.azimuths,
            per_drop: settings.per_drop(),
            stored: stored.into(),
        }
    }
}

/// A height as it is stored: rounded up to the next half metre.
#[inline]
fn stored_from_m(height_m: f64) -> u16 {
    let steps = ((height_m - LOWEST_M) * PER_M).ceil();
    if steps < f64::from(NEVER) {
        steps.max(0.0) as u16
    } else {
        NEVER
    }
}

#[cfg(test)]
#[path = "polar_tests.rs"]
mod tests;

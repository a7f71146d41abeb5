//! Where a network of sensors and fire units sees and can engage: fields on a raster.
//!
//! For every cell and unit the heights at which it can act on one class of threat are an interval
//! (or several): in line of sight of one of its sensors and within that sensor's range, and inside
//! the envelope of its missile. A field holds the lowest height above ground at which at least `k`
//! units can act at once. Above that height there may be holes (dead zones over a launcher): a
//! floor says from where on, not everywhere above.
//!
//! Slant ranges are reckoned with ground distance and height difference at right angles, which
//! is off by less than 0.1 % within 300 km.

use cupola_units::{LatLon, math};
use cupola_world::Grid;
use cupola_world::geodesy::LocalFrame;
use rayon::prelude::*;

use crate::PolarFloor;
use crate::raster::Raster;

/// Above this height over the ground nothing counts, metres.
pub const HEIGHT_M_MAX: f64 = 30_000.0;
/// Depths that are computed at once.
const DEPTHS_MAX: usize = 4;

/// The part of the horizon that a sensor watches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sector {
    /// Direction of the middle, radians clockwise from north.
    pub facing_rad: f64,
    /// Full width, radians.
    pub width_rad: f64,
}

impl Sector {
    fn holds(&self, azimuth_rad: f64) -> bool {
        let turns = (azimuth_rad - self.facing_rad) / std::f64::consts::TAU;
        let off_turns = (turns - (turns + 0.5).floor()).abs();
        off_turns * std::f64::consts::TAU <= 0.5 * self.width_rad
    }
}

/// The elevations that a sensor watches, above the horizontal at its antenna.
///
/// What flies lower than the lowest beam, or in the cone of silence above the highest, is not seen,
/// though it be in line of sight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beam {
    /// Lowest elevation, radians.
    pub lowest_rad: f64,
    /// Highest elevation, radians; a right angle is no limit.
    pub highest_rad: f64,
}

impl Beam {
    /// Heights above sea of the lowest and the highest beam of an antenna at a ground distance, over
    /// the effective Earth of its line of sight: `h_a + d·tan(elevation) + drop(d)`.
    pub fn heights_asl_m(&self, floor: &PolarFloor, distance_m: f64) -> (f64, f64) {
        let level_m = floor.antenna_asl_m() + floor.drop_m(distance_m);
        let height = |elevation_rad: f64| {
            if elevation_rad.abs() >= std::f64::consts::FRAC_PI_2 - 1e-9 {
                return f64::INFINITY.copysign(elevation_rad);
            }
            level_m + distance_m * (math::sin(elevation_rad) / math::cos(elevation_rad))
        };
        (height(self.lowest_rad), height(self.highest_rad))
    }
}

/// A sensor against one class of threat.
#[derive(Clone, Copy, Debug)]
pub struct Sensor<'a> {
    /// Its line of sight.
    pub floor: &'a PolarFloor,
    /// Slant range at which it sees the class, metres.
    pub range_m: f64,
    /// The sector it watches; `None` is all round.
    pub sector: Option<Sector>,
    /// The elevations it watches; `None` is from the horizon to straight up.
    pub beam: Option<Beam>,
}

/// What a missile reaches of one class of threat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Envelope {
    /// Against aircraft, cruise missiles and drones: a shell of slant ranges between two heights.
    Air {
        /// Least slant range, metres.
        range_min_m: f64,
        /// Greatest slant range, metres.
        range_max_m: f64,
        /// Least height above ground, metres.
        altitude_min_agl_m: f64,
        /// Greatest height above sea, metres.
        ceiling_asl_m: f64,
    },
    /// Against ballistic missiles: a footprint on the ground and a band of intercept heights.
    Ballistic {
        /// Ground distance out to which an aim point is defended, metres.
        reach_m: f64,
        /// Lowest intercept, metres above sea.
        altitude_min_asl_m: f64,
        /// Highest intercept, metres above sea.
        altitude_max_asl_m: f64,
    },
}

impl Envelope {
    fn reach_m(&self) -> f64 {
        match *self {
            Self::Air { range_max_m, .. } => range_max_m,
            Self::Ballistic { reach_m, .. } => reach_m,
        }
    }

    /// Heights above sea within the envelope over a point at this ground distance.
    fn span(&self, distance_m: f64, launcher_asl_m: f64, ground_m: f64) -> Span {
        match *self {
            Self::Air {
                range_min_m,
                range_max_m,
                altitude_min_agl_m,
                ceiling_asl_m,
            } => {
                let d2 = distance_m * distance_m;
                let up_m = (range_max_m * range_max_m - d2).max(0.0).sqrt();
                let dead2 = range_min_m * range_min_m - d2;
                // Over the dead zone only what flies above it can be reached.
                let dead_m = if dead2 > 0.0 {
                    launcher_asl_m + dead2.sqrt()
                } else {
                    f64::MIN
                };
                let span = Span {
                    low_m: (ground_m + altitude_min_agl_m)
                        .max(dead_m)
                        .max(launcher_asl_m - up_m),
                    high_m: ceiling_asl_m.min(launcher_asl_m + up_m),
                };
                if distance_m <= range_max_m {
                    span
                } else {
                    Span::EMPTY
                }
            }
            Self::Ballistic {
                reach_m,
                altitude_min_asl_m,
                altitude_max_asl_m,
            } => {
                let span = Span {
                    low_m: altitude_min_asl_m.max(ground_m),
                    high_m: altitude_max_asl_m,
                };
                if distance_m <= reach_m {
                    span
                } else {
                    Span::EMPTY
                }
            }
        }
    }
}

/// The launchers of a fire unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weapon {
    /// Where they stand.
    pub at: LatLon,
    /// Their height above sea, metres.
    pub launcher_asl_m: f64,
    /// What their missile reaches.
    pub envelope: Envelope,
}

/// A unit of the network: a fire unit, or a sensor alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unit {
    /// The sensors on whose tracks it may act, as indices into [`Network::sensors`]: its own, and
    /// linked ones where its system takes remote tracks.
    pub sensors: Vec<usize>,
    /// Its launchers; `None` for a unit that only sees.
    pub weapon: Option<Weapon>,
}

/// Sensors and units against one class of threat.
#[derive(Clone, Debug, Default)]
pub struct Network<'a> {
    /// All sensors.
    pub sensors: Vec<Sensor<'a>>,
    /// All units.
    pub units: Vec<Unit>,
}

/// Who serves each cell at the lowest height, and what would be left without him.
#[derive(Clone, Debug, PartialEq)]
pub struct Servers {
    /// Lowest height above ground at which any unit can act, metres; NaN where none can.
    pub first: Grid,
    /// The same without the unit that `best` names.
    pub second: Grid,
    /// Index of the unit with the lowest height (the first one of equals), row by row;
    /// `u16::MAX` where none can act.
    pub best: Vec<u16>,
}

/// What a network does in every cell: see [`Network::fields`].
#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    /// For each depth asked for, the lowest height above ground, metres; NaN where there is none.
    pub depths: Vec<Grid>,
    /// Who is best, and what would be left without him.
    pub servers: Servers,
}

/// An interval of heights above sea; empty when `low_m > high_m`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    low_m: f64,
    high_m: f64,
}

impl Span {
    const EMPTY: Self = Self {
        low_m: f64::INFINITY,
        high_m: f64::NEG_INFINITY,
    };

    fn and(self, other: Self) -> Self {
        Self {
            low_m: self.low_m.max(other.low_m),
            high_m: self.high_m.min(other.high_m),
        }
    }

    fn is_empty(self) -> bool {
        self.low_m > self.high_m
    }

    fn holds(self, height_m: f64) -> bool {
        self.low_m <= height_m && height_m <= self.high_m
    }
}

/// One interval in which a unit can act.
#[derive(Clone, Copy, Debug)]
struct Act {
    unit: usize,
    span: Span,
}

/// Intervals of one sensor or weapon along the columns of one row that it may reach.
#[derive(Clone, Debug, Default)]
struct Band {
    first_col: usize,
    spans: Vec<Span>,
}

impl Band {
    fn at(&self, col: usize) -> Span {
        let i = col.wrapping_sub(self.first_col);
        self.spans.get(i).copied().unwrap_or(Span::EMPTY)
    }
}

impl Network<'_> {
    /// For each depth `k`, the lowest height above ground (metres) at which at least `k` units can
    /// act at once; NaN where there is none below 30 km or where the ground is unknown.
    ///
    /// # Panics
    /// If a unit names a sensor that is not there, or more than four depths are asked for.
    pub fn floors(
        &self,
        ground: &Grid,
        raster: &Raster,
        depths: &[usize],
        pool: &rayon::ThreadPool,
    ) -> Vec<Grid> {
        assert!(depths.len() <= DEPTHS_MAX, "{DEPTHS_MAX} depths at once");
        let lowest = |acts: &[Act], ground_m: f64| lowest_agl_m(acts, ground_m, depths);
        let all = |_: usize, _: usize| true;
        let rows = self.rows(ground, raster, pool, &all, &lowest);
        let field =
            |depth: usize| raster.grid(rows.iter().flatten().map(|cell| cell[depth]).collect());
        (0..depths.len()).map(field).collect()
    }

    /// The best unit of every cell, and the field without it.
    ///
    /// # Panics
    /// If a unit names a sensor that is not there, or there are more than 65,534 units.
    pub fn servers(&self, ground: &Grid, raster: &Raster, pool: &rayon::ThreadPool) -> Servers {
        let numbered = self.units.len() < usize::from(u16::MAX);
        assert!(numbered, "units are numbered by u16");
        let all = |_: usize, _: usize| true;
        let cells = self
            .rows(ground, raster, pool, &all, &best_two)
            .into_iter()
            .flatten();
        let (heights, best): (Vec<[f32; 2]>, Vec<u16>) = cells.unzip();
        Servers {
            first: raster.grid(heights.iter().map(|h| h[0]).collect()),
            second: raster.grid(heights.iter().map(|h| h[1]).collect()),
            best,
        }
    }

    /// [`Self::floors`] and [`Self::servers`] at once, of units that may act in some cells only:
    /// `may_act` is asked for a unit and a cell, by their indices.
    ///
    /// # Panics
    /// If a unit names a sensor that is not there, or there are more than 65,534 units.
    pub fn fields(
        &self,
        ground: &Grid,
        raster: &Raster,
        depths: &[usize],
        may_act: &(dyn Fn(usize, usize) -> bool + Sync),
        pool: &rayon::ThreadPool,
    ) -> Fields {
        let numbered = self.units.len() < usize::from(u16::MAX);
        assert!(numbered, "units are numbered by u16");
        assert!(depths.len() <= DEPTHS_MAX, "{DEPTHS_MAX} depths at once");
        let both = |acts: &[Act], ground_m: f64| {
            let lowest = lowest_agl_m(acts, ground_m, depths);
            (lowest, best_two(acts, ground_m))
        };
        let rows = self.rows(ground, raster, pool, &may_act, &both);
        let cells: Vec<_> = rows.into_iter().flatten().collect();
        let depth = |i: usize| raster.grid(cells.iter().map(|cell| cell.0[i]).collect());
        Fields {
            depths: (0..depths.len()).map(depth).collect(),
            servers: Servers {
                first: raster.grid(cells.iter().map(|cell| cell.1.0[0]).collect()),
                second: raster.grid(cells.iter().map(|cell| cell.1.0[1]).collect()),
                best: cells.iter().map(|cell| cell.1.1).collect(),
            },
        }
    }

    /// `reduce`s the intervals of every cell, row by row, in the pool.
    fn rows<T: Send>(
        &self,
        ground: &Grid,
        raster: &Raster,
        pool: &rayon::ThreadPool,
        may_act: &(impl Fn(usize, usize) -> bool + Sync),
        reduce: &(impl Fn(&[Act], f64) -> T + Sync),
    ) -> Vec<Vec<T>> {
        for unit in &self.units {
            let known = unit.sensors.iter().all(|&s| s < self.sensors.len());
            assert!(
                known,
                "a unit names one of {} sensors: {unit:?}",
                self.sensors.len()
            );
        }
        let sites = Sites::new(self);
        let one = |row| self.row(&sites, ground, raster, row, may_act, reduce);
        pool.install(|| (0..raster.rows).into_par_iter().map(one).collect())
    }

    fn row<T>(
        &self,
        sites: &Sites,
        ground: &Grid,
        raster: &Raster,
        row: usize,
        may_act: &impl Fn(usize, usize) -> bool,
        reduce: &impl Fn(&[Act], f64) -> T,
    ) -> Vec<T> {
        let heights: Vec<f64> = (0..raster.cols)
            .map(|col| ground.bilinear(raster.point(row, col)).unwrap_or(f64::NAN))
            .collect();
        let sensors: Vec<Band> = (self.sensors.iter().zip(&sites.sensors))
            .map(|(sensor, frame)| {
                let reach_m = sensor.range_m.min(sensor.floor.range_m());
                let see = |distance_m, azimuth_rad, _| sensor.span(distance_m, azimuth_rad);
                band(
                    raster,
                    row,
                    &heights,
                    frame,
                    sensor.floor.at(),
                    reach_m,
                    see,
                )
            })
            .collect();
        let weapons: Vec<Band> = (self.units.iter().zip(&sites.weapons))
            .map(|(unit, frame)| match (unit.weapon, frame) {
                (Some(weapon), Some(frame)) => {
                    let reach_m = weapon.envelope.reach_m();
                    let hit = |distance_m, _, ground_m| {
                        weapon
                            .envelope
                            .span(distance_m, weapon.launcher_asl_m, ground_m)
                    };
                    band(raster, row, &heights, frame, weapon.at, reach_m, hit)
                }
                _ => Band::default(),
            })
            .collect();
        let mut acts = Vec::new();
        let cell = |(col, &ground_m): (usize, &f64)| {
            acts.clear();
            for (i, unit) in self.units.iter().enumerate() {
                if !may_act(i, row * raster.cols + col) {
                    continue;
                }
                let all = Span {
                    low_m: ground_m,
                    high_m: ground_m + HEIGHT_M_MAX,
                };
                let reach = unit.weapon.map_or(all, |_| all.and(weapons[i].at(col)));
                push_acts(
                    &mut acts,
                    i,
                    reach,
                    unit.sensors.iter().map(|&s| sensors[s].at(col)),
                );
            }
            reduce(&acts, ground_m)
        };
        heights.iter().enumerate().map(cell).collect()
    }
}

impl Sensor<'_> {
    /// Heights above sea at which the sensor sees its class at a ground distance and azimuth.
    fn span(&self, distance_m: f64, azimuth_rad: f64) -> Span {
        let watched = self.sector.is_none_or(|sector| sector.holds(azimuth_rad));
        if distance_m > self.range_m || !watched {
            return Span::EMPTY;
        }
        let reach_m = (self.range_m * self.range_m - distance_m * distance_m).sqrt();
        let antenna_m = self.floor.antenna_asl_m();
        let (lowest_m, highest_m) = self
            .beam
            .map_or((f64::NEG_INFINITY, f64::INFINITY), |beam| {
                beam.heights_asl_m(self.floor, distance_m)
            });
        Span {
            low_m: self
                .floor
                .floor_asl_m(distance_m, azimuth_rad)
                .max(antenna_m - reach_m)
                .max(lowest_m),
            high_m: (antenna_m + reach_m).min(highest_m),
        }
    }
}

/// The local frames of all sensors and launchers.
#[derive(Debug)]
struct Sites {
    sensors: Vec<LocalFrame>,
    weapons: Vec<Option<LocalFrame>>,
}

impl Sites {
    fn new(network: &Network<'_>) -> Self {
        let weapons = network.units.iter();
        Self {
            sensors: (network
                .sensors
                .iter()
                .map(|s| LocalFrame::new(s.floor.at())))
            .collect(),
            weapons: weapons
                .map(|u| u.weapon.map(|w| LocalFrame::new(w.at)))
                .collect(),
        }
    }
}

/// The intervals of one site along a row, from the westernmost column that it may reach on.
fn band(
    raster: &Raster,
    row: usize,
    heights: &[f64],
    frame: &LocalFrame,
    at: LatLon,
    reach_m: f64,
    span: impl Fn(f64, f64, f64) -> Span,
) -> Band {
    // Half the chord that the reach cuts out of the row, generously.
    const DEGREE_M: f64 = 110_500.0;
    let lat_deg = raster.lat_deg(row);
    let off_m = (lat_deg - at.lat_deg).abs() * DEGREE_M;
    if off_m > reach_m {
        return Band::default();
    }
    let half_m = (reach_m * reach_m - off_m * off_m).sqrt() * 1.02 + 2000.0;
    let narrow = math::cos(math::radians_from_degrees(
        lat_deg.abs().max(at.lat_deg.abs()),
    ));
    let half_deg = half_m / (DEGREE_M * narrow.max(0.01));
    let col = |lon_deg: f64| (lon_deg - raster.west_deg) / raster.step_lon_deg;
    let first_col = col(at.lon_deg - half_deg).floor().max(0.0) as usize;
    let past = (col(at.lon_deg + half_deg).ceil() + 1.0).max(0.0) as usize;
    let cols = first_col..past.min(raster.cols);
    let spans = cols.map(|col| {
        let (distance_m, azimuth_rad) = frame.polar_from_point(raster.point(row, col));
        span(distance_m, azimuth_rad, heights[col])
    });
    Band {
        first_col,
        spans: spans.collect(),
    }
}

/// Adds the intervals in which a unit can act; those that touch are merged.
fn push_acts(acts: &mut Vec<Act>, unit: usize, reach: Span, seen: impl Iterator<Item = Span>) {
    if reach.is_empty() {
        return;
    }
    let start = acts.len();
    let spans = seen
        .map(|span| span.and(reach))
        .filter(|span| !span.is_empty());
    acts.extend(spans.map(|span| Act { unit, span }));
    if acts.len() - start < 2 {
        return;
    }
    acts[start..].sort_by(|a, b| a.span.low_m.total_cmp(&b.span.low_m));
    let mut last = start;
    for i in start + 1..acts.len() {
        let next = acts[i].span;
        if next.low_m <= acts[last].span.high_m {
            acts[last].span.high_m = acts[last].span.high_m.max(next.high_m);
        } else {
            last += 1;
            acts[last] = acts[i];
        }
    }
    acts.truncate(last + 1);
}

/// Heights above ground at each depth asked for; NaN where there is none.
fn lowest_agl_m(acts: &[Act], ground_m: f64, depths: &[usize]) -> [f32; DEPTHS_MAX] {
    let mut heights = [f32::NAN; DEPTHS_MAX];
    for (height, &depth) in heights.iter_mut().zip(depths) {
        *height = agl_m(lowest_at_depth(acts, depth), ground_m);
    }
    heights
}

/// The lowest height above sea at which at least `depth` units can act; infinite if there is none.
///
/// The intervals of one unit do not overlap, so intervals that hold a height are units.
fn lowest_at_depth(acts: &[Act], depth: usize) -> f64 {
    let at_once = |height_m: f64| acts.iter().filter(|a| a.span.holds(height_m)).count();
    let starts = acts.iter().map(|act| act.span.low_m);
    let deep = starts.filter(|&low_m| depth <= 1 || at_once(low_m) >= depth);
    deep.fold(f64::INFINITY, f64::min)
}

/// Heights above ground of the lowest unit and of the lowest without it, and which unit that is.
fn best_two(acts: &[Act], ground_m: f64) -> ([f32; 2], u16) {
    let (mut best, mut first, mut second) = (usize::from(u16::MAX), Span::EMPTY, Span::EMPTY);
    for act in acts {
        if act.span.low_m < first.low_m {
            if act.unit != best {
                second = first;
            }
            (best, first) = (act.unit, act.span);
        } else if act.unit != best && act.span.low_m < second.low_m {
            second = act.span;
        }
    }
    let agl = [first, second].map(|span| agl_m(span.low_m, ground_m));
    let best = if agl[0].is_nan() {
        u16::MAX
    } else {
        best as u16
    };
    (agl, best)
}

/// Height above ground as stored; NaN when there is none.
fn agl_m(asl_m: f64, ground_m: f64) -> f32 {
    let above_m = (asl_m - ground_m).max(0.0);
    if above_m <= HEIGHT_M_MAX {
        above_m as f32
    } else {
        f32::NAN
    }
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;

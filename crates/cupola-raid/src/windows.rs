//! When a unit sees a threat on a route, and when a missile launched would meet it.
//!
//! Both are computed once per draw and route: a run only looks them up.

use crate::draw::{Draw, EnvelopeDraw, SENSOR_RANGE_MAX_M};
use crate::plan::{Plan, Unit};
use crate::route::{Route, dot, vector};
use cupola_coverage::PolarFloor;
use cupola_coverage::detection::{TrackChain, TrackRule};
use cupola_scenario::{Class, Kind};
use cupola_units::{EARTH_RADIUS_MEAN_M, math};

/// Probability of a track after which no further scan is looked at.
const SURE: f64 = 0.9999;
/// Samples that share one distance test.
const BLOCK: usize = 32;

/// A step of the distribution of the first own track.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrackStep {
    /// Seconds since the threat's launch.
    pub t_s: f64,
    /// Probability of a track by then.
    pub p: f64,
}

/// One chance to meet the threat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance {
    /// Launch, seconds since the threat's launch.
    pub launch_s: f64,
    /// Position of the intercept among the route's samples.
    pub sample: u32,
}

/// What one unit can do about threats on one route.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub unit: u16,
    /// Slices of [`Windows::tracks`] and [`Windows::chances`].
    pub tracks: (u32, u32),
    pub chances: (u32, u32),
}

/// Windows of all units on all routes of one raid in one draw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Windows {
    pub tracks: Vec<TrackStep>,
    pub chances: Vec<Chance>,
    pub pairs: Vec<Pair>,
    /// Slice of `pairs` by route.
    pub of_route: Vec<(u32, u32)>,
    /// Units that see each sample, as words of bits; by route the offset of its first word.
    pub seen: Vec<u64>,
    pub seen_from: Vec<u32>,
    pub words: usize,
}

impl Windows {
    /// Forgets everything but its memory.
    pub(crate) fn clear(&mut self, units: usize) {
        self.tracks.clear();
        self.chances.clear();
        self.pairs.clear();
        self.of_route.clear();
        self.seen.clear();
        self.seen_from.clear();
        self.words = units.div_ceil(64).max(1);
    }

    /// Adds the windows of every unit on a route.
    pub(crate) fn add_route(
        &mut self,
        plan: &Plan,
        draw: &Draw,
        floors: &[PolarFloor],
        route: &Route,
        threat: usize,
    ) {
        let first_word = self.seen.len();
        self.seen_from.push(first_word as u32);
        self.seen
            .resize(first_word + route.samples.len() * self.words, 0);
        let first_pair = self.pairs.len() as u32;
        for (index, unit) in plan.units.iter().enumerate() {
            let context = PairContext::new(plan, draw, &floors[index], unit, index, threat);
            if context.reach_m > 0.0 {
                self.add_pair(route, &context, first_word);
            }
        }
        self.of_route.push((first_pair, self.pairs.len() as u32));
    }

    fn add_pair(&mut self, route: &Route, context: &PairContext<'_>, first_word: usize) {
        let (first_track, first_chance) = (self.tracks.len(), self.chances.len());
        let mut chain = TrackChain::new(TrackRule::TWO_OF_THREE);
        let mut next_scan_s = f64::NEG_INFINITY;
        let mut p_track = 0.0;
        let mut last_launch_s = f64::NEG_INFINITY;
        let samples = &route.samples;
        let mut i = 0;
        while i < samples.len() {
            if i % BLOCK == 0 {
                let middle = samples[(i + BLOCK / 2).min(samples.len() - 1)].direction;
                let end = samples[(i + BLOCK).min(samples.len()) - 1].direction;
                let half = chord_m(middle, samples[i].direction).max(chord_m(middle, end));
                if chord_m(middle, context.direction) > context.reach_m + half + 2000.0 {
                    i += BLOCK;
                    continue;
                }
            }
            let sample = &samples[i];
            if let Some(sight) = context.sight(sample) {
                if sight.seen {
                    let word = first_word + i * self.words + context.index / 64;
                    self.seen[word] |= 1 << (context.index % 64);
                }
                if p_track < SURE {
                    let until = samples.get(i + 1).map_or(sample.t_s, |next| next.t_s);
                    let before = p_track;
                    if next_scan_s < sample.t_s {
                        next_scan_s = sample.t_s;
                    }
                    let p_d = if sight.seen {
                        context.p_d(sight.slant_m)
                    } else {
                        0.0
                    };
                    while next_scan_s < until && p_track < SURE {
                        p_track = chain.scan(p_d);
                        next_scan_s += context.scan_s;
                    }
                    if p_track > before {
                        self.tracks.push(TrackStep {
                            t_s: next_scan_s,
                            p: p_track,
                        });
                    }
                }
                let class = context.class;
                if context.kills
                    && context
                        .envelope
                        .holds(class, sight.slant_m, sample.asl_m, sample.agl_m)
                {
                    let launch_s = sample.t_s - context.envelope.fly_out_s(sight.slant_m);
                    if launch_s > last_launch_s {
                        last_launch_s = launch_s;
                        self.chances.push(Chance {
                            launch_s,
                            sample: i as u32,
                        });
                    }
                }
            }
            i += 1;
        }
        if self.tracks.len() > first_track || self.chances.len() > first_chance {
            self.pairs.push(Pair {
                unit: context.index as u16,
                tracks: (first_track as u32, self.tracks.len() as u32),
                chances: (first_chance as u32, self.chances.len() as u32),
            });
        }
    }

    /// Whether any of the units in `mask` sees a sample of a route.
    pub(crate) fn is_seen(&self, route: usize, sample: usize, mask: &[u64]) -> bool {
        let from = self.seen_from[route] as usize + sample * self.words;
        self.seen[from..from + self.words]
            .iter()
            .zip(mask)
            .any(|(seen, mask)| seen & mask != 0)
    }
}

/// What a sensor makes of a target at one sample.
struct Sight {
    slant_m: f64,
    seen: bool,
}

/// A unit and a threat type in one draw.
struct PairContext<'a> {
    floor: &'a PolarFloor,
    draw: &'a Draw,
    envelope: EnvelopeDraw,
    direction: [f64; 3],
    east: [f64; 3],
    north: [f64; 3],
    antenna_m: f64,
    /// Distance at which the single-scan probability falls to 1 %, metres.
    sensor_m: f64,
    reach_m: f64,
    scan_s: f64,
    facing: Option<(f64, f64)>,
    index: usize,
    threat: usize,
    class: Class,
    kills: bool,
}

impl<'a> PairContext<'a> {
    fn new(
        plan: &Plan,
        draw: &'a Draw,
        floor: &'a PolarFloor,
        unit: &Unit,
        index: usize,
        threat: usize,
    ) -> Self {
        let figures = &draw.units[index];
        let class = plan.threats[threat].class;
        let envelope = figures.envelope;
        let rcs_m2 = draw.threats[threat].rcs_m2;
        let sensor_m = figures.radar.range_m(rcs_m2).min(SENSOR_RANGE_MAX_M);
        let kills = unit
            .family
            .is_some_and(|family| draw.kill[family][threat] > 0.0);
        let missile_m = if kills { envelope.reach_m(class) } else { 0.0 };
        let direction = vector(unit.at);
        let lon = math::radians_from_degrees(unit.at.lon_deg);
        let east = [-math::sin(lon), math::cos(lon), 0.0];
        let north = cross(direction, east);
        let facing = unit
            .facing_deg
            .filter(|_| figures.sector_half_rad < std::f64::consts::PI - 1e-6)
            .map(|deg| (math::radians_from_degrees(deg), figures.sector_half_rad));
        Self {
            floor,
            draw,
            envelope,
            direction,
            east,
            north,
            antenna_m: floor.antenna_asl_m(),
            sensor_m,
            reach_m: sensor_m.max(missile_m),
            scan_s: figures.scan_s,
            facing,
            index,
            threat,
            class,
            kills: kills && unit.kind != Kind::Sensor,
        }
    }

    fn sight(&self, sample: &crate::route::Sample) -> Option<Sight> {
        let chord = chord_m(self.direction, sample.direction);
        // From chord to arc; the series is exact to a centimetre at 300 km.
        let ratio = chord / EARTH_RADIUS_MEAN_M;
        let ground_m = chord * (1.0 + ratio * ratio / 24.0);
        let rise = sample.asl_m - self.antenna_m;
        let slant_m = (ground_m * ground_m + rise * rise).sqrt();
        if slant_m > self.reach_m {
            return None;
        }
        if slant_m > self.sensor_m {
            return Some(Sight {
                slant_m,
                seen: false,
            });
        }
        let azimuth = math::atan2(
            dot(self.east, sample.direction),
            dot(self.north, sample.direction),
        );
        let seen = self.in_sector(azimuth) && self.floor.visible(ground_m, azimuth, sample.asl_m);
        Some(Sight { slant_m, seen })
    }

    fn in_sector(&self, azimuth_rad: f64) -> bool {
        self.facing.is_none_or(|(facing, half)| {
            let turn = std::f64::consts::PI * 2.0;
            let off = (azimuth_rad - facing).abs() % turn;
            off.min(turn - off) <= half
        })
    }

    fn p_d(&self, slant_m: f64) -> f64 {
        self.draw.units[self.index]
            .radar
            .p_d(slant_m, self.draw.threats[self.threat].rcs_m2)
    }
}

fn chord_m(a: [f64; 3], b: [f64; 3]) -> f64 {
    let d: [f64; 3] = std::array::from_fn(|i| a[i] - b[i]);
    dot(d, d).sqrt() * EARTH_RADIUS_MEAN_M
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

//! When a unit sees a threat on a route, and when a missile launched would meet it.
//!
//! Both are computed once per draw and route: a run only looks them up.

use crate::draw::{ARC_RANGE_MAX_M, Draw, EnvelopeDraw, SENSOR_RANGE_MAX_M};
use crate::log::Cause;
use crate::plan::Plan;
use crate::route::{Route, Sample, dot, vector};
use cupola_coverage::PolarFloor;
use cupola_coverage::detection::{TrackChain, TrackRule};
use cupola_scenario::{Class, Kind, Profile};
use cupola_units::{EARTH_RADIUS_MEAN_M, math};

/// Probability of a track after which no further scan is looked at.
const SURE: f64 = 0.9999;
/// Single-scan detection probability below which a sensor is not asked.
const P_D_LEAST: f64 = 0.01;
/// Samples that share one distance test.
const BLOCK: usize = 32;
/// How far beyond reach samples are looked at, so that every entry lies between two of them, metres.
const MARGIN_M: f64 = 4000.0;

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
    /// Launch and intercept, seconds since the threat's launch.
    pub launch_s: f64,
    pub meet_s: f64,
    /// Sample of the route at the intercept, or next to it where it lies on the envelope's edge.
    pub sample: u32,
}

/// What one unit can do about threats on one route.
#[derive(Clone, Copy, Debug)]
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
    /// Units that ever have each route within their sensor's range, and in view; words by route.
    pub ever_in_range: Vec<u64>,
    pub ever_in_view: Vec<u64>,
    pub words: usize,
    /// Pairs as they were found, unit by unit, each with its route.
    found: Vec<(u32, Pair)>,
}

impl Windows {
    /// Forgets everything but its memory.
    fn clear(&mut self, units: usize, samples: usize, routes: usize) {
        self.tracks.clear();
        self.chances.clear();
        self.pairs.clear();
        self.of_route.clear();
        self.found.clear();
        self.words = units.div_ceil(64).max(1);
        for (words, count) in [
            (&mut self.seen, samples),
            (&mut self.ever_in_range, routes),
            (&mut self.ever_in_view, routes),
        ] {
            words.clear();
            words.resize(count * self.words, 0);
        }
    }

    /// Finds the windows of every unit on every route, each with the threat that flies it.
    ///
    /// Unit by unit, so that one floor field at a time is in the processor's cache; units that
    /// stand and reach alike are looked at once.
    pub(crate) fn fill(
        &mut self,
        plan: &Plan,
        draw: &Draw,
        floors: &[PolarFloor],
        routes: &[Route],
        threats: &[usize],
    ) {
        let samples = routes.iter().map(|route| route.samples.len()).sum();
        self.clear(plan.units.len(), samples, routes.len());
        self.seen_from.clear();
        let mut word = 0;
        for route in routes {
            self.seen_from.push(word as u32);
            word += route.samples.len() * self.words;
        }
        // First and last of each unit's finds.
        let mut finds: Vec<(usize, usize)> = Vec::with_capacity(plan.units.len());
        for (index, unit) in plan.units.iter().enumerate() {
            let from = self.found.len();
            if unit.twin < index {
                let (first, last) = finds[unit.twin];
                for i in first..last {
                    let (route, pair) = self.found[i];
                    let unit = index as u16;
                    self.found.push((route, Pair { unit, ..pair }));
                }
            } else {
                self.fill_unit(plan, draw, &floors[index], index, (routes, threats));
            }
            finds.push((from, self.found.len()));
        }
        self.sort_pairs(routes.len());
    }

    /// Finds the windows of one unit, for itself and those that stand and reach alike.
    fn fill_unit(
        &mut self,
        plan: &Plan,
        draw: &Draw,
        floor: &PolarFloor,
        index: usize,
        (routes, threats): (&[Route], &[usize]),
    ) {
        let mut twins = vec![0; self.words];
        for (other, unit) in plan.units.iter().enumerate() {
            if unit.twin == index {
                twins[other / 64] |= 1_u64 << (other % 64);
            }
        }
        let contexts: Vec<PairContext<'_>> = (0..plan.threats.len())
            .map(|threat| PairContext::new(plan, draw, floor, index, threat))
            .collect();
        for (number, (route, &threat)) in routes.iter().zip(threats).enumerate() {
            if contexts[threat].reach_m > 0.0 {
                self.add_pair(route, number, &contexts[threat], &twins);
            }
        }
    }

    /// Puts the pairs that were found unit by unit in the order of routes, then units.
    fn sort_pairs(&mut self, routes: usize) {
        self.of_route.resize(routes, (0, 0));
        for (route, _) in &self.found {
            self.of_route[*route as usize].1 += 1;
        }
        let mut next = 0;
        for slice in &mut self.of_route {
            let count = slice.1;
            *slice = (next, next);
            next += count;
        }
        let nothing = Pair {
            unit: 0,
            tracks: (0, 0),
            chances: (0, 0),
        };
        self.pairs.resize(self.found.len(), nothing);
        for (route, pair) in &self.found {
            let end = &mut self.of_route[*route as usize].1;
            self.pairs[*end as usize] = *pair;
            *end += 1;
        }
    }

    fn add_pair(&mut self, route: &Route, number: usize, context: &PairContext<'_>, twins: &[u64]) {
        let first_word = self.seen_from[number] as usize;
        let (first_track, first_chance) = (self.tracks.len(), self.chances.len());
        let mut tracker = Tracker::new();
        let mut last_launch_s = f64::NEG_INFINITY;
        let mut previous: Option<(f64, Sight)> = None;
        let samples = &route.samples;
        let mut i = 0;
        while i < samples.len() {
            if i % BLOCK == 0 && context.is_far(&samples[i..(i + BLOCK).min(samples.len())]) {
                previous = None;
                i += BLOCK;
                continue;
            }
            let sample = &samples[i];
            let before = previous.take();
            if let Some(sight) = context.sight(sample) {
                self.note_sight(sight, first_word + i * self.words, number, twins);
                if let Some(before) = before {
                    tracker.scan_between(before, (sample.t_s, sight), context, &mut self.tracks);
                }
                let in_reach = context.holds(sight.slant_m, sample.asl_m, sample.agl_m);
                let edge = before.filter(|_| i > 0).and_then(|before| {
                    let then = (before, &samples[i - 1]);
                    context.edge(then, ((sample.t_s, sight), sample))
                });
                let here = in_reach.then_some((sample.t_s, sight.slant_m));
                let inside = if in_reach { i } else { i.saturating_sub(1) };
                let (first, second) = if in_reach { (edge, here) } else { (here, edge) };
                for (meet_s, slant_m) in first.into_iter().chain(second) {
                    let launch_s = meet_s - context.envelope.fly_out_s(slant_m);
                    if launch_s > last_launch_s {
                        last_launch_s = launch_s;
                        self.chances.push(Chance {
                            launch_s,
                            meet_s,
                            sample: inside as u32,
                        });
                    }
                }
                previous = Some((sample.t_s, sight));
            }
            i += 1;
        }
        if self.tracks.len() > first_track || self.chances.len() > first_chance {
            let pair = Pair {
                unit: context.index as u16,
                tracks: (first_track as u32, self.tracks.len() as u32),
                chances: (first_chance as u32, self.chances.len() as u32),
            };
            self.found.push((number as u32, pair));
        }
    }

    /// Notes what units make of the sample whose words begin at `word`, on a route.
    fn note_sight(&mut self, sight: Sight, word: usize, route: usize, twins: &[u64]) {
        let route = route * self.words;
        for (place, &bits) in twins.iter().enumerate() {
            if sight.is_seen() {
                self.seen[word + place] |= bits;
                self.ever_in_view[route + place] |= bits;
            }
            if sight.in_sector && sight.inside_m >= 0.0 {
                self.ever_in_range[route + place] |= bits;
            }
        }
    }

    /// Why a threat on a route that none of the units in `mask` tracked was not seen.
    pub(crate) fn why_unseen(&self, route: usize, mask: &[u64]) -> Cause {
        let any = |of: &[u64]| {
            let of = &of[route * self.words..(route + 1) * self.words];
            of.iter().zip(mask).any(|(of, mask)| of & mask != 0)
        };
        if any(&self.ever_in_view) {
            Cause::NeverSeen
        } else if any(&self.ever_in_range) {
            Cause::BelowFloor
        } else {
            Cause::OutsideRange
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
#[derive(Clone, Copy, Debug)]
struct Sight {
    slant_m: f64,
    /// How far inside the sensor's range and how far above the floor it is, metres.
    inside_m: f64,
    above_m: f64,
    in_sector: bool,
}

impl Sight {
    fn is_seen(&self) -> bool {
        self.in_sector && self.inside_m >= 0.0 && self.above_m >= 0.0
    }

    /// The share of the way from `self` to a later sight at which the target comes into sight or
    /// leaves it, when it does: linear in range and in height above the floor.
    fn crossing(&self, next: &Self) -> f64 {
        let zero = |then: f64, now: f64| {
            if (then >= 0.0) == (now >= 0.0) {
                None
            } else {
                Some(then / (then - now))
            }
        };
        let crossings = [
            zero(self.inside_m, next.inside_m),
            zero(self.above_m, next.above_m),
        ];
        let crossings = crossings
            .into_iter()
            .flatten()
            .filter(|share| share.is_finite());
        if next.is_seen() {
            crossings.fold(0.0, f64::max)
        } else {
            crossings.fold(1.0, f64::min)
        }
    }
}

/// Scans on the way past one unit, and the distribution of the first track.
struct Tracker {
    chain: TrackChain,
    next_scan_s: f64,
    p: f64,
}

impl Tracker {
    fn new() -> Self {
        Self {
            chain: TrackChain::new(TrackRule::TWO_OF_THREE),
            next_scan_s: f64::NEG_INFINITY,
            p: 0.0,
        }
    }

    /// Scans between two samples, each a time and a sight; steps of the distribution go to `out`.
    fn scan_between(
        &mut self,
        (from_s, from): (f64, Sight),
        (to_s, to): (f64, Sight),
        context: &PairContext<'_>,
        out: &mut Vec<TrackStep>,
    ) {
        self.next_scan_s = self.next_scan_s.max(from_s);
        let crossing_s = from_s + (to_s - from_s) * from.crossing(&to);
        while self.next_scan_s < to_s && self.p < SURE {
            let t_s = self.next_scan_s;
            let seen = if t_s < crossing_s {
                from.is_seen()
            } else {
                to.is_seen()
            };
            let share = (t_s - from_s) / (to_s - from_s);
            let p_d = if seen {
                context.p_d(from.slant_m + (to.slant_m - from.slant_m) * share)
            } else {
                0.0
            };
            let p = self.chain.scan(p_d);
            let p = if p < SURE { p } else { 1.0 };
            if p > self.p {
                out.push(TrackStep { t_s, p });
            }
            self.p = p;
            self.next_scan_s += context.scan_s;
        }
    }
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
        index: usize,
        threat: usize,
    ) -> Self {
        let unit = &plan.units[index];
        let figures = &draw.units[index];
        let class = plan.threats[threat].class;
        let envelope = figures.envelope;
        let rcs_m2 = draw.threats[threat].rcs_m2;
        let sensor_m =
            figures
                .radar
                .range_at_m(rcs_m2, P_D_LEAST)
                .min(match plan.threats[threat].profile {
                    Profile::Ballistic => ARC_RANGE_MAX_M,
                    _ => SENSOR_RANGE_MAX_M,
                });
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

    /// Whether a stretch of a route lies out of reach as a whole.
    fn is_far(&self, samples: &[Sample]) -> bool {
        let (first, last) = (samples[0].direction, samples[samples.len() - 1].direction);
        let middle = samples[(BLOCK / 2).min(samples.len() - 1)].direction;
        let half = chord_m(middle, first).max(chord_m(middle, last));
        chord_m(middle, self.direction) > self.reach_m + half + MARGIN_M
    }

    fn sight(&self, sample: &Sample) -> Option<Sight> {
        let chord = chord_m(self.direction, sample.direction);
        // From chord to arc; the series is exact to a centimetre at 300 km, to 3 m at 1,000 km.
        let ratio = chord / EARTH_RADIUS_MEAN_M;
        let ground_m = chord * (1.0 + ratio * ratio / 24.0);
        let rise = sample.asl_m - self.antenna_m;
        let slant_m = (ground_m * ground_m + rise * rise).sqrt();
        if slant_m > self.reach_m + MARGIN_M {
            return None;
        }
        let inside_m = self.sensor_m - slant_m;
        if inside_m < -MARGIN_M {
            return Some(Sight {
                slant_m,
                inside_m,
                above_m: f64::NEG_INFINITY,
                in_sector: false,
            });
        }
        let azimuth = math::atan2(
            dot(self.east, sample.direction),
            dot(self.north, sample.direction),
        );
        Some(Sight {
            slant_m,
            inside_m,
            above_m: sample.asl_m - self.floor.floor_or_beyond_asl_m(ground_m, azimuth),
            in_sector: self.in_sector(azimuth),
        })
    }

    /// Whether a target here can be met.
    fn holds(&self, slant_m: f64, asl_m: f64, agl_m: f64) -> bool {
        self.kills && self.envelope.holds(self.class, slant_m, asl_m, agl_m)
    }

    /// Time and slant range at which a target enters or leaves the envelope between two samples,
    /// by bisection on the straight line between them.
    fn edge(
        &self,
        ((from_s, from), a): ((f64, Sight), &Sample),
        ((to_s, to), b): ((f64, Sight), &Sample),
    ) -> Option<(f64, f64)> {
        let mix = |x: f64, y: f64, share: f64| x + (y - x) * share;
        let holds = |share: f64| {
            self.holds(
                mix(from.slant_m, to.slant_m, share),
                mix(a.asl_m, b.asl_m, share),
                mix(a.agl_m, b.agl_m, share),
            )
        };
        let (first, last) = (holds(0.0), holds(1.0));
        if first == last {
            return None;
        }
        // The ends of `within..without` close in on the edge; `within` stays inside.
        let (mut within, mut without) = if first { (0.0, 1.0) } else { (1.0, 0.0) };
        for _ in 0..10 {
            let middle = 0.5 * (within + without);
            if holds(middle) {
                within = middle;
            } else {
                without = middle;
            }
        }
        Some((
            mix(from_s, to_s, within),
            mix(from.slant_m, to.slant_m, within),
        ))
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

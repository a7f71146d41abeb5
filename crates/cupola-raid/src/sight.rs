//! What one unit makes of a target on a route in one draw: whether it sees it, scans until it has a
//! track, whether it can be met, and where it enters or leaves the envelope.
//!
//! Nothing is kept here from sample to sample but a tracker's chain; `windows` goes along routes.

use crate::draw::{ARC_RANGE_MAX_M, Draw, EnvelopeDraw, SENSOR_RANGE_MAX_M};
use crate::plan::Plan;
use crate::route::{Sample, dot, vector};
use crate::windows::{BLOCK, TrackStep};
use cupola_coverage::PolarFloor;
use cupola_coverage::detection::{TrackChain, TrackRule};
use cupola_coverage::network::Beam;
use cupola_scenario::{Class, Kind, Profile};
use cupola_units::{EARTH_RADIUS_MEAN_M, math};

/// Probability of a track after which no further scan is looked at.
const SURE: f64 = 0.9999;
/// Single-scan detection probability below which a sensor is not asked.
const P_D_LEAST: f64 = 0.01;
/// How far beyond reach samples are looked at, so that every entry lies between two of them, metres.
const MARGIN_M: f64 = 4000.0;

/// What a sensor makes of a target at one sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    pub slant_m: f64,
    /// How far inside the sensor's range, and how far above the floor and within the beam it is,
    /// metres.
    pub inside_m: f64,
    above_m: f64,
    pub in_sector: bool,
}

impl Sight {
    pub(crate) fn is_seen(&self) -> bool {
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
pub(crate) struct Tracker {
    chain: TrackChain,
    next_scan_s: f64,
    p: f64,
}

impl Tracker {
    pub(crate) fn new() -> Self {
        Self {
            chain: TrackChain::new(TrackRule::TWO_OF_THREE),
            next_scan_s: f64::NEG_INFINITY,
            p: 0.0,
        }
    }

    /// Scans between two samples, each a time and a sight; steps of the distribution go to `out`.
    pub(crate) fn scan_between(
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
pub(crate) struct PairContext<'a> {
    floor: &'a PolarFloor,
    draw: &'a Draw,
    pub envelope: EnvelopeDraw,
    direction: [f64; 3],
    east: [f64; 3],
    north: [f64; 3],
    antenna_m: f64,
    /// Distance at which the single-scan probability falls to 1 %, metres.
    sensor_m: f64,
    pub reach_m: f64,
    scan_s: f64,
    facing: Option<(f64, f64)>,
    beam: Option<Beam>,
    pub index: usize,
    threat: usize,
    class: Class,
    kills: bool,
}

impl<'a> PairContext<'a> {
    pub(crate) fn new(
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
            beam: figures.beam,
            index,
            threat,
            class,
            kills: kills && unit.kind != Kind::Sensor,
        }
    }

    /// Whether a stretch of a route lies out of reach as a whole.
    pub(crate) fn is_far(&self, samples: &[Sample]) -> bool {
        let (first, last) = (samples[0].direction, samples[samples.len() - 1].direction);
        let middle = samples[(BLOCK / 2).min(samples.len() - 1)].direction;
        let half = chord_m(middle, first).max(chord_m(middle, last));
        chord_m(middle, self.direction) > self.reach_m + half + MARGIN_M
    }

    pub(crate) fn sight(&self, sample: &Sample) -> Option<Sight> {
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
        let above_m = sample.asl_m - self.floor.floor_or_beyond_asl_m(ground_m, azimuth);
        let above_m = self.beam.map_or(above_m, |beam| {
            let (lowest_m, highest_m) = beam.heights_asl_m(self.floor, ground_m);
            let within_m = (sample.asl_m - lowest_m).min(highest_m - sample.asl_m);
            above_m.min(within_m)
        });
        Some(Sight {
            slant_m,
            inside_m,
            above_m,
            in_sector: self.in_sector(azimuth),
        })
    }

    /// Whether a target here can be met.
    pub(crate) fn holds(&self, slant_m: f64, asl_m: f64, agl_m: f64) -> bool {
        self.kills && self.envelope.holds(self.class, slant_m, asl_m, agl_m)
    }

    /// Time and slant range at which a target enters or leaves the envelope between two samples,
    /// by bisection on the straight line between them.
    pub(crate) fn edge(
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

//! Where threats fly: a library of routes per draw, shared by all options.
//!
//! A route runs along great-circle legs from a launch point over a wandering way-point to an aim.
//! It is sampled coarsely as a whole (for countries and the existing defence) and finely where a
//! fire unit might reach it. Low flyers hold their height over terrain smoothed by a running
//! maximum, with a limited climb; that makes their height above rough ground *larger* than nominal.

use crate::ballistic::{Arc, FlatArc};
use crate::draw::{Draw, ThreatDraw};
use crate::hazard::Exposed;
use crate::plan::{Plan, WavePlan};
use crate::stay::{Stay, add_stays};
use crate::terrain_following;
use cupola_scenario::Profile;
use cupola_units::{LatLon, Stream, math};
use cupola_world::{Bounds, World};

/// Ground distance between fine samples, metres.
pub(crate) const FINE_M: f64 = 1000.0;
/// Samples of an arc in a second of flight below a height in metres; one a second above it.
const FINE_PER_S: usize = 5;
const FINE_BELOW_M: f64 = 40_000.0;
/// Ground distance between coarse samples, metres.
const COARSE_M: f64 = 10_000.0;
/// Way-points tried to go round NATO airspace.
const DETOURS: u32 = 8;
/// Radius of the sphere on which legs are flown, metres.
const RADIUS_M: f64 = cupola_units::EARTH_RADIUS_MEAN_M;

mod purpose {
    pub(super) const START: u32 = 0x0200;
    pub(super) const FROM: u32 = 0x0201;
    pub(super) const AIM: u32 = 0x0202;
    pub(super) const AIM_OFFSET: u32 = 0x0203;
    pub(super) const WANDER: u32 = 0x0204;
    pub(super) const STRAY: u32 = 0x0205;
}

/// A point of the fine part of a route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Seconds since launch.
    pub t_s: f64,
    /// Unit vector from the centre of the earth.
    pub direction: [f64; 3],
    pub at: LatLon,
    /// Height above sea and above ground, metres.
    pub asl_m: f64,
    pub agl_m: f64,
    /// Country below, as the world's index.
    pub country: u8,
    /// Distance to NATO soil, metres; 0 over it.
    pub nato_m: f32,
}

/// A route of the library.
#[derive(Clone, Debug, Default)]
pub(crate) struct Route {
    pub samples: Vec<Sample>,
    /// Coarse points over the defended nation: seconds since launch and cumulated weighted metres.
    pub path_weight: Vec<(f64, f64)>,
    /// Coarse points of the whole route: seconds since launch and place.
    pub track: Vec<(f64, LatLon)>,
    pub flight_s: f64,
    /// Seconds to entry into the defended nation's airspace.
    pub entry_s: Option<f64>,
    /// Stretches over NATO soil, in order.
    pub nato_stays: Vec<Stay>,
    /// First and last time near the protected area, seconds.
    pub near_s: Option<(f64, f64)>,
    pub inside: bool,
    pub aim: LatLon,
    /// Position of the aim in its list.
    pub place: u16,
}

/// What routes of one draw are made with.
pub(crate) struct Maker<'a> {
    pub plan: &'a Plan,
    pub world: &'a World,
    pub draw: &'a Draw,
    /// Box outside which no fire unit reaches anything, and the wider one for ballistic arcs.
    pub zone: Bounds,
    pub arc_zone: Bounds,
}

/// Which pool of the library a route belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pool {
    Inside,
    Outside,
    Stray,
}

impl Maker<'_> {
    /// Route `index` of `count` of a pool of a wave.
    pub(crate) fn make(&self, wave: &WavePlan, pool: Pool, index: u32, count: u32) -> Route {
        let threat = &self.draw.threats[wave.threat];
        let profile = self.plan.threats[wave.threat].profile;
        let (points, legs) = self.path(wave, pool, index, count);
        let flight = Flight::new(profile, threat, legs.length_m);
        let mut route = Route {
            flight_s: flight.duration_s(),
            inside: pool != Pool::Outside,
            aim: points.last().copied().unwrap_or_default(),
            place: self.place(wave, pool, index, count),
            ..Route::default()
        };
        self.coarse(&mut route, &legs, &flight);
        self.fine(&mut route, &legs, &flight);
        if matches!(profile, Profile::Low | Profile::High) {
            let low = profile == Profile::Low;
            terrain_following::set_heights(&mut route.samples, threat.altitude_m, low);
        }
        route
    }

    /// Way-points and legs; whoever does not stray goes round NATO airspace where a wider way-point
    /// allows it, as real raids do.
    fn path(&self, wave: &WavePlan, pool: Pool, index: u32, count: u32) -> (Vec<LatLon>, Legs) {
        let mut attempt = 0;
        loop {
            let points = self.way_points(wave, pool, index, count, attempt);
            let legs = Legs::new(&points);
            attempt += 1;
            if pool == Pool::Stray || attempt == DETOURS || !self.crosses_nato(&legs) {
                return (points, legs);
            }
        }
    }

    fn crosses_nato(&self, legs: &Legs) -> bool {
        let count = (legs.length_m / COARSE_M).ceil().max(1.0) as usize;
        (0..=count).any(|i| {
            let at = legs.point(legs.length_m * i as f64 / count as f64).1;
            self.world.is_nato(self.world.country_at(at))
        })
    }

    /// Whether every route of a pool would be the same: one start, one aim, nothing left to chance.
    pub(crate) fn knows_one_way(&self, wave: &WavePlan, pool: Pool) -> bool {
        let list = &self.plan.aims[wave.aims].lists[usize::from(pool == Pool::Outside)];
        let profile = self.plan.threats[wave.threat].profile;
        pool != Pool::Stray
            && matches!(wave.from[..], [(_, radius_m)] if radius_m <= 0.0)
            && matches!(list[..], [aim] if aim.radius_m <= 0.0)
            && (!wave.via.is_empty() || !wanders(profile))
    }

    /// Which aim of its list a route of a pool flies to: stratified over the weights, so that a
    /// small library still hits every aim its share.
    fn place(&self, wave: &WavePlan, pool: Pool, index: u32, count: u32) -> u16 {
        let stream = Stream::new(self.plan.seed, 0x8000_0000 | self.draw.number);
        let list = &self.plan.aims[wave.aims].lists[usize::from(pool == Pool::Outside)];
        let n = index * 4 + pool as u32;
        let u =
            (f64::from(index) + stream.uniform(wave.entity, purpose::AIM, n)) / f64::from(count);
        let last = list.len().saturating_sub(1);
        list.iter().position(|aim| u <= aim.up_to).unwrap_or(last) as u16
    }

    fn way_points(
        &self,
        wave: &WavePlan,
        pool: Pool,
        index: u32,
        count: u32,
        attempt: u32,
    ) -> Vec<LatLon> {
        let stream = Stream::new(self.plan.seed, 0x8000_0000 | self.draw.number);
        let key = wave.entity;
        let n = index * 4 + pool as u32;
        let from = wave.from[stream.index(key, purpose::FROM, n, wave.from.len())];
        let start = in_disc(from.0, from.1, stream.uniform_pair(key, purpose::START, n));
        let list = &self.plan.aims[wave.aims].lists[usize::from(pool == Pool::Outside)];
        let aim = list.get(usize::from(self.place(wave, pool, index, count)));
        let Some(aim) = aim else { return vec![start] };
        let offset = stream.uniform_pair(key, purpose::AIM_OFFSET, n);
        let end = in_disc(aim.at, aim.radius_m, offset);
        let mut points = vec![start];
        if wave.via.is_empty() && wanders(self.plan.threats[wave.threat].profile) {
            let u = stream.uniform_pair(key, purpose::WANDER, n + (attempt << 16));
            points.push(wander(start, end, u, 0.12 + 0.04 * f64::from(attempt)));
        }
        points.extend_from_slice(&wave.via);
        if pool == Pool::Stray
            && let Some(border) = aim.nato
        {
            points.push(stray_point(
                end,
                border,
                stream.uniform(key, purpose::STRAY, n),
            ));
        }
        points.push(end);
        points
    }

    fn coarse(&self, route: &mut Route, legs: &Legs, flight: &Flight) {
        let nation = self.plan.existing.as_ref().map(|existing| existing.nation);
        let values = &self.draw.values;
        let weight = self
            .plan
            .existing
            .as_ref()
            .map_or(0.0, |e| values.get(e.area_weight));
        let mut exposed = Exposed::default();
        let count = (legs.length_m / COARSE_M).ceil().max(1.0) as usize;
        let step = legs.length_m / count as f64;
        for i in 0..=count {
            let distance = step * i as f64;
            let at = legs.point(distance).1;
            let country = self.world.country_at(at);
            let t_s = flight.time_at(distance);
            let here = if Some(country) == nation {
                route.entry_s = route.entry_s.or(Some(t_s));
                if self.world.in_area(at) { weight } else { 1.0 }
            } else {
                0.0
            };
            exposed.fly_to(t_s, distance, here, &mut route.path_weight);
            // Near NATO soil the way to the next point is looked at closely.
            if i < count && self.world.nato_distance_m(at) <= step {
                let below = |distance: f64| {
                    let country = self.world.country_at(legs.point(distance).1);
                    self.world.is_nato(country).then_some(country)
                };
                let time_at = |distance: f64| flight.time_at(distance);
                add_stays(
                    &mut route.nato_stays,
                    [distance, distance + step],
                    below,
                    time_at,
                );
            }
            if self.world.near_area(at) {
                route.near_s = Some((route.near_s.map_or(t_s, |near| near.0), t_s));
            }
            route.track.push((t_s, at));
        }
    }

    fn fine(&self, route: &mut Route, legs: &Legs, flight: &Flight) {
        let count = (legs.length_m / COARSE_M).ceil().max(1.0) as usize;
        let zone = match flight {
            Flight::Kepler(_) => &self.arc_zone,
            _ => &self.zone,
        };
        let in_zone =
            |i: usize| zone.contains(legs.point(legs.length_m * i as f64 / count as f64).1);
        let Some(first) = (0..=count).find(|&i| in_zone(i)) else {
            return;
        };
        let last = (0..=count).rev().find(|&i| in_zone(i)).unwrap_or(first);
        let share = |i: usize| legs.length_m * i as f64 / count as f64;
        let (from, to) = (share(first.saturating_sub(1)), share((last + 1).min(count)));
        let ground = self.world.ground(self.draw.terrain);
        flight.each_sample(from, to, |t_s, distance, altitude| {
            let (direction, at) = legs.point(distance);
            let ground_m = ground.bilinear(at).unwrap_or(0.0);
            let country = self.world.country_at(at);
            let nato_m = self.world.nato_distance_m(at) as f32;
            // Until the terrain is followed, heights above ground stand on this ground.
            let asl_m = altitude.unwrap_or(ground_m);
            let agl_m = asl_m - ground_m;
            route.samples.push(Sample {
                t_s,
                direction,
                at,
                asl_m,
                agl_m,
                country,
                nato_m,
            });
        });
    }
}

/// A point 1 to 25 km inside NATO soil, beyond the border nearest to the aim.
fn stray_point(aim: LatLon, border: LatLon, u: f64) -> LatLon {
    let (distance, azimuth) = polar(aim, border);
    from_polar(aim, distance + 1000.0 + 24_000.0 * u * u, azimuth)
}

/// Ballistic and diving missiles fly straight; the others are planned around something.
fn wanders(profile: Profile) -> bool {
    matches!(profile, Profile::Low | Profile::High)
}

/// How height and time follow from the distance flown.
enum Flight {
    Level {
        speed_m_s: f64,
        length_m: f64,
    },
    Dive {
        speed_m_s: f64,
        altitude_m: f64,
        dive_m: f64,
        dive_speed_m_s: f64,
        length_m: f64,
    },
    Kepler(Arc),
    Flat(FlatArc),
}

impl Flight {
    fn new(profile: Profile, threat: &ThreatDraw, length_m: f64) -> Self {
        let length_m = length_m.max(1000.0);
        match profile {
            Profile::Low | Profile::High => Self::Level {
                speed_m_s: threat.speed_m_s.max(5.0),
                length_m,
            },
            Profile::Dive => {
                let dive_m = (threat.altitude_m / math::tan(threat.descent_rad)).min(length_m);
                let dive_speed_m_s = threat.terminal_speed_m_s * math::cos(threat.descent_rad);
                Self::Dive {
                    speed_m_s: threat.speed_m_s.max(5.0),
                    altitude_m: threat.altitude_m,
                    dive_m,
                    dive_speed_m_s: dive_speed_m_s.max(5.0),
                    length_m,
                }
            }
            Profile::Ballistic => Self::Kepler(threat.apogee_m.map_or_else(
                || Arc::minimum_energy(length_m),
                |apogee_m| Arc::with_apogee(length_m, apogee_m),
            )),
            Profile::AeroBallistic => Self::Flat(FlatArc::new(
                length_m,
                threat.apogee_m.unwrap_or(50_000.0),
                threat.speed_m_s,
                threat.terminal_speed_m_s,
                threat.descent_rad,
            )),
        }
    }

    fn duration_s(&self) -> f64 {
        match self {
            Self::Level {
                speed_m_s,
                length_m,
            } => length_m / speed_m_s,
            Self::Dive {
                speed_m_s,
                dive_m,
                dive_speed_m_s,
                length_m,
                ..
            } => (length_m - dive_m) / speed_m_s + dive_m / dive_speed_m_s,
            Self::Kepler(arc) => arc.flight_time_s,
            Self::Flat(arc) => arc.flight_time_s,
        }
    }

    /// Time at which a distance is reached; for arcs by the mean ground speed.
    fn time_at(&self, distance_m: f64) -> f64 {
        match self {
            Self::Level { speed_m_s, .. } => distance_m / speed_m_s,
            Self::Dive {
                speed_m_s,
                dive_m,
                dive_speed_m_s,
                length_m,
                ..
            } => {
                let level = distance_m.min(length_m - dive_m);
                level / speed_m_s + (distance_m - level) / dive_speed_m_s
            }
            Self::Kepler(_) | Self::Flat(_) => {
                let (length, _) = self.arc_at(self.duration_s());
                self.duration_s() * distance_m / length.max(1.0)
            }
        }
    }

    fn arc_at(&self, t_s: f64) -> (f64, f64) {
        match self {
            Self::Kepler(arc) => arc.at(t_s),
            Self::Flat(arc) => arc.at(t_s),
            Self::Level { .. } | Self::Dive { .. } => (0.0, 0.0),
        }
    }

    /// Calls back with (seconds, distance, height above sea or `None` over terrain) between two
    /// distances, on a lattice that does not depend on them: each kilometre for flyers, each second or part of it for arcs and dives.
    fn each_sample(&self, from: f64, to: f64, mut sink: impl FnMut(f64, f64, Option<f64>)) {
        match self {
            Self::Level {
                speed_m_s,
                length_m,
            } => {
                let mut distance = (from / FINE_M).floor() * FINE_M;
                while distance < to {
                    sink(distance / speed_m_s, distance, None);
                    distance += FINE_M;
                }
                if to >= length_m - 1.0 {
                    sink(length_m / speed_m_s, *length_m, None);
                }
            }
            Self::Dive {
                speed_m_s,
                altitude_m,
                dive_m,
                dive_speed_m_s,
                length_m,
            } => {
                let dive_from = length_m - dive_m;
                let end = self.time_at(to);
                let mut t = self.time_at(from).floor();
                while t <= end {
                    let level = (t * speed_m_s).min(dive_from);
                    let dived = (t - level / speed_m_s).max(0.0) * dive_speed_m_s;
                    let left = (1.0 - dived / dive_m.max(1.0)).max(0.0);
                    sink(t, level + dived, Some(altitude_m * left));
                    t += 1.0;
                }
            }
            Self::Kepler(_) | Self::Flat(_) => {
                let count = self.duration_s().ceil() as usize * FINE_PER_S;
                for i in 0..=count {
                    let t = self.duration_s() * i as f64 / count as f64;
                    let (distance, altitude) = self.arc_at(t);
                    // Batteries meet arcs below this height, where a second is a long way.
                    let wanted = i % FINE_PER_S == 0 || altitude < FINE_BELOW_M;
                    if wanted && distance >= from - 1.0 && distance <= to + 1.0 {
                        sink(t, distance, Some(altitude));
                    }
                }
            }
        }
    }
}

/// Great-circle legs through way-points, on a sphere of the mean radius.
struct Legs {
    /// Start, direction of flight at the start, distance at the start and length in metres.
    legs: Vec<([f64; 3], [f64; 3], f64, f64)>,
    length_m: f64,
}

impl Legs {
    fn new(points: &[LatLon]) -> Self {
        let mut legs = Vec::with_capacity(points.len());
        let mut length_m = 0.0;
        for pair in points.windows(2) {
            let (a, b) = (vector(pair[0]), vector(pair[1]));
            let along = dot(a, b).clamp(-1.0, 1.0);
            let side: [f64; 3] = std::array::from_fn(|i| b[i] - along * a[i]);
            let size = dot(side, side).sqrt();
            if size < 1e-9 {
                continue;
            }
            let leg_m = math::atan2(size, along) * RADIUS_M;
            legs.push((a, side.map(|x| x / size), length_m, leg_m));
            length_m += leg_m;
        }
        if legs.is_empty() {
            let a = vector(points.first().copied().unwrap_or_default());
            legs.push((a, [0.0, 0.0, 1.0], 0.0, 1.0));
            length_m = 1.0;
        }
        Self { legs, length_m }
    }

    fn point(&self, distance_m: f64) -> ([f64; 3], LatLon) {
        let leg = self
            .legs
            .iter()
            .rfind(|leg| leg.2 <= distance_m)
            .unwrap_or(&self.legs[0]);
        let angle = (distance_m - leg.2).clamp(0.0, leg.3) / RADIUS_M;
        let (sin, cos) = (math::sin(angle), math::cos(angle));
        let v: [f64; 3] = std::array::from_fn(|i| cos * leg.0[i] + sin * leg.1[i]);
        let lat = math::asin(v[2].clamp(-1.0, 1.0));
        let lon = math::atan2(v[1], v[0]);
        let at = LatLon::new(
            math::degrees_from_radians(lat),
            math::degrees_from_radians(lon),
        );
        (v, at)
    }
}

/// Unit vector of a point, latitude taken as spherical.
pub(crate) fn vector(at: LatLon) -> [f64; 3] {
    let (lat, lon) = (
        math::radians_from_degrees(at.lat_deg),
        math::radians_from_degrees(at.lon_deg),
    );
    [
        math::cos(lat) * math::cos(lon),
        math::cos(lat) * math::sin(lon),
        math::sin(lat),
    ]
}

pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Distance and azimuth on the sphere.
pub(crate) fn polar(from: LatLon, to: LatLon) -> (f64, f64) {
    let (lat1, lat2) = (
        math::radians_from_degrees(from.lat_deg),
        math::radians_from_degrees(to.lat_deg),
    );
    let dlon = math::radians_from_degrees(to.lon_deg - from.lon_deg);
    let y = math::sin(dlon) * math::cos(lat2);
    let x = math::cos(lat1) * math::sin(lat2) - math::sin(lat1) * math::cos(lat2) * math::cos(dlon);
    let z = math::sin(lat1) * math::sin(lat2) + math::cos(lat1) * math::cos(lat2) * math::cos(dlon);
    (
        math::atan2(math::hypot(x, y), z) * RADIUS_M,
        math::atan2(y, x),
    )
}

/// The point at a distance and azimuth on the sphere.
pub(crate) fn from_polar(from: LatLon, distance_m: f64, azimuth_rad: f64) -> LatLon {
    let (lat1, lon1) = (
        math::radians_from_degrees(from.lat_deg),
        math::radians_from_degrees(from.lon_deg),
    );
    let angle = distance_m / RADIUS_M;
    let (sin, cos) = (math::sin(angle), math::cos(angle));
    let up = math::sin(lat1) * cos + math::cos(lat1) * sin * math::cos(azimuth_rad);
    let lat = math::asin(up.clamp(-1.0, 1.0));
    let y = math::sin(azimuth_rad) * sin * math::cos(lat1);
    let x = cos - math::sin(lat1) * up;
    let lon = math::degrees_from_radians(lon1 + math::atan2(y, x));
    LatLon::new(math::degrees_from_radians(lat), math::wrap_degrees(lon))
}

/// A point spread evenly over a disc.
fn in_disc(centre: LatLon, radius_m: f64, u: [f64; 2]) -> LatLon {
    if radius_m <= 0.0 {
        return centre;
    }
    from_polar(
        centre,
        radius_m * u[0].sqrt(),
        2.0 * std::f64::consts::PI * u[1],
    )
}

/// A way-point off the direct line: 20 to 80 % of the way, up to a share `wide` of the length aside
/// (an assumption: real routes are planned around defences and are not published).
fn wander(start: LatLon, end: LatLon, u: [f64; 2], wide: f64) -> LatLon {
    let (length, azimuth) = polar(start, end);
    let middle = from_polar(start, length * (0.2 + 0.6 * u[0]), azimuth);
    let aside = wide * length * (2.0 * u[1] - 1.0);
    from_polar(middle, aside, azimuth + std::f64::consts::FRAC_PI_2)
}

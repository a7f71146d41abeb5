//! What comes down after an intercept: in which country, and on how many people by expectation.
//!
//! Pieces of a threat fall with drag from the intercept ([`fall`](mod@fall), looked up in [`table`]);
//! an interceptor that misses and does not destroy itself comes down whole, somewhere further along
//! its flight. Who is hit is an expectation by casualty area and density ([`people`]). The two kinds
//! are never merged.
//!
//! Not here: wind, explosion of what comes down, debris of the existing defence's kills.

mod fall;
mod people;
mod table;

pub use fall::{Fall, fall};
pub use people::casualty_area_m2;

use crate::engine::{Setting, purpose};
use crate::route::{Sample, from_polar, polar};
use crate::threats::Flying;
use cupola_units::{EARTH_RADIUS_MEAN_M, LatLon, Stream, math};

/// A class of pieces of a killed threat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pieces {
    /// Ballistic coefficient in the middle of the class, kg/m² (assumed).
    pub coefficient_kg_m2: f64,
    /// Share of all pieces (assumed).
    pub share: f64,
    /// Size of one, m² (assumed).
    pub fragment_m2: f64,
    /// Whether a roof stops it.
    pub roof_stops: bool,
}

/// Light (skin, panels), middle (wings, structure) and heavy pieces (engine, warhead, body).
pub(crate) const PIECES: [Pieces; 3] = [
    Pieces {
        coefficient_kg_m2: 30.0,
        share: 0.70,
        fragment_m2: 0.1,
        roof_stops: true,
    },
    Pieces {
        coefficient_kg_m2: 300.0,
        share: 0.25,
        fragment_m2: 0.1,
        roof_stops: true,
    },
    Pieces {
        coefficient_kg_m2: 3000.0,
        share: 0.05,
        fragment_m2: 0.5,
        roof_stops: false,
    },
];

/// Metres forward for each metre down of an interceptor that falls whole: 45° (assumed).
const INTERCEPTOR_SLANT: f64 = 1.0;

/// Density from which a place counts as a town, people per km² (assumed).
const TOWN_PER_KM2: f64 = 1000.0;

/// Debris figures of one draw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DebrisDraw {
    /// Hazardous pieces of one killed threat; with none, nothing is followed to the ground.
    pub pieces: f64,
    /// Share of people under a roof that stops light and middle pieces.
    pub sheltered_share: f64,
    /// Size of an interceptor that falls whole, m².
    pub interceptor_m2: f64,
    /// Residents of the protected area now, as a share of those counted.
    pub people_factor: f64,
}

/// Where something comes down, and on how many people by expectation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Down {
    pub country: u8,
    pub people: f64,
    /// Whether it is a town, where somebody will report it.
    pub in_town: bool,
}

/// Where things fall in one run.
pub(crate) struct Falls<'a, 's> {
    pub setting: &'a Setting<'s>,
    pub stream: Stream,
}

impl Falls<'_, '_> {
    /// Where the light, middle and heavy pieces of a threat come down.
    pub(crate) fn debris(&self, threat: &Flying, sample: usize) -> [Down; 3] {
        let samples = &self.setting.geometry.routes[threat.route as usize].samples;
        let here = &samples[sample];
        let Motion {
            plane,
            ahead,
            speed_m_s,
            dive_rad,
        } = motion(samples, sample);
        let draw = &self.setting.draw.debris;
        // Half a decade of spread around the class, one draw for all.
        let u = self.stream.uniform(threat.entity, purpose::PIECES, 0);
        let thrown = table::thrown(here.agl_m, speed_m_s, dive_rad, u);
        std::array::from_fn(|i| {
            let (pieces, thrown) = (&PIECES[i], thrown[i]);
            let at = plane.at(ahead.map(|share| share * thrown.forward_m));
            let open = if pieces.roof_stops {
                1.0 - draw.sheltered_share
            } else {
                1.0
            };
            let area_m2 = casualty_area_m2(pieces.fragment_m2, thrown.slant);
            self.down(at, draw.pieces * pieces.share * area_m2 * open)
        })
    }

    /// Where an interceptor that missed comes down.
    pub(crate) fn interceptor(&self, threat: &Flying, unit: usize, sample: usize, n: u32) -> Down {
        let here = &self.setting.geometry.routes[threat.route as usize].samples[sample];
        let from = self.setting.plan.units[unit].at;
        let (distance, azimuth) = polar(from, here.at);
        let range = self.setting.draw.units[unit].envelope.range_m.max(distance);
        let u = self
            .stream
            .uniform(threat.entity, purpose::FALL, 0x1_0000 + n);
        let at = from_polar(here.at, u * (range - distance), azimuth);
        // No roof stops it.
        let area_m2 = casualty_area_m2(self.setting.draw.debris.interceptor_m2, INTERCEPTOR_SLANT);
        self.down(at, area_m2)
    }

    /// The country at a point, and the people by expectation on an exposed area there.
    fn down(&self, at: LatLon, exposed_m2: f64) -> Down {
        let world = self.setting.world;
        let factor = if world.in_area(at) {
            self.setting.draw.debris.people_factor
        } else {
            1.0
        };
        let per_km2 = world.people_per_km2(at) * factor;
        Down {
            country: world.country_at(at),
            people: people::expected(exposed_m2, per_km2),
            in_town: per_km2 >= TOWN_PER_KM2,
        }
    }
}

/// The level plane at a point. Twenty kilometres out it is off by 40 m at 50° of latitude: pieces of
/// one class spread over kilometres.
struct Plane {
    from: LatLon,
    /// Metres of a degree of longitude.
    lon_m: f64,
}

/// Metres of a degree of latitude.
const LAT_M: f64 = EARTH_RADIUS_MEAN_M * std::f64::consts::PI / 180.0;

impl Plane {
    fn new(from: LatLon) -> Self {
        let shrink = math::cos(math::radians_from_degrees(from.lat_deg));
        Self {
            from,
            lon_m: LAT_M * shrink.max(1e-6),
        }
    }

    /// East and north of a point, metres.
    fn of(&self, to: LatLon) -> [f64; 2] {
        [
            math::wrap_degrees(to.lon_deg - self.from.lon_deg) * self.lon_m,
            (to.lat_deg - self.from.lat_deg) * LAT_M,
        ]
    }

    /// The point so far east and north, metres.
    fn at(&self, [east_m, north_m]: [f64; 2]) -> LatLon {
        let lat_deg = (self.from.lat_deg + north_m / LAT_M).clamp(-90.0, 90.0);
        let lon_deg = math::wrap_degrees(self.from.lon_deg + east_m / self.lon_m);
        LatLon::new(lat_deg, lon_deg)
    }
}

/// How a threat moves at a sample of its route.
struct Motion {
    plane: Plane,
    /// Its heading: east and north, one metre long together.
    ahead: [f64; 2],
    speed_m_s: f64,
    dive_rad: f64,
}

fn motion(samples: &[Sample], sample: usize) -> Motion {
    let next = (sample + 1).min(samples.len() - 1);
    let (a, b) = (&samples[next.saturating_sub(1)], &samples[next]);
    let plane = Plane::new(samples[sample].at);
    let ([from_east, from_north], [to_east, to_north]) = (plane.of(a.at), plane.of(b.at));
    let (east_m, north_m) = (to_east - from_east, to_north - from_north);
    let ground_m = (east_m * east_m + north_m * north_m).sqrt();
    let drop_m = a.asl_m - b.asl_m;
    let elapsed_s = (b.t_s - a.t_s).max(1e-3);
    Motion {
        plane,
        ahead: [east_m, north_m].map(|m| m / ground_m.max(1e-3)),
        speed_m_s: (ground_m * ground_m + drop_m * drop_m).sqrt() / elapsed_s,
        dive_rad: math::atan2(drop_m, ground_m.max(1e-3)),
    }
}

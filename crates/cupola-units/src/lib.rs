//! Newtypes, deterministic mathematics and counter-based random streams.
//!
//! Everything below the command line computes with these, so that the same seed gives the same
//! bytes on any thread count and any 64-bit platform. Nothing here knows a word of air defence.

pub mod math;
pub mod rng;
mod time;

pub use rng::{Stream, entity_id};
pub use time::SimTime;

use std::fmt;

/// Mean Earth radius used for great-circle figures, metres (IUGG mean radius of WGS 84).
pub const EARTH_RADIUS_MEAN_M: f64 = 6_371_008.8;
/// Equatorial Earth radius of WGS 84, metres; the radius of every line-of-sight computation.
pub const EARTH_RADIUS_EQUATORIAL_M: f64 = 6_378_137.0;
/// Standard gravity, metres per second squared.
pub const GRAVITY_M_S2: f64 = 9.806_65;

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
        pub struct $name(pub f64);

        impl $name {
            /// The bare number in the unit of the type.
            pub const fn get(self) -> f64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match f.precision() {
                    Some(digits) => write!(f, "{:.digits$} {}", self.0, $unit),
                    None => write!(f, "{} {}", self.0, $unit),
                }
            }
        }
    };
}

quantity!(
    /// A length or height in metres.
    Metres, "m"
);
quantity!(
    /// An angle in degrees; used at the edges (files, messages) only.
    Degrees, "°"
);
quantity!(
    /// An angle in radians; used inside.
    Radians, "rad"
);
quantity!(
    /// A speed in metres per second.
    MetresPerSecond, "m/s"
);

impl From<Degrees> for Radians {
    fn from(angle: Degrees) -> Self {
        Self(math::radians_from_degrees(angle.0))
    }
}

/// A point on the WGS 84 ellipsoid: latitude north and longitude east, degrees.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LatLon {
    /// Latitude, degrees, −90 to 90, north positive.
    pub lat_deg: f64,
    /// Longitude, degrees, −180 to 180, east positive.
    pub lon_deg: f64,
}

impl LatLon {
    /// A point from latitude and longitude in degrees.
    pub const fn new(lat_deg: f64, lon_deg: f64) -> Self {
        Self { lat_deg, lon_deg }
    }
}

impl fmt::Display for LatLon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ns = if self.lat_deg < 0.0 { 'S' } else { 'N' };
        let ew = if self.lon_deg < 0.0 { 'W' } else { 'E' };
        write!(
            f,
            "{:.3}° {ns} {:.3}° {ew}",
            self.lat_deg.abs(),
            self.lon_deg.abs()
        )
    }
}

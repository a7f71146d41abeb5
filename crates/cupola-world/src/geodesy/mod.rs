//! Distances and directions on the WGS 84 ellipsoid, exact and fast.
//!
//! `inverse` and `direct` are geodesics to better than a micrometre. `LocalFrame` is the cheap
//! stand-in around one site: the ellipsoid is mapped conformally on the sphere that touches it
//! best there (Gauss 1843), on which distance and azimuth from the origin are spherical.
//!
//! Azimuths are radians clockwise from north, 0 to 2π. Distances are metres along the ground at
//! the height of the ellipsoid.
//!
//! Not here: heights, refraction, lines of sight.

mod frame;
mod geodesic;

pub use frame::{LocalFrame, Ray};
pub use geodesic::{Inverse, direct, inverse};

use cupola_units::math::{asin, cos, radians_from_degrees, sin};
use cupola_units::{EARTH_RADIUS_MEAN_M, LatLon};

/// Equatorial radius of WGS 84, metres.
pub(crate) const A_M: f64 = cupola_units::EARTH_RADIUS_EQUATORIAL_M;
/// Flattening of WGS 84.
pub(crate) const F: f64 = 1.0 / 298.257_223_563;
/// First eccentricity squared.
pub(crate) const E2: f64 = F * (2.0 - F);

/// Great-circle distance on the mean sphere, metres.
///
/// Off the geodesic by up to 0.56 %; use it where that does not matter.
///
/// ```
/// use cupola_units::LatLon;
/// use cupola_world::geodesy::great_circle_m;
/// let lviv = LatLon::new(49.838, 24.023);
/// let rzeszow = LatLon::new(50.041, 21.999);
/// assert!((great_circle_m(lviv, rzeszow) - 146_600.0).abs() < 1_000.0);
/// ```
pub fn great_circle_m(a: LatLon, b: LatLon) -> f64 {
    let half = |degrees: f64| sin(0.5 * radians_from_degrees(degrees));
    let (u, v) = (half(b.lat_deg - a.lat_deg), half(b.lon_deg - a.lon_deg));
    let cosines = cos(radians_from_degrees(a.lat_deg)) * cos(radians_from_degrees(b.lat_deg));
    let h = u * u + cosines * v * v;
    2.0 * EARTH_RADIUS_MEAN_M * asin(h.sqrt().min(1.0))
}

/// An angle brought into 0 to 2π.
pub(crate) fn wrap_tau(radians: f64) -> f64 {
    let turned = radians - std::f64::consts::TAU * (radians / std::f64::consts::TAU).floor();
    if turned >= std::f64::consts::TAU {
        0.0
    } else {
        turned
    }
}

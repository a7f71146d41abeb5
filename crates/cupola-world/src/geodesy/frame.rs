//! Polar coordinates around one site, cheap enough to walk every ray of every radar.

use cupola_units::LatLon;
use cupola_units::math::{
    asin, atan2, atanh, cos, degrees_from_radians, radians_from_degrees, sin, tanh, wrap_degrees,
};

use super::{A_M, E2, direct, inverse, wrap_tau};

/// Terms of the two latitude polynomials.
const TERMS: usize = 8;
/// Half width, in radians of latitude, of the band on which the polynomials are fitted.
const HALF_BAND: f64 = 0.17;
/// Beyond this the frame hands over to the geodesic, metres.
const REACH_M: f64 = 1_000_000.0;
/// Poleward of this the frame uses the geodesic everywhere, degrees.
const POLAR_LIMIT_DEG: f64 = 79.0;

/// Azimuthal equidistant coordinates around an origin.
///
/// Within 500 km distances are within 3 × 10⁻⁷ and azimuths within 10⁻⁷ rad of the geodesic, within
/// 1 000 km 3 × 10⁻⁶ and 10⁻⁶ rad (measured in the tests). Beyond that, and for origins poleward
/// of 79°, the geodesic itself is used: right, and slow.
///
/// # Source
/// Conformal sphere of Gauss (1843) as in J. P. Snyder, "Map projections: a working manual",
/// USGS 1395, and Bugayevskiy and Snyder, "Map projections: a reference manual", chapter 1: radius
/// √(MN), longitudes stretched by α, latitudes by a conformal map of the third order at the origin.
#[derive(Clone, Debug)]
pub struct LocalFrame {
    origin: LatLon,
    radius_m: f64,
    alpha: f64,
    sin0: f64,
    cos0: f64,
    geodetic0: f64,
    geodetic_from_sphere: Polynomial,
    sphere_from_geodetic: Polynomial,
    polar: bool,
}

/// A polynomial in Newton's form.
#[derive(Clone, Debug)]
struct Polynomial {
    at: [f64; TERMS],
    coefficient: [f64; TERMS],
}

impl Polynomial {
    fn through(x: [f64; TERMS], y: [f64; TERMS]) -> Self {
        let mut coefficient = y;
        for order in 1..TERMS {
            for i in (order..TERMS).rev() {
                coefficient[i] = (coefficient[i] - coefficient[i - 1]) / (x[i] - x[i - order]);
            }
        }
        let mut polynomial = Self { at: x, coefficient };
        // Zero stays zero: the origin is at distance zero.
        polynomial.coefficient[0] -= polynomial.value(0.0);
        polynomial
    }

    #[inline]
    fn value(&self, x: f64) -> f64 {
        let mut sum = self.coefficient[TERMS - 1];
        for i in (0..TERMS - 1).rev() {
            sum = sum * (x - self.at[i]) + self.coefficient[i];
        }
        sum
    }
}

/// Isometric latitude of the ellipsoid.
fn isometric(phi: f64) -> f64 {
    let e = E2.sqrt();
    atanh(sin(phi)) - e * atanh(e * sin(phi))
}

impl LocalFrame {
    /// A frame around an origin anywhere on Earth.
    pub fn new(origin: LatLon) -> Self {
        let polar = origin.lat_deg.abs() > POLAR_LIMIT_DEG;
        let phi = radians_from_degrees(if polar { 0.0 } else { origin.lat_deg });
        let (s, c) = (sin(phi), cos(phi));
        let w = 1.0 - E2 * s * s;
        let radius_m = A_M * (1.0 - E2).sqrt() / w;
        let alpha = (1.0 + E2 / (1.0 - E2) * c * c * c * c).sqrt();
        let sphere0 = asin(s / alpha);
        let shift = atanh(sin(sphere0)) - alpha * isometric(phi);
        let mut x = [0.0; TERMS];
        let mut y = [0.0; TERMS];
        for (i, (x, y)) in x.iter_mut().zip(&mut y).enumerate() {
            let node = cos((i as f64 + 0.5) * std::f64::consts::PI / TERMS as f64);
            *x = HALF_BAND * node;
            *y = asin(tanh(alpha * isometric(phi + *x) + shift)) - sphere0;
        }
        Self {
            origin,
            radius_m,
            alpha,
            sin0: sin(sphere0),
            cos0: cos(sphere0),
            geodetic0: phi,
            geodetic_from_sphere: Polynomial::through(y, x),
            sphere_from_geodetic: Polynomial::through(x, y),
            polar,
        }
    }

    /// The origin of the frame.
    pub fn origin(&self) -> LatLon {
        self.origin
    }

    /// Distance in metres and azimuth in radians, 0 to 2π clockwise from north, of a point seen
    /// from the origin; both zero within a micrometre of it.
    pub fn polar_from_point(&self, at: LatLon) -> (f64, f64) {
        let phi = radians_from_degrees(at.lat_deg);
        let dphi = phi - self.geodetic0;
        if self.polar || dphi.abs() > HALF_BAND {
            return self.exact(at);
        }
        let dlon = radians_from_degrees(wrap_degrees(at.lon_deg - self.origin.lon_deg));
        let dlon = dlon * self.alpha;
        let u = self.sphere_from_geodetic.value(dphi);
        let (sl, cl) = (sin(dlon), cos(dlon));
        let (su, cu) = (sin(u), cos(u));
        let versine = 1.0 - cl;
        let cos_lat = self.cos0 * cu - self.sin0 * su;
        let east = cos_lat * sl;
        let north = su + self.sin0 * cos_lat * versine;
        let up = cu - self.cos0 * cos_lat * versine;
        let distance_m = self.radius_m * atan2((east * east + north * north).sqrt(), up);
        if distance_m > REACH_M {
            return self.exact(at);
        }
        if distance_m < 1e-6 {
            return (0.0, 0.0);
        }
        (distance_m, wrap_tau(atan2(east, north)))
    }

    fn exact(&self, at: LatLon) -> (f64, f64) {
        let way = inverse(self.origin, at);
        (way.distance_m, way.azimuth_rad)
    }

    /// The point at a distance in metres and an azimuth in radians from the origin.
    pub fn point_from_polar(&self, distance_m: f64, azimuth_rad: f64) -> LatLon {
        if self.polar || distance_m.abs() > REACH_M {
            return direct(self.origin, azimuth_rad, distance_m);
        }
        let arc = distance_m / self.radius_m;
        self.point_at(sin(arc), cos(arc), sin(azimuth_rad), cos(azimuth_rad))
    }

    /// The points at `step_m`, `2 × step_m` … `count × step_m` along one azimuth: about four times
    /// cheaper than asking for each.
    pub fn ray(&self, azimuth_rad: f64, step_m: f64, count: usize) -> Ray<'_> {
        let arc = step_m / self.radius_m;
        Ray {
            frame: self,
            azimuth_rad,
            sin_azimuth: sin(azimuth_rad),
            cos_azimuth: cos(azimuth_rad),
            step_m,
            sin_step: sin(arc),
            cos_step: cos(arc),
            sin_arc: 0.0,
            cos_arc: 1.0,
            next: 1,
            count,
        }
    }

    #[inline]
    fn point_at(&self, sin_arc: f64, cos_arc: f64, sin_azimuth: f64, cos_azimuth: f64) -> LatLon {
        let north = sin_arc * cos_azimuth;
        let east = sin_arc * sin_azimuth;
        let z = self.sin0 * cos_arc + self.cos0 * north;
        let x = self.cos0 * cos_arc - self.sin0 * north;
        let rho = (x * x + east * east).sqrt();
        let u = small_asin(z * self.cos0 - rho * self.sin0);
        let dlon = if x > 0.0 && east.abs() < 0.25 * rho {
            small_asin(east / rho)
        } else {
            atan2(east, x)
        };
        let phi = self.geodetic0 + self.geodetic_from_sphere.value(u);
        let lon_deg = self.origin.lon_deg + degrees_from_radians(dlon / self.alpha);
        LatLon {
            lat_deg: degrees_from_radians(phi),
            lon_deg: if lon_deg.abs() <= 180.0 {
                lon_deg
            } else {
                wrap_degrees(lon_deg)
            },
        }
    }
}

/// Arc sine for |x| ≤ 0.25, error below 10⁻¹² rad.
#[inline]
fn small_asin(x: f64) -> f64 {
    const C: [f64; 8] = [
        1.0 / 6.0,
        3.0 / 40.0,
        15.0 / 336.0,
        105.0 / 3456.0,
        945.0 / 42240.0,
        10395.0 / 599_040.0,
        135_135.0 / 9_676_800.0,
        2_027_025.0 / 175_472_640.0,
    ];
    let x2 = x * x;
    let mut sum = C[7];
    for &c in C[..7].iter().rev() {
        sum = sum * x2 + c;
    }
    x + x * x2 * sum
}

/// Points at equal steps along one azimuth of a [`LocalFrame`], nearest first.
#[derive(Clone, Debug)]
pub struct Ray<'a> {
    frame: &'a LocalFrame,
    azimuth_rad: f64,
    sin_azimuth: f64,
    cos_azimuth: f64,
    step_m: f64,
    sin_step: f64,
    cos_step: f64,
    sin_arc: f64,
    cos_arc: f64,
    next: usize,
    count: usize,
}

impl Iterator for Ray<'_> {
    type Item = LatLon;

    #[inline]
    fn next(&mut self) -> Option<LatLon> {
        if self.next > self.count {
            return None;
        }
        let distance_m = self.next as f64 * self.step_m;
        self.next += 1;
        let (s, c) = (self.sin_arc, self.cos_arc);
        self.sin_arc = s * self.cos_step + c * self.sin_step;
        self.cos_arc = c * self.cos_step - s * self.sin_step;
        if self.frame.polar || distance_m > REACH_M {
            return Some(direct(self.frame.origin, self.azimuth_rad, distance_m));
        }
        Some(self.frame.point_at(
            self.sin_arc,
            self.cos_arc,
            self.sin_azimuth,
            self.cos_azimuth,
        ))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.count + 1).saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Ray<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ray_walks_the_same_points_as_asking_for_each() {
        let frame = LocalFrame::new(LatLon::new(49.8, 24.0));
        for (i, point) in frame.ray(1.1, 250.0, 2000).enumerate() {
            let other = frame.point_from_polar((i + 1) as f64 * 250.0, 1.1);
            assert!((point.lat_deg - other.lat_deg).abs() < 1e-11);
            assert!((point.lon_deg - other.lon_deg).abs() < 1e-11);
        }
        assert_eq!(frame.ray(1.0, 100.0, 7).len(), 7);
    }

    #[test]
    fn polar_and_point_undo_each_other() {
        for lat in [-70.0, -33.0, 0.0, 12.0, 49.8, 65.0, 78.9, 85.0] {
            let frame = LocalFrame::new(LatLon::new(lat, 179.2));
            for k in 1..40 {
                let (d, az) = (f64::from(k) * 20_000.0, f64::from(k) * 0.157);
                let (d2, az2) = frame.polar_from_point(frame.point_from_polar(d, az));
                assert!((d - d2).abs() < 0.02, "{lat} {d} {d2}");
                assert!((az - az2).abs() < 1e-7, "{lat} {az} {az2}");
            }
        }
    }

    #[test]
    fn conformal_sphere_is_close_to_the_ellipsoid() {
        let frame = LocalFrame::new(LatLon::new(45.0, 0.0));
        assert!((degrees_from_radians(asin(frame.sin0)) - 45.0).abs() < 0.1);
        let (d, az) = frame.polar_from_point(LatLon::new(45.0, 0.0));
        assert!(d.abs() < 1e-9 && az.abs() < 1e-9);
    }
}

//! The two geodesic problems by Karney's series on the auxiliary sphere.

use cupola_units::LatLon;
use cupola_units::math::{
    atan2, cos, degrees_from_radians, hypot, radians_from_degrees, sin, wrap_degrees,
};

use super::{A_M, E2, F, wrap_tau};

/// Third flattening.
const N: f64 = F / (2.0 - F);
/// Second eccentricity squared.
const EP2: f64 = E2 / (1.0 - E2);
/// Polar radius, metres.
const B_M: f64 = A_M * (1.0 - F);

/// The shortest way between two points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inverse {
    /// Length of the geodesic, metres.
    pub distance_m: f64,
    /// Direction at the first point towards the second, radians clockwise from north, 0 to 2π.
    pub azimuth_rad: f64,
    /// Direction at the second point back towards the first, radians clockwise from north.
    pub back_azimuth_rad: f64,
}

/// The series of one geodesic, whose equatorial azimuth has cosine `cos_alpha0`.
struct Series {
    a1: f64,
    c1: [f64; 6],
    eps: f64,
}

impl Series {
    fn new(cos_alpha0: f64) -> Self {
        let k2 = EP2 * cos_alpha0 * cos_alpha0;
        let eps = k2 / (2.0 * (1.0 + (1.0 + k2).sqrt()) + k2);
        let e2 = eps * eps;
        let [p1, p2, p3, p4, p5, p6] = powers(eps);
        Self {
            a1: 1.0 + (e2 * (e2 * (e2 + 4.0) + 64.0) / 256.0 + eps) / (1.0 - eps),
            c1: [
                p1 * ((6.0 - e2) * e2 - 16.0) / 32.0,
                p2 * ((64.0 - 9.0 * e2) * e2 - 128.0) / 2048.0,
                p3 * (9.0 * e2 - 16.0) / 768.0,
                p4 * (3.0 * e2 - 5.0) / 512.0,
                -7.0 * p5 / 1280.0,
                -7.0 * p6 / 2048.0,
            ],
            eps,
        }
    }

    /// Coefficients that turn a length back into an arc.
    fn c1_reverted(&self) -> [f64; 6] {
        let e2 = self.eps * self.eps;
        let [p1, p2, p3, p4, p5, p6] = powers(self.eps);
        [
            p1 * (e2 * (205.0 * e2 - 432.0) + 768.0) / 1536.0,
            p2 * (e2 * (4005.0 * e2 - 4736.0) + 3840.0) / 12288.0,
            p3 * (116.0 - 225.0 * e2) / 384.0,
            p4 * (2695.0 - 7173.0 * e2) / 7680.0,
            3467.0 * p5 / 7680.0,
            38081.0 * p6 / 61440.0,
        ]
    }

    /// The factor and coefficients of the longitude correction.
    fn longitude(&self) -> (f64, [f64; 6]) {
        let n = N;
        let [p1, p2, p3, p4, p5, _] = powers(self.eps);
        let a3 = 1.0
            + p1 * (n - 1.0) / 2.0
            + p2 * (n * (3.0 * n - 1.0) - 2.0) / 8.0
            + p3 * ((-n - 3.0) * n - 1.0) / 16.0
            + p4 * (-2.0 * n - 3.0) / 64.0
            - p5 * 3.0 / 128.0;
        let c3 = [
            p1 * (1.0 - n) / 4.0
                + p2 * (1.0 - n * n) / 8.0
                + p3 * ((3.0 - n) * n + 3.0) / 64.0
                + p4 * (2.0 * n + 5.0) / 128.0
                + p5 * 3.0 / 128.0,
            p2 * ((n - 3.0) * n + 2.0) / 32.0
                + p3 * ((-3.0 * n - 2.0) * n + 3.0) / 64.0
                + p4 * (n + 3.0) / 128.0
                + p5 * 5.0 / 256.0,
            p3 * ((5.0 * n - 9.0) * n + 5.0) / 192.0
                + p4 * (9.0 - 10.0 * n) / 384.0
                + p5 * 7.0 / 512.0,
            p4 * (7.0 - 14.0 * n) / 512.0 + p5 * 7.0 / 512.0,
            p5 * 21.0 / 2560.0,
            0.0,
        ];
        (a3, c3)
    }
}

fn powers(x: f64) -> [f64; 6] {
    let x2 = x * x;
    [x, x2, x2 * x, x2 * x2, x2 * x2 * x, x2 * x2 * x2]
}

/// `Σ c[l] sin(2 (l+1) σ)` by Clenshaw's recurrence.
fn sine_sum(sigma: f64, c: &[f64; 6]) -> f64 {
    let (s, x) = (sin(2.0 * sigma), 2.0 * cos(2.0 * sigma));
    let (mut b1, mut b2) = (0.0, 0.0);
    for &coefficient in c.iter().rev() {
        (b1, b2) = (x * b1 - b2 + coefficient, b1);
    }
    b1 * s
}

/// Sine and cosine of the reduced latitude.
fn reduced(lat_deg: f64) -> (f64, f64) {
    let phi = radians_from_degrees(lat_deg);
    // The floor keeps the azimuth at a pole defined, as the meridian of the given longitude.
    let (s, c) = ((1.0 - F) * sin(phi), cos(phi).max(1e-30));
    let norm = hypot(s, c);
    (s / norm, c / norm)
}

/// Distance and directions between two points.
///
/// Better than a micrometre against GeographicLib up to 19 800 km; for nearly antipodal points
/// (farther than that) the iteration may not settle and the distance is only good to about 0.1 %.
/// For equal points all three numbers are zero.
///
/// # Source
/// C. F. F. Karney, "Algorithms for geodesics", Journal of Geodesy 87 (2013), equations 7 to 25,
/// with the longitude difference solved by fixed-point iteration as by Vincenty (1975).
///
/// ```
/// use cupola_units::LatLon;
/// use cupola_world::geodesy::inverse;
/// let way = inverse(LatLon::new(0.0, 0.0), LatLon::new(0.0, 1.0));
/// assert!((way.distance_m - 111_319.490_8).abs() < 1e-3);
/// ```
pub fn inverse(a: LatLon, b: LatLon) -> Inverse {
    let lambda = radians_from_degrees(wrap_degrees(b.lon_deg - a.lon_deg));
    let ((s1, c1), (s2, c2)) = (reduced(a.lat_deg), reduced(b.lat_deg));
    let mut omega = lambda;
    let mut arc = Arc::between(s1, c1, s2, c2, omega);
    for _ in 0..40 {
        let (a3, c3) = arc.series.longitude();
        let wave = sine_sum(arc.sigma2, &c3) - sine_sum(arc.sigma1, &c3);
        let next = lambda + F * arc.sin_alpha0 * a3 * (arc.sigma2 - arc.sigma1 + wave);
        let moved = (next - omega).abs();
        omega = next;
        arc = Arc::between(s1, c1, s2, c2, omega);
        if moved < 1e-15 {
            break;
        }
    }
    let wave = sine_sum(arc.sigma2, &arc.series.c1) - sine_sum(arc.sigma1, &arc.series.c1);
    let distance_m = B_M * arc.series.a1 * (arc.sigma2 - arc.sigma1 + wave);
    if distance_m <= 0.0 {
        return Inverse {
            distance_m: 0.0,
            azimuth_rad: 0.0,
            back_azimuth_rad: 0.0,
        };
    }
    Inverse {
        distance_m,
        azimuth_rad: wrap_tau(arc.alpha1),
        back_azimuth_rad: wrap_tau(arc.alpha2 + std::f64::consts::PI),
    }
}

/// A great circle on the auxiliary sphere.
struct Arc {
    alpha1: f64,
    alpha2: f64,
    sin_alpha0: f64,
    sigma1: f64,
    sigma2: f64,
    series: Series,
}

impl Arc {
    fn between(s1: f64, c1: f64, s2: f64, c2: f64, omega: f64) -> Self {
        let (so, co) = (sin(omega), cos(omega));
        // cos β1 sin β2 − sin β1 cos β2 cos ω, without losing digits for near points.
        let versine = 2.0 * sin(0.5 * omega) * sin(0.5 * omega);
        let difference = c1 * s2 - s1 * c2;
        let (y1, x1) = (c2 * so, difference + s1 * c2 * versine);
        let (y2, x2) = (c1 * so, difference - c1 * s2 * versine);
        let (alpha1, alpha2) = (atan2(y1, x1), atan2(y2, x2));
        let sigma12 = atan2(hypot(y1, x1), s1 * s2 + c1 * c2 * co);
        let norm = hypot(y1, x1).max(1e-300);
        let (sa, ca) = (y1 / norm, x1 / norm);
        let sin_alpha0 = sa * c1;
        let cos_alpha0 = hypot(ca, sa * s1);
        let sigma1 = atan2(s1, ca * c1);
        Self {
            alpha1,
            alpha2,
            sin_alpha0,
            sigma1,
            sigma2: sigma1 + sigma12,
            series: Series::new(cos_alpha0),
        }
    }
}

/// The point reached from `from` after `distance_m` metres along the geodesic that starts in
/// direction `azimuth_rad`.
///
/// Better than a micrometre for any distance, also negative and round the Earth; the longitude
/// comes back between −180 and 180.
///
/// # Source
/// C. F. F. Karney, "Algorithms for geodesics", Journal of Geodesy 87 (2013).
pub fn direct(from: LatLon, azimuth_rad: f64, distance_m: f64) -> LatLon {
    let (sb, cb) = reduced(from.lat_deg);
    let (sa, ca) = (sin(azimuth_rad), cos(azimuth_rad));
    let (sin_alpha0, cos_alpha0) = (sa * cb, hypot(ca, sa * sb));
    let series = Series::new(cos_alpha0);
    let sigma1 = atan2(sb, ca * cb);
    let omega1 = atan2(sin_alpha0 * sb, ca * cb);
    let tau1 = sigma1 + sine_sum(sigma1, &series.c1);
    let tau2 = tau1 + distance_m / (B_M * series.a1);
    let sigma2 = tau2 + sine_sum(tau2, &series.c1_reverted());
    let (ss, cs) = (sin(sigma2), cos(sigma2));
    let sin_beta2 = cos_alpha0 * ss;
    let cos_beta2 = hypot(sin_alpha0, cos_alpha0 * cs);
    let omega2 = atan2(sin_alpha0 * ss, cs);
    let (a3, c3) = series.longitude();
    let wave = sine_sum(sigma2, &c3) - sine_sum(sigma1, &c3);
    let lambda = omega2 - omega1 - F * sin_alpha0 * a3 * (sigma2 - sigma1 + wave);
    LatLon {
        lat_deg: degrees_from_radians(atan2(sin_beta2, (1.0 - F) * cos_beta2)),
        lon_deg: wrap_degrees(from.lon_deg + degrees_from_radians(lambda)),
    }
}

//! The functions whose last bits differ between platforms, taken from one library (libm).
//!
//! `+ − × ÷ √` and rounding are exact everywhere and need no wrapper.

use std::f64::consts::PI;

macro_rules! wrap {
    ($($(#[$doc:meta])* $name:ident($($arg:ident),+);)+) => {
        $($(#[$doc])* #[inline] pub fn $name($($arg: f64),+) -> f64 { libm::$name($($arg),+) })+
    };
}

wrap! {
    /// Sine of an angle in radians.
    sin(x);
    /// Cosine of an angle in radians.
    cos(x);
    /// Tangent of an angle in radians.
    tan(x);
    /// Arc sine, radians; not a number outside −1 to 1.
    asin(x);
    /// Arc cosine, radians; not a number outside −1 to 1.
    acos(x);
    /// Arc tangent, radians.
    atan(x);
    /// Angle of the point (x, y) from the x axis, radians: `atan2(y, x)`.
    atan2(y, x);
    /// Exponential.
    exp(x);
    /// `exp(x) − 1`, exact near zero.
    expm1(x);
    /// `ln(1 + x)`, exact near zero.
    log1p(x);
    /// Base-10 logarithm.
    log10(x);
    /// `x` to the power `y`.
    pow(x, y);
    /// Length of the vector (x, y) without overflow.
    hypot(x, y);
    /// Error function.
    erf(x);
    /// Complementary error function.
    erfc(x);
    /// Natural logarithm of the gamma function.
    lgamma(x);
    /// Hyperbolic tangent.
    tanh(x);
    /// Hyperbolic arc tangent.
    atanh(x);
    /// Hyperbolic cosine.
    cosh(x);
    /// Hyperbolic arc cosine.
    acosh(x);
}

/// Natural logarithm.
#[inline]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Radians from degrees.
#[inline]
pub fn radians_from_degrees(degrees: f64) -> f64 {
    degrees * (PI / 180.0)
}

/// Degrees from radians.
#[inline]
pub fn degrees_from_radians(radians: f64) -> f64 {
    radians * (180.0 / PI)
}

/// An angle in degrees brought into −180 (excluded) to 180 (included).
pub fn wrap_degrees(degrees: f64) -> f64 {
    let turned = degrees - 360.0 * (degrees / 360.0).floor();
    if turned > 180.0 {
        turned - 360.0
    } else {
        turned
    }
}

/// The log-odds of a probability strictly between 0 and 1.
pub fn logit(p: f64) -> f64 {
    ln(p / (1.0 - p))
}

/// The probability whose log-odds are `x`.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// Cumulative distribution of the standard normal.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x / std::f64::consts::SQRT_2)
}

/// Quantile of the standard normal for 0 < p < 1, relative error below 1e-9.
///
/// # Source
/// Rational approximation in the style of P. J. Acklam, with one Halley step on `normal_cdf`.
pub fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
    ];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_293,
        -0.322_396_458_041_136_5,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] = [
        0.007_784_695_709_041_462,
        0.322_467_129_070_039_8,
        2.445_134_137_142_996,
        3.754_408_661_907_416,
    ];
    let tail = |q: f64| {
        (((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5])
            / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1.0)
    };
    let p = p.clamp(1e-300, 1.0 - 1e-16);
    let x = if p < 0.024_25 {
        tail((-2.0 * ln(p)).sqrt())
    } else if p > 1.0 - 0.024_25 {
        -tail((-2.0 * ln(1.0 - p)).sqrt())
    } else {
        let q = p - 0.5;
        let r = q * q;
        (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * q
            / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0)
    };
    let e = normal_cdf(x) - p;
    let u = e * (2.0 * PI).sqrt() * exp(x * x / 2.0);
    x - u / (1.0 + x * u / 2.0)
}

/// Quantile of a triangular distribution on `low..high` with its peak at `mode`.
pub fn triangular_quantile(u: f64, low: f64, mode: f64, high: f64) -> f64 {
    let width = high - low;
    if width <= 0.0 {
        return mode;
    }
    let split = (mode - low) / width;
    if u < split {
        low + (u * width * (mode - low)).sqrt()
    } else {
        high - ((1.0 - u) * width * (high - mode)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_normal_quantile_matches_published_points() {
        for (p, x) in [
            (0.5, 0.0),
            (0.975, 1.959_963_985),
            (0.001, -3.090_232_306),
            (0.8, 0.841_621_234),
        ] {
            assert!((normal_quantile(p) - x).abs() < 1e-8, "{p}");
        }
    }

    #[test]
    fn triangular_quantile_hits_ends_and_median() {
        assert!((triangular_quantile(0.0, 1.0, 2.0, 4.0) - 1.0).abs() < 1e-12);
        assert!((triangular_quantile(1.0, 1.0, 2.0, 4.0) - 4.0).abs() < 1e-12);
        assert!((triangular_quantile(0.5, 0.0, 1.0, 2.0) - 1.0).abs() < 1e-12);
        assert!((triangular_quantile(0.3, 5.0, 5.0, 5.0) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn degrees_wrap_at_the_antimeridian() {
        assert!((wrap_degrees(190.0) + 170.0).abs() < 1e-12);
        assert!((wrap_degrees(-180.0) - 180.0).abs() < 1e-12);
        assert!((wrap_degrees(540.0) - 180.0).abs() < 1e-12);
    }
}

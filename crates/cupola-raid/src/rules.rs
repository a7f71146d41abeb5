//! The rule "only what heads for NATO soil", as a probability.

use crate::route::{Sample, polar};
use cupola_units::math;

/// Probability that a straight extension of the present track over `horizon_s` seconds, with a
/// heading error of `error_deg` (standard deviation), crosses a straight border at the present
/// distance.
///
/// # Source
/// With distance x, speed v and angle ψ off the normal: ψ* = arccos(x / (v T)),
/// P = Φ((ψ* − ψ)/σ) − Φ((−ψ* − ψ)/σ); see `docs/concepts/rules.md`.
pub(crate) fn heading_probability(
    here: &Sample,
    next: &Sample,
    horizon_s: f64,
    error_deg: f64,
) -> f64 {
    let flown_m = polar(here.at, next.at).0;
    let elapsed_s = next.t_s - here.t_s;
    if flown_m < 1.0 || elapsed_s <= 0.0 {
        return 0.0;
    }
    let approach = (f64::from(here.nato_m) - f64::from(next.nato_m)) / flown_m;
    let off_rad = math::acos(approach.clamp(-1.0, 1.0));
    crossing_probability(
        f64::from(here.nato_m),
        flown_m / elapsed_s * horizon_s,
        off_rad,
        math::radians_from_degrees(error_deg),
    )
}

/// The formula: distance to the border, reach of the extension (metres), angle off the normal and
/// standard deviation of the heading (radians).
pub(crate) fn crossing_probability(border_m: f64, reach_m: f64, off_rad: f64, sd_rad: f64) -> f64 {
    if border_m >= reach_m {
        return 0.0;
    }
    let star = math::acos(border_m / reach_m);
    if sd_rad <= 0.0 {
        return f64::from(u8::from(off_rad.abs() <= star));
    }
    math::normal_cdf((star - off_rad) / sd_rad) - math::normal_cdf((-star - off_rad) / sd_rad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_heading_rule_matches_its_formula() {
        let sd = math::radians_from_degrees(10.0);
        let reach = 216.7 * 180.0;
        for (off_deg, truth) in [(0.0, 0.999_93), (60.0, 0.021_31)] {
            let ours = crossing_probability(30e3, reach, math::radians_from_degrees(off_deg), sd);
            println!(
                "VALIDATION id=heading-rule of=psi{off_deg} truth={truth} ours={ours:.6} tolerance=0.0002 unit=probability"
            );
            assert!((ours - truth).abs() < 2e-4, "{ours}");
        }
        assert!(crossing_probability(40e3, reach, 0.0, sd) < 1e-12);
    }
}

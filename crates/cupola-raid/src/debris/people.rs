//! On how many people something falls, by expectation: the casualty-area method of range safety.
//!
//! A piece hits whoever stands within its own radius and theirs. Inert impact only: what explodes on
//! the ground is counted by country, and not modelled.
//!
//! # Source
//! The method of 14 CFR part 420, appendix C, and the FAA Flight Safety Analysis Handbook (2011):
//! E = pieces × casualty area × people per area × share not under a roof that holds.

/// Radius and height of a standing person, metres.
const PERSON_RADIUS_M: f64 = 0.3;
const PERSON_HEIGHT_M: f64 = 1.8;
/// A grazing piece sweeps no more than this many metres forward for each metre down.
const SLANT_MAX: f64 = 10.0;

/// Casualty area of one piece, m²: `π (r_p + r_f)²` and, when it falls obliquely, the strip in which it
/// would meet a standing person; `slant` is the tangent of its angle from vertical.
pub fn casualty_area_m2(fragment_m2: f64, slant: f64) -> f64 {
    let reach_m = PERSON_RADIUS_M + (fragment_m2 / std::f64::consts::PI).sqrt();
    let swept_m = PERSON_HEIGHT_M * slant.clamp(0.0, SLANT_MAX);
    std::f64::consts::PI * reach_m * reach_m + 2.0 * reach_m * swept_m
}

/// People hit by expectation on an exposed area, m², at a density.
pub(crate) fn expected(exposed_m2: f64, people_per_km2: f64) -> f64 {
    exposed_m2 * people_per_km2 * 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_casualty_area_matches_the_published_method() {
        for (fragment_m2, truth) in [(0.01, 0.399), (0.1, 0.719), (0.5, 1.535), (1.0, 2.346)] {
            let ours = casualty_area_m2(fragment_m2, 0.0);
            println!(
                "VALIDATION id=casualty-area of=fragment-{fragment_m2} truth={truth} ours={ours:.4} tolerance=0.0005 unit=m2"
            );
            assert!((ours - truth).abs() <= 5e-4, "{fragment_m2}: {ours}");
        }
        let ours = 1e4 * expected(10.0 * casualty_area_m2(0.1, 0.0), 100.0);
        println!(
            "VALIDATION id=casualty-area of=ten-pieces truth=7.2 ours={ours:.4} tolerance=0.05 unit=1e-4"
        );
        assert!((ours - 7.2).abs() < 0.05, "{ours}");
    }

    #[test]
    fn an_oblique_fall_sweeps_a_strip() {
        let straight = casualty_area_m2(0.5, 0.0);
        let oblique = casualty_area_m2(0.5, 1.0);
        let reach_m = 0.3 + (0.5 / std::f64::consts::PI).sqrt();
        assert!((oblique - straight - 2.0 * reach_m * 1.8).abs() < 1e-12);
        assert!(casualty_area_m2(0.5, 1e9) < 30.0);
    }
}

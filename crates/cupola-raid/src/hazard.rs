//! The existing defence, by its record and not by guessed positions.
//!
//! Along the path: a hazard per kilometre over the nation's land, part of it around aim points,
//! shared by a raid through a gamma frailty, and scaled so that the classes of all raids together
//! meet the claimed rate times the belief in it. At aim points: cover or no cover, all or nothing.
//!
//! # Source
//! `docs/concepts/existing-defence.md`; over-dispersion fitted to the published raid reports.

use crate::draw::Draw;
use crate::plan::Plan;
use crate::route::Route;
use cupola_scenario::Class;
use cupola_units::math;

/// Length of the last part of a route that counts as "around the aim", weighted kilometres.
const AIM_KM: f64 = 30.0;

/// The existing defence against one class along the path, in one draw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PathHazard {
    /// Hazard per weighted metre.
    pub scale: f64,
    /// Variance of the frailty.
    pub theta: f64,
    /// Share of the neutralised that are lost rather than shot down.
    pub lost_share: f64,
    /// Share of the hazard around aim points.
    pub aim_share: f64,
    /// Mean weighted length of the reference paths, metres.
    pub mean_m: f64,
}

/// The existing defence against one class at aim points, in one draw.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_field_names,
    reason = "each is a share of something else"
)]
pub(crate) struct CoverHazard {
    pub cover_share: f64,
    pub area_cover_share: f64,
    pub killed_share: f64,
}

/// The existing defence in one draw, by class.
#[derive(Clone, Debug, Default)]
pub(crate) struct Existing {
    pub path: [Option<PathHazard>; 7],
    pub cover: [Option<CoverHazard>; 7],
    pub alarm_delay_s: f64,
}

impl Existing {
    /// Calibrates against reference routes: (class, weighted length in metres, weight).
    pub(crate) fn calibrate(plan: &Plan, draw: &Draw, reference: &[(Class, f64, f64)]) -> Self {
        let Some(existing) = &plan.existing else {
            return Self::default();
        };
        let get = |id| draw.values.get(id);
        let mut out = Self {
            alarm_delay_s: get(existing.alarm_delay_min) * 60.0,
            ..Self::default()
        };
        for (class, ids) in &existing.path {
            let belief = get(existing.belief_share);
            let killed = belief * get(ids[0]);
            let lost = get(ids[1]).min(0.98 - killed).max(0.0);
            let paths = reference
                .iter()
                .filter(|(of, length, _)| of == class && *length > 0.0);
            let paths: Vec<(f64, f64)> = paths
                .map(|(_, length, weight)| (*length, *weight))
                .collect();
            let aim_share = get(existing.aim_share);
            let solved = solve_path(&paths, killed + lost, get(ids[2]), aim_share);
            out.path[class.index()] = solved.map(|hazard| PathHazard {
                lost_share: lost / (killed + lost).max(1e-12),
                ..hazard
            });
        }
        for (class, ids) in &existing.cover {
            out.cover[class.index()] = Some(CoverHazard {
                cover_share: get(ids[0]),
                area_cover_share: get(ids[1]),
                // The belief applies to what is killed under cover.
                killed_share: get(existing.belief_share) * get(ids[2]),
            });
        }
        out
    }
}

/// Variance of a gamma frailty that gives correlation `rho` between outcomes at mean `q`.
///
/// With survival φ(Λ) = (1 + θΛ)^(−1/θ), θΛ = (1 − q)^(−θ) − 1 and
/// ρ = ((1 + 2θΛ)^(−1/θ) − (1 − q)²) / (q (1 − q)), which grows with θ: bisection.
pub(crate) fn frailty_variance(q: f64, rho: f64) -> f64 {
    if rho <= 0.0 || q <= 0.0 || q >= 1.0 {
        return 0.0;
    }
    let correlation = |theta: f64| {
        let scaled = math::pow(1.0 - q, -theta) - 1.0;
        let both = math::pow(1.0 + 2.0 * scaled, -1.0 / theta);
        (both - (1.0 - q) * (1.0 - q)) / (q * (1.0 - q))
    };
    let (mut low, mut high) = (1e-6, 50.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if correlation(middle) < rho {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Survival of hazard `x` under a gamma frailty of variance `theta`.
pub(crate) fn survival(x: f64, theta: f64) -> f64 {
    if theta < 1e-9 {
        math::exp(-x)
    } else {
        math::pow(1.0 + theta * x, -1.0 / theta)
    }
}

/// The scale at which the paths together lose the share `q`: monotone, so bisection.
pub(crate) fn solve_path(
    paths: &[(f64, f64)],
    q: f64,
    rho: f64,
    aim_share: f64,
) -> Option<PathHazard> {
    let weight: f64 = paths.iter().map(|path| path.1).sum();
    if weight <= 0.0 || q <= 0.0 {
        return None;
    }
    let mean_m = paths.iter().map(|path| path.0 * path.1).sum::<f64>() / weight;
    let theta = frailty_variance(q, rho);
    let killed = |scale: f64| {
        let each = paths.iter().map(|(length, w)| {
            let x = scale * ((1.0 - aim_share) * length + aim_share * mean_m);
            w * (1.0 - survival(x, theta))
        });
        each.sum::<f64>() / weight
    };
    let (mut low, mut high) = (0.0, 1.0 / mean_m);
    while killed(high) < q && high < 1e6 / mean_m {
        high *= 2.0;
    }
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if killed(middle) < q {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(PathHazard {
        scale: 0.5 * (low + high),
        theta,
        lost_share: 0.0,
        aim_share,
        mean_m,
    })
}

impl PathHazard {
    /// When along a route the cumulated hazard times `frailty` reaches `exponential`, seconds since
    /// launch; `None` when the threat comes through.
    pub(crate) fn end_s(&self, route: &Route, frailty: f64, exponential: f64) -> Option<f64> {
        let total_m = route.path_weight.last()?.1;
        let rate = self.scale * frailty;
        let along = rate * (1.0 - self.aim_share);
        let around = rate * self.aim_share * self.mean_m;
        if along * total_m + around < exponential {
            return None;
        }
        // The part around the aim grows evenly over the last kilometres of weighted path.
        let aim_from_m = (total_m - AIM_KM * 1000.0).max(0.0);
        let reached = |m: f64| {
            let near = ((m - aim_from_m) / (total_m - aim_from_m).max(1.0)).clamp(0.0, 1.0);
            along * m + around * near
        };
        let mut before = (route.path_weight.first()?.0, 0.0);
        for &(t_s, m) in &route.path_weight {
            if reached(m) >= exponential {
                let (low, high) = (reached(before.1), reached(m));
                let share = (exponential - low) / (high - low).max(1e-300);
                return Some(before.0 + (t_s - before.0) * share.clamp(0.0, 1.0));
            }
            before = (t_s, m);
        }
        Some(route.flight_s)
    }
}

/// Where a flight stands in weighted metres over the nation.
#[derive(Default)]
pub(crate) struct Exposed {
    t_s: f64,
    distance_m: f64,
    weight: f64,
    sum_m: f64,
}

impl Exposed {
    /// Flies on to a point; a leg counts with the mean of the weights at its ends, so that nothing
    /// is met at the very moment of entry.
    pub(crate) fn fly_to(
        &mut self,
        t_s: f64,
        distance_m: f64,
        weight: f64,
        out: &mut Vec<(f64, f64)>,
    ) {
        let flown_m = distance_m - self.distance_m;
        if flown_m > 0.0 && self.weight + weight > 0.0 {
            if out.last().is_none_or(|last| last.0 < self.t_s) {
                out.push((self.t_s, self.sum_m));
            }
            self.sum_m += 0.5 * flown_m * (self.weight + weight);
            out.push((t_s, self.sum_m));
        }
        (self.t_s, self.distance_m, self.weight) = (t_s, distance_m, weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_frailty_matches_the_record_table() {
        for (q, rho, theta, hazard) in [
            (0.83, 0.15, 0.251, 2.231),
            (0.83, 0.10, 0.162, 2.053),
            (0.83, 0.20, 0.346, 2.445),
            (0.72, 0.15, 0.269, 1.518),
        ] {
            let ours = frailty_variance(q, rho);
            println!(
                "VALIDATION id=frailty of=q{q}-rho{rho} truth={theta} ours={ours:.4} tolerance=0.001 unit=variance"
            );
            assert!((ours - theta).abs() < 1e-3);
            let x = (math::pow(1.0 - q, -ours) - 1.0) / ours;
            assert!((x - hazard).abs() < 2e-3);
            assert!((survival(x, ours) - (1.0 - q)).abs() < 1e-9);
        }
    }

    #[test]
    fn val_two_regions_share_the_national_rate() {
        // 40 paths of 300 km, 20 of 300 km + 300 km at weight one half; national rate 0.8.
        let paths = [(300e3, 40.0), (450e3, 20.0)];
        let hazard = solve_path(&paths, 0.8, 0.0, 0.0).unwrap();
        let per_km = hazard.scale * 1000.0;
        println!(
            "VALIDATION id=existing-defence of=scale truth=0.00474477 ours={per_km:.8} tolerance=1e-6 unit=1/km"
        );
        assert!((per_km - 0.004_744_77).abs() < 1e-6);
        let east = 1.0 - survival(hazard.scale * 300e3, 0.0);
        let west = 1.0 - survival(hazard.scale * 450e3, 0.0);
        println!(
            "VALIDATION id=existing-defence of=east truth=0.75911 ours={east:.6} tolerance=1e-4 unit=share"
        );
        println!(
            "VALIDATION id=existing-defence of=west truth=0.88177 ours={west:.6} tolerance=1e-4 unit=share"
        );
        assert!((east - 0.759_11).abs() < 1e-4 && (west - 0.881_77).abs() < 1e-4);
    }

    #[test]
    fn the_time_of_a_kill_follows_the_weighted_path() {
        let mut route = Route {
            flight_s: 1000.0,
            ..Route::default()
        };
        route.path_weight = (0..=10)
            .map(|i| (100.0 * f64::from(i), 10e3 * f64::from(i)))
            .collect();
        let hazard = PathHazard {
            scale: 1e-5,
            theta: 0.0,
            lost_share: 0.0,
            aim_share: 0.0,
            mean_m: 1e5,
        };
        let t = hazard.end_s(&route, 1.0, 0.5).unwrap();
        assert!((t - 500.0).abs() < 1e-6, "{t}");
        assert!(hazard.end_s(&route, 1.0, 1.1).is_none());
    }
}

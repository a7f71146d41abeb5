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

/// Survival of hazard `x` under a gamma frailty of variance `theta`.
pub(crate) fn survival(x: f64, theta: f64) -> f64 {
    if theta < 1e-9 {
        math::exp(-x)
    } else {
        math::pow(1.0 + theta * x, -1.0 / theta)
    }
}

/// Most groups of paths of about one length when the frailty is fitted.
const GROUPS: usize = 16;

/// Paths as the hazard meets them: lengths with the part around the aim, and weights that sum to one.
struct Lengths(Vec<(f64, f64)>);

impl Lengths {
    fn new(paths: &[(f64, f64)], aim_share: f64, mean_m: f64) -> Self {
        let weight: f64 = paths.iter().map(|path| path.1).sum();
        let met = |length: f64| (1.0 - aim_share) * length + aim_share * mean_m;
        Self(
            paths
                .iter()
                .map(|(length, w)| (met(*length), w / weight))
                .collect(),
        )
    }

    /// The same in few groups of about one weight and length each.
    fn grouped(&self) -> Self {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut groups: Vec<(f64, f64)> = Vec::with_capacity(GROUPS);
        let mut before = 0.0;
        for (length, w) in sorted {
            let group = (before * GROUPS as f64) as usize;
            before += w;
            if groups.len() <= group.min(GROUPS - 1) {
                groups.push((0.0, 0.0));
            }
            if let Some(last) = groups.last_mut() {
                last.0 += length * w;
                last.1 += w;
            }
        }
        Self(groups.iter().map(|(sum, w)| (sum / w, *w)).collect())
    }

    /// The scale at which they together lose the share `q`: monotone, so bisection.
    fn scale(&self, q: f64, theta: f64) -> f64 {
        let killed = |scale: f64| {
            let each = self.0.iter();
            let each = each.map(|(length, w)| w * (1.0 - survival(scale * length, theta)));
            each.sum::<f64>()
        };
        let mean_m: f64 = self.0.iter().map(|(length, w)| length * w).sum();
        let mut high = 1.0 / mean_m;
        while killed(high) < q && high < 1e6 / mean_m {
            high *= 2.0;
        }
        bisect([0.0, high], |scale| killed(scale) < q)
    }

    /// Correlation between the outcomes of two missiles of a raid, each on a path of its own.
    ///
    /// With survival φ(x) = (1 + θx)^(−1/θ) both survive with probability φ(x₁ + x₂).
    fn correlation(&self, q: f64, theta: f64) -> f64 {
        let scale = self.scale(q, theta);
        let mut both = 0.0;
        for (i, (a, w)) in self.0.iter().enumerate() {
            both += w * w * survival(2.0 * scale * a, theta);
            for (b, v) in &self.0[..i] {
                both += 2.0 * w * v * survival(scale * (a + b), theta);
            }
        }
        (both - (1.0 - q) * (1.0 - q)) / (q * (1.0 - q))
    }

    /// Variance of the gamma frailty that gives correlation `rho` at mean `q`: it grows with the
    /// variance, so bisection.
    ///
    /// Paths of different lengths hang together less than equal ones would under the same frailty;
    /// the record's correlation is that of raids as they are flown.
    fn variance(&self, q: f64, rho: f64) -> f64 {
        if rho <= 0.0 || q <= 0.0 || q >= 1.0 {
            return 0.0;
        }
        bisect([1e-6, 50.0], |theta| self.correlation(q, theta) < rho)
    }
}

/// Where a condition that holds below a point stops holding.
fn bisect([mut low, mut high]: [f64; 2], holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..48 {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The hazard under which the paths (weighted metres, weight) together lose the share `q`, with
/// correlation `rho` within a raid.
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
    let lengths = Lengths::new(paths, aim_share, mean_m);
    let theta = lengths.grouped().variance(q, rho);
    Some(PathHazard {
        scale: lengths.scale(q, theta),
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
            let hazard_of_one = solve_path(&[(1.0, 1.0)], q, rho, 0.0).unwrap();
            let ours = hazard_of_one.theta;
            println!(
                "VALIDATION id=frailty of=q{q}-rho{rho} truth={theta} ours={ours:.4} tolerance=0.001 unit=variance"
            );
            assert!((ours - theta).abs() < 1e-3);
            let x = hazard_of_one.scale;
            assert!((x - hazard).abs() < 2e-3);
            assert!((survival(x, ours) - (1.0 - q)).abs() < 1e-9);
        }
    }

    /// What is played hangs together as fitted: outcomes on paths of three lengths, a third of the
    /// missiles on each, raid after raid.
    #[test]
    fn the_fitted_correlation_is_that_of_paths_as_they_are() {
        let paths = [(200e3, 10.0), (600e3, 10.0), (1500e3, 10.0)];
        let (q, rho, raids) = (0.83, 0.12, 40_000_u32);
        let hazard = solve_path(&paths, q, rho, 0.3).unwrap();
        let stream = cupola_units::Stream::new(3, 0);
        let (mut all, mut pairs, mut killed) = (0.0, 0.0, 0.0);
        for raid in 0..raids {
            let shape = 1.0 / hazard.theta;
            let frailty = stream.gamma(1, 1, raid, shape) / shape;
            // Two missiles, each on a path by lot.
            let outcome = |missile: u32| {
                let length = paths[stream.index(2, missile, raid, 3)].0;
                let x = hazard.scale * (0.7 * length + 0.3 * hazard.mean_m);
                f64::from(u8::from(
                    stream.uniform(3, missile, raid) >= math::exp(-frailty * x),
                ))
            };
            let [a, b] = [outcome(1), outcome(2)];
            all += 1.0;
            pairs += a * b;
            killed += 0.5 * (a + b);
        }
        let (mean, both) = (killed / all, pairs / all);
        let ours = (both - mean * mean) / (mean * (1.0 - mean));
        assert!((mean - q).abs() < 0.006, "{mean}");
        assert!((ours - rho).abs() < 0.02, "{ours}");
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

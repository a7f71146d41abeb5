//! Scores of a predicted distribution of counts against what was reported.

use super::beta::BetaBinomial;
use cupola_units::math::ln;

/// The central intervals that are scored.
pub(super) const LEVELS: [f64; 3] = [0.5, 0.8, 0.9];
/// A report that the prediction held impossible costs no more than this probability.
const LEAST: f64 = 1e-12;

/// Continuous ranked probability score of a distribution of counts, in counts: the sum over k of
/// `(F(k) − [y ≤ k])²`.
pub fn crps(pmf: &[f64], y: u32) -> f64 {
    let mut below = 0.0;
    let mut score = 0.0;
    for (k, p) in pmf.iter().enumerate() {
        below += p;
        let miss = below - if y as usize <= k { 1.0 } else { 0.0 };
        score += miss * miss;
    }
    score
}

/// Probabilities of 0 to `n` of a binomial.
pub fn binomial_pmf(n: u32, p: f64) -> Vec<f64> {
    BetaBinomial { mean: p, rho: 0.0 }.pmf(n)
}

/// Probability that the randomised place of `y` falls into each central interval.
///
/// A count has a step from F(y − 1) to F(y); a place drawn evenly inside it is uniform when the
/// prediction is right, so its expected coverage is exact for small counts too.
pub(super) fn coverage(pmf: &[f64], y: u32) -> [f64; 3] {
    let at = (y as usize).min(pmf.len() - 1);
    let low: f64 = pmf[..at].iter().sum();
    let width = pmf[at].max(1e-15);
    LEVELS.map(|level| {
        let (from, to) = (0.5 - 0.5 * level, 0.5 + 0.5 * level);
        let inside = (low + width).min(to) - low.max(from);
        (inside / width).clamp(0.0, 1.0)
    })
}

/// Mean scores of many predictions beside those of the baselines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// Predictions.
    pub n: usize,
    /// Launched in all of them.
    pub launched: u64,
    /// Reported in all of them.
    pub reported: u64,
    /// Coverage of the central 50, 80 and 90 % intervals.
    pub cover: [f64; 3],
    /// Mean score, counts.
    pub crps: f64,
    /// Mean score of a binomial with the pooled rate of all time.
    pub crps_a: f64,
    /// Mean score of a binomial with the rate of the last 90 days.
    pub crps_b: f64,
    /// Mean score divided by what was launched.
    pub crps_per_launched: f64,
    /// The same of the all-time binomial.
    pub crps_per_launched_a: f64,
    /// The same of the 90-day binomial.
    pub crps_per_launched_b: f64,
    /// Mean of −ln of the probability given to what was reported.
    pub log_score: f64,
    /// Coverage of the all-time binomial.
    pub cover_a: [f64; 3],
    /// Coverage of the 90-day binomial.
    pub cover_b: [f64; 3],
    /// Mean width of the central 90 % interval, as a share of launched.
    pub width90: f64,
}

impl Scores {
    /// Adds one prediction: ours, the all-time binomial and the 90-day binomial.
    pub(super) fn add(&mut self, launched: u32, y: u32, ours: &[f64], a: &[f64], b: &[f64]) {
        let n = f64::from(launched);
        let (own, all, recent) = (crps(ours, y), crps(a, y), crps(b, y));
        self.n += 1;
        self.launched += u64::from(launched);
        self.reported += u64::from(y);
        self.crps += own;
        self.crps_a += all;
        self.crps_b += recent;
        self.crps_per_launched += own / n;
        self.crps_per_launched_a += all / n;
        self.crps_per_launched_b += recent / n;
        let p = ours.get(y as usize).copied().unwrap_or(0.0);
        self.log_score -= ln(p.max(LEAST));
        self.width90 += f64::from(quantile(ours, 0.95) - quantile(ours, 0.05)) / n;
        add(&mut self.cover, coverage(ours, y));
        add(&mut self.cover_a, coverage(a, y));
        add(&mut self.cover_b, coverage(b, y));
    }

    /// Sums turned into means.
    #[must_use]
    pub(super) fn mean(mut self) -> Self {
        let n = self.n.max(1) as f64;
        for sum in [
            &mut self.crps,
            &mut self.crps_a,
            &mut self.crps_b,
            &mut self.crps_per_launched,
            &mut self.crps_per_launched_a,
            &mut self.crps_per_launched_b,
            &mut self.log_score,
            &mut self.width90,
        ] {
            *sum /= n;
        }
        for cover in [&mut self.cover, &mut self.cover_a, &mut self.cover_b] {
            for share in cover {
                *share /= n;
            }
        }
        self
    }
}

fn add(sum: &mut [f64; 3], values: [f64; 3]) {
    for (total, value) in sum.iter_mut().zip(values) {
        *total += value;
    }
}

/// The smallest count that is not exceeded with probability `p` at least.
pub(super) fn quantile(pmf: &[f64], p: f64) -> u32 {
    let mut sum = 0.0;
    for (k, q) in pmf.iter().enumerate() {
        sum += q;
        if sum >= p {
            return k as u32;
        }
    }
    pmf.len() as u32 - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use cupola_units::math::{exp, normal_cdf};
    use std::f64::consts::PI;

    #[test]
    fn val_crps_matches_the_published_values() {
        let binomial = crps(&binomial_pmf(10, 0.8), 6);
        let beta = BetaBinomial {
            mean: 0.8,
            rho: 0.2,
        };
        let beta = crps(&beta.pmf(10), 6);
        // The standard normal at 0 on a fine lattice of counts, and in closed form.
        let step = 1e-3;
        let lattice: Vec<f64> = (-8000..8000)
            .map(|i| {
                normal_cdf((f64::from(i) + 0.5) * step) - normal_cdf((f64::from(i) - 0.5) * step)
            })
            .collect();
        let normal = crps(&lattice, 8000) * step;
        let closed = 2.0 / (2.0 * PI).sqrt() * exp(0.0) - 1.0 / PI.sqrt();
        assert!((closed - 0.233_695).abs() < 1e-6, "{closed}");
        for (of, truth, ours, tolerance) in [
            ("normal", 0.233_695, normal, 1e-3),
            ("binomial", 1.386_154, binomial, 1e-6),
            ("beta-binomial", 1.468_185, beta, 1e-6),
        ] {
            println!(
                "VALIDATION id=record-scores of={of} truth={truth} ours={ours:.6} tolerance={tolerance} unit=counts"
            );
            assert!((ours - truth).abs() <= tolerance, "{of} {ours}");
        }
    }

    #[test]
    fn coverage_of_the_right_distribution_is_its_level() {
        let pmf = BetaBinomial {
            mean: 0.7,
            rho: 0.3,
        }
        .pmf(5);
        let mut sums = [0.0; 3];
        for (p, y) in pmf.iter().zip(0..) {
            for (sum, inside) in sums.iter_mut().zip(coverage(&pmf, y)) {
                *sum += p * inside;
            }
        }
        for (sum, level) in sums.iter().zip(LEVELS) {
            assert!((sum - level).abs() < 1e-12, "{sum} {level}");
        }
    }

    #[test]
    fn quantiles_step_with_the_counts() {
        assert_eq!(quantile(&[0.25, 0.25, 0.5], 0.5), 1);
        assert_eq!(quantile(&[0.25, 0.25, 0.5], 1.1), 2);
    }
}

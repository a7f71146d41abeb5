//! The raid-night total over classes: one common factor joins them (a Gaussian copula).

use cupola_units::math::{normal_cdf, normal_quantile};

/// Places of the common factor: the middles of this many slices of equal probability.
const SLICES: usize = 24;

/// Distribution of the sum of independent counts.
pub(super) fn convolve(parts: &[&[f64]]) -> Vec<f64> {
    let mut sum = vec![1.0];
    for part in parts {
        let mut next = vec![0.0; sum.len() + part.len() - 1];
        for (i, p) in sum.iter().enumerate().filter(|(_, p)| **p > 1e-15) {
            for (q, total) in part.iter().zip(&mut next[i..]) {
                *total += p * q;
            }
        }
        sum = next;
    }
    sum
}

/// Distribution of the sum of counts that share one normal factor with correlation `r`.
///
/// Given the factor z, a class with cumulative distribution F has
/// `Φ((Φ⁻¹(F) − √r z) / √(1 − r))`; the classes are then independent.
pub(super) fn joined(parts: &[&[f64]], r: f64) -> Vec<f64> {
    if parts.len() < 2 {
        return convolve(parts);
    }
    let scores: Vec<Vec<f64>> = parts.iter().map(|pmf| normal_scores(pmf)).collect();
    let size = parts.iter().map(|part| part.len() - 1).sum::<usize>() + 1;
    let mut sum = vec![0.0; size];
    for slice in 0..SLICES {
        let z = normal_quantile((slice as f64 + 0.5) / SLICES as f64);
        let given: Vec<Vec<f64>> = scores.iter().map(|s| given_factor(s, z, r)).collect();
        let given: Vec<&[f64]> = given.iter().map(Vec::as_slice).collect();
        for (total, p) in sum.iter_mut().zip(convolve(&given)) {
            *total += p / SLICES as f64;
        }
    }
    sum
}

/// Normal quantiles of the cumulative distribution.
fn normal_scores(pmf: &[f64]) -> Vec<f64> {
    let mut below = 0.0_f64;
    let scores = pmf.iter().map(|p| {
        below += p;
        if below <= 1e-12 {
            f64::NEG_INFINITY
        } else if below >= 1.0 - 1e-12 {
            f64::INFINITY
        } else {
            normal_quantile(below)
        }
    });
    scores.collect()
}

fn given_factor(scores: &[f64], z: f64, r: f64) -> Vec<f64> {
    let mut before = 0.0;
    let last = scores.len() - 1;
    let pmf = scores.iter().enumerate().map(|(k, score)| {
        let below = if k == last {
            1.0
        } else {
            normal_cdf((score - r.sqrt() * z) / (1.0 - r).sqrt())
        };
        let p = (below - before).max(0.0);
        before = below;
        p
    });
    pmf.collect()
}

/// Correlation between classes on one night, from pairs of normal scores of what was reported.
///
/// Pairs are few and noisy, so they are joined by [`PRIOR_PAIRS`] pairs with the prior's
/// correlation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common {
    sum: f64,
    pairs: f64,
}

/// What is taken for the correlation before any pair is seen, and how many pairs it is worth.
const PRIOR_R: f64 = 0.2;
const PRIOR_PAIRS: f64 = 60.0;

impl Common {
    pub(super) fn new() -> Self {
        Self {
            sum: PRIOR_R * PRIOR_PAIRS,
            pairs: PRIOR_PAIRS,
        }
    }

    /// Adds the classes of one night, each with its prediction and what was reported.
    pub(super) fn learn(&mut self, night: &[(&[f64], u32)]) {
        let places: Vec<(f64, f64)> = night.iter().map(|(pmf, y)| place(pmf, *y)).collect();
        for (i, a) in places.iter().enumerate() {
            for b in &places[..i] {
                self.sum += a.0 * b.0;
                self.pairs += (a.1 * b.1).sqrt();
            }
        }
    }

    pub(super) fn r(self) -> f64 {
        (self.sum / self.pairs).clamp(0.0, 0.6)
    }
}

/// Normal score of the middle of the step that a report stands on, and the variance such a score
/// has when the prediction is right: far below one where a report can hardly be but 0 or all.
fn place(pmf: &[f64], y: u32) -> (f64, f64) {
    let at = (y as usize).min(pmf.len() - 1);
    let (mut below, mut score, mut variance, mut mean) = (0.0, 0.0, 0.0, 0.0);
    for (k, p) in pmf.iter().enumerate() {
        if *p > 1e-9 || k == at {
            let own = normal_quantile((below + 0.5 * p).clamp(0.001, 0.999));
            mean += p * own;
            variance += p * own * own;
            if k == at {
                score = own;
            }
        }
        below += p;
    }
    (score - mean, (variance - mean * mean).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::BetaBinomial;

    #[test]
    fn a_common_factor_widens_the_sum_and_keeps_its_mean() {
        let law = |mean| BetaBinomial { mean, rho: 0.1 }.pmf(20);
        let (a, b) = (law(0.8), law(0.4));
        let parts: [&[f64]; 2] = [&a, &b];
        let moments = |pmf: &[f64]| {
            let mean: f64 = pmf.iter().zip(0_u32..).map(|(p, k)| p * f64::from(k)).sum();
            let square: f64 = pmf
                .iter()
                .zip(0_u32..)
                .map(|(p, k)| p * f64::from(k * k))
                .sum();
            (pmf.iter().sum::<f64>(), mean, square - mean * mean)
        };
        let apart = moments(&convolve(&parts));
        let together = moments(&joined(&parts, 0.3));
        assert!((apart.1 - 24.0).abs() < 1e-9);
        assert!((together.0 - 1.0).abs() < 1e-9);
        assert!((together.1 - 24.0).abs() < 0.05, "{together:?}");
        assert!(together.2 > 1.15 * apart.2, "{together:?} {apart:?}");
    }
}

//! The beta-binomial distribution: a count out of `n` whose probability differs from raid to raid.

use cupola_units::math::{exp, lgamma, ln, log1p};

/// A beta-binomial by its mean and its correlation.
///
/// With `a = mean (1 − rho) / rho` and `b = (1 − mean)(1 − rho) / rho`, so `rho = 1/(a + b + 1)` and
/// the variance of a count out of `n` is `n mean (1 − mean)(1 + (n − 1) rho)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaBinomial {
    /// Mean share, strictly between 0 and 1.
    pub mean: f64,
    /// Correlation of two objects of one raid, 0 (binomial) to below 1.
    pub rho: f64,
}

impl BetaBinomial {
    fn shape(self) -> (f64, f64) {
        let size = (1.0 - self.rho) / self.rho;
        (self.mean * size, (1.0 - self.mean) * size)
    }

    /// Logarithm of the probability of `k` out of `n`.
    pub fn log_pmf(self, n: u32, k: u32) -> f64 {
        let (nf, kf) = (f64::from(n), f64::from(k));
        let ways = lgamma(nf + 1.0) - lgamma(kf + 1.0) - lgamma(nf - kf + 1.0);
        if self.rho <= 1e-9 {
            return ways + kf * ln(self.mean) + (nf - kf) * log1p(-self.mean);
        }
        let (a, b) = self.shape();
        ways + lgamma(a + kf) - lgamma(a) + lgamma(b + nf - kf) - lgamma(b) + lgamma(a + b)
            - lgamma(a + b + nf)
    }

    /// Probabilities of 0 to `n`.
    pub fn pmf(self, n: u32) -> Vec<f64> {
        let mut out = vec![0.0; n as usize + 1];
        self.add_pmf(1.0, n, &mut out);
        let sum: f64 = out.iter().sum();
        for p in &mut out {
            *p /= sum;
        }
        out
    }

    /// Adds `weight` times the probabilities of 0 to `n`, from the middle outwards so that nothing
    /// underflows before it is negligible.
    pub(super) fn add_pmf(self, weight: f64, n: u32, out: &mut [f64]) {
        let nf = f64::from(n);
        let middle = ((nf * self.mean).round() as u32).min(n);
        let start = weight * exp(self.log_pmf(n, middle));
        // Binomial: a and b grow without bound, so their ratio to each other is all that counts.
        let (a, b, step) = if self.rho <= 1e-9 {
            (self.mean, 1.0 - self.mean, 0.0)
        } else {
            let (a, b) = self.shape();
            (a, b, 1.0)
        };
        let up = |k: f64| (nf - k) * (a + step * k) / ((k + 1.0) * (b + step * (nf - k - 1.0)));
        let mut p = start;
        out[middle as usize] += p;
        for k in middle..n {
            p *= up(f64::from(k));
            out[k as usize + 1] += p;
        }
        p = start;
        for k in (0..middle).rev() {
            p /= up(f64::from(k));
            out[k as usize] += p;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_probabilities_sum_to_one_and_have_the_mean_and_variance() {
        for (mean, rho, n) in [
            (0.8, 0.2, 10),
            (0.95, 0.01, 800),
            (0.01, 0.9, 3),
            (0.5, 0.0, 40),
            (0.999, 0.004, 500),
        ] {
            let law = BetaBinomial { mean, rho };
            let mut pmf = vec![0.0; n as usize + 1];
            law.add_pmf(1.0, n, &mut pmf);
            let nf = f64::from(n);
            let moment = |power: fn(f64) -> f64| -> f64 {
                pmf.iter()
                    .zip(0_u32..)
                    .map(|(p, k)| p * power(f64::from(k)))
                    .sum()
            };
            let first = moment(|k| k);
            let variance = moment(|k| k * k) - first * first;
            let wanted = nf * mean * (1.0 - mean) * (1.0 + (nf - 1.0) * rho);
            assert!((moment(|_| 1.0) - 1.0).abs() < 1e-9, "{mean} {rho} {n}");
            assert!((first - nf * mean).abs() < 1e-6 * nf, "{mean} {rho} {n}");
            assert!((variance / wanted - 1.0).abs() < 1e-6, "{mean} {rho} {n}");
        }
    }
}

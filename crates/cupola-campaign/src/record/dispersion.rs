//! Over-dispersion of counts between raids: how much more they scatter than a binomial.

use super::beta::BetaBinomial;
use cupola_units::math::{lgamma, logistic};
use std::collections::BTreeMap;

/// Half the 95 % quantile of chi-square with one degree of freedom: the depth of the profile.
const PROFILE_DEPTH: f64 = 1.920_729_4;
/// The range in which means and correlations are looked for, as logits.
const MEAN_RANGE: (f64, f64) = (-12.0, 12.0);
const RHO_RANGE: (f64, f64) = (-12.0, 6.0);

/// Pairs of launched and stopped, with how often each occurs.
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<(u32, u32), u32>);

impl Counts {
    /// Adds `k` of `n`; a count out of nothing is passed over, one above `n` taken as `n`.
    pub fn add(&mut self, n: u32, k: u32) {
        if n > 0 {
            *self.0.entry((n, k.min(n))).or_insert(0) += 1;
        }
    }

    fn sum(&self, of: impl Fn(f64, f64) -> f64) -> f64 {
        let terms = self.0.iter();
        terms
            .map(|(&(n, k), &times)| f64::from(times) * of(f64::from(n), f64::from(k)))
            .sum()
    }

    /// Log-likelihood, without the terms that do not depend on the law.
    fn log_likelihood(&self, law: BetaBinomial) -> f64 {
        let size = (1.0 - law.rho) / law.rho;
        let (a, b) = (law.mean * size, (1.0 - law.mean) * size);
        let fixed = lgamma(a + b) - lgamma(a) - lgamma(b);
        self.sum(|n, k| fixed + lgamma(a + k) + lgamma(b + n - k) - lgamma(a + b + n))
    }

    /// The best mean for a correlation, as a logit, and its log-likelihood.
    fn profile(&self, logit_rho: f64) -> (f64, f64) {
        let rho = logistic(logit_rho);
        maximum(MEAN_RANGE, 1e-5, |x| {
            let mean = logistic(x);
            self.log_likelihood(BetaBinomial { mean, rho })
        })
    }
}

impl FromIterator<(u32, u32)> for Counts {
    fn from_iter<T: IntoIterator<Item = (u32, u32)>>(pairs: T) -> Self {
        let mut counts = Self::default();
        pairs.into_iter().for_each(|(n, k)| counts.add(n, k));
        counts
    }
}

/// How far counts scatter between raids.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dispersion {
    /// Rows.
    pub rows: u32,
    /// Launched in all rows.
    pub launched: u64,
    /// Stopped out of launched, all rows together.
    pub pooled: f64,
    /// Mean share of the fitted beta-binomial.
    pub mean: f64,
    /// Its correlation: most likely value.
    pub rho: f64,
    /// Ends of the 95 % interval of the correlation by profile likelihood.
    pub rho_95: (f64, f64),
    /// Correlation by analysis of variance.
    pub rho_moment: f64,
    /// Pearson's chi-square over its degrees of freedom: 1 for a binomial.
    pub pearson: f64,
}

/// Fits a beta-binomial by maximum likelihood; nothing when there are fewer than two rows or none
/// differs from all or nothing.
///
/// # Source
/// Moment estimate: analysis of variance of the single outcomes with rows as groups, as in
/// J. C. Kleinman, "Proportions with extraneous variance", JASA 68 (1973).
pub fn dispersion(counts: &Counts) -> Option<Dispersion> {
    let rows: u32 = counts.0.values().sum();
    let launched = counts.sum(|n, _| n);
    let pooled = counts.sum(|_, k| k) / launched;
    if rows < 2 || pooled <= 0.0 || pooled >= 1.0 {
        return None;
    }
    let (at, most) = maximum(RHO_RANGE, 1e-4, |x| counts.profile(x).1);
    let inside = |x: f64| counts.profile(x).1 - most + PROFILE_DEPTH;
    let (low, high) = (
        crossing(RHO_RANGE.0, at, inside),
        crossing(RHO_RANGE.1, at, inside),
    );
    let spread = counts.sum(|n, k| (k - n * pooled) * (k - n * pooled) / n);
    let groups = f64::from(rows);
    let between = spread / (groups - 1.0);
    let within = counts.sum(|n, k| k * (n - k) / n) / (launched - groups).max(1.0);
    let size = (launched - counts.sum(|n, _| n * n) / launched) / (groups - 1.0);
    Some(Dispersion {
        rows,
        launched: launched as u64,
        pooled,
        mean: logistic(counts.profile(at).0),
        rho: logistic(at),
        rho_95: (logistic(low), logistic(high)),
        rho_moment: (between - within) / (between + (size - 1.0) * within),
        pearson: between / (pooled * (1.0 - pooled)),
    })
}

/// Place and height of the maximum of a function with one peak (golden section).
fn maximum((low, high): (f64, f64), tolerance: f64, of: impl Fn(f64) -> f64) -> (f64, f64) {
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut low, mut high) = (low, high);
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_left, mut at_right) = (of(left), of(right));
    while high - low > tolerance {
        if at_left < at_right {
            (low, left, at_left) = (left, right, at_right);
            right = low + golden * (high - low);
            at_right = of(right);
        } else {
            (high, right, at_right) = (right, left, at_left);
            left = high - golden * (high - low);
            at_left = of(left);
        }
    }
    if at_left > at_right {
        (left, at_left)
    } else {
        (right, at_right)
    }
}

/// Where a function that is positive at `inside` falls through zero on the way to `outside`, or
/// `outside` when it never does.
fn crossing(outside: f64, inside: f64, of: impl Fn(f64) -> f64) -> f64 {
    if of(outside) > 0.0 {
        return outside;
    }
    let (mut out, mut within) = (outside, inside);
    for _ in 0..14 {
        let middle = 0.5 * (out + within);
        if of(middle) > 0.0 {
            within = middle;
        } else {
            out = middle;
        }
    }
    0.5 * (out + within)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cupola_units::Stream;

    /// Rows of `n` whose shares are drawn from the beta distribution through two gammas.
    fn simulate(law: BetaBinomial, seed: u64, rows: u32, n: u32) -> Counts {
        let size = (1.0 - law.rho) / law.rho;
        let stream = Stream::new(seed, 0);
        (0..rows)
            .map(|row| {
                let a = stream.gamma(0, 0, row, law.mean * size);
                let b = stream.gamma(1, 0, row, (1.0 - law.mean) * size);
                let hit = |i: &u32| stream.uniform(2 + row, 0, *i) < a / (a + b);
                (n, (0..n).filter(hit).count() as u32)
            })
            .collect()
    }

    #[test]
    fn val_a_known_correlation_is_recovered() {
        for (mean, rho) in [(0.83, 0.15), (0.2, 0.6), (0.9, 0.04)] {
            let law = BetaBinomial { mean, rho };
            let fits: Vec<Dispersion> = (1..=6)
                .map(|seed| dispersion(&simulate(law, seed, 500, 24)).unwrap())
                .collect();
            let average =
                |of: fn(&Dispersion) -> f64| fits.iter().map(of).sum::<f64>() / fits.len() as f64;
            let ours = average(|fit| fit.rho);
            println!(
                "VALIDATION id=record-scores of=beta-binomial-rho-{rho} truth={rho} ours={ours:.4} tolerance=6% unit=correlation"
            );
            assert!((ours / rho - 1.0).abs() < 0.06, "{fits:?}");
            assert!((average(|fit| fit.mean) - mean).abs() < 0.02, "{fits:?}");
            assert!(
                (average(|fit| fit.rho_moment) / rho - 1.0).abs() < 0.1,
                "{fits:?}"
            );
            let inside = |fit: &&Dispersion| fit.rho_95.0 < rho && rho < fit.rho_95.1;
            assert!(fits.iter().filter(inside).count() >= 4, "{fits:?}");
        }
    }

    #[test]
    fn all_or_nothing_everywhere_has_no_dispersion() {
        assert_eq!(dispersion(&Counts::from_iter([(3, 3), (4, 4)])), None);
        assert_eq!(dispersion(&Counts::from_iter([(3, 1)])), None);
        assert_eq!(dispersion(&Counts::default()), None);
    }
}

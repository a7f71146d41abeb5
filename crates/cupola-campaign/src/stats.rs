//! The three intervals of a number, and the statistics behind them.
//!
//! For one raid: quantiles over all runs. For the expected value: the spread of the draws' means,
//! with the noise of the runs inside a draw taken out. For the printed mean: the spread of the
//! means of independent replicates, which alone shrinks with more runs.

use cupola_raid::REPLICATES;
use std::collections::BTreeMap;

/// 97.5 % quantiles of Student's t for 1 to 15 degrees of freedom.
///
/// # Source
/// Any table of the t distribution.
const T_975: [f64; 15] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131,
];

/// Counts of values, exact for whole numbers; other values are kept in bins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    counts: BTreeMap<i32, u32>,
    total: u32,
    sum: f64,
    bins: Bins,
}

/// How finely a histogram keeps values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Bins {
    /// Whole numbers.
    #[default]
    Whole,
    /// 1/200 relative or 0.05 absolute.
    Fine,
    /// 1/200 relative or 0.05 millionths: expectations of what hardly ever happens.
    Tiny,
}

impl Bins {
    /// Values are kept in units of this.
    fn unit(self) -> f64 {
        match self {
            Self::Whole | Self::Fine => 1.0,
            Self::Tiny => 1e-6,
        }
    }
}

impl Histogram {
    pub(crate) fn new(bins: Bins) -> Self {
        Self {
            bins,
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, value: f64) {
        self.sum += value;
        let value = value / self.bins.unit();
        let key = if self.bins == Bins::Whole {
            value.round() as i32
        } else if value.abs() < 10.0 {
            // Linear below 10 in steps of 0.05, then 0.5 % a step.
            (value * 20.0).round() as i32
        } else {
            let log = cupola_units::math::ln(value.abs() / 10.0) * 200.0;
            (200.0 + log.round()) as i32 * if value < 0.0 { -1 } else { 1 }
        };
        *self.counts.entry(key).or_insert(0) += 1;
        self.total += 1;
    }

    /// Mean, 5 % and 95 % quantile when the runs not counted, out of `runs`, count as zero.
    pub(crate) fn with_zeros(&self, runs: u32) -> (f64, f64, f64) {
        let mut all = self.clone();
        let zeros = runs.saturating_sub(self.total);
        *all.counts.entry(0).or_insert(0) += zeros;
        all.total += zeros;
        (
            self.sum / f64::from(all.total.max(1)),
            all.quantile(0.05),
            all.quantile(0.95),
        )
    }

    fn value(&self, key: i32) -> f64 {
        if self.bins == Bins::Whole {
            return f64::from(key);
        }
        let size = f64::from(key.abs());
        let value = if size < 200.0 {
            size / 20.0
        } else {
            10.0 * cupola_units::math::exp((size - 200.0) / 200.0)
        };
        let value = value * self.bins.unit();
        if key < 0 { -value } else { value }
    }

    /// The smallest value that at least the share `p` of the runs does not exceed.
    pub(crate) fn quantile(&self, p: f64) -> f64 {
        let wanted = (p * f64::from(self.total)).ceil().max(1.0);
        let mut sum = 0.0;
        for (&key, &count) in &self.counts {
            sum += f64::from(count);
            if sum >= wanted {
                return self.value(key);
            }
        }
        f64::NAN
    }
}

/// Means by draw of one quantity, with the variance inside draws.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nested {
    means: Vec<f64>,
    within_ss: f64,
    within_df: f64,
    runs: f64,
}

impl Nested {
    /// Adds the values of one draw's runs; draws come in order. A draw without values counts not.
    pub(crate) fn add(&mut self, values: &[f64]) {
        let finite: (f64, f64) = values
            .iter()
            .filter(|v| v.is_finite())
            .fold((0.0, 0.0), |(n, sum), v| (n + 1.0, sum + v));
        if finite.0 < 1.0 {
            self.means.push(f64::NAN);
            return;
        }
        let mean = finite.1 / finite.0;
        self.means.push(mean);
        self.within_ss += values
            .iter()
            .filter(|v| v.is_finite())
            .map(|v| (v - mean) * (v - mean))
            .sum::<f64>();
        self.within_df += finite.0 - 1.0;
        self.runs += finite.0;
    }

    pub(crate) fn means(&self) -> &[f64] {
        &self.means
    }

    pub(crate) fn runs(&self) -> f64 {
        self.runs
    }

    fn finite(&self) -> Vec<f64> {
        self.means
            .iter()
            .copied()
            .filter(|mean| mean.is_finite())
            .collect()
    }

    pub(crate) fn mean(&self) -> f64 {
        let means = self.finite();
        means.iter().sum::<f64>() / means.len() as f64
    }

    /// Variance between draws, and its part that is not noise of the runs inside
    /// them (`σ²_E` of the models).
    pub(crate) fn variances(&self) -> (f64, f64) {
        let means = self.finite();
        if means.len() < 2 {
            return (0.0, 0.0);
        }
        let mean = self.mean();
        let ss: f64 = means.iter().map(|m| (m - mean) * (m - mean)).sum();
        let between = ss / (means.len() as f64 - 1.0);
        let per_draw = self.runs / means.len() as f64;
        let noise = if self.within_df > 0.0 {
            self.within_ss / self.within_df / per_draw
        } else {
            0.0
        };
        (between, (between - noise).max(0.0))
    }

    /// 95 % interval of the expected value over what is not known.
    pub(crate) fn expected95(&self) -> (f64, f64) {
        let mut means = self.finite();
        if means.len() < 2 {
            return (f64::NAN, f64::NAN);
        }
        let mean = self.mean();
        let (between, real) = self.variances();
        let shrink = if between > 0.0 {
            (real / between).sqrt()
        } else {
            0.0
        };
        means.sort_by(f64::total_cmp);
        let at = |p: f64| {
            let x = p * (means.len() as f64 - 1.0);
            let low = means[x.floor() as usize];
            let high = means[x.ceil() as usize];
            mean + shrink * (low + (high - low) * x.fract() - mean)
        };
        // Where runs are too few or events too rare to tell the draws apart, the interval must not
        // look narrower than the printed mean is sure.
        let half = self.monte_carlo_half95();
        let half = if half.is_finite() { half } else { 0.0 };
        (at(0.025).min(mean - half), at(0.975).max(mean + half))
    }

    /// Half width of the 95 % Monte Carlo interval of the mean, from independent replicates.
    pub(crate) fn monte_carlo_half95(&self) -> f64 {
        let groups = REPLICATES as usize;
        let means: Vec<f64> = (0..groups)
            .filter_map(|group| {
                let own = self.means.iter().skip(group).step_by(groups);
                let own: Vec<f64> = own.copied().filter(|mean| mean.is_finite()).collect();
                (!own.is_empty()).then(|| own.iter().sum::<f64>() / own.len() as f64)
            })
            .collect();
        let k = means.len();
        if k < 2 {
            return f64::NAN;
        }
        let mean = means.iter().sum::<f64>() / k as f64;
        let ss: f64 = means.iter().map(|m| (m - mean) * (m - mean)).sum();
        T_975[(k - 2).min(14)] * (ss / (k as f64 - 1.0) / k as f64).sqrt()
    }
}

/// Share of the variance of a response that one input explains: the part along the first two
/// Legendre polynomials of the input's place in its range, less what chance alone would give.
///
/// Inputs are independent, so shares add up to at most about one. Exact for responses that are
/// quadratic in the place; a lower bound otherwise. Shares are of the variance `explained_of`, and
/// may be a little negative by chance. Also the probability that chance alone gives as much.
pub(crate) fn first_order(places: &[f64], response: &[f64], explained_of: f64) -> (f64, f64) {
    let pairs: Vec<(f64, f64)> = places
        .iter()
        .zip(response)
        .filter(|(_, y)| y.is_finite())
        .map(|(u, y)| (2.0 * u - 1.0, *y))
        .collect();
    let n = pairs.len() as f64;
    if n < 16.0 || explained_of <= 0.0 {
        return (0.0, 1.0);
    }
    let mean = pairs.iter().map(|pair| pair.1).sum::<f64>() / n;
    let basis: [fn(f64) -> f64; 2] = [
        |x| 3.0_f64.sqrt() * x,
        |x| 5.0_f64.sqrt() * 0.5 * (3.0 * x * x - 1.0),
    ];
    let mut along = 0.0;
    let total = pairs
        .iter()
        .map(|pair| (pair.1 - mean) * (pair.1 - mean))
        .sum::<f64>()
        / (n - 1.0);
    for phi in basis {
        let c = pairs.iter().map(|(x, y)| phi(*x) * (y - mean)).sum::<f64>() / n;
        along += c * c;
    }
    let chance = 2.0 * total / n;
    // Two independent directions: n times their share of the total is about chi-square, 2 d.f.
    let p_chance = cupola_units::math::exp(-0.5 * n * along / total.max(1e-300));
    ((along - chance) / explained_of, p_chance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cupola_units::{Stream, math};

    #[test]
    fn val_nested_variances_are_recovered() {
        // Y = θ + ε with θ ~ N(0, 1), ε ~ N(0, 4): σ²_E = 1.
        let mut nested = Nested::default();
        for draw in 0..4000 {
            let stream = Stream::new(11, draw);
            let theta = stream.normal(0, 0, 0);
            let values: Vec<f64> = (0..8)
                .map(|i| theta + 2.0 * stream.normal(1, 0, i))
                .collect();
            nested.add(&values);
        }
        let (_, real) = nested.variances();
        println!("VALIDATION id=nested-loops truth=1 ours={real:.4} tolerance=0.08 unit=variance");
        assert!((real - 1.0).abs() < 0.08, "{real}");
        let (low, high) = nested.expected95();
        assert!((high - low - 2.0 * 1.96).abs() < 0.25, "{low} {high}");
    }

    #[test]
    fn val_replicate_interval_covers_the_mean() {
        let mut covered = 0;
        for trial in 0..1000 {
            let mut nested = Nested::default();
            for draw in 0..128 {
                nested.add(&[math::exp(Stream::new(trial, draw).normal(0, 0, 0))]);
            }
            let truth = math::exp(0.5);
            covered += u32::from((nested.mean() - truth).abs() <= nested.monte_carlo_half95());
        }
        let share = f64::from(covered) / 1000.0;
        println!(
            "VALIDATION id=monte-carlo-interval truth=0.93..1 ours={share} tolerance=0 unit=coverage"
        );
        assert!(share >= 0.91, "{share}");
    }

    #[test]
    fn val_first_order_shares_match_a_closed_form() {
        // y = 3 a + 2 b² on places a, b, c uniform: variances 9/12, 4·4/45; c explains nothing.
        let n = 512;
        let places: Vec<[f64; 3]> = (0..n)
            .map(|i| std::array::from_fn(|k| Stream::new(3, i).uniform(k as u32, 0, 0)))
            .collect();
        let y: Vec<f64> = places
            .iter()
            .map(|p| 3.0 * p[0] + 2.0 * p[1] * p[1])
            .collect();
        let (a, b) = (9.0 / 12.0, 4.0 * 4.0 / 45.0);
        let share =
            |k: usize| first_order(&places.iter().map(|p| p[k]).collect::<Vec<_>>(), &y, a + b).0;
        println!(
            "VALIDATION id=first-order truth={:.4} ours={:.4} tolerance=0.08 unit=share",
            a / (a + b),
            share(0)
        );
        assert!((share(0) - a / (a + b)).abs() < 0.08);
        assert!((share(1) - b / (a + b)).abs() < 0.08);
        assert!(share(2) < 0.02);
    }

    #[test]
    fn quantiles_of_whole_numbers_are_exact() {
        let mut histogram = Histogram::default();
        (0..100).for_each(|i| histogram.add(f64::from(i)));
        assert!((histogram.quantile(0.05) - 4.0).abs() < 1e-9);
        assert!((histogram.quantile(0.5) - 49.0).abs() < 1e-9);
        assert!((histogram.quantile(1.0) - 99.0).abs() < 1e-9);
        let mut fine = Histogram::new(Bins::Fine);
        fine.add(1234.5);
        assert!((fine.quantile(0.5) / 1234.5 - 1.0).abs() < 0.005);
    }
}

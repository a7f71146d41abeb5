//! What is remembered of a class: the likelihood of its mean, spread and raid-size effect on a
//! grid, older nights counting less.
//!
//! The logit of the mean share of a night with `n` launched is `x + slope (ln n − ln 10)`; counts
//! are beta-binomial with correlation `rho`. Each night adds its log-likelihood to the grid, and
//! what is there fades with a half-life. So the posterior is exact on the grid, needs no search,
//! and is wide where there is little to remember.

use cupola_units::math::{exp, lgamma, ln, logistic};

/// Places of the logit mean.
pub(super) const X_COUNT: usize = 141;
const X_LOW: f64 = -7.0;
pub(super) const X_STEP: f64 = 0.1;
/// Correlations within a raid.
pub(super) const RHOS: [f64; 13] = [
    0.003, 0.008, 0.015, 0.025, 0.04, 0.065, 0.1, 0.15, 0.22, 0.33, 0.48, 0.66, 0.84,
];
/// Change of the logit mean when a raid is e times as large.
const SLOPES: [f64; 7] = [-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6];
const NO_SLOPE: usize = 3;
const PLANE: usize = RHOS.len() * X_COUNT;
/// Spread of the prior of the logit mean and of the slope: wide, so that a few nights overrule it.
const X_PRIOR_SD: f64 = 2.5;
const SLOPE_PRIOR_SD: f64 = 0.25;
/// Weights below this share of the whole are dropped.
const NEGLIGIBLE: f64 = 1e-6;

/// The logit mean at a place of the grid.
pub(super) fn x_at(index: usize) -> f64 {
    X_LOW + X_STEP * index as f64
}

/// Log-likelihoods of one night by correlation and logit mean.
pub(super) struct Likelihood {
    log: Vec<f64>,
}

impl Likelihood {
    /// Adds this night to a grid of the same shape.
    pub(super) fn add_to(&self, sum: &mut [f64]) {
        for (total, own) in sum.iter_mut().zip(&self.log) {
            *total += own;
        }
    }
}

/// What does not depend on the night: logarithms of gamma functions at the grid.
pub(super) struct Tables {
    shapes: Vec<(f64, f64, f64)>,
}

impl Tables {
    pub(super) fn new() -> Self {
        let mut shapes = Vec::with_capacity(PLANE);
        for rho in RHOS {
            let size = (1.0 - rho) / rho;
            for x in 0..X_COUNT {
                let mean = logistic(x_at(x));
                let (a, b) = (mean * size, (1.0 - mean) * size);
                shapes.push((a, b, lgamma(a + b) - lgamma(a) - lgamma(b)));
            }
        }
        Self { shapes }
    }

    pub(super) fn likelihood(&self, n: u32, k: u32) -> Likelihood {
        let (nf, kf) = (f64::from(n), f64::from(k));
        let ways = lgamma(nf + 1.0) - lgamma(kf + 1.0) - lgamma(nf - kf + 1.0);
        let mut log = Vec::with_capacity(PLANE);
        for (rho, row) in RHOS.iter().zip(self.shapes.chunks_exact(X_COUNT)) {
            let whole = ways - lgamma((1.0 - rho) / rho + nf);
            for &(a, b, fixed) in row {
                log.push(whole + fixed + lgamma(a + kf) + lgamma(b + nf - kf));
            }
        }
        Likelihood { log }
    }
}

/// How far a raid of this size is from one of ten, in units of the slope.
fn size_of(n: u32, largest: u32) -> f64 {
    ln(f64::from(n.min(largest.max(1)))) - ln(10.0)
}

/// Place of `x + shift` on the grid: lower neighbour and the share of the upper one.
fn shifted(x: usize, shift: f64) -> (usize, f64) {
    let at = (x as f64 + shift / X_STEP).clamp(0.0, (X_COUNT - 1) as f64);
    let low = (at as usize).min(X_COUNT - 2);
    (low, at - low as f64)
}

/// Log-likelihood by slope, correlation and logit mean that fades with a half-life.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    half_life_days: f64,
    log: Vec<f64>,
}

impl Memory {
    pub(super) fn new(half_life_days: f64) -> Self {
        Self {
            half_life_days,
            log: vec![0.0; SLOPES.len() * PLANE],
        }
    }

    fn fade(&self, days: f64) -> f64 {
        if self.half_life_days.is_finite() {
            exp(-std::f64::consts::LN_2 * days / self.half_life_days)
        } else {
            1.0
        }
    }

    /// Adds a night that lies `days` after the one before.
    pub(super) fn add(&mut self, days: f64, n: u32, largest: u32, night: &Likelihood) {
        let fade = self.fade(days);
        let size = size_of(n, largest);
        for (slope, cells) in SLOPES.iter().zip(self.log.chunks_exact_mut(PLANE)) {
            for x in 0..X_COUNT {
                let (low, part) = shifted(x, slope * size);
                for rho in 0..RHOS.len() {
                    let at = rho * X_COUNT + low;
                    let here = night.log[at] + part * (night.log[at + 1] - night.log[at]);
                    let cell = &mut cells[rho * X_COUNT + x];
                    *cell = *cell * fade + here;
                }
            }
        }
    }

    /// The posterior `days` after the last night, with and without a raid-size effect.
    pub(super) fn posterior(&self, days: f64, with_slope: bool) -> Posterior {
        let fade = self.fade(days);
        let mut weights = vec![0.0; self.log.len()];
        let mut most = f64::NEG_INFINITY;
        for (s, slope) in SLOPES.iter().enumerate() {
            if s != NO_SLOPE && !with_slope {
                continue;
            }
            let slope_prior = -0.5 * square(slope / SLOPE_PRIOR_SD);
            for cell in 0..PLANE {
                let x = x_at(cell % X_COUNT);
                let prior = slope_prior - 0.5 * square(x / X_PRIOR_SD);
                let value = self.log[s * PLANE + cell] * fade + prior;
                weights[s * PLANE + cell] = value;
                most = most.max(value);
            }
        }
        for (s, cells) in weights.chunks_exact_mut(PLANE).enumerate() {
            let is_used = s == NO_SLOPE || with_slope;
            for weight in cells {
                *weight = if is_used && *weight > most - 20.0 {
                    exp(*weight - most)
                } else {
                    0.0
                };
            }
        }
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        Posterior { weights }
    }
}

fn square(x: f64) -> f64 {
    x * x
}

/// Values with probabilities.
pub(super) type Weighted = Vec<(f64, f64)>;

/// Probabilities by slope, correlation and logit mean.
#[derive(Clone, Debug)]
pub(super) struct Posterior {
    weights: Vec<f64>,
}

impl Posterior {
    /// Adds `weight` times this posterior to another.
    pub(super) fn add_to(&self, weight: f64, sum: &mut Self) {
        for (total, own) in sum.weights.iter_mut().zip(&self.weights) {
            *total += weight * own;
        }
    }

    pub(super) fn zero() -> Self {
        Self {
            weights: vec![0.0; SLOPES.len() * PLANE],
        }
    }

    /// Probabilities by correlation and logit mean for a raid of `n`, the mean having wandered
    /// with this variance since.
    pub(super) fn for_raid(&self, n: u32, largest: u32, variance: f64) -> Plane {
        let size = size_of(n, largest);
        let mut cells = vec![0.0; PLANE];
        for (slope, weights) in SLOPES.iter().zip(self.weights.chunks_exact(PLANE)) {
            for x in 0..X_COUNT {
                let (low, part) = shifted(x, slope * size);
                for rho in 0..RHOS.len() {
                    let weight = weights[rho * X_COUNT + x];
                    if weight > 0.0 {
                        cells[rho * X_COUNT + low] += weight * (1.0 - part);
                        cells[rho * X_COUNT + low + 1] += weight * part;
                    }
                }
            }
        }
        Plane {
            cells: blur(&cells, variance),
        }
    }

    /// Marginal probabilities of the slope and of the correlation.
    pub(super) fn marginals(&self) -> (Weighted, Weighted) {
        let mut slopes: Weighted = SLOPES.iter().map(|&s| (s, 0.0)).collect();
        let mut rhos: Weighted = RHOS.iter().map(|&r| (r, 0.0)).collect();
        for (at, weight) in self.weights.iter().enumerate() {
            slopes[at / PLANE].1 += weight;
            rhos[at % PLANE / X_COUNT].1 += weight;
        }
        (slopes, rhos)
    }
}

/// Spreads each row of logit means by a normal of this variance; the ends keep what falls over.
fn blur(cells: &[f64], variance: f64) -> Vec<f64> {
    let sd = variance.sqrt() / X_STEP;
    if sd < 1e-6 {
        return cells.to_vec();
    }
    let reach = ((4.0 * sd).ceil() as usize).min(X_COUNT - 1);
    // Probability of each whole step of the grid: narrow spreads keep their variance.
    let mut kernel: Vec<f64> = (0..=reach)
        .map(|d| exp(-0.5 * square(d as f64 / sd.max(0.3))))
        .collect();
    let sum = kernel[0] + 2.0 * kernel[1..].iter().sum::<f64>();
    for k in &mut kernel {
        *k /= sum;
    }
    let mut out = vec![0.0; cells.len()];
    for (row, target) in cells
        .chunks_exact(X_COUNT)
        .zip(out.chunks_exact_mut(X_COUNT))
    {
        for (x, &weight) in row.iter().enumerate() {
            if weight <= 0.0 {
                continue;
            }
            target[x] += weight * kernel[0];
            for (d, k) in kernel.iter().enumerate().skip(1) {
                target[x.saturating_sub(d)] += weight * k;
                target[(x + d).min(X_COUNT - 1)] += weight * k;
            }
        }
    }
    out
}

/// Probabilities by correlation and logit mean for raids of one size.
#[derive(Clone, Debug)]
pub(super) struct Plane {
    cells: Vec<f64>,
}

impl Plane {
    /// Probability of the night.
    pub(super) fn likelihood(&self, night: &Likelihood) -> f64 {
        self.cells
            .iter()
            .zip(&night.log)
            .filter(|(weight, _)| **weight > 1e-9)
            .map(|(weight, log)| weight * exp(*log))
            .sum()
    }

    /// Predicted probabilities of 0 to `n`.
    pub(super) fn pmf(&self, n: u32) -> Vec<f64> {
        let mut out = vec![0.0; n as usize + 1];
        for (at, &weight) in self.cells.iter().enumerate() {
            if weight > NEGLIGIBLE {
                let law = super::BetaBinomial {
                    mean: logistic(x_at(at % X_COUNT)),
                    rho: RHOS[at / X_COUNT],
                };
                law.add_pmf(weight, n, &mut out);
            }
        }
        let sum: f64 = out.iter().sum();
        for p in &mut out {
            *p /= sum;
        }
        out
    }

    /// Mean share, and its quantiles at the given probabilities.
    pub(super) fn mean_share(&self, at: [f64; 2]) -> (f64, [f64; 2]) {
        let mut by_x = [0.0; X_COUNT];
        for (i, weight) in self.cells.iter().enumerate() {
            by_x[i % X_COUNT] += weight;
        }
        let mean = by_x
            .iter()
            .enumerate()
            .map(|(x, w)| w * logistic(x_at(x)))
            .sum();
        let shares: Weighted = by_x
            .iter()
            .enumerate()
            .map(|(x, &w)| (x_at(x), w))
            .collect();
        (mean, at.map(|p| logistic(quantile(&shares, p))))
    }
}

/// Quantile of values with weights that add up to one, linear between them.
pub(super) fn quantile(values: &[(f64, f64)], p: f64) -> f64 {
    let mut below = 0.0;
    for (i, &(value, weight)) in values.iter().enumerate() {
        if below + weight >= p && weight > 0.0 {
            let before = if i == 0 { value } else { values[i - 1].0 };
            let after = values.get(i + 1).map_or(value, |next| next.0);
            let (low, high) = (0.5 * (before + value), 0.5 * (value + after));
            return low + (high - low) * (p - below) / weight;
        }
        below += weight;
    }
    values.last().map_or(f64::NAN, |last| last.0)
}

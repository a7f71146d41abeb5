//! How fast the mean of a class wanders, and where it is heading.
//!
//! Each month's nights alone give the logit mean with a variance. Between months the mean takes a
//! random walk; its step is weighed over a grid by the likelihood of the months seen so far (a
//! Kalman filter), with a prior that one month moves the logit by about a quarter.

use super::date::{Day, Month};
use super::memory::{Likelihood, RHOS, X_COUNT, x_at};
use cupola_units::math::{exp, ln};

/// Variances of the step of 30 days that are weighed, with the logarithms of their prior weights.
const STEPS: [(f64, f64); 7] = [
    (0.005, -1.5),
    (0.02, -0.5),
    (0.05, 0.0),
    (0.1, 0.0),
    (0.2, -0.5),
    (0.4, -1.5),
    (0.8, -3.0),
];
/// Spread of the prior of one month's logit mean, taken out again afterwards.
const MONTH_PRIOR_SD: f64 = 2.0;
/// A month whose nights leave the mean no narrower than this share of its prior says nothing.
const LEARNED_MIN: f64 = 0.8;
/// Months that the trend looks back.
const TREND_MONTHS: usize = 12;

/// One month's logit mean.
#[derive(Clone, Copy, Debug)]
struct Seen {
    day: f64,
    x: f64,
    variance: f64,
}

/// The months of one class so far.
#[derive(Debug, Default)]
pub(super) struct Drift {
    months: Vec<Seen>,
    current: Option<Current>,
}

#[derive(Debug)]
struct Current {
    month: Month,
    log: Vec<f64>,
    days: f64,
    nights: f64,
}

impl Drift {
    pub(super) fn learn(&mut self, day: Day, night: &Likelihood) {
        if self
            .current
            .as_ref()
            .is_some_and(|c| c.month != day.month())
        {
            self.close();
        }
        let current = self.current.get_or_insert_with(|| Current {
            month: day.month(),
            log: vec![0.0; RHOS.len() * X_COUNT],
            days: 0.0,
            nights: 0.0,
        });
        night.add_to(&mut current.log);
        current.days += f64::from(day.0);
        current.nights += 1.0;
    }

    fn close(&mut self) {
        if let Some(seen) = self.current.take().and_then(|c| c.summary()) {
            self.months.push(seen);
        }
    }

    /// Months seen, the one in progress included.
    fn seen(&self) -> Vec<Seen> {
        let mut months = self.months.clone();
        months.extend(self.current.as_ref().and_then(Current::summary));
        months
    }

    /// Variance of the logit mean's step in a day.
    pub(super) fn per_day(&self) -> f64 {
        let months = self.seen();
        let logs = STEPS.map(|(step, prior)| prior + log_likelihood(&months, step / 30.0));
        let best = logs.iter().copied().fold(f64::MIN, f64::max);
        let (mut weights, mut mean) = (0.0, 0.0);
        for ((step, _), log) in STEPS.iter().zip(logs) {
            let weight = exp(log - best);
            weights += weight;
            mean += weight * step / 30.0;
        }
        mean / weights
    }

    /// Change of the logit mean in 30 days over the last year, and its standard error.
    pub(super) fn trend(&self) -> Option<(f64, f64)> {
        let months = self.seen();
        let months = &months[months.len().saturating_sub(TREND_MONTHS)..];
        if months.len() < 3 {
            return None;
        }
        let step = self.per_day() * 30.0;
        let weight = |seen: &Seen| 1.0 / (seen.variance + step);
        let total: f64 = months.iter().map(weight).sum();
        let centre = |of: fn(&Seen) -> f64| -> f64 {
            months.iter().map(|s| weight(s) * of(s)).sum::<f64>() / total
        };
        let (day, x) = (centre(|s| s.day), centre(|s| s.x));
        let (mut ss, mut sx) = (0.0, 0.0);
        for seen in months {
            let apart = (seen.day - day) / 30.0;
            ss += weight(seen) * apart * apart;
            sx += weight(seen) * apart * (seen.x - x);
        }
        (ss > 0.0).then(|| (sx / ss, (1.0 / ss).sqrt()))
    }
}

impl Current {
    fn summary(&self) -> Option<Seen> {
        let prior = |x: f64| -0.5 * (x / MONTH_PRIOR_SD) * (x / MONTH_PRIOR_SD);
        let most = self
            .log
            .iter()
            .enumerate()
            .map(|(at, log)| log + prior(x_at(at % X_COUNT)))
            .fold(f64::MIN, f64::max);
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        for (at, log) in self.log.iter().enumerate() {
            let x = x_at(at % X_COUNT);
            let weight = exp(log + prior(x) - most);
            sum += weight;
            first += weight * x;
            second += weight * x * x;
        }
        let mean = first / sum;
        let variance = (second / sum - mean * mean).max(1e-4);
        let prior_variance = MONTH_PRIOR_SD * MONTH_PRIOR_SD;
        if variance > LEARNED_MIN * prior_variance {
            return None;
        }
        let own = 1.0 / (1.0 / variance - 1.0 / prior_variance);
        Some(Seen {
            day: self.days / self.nights,
            x: mean * own / variance,
            variance: own,
        })
    }
}

fn log_likelihood(months: &[Seen], per_day: f64) -> f64 {
    let Some(first) = months.first() else {
        return 0.0;
    };
    let (mut x, mut variance, mut day) = (first.x, first.variance, first.day);
    let mut log = 0.0;
    for seen in &months[1..] {
        variance += per_day * (seen.day - day).max(0.0);
        let total = variance + seen.variance;
        let miss = seen.x - x;
        log -= 0.5 * (ln(total) + miss * miss / total);
        let gain = variance / total;
        x += gain * miss;
        variance *= 1.0 - gain;
        day = seen.day;
    }
    log
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::memory::Tables;
    use cupola_units::Stream;
    use cupola_units::math::logistic;

    /// Per-day drift learned from 30 months of 15 nights of 30 whose logit mean walks.
    fn learned(sd_per_month: f64) -> f64 {
        let tables = Tables::new();
        let mut drift = Drift::default();
        let stream = Stream::new(5, 0);
        let mut x = 1.0;
        for month in 0..30 {
            x = f64::clamp(x + sd_per_month * stream.normal(0, 0, month), -2.0, 4.0);
            for night in 0..15 {
                let hits = (0..30)
                    .filter(|i| stream.uniform(1, month * 15 + night, *i) < logistic(x))
                    .count();
                let day = Day((month * 30 + night * 2).cast_signed());
                drift.learn(day, &tables.likelihood(30, hits as u32));
            }
        }
        drift.per_day() * 30.0
    }

    #[test]
    fn val_a_walking_mean_is_told_from_a_resting_one() {
        let (resting, walking) = (learned(0.0), learned(0.5));
        assert!(resting < 0.02, "{resting}");
        assert!((0.12..0.5).contains(&walking), "{walking}");
    }
}

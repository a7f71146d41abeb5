//! Scoring the fit on nights that come after it.

use super::RecordError;
use super::class::RecordClass;
use super::date::{Day, Month};
use super::memory::Tables;
use super::rows::{Import, Night};
use super::score::{Scores, binomial_pmf};
use super::targets::{Target, targets};
use super::total::{Common, convolve, joined};
use super::walk::Learner;
use std::collections::BTreeMap;

/// Days of the recent baseline.
const RECENT_DAYS: i32 = 90;

/// The months that are scored, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First month.
    pub from: Month,
    /// Last month, with the night that its last evening begins.
    pub to: Month,
}

/// Where predictions start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The end of the month before each scored month.
    Rolling,
    /// The end of this day, for all months.
    Fixed(Day),
}

/// The scores of a window.
#[derive(Clone, Debug)]
pub struct Backtest {
    /// What was scored.
    pub window: Window,
    /// From where.
    pub origin: Origin,
    /// The rows that start in or before the window.
    pub import: Import,
    /// All classes together.
    pub pooled: Scores,
    /// Each class with nights in the window.
    pub classes: Vec<(RecordClass, Scores)>,
    /// The sum over classes of each night.
    pub total: Scores,
    /// Correlation between classes of one night, as known at the last origin.
    pub common_r: f64,
    /// Drones by shots alone, which is not one series: reported, never held to a target.
    pub drone_shot_only: Scores,
    /// What the protocol asks, and whether it was reached.
    pub targets: Vec<Target>,
}

/// Scores predictions of the window's nights, given what was launched.
///
/// # Errors
/// [`RecordError::Empty`] when the window holds no night, or nothing lies before it.
pub fn backtest(import: &Import, window: Window, origin: Origin) -> Result<Backtest, RecordError> {
    let import = import.until(window.to.last_day());
    let nights = import.nights();
    let tables = Tables::new();
    let first = match origin {
        Origin::Rolling => window.from.first_day(),
        Origin::Fixed(day) => Day(day.0 + 1),
    };
    let walk = Walk {
        window,
        origin,
        first: first.max(window.from.first_day()),
    };
    let mut predicted = Vec::new();
    for class in RecordClass::ALL {
        let own: Vec<Night> = nights
            .iter()
            .copied()
            .filter(|n| n.class == class)
            .collect();
        predicted.extend(walk.predict(&tables, &own, |night| night.neutralised));
    }
    predicted.sort_by_key(|p| (p.night.day, p.night.class));
    if !predicted.iter().any(|p| p.is_scored) {
        return Err(RecordError::Empty {
            what: format!(
                "no raid night between {} and {} after the origin",
                window.from, window.to
            ),
        });
    }
    let drones: Vec<Night> = nights
        .iter()
        .copied()
        .filter(|n| n.class == RecordClass::Drone)
        .collect();
    let shot_only = walk.predict(&tables, &drones, |night| night.shot);
    let (total, common_r) = totals(&predicted);
    let mut backtest = Backtest {
        window,
        origin,
        import,
        pooled: scores(&predicted, |_| true),
        classes: RecordClass::ALL
            .into_iter()
            .map(|class| (class, scores(&predicted, |p| p.night.class == class)))
            .filter(|(_, scores)| scores.n > 0)
            .collect(),
        total,
        common_r,
        drone_shot_only: scores(&shot_only, |_| true),
        targets: Vec::new(),
    };
    backtest.targets = targets(&backtest);
    Ok(backtest)
}

/// One night predicted from an origin before it.
struct Predicted {
    night: Night,
    origin: Day,
    is_scored: bool,
    y: u32,
    ours: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
}

struct Walk {
    window: Window,
    origin: Origin,
    first: Day,
}

impl Walk {
    /// Predicts the nights of one class month by month, those before the window for practice.
    fn predict(&self, tables: &Tables, nights: &[Night], k: fn(&Night) -> u32) -> Vec<Predicted> {
        let mut learner = Learner::new(tables);
        let mut out = Vec::new();
        for (origin, group) in self.groups(nights) {
            let frozen = learner.freeze(origin);
            let a = rate(&learner.nights, Day(i32::MIN));
            let b = rate(&learner.nights, Day(origin.0 - RECENT_DAYS));
            for night in group {
                let n = night.launched;
                out.push(Predicted {
                    night: *night,
                    origin,
                    is_scored: night.day >= self.first,
                    y: k(night),
                    ours: frozen.pmf(n, night.day),
                    a: binomial_pmf(n, a),
                    b: binomial_pmf(n, b),
                });
            }
            learner.judge(&frozen, group, k);
            for night in group {
                learner.learn(night.day, night.launched, k(night));
            }
        }
        out
    }

    /// Runs of nights that are predicted from one origin: months, or all after a fixed origin.
    fn groups<'n>(&self, nights: &'n [Night]) -> Vec<(Day, &'n [Night])> {
        let origin = |night: &Night| match self.origin {
            Origin::Fixed(day) if night.day > day => day,
            _ => Day(night.day.month().min(self.window.to).first_day().0 - 1),
        };
        nights
            .chunk_by(|a, b| origin(a) == origin(b))
            .map(|group| (origin(&group[0]), group))
            .collect()
    }
}

/// Pooled rate of the nights after `after`, smoothed by half a count of one.
fn rate(nights: &[(Day, u32, u32)], after: Day) -> f64 {
    let recent = nights.iter().filter(|night| night.0 > after);
    let (n, k) = recent.fold((0.0, 0.0), |(n, k), night| {
        (n + f64::from(night.1), k + f64::from(night.2))
    });
    (k + 0.5) / (n + 1.0)
}

fn scores(predicted: &[Predicted], which: impl Fn(&Predicted) -> bool) -> Scores {
    let mut scores = Scores::default();
    for p in predicted.iter().filter(|p| p.is_scored && which(p)) {
        scores.add(p.night.launched, p.y, &p.ours, &p.a, &p.b);
    }
    scores.mean()
}

/// Scores of the sum over classes of each night; the correlation is learned from nights before
/// the month (or the fixed origin) that is scored.
fn totals(predicted: &[Predicted]) -> (Scores, f64) {
    let mut by_day: BTreeMap<Day, Vec<&Predicted>> = BTreeMap::new();
    for p in predicted {
        by_day.entry(p.night.day).or_default().push(p);
    }
    let mut scores = Scores::default();
    let mut common = Common::new();
    let (mut origin, mut r) = (None, common.r());
    for classes in by_day.values() {
        if origin != Some(classes[0].origin) {
            (origin, r) = (Some(classes[0].origin), common.r());
        }
        let of = |which: fn(&Predicted) -> &[f64]| -> Vec<&[f64]> {
            classes.iter().map(|p| which(p)).collect()
        };
        if classes[0].is_scored {
            let n = classes.iter().map(|p| p.night.launched).sum();
            let y = classes.iter().map(|p| p.y).sum();
            let ours = joined(&of(|p| &p.ours), r);
            let (a, b) = (convolve(&of(|p| &p.a)), convolve(&of(|p| &p.b)));
            scores.add(n, y, &ours, &a, &b);
        }
        let night: Vec<(&[f64], u32)> = classes.iter().map(|p| (p.ours.as_slice(), p.y)).collect();
        common.learn(&night);
    }
    (scores.mean(), r)
}

//! What the protocol asks of a backtest.

use super::backtest::{Backtest, Origin};
use super::class::RecordClass;
use super::score::Scores;

/// Classes with fewer nights are not held to the coverage by class.
const NIGHTS_MIN: usize = 75;

/// One demand and what was reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// What is measured, for instance `pooled.cover80` or `drone.crps/b`.
    pub id: String,
    /// What was reached.
    pub value: f64,
    /// Least allowed.
    pub low: f64,
    /// Most allowed.
    pub high: f64,
    /// Whether it lies in between.
    pub pass: bool,
}

/// The table of the protocol: all of it one month ahead, coverage alone from a fixed origin, where
/// an honest forecast is wide and no short score can be asked of it.
///
/// # Source
/// Its bounds were set on the development rows (to 2024-12-31) before this code was written.
pub(super) fn targets(backtest: &Backtest) -> Vec<Target> {
    let mut list = List::default();
    let pooled = &backtest.pooled;
    list.cover(
        "pooled",
        pooled,
        &[(0.45, 0.56), (0.76, 0.85), (0.87, 0.94)],
    );
    for (class, scores) in &backtest.classes {
        if scores.n >= NIGHTS_MIN {
            let bounds = [(0.40, 0.60), (0.72, 0.88), (0.84, 0.95)];
            list.cover(class.name(), scores, &bounds);
        }
    }
    let total = &backtest.total;
    list.between("total.cover80", total.cover[1], 0.76, 0.87);
    list.between("total.cover90", total.cover[2], 0.87, 0.95);
    if backtest.origin == Origin::Rolling {
        list.most("total.crps/a", total.crps / total.crps_a, 0.85);
        scores_one_month_ahead(backtest, &mut list);
    }
    list.0
}

fn scores_one_month_ahead(backtest: &Backtest, list: &mut List) {
    let pooled = &backtest.pooled;
    list.most("pooled.crps/a", pooled.crps / pooled.crps_a, 0.80);
    list.most("pooled.crps/b", pooled.crps / pooled.crps_b, 0.95);
    let per_launched = pooled.crps_per_launched / pooled.crps_per_launched_a;
    list.most("pooled.crps_per_launched/a", per_launched, 0.88);
    for (class, over_a, over_b) in [
        (RecordClass::Drone, 0.77, Some(0.95)),
        (RecordClass::Ballistic, 0.82, Some(0.90)),
        (RecordClass::Cruise, 1.00, None),
        (RecordClass::Guided, 1.00, None),
    ] {
        let found = backtest.classes.iter().find(|(c, _)| *c == class);
        if let Some((_, scores)) = found {
            list.most(
                &format!("{class}.crps/a"),
                scores.crps / scores.crps_a,
                over_a,
            );
            if let Some(most) = over_b {
                list.most(
                    &format!("{class}.crps/b"),
                    scores.crps / scores.crps_b,
                    most,
                );
            }
        }
    }
}

#[derive(Default)]
struct List(Vec<Target>);

impl List {
    fn cover(&mut self, of: &str, scores: &Scores, bounds: &[(f64, f64); 3]) {
        for ((level, value), (low, high)) in [50, 80, 90].iter().zip(scores.cover).zip(bounds) {
            self.between(&format!("{of}.cover{level}"), value, *low, *high);
        }
    }

    fn most(&mut self, id: &str, value: f64, high: f64) {
        self.between(id, value, 0.0, high);
    }

    fn between(&mut self, id: &str, value: f64, low: f64, high: f64) {
        self.0.push(Target {
            id: id.to_owned(),
            value,
            low,
            high,
            pass: (low..=high).contains(&value),
        });
    }
}

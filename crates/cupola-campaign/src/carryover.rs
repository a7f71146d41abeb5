//! What a precedent carries over: the share of threats that come through, from one scenario to the
//! next, as the stations of a waterfall.
//!
//! A share is over what works and is aimed inside: launch failures are no merit of a defence. Two
//! stations of one seed and size share their draws as far as their inputs have the same names, so
//! the change from one to the next is taken draw by draw.
//!
//! Not here: what the stations are (`cupola_scenario::CarryOver`), pages and tables.

use crate::run::{Row, Sink};
use cupola_scenario::Class;
use std::convert::Infallible;

/// Rows of a table of shares: all together, then the classes.
const ROWS: usize = Class::ALL.len() + 1;

/// Who works, is aimed inside, and comes through, by draw: of the first option and raid.
#[derive(Clone, Debug, Default)]
pub struct Through {
    /// By draw and row: working and leaked, summed over the runs of the draw.
    draws: Vec<[[f64; 2]; ROWS]>,
    runs: f64,
    last_run: Option<u32>,
}

/// A share that comes through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Mean over the draws.
    pub mean: f64,
    /// Ends of the middle 95 % of the draws.
    pub lo95: f64,
    /// Upper end.
    pub hi95: f64,
    /// Working threats aimed inside, mean number per raid.
    pub working: f64,
}

/// A change from one station to the next, over the same draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Mean.
    pub mean: f64,
    /// Ends of the middle 95 % of the draws.
    pub lo95: f64,
    /// Upper end.
    pub hi95: f64,
}

/// One station of a waterfall.
#[derive(Clone, Debug)]
pub struct Station {
    /// Short name of the step that leads here; empty at the start.
    pub name: String,
    /// What changed, as printed.
    pub title: String,
    /// What exactly changed.
    pub note: String,
    /// SHA-256 of the resolved scenario.
    pub hash: String,
    /// Who came through.
    pub through: Through,
}

/// The answer: stations in one or more orders of the same steps.
#[derive(Clone, Debug)]
pub struct Waterfall {
    /// Heading.
    pub title: String,
    /// What is asked.
    pub text: String,
    /// Runs of each station.
    pub runs: u32,
    /// Epistemic draws among them.
    pub draws: u32,
    /// Seed of all chance.
    pub seed: u64,
    /// By order of the steps: the stations, the start first.
    pub orders: Vec<Vec<Station>>,
}

impl Sink for Through {
    type Error = Infallible;

    fn rows(&mut self, option: usize, raid: usize, rows: &[Row]) -> Result<(), Infallible> {
        if option > 0 || raid > 0 {
            return Ok(());
        }
        for row in rows {
            let draw = row.draw as usize;
            if draw >= self.draws.len() {
                self.draws.resize(draw + 1, [[0.0; 2]; ROWS]);
            }
            let counts = [
                f64::from(row.count.inside_working),
                f64::from(row.count.leaked),
            ];
            for to in [0, row.class.index() + 1] {
                for (sum, count) in self.draws[draw][to].iter_mut().zip(counts) {
                    *sum += count;
                }
            }
            if self.last_run != Some(row.run) {
                self.last_run = Some(row.run);
                self.runs += 1.0;
            }
        }
        Ok(())
    }
}

impl Through {
    /// The share of a class that comes through, all together when `None`; not a number where
    /// nothing of it is aimed inside.
    pub fn share(&self, class: Option<Class>) -> Share {
        let row = row_of(class);
        let (mean, lo95, hi95) = middle95(self.shares(row));
        let working: f64 = self.draws.iter().map(|draw| draw[row][0]).sum();
        Share {
            mean,
            lo95,
            hi95,
            working: working / self.runs.max(1.0),
        }
    }

    /// How the share of a class changes from here to another station.
    pub fn change(&self, to: &Self, class: Option<Class>) -> Change {
        let row = row_of(class);
        let pairs = self.shares(row).zip(to.shares(row));
        let (mean, lo95, hi95) = middle95(pairs.map(|(before, after)| after - before));
        Change { mean, lo95, hi95 }
    }

    /// Classes of which anything that works is aimed inside.
    pub fn classes(&self) -> Vec<Class> {
        let any = |class: &Class| {
            let row = row_of(Some(*class));
            self.draws.iter().any(|draw| draw[row][0] > 0.0)
        };
        Class::ALL.into_iter().filter(any).collect()
    }

    fn shares(&self, row: usize) -> impl Iterator<Item = f64> {
        self.draws.iter().map(move |draw| {
            let [working, leaked] = draw[row];
            if working > 0.0 {
                leaked / working
            } else {
                f64::NAN
            }
        })
    }
}

fn row_of(class: Option<Class>) -> usize {
    class.map_or(0, |class| class.index() + 1)
}

/// Mean and the ends of the middle 95 % of the finite values.
fn middle95(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut sorted: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    if sorted.is_empty() {
        return (f64::NAN, f64::NAN, f64::NAN);
    }
    sorted.sort_by(f64::total_cmp);
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let at = |p: f64| {
        let x = p * (sorted.len() as f64 - 1.0);
        let (low, high) = (sorted[x.floor() as usize], sorted[x.ceil() as usize]);
        low + (high - low) * x.fract()
    };
    (mean, at(0.025), at(0.975))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cupola_raid::ClassCount;

    fn row(run: u32, class: Class, inside_working: u32, leaked: u32) -> Row {
        let count = ClassCount {
            inside_working,
            leaked,
            ..ClassCount::default()
        };
        Row {
            run,
            draw: run / 2,
            class,
            count,
        }
    }

    fn through(rows: &[Row]) -> Through {
        let mut through = Through::default();
        let Ok(()) = through.rows(0, 0, rows);
        let Ok(()) = through.rows(1, 0, rows);
        through
    }

    #[test]
    fn shares_are_of_what_works_and_is_aimed_inside() {
        let all = through(&[
            row(0, Class::Drone, 10, 1),
            row(0, Class::Cruise, 10, 3),
            row(1, Class::Drone, 10, 1),
            row(1, Class::Cruise, 10, 3),
        ]);
        assert!((all.share(None).mean - 0.2).abs() < 1e-12);
        assert!((all.share(None).working - 20.0).abs() < 1e-12);
        assert!((all.share(Some(Class::Cruise)).mean - 0.3).abs() < 1e-12);
        assert!(all.share(Some(Class::Heavy)).mean.is_nan());
        assert_eq!(all.classes(), [Class::Drone, Class::Cruise]);
    }

    #[test]
    fn changes_are_paired_by_draw() {
        let before = through(&[row(0, Class::Drone, 10, 1), row(2, Class::Drone, 10, 8)]);
        let after = through(&[row(0, Class::Drone, 10, 2), row(2, Class::Drone, 10, 9)]);
        let change = before.change(&after, None);
        assert!((change.mean - 0.1).abs() < 1e-12);
        assert!((change.hi95 - change.lo95).abs() < 1e-12);
    }
}

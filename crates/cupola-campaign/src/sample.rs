//! What the runs of one raid gave, kept run by run, so that one campaign can be compared with
//! another under the same luck.
//!
//! A [`Sample`] is a sink of a campaign. Two samples of the same seed and size share their draws
//! and chance, whatever else differs, so their differences are paired. No files, no formatting.

use crate::run::{Row, Sink};
use crate::stats::Nested;
use crate::tally::{QUANTITIES, add, quantity};
use cupola_raid::ClassCount;
use cupola_scenario::Class;
use std::convert::Infallible;

/// Counts of one raid by option, run and class.
#[derive(Clone, Debug)]
pub struct Sample {
    raid: usize,
    runs_per_draw: usize,
    /// By option and run: the counts of each class.
    counts: Vec<Vec<[ClassCount; 7]>>,
}

/// A number over the runs, with the intervals that belong to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Mean.
    pub mean: f64,
    /// Lower end of the 95 % interval of the expected value over what is not known.
    pub lo95: f64,
    /// Upper end.
    pub hi95: f64,
    /// Half width of the 95 % Monte Carlo interval of the mean.
    pub mc_half95: f64,
    /// Runs behind it.
    pub n: u32,
}

/// One quantity in every run, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    values: Vec<f64>,
    runs_per_draw: usize,
}

impl Sample {
    /// A sample of the raid at this position in the plan.
    pub fn new(raid: usize, runs_per_draw: u32) -> Self {
        Self {
            raid,
            runs_per_draw: runs_per_draw.max(1) as usize,
            counts: Vec::new(),
        }
    }

    /// Position of the raid in the plan.
    pub fn raid(&self) -> usize {
        self.raid
    }

    /// A quantity of a class (all together when `None`) under an option; an unknown quantity or
    /// option gives an empty series.
    pub fn series(&self, option: usize, id: &str, class: Option<Class>) -> Series {
        let which = QUANTITIES.iter().position(|(name, _, _)| *name == id);
        let runs = self.counts.get(option).filter(|_| which.is_some());
        let values = runs.map_or(&[][..], Vec::as_slice).iter().map(|counts| {
            let which = which.unwrap_or_default();
            if let Some(class) = class {
                return quantity(&counts[class.index()], which);
            }
            let mut sum = ClassCount::default();
            for count in counts {
                add(&mut sum, count);
            }
            quantity(&sum, which)
        });
        Series {
            values: values.collect(),
            runs_per_draw: self.runs_per_draw,
        }
    }
}

impl Sink for Sample {
    type Error = Infallible;

    fn rows(&mut self, option: usize, raid: usize, rows: &[Row]) -> Result<(), Infallible> {
        if raid != self.raid {
            return Ok(());
        }
        if self.counts.len() <= option {
            self.counts.resize_with(option + 1, Vec::new);
        }
        let runs = &mut self.counts[option];
        for row in rows {
            let run = row.run as usize;
            if runs.len() <= run {
                runs.resize(run + 1, [ClassCount::default(); 7]);
            }
            runs[run][row.class.index()] = row.count;
        }
        Ok(())
    }
}

impl Series {
    /// Mean and intervals.
    pub fn estimate(&self) -> Estimate {
        let mut nested = Nested::default();
        for draw in self.values.chunks(self.runs_per_draw) {
            nested.add(draw);
        }
        let (mut lo95, hi95) = nested.expected95();
        // What is never negative has no negative expectation either.
        if self
            .values
            .iter()
            .all(|value| value.is_nan() || *value >= 0.0)
        {
            lo95 = lo95.max(0.0);
        }
        Estimate {
            mean: nested.mean(),
            lo95,
            hi95,
            mc_half95: nested.monte_carlo_half95(),
            n: nested.runs() as u32,
        }
    }

    /// This minus another, run by run; empty when they have not the same runs.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let same = self.values.len() == other.values.len();
        let pairs = self.values.iter().zip(&other.values);
        Self {
            values: pairs.filter(|_| same).map(|(a, b)| a - b).collect(),
            runs_per_draw: self.runs_per_draw,
        }
    }

    /// This plus another, run by run.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        self.minus(&other.times(-1.0))
    }

    /// Every value times a factor.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self {
            values: self.values.iter().map(|value| value * factor).collect(),
            runs_per_draw: self.runs_per_draw,
        }
    }

    /// The smallest value that at least the share `p` of the runs does not exceed.
    pub fn quantile(&self, p: f64) -> f64 {
        let mut sorted: Vec<f64> = self
            .values
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .collect();
        sorted.sort_by(f64::total_cmp);
        let rank = (p * sorted.len() as f64).ceil() as usize;
        sorted
            .get(rank.max(1).min(sorted.len()).wrapping_sub(1))
            .copied()
            .unwrap_or(f64::NAN)
    }

    /// Whether there is no run at all.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(leaked: impl Fn(u32) -> u32) -> Sample {
        let mut sample = Sample::new(0, 8);
        let rows: Vec<Row> = (0..128)
            .map(|run| Row {
                run,
                draw: run / 8,
                class: Class::Cruise,
                count: ClassCount {
                    launched: 5,
                    leaked: leaked(run),
                    ..ClassCount::default()
                },
            })
            .collect();
        sample.rows(0, 0, &rows).unwrap();
        sample.rows(0, 1, &rows).unwrap();
        sample
    }

    #[test]
    fn a_difference_between_two_campaigns_is_paired() {
        let one = filled(|run| run % 5);
        let other = filled(|run| run % 5 + 1);
        let leakers = |sample: &Sample| sample.series(0, "leakers", None);
        let change = leakers(&other).minus(&leakers(&one)).estimate();
        assert!((change.mean - 1.0).abs() < 1e-12);
        assert!(change.hi95 - change.lo95 < 1e-9, "{change:?}");
        let alone = leakers(&one).estimate();
        assert_eq!(alone.n, 128);
        assert!(alone.hi95 > alone.lo95);
    }

    #[test]
    fn what_is_not_there_is_empty() {
        let sample = filled(|_| 1);
        assert!(sample.series(3, "leakers", None).is_empty());
        assert!(sample.series(0, "beauty", None).is_empty());
        assert!(sample.series(0, "leakers", None).quantile(0.5) > 0.5);
    }
}

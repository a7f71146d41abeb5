//! Walking through a class's nights month by month: predict, compare, learn.
//!
//! Several memories run side by side, with half-lives from weeks to for ever, each with and without
//! a raid-size effect. How far each is trusted follows from what it gave to the months before, and
//! old merits fade too: nothing is chosen by looking at the month that is scored.

use super::date::Day;
use super::drift::Drift;
use super::memory::{Memory, Plane, Posterior, Tables};
use super::rows::Night;
use cupola_units::math::exp;

/// Half-lives of the memories, days.
pub(super) const HALF_LIVES_DAYS: [f64; 5] = [25.0, 50.0, 100.0, 200.0, f64::INFINITY];
/// Half-life of the merits of a memory, days.
const MERIT_HALF_LIFE_DAYS: f64 = 240.0;
/// Share of trust that is spread evenly whatever happened.
const EVEN_SHARE: f64 = 0.02;
/// Candidates: each half-life with and without the raid-size effect.
pub(super) const CANDIDATES: usize = 2 * HALF_LIVES_DAYS.len();

/// What one class has taught so far.
pub(super) struct Learner<'a> {
    tables: &'a Tables,
    memories: Vec<Memory>,
    merits: [f64; CANDIDATES],
    merits_day: Option<Day>,
    last: Option<Day>,
    largest: u32,
    pub(super) drift: Drift,
    pub(super) nights: Vec<(Day, u32, u32)>,
}

impl<'a> Learner<'a> {
    pub(super) fn new(tables: &'a Tables) -> Self {
        Self {
            tables,
            memories: HALF_LIVES_DAYS.iter().map(|&h| Memory::new(h)).collect(),
            merits: [0.0; CANDIDATES],
            merits_day: None,
            last: None,
            largest: 1,
            drift: Drift::default(),
            nights: Vec::new(),
        }
    }

    /// Adds a night: `k` of `n`.
    pub(super) fn learn(&mut self, day: Day, n: u32, k: u32) {
        let days = self.last.map_or(0.0, |last| f64::from(day.0 - last.0));
        self.largest = self.largest.max(n);
        let night = self.tables.likelihood(n, k);
        for memory in &mut self.memories {
            memory.add(days, n, self.largest, &night);
        }
        self.drift.learn(day, &night);
        self.last = Some(day);
        self.nights.push((day, n, k));
    }

    /// What would be said at the end of the day `origin`.
    pub(super) fn freeze(&self, origin: Day) -> Frozen {
        let days = self.last.map_or(0.0, |last| f64::from(origin.0 - last.0));
        let candidates: Vec<Posterior> = self
            .memories
            .iter()
            .flat_map(|memory| [true, false].map(|slope| memory.posterior(days, slope)))
            .collect();
        let best = self.merits.iter().copied().fold(f64::MIN, f64::max);
        let raw = self.merits.map(|merit| exp(merit - best));
        let sum: f64 = raw.iter().sum();
        let even = EVEN_SHARE / CANDIDATES as f64;
        let trust = raw.map(|weight| even + (1.0 - EVEN_SHARE) * weight / sum);
        let mut mixed = Posterior::zero();
        for (posterior, weight) in candidates.iter().zip(trust) {
            posterior.add_to(weight, &mut mixed);
        }
        Frozen {
            origin,
            candidates,
            trust,
            mixed,
            largest: self.largest,
            drift_per_day: self.drift.per_day(),
        }
    }

    /// Judges the candidates of `frozen` by the nights that came after it.
    pub(super) fn judge(&mut self, frozen: &Frozen, nights: &[Night], k: fn(&Night) -> u32) {
        let Some(last) = nights.last() else {
            return;
        };
        if let Some(day) = self.merits_day {
            let days = f64::from(last.day.0 - day.0);
            let fade = exp(-std::f64::consts::LN_2 * days / MERIT_HALF_LIFE_DAYS);
            for merit in &mut self.merits {
                *merit *= fade;
            }
        }
        self.merits_day = Some(last.day);
        for night in nights {
            let seen = self.tables.likelihood(night.launched, k(night));
            for (merit, posterior) in self.merits.iter_mut().zip(&frozen.candidates) {
                let plane = frozen.plane(posterior, night.launched, night.day);
                *merit += cupola_units::math::ln(plane.likelihood(&seen).max(1e-12));
            }
        }
    }
}

/// What a class's past says at one date, before anything later is known.
pub(super) struct Frozen {
    origin: Day,
    candidates: Vec<Posterior>,
    pub(super) trust: [f64; CANDIDATES],
    pub(super) mixed: Posterior,
    pub(super) largest: u32,
    pub(super) drift_per_day: f64,
}

impl Frozen {
    fn plane(&self, posterior: &Posterior, n: u32, day: Day) -> Plane {
        let days = f64::from((day.0 - self.origin.0).max(0));
        posterior.for_raid(n, self.largest, self.drift_per_day * days)
    }

    /// Probabilities of the mean and spread of a raid of `n` on this day.
    pub(super) fn raid(&self, n: u32, day: Day) -> Plane {
        self.plane(&self.mixed, n, day)
    }

    /// Predicted probabilities of 0 to `n` on this day.
    pub(super) fn pmf(&self, n: u32, day: Day) -> Vec<f64> {
        self.raid(n, day).pmf(n)
    }
}

//! Time inside a run: integer milliseconds, so that order never depends on rounding.

use std::fmt;
use std::ops::{Add, Sub};

/// Milliseconds since the start of a raid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(pub i64);

impl SimTime {
    /// Later than anything that happens in a raid.
    pub const NEVER: Self = Self(i64::MAX / 4);

    /// The nearest millisecond to a time in seconds; beyond about 70 million years it is `NEVER`.
    pub fn from_seconds(seconds: f64) -> Self {
        if seconds.is_finite() && seconds.abs() < 1e15 {
            let ms = seconds * 1000.0;
            // The cast cuts towards zero.
            Self((ms + 0.5_f64.copysign(ms)) as i64)
        } else {
            Self::NEVER
        }
    }

    /// Seconds since the start of the raid.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// Whether the time is one at which something can happen.
    pub fn is_ever(self) -> bool {
        self < Self::NEVER
    }
}

impl Add for SimTime {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0).min(Self::NEVER.0))
    }
}

impl Sub for SimTime {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(
            f,
            "{sign}{:02}:{:02}:{:02}.{:03}",
            total / 3_600_000,
            total / 60_000 % 60,
            total / 1000 % 60,
            total % 1000
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_to_the_nearest_millisecond() {
        assert_eq!(SimTime::from_seconds(1.2345).0, 1235);
        assert_eq!(SimTime::from_seconds(-0.0004).0, 0);
        assert_eq!(SimTime::from_seconds(f64::INFINITY), SimTime::NEVER);
        assert_eq!((SimTime::NEVER + SimTime(5)), SimTime::NEVER);
    }

    #[test]
    fn times_print_as_a_clock() {
        assert_eq!(SimTime(3_723_004).to_string(), "01:02:03.004");
    }
}

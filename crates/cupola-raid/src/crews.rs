//! When handed-over fire units are manned: courses with a number of places, one after the other.
//!
//! A course of one system takes `places` people at a time; those who pass fill crews in the order of
//! the units, `rotation` crews each. A course lasts at least its weeks: what comes on top is
//! lognormal, anew for each. Without `places` everybody is on one course at once.
//!
//! Not here: dates, options and what is printed (`cupola-campaign`).
//!
//! # Source
//! Little's law for the flow, `docs/concepts/crews.md`.

use crate::inputs::InputId;
use cupola_units::{Stream, math};

/// Spread of the logarithm of what a course takes on top of its weeks (assumption).
const DELAY_SIGMA: f64 = 0.6;
/// Courses after which nobody waits any longer.
const COURSES_MAX: u32 = 2_000;

const PURPOSE_DELAY: u32 = 0x0600;

/// The course that a unit's crews must finish.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// Number of the course in random counters: training and system together.
    pub(crate) entity: u32,
    /// Units before this one whose crews come from the same course.
    pub(crate) before: u32,
    /// Days from its start to the day asked for.
    pub(crate) days: f64,
    /// Whether it is held in the country that is attacked.
    pub inside: bool,
    pub(crate) inputs: CourseInputs,
}

impl Course {
    /// Number of the course: the same for all units whose crews come from it.
    pub fn id(&self) -> u32 {
        self.entity
    }

    /// Units whose crews it mans before this one's.
    pub fn position(&self) -> u32 {
        self.before
    }

    /// Days from its start to the day asked for.
    pub fn days(&self) -> f64 {
        self.days
    }
}

/// Its uncertain figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CourseInputs {
    pub weeks: InputId,
    pub handover_weeks: InputId,
    pub travel_weeks: InputId,
    pub delay_weeks: InputId,
    pub places: Option<InputId>,
    pub dropout_share: InputId,
    pub rotation: InputId,
    pub persons: InputId,
}

/// A course in one draw.
#[derive(Clone, Copy, Debug)]
pub struct CourseDraw {
    /// Weeks of one course at least.
    pub weeks: f64,
    /// Weeks before and after all courses: handing over and travel.
    pub around_weeks: f64,
    /// Median of what one course takes longer, weeks.
    pub delay_weeks: f64,
    /// Places; `None`: one course for all.
    pub places: Option<f64>,
    /// Share that does not pass.
    pub dropout_share: f64,
    /// People that one unit needs: crew times rotation.
    pub persons: f64,
}

impl CourseDraw {
    /// People who pass one course.
    fn passed(&self) -> f64 {
        self.places.unwrap_or(f64::INFINITY) * (1.0 - self.dropout_share)
    }

    /// Courses, one after the other, until the crews of `units` units are there; `None` when that
    /// never happens.
    pub fn courses(&self, units: u32) -> Option<u32> {
        let courses = (f64::from(units) * self.persons / self.passed()).ceil();
        (courses <= f64::from(COURSES_MAX)).then_some(courses.max(1.0) as u32)
    }

    /// Weeks that `courses` courses last, each at least its length.
    pub fn weeks_of(&self, courses: u32, stream: Stream, entity: u32) -> f64 {
        let delay = |i: u32| {
            let z = stream.normal(entity, PURPOSE_DELAY, i);
            self.delay_weeks * math::exp(DELAY_SIGMA * z)
        };
        (0..courses).map(|i| self.weeks + delay(i)).sum()
    }

    /// Weeks from the start until `units` units are manned; infinite when that never happens.
    pub fn manned_weeks(&self, units: u32, stream: Stream, entity: u32) -> f64 {
        self.courses(units).map_or(f64::INFINITY, |courses| {
            self.around_weeks + self.weeks_of(courses, stream, entity)
        })
    }

    /// People on the course at a time.
    pub fn people(&self, units: u32) -> f64 {
        self.places.unwrap_or(f64::from(units) * self.persons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATRIOT: CourseDraw = CourseDraw {
        weeks: 10.0,
        around_weeks: 0.0,
        delay_weeks: 0.0,
        places: Some(90.0),
        dropout_share: 0.1,
        persons: 90.0,
    };

    #[test]
    fn val_training_matches_littles_law() {
        // As many units as fit into the longest run of courses: the mean rate, without its start.
        let stream = Stream::new(1, 0);
        let units = 1_000;
        let weeks = PATRIOT.manned_weeks(units, stream, 1);
        let persons_a_week = f64::from(units) * PATRIOT.persons / weeks;
        let crews_a_year = f64::from(units) / weeks * 52.0;
        println!(
            "VALIDATION id=training-flow of=persons truth=8.1 ours={persons_a_week:.4} tolerance=0.5% unit=persons/week"
        );
        println!(
            "VALIDATION id=training-flow of=crews truth=4.68 ours={crews_a_year:.4} tolerance=0.5% unit=crews/year"
        );
        assert!(
            (persons_a_week / 8.1 - 1.0).abs() < 0.005,
            "{persons_a_week}"
        );
        assert!((crews_a_year / 4.68 - 1.0).abs() < 0.005, "{crews_a_year}");
    }

    #[test]
    fn a_course_lasts_at_least_its_weeks_and_more_when_it_may() {
        let slow = CourseDraw {
            delay_weeks: 2.0,
            ..PATRIOT
        };
        let mut lengths: Vec<f64> = (0..4_001)
            .map(|run| slow.weeks_of(1, Stream::new(1, run), 1))
            .collect();
        lengths.sort_by(f64::total_cmp);
        assert!(lengths[0] > 10.0);
        assert!((lengths[2_000] - 12.0).abs() < 0.1, "{}", lengths[2_000]);
    }

    #[test]
    fn without_places_all_are_trained_at_once() {
        let all = CourseDraw {
            places: None,
            around_weeks: 6.0,
            ..PATRIOT
        };
        let stream = Stream::new(1, 0);
        assert!((all.manned_weeks(7, stream, 1) - 16.0).abs() < 1e-12);
        // 81 of 90 pass: one course is not enough for one crew of 90.
        assert_eq!(PATRIOT.courses(1), Some(2));
        assert_eq!(PATRIOT.courses(9), Some(10));
    }

    #[test]
    fn a_course_without_places_for_anybody_mans_nothing() {
        let none = CourseDraw {
            places: Some(0.0),
            ..PATRIOT
        };
        assert_eq!(none.courses(1), None);
        assert!(none.manned_weeks(1, Stream::new(1, 0), 1).is_infinite());
    }
}

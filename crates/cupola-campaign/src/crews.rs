//! Crews: which fire units are manned on which day, when the shield is first effective, and how many
//! people are on courses inside the country that is attacked.
//!
//! Everything follows from the courses of the scenario, draw by draw; no raid is played. A unit that
//! needs no course is manned from its day on. Readiness on a day is not in it.
//!
//! Not here: how a course flows (`cupola_raid::CourseDraw`), pages and tables.

use crate::outcome::LedgerCount;
use crate::record::Day;
use crate::run::Inputs;
use cupola_raid::{Draw, Plan};
use cupola_scenario::Scenario;
use std::collections::BTreeMap;

/// Days between two points of a timeline.
const STEP_DAYS: i32 = 14;
/// Days that a timeline spans.
const SPAN_DAYS: i32 = 3 * 365;

/// Middle of the draws: 5 %, 50 % and 95 %.
pub(crate) type Range = [f64; 3];

/// Manned fire units of one option over time.
#[derive(Clone, Debug)]
pub struct CrewTimeline {
    /// Name of the option.
    pub option: String,
    /// Its title.
    pub title: String,
    /// Course that its crews finish, if any.
    pub courses: Vec<String>,
    /// Fire units, patrols and sensors in all.
    pub units: u32,
    /// Of these, on a course.
    pub trained: u32,
    /// First day of the timeline.
    pub start: Day,
    /// Manned units by point of the timeline.
    pub manned: Vec<Range>,
    /// Days from the start until the first, half of them, and all are manned; infinite: not within
    /// what was looked at.
    pub until: [Range; 3],
    /// People on courses inside the attacked country at the busiest time.
    pub people_inside: Range,
    /// The same, summed over time: person-weeks.
    pub person_weeks_inside: Range,
    /// Days from the start until half are manned, by draw; infinite: not within what was looked at.
    pub half_days: Vec<f64>,
}

impl CrewTimeline {
    /// Days of the points.
    pub fn days(&self) -> Vec<Day> {
        (self.start.0..)
            .step_by(STEP_DAYS as usize)
            .take(self.manned.len())
            .map(Day)
            .collect()
    }

    /// Days by which half of the units are manned later than in another timeline, draw by draw; not
    /// numbers where either never is.
    pub fn later_than(&self, other: &Self) -> [f64; 3] {
        let pairs = self.half_days.iter().zip(&other.half_days);
        let later: Vec<f64> = pairs.map(|(own, other)| own - other).collect();
        if later.iter().all(|days| days.is_finite()) {
            range(later)
        } else {
            [f64::NAN; 3]
        }
    }
}

/// The timelines of all options of a scenario that have units.
pub fn crews(scenario: &Scenario, plan: &Plan, draws: u32) -> Vec<CrewTimeline> {
    let starts = scenario.file.training.values();
    let as_of = day(&scenario.file.question.as_of.to_string());
    let start = starts
        .map(|course| day(&course.start.to_string()))
        .min_by_key(|day| day.0)
        .unwrap_or(as_of);
    let drawn: Vec<Draw> = (0..draws)
        .map(|number| Draw::new(plan, number, 1))
        .collect();
    let from = manned_from(scenario, plan);
    let options = plan.options.iter().enumerate();
    options
        .filter(|(_, option)| !option.units.is_empty())
        .map(|(i, option)| {
            let mut timeline = timeline(plan, &drawn, &option.units, &from, (start, as_of));
            timeline.option.clone_from(&option.name);
            timeline.title.clone_from(&scenario.file.options[i].title);
            timeline.courses = courses(scenario, &option.units, plan);
            timeline
        })
        .collect()
}

/// Day from which each unit is manned, courses aside.
fn manned_from(scenario: &Scenario, plan: &Plan) -> Vec<Option<Day>> {
    let of = |unit: &cupola_raid::Unit| {
        let groups = scenario.file.fire_units.iter();
        let mut own = groups.filter(|group| {
            group.group == unit.group
                && group.system == unit.system
                && (group.sites.is_empty() || group.sites.contains(&unit.site))
        });
        own.next()?.manned_from.map(|from| day(&from.to_string()))
    };
    plan.units.iter().map(of).collect()
}

fn courses(scenario: &Scenario, units: &[usize], plan: &Plan) -> Vec<String> {
    let mut names: Vec<String> = scenario
        .file
        .fire_units
        .iter()
        .filter(|group| {
            units
                .iter()
                .any(|&unit| plan.units[unit].group == group.group)
        })
        .filter_map(|group| group.training.clone())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn day(text: &str) -> Day {
    let mut parts = text
        .split(['-', 'T', ' '])
        .filter_map(|part| part.parse::<i32>().ok());
    let year = parts.next().unwrap_or(2024);
    let month = parts.next().unwrap_or(1).unsigned_abs();
    let date = parts.next().unwrap_or(1).unsigned_abs();
    Day::new(year, month, date).unwrap_or(Day(0))
}

fn timeline(
    plan: &Plan,
    draws: &[Draw],
    units: &[usize],
    from: &[Option<Day>],
    (start, as_of): (Day, Day),
) -> CrewTimeline {
    // By draw: the sorted days from the start on which units become manned.
    let mut days: Vec<Vec<f64>> = Vec::with_capacity(draws.len());
    let (mut people, mut person_weeks) = (Vec::new(), Vec::new());
    for draw in draws {
        let mut of_draw: Vec<f64> = units
            .iter()
            .map(|&unit| match (draw.course(unit), plan.units[unit].course) {
                (Some((_, weeks)), Some(course)) => {
                    f64::from(as_of.0 - start.0) - course.days() + 7.0 * weeks
                }
                _ => from[unit].map_or(0.0, |day| f64::from(day.0 - start.0).max(0.0)),
            })
            .collect();
        of_draw.sort_by(f64::total_cmp);
        days.push(of_draw);
        let inside = inside(plan, draw, units);
        people.push(inside.iter().map(|course| course.0).sum());
        person_weeks.push(inside.iter().map(|course| course.0 * course.1).sum());
    }
    let manned_at = |limit: f64| {
        let counts = days.iter().map(|of| of.partition_point(|&d| d <= limit));
        range(counts.map(|n| n as f64).collect())
    };
    let points = SPAN_DAYS / STEP_DAYS;
    let until = |n: usize| -> Vec<f64> {
        let all = days.iter();
        all.map(|of| of[n.min(of.len() - 1)]).collect()
    };
    let half_days = until(units.len().div_ceil(2).saturating_sub(1));
    let trained = units.iter().filter(|&&u| plan.units[u].course.is_some());
    CrewTimeline {
        option: String::new(),
        title: String::new(),
        courses: Vec::new(),
        units: units.len() as u32,
        trained: trained.count() as u32,
        start,
        manned: (0..=points)
            .map(|i| manned_at(f64::from(i * STEP_DAYS)))
            .collect(),
        until: [
            range(until(0)),
            range(half_days.clone()),
            range(until(units.len() - 1)),
        ],
        people_inside: range(people),
        person_weeks_inside: range(person_weeks),
        half_days,
    }
}

/// Courses of these units inside the attacked country: people at a time, and weeks they last.
fn inside(plan: &Plan, draw: &Draw, units: &[usize]) -> Vec<(f64, f64)> {
    let mut courses: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    for &unit in units {
        let (Some(course), Some((figures, weeks))) = (plan.units[unit].course, draw.course(unit))
        else {
            continue;
        };
        if !course.inside {
            continue;
        }
        let people = figures.people(course.position() + 1);
        let lasts = (weeks - figures.around_weeks).max(0.0);
        let entry = courses.entry(course.id()).or_default();
        entry.0 = entry.0.max(people);
        entry.1 = entry.1.max(if lasts.is_finite() { lasts } else { 0.0 });
    }
    courses.into_values().collect()
}

/// People on courses inside the attacked country on the day asked for, for the ledger.
pub(crate) fn exposed(plan: &Plan, draw: &Draw, units: &[usize]) -> f64 {
    let mut courses: BTreeMap<u32, f64> = BTreeMap::new();
    for &unit in units {
        let (Some(course), Some((figures, weeks))) = (plan.units[unit].course, draw.course(unit))
        else {
            continue;
        };
        let runs = course.days() >= 0.0 && course.days() < 7.0 * weeks;
        if course.inside && runs {
            let people = figures.people(course.position() + 1);
            let entry = courses.entry(course.id()).or_default();
            *entry = entry.max(people);
        }
    }
    courses.into_values().sum()
}

/// People on courses inside the attacked country on the day asked for: over draws, not raids.
pub(crate) fn ledger_row(inputs: &Inputs<'_>, raid: usize, people: &[f64]) -> Option<LedgerCount> {
    let nation = inputs.plan.existing.as_ref()?.nation;
    let mean = people.iter().sum::<f64>() / people.len().max(1) as f64;
    let [p05, _, p95] = range(people.to_vec());
    (mean > 0.0).then(|| LedgerCount {
        raid,
        kind: "people on courses in",
        nation: inputs.world.code(nation).to_owned(),
        mean,
        p05,
        p95,
    })
}

/// 5 %, 50 % and 95 % of the draws.
fn range(mut values: Vec<f64>) -> Range {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    [0.05, 0.5, 0.95].map(|p| {
        let i = ((p * n as f64).ceil() as usize).clamp(1, n.max(1)) - 1;
        values.get(i).copied().unwrap_or(f64::NAN)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(half_days: &[f64]) -> CrewTimeline {
        CrewTimeline {
            option: "a".to_owned(),
            title: "a".to_owned(),
            courses: Vec::new(),
            units: 2,
            trained: 2,
            start: Day(0),
            manned: Vec::new(),
            until: [[0.0; 3]; 3],
            people_inside: [0.0; 3],
            person_weeks_inside: [0.0; 3],
            half_days: half_days.to_vec(),
        }
    }

    #[test]
    fn how_much_later_is_told_draw_by_draw() {
        let (slow, fast) = (timeline(&[30.0, 40.0, 80.0]), timeline(&[10.0, 30.0, 20.0]));
        assert!(
            slow.later_than(&fast)
                .iter()
                .zip([10.0, 20.0, 60.0])
                .all(|(a, b)| (a - b).abs() < 1e-12)
        );
        let never = timeline(&[f64::INFINITY, 1.0, 1.0]);
        assert!(never.later_than(&fast)[1].is_nan());
    }
}

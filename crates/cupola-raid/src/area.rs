//! How long a route runs through means over an area: their exposure along it.
//!
//! Computed once per draw and route, like the windows of fire units. A run draws when, along its
//! exposure, a threat is met; what happens then is in the engine.

use crate::draw::AreaDraw;
use crate::plan::AreaPlan;
use crate::route::{Route, Sample, dot, vector};
use cupola_scenario::MeansKind;
use cupola_units::EARTH_RADIUS_MEAN_M;

/// A point of the exposure along a route: seconds since launch, and what has summed up by then
/// (expected losses to jamming, or expected engagements).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub t_s: f64,
    pub sum: f64,
}

/// Exposures of all routes of a raid to all means of the plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exposures {
    steps: Vec<Step>,
    /// Slice of `steps` by route and means.
    of: Vec<(u32, u32)>,
    areas: usize,
}

impl Exposures {
    pub(crate) fn clear(&mut self, areas: usize) {
        self.steps.clear();
        self.of.clear();
        self.areas = areas;
    }

    /// Adds a route flown by threats of a class, by its position.
    pub(crate) fn add_route(
        &mut self,
        plans: &[AreaPlan],
        draws: &[AreaDraw],
        route: &Route,
        class: usize,
    ) {
        for (plan, draw) in plans.iter().zip(draws) {
            let first = self.steps.len() as u32;
            if plan.classes[class] {
                self.add(plan, draw, &route.samples);
            }
            self.of.push((first, self.steps.len() as u32));
        }
    }

    fn add(&mut self, plan: &AreaPlan, draw: &AreaDraw, samples: &[Sample]) {
        let centres: Vec<[f64; 3]> = plan.centres.iter().map(|at| vector(*at)).collect();
        let depths = |sample: &Sample| {
            [
                depth_m(&centres, plan.radius_m, sample),
                draw.ceiling_m - sample.agl_m,
            ]
        };
        let mut sum = 0.0;
        let mut last = f64::NEG_INFINITY;
        for pair in samples.windows(2) {
            let Some((from, to)) = inside(depths(&pair[0]), depths(&pair[1])) else {
                continue;
            };
            let seconds = pair[1].t_s - pair[0].t_s;
            let metres = chord_m(pair[0].direction, pair[1].direction);
            let whole = match plan.kind {
                MeansKind::ElectronicWarfare => draw.lost_per_s * seconds,
                MeansKind::FireTeams | MeansKind::InterceptorDrones => draw.met_per_m * metres,
            };
            let (enters, leaves) = (pair[0].t_s + from * seconds, pair[0].t_s + to * seconds);
            if enters > last + 1e-9 {
                self.steps.push(Step { t_s: enters, sum });
            }
            sum += whole * (to - from);
            self.steps.push(Step { t_s: leaves, sum });
            last = leaves;
        }
    }

    /// The exposure of a route to means, as steps.
    pub(crate) fn of(&self, route: usize, area: usize) -> &[Step] {
        let (from, to) = self.of[route * self.areas + area];
        &self.steps[from as usize..to as usize]
    }
}

/// When the exposure reaches `sum`, seconds since launch; `None` when it never does.
pub(crate) fn reached_s(steps: &[Step], sum: f64) -> Option<f64> {
    let after = steps.partition_point(|step| step.sum < sum);
    let to = steps.get(after)?;
    let from = after.checked_sub(1).map_or(to, |before| &steps[before]);
    let share = (sum - from.sum) / (to.sum - from.sum).max(1e-300);
    Some(from.t_s + (to.t_s - from.t_s) * share.clamp(0.0, 1.0))
}

/// How far inside the nearest disc a sample lies, metres; negative outside.
fn depth_m(centres: &[[f64; 3]], radius_m: f64, sample: &Sample) -> f64 {
    let nearest = centres
        .iter()
        .map(|centre| chord_m(*centre, sample.direction))
        .fold(f64::INFINITY, f64::min);
    radius_m - nearest
}

/// The part of the way between two samples, as shares, on which every depth is positive; depths
/// are linear in between.
fn inside(from: [f64; 2], to: [f64; 2]) -> Option<(f64, f64)> {
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    for (a, b) in from.into_iter().zip(to) {
        match (a >= 0.0, b >= 0.0) {
            (true, true) => {}
            (false, false) => return None,
            (false, true) => enters = enters.max(a / (a - b)),
            (true, false) => leaves = leaves.min(a / (a - b)),
        }
    }
    (enters < leaves).then_some((enters, leaves))
}

fn chord_m(a: [f64; 3], b: [f64; 3]) -> f64 {
    let d: [f64; 3] = std::array::from_fn(|i| a[i] - b[i]);
    dot(d, d).sqrt() * EARTH_RADIUS_MEAN_M
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_counts_where_it_is_in_the_disc_and_below_the_ceiling() {
        assert_eq!(inside([1.0, 1.0], [1.0, 1.0]), Some((0.0, 1.0)));
        assert_eq!(inside([-1.0, 1.0], [1.0, 1.0]), Some((0.5, 1.0)));
        assert_eq!(inside([-1.0, 3.0], [1.0, -1.0]), Some((0.5, 0.75)));
        assert_eq!(inside([-1.0, 1.0], [1.0, -3.0]), None);
        assert_eq!(inside([1.0, -1.0], [1.0, -1.0]), None);
    }

    #[test]
    fn exposure_is_reached_between_its_steps_and_not_beyond() {
        let step = |t_s, sum| Step { t_s, sum };
        let steps = [
            step(10.0, 0.0),
            step(20.0, 1.0),
            step(50.0, 1.0),
            step(60.0, 2.0),
        ];
        assert!((reached_s(&steps, 0.5).unwrap() - 15.0).abs() < 1e-9);
        assert!((reached_s(&steps, 1.5).unwrap() - 55.0).abs() < 1e-9);
        assert_eq!(reached_s(&steps, 2.1), None);
        assert_eq!(reached_s(&[], 0.1), None);
    }
}

//! The response of an answer to a field of the scenario that is swept over values.
//!
//! Each point is a whole campaign of its own, under the same seed: chance and draws are the same at
//! every point, so changes from the first point are paired. Not here: how a scenario is changed and
//! prepared (the caller hands in each point's outcome and sample), and any picture.

use crate::outcome::Outcome;
use crate::sample::{Estimate, Sample};
use crate::tally::QUANTITIES;
use cupola_scenario::Class;

/// A field that is swept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Path of the field in the scenario.
    pub path: String,
    /// Its values as written, in order.
    pub values: Vec<String>,
}

/// What a sweep found out.
#[derive(Clone, Debug)]
pub struct Response {
    /// Short name of the scenario.
    pub scenario: String,
    /// Heading of the scenario.
    pub title: String,
    /// Seed of all chance.
    pub seed: u64,
    /// Runs per option at each point.
    pub runs: u32,
    /// Epistemic draws among them.
    pub draws: u32,
    /// Terrain used, in a sentence.
    pub terrain: String,
    /// The raid measured: the scenario's main one.
    pub raid: String,
    /// The raid as printed.
    pub raid_title: String,
    /// Options: name and title.
    pub options: Vec<(String, String)>,
    /// One field, or two of a grid (the second changes fastest).
    pub axes: Vec<Axis>,
    /// The points, in order.
    pub points: Vec<Point>,
    /// Place in the alphabet of the first option's letter: a sweep inside a report goes on after the
    /// report's own options.
    pub first_letter: usize,
}

/// One point of a sweep.
#[derive(Clone, Debug)]
pub struct Point {
    /// Value of each axis, as written.
    pub values: Vec<String>,
    /// SHA-256 of the scenario at this point.
    pub hash: String,
    /// What was measured.
    pub rows: Vec<Reading>,
}

/// One measure of one option at one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Position of the option.
    pub option: usize,
    /// Measure, as in a summary, or `incidents: KIND` for the ledger.
    pub measure: String,
    /// Nation or country of an incident.
    pub nation: Option<String>,
    /// Unit.
    pub unit: String,
    /// Class; `None` for all together.
    pub class: Option<Class>,
    /// Height above ground (cover), metres.
    pub height_m: Option<f64>,
    /// The number; for cover the ends are over terrain seeds.
    pub estimate: Estimate,
    /// 5 % and 95 % quantile of one raid; not numbers for cover.
    pub one_raid: [f64; 2],
    /// Paired change from the first point; `None` at the first, and for cover and incidents.
    pub change: Option<Estimate>,
}

/// Reads one point: the outcome, the sample of its main raid, and the sample of the first point.
pub fn point(
    values: Vec<String>,
    outcome: &Outcome,
    sample: &Sample,
    first: Option<&Sample>,
) -> Point {
    let mut rows = Vec::new();
    for option in 0..outcome.options.len() {
        counts(option, &outcome.classes, sample, first, &mut rows);
        cover(option, outcome, &mut rows);
        let units = &outcome.options[option].units;
        let distances_km: Vec<f64> = units.iter().map(|unit| unit.launch_distance_km).collect();
        exposure(option, &distances_km, &mut rows);
        incidents(option, outcome, &mut rows);
    }
    Point {
        values,
        hash: outcome.hash.clone(),
        rows,
    }
}

pub(crate) fn counts(
    option: usize,
    classes: &[Class],
    sample: &Sample,
    first: Option<&Sample>,
    rows: &mut Vec<Reading>,
) {
    let classes = classes.iter().copied().map(Some);
    for class in std::iter::once(None).chain(classes) {
        for (id, unit, _) in QUANTITIES {
            let series = sample.series(option, id, class);
            // Warning is a mean over those warned at all, who differ from point to point.
            let paired = first.filter(|_| id != "warning_min");
            let change = paired.map(|first| first.series(option, id, class));
            rows.push(Reading {
                option,
                measure: id.to_owned(),
                nation: None,
                unit: unit.to_owned(),
                class,
                height_m: None,
                estimate: series.estimate(),
                one_raid: [series.quantile(0.05), series.quantile(0.95)],
                change: change.map(|first| series.minus(&first).estimate()),
            });
        }
    }
}

/// A reading with the ends of its interval and nothing else.
pub(crate) fn plain(option: usize, measure: &str, unit: &str, estimate: Estimate) -> Reading {
    Reading {
        option,
        measure: measure.to_owned(),
        nation: None,
        unit: unit.to_owned(),
        class: None,
        height_m: None,
        estimate,
        one_raid: [f64::NAN; 2],
        change: None,
    }
}

fn cover(option: usize, outcome: &Outcome, rows: &mut Vec<Reading>) {
    let measures = outcome.options[option].measures.iter();
    for measure in measures.filter(|measure| measure.raid.is_none()) {
        let estimate = Estimate {
            mean: measure.mean,
            lo95: measure.mean_lo95,
            hi95: measure.mean_hi95,
            mc_half95: f64::NAN,
            n: measure.n,
        };
        rows.push(Reading {
            class: measure.class,
            height_m: measure.height_m,
            ..plain(option, measure.id, measure.unit, estimate)
        });
    }
}

/// How near the option's fire units stand to where raids start.
pub(crate) fn exposure(option: usize, distances_km: &[f64], rows: &mut Vec<Reading>) {
    let nearest = distances_km.iter().copied().fold(f64::INFINITY, f64::min);
    let exact = |value: f64| Estimate {
        mean: value,
        lo95: value,
        hi95: value,
        mc_half95: f64::NAN,
        n: distances_km.len() as u32,
    };
    if nearest.is_finite() {
        let row = plain(option, "nearest_launch_area_km", "km", exact(nearest));
        rows.push(row);
        for (id, reach_km) in [
            ("units_within_100_km", 100.0),
            ("units_within_500_km", 500.0),
        ] {
            let within = distances_km.iter().filter(|km| **km <= reach_km);
            let row = plain(option, id, "fire units", exact(within.count() as f64));
            rows.push(row);
        }
    }
}

fn incidents(option: usize, outcome: &Outcome, rows: &mut Vec<Reading>) {
    let ledger = outcome.options[option].ledger.iter();
    for count in ledger.filter(|count| count.raid == outcome.main_raid) {
        let estimate = Estimate {
            mean: count.mean,
            lo95: f64::NAN,
            hi95: f64::NAN,
            mc_half95: f64::NAN,
            n: outcome.runs,
        };
        rows.push(Reading {
            nation: Some(count.nation.clone()),
            one_raid: [count.p05, count.p95],
            ..plain(
                option,
                &format!("incidents: {}", count.kind),
                "incidents per raid",
                estimate,
            )
        });
    }
}

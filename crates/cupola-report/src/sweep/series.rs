//! Picking the readings of a response that belong to one curve.

use crate::format::{Places, THIN};
use cupola_campaign::sweep::{Point, Reading, Response};
use cupola_scenario::Class;

/// What a chart shows: one measure of one class at one height.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) measure: &'static str,
    pub(crate) class: Option<Class>,
    pub(crate) height_m: Option<f64>,
    /// Heading of the chart.
    pub(crate) title: String,
    /// Name of the upright axis.
    pub(crate) unit: &'static str,
    /// Whether values are shares, drawn in percent.
    pub(crate) is_share: bool,
}

/// The reading of a measure at a point.
pub(crate) fn find<'a>(
    point: &'a Point,
    option: usize,
    measure: &str,
    class: Option<Class>,
    height_m: Option<f64>,
) -> Option<&'a Reading> {
    point.rows.iter().find(|row| {
        row.option == option
            && row.measure == measure
            && row.class == class
            && row.height_m == height_m
    })
}

/// Mean, low and high of a measure at every one of some points; not numbers where there is none.
pub(crate) fn curve(points: &[&Point], option: usize, wanted: &Wanted) -> Vec<[f64; 3]> {
    let factor = if wanted.is_share { 100.0 } else { 1.0 };
    let at = |point: &&Point| {
        let found = find(point, option, wanted.measure, wanted.class, wanted.height_m);
        found.map_or([f64::NAN; 3], |row| {
            let e = &row.estimate;
            [e.mean, e.lo95, e.hi95].map(|value| value * factor)
        })
    };
    points.iter().map(at).collect()
}

/// Places of the values along the level axis: numbers where all are numbers, else one after another.
pub(crate) fn places(values: &[String]) -> (Vec<f64>, bool) {
    let numbers: Option<Vec<f64>> = values
        .iter()
        .map(|value| value.parse::<f64>().ok().filter(|v| v.is_finite()))
        .collect();
    match numbers {
        Some(numbers) => (numbers, true),
        None => ((0..values.len()).map(|i| i as f64).collect(), false),
    }
}

/// The points with one value of the second field, in order of the first; all when there is none.
pub(crate) fn slice<'a>(response: &'a Response, second: Option<&str>) -> Vec<&'a Point> {
    let fits =
        |point: &&Point| second.is_none_or(|value| point.values.get(1).is_some_and(|v| v == value));
    response.points.iter().filter(fits).collect()
}

/// A share in percent with what digits it needs.
pub(crate) fn percent_of(share: f64) -> String {
    if !share.is_finite() {
        return crate::format::NONE.to_owned();
    }
    let value = share * 100.0;
    let places = Places::of_interval(value, value, value).at_most(i32::from(value < 9.95));
    format!("{}{THIN}%", places.print(value))
}

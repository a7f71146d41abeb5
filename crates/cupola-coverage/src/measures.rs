//! Numbers read off a field: shares, the median over terrain seeds, what each unit is worth, and
//! where the worst gaps are.
//!
//! A *field* is a raster of heights above ground in metres, NaN where there is none. All grids
//! given together must have the same shape; that is asserted.
//! Gaps are those of the units in the network given, that is of units a scenario names: nothing
//! here knows, or guesses, where anything else stands.

use cupola_units::LatLon;
use cupola_world::{Bounds, Grid};

use crate::network::Servers;
use crate::raster::{Raster, Weights};

/// For each height, the share of the weight (area, people) whose floor is at or below it.
///
/// 0 to 1; 0 for all heights when nothing weighs anything.
///
/// # Panics
/// If field and weights differ in size.
pub fn shares(field: &Grid, weights: &Weights, heights_m: &[f64]) -> Vec<f64> {
    shares_of(&field.values, weights, heights_m)
}

fn shares_of(floors_m: &[f32], weights: &Weights, heights_m: &[f64]) -> Vec<f64> {
    assert_eq!(
        floors_m.len(),
        weights.per_cell.len(),
        "field and weights differ in size"
    );
    let mut covered = vec![0.0; heights_m.len()];
    for (&floor_m, &weight) in floors_m.iter().zip(&weights.per_cell) {
        for (sum, &height_m) in covered.iter_mut().zip(heights_m) {
            if f64::from(floor_m) <= height_m {
                *sum += weight;
            }
        }
    }
    let total = weights.total();
    let part = |sum| if total > 0.0 { sum / total } else { 0.0 };
    covered.into_iter().map(part).collect()
}

/// The median of several fields (one per terrain seed), cell by cell; "none" counts as higher than
/// any height. Of an even number the upper of the two middle ones, the cautious side.
///
/// # Panics
/// If there is no field, or if they differ in shape.
pub fn median(fields: &[&Grid]) -> Grid {
    let first = fields.first().expect("a median needs at least one field");
    for field in fields {
        assert_eq!(
            Raster::of(field),
            Raster::of(first),
            "fields differ in shape"
        );
    }
    let mut column = vec![0.0_f32; fields.len()];
    let cell = |i: usize| {
        for (value, field) in column.iter_mut().zip(fields) {
            let found = field.values[i];
            *value = if found.is_nan() { f32::INFINITY } else { found };
        }
        column.sort_by(f32::total_cmp);
        let middle = column[column.len() / 2];
        if middle.is_finite() { middle } else { f32::NAN }
    };
    let values = (0..first.values.len()).map(cell).collect();
    Raster::of(first).grid(values)
}

/// For each unit and height, the share that would be lost if that unit alone were taken away.
///
/// Units that always act behind a better one are worth nothing here, however useful as a second:
/// see depth for that.
///
/// # Panics
/// If servers and weights differ in size.
pub fn leave_one_out(
    servers: &Servers,
    units: usize,
    weights: &Weights,
    heights_m: &[f64],
) -> Vec<Vec<f64>> {
    assert_eq!(
        servers.best.len(),
        weights.per_cell.len(),
        "servers and weights differ in size"
    );
    let mut lost = vec![vec![0.0; heights_m.len()]; units];
    let total = weights.total();
    let floors = servers.first.values.iter().zip(&servers.second.values);
    for ((&best, (&first_m, &second_m)), &weight) in
        servers.best.iter().zip(floors).zip(&weights.per_cell)
    {
        let Some(unit) = lost.get_mut(usize::from(best)) else {
            continue;
        };
        for (sum, &height_m) in unit.iter_mut().zip(heights_m) {
            let kept = f64::from(second_m) <= height_m;
            if f64::from(first_m) <= height_m && !kept {
                *sum += weight / total;
            }
        }
    }
    lost
}

/// The share of the weight over which a unit is the one that can act from the lowest height.
///
/// # Panics
/// If servers and weights differ in size.
pub fn best_share(servers: &Servers, unit: usize, weights: &Weights) -> f64 {
    assert_eq!(
        servers.best.len(),
        weights.per_cell.len(),
        "servers and weights differ in size"
    );
    let cells = servers.best.iter().zip(&weights.per_cell);
    let own = cells.filter(|(best, _)| usize::from(**best) == unit);
    let sum: f64 = own.map(|(_, weight)| weight).sum();
    let total = weights.total();
    if total > 0.0 { sum / total } else { 0.0 }
}

/// A connected part of the area in which no unit acts at or below some height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// What lies in it: people or square kilometres, by the weights given.
    pub weight: f64,
    /// Its area, square kilometres.
    pub area_km2: f64,
    /// Centre of its weight (of its cells if nothing in it weighs anything).
    pub centre: LatLon,
    /// The box around it.
    pub bounds: Bounds,
    /// Lowest and highest floor in it, metres above ground; infinite where there is none at all.
    pub floor_m: (f64, f64),
}

/// The `count` heaviest gaps at a height above ground (metres), heaviest first.
///
/// A gap is a set of cells inside the mask of the weights, connected by their sides, whose floor
/// is above `height_m`. Equally heavy ones come in the order of their first cell, from the north.
///
/// # Panics
/// If field and weights differ in size.
pub fn gaps(field: &Grid, weights: &Weights, height_m: f64, count: usize) -> Vec<Gap> {
    assert_eq!(
        field.values.len(),
        weights.per_cell.len(),
        "field and weights differ in size"
    );
    let raster = Raster::of(field);
    let covered = |i: usize| f64::from(field.values[i]) <= height_m;
    let mut open: Vec<bool> = (0..field.values.len())
        .map(|i| weights.inside[i] && !covered(i))
        .collect();
    let mut found = Vec::new();
    for first in 0..open.len() {
        if open[first] {
            found.push(gap(
                &raster,
                &connected(&raster, &mut open, first),
                field,
                weights,
            ));
        }
    }
    found.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    found.truncate(count);
    found
}

/// Takes the cells connected with `first` out of `open`.
fn connected(raster: &Raster, open: &mut [bool], first: usize) -> Vec<usize> {
    let mut cells = vec![first];
    open[first] = false;
    let mut next = 0;
    while next < cells.len() {
        let cell = cells[next];
        next += 1;
        let (row, col) = (cell / raster.cols, cell % raster.cols);
        let sides = [
            (row > 0).then(|| cell - raster.cols),
            (row + 1 < raster.rows).then(|| cell + raster.cols),
            (col > 0).then(|| cell - 1),
            (col + 1 < raster.cols).then(|| cell + 1),
        ];
        for side in sides.into_iter().flatten() {
            if open[side] {
                open[side] = false;
                cells.push(side);
            }
        }
    }
    cells.sort_unstable();
    cells
}

fn gap(raster: &Raster, cells: &[usize], field: &Grid, weights: &Weights) -> Gap {
    let weight: f64 = cells.iter().map(|&i| weights.per_cell[i]).sum();
    let (mut area_km2, mut lat, mut lon, mut all) = (0.0, 0.0, 0.0, 0.0);
    let mut floor_m = (f64::INFINITY, 0.0_f64);
    let at = |i: usize| raster.point(i / raster.cols, i % raster.cols);
    let start = at(cells[0]);
    let mut bounds = Bounds {
        south_deg: start.lat_deg,
        north_deg: start.lat_deg,
        west_deg: start.lon_deg,
        east_deg: start.lon_deg,
    };
    for &i in cells {
        let point = at(i);
        let share = if weight > 0.0 {
            weights.per_cell[i]
        } else {
            1.0
        };
        area_km2 += raster.cell_area_km2(i / raster.cols);
        (lat, lon, all) = (
            lat + share * point.lat_deg,
            lon + share * point.lon_deg,
            all + share,
        );
        bounds.south_deg = bounds.south_deg.min(point.lat_deg);
        bounds.west_deg = bounds.west_deg.min(point.lon_deg);
        bounds.east_deg = bounds.east_deg.max(point.lon_deg);
        let found = f64::from(field.values[i]);
        let floor = if found.is_nan() { f64::INFINITY } else { found };
        floor_m = (floor_m.0.min(floor), floor_m.1.max(floor));
    }
    Gap {
        weight,
        area_km2,
        centre: LatLon::new(lat / all, lon / all),
        bounds,
        floor_m,
    }
}

#[cfg(test)]
#[path = "measures_tests.rs"]
mod tests;

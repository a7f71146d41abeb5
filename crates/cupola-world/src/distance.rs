//! Distance from every cell of a raster to the nearest cell of a set of countries.

use cupola_units::math::{asin, cos, radians_from_degrees, sin};
use cupola_units::{EARTH_RADIUS_MEAN_M, LatLon};

use crate::Grid;
use crate::countries::{Country, CountryRaster, Nearest};
use crate::geodesy::great_circle_m;

/// Columns to the nearest cell of the set in the same row; this when there is none.
const NONE: u32 = u32::MAX;

/// Great-circle distance in metres from every cell centre to the nearest centre of a cell in the
/// set, 0 inside it; infinite everywhere when no cell is in the set.
///
/// The grid's nodes are the cell centres of the raster. Exact between centres, so the distance to
/// the border itself is uncertain by about half a cell. Cells outside the raster are not seen:
/// make it wide enough.
pub fn distance_raster(raster: &CountryRaster, set: &[Country]) -> Grid {
    let mut member = [false; 256];
    for country in set {
        member[usize::from(country.index)] = true;
    }
    distance_where(raster, |index| member[usize::from(index)])
}

/// As [`distance_raster`], to the cells whose country number fulfils a condition (0 is sea).
///
/// Takes about 50 ns a cell, however far the set is.
pub fn distance_where(raster: &CountryRaster, wanted: impl Fn(u8) -> bool) -> Grid {
    let (rows, cols) = (raster.rows, raster.cols);
    let across = columns_away(raster, wanted);
    let haversine = |degrees: f64| {
        let half = sin(0.5 * radians_from_degrees(degrees));
        half * half
    };
    let along: Vec<f64> = (0..cols)
        .map(|i| haversine(i as f64 * raster.step_deg))
        .collect();
    let down: Vec<f64> = (0..rows)
        .map(|i| haversine(i as f64 * raster.step_deg))
        .collect();
    let parallels: Vec<(f64, f64)> = (0..rows)
        .map(|row| radians_from_degrees(raster.centre(row, 0).lat_deg))
        .map(|phi| (cos(phi), sin(phi)))
        .collect();
    let mut values = vec![f32::INFINITY; rows * cols];
    let mut hull = Vec::with_capacity(rows);
    for (col, column) in across.chunks_exact(rows).enumerate() {
        build_hull(&mut hull, column, &along, &parallels);
        let mut corner = 0;
        for (row, &(cosine, sine)) in parallels.iter().enumerate() {
            let along_ray = |c: &Corner| cosine * c.x + sine * c.y;
            while corner + 1 < hull.len()
                && along_ray(&hull[corner + 1]) >= along_ray(&hull[corner])
            {
                corner += 1;
            }
            if let Some(best) = hull.get(corner) {
                let h = down[row.abs_diff(best.row)] + cosine * parallels[best.row].0 * best.along;
                let metres = 2.0 * EARTH_RADIUS_MEAN_M * asin(h.sqrt().min(1.0));
                values[row * cols + col] = metres as f32;
            }
        }
    }
    let first = raster.centre(0, 0);
    Grid {
        north_deg: first.lat_deg,
        west_deg: first.lon_deg,
        step_lat_deg: raster.step_deg,
        step_lon_deg: raster.step_deg,
        rows,
        cols,
        values,
    }
}

/// The nearest cell of one row, seen from a column: cos of the distance from latitude φ in that
/// column is `x cos φ + y sin φ`.
#[derive(Clone, Copy)]
struct Corner {
    x: f64,
    y: f64,
    along: f64,
    row: usize,
}

/// The rows that can be nearest to some latitude of a column, north to south: those on the convex
/// hull, so that the nearest one moves only southwards as the latitude does.
fn build_hull(hull: &mut Vec<Corner>, column: &[u32], along: &[f64], parallels: &[(f64, f64)]) {
    hull.clear();
    for (row, &away) in column.iter().enumerate() {
        if away == NONE {
            continue;
        }
        let along = along[away as usize];
        let (cosine, y) = parallels[row];
        let x = cosine * (1.0 - 2.0 * along);
        while let [.., a, b] = hull.as_slice() {
            let turn = (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x);
            if turn < 0.0 {
                break;
            }
            hull.pop();
        }
        hull.push(Corner { x, y, along, row });
    }
}

/// For every cell the columns to the nearest wanted cell of its row, stored column by column.
fn columns_away(raster: &CountryRaster, wanted: impl Fn(u8) -> bool) -> Vec<u32> {
    let (rows, cols) = (raster.rows, raster.cols);
    let mut across = vec![NONE; rows * cols];
    for row in 0..rows {
        let line = &raster.values[row * cols..(row + 1) * cols];
        let mut last: Option<usize> = None;
        for col in 0..cols {
            if wanted(line[col]) {
                last = Some(col);
            }
            if let Some(at) = last {
                across[col * rows + row] = (col - at) as u32;
            }
        }
        last = None;
        for col in (0..cols).rev() {
            if wanted(line[col]) {
                last = Some(col);
            }
            if let Some(at) = last {
                let cell = &mut across[col * rows + row];
                *cell = (*cell).min((at - col) as u32);
            }
        }
    }
    across
}

/// The centre of the raster's nearest cell in the set; `None` if no cell is in it.
///
/// Looks at rows from the nearest on, until none further can hold a nearer cell.
/// `countries::nearest_point_in` gives the point on the outline itself.
pub fn nearest_cell_in(raster: &CountryRaster, set: &[Country], from: LatLon) -> Option<Nearest> {
    let mut member = [false; 256];
    for country in set {
        member[usize::from(country.index)] = true;
    }
    member[0] = false;
    let home = cos(radians_from_degrees(from.lat_deg));
    let dy = |row: usize| raster.centre(row, 0).lat_deg - from.lat_deg;
    let mut rows: Vec<usize> = (0..raster.rows).collect();
    rows.sort_by(|&a, &b| dy(a).abs().total_cmp(&dy(b).abs()));
    // The least distance, and its cell; of equals the first in the raster.
    let mut least = (f64::INFINITY, usize::MAX);
    for row in rows {
        let (lat_deg, dy) = (raster.centre(row, 0).lat_deg, dy(row));
        if dy * dy > least.0 {
            break;
        }
        let scale = home * cos(radians_from_degrees(lat_deg));
        let line = row * raster.cols;
        for (col, &value) in raster.values[line..line + raster.cols].iter().enumerate() {
            if !member[usize::from(value)] {
                continue;
            }
            let lon_deg = raster.centre(row, col).lon_deg;
            let dx = cupola_units::math::wrap_degrees(lon_deg - from.lon_deg);
            let flat = dy * dy + scale * dx * dx;
            if (flat, line + col) < least {
                least = (flat, line + col);
            }
        }
    }
    let best = (least.1 != usize::MAX).then(|| Nearest {
        at: raster.centre(least.1 / raster.cols, least.1 % raster.cols),
        distance_m: 0.0,
    });
    best.map(|b| Nearest {
        distance_m: great_circle_m(from, b.at),
        ..b
    })
}

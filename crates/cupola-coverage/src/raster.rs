//! The raster on which network fields are drawn, and what its cells weigh.

use cupola_units::{EARTH_RADIUS_EQUATORIAL_M, LatLon, math};
use cupola_world::{Bounds, Grid};

/// The nodes of a regular latitude–longitude raster; a node stands for the cell around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raster {
    /// Latitude of the first (northern) row, degrees.
    pub north_deg: f64,
    /// Longitude of the first (western) column, degrees.
    pub west_deg: f64,
    /// Distance between rows, degrees.
    pub step_lat_deg: f64,
    /// Distance between columns, degrees.
    pub step_lon_deg: f64,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
}

impl Raster {
    /// The nodes that lie in a box, from its north-western corner on, `step_deg` apart in both
    /// directions (1/120 is 30″).
    pub fn over(bounds: &Bounds, step_deg: f64) -> Self {
        let count = |span_deg: f64| (span_deg.max(0.0) / step_deg + 1e-9) as usize + 1;
        Self {
            north_deg: bounds.north_deg,
            west_deg: bounds.west_deg,
            step_lat_deg: step_deg,
            step_lon_deg: step_deg,
            rows: count(bounds.north_deg - bounds.south_deg),
            cols: count(bounds.east_deg - bounds.west_deg),
        }
    }

    /// The nodes of a grid.
    pub fn of(grid: &Grid) -> Self {
        Self {
            north_deg: grid.north_deg,
            west_deg: grid.west_deg,
            step_lat_deg: grid.step_lat_deg,
            step_lon_deg: grid.step_lon_deg,
            rows: grid.rows,
            cols: grid.cols,
        }
    }

    /// Latitude of a row, degrees.
    pub fn lat_deg(&self, row: usize) -> f64 {
        self.north_deg - row as f64 * self.step_lat_deg
    }

    /// Longitude of a column, degrees.
    pub fn lon_deg(&self, col: usize) -> f64 {
        self.west_deg + col as f64 * self.step_lon_deg
    }

    /// The point at which a node stands.
    pub fn point(&self, row: usize, col: usize) -> LatLon {
        LatLon::new(self.lat_deg(row), self.lon_deg(col))
    }

    /// Area of every cell of a row, square kilometres, on the WGS 84 ellipsoid.
    pub fn cell_area_km2(&self, row: usize) -> f64 {
        const E2: f64 = 0.006_694_379_990_141_316;
        let lat = math::radians_from_degrees(self.lat_deg(row));
        let sine = math::sin(lat);
        let w2 = 1.0 - E2 * sine * sine;
        let radius_km = EARTH_RADIUS_EQUATORIAL_M / 1000.0;
        let height = math::radians_from_degrees(self.step_lat_deg) * (1.0 - E2) / w2;
        let width = math::radians_from_degrees(self.step_lon_deg) * math::cos(lat).max(0.0);
        radius_km * radius_km * height * width / w2
    }

    /// A grid on these nodes.
    ///
    /// # Panics
    /// If `values` are not as many as the nodes.
    pub fn grid(&self, values: Vec<f32>) -> Grid {
        assert_eq!(values.len(), self.rows * self.cols, "one value per node");
        Grid {
            north_deg: self.north_deg,
            west_deg: self.west_deg,
            step_lat_deg: self.step_lat_deg,
            step_lon_deg: self.step_lon_deg,
            rows: self.rows,
            cols: self.cols,
            values,
        }
    }
}

/// What each cell of a raster counts for in a share: its area or its people; nothing outside a
/// mask.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    pub(crate) per_cell: Vec<f64>,
    pub(crate) inside: Vec<bool>,
    total: f64,
}

impl Weights {
    /// Cells weigh their area, square kilometres; without a mask all count.
    ///
    /// # Panics
    /// If the mask has not one entry per cell.
    pub fn by_area(raster: &Raster, mask: Option<&[bool]>) -> Self {
        let rows = (0..raster.rows).map(|row| raster.cell_area_km2(row));
        let cells = rows.flat_map(|area| std::iter::repeat_n(area, raster.cols));
        Self::new(cells.collect(), mask)
    }

    /// Cells weigh what a grid holds (people, say); void, negative and infinite count as nothing.
    ///
    /// # Panics
    /// If the mask has not one entry per cell.
    pub fn by_value(values: &Grid, mask: Option<&[bool]>) -> Self {
        let cells = values.values.iter().map(|&v| {
            let counts = v > 0.0 && v.is_finite();
            if counts { f64::from(v) } else { 0.0 }
        });
        Self::new(cells.collect(), mask)
    }

    fn new(mut per_cell: Vec<f64>, mask: Option<&[bool]>) -> Self {
        let inside = mask.map_or_else(|| vec![true; per_cell.len()], <[bool]>::to_vec);
        assert_eq!(inside.len(), per_cell.len(), "one mask entry per cell");
        for (weight, &inside) in per_cell.iter_mut().zip(&inside) {
            if !inside {
                *weight = 0.0;
            }
        }
        let total = per_cell.iter().sum();
        Self {
            per_cell,
            inside,
            total,
        }
    }

    /// Sum over all cells: square kilometres or people.
    pub fn total(&self) -> f64 {
        self.total
    }
}

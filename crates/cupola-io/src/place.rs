//! Where a raster lies on the earth, as a GeoTIFF says it.

use cupola_world::Grid;

use crate::raster::{GeoKeys, ProjectedGrid};

/// Where a raster lies: the outer edges of its first cell and the size of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Latitude and longitude on WGS 84 (EPSG:4326), degrees.
    LatLon {
        /// Northern edge of the first row, degrees.
        north_edge_deg: f64,
        /// Western edge of the first column, degrees.
        west_edge_deg: f64,
        /// Height of a cell, degrees.
        step_lat_deg: f64,
        /// Width of a cell, degrees.
        step_lon_deg: f64,
    },
    /// Metres of a map projection.
    Projected {
        /// Northern edge of the first row, metres.
        north_edge_m: f64,
        /// Western edge of the first column, metres.
        west_edge_m: f64,
        /// Height of a cell, metres.
        cell_y_m: f64,
        /// Width of a cell, metres.
        cell_x_m: f64,
        /// The projection, as read from another file.
        geo_keys: GeoKeys,
    },
}

impl Place {
    /// The place of a node-registered grid, each node the centre of a cell.
    pub fn of_grid(grid: &Grid) -> Self {
        Self::LatLon {
            north_edge_deg: grid.north_deg + 0.5 * grid.step_lat_deg,
            west_edge_deg: grid.west_deg - 0.5 * grid.step_lon_deg,
            step_lat_deg: grid.step_lat_deg,
            step_lon_deg: grid.step_lon_deg,
        }
    }

    /// The place of a projected raster that was read, in its own projection.
    pub fn of_projected(grid: &ProjectedGrid) -> Self {
        Self::Projected {
            north_edge_m: grid.y0 + 0.5 * grid.cell_y_m,
            west_edge_m: grid.x0 - 0.5 * grid.cell_x_m,
            cell_y_m: grid.cell_y_m,
            cell_x_m: grid.cell_x_m,
            geo_keys: grid.geo_keys.clone(),
        }
    }

    /// Easting and northing, or longitude and latitude, of a (row, column) counted from the centre
    /// of the first cell.
    pub fn centre_xy(&self, [row, col]: [f64; 2]) -> [f64; 2] {
        let [width, height, west, north] = self.numbers();
        [west + (col + 0.5) * width, north - (row + 0.5) * height]
    }

    /// `[cell width, cell height, west, north]`
    pub(crate) fn numbers(&self) -> [f64; 4] {
        match *self {
            Self::LatLon {
                north_edge_deg,
                west_edge_deg,
                step_lat_deg,
                step_lon_deg,
            } => [step_lon_deg, step_lat_deg, west_edge_deg, north_edge_deg],
            Self::Projected {
                north_edge_m,
                west_edge_m,
                cell_y_m,
                cell_x_m,
                ..
            } => [cell_x_m, cell_y_m, west_edge_m, north_edge_m],
        }
    }

    /// The keys to write, with the raster type pixel-is-area, since edges are given.
    pub(crate) fn keys(&self) -> GeoKeys {
        match self {
            Self::LatLon { .. } => GeoKeys {
                directory: [
                    [1, 1, 0, 4],
                    [1_024, 0, 1, 2],
                    [1_025, 0, 1, 1],
                    [2_048, 0, 1, 4_326],
                    [2_054, 0, 1, 9_102],
                ]
                .concat(),
                ..GeoKeys::default()
            },
            Self::Projected { geo_keys, .. } => {
                let mut keys = geo_keys.clone();
                for entry in keys.directory.chunks_exact_mut(4).skip(1) {
                    if entry[0] == 1_025 {
                        entry[3] = 1;
                    }
                }
                keys
            }
        }
    }
}

//! A lattice of latitude and longitude that all sites of a batch share, and what a site's floors
//! are at its nodes.

use cupola_units::{LatLon, math};
use cupola_world::Bounds;
use cupola_world::geodesy::LocalFrame;

use super::SiteFloors;
use crate::raster::Raster;

/// Kept where nothing is ever seen, or nothing is known.
pub const NEVER_M: u16 = u16::MAX;

/// Nodes at whole multiples of a step, counted from 90° north and 180° west.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lattice {
    /// Distance between nodes in both directions, seconds of arc.
    pub step_arcsec: u32,
}

/// A rectangle of a lattice's nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeWindow {
    /// First (northern) row, counted from 90° north.
    pub row: u32,
    /// First (western) column, counted from 180° west.
    pub col: u32,
    /// Number of rows.
    pub rows: u32,
    /// Number of columns; they run on across the antimeridian.
    pub cols: u32,
}

/// The floors of one site at the nodes around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeFloors {
    /// Which nodes.
    pub window: NodeWindow,
    /// Lowest visible height above ground, whole metres rounded up, row by row from the north;
    /// [`NEVER_M`] beyond the range, and where there is none or the ground is unknown.
    pub floors_m: Vec<u16>,
}

impl Lattice {
    /// Degrees between nodes.
    pub fn step_deg(&self) -> f64 {
        f64::from(self.step_arcsec) / 3600.0
    }

    /// The nodes of a window as a raster.
    pub fn raster(&self, window: &NodeWindow) -> Raster {
        let step_deg = self.step_deg();
        Raster {
            north_deg: 90.0 - f64::from(window.row) * step_deg,
            west_deg: f64::from(window.col) * step_deg - 180.0,
            step_lat_deg: step_deg,
            step_lon_deg: step_deg,
            rows: window.rows as usize,
            cols: window.cols as usize,
        }
    }

    /// The nodes within a range of a site.
    pub fn window(&self, at: LatLon, range_m: f64) -> NodeWindow {
        let bounds = around(at, range_m);
        let step_deg = self.step_deg();
        let row = ((90.0 - bounds.north_deg) / step_deg).ceil().max(0.0);
        let past_row = ((90.0 - bounds.south_deg) / step_deg).floor();
        // Columns are counted from 180° west, and a window may begin west of that.
        let col = ((bounds.west_deg + 180.0) / step_deg).ceil();
        let past_col = ((bounds.east_deg + 180.0) / step_deg).floor();
        let turn = (360.0 / step_deg).round();
        NodeWindow {
            row: row as u32,
            col: (col - (col / turn).floor() * turn) as u32,
            rows: (past_row - row + 1.0).max(0.0) as u32,
            cols: (past_col - col + 1.0).max(0.0) as u32,
        }
    }

    /// The site's floors at the nodes within its range: each that of the nearest cell.
    pub fn floors(&self, site: &SiteFloors, range_m: f64) -> NodeFloors {
        let window = self.window(site.at, range_m);
        let raster = self.raster(&window);
        let frame = LocalFrame::new(site.at);
        let side = 2 * site.half + 1;
        let per_cell = 1.0 / site.cell_m;
        let half = site.half as f64;
        let node = |i: usize| {
            let (distance_m, azimuth) =
                frame.polar_from_point(raster.point(i / raster.cols, i % raster.cols));
            if distance_m > range_m {
                return NEVER_M;
            }
            let east = distance_m * math::sin(azimuth) * per_cell;
            let north = distance_m * math::cos(azimuth) * per_cell;
            let (row, col) = (
                (half - north).round() as usize,
                (half + east).round() as usize,
            );
            site.floors_m[row.min(side - 1) * side + col.min(side - 1)]
        };
        NodeFloors {
            window,
            floors_m: (0..raster.rows * raster.cols).map(node).collect(),
        }
    }
}

impl NodeFloors {
    /// One bit per node, the first node in the lowest bit: whether a target at a height above
    /// ground (whole metres) is seen.
    pub fn bits(&self, height_m: u16) -> Vec<u8> {
        let mut bits = vec![0_u8; self.floors_m.len().div_ceil(8)];
        for (i, &floor_m) in self.floors_m.iter().enumerate() {
            bits[i / 8] |= u8::from(floor_m <= height_m) << (i % 8);
        }
        bits
    }

    /// Area over which a target at a height above ground (whole metres) is seen, square kilometres.
    pub fn seen_km2(&self, lattice: &Lattice, height_m: u16) -> f64 {
        let raster = lattice.raster(&self.window);
        let rows = self.floors_m.chunks(raster.cols.max(1)).enumerate();
        rows.map(|(row, floors_m)| {
            let seen = floors_m
                .iter()
                .filter(|&&floor_m| floor_m <= height_m)
                .count();
            seen as f64 * raster.cell_area_km2(row)
        })
        .sum()
    }
}

/// A box that holds all points within a distance of a site.
pub(super) fn around(at: LatLon, range_m: f64) -> Bounds {
    /// The shortest degree of latitude, metres.
    const DEGREE_M: f64 = 110_500.0;
    let lat = range_m / DEGREE_M;
    let north_deg = (at.lat_deg + lat).min(90.0);
    let south_deg = (at.lat_deg - lat).max(-90.0);
    let narrow = math::cos(math::radians_from_degrees(
        north_deg.abs().max(south_deg.abs()),
    ));
    let lon = (lat / narrow.max(1e-3)).min(180.0);
    Bounds {
        south_deg,
        north_deg,
        west_deg: at.lon_deg - lon,
        east_deg: at.lon_deg + lon,
    }
}

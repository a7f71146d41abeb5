//! A regular latitude–longitude grid of numbers: the shape in which terrain and people travel.

use cupola_units::LatLon;

/// A box of latitude and longitude, degrees; west may exceed east only across the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Southern edge, degrees north.
    pub south_deg: f64,
    /// Northern edge, degrees north.
    pub north_deg: f64,
    /// Western edge, degrees east.
    pub west_deg: f64,
    /// Eastern edge, degrees east.
    pub east_deg: f64,
}

impl Bounds {
    /// Whether a point lies inside or on the edge.
    pub fn contains(&self, at: LatLon) -> bool {
        at.lat_deg >= self.south_deg
            && at.lat_deg <= self.north_deg
            && at.lon_deg >= self.west_deg
            && at.lon_deg <= self.east_deg
    }

    /// The smallest box that holds both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            south_deg: self.south_deg.min(other.south_deg),
            north_deg: self.north_deg.max(other.north_deg),
            west_deg: self.west_deg.min(other.west_deg),
            east_deg: self.east_deg.max(other.east_deg),
        }
    }
}

/// Numbers at the nodes of a regular grid, row 0 in the north, column 0 in the west; NaN is void.
///
/// Node-registered: `values[0]` stands at exactly (`north_deg`, `west_deg`).
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Latitude of the first row, degrees.
    pub north_deg: f64,
    /// Longitude of the first column, degrees.
    pub west_deg: f64,
    /// Distance between rows, degrees, positive southwards.
    pub step_lat_deg: f64,
    /// Distance between columns, degrees, positive eastwards.
    pub step_lon_deg: f64,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Row-major values, `rows × cols`.
    pub values: Vec<f32>,
}

impl Grid {
    /// The box spanned by the outermost nodes.
    pub fn bounds(&self) -> Bounds {
        Bounds {
            north_deg: self.north_deg,
            south_deg: self.north_deg - (self.rows.max(1) - 1) as f64 * self.step_lat_deg,
            west_deg: self.west_deg,
            east_deg: self.west_deg + (self.cols.max(1) - 1) as f64 * self.step_lon_deg,
        }
    }

    /// The point at which a node stands.
    pub fn point(&self, row: usize, col: usize) -> LatLon {
        LatLon::new(
            self.north_deg - row as f64 * self.step_lat_deg,
            self.west_deg + col as f64 * self.step_lon_deg,
        )
    }

    /// Bilinear value at a point, whichever turn its longitude is given in; `None` outside or where
    /// any of the four nodes is void.
    #[inline]
    pub fn bilinear(&self, at: LatLon) -> Option<f64> {
        let y = (self.north_deg - at.lat_deg) / self.step_lat_deg;
        // A grid may span the antimeridian, with longitudes beyond 180 or below −180.
        let east_deg = match at.lon_deg - self.west_deg {
            east if east < 0.0 => east + 360.0,
            east if east >= 360.0 => east - 360.0,
            east => east,
        };
        let x = east_deg / self.step_lon_deg;
        let inside =
            y >= 0.0 && x >= 0.0 && y <= (self.rows - 1) as f64 && x <= (self.cols - 1) as f64;
        if !inside {
            return None;
        }
        let (row, col) = (
            (y as usize).min(self.rows - 2),
            (x as usize).min(self.cols - 2),
        );
        let (fy, fx) = (y - row as f64, x - col as f64);
        let i = row * self.cols + col;
        let [a, b] = [self.values[i], self.values[i + 1]].map(f64::from);
        let [c, d] = [self.values[i + self.cols], self.values[i + self.cols + 1]].map(f64::from);
        let top = a + (b - a) * fx;
        let bottom = c + (d - c) * fx;
        let value = top + (bottom - top) * fy;
        (!value.is_nan()).then_some(value)
    }
}

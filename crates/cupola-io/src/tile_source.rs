//! Public sources of terrain tiles: where a tile stands on a server, and whether what came is it.
//!
//! Layouts only: nothing here asks a server (the program does), and nothing decides where tiles
//! are kept (see `tile_cache`).

use std::path::Path;

use cupola_world::{Bounds, Grid};

use crate::IoError;
use crate::raster::{TerrainFile, read_terrain_bytes};
use crate::tile_name::Corner;

/// A server's way of cutting the Earth into tiles of one degree.
///
/// # Source
/// Copernicus DEM readme of the public buckets `copernicus-dem-30m` and `copernicus-dem-90m`;
/// Mapzen Terrain Tiles on AWS, `docs/formats.md` of tilezen/joerd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileSource {
    /// Copernicus GLO-90: 1,200 rows a degree, cloud-optimised `GeoTIFF`.
    Glo90,
    /// Copernicus GLO-30: 3,600 rows a degree, cloud-optimised `GeoTIFF`.
    Glo30,
    /// Terrain Tiles in the skadi layout: 3,601² posts, gzipped HGT, sea floor included.
    Skadi,
}

/// Columns of a Copernicus tile as a part of its rows: up to a latitude, numerator, denominator.
///
/// By the latitude of the tile's edge that is nearer to the equator.
const COLUMNS: [(i32, usize, usize); 6] = [
    (50, 1, 1),
    (60, 2, 3),
    (70, 1, 2),
    (80, 1, 3),
    (85, 1, 5),
    (90, 1, 10),
];

impl TileSource {
    /// Name of the folder in which its tiles are kept.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Glo90 => "copernicus-glo-90",
            Self::Glo30 => "copernicus-glo-30",
            Self::Skadi => "skadi",
        }
    }

    /// The public server.
    pub fn base_url(self) -> &'static str {
        match self {
            Self::Glo90 => "https://copernicus-dem-90m.s3.eu-central-1.amazonaws.com",
            Self::Glo30 => "https://copernicus-dem-30m.s3.eu-central-1.amazonaws.com",
            Self::Skadi => "https://elevation-tiles-prod.s3.amazonaws.com/skadi",
        }
    }

    /// Whom to name when results are shown.
    pub fn credit(self) -> &'static str {
        match self {
            Self::Glo90 | Self::Glo30 => {
                "Copernicus DEM: © DLR e.V. 2010–2014 and © Airbus Defence and Space GmbH \
                 2014–2018, provided under COPERNICUS by the European Union and ESA; all rights \
                 reserved"
            }
            Self::Skadi => {
                "Terrain Tiles: the sources listed in docs/attribution.md of github.com/tilezen/joerd"
            }
        }
    }

    /// Megabytes of a tile inland, least and most, for telling what a download will be (from
    /// other users' figures).
    pub fn megabytes(self) -> (u32, u32) {
        match self {
            Self::Glo90 => (3, 6),
            Self::Glo30 => (20, 45),
            Self::Skadi => (5, 15),
        }
    }

    /// The tile's path below the server's address.
    pub fn path(self, cell: Corner) -> String {
        match self {
            Self::Glo90 | Self::Glo30 => {
                let stem = self.stem(cell);
                format!("{stem}/{stem}.tif")
            }
            Self::Skadi => self.file(cell),
        }
    }

    /// The tile's name below the folder in which it is kept.
    pub fn file(self, cell: Corner) -> String {
        match self {
            Self::Glo90 | Self::Glo30 => format!("{}.tif", self.stem(cell)),
            Self::Skadi => {
                let (north, _) = cell.halves();
                format!("{north}/{}.hgt.gz", cell.label())
            }
        }
    }

    fn stem(self, cell: Corner) -> String {
        let seconds = if self == Self::Glo90 { "30" } else { "10" };
        let (north, east) = cell.halves();
        format!("Copernicus_DSM_COG_{seconds}_{north}_00_{east}_00_DEM")
    }

    /// Rows and columns of a tile.
    pub fn shape(self, cell: Corner) -> (usize, usize) {
        let rows = match self {
            Self::Skadi => return (3_601, 3_601),
            Self::Glo30 => 3_600,
            Self::Glo90 => 1_200,
        };
        let near = if cell.south_deg < 0 {
            -(cell.south_deg + 1)
        } else {
            cell.south_deg
        };
        let band = COLUMNS.iter().find(|(below, ..)| near < *below);
        let (_, times, part) = band.unwrap_or(&COLUMNS[5]);
        (rows, rows * times / part)
    }

    /// The cells whose tiles give every height of a box, west to east, then south to north.
    ///
    /// Copernicus tiles leave out their southern row and eastern column, which are their
    /// neighbours': where the box comes nearer to such an edge than one post, the neighbour counts.
    pub fn cells(self, bounds: &Bounds) -> Vec<Corner> {
        let post_deg = match self {
            Self::Skadi => 0.0,
            // Columns of 85 degrees north and beyond are the widest.
            Self::Glo30 | Self::Glo90 => 1.0 / 1_200.0,
        };
        let span = |low: f64, high: f64| {
            low.floor() as i32..(high.ceil() as i32).max(low.floor() as i32 + 1)
        };
        let north_deg = bounds.north_deg.min(90.0);
        let rows = span((bounds.south_deg - post_deg).max(-90.0), north_deg);
        let cols = span(bounds.west_deg, bounds.east_deg + post_deg);
        rows.flat_map(|south_deg| {
            cols.clone().map(move |west_deg| Corner {
                south_deg,
                west_deg: (west_deg + 180).rem_euclid(360) - 180,
            })
        })
        .collect()
    }

    /// Reads what a server sent for a cell; `shown` is its address, for messages.
    ///
    /// # Errors
    /// An [`IoError`] when it is not a terrain tile, damaged, or not the tile of this cell.
    pub fn check(self, cell: Corner, shown: &str, bytes: &[u8]) -> Result<Grid, IoError> {
        let path = Path::new(shown);
        let wrong = |found: String| IoError::WrongFormat {
            path: path.to_owned(),
            expected: "the tile that was asked for",
            found,
            help: "is it the right server? Give another with --base-url".to_owned(),
        };
        let grid = match read_terrain_bytes(path, bytes)? {
            TerrainFile::Geographic(grid) => grid,
            TerrainFile::Projected(_) => return Err(wrong("it is projected".to_owned())),
        };
        let (rows, cols) = self.shape(cell);
        if (grid.rows, grid.cols) != (rows, cols) {
            return Err(wrong(format!(
                "it has {} × {} heights, and {rows} × {cols} were expected",
                grid.rows, grid.cols
            )));
        }
        let north_off = grid.north_deg - f64::from(cell.south_deg + 1);
        let west_off = grid.west_deg - f64::from(cell.west_deg);
        let near = |off: f64, step: f64| off.abs() < 0.01 * step;
        if !near(north_off, grid.step_lat_deg) || !near(west_off, grid.step_lon_deg) {
            return Err(wrong(format!(
                "its north-western post stands at {:.6} N, {:.6} E, and not at {} N, {} E",
                grid.north_deg,
                grid.west_deg,
                cell.south_deg + 1,
                cell.west_deg
            )));
        }
        Ok(grid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(south_deg: i32, west_deg: i32) -> Corner {
        Corner {
            south_deg,
            west_deg,
        }
    }

    fn labels(source: TileSource, [south, west, north, east]: [f64; 4]) -> Vec<String> {
        let bounds = Bounds {
            south_deg: south,
            north_deg: north,
            west_deg: west,
            east_deg: east,
        };
        source.cells(&bounds).iter().map(|at| at.label()).collect()
    }

    #[test]
    fn tiles_are_named_as_on_the_servers() {
        let at = cell(49, 23);
        assert_eq!(
            TileSource::Glo30.path(at),
            "Copernicus_DSM_COG_10_N49_00_E023_00_DEM/Copernicus_DSM_COG_10_N49_00_E023_00_DEM.tif"
        );
        assert_eq!(
            TileSource::Glo90.file(cell(-2, -70)),
            "Copernicus_DSM_COG_30_S02_00_W070_00_DEM.tif"
        );
        assert_eq!(TileSource::Skadi.path(at), "N49/N49E023.hgt.gz");
    }

    #[test]
    fn tiles_narrow_at_the_latitudes_of_the_readme() {
        let cols = |south_deg| TileSource::Glo30.shape(cell(south_deg, 0)).1;
        let found = [0, 49, 50, 59, 60, 70, 80, 85, 89].map(cols);
        assert_eq!(
            found,
            [3_600, 3_600, 2_400, 2_400, 1_800, 1_200, 720, 360, 360]
        );
        // In the south the edge nearer to the equator is the northern one.
        assert_eq!([-1, -50, -51].map(cols), [3_600, 3_600, 2_400]);
        assert_eq!(TileSource::Glo90.shape(cell(50, 0)), (1_200, 800));
    }

    #[test]
    fn a_box_needs_the_neighbours_that_hold_its_last_posts() {
        let whole = [49.0, 23.0, 50.0, 24.0];
        assert_eq!(labels(TileSource::Skadi, whole), ["N49E023"]);
        assert_eq!(
            labels(TileSource::Glo90, whole),
            ["N48E023", "N48E024", "N49E023", "N49E024"]
        );
        assert_eq!(
            labels(TileSource::Glo90, [49.2, 23.2, 49.8, 23.8]),
            ["N49E023"]
        );
        assert_eq!(
            labels(TileSource::Skadi, [10.5, 179.5, 10.6, 180.5]),
            ["N10E179", "N10W180"]
        );
    }
}

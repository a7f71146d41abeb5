//! Small terrain and people rasters for the tests, made here so that no data is needed.

use crate::harness::Place;
use cupola_io::{Band, BandValues, GeoTiff, Layout, Packing};
use std::path::Path;

/// Nodes of a side of an HGT tile of 3″.
const SIDE: usize = 1201;

/// An HGT tile: gentle hills, the same on every call.
pub(crate) fn hgt(south_deg: i32, west_deg: i32) -> Vec<u8> {
    let south = usize::try_from(90 - south_deg).expect("a tile on earth");
    let west = usize::try_from(west_deg).expect("a tile in the east");
    let height = |row: usize, col: usize| {
        let (y, x) = (row + 1200 * south, col + 1200 * west);
        200 + (y / 40) % 30 + (x / 70) % 20
    };
    (0..SIDE * SIDE)
        .flat_map(|i| (height(i / SIDE, i % SIDE) as u16).to_be_bytes())
        .collect()
}

/// Name of a tile in the northern and eastern quarter of the earth.
pub(crate) fn hgt_name(south_deg: i32, west_deg: i32) -> String {
    format!("N{south_deg:02}E{west_deg:03}.hgt")
}

/// Writes tiles of one row of a folder.
pub(crate) fn write_row(place: &Place, folder: &str, south_deg: i32, wests_deg: &[i32]) {
    for &west_deg in wests_deg {
        let name = format!("{folder}/{}", hgt_name(south_deg, west_deg));
        place.write(&name, hgt(south_deg, west_deg));
    }
}

/// A GeoTIFF around Lviv, every cell with the same value.
pub(crate) fn geotiff(value: f32) -> Vec<u8> {
    let (rows, cols) = (300, 400);
    let values = vec![value; rows * cols];
    let grid = cupola_world::Grid {
        north_deg: 51.0,
        west_deg: 22.0,
        step_lat_deg: 0.01,
        step_lon_deg: 0.01,
        rows,
        cols,
        values: Vec::new(),
    };
    let tiff = GeoTiff {
        place: cupola_io::Place::of_grid(&grid),
        rows,
        cols,
        bands: vec![Band {
            name: "value".into(),
            unit: String::new(),
            values: BandValues::F32(&values),
        }],
        metadata: Vec::new(),
        packing: Packing::Plain,
        layout: Layout::Strips,
    };
    tiff.to_bytes(Path::new("made.tif")).unwrap()
}

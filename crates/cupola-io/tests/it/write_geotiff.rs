//! Writing GeoTIFF: read back by ourselves, by the `tiff` crate and by GDAL.

use std::io::Cursor;
use std::path::Path;

use cupola_io::{
    Band, BandValues, GeoTiff, IoError, Layout, Packing, Place, TerrainFile, read_terrain,
    read_terrain_bytes, write_file,
};
use cupola_world::Grid;
use proptest::prelude::*;
use tiff::decoder::{Decoder, DecodingResult};

use crate::common::{fixture, gdal};

fn sample(rows: usize, cols: usize) -> Grid {
    let mut values: Vec<f32> = (0..rows * cols).map(|i| (i % 977) as f32 * 0.25).collect();
    values[rows * cols / 2] = f32::NAN;
    Grid {
        north_deg: 50.0,
        west_deg: 22.0,
        step_lat_deg: 1.0 / 120.0,
        step_lon_deg: 1.0 / 60.0,
        rows,
        cols,
        values,
    }
}

fn raster<'a>(grid: &'a Grid, second: &'a [f32], packing: Packing, layout: Layout) -> GeoTiff<'a> {
    let band = |name: &str, unit: &str, values| Band {
        name: name.to_owned(),
        unit: unit.to_owned(),
        values: BandValues::F32(values),
    };
    GeoTiff {
        place: Place::of_grid(grid),
        rows: grid.rows,
        cols: grid.cols,
        bands: vec![
            band("lowest height seen", "m", &grid.values),
            band("radars < 3 & more", "", second),
        ],
        metadata: vec![("SCENARIO".to_owned(), "west \"1\"".to_owned())],
        packing,
        layout,
    }
}

fn same(a: &Grid, b: &Grid) -> bool {
    let bits = |grid: &Grid| grid.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    bits(a) == bits(b)
        && (a.rows, a.cols) == (b.rows, b.cols)
        && (a.north_deg - b.north_deg).abs() < 1e-9
        && (a.west_deg - b.west_deg).abs() < 1e-9
        && (a.step_lat_deg - b.step_lat_deg).abs() < 1e-12
        && (a.step_lon_deg - b.step_lon_deg).abs() < 1e-12
}

#[test]
fn every_packing_and_layout_reads_back() {
    let grid = sample(300, 517);
    let second = vec![2.0; 300 * 517];
    for packing in [Packing::Plain, Packing::Deflate] {
        for layout in [Layout::Strips, Layout::Tiles] {
            let name = Path::new("out.tif");
            let bytes = raster(&grid, &second, packing, layout)
                .to_bytes(name)
                .unwrap();
            let again = raster(&grid, &second, packing, layout)
                .to_bytes(name)
                .unwrap();
            assert!(bytes == again, "the same input gives the same bytes");
            let Ok(TerrainFile::Geographic(read)) = read_terrain_bytes(name, &bytes) else {
                panic!("{packing:?} {layout:?}");
            };
            assert!(same(&grid, &read), "{packing:?} {layout:?}");
            let mut decoder = Decoder::new(Cursor::new(&bytes)).unwrap();
            assert_eq!(decoder.dimensions().unwrap(), (517, 300));
            let DecodingResult::F32(first) = decoder.read_chunk(0).unwrap() else {
                panic!("floats");
            };
            assert_eq!(first[..100], grid.values[..100]);
        }
    }
}

#[test]
fn a_projected_raster_goes_back_where_it_came_from() {
    let TerrainFile::Projected(read) = read_terrain(&fixture("utm34_f32.tif")).unwrap() else {
        panic!("it is projected");
    };
    let raster = GeoTiff {
        place: Place::of_projected(&read),
        rows: read.rows,
        cols: read.cols,
        bands: vec![Band {
            name: String::new(),
            unit: String::new(),
            values: BandValues::F32(&read.values),
        }],
        metadata: Vec::new(),
        packing: Packing::Deflate,
        layout: Layout::Tiles,
    };
    let name = Path::new("out.tif");
    let bytes = raster.to_bytes(name).unwrap();
    let Ok(TerrainFile::Projected(back)) = read_terrain_bytes(name, &bytes) else {
        panic!("it is projected");
    };
    assert_eq!((back.epsg, &back.citation), (read.epsg, &read.citation));
    assert_eq!((back.x0, back.y0), (read.x0, read.y0));
    assert_eq!(back.geo_keys, read.geo_keys);
}

#[test]
fn what_does_not_fit_is_refused() {
    let grid = sample(4, 5);
    let name = Path::new("out.tif");
    let short = raster(&grid, &[1.0], Packing::Plain, Layout::Strips);
    assert_eq!(
        short.to_bytes(name).unwrap_err().to_string(),
        "`out.tif` cannot be written: band `radars < 3 & more` has 1 values for 4 rows of 5"
    );
    let endless = [f32::INFINITY; 20];
    let endless = raster(&grid, &endless, Packing::Plain, Layout::Strips);
    assert!(matches!(
        endless.to_bytes(name),
        Err(IoError::Mismatch { .. })
    ));
}

#[test]
fn val_gdal_reads_names_place_and_values() {
    let folder = tempfile::tempdir().unwrap();
    let grid = sample(300, 517);
    let second = vec![2.0; 300 * 517];
    for (i, (packing, layout)) in [
        (Packing::Deflate, Layout::Tiles),
        (Packing::Plain, Layout::Strips),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{i}.tif"));
        let bytes = raster(&grid, &second, packing, layout)
            .to_bytes(&path)
            .unwrap();
        write_file(&path, &bytes).unwrap();
        let shown = path.display().to_string();
        let Some(info) = gdal("gdalinfo", &["-checksum", &shown]) else {
            return;
        };
        for wanted in [
            "Size is 517, 300",
            "ID[\"EPSG\",4326]",
            "SCENARIO=west \"1\"",
            "Description = lowest height seen",
            "Description = radars < 3 & more",
            "Unit Type: m",
            "NoData Value=-9999",
            "Origin = (21.991666666666667,50.00416666666667",
            "AREA_OR_POINT=Area",
        ] {
            assert!(info.contains(wanted), "{wanted} is not in\n{info}");
        }
        assert!(
            !info.contains("ERROR") && !info.contains("Warning"),
            "{info}"
        );
        let text = gdal("gdallocationinfo", &["-valonly", &shown, "516", "299"]).unwrap();
        let wanted = grid.values[299 * 517 + 516];
        assert_eq!(text.lines().next(), Some(wanted.to_string().as_str()));
    }
}

#[test]
fn val_gdal_reads_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mask.tif");
    let grid = sample(10, 20);
    let mask: Vec<u8> = (0..200).map(|i| (i % 3) as u8).collect();
    let raster = GeoTiff {
        bands: vec![Band {
            name: "seen".to_owned(),
            unit: String::new(),
            values: BandValues::U8(&mask, Some(255)),
        }],
        ..raster(&grid, &[], Packing::Deflate, Layout::Strips)
    };
    write_file(&path, &raster.to_bytes(&path).unwrap()).unwrap();
    let shown = path.display().to_string();
    let Some(info) = gdal("gdalinfo", &[&shown]) else {
        return;
    };
    assert!(
        info.contains("Type=Byte") && info.contains("NoData Value=255"),
        "{info}"
    );
    let text = gdal("gdallocationinfo", &["-valonly", &shown, "7", "0"]).unwrap();
    assert_eq!(text.trim(), "1");
}

proptest! {
    #[test]
    fn prop_any_grid_reads_back(
        rows in 1..40_usize,
        cols in 1..40_usize,
        seed in any::<u32>(),
        deflate in any::<bool>(),
        tiles in any::<bool>(),
    ) {
        let mut grid = sample(rows, cols);
        for (i, value) in grid.values.iter_mut().enumerate() {
            *value = ((i as u32).wrapping_mul(seed | 1) >> 19) as f32 - 400.0;
        }
        let packing = if deflate { Packing::Deflate } else { Packing::Plain };
        let layout = if tiles { Layout::Tiles } else { Layout::Strips };
        let name = Path::new("out.tif");
        let second = grid.values.clone();
        let bytes = raster(&grid, &second, packing, layout).to_bytes(name).unwrap();
        let Ok(TerrainFile::Geographic(read)) = read_terrain_bytes(name, &bytes) else {
            panic!("it was written by us");
        };
        prop_assert!(same(&grid, &read));
    }
}

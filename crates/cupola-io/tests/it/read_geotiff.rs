//! Reading GeoTIFF: files that GDAL made, compared cell by cell with what went into them.

use cupola_io::{IoError, TerrainFile, read_people, read_terrain, read_terrain_within};
use cupola_world::{Bounds, Grid};

use crate::common::{fixture, fixture_value};

fn grid(name: &str) -> Grid {
    match read_terrain(&fixture(name)) {
        Ok(TerrainFile::Geographic(grid)) => grid,
        other => panic!("{name}: {other:?}"),
    }
}

fn check_values(name: &str, values: &[f32]) {
    for row in 0..50 {
        for col in 0..70 {
            let value = values[row * 70 + col];
            if (row, col) == (3, 4) {
                assert!(value.is_nan(), "{name}: the void cell holds {value}");
            } else {
                let wanted = fixture_value(row, col);
                assert!(
                    (value - wanted).abs() < 1e-6,
                    "{name} {row} {col}: {value} {wanted}"
                );
            }
        }
    }
}

#[test]
fn val_every_storage_of_gdal_gives_the_same_cells() {
    let names = [
        "i16_strips.tif",
        "u16_lzw_p2_big.tif",
        "i32_deflate_tiles.tif",
        "i32_lzw_p2_tiles.tif",
        "f32_lzw_p3_tiles.tif",
        "f32_deflate_p2_big.tif",
        "f64_zstd_p3_bigtiff.tif",
        "f64_bigtiff_big.tif",
        "i16_zstd_p2.tif",
        "i16_packbits.tif",
        "f32_cog.tif",
        "i16_two_bands_pixel.tif",
        "i16_two_bands_apart.tif",
        "f32_point.tif",
    ];
    for name in names {
        let grid = grid(name);
        assert_eq!((grid.rows, grid.cols), (50, 70), "{name}");
        check_values(name, &grid.values);
        // Edges at 50 N 22 E; the first node is the centre of the first cell.
        assert!(
            (grid.north_deg - 49.995).abs() < 1e-9,
            "{name}: {}",
            grid.north_deg
        );
        assert!(
            (grid.west_deg - 22.005).abs() < 1e-9,
            "{name}: {}",
            grid.west_deg
        );
        assert!((grid.step_lat_deg - 0.01).abs() < 1e-12, "{name}");
        assert!((grid.step_lon_deg - 0.01).abs() < 1e-12, "{name}");
    }
}

#[test]
fn val_a_projected_raster_keeps_its_projection() {
    let TerrainFile::Projected(grid) = read_terrain(&fixture("utm34_f32.tif")).unwrap() else {
        panic!("it is projected");
    };
    assert_eq!(grid.epsg, Some(32_634));
    assert_eq!(grid.citation, "WGS 84 / UTM zone 34N");
    assert_eq!((grid.x0, grid.y0), (600_500.0, 5_539_000.0));
    assert_eq!((grid.cell_x_m, grid.cell_y_m), (1_000.0, 2_000.0));
    check_values("utm34_f32.tif", &grid.values);
}

#[test]
fn a_box_cuts_the_raster_with_two_nodes_to_spare() {
    let bounds = Bounds {
        south_deg: 49.7,
        north_deg: 49.8,
        west_deg: 22.2,
        east_deg: 22.4,
    };
    let whole = grid("i32_lzw_p2_tiles.tif");
    let path = fixture("i32_lzw_p2_tiles.tif");
    let Ok(TerrainFile::Geographic(part)) = read_terrain_within(&path, &bounds) else {
        panic!("it is geographic");
    };
    let around = part.bounds();
    assert!(around.north_deg > 49.81 && around.north_deg < 49.84);
    assert!(around.south_deg < 49.69 && around.south_deg > 49.66);
    for row in 0..part.rows {
        for col in 0..part.cols {
            let at = part.point(row, col);
            let y = ((whole.north_deg - at.lat_deg) / 0.01).round() as usize;
            let x = ((at.lon_deg - whole.west_deg) / 0.01).round() as usize;
            assert_eq!(
                part.values[row * part.cols + col],
                whole.values[y * whole.cols + x]
            );
        }
    }
    let elsewhere = Bounds {
        west_deg: 30.0,
        east_deg: 31.0,
        ..bounds
    };
    let error = read_terrain_within(&path, &elsewhere).unwrap_err();
    assert!(matches!(error, IoError::NothingOverlaps { .. }), "{error}");
}

#[test]
fn people_are_read_from_degrees_only() {
    let people = read_people(&fixture("i16_strips.tif")).unwrap();
    check_values("i16_strips.tif", &people.values);
    let error = read_people(&fixture("utm34_f32.tif")).unwrap_err();
    assert!(error.to_string().ends_with(
        "utm34_f32.tif` cannot be used as it is: people are read in latitude and longitude, \
         and this raster is projected (GeoKey 3072, WGS 84 / UTM zone 34N)"
    ));
    assert!(error.help().contains("gdalwarp"));
}

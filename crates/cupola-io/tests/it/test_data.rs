//! Real tiles, where the developers' test data is at hand, compared with known heights and GDAL.

use std::path::Path;

use cupola_io::{IoError, TerrainFile, read_folder, read_terrain};
use cupola_units::LatLon;
use cupola_world::{Bounds, Grid};

use crate::common::{gdal, test_data};

fn grid(path: &Path) -> Grid {
    match read_terrain(path) {
        Ok(TerrainFile::Geographic(grid)) => grid,
        other => panic!("{}: {other:?}", path.display()),
    }
}

fn nearest(grid: &Grid, at: LatLon) -> f32 {
    let row = ((grid.north_deg - at.lat_deg) / grid.step_lat_deg).round() as usize;
    let col = ((at.lon_deg - grid.west_deg) / grid.step_lon_deg).round() as usize;
    grid.values[row * grid.cols + col]
}

/// Truth: the heights that the files were found to hold with another reader.
#[test]
fn val_peaks_of_dted_level_0() {
    let Some(data) = test_data() else { return };
    let peaks = [
        ("e024/n48.dt0", 48.1600, 24.5000, 1_858.0),
        ("e020/n49.dt0", 49.1795, 20.0881, 2_256.0),
        ("e024/n49.dt0", 49.8397, 24.0297, 278.0),
    ];
    for (name, lat_deg, lon_deg, height_m) in peaks {
        let grid = grid(&data.join("geo/dted0").join(name));
        let height = nearest(&grid, LatLon::new(lat_deg, lon_deg));
        assert!(
            (height - height_m).abs() < 1e-6,
            "{name}: {height} instead of {height_m}"
        );
    }
}

/// Truth: `gdallocationinfo` at posts all over five tiles; tolerance 0, both read integers.
#[test]
fn val_heights_agree_with_gdal() {
    let Some(data) = test_data() else { return };
    let tiles = [
        "geo/dted0/e024/n48.dt0",
        "geo/dted0/e023/n50.dt0",
        "geo/srtm3/N42E001.hgt.zip",
        "geo/srtm3/N43E007.hgt.zip",
    ];
    for name in tiles {
        let path = data.join(name);
        let grid = grid(&path);
        let shown = if name.ends_with(".zip") {
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            format!("/vsizip/{}/{stem}", path.display())
        } else {
            path.display().to_string()
        };
        for k in 0..12 {
            let (row, col) = ((k * 97) % grid.rows, (k * k * 53 + 7) % grid.cols);
            let (x, y) = (col.to_string(), row.to_string());
            let Some(text) = gdal("gdallocationinfo", &["-valonly", &shown, &x, &y]) else {
                return;
            };
            let wanted: f32 = text.trim().parse().unwrap();
            let height = grid.values[row * grid.cols + col];
            let both_void = height.is_nan() && wanted < -32_000.0;
            assert!(
                both_void || (height - wanted).abs() < 1e-6,
                "{name} {row} {col}"
            );
        }
    }
}

#[test]
fn tiles_share_their_edges_and_the_seam_at_50_north_changes_width() {
    let Some(data) = test_data() else { return };
    let south = grid(&data.join("geo/dted0/e023/n49.dt0"));
    let north = grid(&data.join("geo/dted0/e023/n50.dt0"));
    assert_eq!((south.rows, south.cols), (121, 121));
    assert_eq!((north.rows, north.cols), (121, 61));
    assert_eq!(south.bounds().north_deg, north.bounds().south_deg);
    assert_eq!(
        (south.bounds().west_deg, south.bounds().east_deg),
        (23.0, 24.0)
    );
    assert_eq!(
        (north.bounds().west_deg, north.bounds().east_deg),
        (23.0, 24.0)
    );
    for col in 0..61 {
        assert_eq!(south.values[2 * col], north.values[120 * 61 + col]);
    }
    let hgt = grid(&data.join("geo/srtm3/N42E001.hgt.zip"));
    let highest = hgt.values.iter().copied().fold(f32::MIN, f32::max);
    assert_eq!(highest, 3_100.0);
    assert!(hgt.values.iter().any(|height| height.is_nan()));
}

#[test]
fn a_folder_gives_the_tiles_of_a_box() {
    let Some(data) = test_data() else { return };
    let folder = data.join("geo/dted0");
    let bounds = Bounds {
        south_deg: 49.5,
        north_deg: 50.5,
        west_deg: 22.2,
        east_deg: 24.0,
    };
    let read = read_folder(&folder, &bounds).unwrap();
    let names: Vec<&str> = read.tiles.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "e022/n49.dt0",
            "e022/n50.dt0",
            "e023/n49.dt0",
            "e023/n50.dt0"
        ]
    );
    assert!(read.missing.is_empty() && read.unused.is_empty());
    assert_eq!(read.sha256.len(), 64);
    let far = Bounds {
        west_deg: 80.0,
        east_deg: 81.0,
        ..bounds
    };
    let error = read_folder(&folder, &far).unwrap_err();
    assert!(matches!(error, IoError::NothingOverlaps { .. }));
    assert!(error.to_string().ends_with(
        "covers 49.50 to 50.50 N, 80.00 to 81.00 E: \
         its 510 rasters lie in 43.00 to 60.00 N, 12.00 to 42.00 E"
    ));
}

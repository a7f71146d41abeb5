//! The embedded terrain and mosaics of tiles.

use cupola_units::LatLon;
use cupola_world::elevation::{Relief, coarse_height_m, statistical_grid};
use cupola_world::geodesy::LocalFrame;
use cupola_world::terrain::{Mosaic, Statistical, Terrain as _};
use cupola_world::{Bounds, Grid, TerrainKind, WorldError};

const WEST: Bounds = Bounds {
    south_deg: 48.0,
    north_deg: 51.0,
    west_deg: 22.0,
    east_deg: 26.0,
};

#[test]
fn val_coarse_heights_are_near_the_truth() {
    // Peaks and plains are smoothed over 9 km and quantised to 28 m.
    for (name, lat, lon, low, high) in [
        ("Lviv", 49.84, 24.02, 230.0, 360.0),
        ("Rzeszów", 50.04, 22.0, 180.0, 290.0),
        ("Hoverla", 48.16, 24.50, 900.0, 1900.0),
        ("Everest", 27.99, 86.93, 5000.0, 8000.0),
        ("Black Sea", 43.5, 33.0, 0.0, 0.0),
        ("Dead Sea shore", 31.5, 35.5, -460.0, 300.0),
        ("Pacific", 0.0, 179.99, 0.0, 0.0),
        ("Amsterdam", 52.37, 4.9, -30.0, 30.0),
    ] {
        let h = coarse_height_m(LatLon::new(lat, lon));
        assert!((low..=high).contains(&h), "{name} {h}");
    }
    let a = coarse_height_m(LatLon::new(67.0, 179.999_99));
    let b = coarse_height_m(LatLon::new(67.0, -179.999_99));
    assert!((a - b).abs() < 1.0);
}

#[test]
fn prop_heights_depend_on_the_place_not_the_box() {
    let relief = Relief::new(7);
    let whole = relief.grid(&WEST).unwrap();
    let part = Bounds {
        south_deg: 49.0,
        north_deg: 49.5,
        west_deg: 23.2,
        east_deg: 24.1,
    };
    let cut = relief.grid(&part).unwrap();
    assert_eq!(cut, statistical_grid(&part, 7).unwrap());
    for row in (0..cut.rows).step_by(7) {
        for col in (0..cut.cols).step_by(5) {
            let at = cut.point(row, col);
            let value = cut.values[row * cut.cols + col];
            let (r, c) = (
                ((whole.north_deg - at.lat_deg) * 120.0).round() as usize,
                ((at.lon_deg - whole.west_deg) * 120.0).round() as usize,
            );
            assert_eq!(value.to_bits(), whole.values[r * whole.cols + c].to_bits());
            assert!((relief.height_m(at) - f64::from(value)).abs() < 0.1, "{at}");
        }
    }
    assert_ne!(cut.values, statistical_grid(&part, 8).unwrap().values);
}

#[test]
fn relief_has_the_intended_spread_and_no_sea_waves() {
    let box_ = Bounds {
        south_deg: 51.0,
        north_deg: 52.5,
        west_deg: 25.0,
        east_deg: 29.0,
    };
    let mut spread = Vec::new();
    for seed in 1..4 {
        let grid = statistical_grid(&box_, seed).unwrap();
        let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
        for row in 0..grid.rows {
            for col in 0..grid.cols {
                let d = f64::from(grid.values[row * grid.cols + col])
                    - coarse_height_m(grid.point(row, col));
                sum += d;
                squares += d * d;
                count += 1.0;
            }
        }
        assert!((sum / count).abs() < 0.5);
        spread.push((squares / count).sqrt());
    }
    println!("Polesia: relief {spread:.1?} m");
    assert!(spread.iter().all(|s| (8.0..22.0).contains(s)), "{spread:?}");
    let sea = Bounds {
        south_deg: 43.0,
        north_deg: 43.5,
        west_deg: 32.0,
        east_deg: 33.0,
    };
    assert!(
        statistical_grid(&sea, 1)
            .unwrap()
            .values
            .iter()
            .all(|v| *v == 0.0)
    );
}

/// Share of a 100 km disk in which a target at each height is in sight of a 15 m mast.
fn visible(grid: &Grid, site: LatLon, ground_m: f64, targets_m: &[f64; 5]) -> [f64; 5] {
    let frame = LocalFrame::new(site);
    let eye_m = grid
        .bilinear(site)
        .expect("the site is inside")
        .max(ground_m)
        + 15.0;
    let (mut seen, mut weight) = ([0.0; 5], 0.0);
    for k in 0..360 {
        let azimuth = f64::from(k) * std::f64::consts::TAU / 360.0;
        let mut horizon = f64::NEG_INFINITY;
        for (at, i) in frame.ray(azimuth, 250.0, 400).zip(1_u32..) {
            let d = f64::from(i) * 250.0;
            let z = grid.bilinear(at).expect("the disk is inside")
                - d * d / (2.0 * 4.0 / 3.0 * 6_371_000.0)
                - eye_m;
            weight += d;
            for (seen, target) in seen.iter_mut().zip(targets_m) {
                if (z + target) / d >= horizon {
                    *seen += d;
                }
            }
            horizon = horizon.max(z / d);
        }
    }
    seen.map(|s| s / weight)
}

/// Truth: the same ten sites on measured 30″ terrain (DTED level 0), 1 440 azimuths, 250 m steps.
/// Tolerance: the spread between seeds and sites of this recipe, 0.02 to 0.04 on the mean of ten.
#[test]
fn val_cover_on_statistical_terrain_is_that_of_measured_terrain_on_average() {
    let targets_m = [50.0, 100.0, 200.0, 500.0, 1000.0];
    let truth = [0.091, 0.150, 0.259, 0.569, 0.866];
    let sites = [
        (49.805, 22.930, 190.0),
        (49.742, 22.717, 424.0),
        (50.723, 23.252, 214.0),
        (50.110, 22.019, 214.0),
        (51.247, 22.566, 189.0),
        (49.688, 21.770, 277.0),
        (51.143, 23.471, 184.0),
        (49.838, 24.023, 265.0),
        (49.554, 25.594, 317.0),
        (50.747, 25.325, 164.0),
    ];
    let theatre = Bounds {
        south_deg: 48.6,
        north_deg: 52.3,
        west_deg: 20.2,
        east_deg: 27.1,
    };
    let mut mean = [0.0; 5];
    for seed in 1..4 {
        let grid = statistical_grid(&theatre, seed).unwrap();
        for (lat, lon, ground_m) in sites {
            let seen = visible(&grid, LatLon::new(lat, lon), ground_m, &targets_m);
            for (mean, seen) in mean.iter_mut().zip(seen) {
                *mean += seen / 30.0;
            }
        }
    }
    println!("visible {mean:.3?}, measured {truth:.3?}");
    for ((mean, truth), target_m) in mean.iter().zip(truth).zip(targets_m) {
        println!(
            "VALIDATION id=statistical-terrain of={target_m}-m truth={truth} ours={mean:.4} tolerance=0.04 unit=share"
        );
        assert!((mean - truth).abs() < 0.04, "{mean} {truth}");
    }
}

#[test]
fn box_across_the_antimeridian_is_one_grid() {
    let bounds = Bounds {
        south_deg: 66.0,
        north_deg: 67.0,
        west_deg: 179.0,
        east_deg: -179.0,
    };
    let relief = Relief::new(2);
    let grid = relief.grid(&bounds).unwrap();
    assert_eq!((grid.rows, grid.cols), (121, 241));
    let west = grid.bilinear(LatLon::new(66.5, 180.5)).unwrap();
    assert!((west - relief.height_m(LatLon::new(66.5, -179.5))).abs() < 0.1);
}

#[test]
fn boxes_that_are_no_boxes_are_refused() {
    let empty = Bounds {
        south_deg: 50.0,
        north_deg: 50.0,
        ..WEST
    };
    assert!(matches!(
        statistical_grid(&empty, 1),
        Err(WorldError::EmptyBounds { .. })
    ));
    let nan = Bounds {
        south_deg: f64::NAN,
        ..WEST
    };
    assert!(matches!(
        statistical_grid(&nan, 1),
        Err(WorldError::EmptyBounds { .. })
    ));
    assert!(matches!(
        Mosaic::new(0.0, 1),
        Err(WorldError::BadStep { .. })
    ));
    let mut mosaic = Mosaic::new(0.01, 1).unwrap();
    let thin = Grid {
        north_deg: 50.0,
        west_deg: 20.0,
        step_lat_deg: 0.1,
        step_lon_deg: 0.1,
        rows: 1,
        cols: 2,
        values: vec![0.0; 2],
    };
    assert!(matches!(
        mosaic.push("thin", vec![thin]),
        Err(WorldError::BadTile { .. })
    ));
}

/// A tile whose height is a plane of latitude and longitude, so that any error of registration
/// shows.
fn tile(south: f64, west: f64, rows: usize, cols: usize, steps: (f64, f64)) -> Grid {
    let mut grid = Grid {
        north_deg: south + 1.0,
        west_deg: west,
        step_lat_deg: steps.0,
        step_lon_deg: steps.1,
        rows,
        cols,
        values: Vec::new(),
    };
    for row in 0..rows {
        for col in 0..cols {
            grid.values.push(plane(grid.point(row, col)) as f32);
        }
    }
    grid
}

fn plane(at: LatLon) -> f64 {
    100.0 * (at.lat_deg - 49.0) + 37.0 * (at.lon_deg - 22.0)
}

fn all_on_the_plane(mosaic: &Mosaic, north: f64) {
    for i in 0..=400 {
        for j in 0..=97 {
            let at = LatLon::new(
                49.0 + (north - 49.0) * f64::from(i) / 400.0,
                22.0 + 1.99 * f64::from(j) / 97.0,
            );
            let h = mosaic.height_m(at);
            assert!(
                h.is_some_and(|h| (h - plane(at)).abs() < 2e-4),
                "{at} {h:?} {}",
                plane(at)
            );
        }
    }
}

#[test]
fn seam_of_shared_edges_and_different_columns_is_smooth() {
    let step = 1.0 / 120.0;
    let mut mosaic = Mosaic::new(step, 1).unwrap();
    let tiles = [22.0, 23.0].iter().flat_map(|&w| {
        [
            tile(49.0, w, 121, 121, (step, step)),
            tile(50.0, w, 121, 61, (step, 2.0 * step)),
        ]
    });
    mosaic.push("DTED0", tiles.collect()).unwrap();
    all_on_the_plane(&mosaic, 51.0);
}

#[test]
fn seam_of_left_out_edges_is_taken_from_the_neighbour() {
    // Copernicus: no southern row, no eastern column, two thirds of the columns from 50° N.
    let mut mosaic = Mosaic::new(1.0 / 120.0, 1).unwrap();
    let tiles = [22.0, 23.0, 24.0].iter().flat_map(|&w| {
        let lat = 1.0 / 60.0;
        [
            tile(48.0, w, 60, 60, (lat, 1.0 / 60.0)),
            tile(49.0, w, 60, 60, (lat, 1.0 / 60.0)),
            tile(50.0, w, 60, 40, (lat, 1.0 / 40.0)),
        ]
    });
    mosaic.push("GLO", tiles.collect()).unwrap();
    all_on_the_plane(&mosaic, 51.0);
}

/// A tile 3 m higher per degree east of 170° E, in whichever turn.
fn eastward(west: f64, cols: usize, step: f64) -> Grid {
    let mut grid = tile(70.0, west, 61, cols, (1.0 / 60.0, step));
    let cols = 0..grid.cols;
    let line: Vec<f32> = cols
        .map(|col| (3.0 * (grid.point(0, col).lon_deg - 170.0).rem_euclid(360.0)) as f32)
        .collect();
    grid.values = line.repeat(grid.rows);
    grid
}

#[test]
fn regress_tiles_join_across_the_antimeridian() {
    let step = 1.0 / 40.0;
    let cases = [
        // No eastern column; edges shared; first column half a step inside; one raster of all.
        vec![eastward(179.0, 40, step), eastward(-180.0, 40, step)],
        vec![eastward(179.0, 41, step), eastward(-180.0, 41, step)],
        vec![
            eastward(179.0 + 0.5 * step, 40, step),
            eastward(-180.0 + 0.5 * step, 40, step),
        ],
        vec![eastward(178.5, 100, step)],
        vec![eastward(-180.0 + 0.5 * step, 360 * 40, step)],
    ];
    for (case, tiles) in cases.into_iter().enumerate() {
        let mut mosaic = Mosaic::new(step, 1).unwrap();
        mosaic.push("tiles", tiles).unwrap();
        for i in 0..=1000 {
            let lon = 179.1 + 1.8 * f64::from(i) / 1000.0;
            for lon in [lon, lon - 360.0] {
                let h = mosaic.height_m(LatLon::new(70.5, lon));
                let wanted = 3.0 * (lon - 170.0).rem_euclid(360.0);
                assert!(
                    h.is_some_and(|h| (h - wanted).abs() < 1e-3),
                    "case {case}, {lon}: {h:?}, not {wanted}"
                );
            }
        }
    }
}

#[test]
fn voids_fall_through_to_the_next_source_and_the_embedded_terrain() {
    let step = 1.0 / 120.0;
    let mut fine = tile(49.0, 22.0, 121, 121, (step, step));
    for value in &mut fine.values[..121 * 30] {
        *value = f32::NAN;
    }
    let mut rough = tile(49.0, 22.0, 13, 13, (1.0 / 12.0, 1.0 / 12.0));
    rough.values.iter_mut().for_each(|v| *v += 1000.0);
    let mut mosaic = Mosaic::new(step, 5).unwrap();
    mosaic.push("fine", vec![fine]).unwrap();
    mosaic.push("rough", vec![rough]).unwrap();
    let h = |lat, lon| mosaic.height_m(LatLon::new(lat, lon));
    assert!((h(49.3, 22.4).unwrap() - plane(LatLon::new(49.3, 22.4))).abs() < 1e-3);
    assert!((h(49.9, 22.4).unwrap() - 1000.0 - plane(LatLon::new(49.9, 22.4))).abs() < 1e-3);
    assert_eq!(h(48.5, 22.4), None);
    let bounds = Bounds {
        south_deg: 48.5,
        north_deg: 49.95,
        west_deg: 22.1,
        east_deg: 22.9,
    };
    let out = mosaic.resample(&bounds, step).unwrap();
    assert!(out.grid.values.iter().all(|v| v.is_finite()));
    let counts: Vec<usize> = out.nodes_by_source.iter().map(|s| s.1).collect();
    assert!(counts.iter().all(|c| *c > 1000), "{counts:?}");
    let last = out.grid.values[out.grid.values.len() - 1];
    let at = out.grid.point(out.grid.rows - 1, out.grid.cols - 1);
    assert!((f64::from(last) - Relief::new(5).height_m(at)).abs() < 0.5);
    let drawn = out.statistical.iter().filter(|drawn| **drawn).count();
    assert_eq!(drawn, counts[counts.len() - 1]);
    assert!(out.statistical[out.statistical.len() - 1] && !out.statistical[0]);
    assert_eq!(mosaic.kind(), TerrainKind::Given);
    assert_eq!(
        Statistical::new(3).kind(),
        TerrainKind::Statistical { seed: 3 }
    );
}

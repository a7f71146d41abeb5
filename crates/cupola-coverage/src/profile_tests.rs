//! One line of sight against the closed form, the oracle and by hand.

use cupola_units::{EARTH_RADIUS_EQUATORIAL_M, LatLon};
use cupola_world::Grid;

use super::*;
use crate::sweep::SweepSettings;
use crate::sweep::tests::truth::{HILLS, crop, fractal, oracle};

const RADAR: SightLine = SightLine {
    mast_m: 20.0,
    k: 4.0 / 3.0,
    earth_radius_m: EARTH_RADIUS_EQUATORIAL_M,
};

#[test]
fn val_flat_ground_gives_the_closed_form_along_the_line() {
    let dem = Dem {
        heights_m: &[0.0; 1001],
        rows: 1,
        cols: 1001,
        cell_m: 100.0,
    };
    let profile = profile_over_cells(&dem, &RADAR, (0, 0), (0, 1000)).unwrap();
    assert_eq!(profile.points.len(), 1001);
    let radius_m = RADAR.k * RADAR.earth_radius_m;
    let horizon_m = (2.0 * radius_m * RADAR.mast_m).sqrt();
    for point in &profile.points {
        let beyond_m = (point.distance_m - horizon_m).max(0.0);
        let truth_m = beyond_m * beyond_m / (2.0 * radius_m);
        // The tangent point falls between two cells of 100 m.
        assert!(
            (point.floor_m - truth_m).abs() < 0.002,
            "{point:?} {truth_m}"
        );
    }
    let block = profile.points[profile.blocked_by.unwrap()];
    assert!((block.distance_m - horizon_m).abs() <= 100.0, "{block:?}");
}

#[test]
fn val_profiles_over_hills_are_the_oracle() {
    let side = 201;
    let heights = crop(&fractal(&HILLS, 256), 256, side, side);
    let dem = Dem {
        heights_m: &heights,
        rows: side,
        cols: side,
        cell_m: 100.0,
    };
    let from = (77, 102);
    let settings = SweepSettings::radar(from, RADAR.mast_m);
    let mut worst_m = 0.0_f64;
    for to in [
        (0, 0),
        (200, 200),
        (77, 0),
        (200, 102),
        (13, 180),
        (78, 103),
        (177, 2),
        (127, 152),
    ] {
        let profile = profile_over_cells(&dem, &RADAR, from, to).unwrap();
        let truth = oracle(&dem, &settings, to.0, to.1);
        let got = profile.floor_at_end_m();
        worst_m = worst_m.max((got - truth).abs());
        assert!((got - truth).abs() < 1e-6, "{to:?}: {got} {truth}");
        let ascending = profile
            .points
            .windows(2)
            .all(|p| p[0].distance_m < p[1].distance_m);
        assert!(ascending, "{to:?}");
    }
    println!("VALIDATION id=profile of=worst truth=0 ours={worst_m:.9} tolerance=0.000001 unit=m");
}

#[test]
fn a_ridge_blocks_and_unknown_ground_leaves_all_behind_unknown() {
    fn dem(heights_m: &[f32]) -> Dem<'_> {
        Dem {
            heights_m,
            rows: 1,
            cols: 50,
            cell_m: 1000.0,
        }
    }
    let mut heights = [0.0_f32; 50];
    heights[10] = 120.0;
    let profile = profile_over_cells(&dem(&heights), &RADAR, (0, 0), (0, 49)).unwrap();
    assert_eq!(profile.blocked_by, Some(10));
    // 20 m + 10 m a kilometre, and the curve.
    assert!((profile.points[20].floor_m - (220.0 + 4.0)).abs() < 25.0);
    heights[30] = f32::NAN;
    let profile = profile_over_cells(&dem(&heights), &RADAR, (0, 0), (0, 49)).unwrap();
    assert!(profile.points[29].floor_m.is_finite() && profile.points[31].floor_m.is_nan());
    assert!(profile.floor_at_end_m().is_nan() && profile.blocked_by.is_none());
    assert!(profile_over_cells(&dem(&heights), &RADAR, (0, 30), (0, 2)).is_err());
    assert!(profile_over_cells(&dem(&heights), &RADAR, (0, 3), (1, 2)).is_err());
    let here = profile_over_cells(&dem(&heights), &RADAR, (0, 3), (0, 3)).unwrap();
    assert_eq!((here.points.len(), here.floor_at_end_m()), (1, 0.0));
}

#[test]
fn the_line_over_degrees_crosses_the_antimeridian() {
    let grid = Grid {
        north_deg: 71.0,
        west_deg: 179.0,
        step_lat_deg: 1.0 / 120.0,
        step_lon_deg: 1.0 / 60.0,
        rows: 241,
        cols: 121,
        values: vec![10.0; 241 * 121],
    };
    let (from, to) = (LatLon::new(70.0, 179.5), LatLon::new(70.0, -179.5));
    let profile = profile_over_degrees(&grid, &RADAR, from, to);
    let end = profile.points.last().unwrap();
    assert!((end.distance_m - 38_190.0).abs() < 100.0, "{end:?}");
    assert!(end.floor_m.is_finite() && (end.ground_m - 10.0).abs() < 1e-9);
    assert!((profile.antenna_m - 30.0).abs() < 1e-9);
}

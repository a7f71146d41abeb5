use cupola_units::{EARTH_RADIUS_EQUATORIAL_M, math};
use proptest::prelude::*;

use super::*;
use crate::test_data::{Reference, dted_grid, geo_folder, reference_sites};

fn flat(height_m: f32) -> Grid {
    Grid {
        north_deg: 54.0,
        west_deg: 12.0,
        step_lat_deg: 0.1,
        step_lon_deg: 0.1,
        rows: 81,
        cols: 161,
        values: vec![height_m; 81 * 161],
    }
}

fn on_mast(mast_m: f64) -> Antenna {
    Antenna {
        at: LatLon::new(50.0, 20.0),
        mast_m,
        ground_m: None,
        altitude_m: None,
    }
}

fn site<'a>(terrain: &'a Grid, antenna: &Antenna, settings: &LosSettings) -> Site<'a> {
    Site::new(terrain, antenna, settings)
}

/// Greatest distance at which a target at this height above a flat sea is in sight, metres.
fn horizon_m(floor: &PolarFloor, target_m: f64) -> f64 {
    let steps = (0..=floor.range_m() as usize / 10).map(|i| i as f64 * 10.0);
    let seen = steps.filter(|&d| floor.visible(d, 1.0, target_m));
    seen.fold(0.0, f64::max)
}

/// models.md section 1, smooth Earth, k = 4/3. The truth uses the mean radius, we the equatorial:
/// 0.06 % apart; rounding up to half metres costs the rest.
#[test]
fn val_horizons_on_flat_ground_match_the_closed_form_within_1_percent() {
    let terrain = flat(0.0);
    for (mast_m, target_m, truth_km, range_m) in [
        (6.0, 50.0, 39.242, 60_000.0),
        (12.0, 50.0, 43.424, 60_000.0),
        (12.0, 100.0, 55.496, 80_000.0),
        (24.0, 100.0, 61.411, 80_000.0),
        (6.0, 1000.0, 140.44, 180_000.0),
    ] {
        let settings = LosSettings {
            range_m,
            azimuths: 16,
            ..LosSettings::default()
        };
        let floor = polar_floor(&terrain, &on_mast(mast_m), &settings);
        let horizon_km = horizon_m(&floor, target_m) / 1000.0;
        println!(
            "VALIDATION id=horizon of={mast_m}m-{target_m}m truth={truth_km} ours={horizon_km:.3} tolerance=1% unit=km"
        );
        assert!(
            (horizon_km / truth_km - 1.0).abs() < 0.01,
            "{mast_m} m / {target_m} m: {horizon_km} km"
        );
    }
}

/// models.md section 1, k = 4/3, with the mean radius of that table.
#[test]
fn val_drops_match_the_table() {
    let settings = LosSettings {
        earth_radius_m: cupola_units::EARTH_RADIUS_MEAN_M,
        ..LosSettings::default()
    };
    let profile = settings.profile();
    for (km, drop_m, tolerance_m) in [
        (10, 5.89, 0.005),
        (25, 36.79, 0.005),
        (50, 147.15, 0.01),
        (100, 588.6, 0.05),
        (200, 2354.4, 0.05),
    ] {
        let sample = &profile.samples[km * 4 - 1];
        assert!((sample.distance_m - km as f64 * 1000.0).abs() < 1e-6);
        println!(
            "VALIDATION id=earth-drop of={km}-km truth={drop_m} ours={:.4} tolerance={tolerance_m} unit=m",
            sample.drop_m
        );
        assert!((sample.drop_m - drop_m).abs() <= tolerance_m, "{km} km");
    }
}

/// Behind the horizon of a flat plain at height 0 the floor is (d − √(2kR·h))²/2kR; the sampled
/// horizon is the nearest sample to it, so the antenna is put where a sample falls on it exactly.
#[test]
fn val_flat_ground_matches_the_closed_form_within_1_mm_to_100_km() {
    let terrain = flat(0.0);
    let settings = LosSettings {
        range_m: 100_000.0,
        ..LosSettings::default()
    };
    let two_k_r = 2.0 * settings.k * EARTH_RADIUS_EQUATORIAL_M;
    let horizon_m = 20_000.0;
    let mast_m = horizon_m * horizon_m / two_k_r;
    let site = site(&terrain, &on_mast(mast_m), &settings);
    let (mut worst_m, mut count) = (0.0_f64, 0);
    site.march(0.7, |i, ground_m, line_m| {
        let floor_m = line_m.max(ground_m);
        let d = (i + 1) as f64 * 250.0;
        let past_m = (d - horizon_m).max(0.0);
        worst_m = worst_m.max((floor_m - past_m * past_m / two_k_r).abs());
        count += 1;
    });
    assert_eq!(count, 400);
    assert!(worst_m < 0.001, "{worst_m} m");
}

#[test]
fn a_ridge_hides_what_lies_behind_it() {
    let mut terrain = flat(100.0);
    // A wall 300 m high on the meridian of 20.5° E.
    for row in 0..terrain.rows {
        terrain.values[row * terrain.cols + 85] = 400.0;
    }
    let floor = polar_floor(&terrain, &on_mast(20.0), &LosSettings::default());
    let east = std::f64::consts::FRAC_PI_2;
    assert!((floor.antenna_asl_m() - 120.0).abs() < 1e-6);
    // The wall stands 35.8 km away: the line over it rises by 7.6 m/km, less curvature.
    assert!(floor.visible(20_000.0, east, 150.0));
    assert!(!floor.visible(80_000.0, east, 800.0));
    assert!(floor.visible(80_000.0, east, 1300.0));
    assert!(floor.visible(30_000.0, -east, 150.0));
    assert!(!floor.visible(260_000.0, east, 30_000.0), "out of range");
}

#[test]
fn nothing_is_seen_behind_the_edge_of_the_terrain() {
    let mut terrain = flat(0.0);
    terrain.values[30 * terrain.cols + 100] = f32::NAN; // 51° N 22° E
    let antenna = Antenna {
        altitude_m: Some(9000.0),
        ..on_mast(0.0)
    };
    let settings = LosSettings {
        range_m: 600_000.0,
        ..LosSettings::default()
    };
    let floor = polar_floor(&terrain, &antenna, &settings);
    let north_east = 0.89;
    assert!(floor.visible(100_000.0, north_east, 2000.0));
    assert!(!floor.visible(300_000.0, north_east, 30_000.0));
    assert!(floor.visible(300_000.0, 2.0, 9000.0));
    assert!(!floor.visible(500_000.0, 0.0, 30_000.0), "beyond 54° N");
    assert!((floor.antenna_asl_m() - 9000.0).abs() < 1e-9);
}

#[test]
fn a_site_off_the_terrain_sees_nothing() {
    let antenna = Antenna {
        at: LatLon::new(10.0, 20.0),
        ..on_mast(10.0)
    };
    let floor = polar_floor(&flat(0.0), &antenna, &LosSettings::default());
    assert!(floor.floor_asl_m(1000.0, 0.0).is_infinite());
    assert!(floor.floor_asl_m(f64::NAN, 0.0).is_infinite());
    assert!(floor.floor_asl_m(10.0, f64::NAN).is_infinite());
}

#[test]
fn the_higher_of_given_ground_and_terrain_counts() {
    let terrain = flat(200.0);
    for (given, asl_m) in [(None, 210.0), (Some(150.0), 210.0), (Some(230.0), 240.0)] {
        let antenna = Antenna {
            ground_m: given,
            ..on_mast(10.0)
        };
        let floor = polar_floor(&terrain, &antenna, &LosSettings::default());
        assert!((floor.antenna_asl_m() - asl_m).abs() < 1e-4);
    }
}

#[test]
fn azimuths_wrap_and_nodes_are_returned_exactly() {
    let terrain = hills(7);
    let settings = LosSettings {
        range_m: 50_000.0,
        ..LosSettings::default()
    };
    let floor = polar_floor(&terrain, &on_mast(10.0), &settings);
    let (step_m, rings, azimuths) = floor.shape();
    for ray in [0, 1, 700, azimuths - 1] {
        for ring in [0, 1, 57, rings - 1] {
            let azimuth = ray as f64 / azimuths as f64 * std::f64::consts::TAU;
            for turn in [-1.0, 0.0, 2.0] {
                let az = azimuth + turn * std::f64::consts::TAU;
                let got = floor.floor_asl_m(ring as f64 * step_m, az);
                assert!((got - floor.node_asl_m(ray, ring)).abs() < 1e-6);
            }
        }
    }
}

#[test]
fn stored_heights_are_rounded_up_to_half_metres() {
    let metres = |stored: u16| LOWEST_M + f64::from(stored) / PER_M;
    for height_m in [-499.99, -30.2, 0.0, 0.01, 0.5, 123.26, 8_848.9, 32_266.4] {
        let up_m = metres(stored_from_m(height_m)) - height_m;
        assert!((0.0..0.5).contains(&up_m), "{height_m} + {up_m}");
    }
    assert_eq!(stored_from_m(-9_000.0), 0);
    assert_eq!(stored_from_m(32_267.1), NEVER);
    assert_eq!(stored_from_m(f64::INFINITY), NEVER);
    assert_eq!(stored_from_m(f64::NAN), NEVER);
}

/// Smooth hills of several wavelengths, 0 to about 500 m.
fn hills(seed: u32) -> Grid {
    let mut grid = flat(0.0);
    (grid.north_deg, grid.west_deg) = (51.0, 18.5);
    (grid.step_lat_deg, grid.step_lon_deg) = (0.025, 0.0375);
    for (i, value) in grid.values.iter_mut().enumerate() {
        let (y, x) = ((i / grid.cols) as f64, (i % grid.cols) as f64);
        let p = f64::from(seed);
        let wave = math::sin(0.21 * x + p) * math::cos(0.17 * y - p)
            + 0.5 * math::sin(0.9 * x - 0.7 * y + 2.0 * p)
            + 0.3 * math::sin(1.9 * y + 1.3 * x * math::sin(p));
        *value = (250.0 + 130.0 * wave) as f32;
    }
    grid
}

#[test]
fn prop_same_bytes_on_1_2_and_7_threads() {
    let terrain = hills(3);
    let settings = LosSettings {
        range_m: 80_000.0,
        azimuths: 500,
        ..LosSettings::default()
    };
    let antennas: Vec<Antenna> = (0..5)
        .map(|i| Antenna {
            at: LatLon::new(49.8 + 0.1 * f64::from(i), 21.0 + 0.2 * f64::from(i)),
            ..on_mast(12.0)
        })
        .collect();
    let told = std::sync::Mutex::new(Vec::new());
    let once = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let tell = |n| told.lock().unwrap().push(n);
        floors(&terrain, &antennas, &settings, &pool.unwrap(), &tell)
    };
    let one = once(1);
    assert_eq!(one, once(2));
    assert_eq!(one, once(7));
    let mut told = told.into_inner().unwrap();
    told.sort_unstable();
    assert_eq!(told.len(), 15);
    assert_eq!(told.last(), Some(&5));
    assert_eq!(one[2], polar_floor(&terrain, &antennas[2], &settings));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn prop_raising_the_mast_never_raises_a_floor(
        seed in 0_u32..1000, mast_m in 1.0..60.0_f64, more_m in 0.1..200.0_f64,
    ) {
        let terrain = hills(seed);
        let settings = LosSettings { range_m: 60_000.0, azimuths: 36, ..LosSettings::default() };
        let low = polar_floor(&terrain, &on_mast(mast_m), &settings);
        let high = polar_floor(&terrain, &on_mast(mast_m + more_m), &settings);
        prop_assert!(high.stored.iter().zip(low.stored.iter()).all(|(h, l)| h <= l));
    }
}

/// Area-weighted share of the disk in which a target at each height above ground is visible,
/// with the samples of the march themselves.
fn shares_at_samples(site: &Site<'_>, targets_m: &[f64]) -> Vec<f64> {
    let (mut seen, mut all) = (vec![0.0; targets_m.len()], 0.0);
    for ray in 0..site.profile.azimuths {
        let azimuth = ray as f64 / site.profile.azimuths as f64 * std::f64::consts::TAU;
        site.march(azimuth, |i, ground_m, line_m| {
            let weight = (i + 1) as f64;
            all += weight;
            for (share, target_m) in seen.iter_mut().zip(targets_m) {
                if line_m - ground_m <= *target_m {
                    *share += weight;
                }
            }
        });
    }
    seen.iter().map(|s| s / all).collect()
}

/// The same by look-up in the finished field, off its nodes.
fn shares_by_lookup(terrain: &Grid, antenna: &Antenna, targets_m: &[f64]) -> Vec<f64> {
    let floor = polar_floor(terrain, antenna, &LosSettings::default());
    let settings = LosSettings {
        range_m: 100_000.0,
        step_m: 370.0,
        march_m: 370.0,
        azimuths: 1000,
        ..LosSettings::default()
    };
    let places = Site::new(terrain, antenna, &settings);
    let (mut seen, mut all) = (vec![0.0; targets_m.len()], 0.0);
    for ray in 0..1000 {
        let azimuth = f64::from(ray) / 1000.0 * std::f64::consts::TAU;
        places.march(azimuth, |i, ground_m, _| {
            let distance_m = (i + 1) as f64 * 370.0;
            all += distance_m;
            for (share, target_m) in seen.iter_mut().zip(targets_m) {
                if floor.visible(distance_m, azimuth, ground_m + target_m) {
                    *share += distance_m;
                }
            }
        });
    }
    seen.iter().map(|s| s / all).collect()
}

fn worst(reference: &Reference, shares: &[f64]) -> f64 {
    let pairs = reference.fraction.iter().zip(shares);
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Truth: `los_reference.json`, computed by another program in another language from the same
/// tiles. 0.003 with its own sampling leaves room for its spherical rays against our
/// ellipsoidal ones; 0.03 with ours for half metres rounded up and look-ups between nodes.
#[test]
fn val_los_reference_reproduced() {
    let Some(folder) = geo_folder() else {
        println!("skipped: CUPOLA_TEST_DATA is not set");
        return;
    };
    let (targets_m, references) = reference_sites(&folder);
    let terrain = dted_grid(&folder, 48..52, 20..26);
    let own = LosSettings {
        earth_radius_m: 6_371_000.0,
        range_m: 100_000.0,
        step_m: 250.0,
        march_m: 250.0,
        ..LosSettings::default()
    };
    assert_eq!(references.len(), 8);
    for reference in &references {
        let antenna = Antenna {
            at: LatLon::new(reference.lat, reference.lon),
            ..on_mast(reference.antenna_m)
        };
        let site = Site::new(&terrain, &antenna, &own);
        assert!(
            (site.ground_m - reference.ground_m).abs() < 0.06,
            "{reference:?}"
        );
        let same = worst(reference, &shares_at_samples(&site, &targets_m));
        let production = worst(reference, &shares_by_lookup(&terrain, &antenna, &targets_m));
        println!(
            "{} {}: {same:.5} {production:.4}",
            reference.name, reference.antenna_m
        );
        assert!(same <= 0.003, "own method: {same} at {reference:?}");
        assert!(
            production <= 0.03,
            "production: {production} at {reference:?}"
        );
    }
}

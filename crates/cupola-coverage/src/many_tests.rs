use super::*;
use crate::{Antenna, LosSettings, polar_floor};
use cupola_units::math;
use cupola_world::Grid;
use cupola_world::geodesy::LocalFrame;

/// Posts a degree: 12″, 370 m.
const POSTS: usize = 300;

fn grid(south: i32, west: i32, rows: usize, cols: usize, height: &dyn Fn(LatLon) -> f64) -> Grid {
    let mut grid = Grid {
        north_deg: f64::from(south) + rows as f64 / POSTS as f64,
        west_deg: f64::from(west),
        step_lat_deg: 1.0 / POSTS as f64,
        step_lon_deg: 1.0 / POSTS as f64,
        rows,
        cols,
        values: Vec::new(),
    };
    let values = (0..rows * cols).map(|i| height(grid.point(i / cols, i % cols)) as f32);
    grid.values = values.collect();
    grid
}

fn tiles(height: &(dyn Fn(LatLon) -> f64 + Sync)) -> TileSet {
    let load = |(south, west): Cell| -> Result<Option<Grid>, ()> {
        Ok(Some(grid(south, west, POSTS, POSTS, height)))
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .unwrap();
    let mut set = TileSet::default();
    let cells: Vec<Cell> = (48..=51)
        .flat_map(|s| (21..=26).map(move |w| (s, w)))
        .collect();
    set.hold(&cells, &load, &pool).unwrap();
    set
}

/// Hills of some hundred metres with ridges every few kilometres.
fn hills(at: LatLon) -> f64 {
    let wave = |per_deg: f64, turn: f64| {
        let (s, c) = (math::sin(turn), math::cos(turn));
        math::sin(per_deg * (at.lat_deg * s + 0.65 * at.lon_deg * c))
    };
    400.0 + 150.0 * wave(30.0, 0.4) + 60.0 * wave(95.0, 1.9) + 25.0 * wave(240.0, 2.7)
}

fn settings() -> ManySettings {
    ManySettings {
        range_m: 60_000.0,
        cell_m: 180.0,
        ..ManySettings::default()
    }
}

const SITE: Candidate = Candidate {
    at: LatLon {
        lat_deg: 49.93,
        lon_deg: 23.51,
    },
    mast_m: 20.0,
};

/// Truth: on flat ground, beyond the horizon, (D − √(2R′h))² / 2R′ with R′ = 4/3 R. Kept floors are
/// rounded up to whole metres: never below the truth, and less than one above; 1 cm for single
/// precision.
#[test]
fn val_many_sites_on_flat_ground_match_the_closed_form() {
    let set = tiles(&|_| 100.0);
    let settings = ManySettings {
        range_m: 100_000.0,
        ..settings()
    };
    let found = site_floors(&set, &SITE, &settings, &mut Scratch::default())
        .cloned()
        .unwrap();
    let (side, half) = (2 * found.half + 1, found.half as f64);
    let effective_m = settings.k * settings.earth_radius_m;
    let horizon_m = (2.0 * effective_m * SITE.mast_m).sqrt();
    let (mut worst, mut truth_at, mut ours_at) = (0.0_f64, 0.0, 0.0);
    for (i, &kept) in found.floors_m.iter().enumerate() {
        let east = (i % side) as f64 - half;
        let north = half - (i / side) as f64;
        let distance_m = (east * east + north * north).sqrt() * found.cell_m;
        if distance_m > settings.range_m {
            assert_eq!(kept, NEVER_M);
            continue;
        }
        let beyond_m = (distance_m - horizon_m).max(0.0);
        let truth = beyond_m * beyond_m / (2.0 * effective_m);
        // The half metre that rounding up adds on average is no error.
        let off = (f64::from(kept) - 0.5 - truth).abs();
        if off > worst && kept > 0 {
            (worst, truth_at, ours_at) = (off, truth, f64::from(kept) - 0.5);
        }
    }
    println!(
        "VALIDATION id=many-sites of=flat truth={truth_at:.3} ours={ours_at:.3} tolerance=0.51 unit=m"
    );
    assert!(worst <= 0.51, "{worst}");
}

/// Two ways to the same floors: rays and rings, and the sweep over resampled cells.
#[test]
fn verdicts_agree_with_floors_on_rays() {
    let set = tiles(&hills);
    let settings = settings();
    let found = site_floors(&set, &SITE, &settings, &mut Scratch::default())
        .cloned()
        .unwrap();
    let whole = grid(49, 22, 2 * POSTS + 1, 4 * POSTS + 1, &hills);
    let antenna = Antenna {
        at: SITE.at,
        mast_m: SITE.mast_m,
        ground_m: None,
        altitude_m: None,
    };
    let rays = LosSettings {
        range_m: settings.range_m,
        step_m: 180.0,
        march_m: 90.0,
        azimuths: 2880,
        ..LosSettings::default()
    };
    let polar = polar_floor(&whole, &antenna, &rays);
    let (side, half) = (2 * found.half + 1, found.half as f64);
    let frame = LocalFrame::new(SITE.at);
    let (mut cells, mut wrong) = (0, 0);
    for i in (0..side * side).step_by(3) {
        let east = (i % side) as f64 - half;
        let north = half - (i / side) as f64;
        let distance_m = (east * east + north * north).sqrt() * found.cell_m;
        if distance_m > settings.range_m - 1000.0 || distance_m < 500.0 {
            continue;
        }
        let azimuth = math::atan2(east, north);
        let point = frame.point_from_polar(distance_m, azimuth);
        let above_m = polar.floor_asl_m(distance_m, azimuth) - hills(point);
        for height_m in [100_u16, 500] {
            cells += 1;
            wrong +=
                usize::from((above_m <= f64::from(height_m)) != (found.floors_m[i] <= height_m));
        }
    }
    assert!(cells > 100_000 && wrong * 100 < cells, "{wrong} of {cells}");
}

#[test]
fn nodes_have_the_floor_of_the_nearest_cell() {
    let set = tiles(&hills);
    let settings = settings();
    let found = site_floors(&set, &SITE, &settings, &mut Scratch::default())
        .cloned()
        .unwrap();
    let lattice = Lattice { step_arcsec: 30 };
    let nodes = lattice.floors(&found, settings.range_m);
    let raster = lattice.raster(&nodes.window);
    assert_eq!(nodes.floors_m.len(), raster.rows * raster.cols);
    let step = 1.0 / 120.0;
    assert!(((raster.north_deg / step).round() * step - raster.north_deg).abs() < 1e-9);
    // The node nearest to the site is seen at any height that clears its own slope.
    let row = ((raster.north_deg - SITE.at.lat_deg) / step).round() as usize;
    let col = ((SITE.at.lon_deg - raster.west_deg) / step).round() as usize;
    assert!(nodes.floors_m[row * raster.cols + col] < 60);
    assert_eq!(nodes.floors_m[0], NEVER_M);
    let bits = nodes.bits(200);
    let seen = nodes
        .floors_m
        .iter()
        .filter(|&&floor_m| floor_m <= 200)
        .count();
    assert_eq!(
        bits.iter()
            .map(|byte| byte.count_ones() as usize)
            .sum::<usize>(),
        seen
    );
    let share = nodes.seen_km2(&lattice, 200) / (std::f64::consts::PI * 60.0 * 60.0);
    assert!((0.05..0.95).contains(&share), "{share}");
}

#[test]
fn a_lattice_goes_on_across_the_antimeridian() {
    let lattice = Lattice { step_arcsec: 30 };
    for lon_deg in [179.95, -179.95] {
        let window = lattice.window(LatLon::new(10.0, lon_deg), 50_000.0);
        let raster = lattice.raster(&window);
        let turns = ((lon_deg - raster.west_deg) / 360.0).floor();
        let lon_deg = lon_deg - 360.0 * turns;
        let inside = raster.west_deg..raster.lon_deg(raster.cols - 1);
        assert!(inside.contains(&lon_deg) && raster.cols < 120, "{raster:?}");
    }
}

#[test]
fn kept_floors_are_whole_metres_rounded_up() {
    let cases = [
        (0.0, 0),
        (0.001, 1),
        (100.0, 100),
        (100.004, 101),
        (65_534.5, 65_535),
        (1e9, NEVER_M),
        (f32::NAN, NEVER_M),
    ];
    for path in SimdPath::available() {
        // Once as a whole block and once as what is left over.
        for repeats in [LANES, 3] {
            for (floor_m, kept) in cases {
                let (from, mut to) = (vec![floor_m; repeats], vec![7; repeats]);
                path.run(Rounding {
                    from: &from,
                    to: &mut to,
                });
                assert_eq!(to, vec![kept; repeats], "{path:?}: {floor_m}");
            }
        }
    }
}

#[test]
fn a_site_off_the_ground_and_settings_without_sense_are_errors() {
    let set = tiles(&|_| 100.0);
    let off = Candidate {
        at: LatLon::new(10.0, 10.0),
        mast_m: 20.0,
    };
    let floors = |site: &Candidate, settings: &ManySettings| {
        site_floors(&set, site, settings, &mut Scratch::default()).map(|_| ())
    };
    let error = floors(&off, &settings()).unwrap_err();
    assert!(
        matches!(error, CoverageError::SiteOffGround { .. }),
        "{error}"
    );
    for (range_m, cell_m) in [
        (60_000.0, 0.0),
        (f64::NAN, 90.0),
        (900_000.0, 1.0),
        (10.0, 90.0),
    ] {
        let settings = ManySettings {
            range_m,
            cell_m,
            ..ManySettings::default()
        };
        assert!(floors(&SITE, &settings).is_err(), "{range_m} {cell_m}");
    }
}

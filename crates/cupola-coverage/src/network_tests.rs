use cupola_units::math;
use cupola_world::{Bounds, geodesy};
use proptest::prelude::*;

use super::*;
use crate::{Antenna, LosSettings, polar_floor};

const HERE: LatLon = LatLon::new(50.0, 22.0);

fn flat(height_m: f32) -> Grid {
    let bounds = Bounds {
        south_deg: 47.0,
        north_deg: 53.0,
        west_deg: 17.0,
        east_deg: 27.0,
    };
    let raster = Raster::over(&bounds, 0.1);
    raster.grid(vec![height_m; raster.rows * raster.cols])
}

fn raster() -> Raster {
    let bounds = Bounds {
        south_deg: 49.0,
        north_deg: 51.0,
        west_deg: 20.5,
        east_deg: 23.5,
    };
    Raster::over(&bounds, 1.0 / 60.0)
}

fn pool(threads: usize) -> rayon::ThreadPool {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a small pool can be made")
}

fn seen_from(terrain: &Grid, at: LatLon, mast_m: f64) -> PolarFloor {
    let antenna = Antenna {
        at,
        mast_m,
        ground_m: None,
        altitude_m: None,
    };
    let settings = LosSettings {
        range_m: 120_000.0,
        azimuths: 360,
        ..LosSettings::default()
    };
    polar_floor(terrain, &antenna, &settings)
}

fn sees(floor: &PolarFloor, range_m: f64) -> Sensor<'_> {
    Sensor {
        floor,
        range_m,
        sector: None,
        beam: None,
    }
}

fn air(
    range_min_m: f64,
    range_max_m: f64,
    altitude_min_agl_m: f64,
    ceiling_asl_m: f64,
) -> Envelope {
    Envelope::Air {
        range_min_m,
        range_max_m,
        altitude_min_agl_m,
        ceiling_asl_m,
    }
}

fn fires(at: LatLon, envelope: Envelope) -> Weapon {
    Weapon {
        at,
        launcher_asl_m: 100.0,
        envelope,
    }
}

fn one(sensors: Vec<Sensor<'_>>, weapon: Option<Weapon>) -> Network<'_> {
    let unit = Unit {
        sensors: (0..sensors.len()).collect(),
        weapon,
    };
    Network {
        sensors,
        units: vec![unit],
    }
}

/// Value of a field at the node nearest to a distance and azimuth from `HERE`, with the true
/// distance of that node.
fn probe(field: &Grid, distance_m: f64, azimuth_rad: f64) -> (f64, f64) {
    let at = geodesy::direct(HERE, azimuth_rad, distance_m);
    let row = ((field.north_deg - at.lat_deg) / field.step_lat_deg).round() as usize;
    let col = ((at.lon_deg - field.west_deg) / field.step_lon_deg).round() as usize;
    let node = geodesy::inverse(HERE, field.point(row, col)).distance_m;
    (f64::from(field.values[row * field.cols + col]), node)
}

#[test]
fn val_sight_over_flat_ground_is_the_smooth_earth_horizon() {
    let terrain = flat(100.0);
    let floor = seen_from(&terrain, HERE, 20.0);
    let network = one(vec![sees(&floor, 110_000.0)], None);
    let fields = network.floors(&terrain, &raster(), &[1, 2], &pool(2));
    let two_k_r = 2.0 * (4.0 / 3.0) * cupola_units::EARTH_RADIUS_EQUATORIAL_M;
    let horizon_m = (two_k_r * 20.0).sqrt();
    for azimuth in [0.0, 0.9, 2.2, 3.3, 5.1] {
        for distance_m in [5_000.0, 30_000.0, 60_000.0, 95_000.0] {
            let (got, node_m) = probe(&fields[0], distance_m, azimuth);
            let past_m = (node_m - horizon_m).max(0.0);
            let truth = past_m * past_m / two_k_r;
            // Half a metre of storage, and the sea's curve between 100 m of ground and the antenna.
            assert!(
                (got - truth).abs() < 1.5,
                "{azimuth} {node_m}: {got} {truth}"
            );
        }
    }
    let corner = fields[0].values[0];
    assert!(corner.is_nan(), "the corner is 150 km away: {corner}");
    assert!(
        fields[1].values.iter().all(|v| v.is_nan()),
        "one unit has no depth 2"
    );
}

#[test]
fn the_envelope_cuts_range_height_and_dead_zone() {
    let terrain = flat(100.0);
    let floor = seen_from(&terrain, HERE, 20.0);
    let envelope = air(3_000.0, 25_000.0, 50.0, 8_000.0);
    let network = one(vec![sees(&floor, 100_000.0)], Some(fires(HERE, envelope)));
    let field = &network.floors(&terrain, &raster(), &[1], &pool(2))[0];
    assert!(
        (probe(field, 10_000.0, 1.0).0 - 50.0).abs() < 0.01,
        "least altitude"
    );
    assert!(probe(field, 27_000.0, 1.0).0.is_nan(), "out of range");
    let (over, node_m) = probe(field, 500.0, 0.0);
    let dead_m = (9e6 - node_m * node_m).sqrt();
    assert!(
        (over - dead_m).abs() < 0.5,
        "over the launcher: {over} {dead_m}"
    );
    let low = one(
        vec![sees(&floor, 100_000.0)],
        Some(fires(HERE, air(0.0, 90_000.0, 0.0, 300.0))),
    );
    let field = &low.floors(&terrain, &raster(), &[1], &pool(2))[0];
    assert!(
        probe(field, 80_000.0, 2.0).0.is_nan(),
        "the floor there is above the ceiling"
    );
    assert!(probe(field, 50_000.0, 2.0).0 < 200.0);
}

#[test]
fn a_ballistic_footprint_has_its_own_reach_and_height() {
    let terrain = flat(100.0);
    let floor = seen_from(&terrain, HERE, 20.0);
    let envelope = Envelope::Ballistic {
        reach_m: 20_000.0,
        altitude_min_asl_m: 5_000.0,
        altitude_max_asl_m: 20_000.0,
    };
    let network = one(vec![sees(&floor, 100_000.0)], Some(fires(HERE, envelope)));
    let field = &network.floors(&terrain, &raster(), &[1], &pool(2))[0];
    assert!((probe(field, 15_000.0, 4.0).0 - 4_900.0).abs() < 0.01);
    assert!(probe(field, 22_500.0, 4.0).0.is_nan());
    // A sensor that sees the class only to 3 km cannot serve it.
    let blind = one(vec![sees(&floor, 3_000.0)], Some(fires(HERE, envelope)));
    let field = &blind.floors(&terrain, &raster(), &[1], &pool(1))[0];
    assert!(field.values.iter().all(|v| v.is_nan()));
}

#[test]
fn a_linked_sensor_lowers_the_floor_and_a_sector_narrows_it() {
    let terrain = flat(100.0);
    let own = seen_from(&terrain, HERE, 5.0);
    let east = geodesy::direct(HERE, 1.57, 40_000.0);
    let other = seen_from(&terrain, east, 30.0);
    let weapon = Some(fires(HERE, air(0.0, 60_000.0, 0.0, 20_000.0)));
    let alone = one(vec![sees(&own, 100_000.0)], weapon);
    let linked = one(vec![sees(&own, 100_000.0), sees(&other, 100_000.0)], weapon);
    let [alone, linked] = [alone, linked].map(|n| n.floors(&terrain, &raster(), &[1], &pool(2)));
    assert!(probe(&alone[0], 50_000.0, 1.57).0 > 80.0);
    assert!(probe(&linked[0], 50_000.0, 1.57).0 < 2.0);
    let watching_west = Sensor {
        sector: Some(Sector {
            facing_rad: -1.57,
            width_rad: 2.0,
        }),
        ..sees(&own, 100_000.0)
    };
    let west = &one(vec![watching_west], weapon).floors(&terrain, &raster(), &[1], &pool(2))[0];
    assert!(probe(west, 30_000.0, 1.57).0.is_nan());
    assert!(probe(west, 30_000.0, 4.5).0 < 30.0);
    assert!(probe(west, 30_000.0, 3.3).0.is_nan());
}

#[test]
fn val_a_beam_sees_between_its_elevations() {
    let terrain = flat(100.0);
    let floor = seen_from(&terrain, HERE, 20.0);
    let degrees = cupola_units::math::radians_from_degrees;
    // From a table of tangents.
    let tan_2deg = 0.034_920_769;
    let watching = |lowest_deg: f64, highest_deg: f64| {
        let beam = Some(Beam {
            lowest_rad: degrees(lowest_deg),
            highest_rad: degrees(highest_deg),
        });
        let sensor = Sensor {
            beam,
            ..sees(&floor, 100_000.0)
        };
        one(vec![sensor], None).floors(&terrain, &raster(), &[1], &pool(2))
    };
    // 2° up: 20 m of mast, d·tan 2°, and the drop d²/2kR of a 4/3 Earth.
    let low = watching(2.0, 90.0);
    for distance_m in [20_000.0, 50_000.0, 80_000.0] {
        let (found, at_m) = probe(&low[0], distance_m, 1.57);
        let wanted = 20.0 + at_m * tan_2deg + at_m * at_m / (2.0 * 8_504_183.0);
        println!(
            "VALIDATION id=elevation-limits of=2deg-{distance_m}m truth={wanted:.1} ours={found:.1} tolerance=2 unit=m"
        );
        assert!(
            (found - wanted).abs() < 2.0,
            "{distance_m}: {found} {wanted}"
        );
    }
    // From below the horizontal to straight up, the line of sight alone decides.
    let free = watching(-90.0, 90.0);
    let plain = one(vec![sees(&floor, 100_000.0)], None);
    let plain = plain.floors(&terrain, &raster(), &[1], &pool(2));
    assert!(
        free[0]
            .values
            .iter()
            .zip(&plain[0].values)
            .all(|(a, b)| a.to_bits() == b.to_bits())
    );
    // A beam that ends at 0.1° does not reach what is seen from 1° on.
    let silent = one(
        vec![Sensor {
            beam: Some(Beam {
                lowest_rad: degrees(1.0),
                highest_rad: degrees(0.1),
            }),
            ..sees(&floor, 100_000.0)
        }],
        None,
    );
    let silent = silent.floors(&terrain, &raster(), &[1], &pool(2));
    assert!(probe(&silent[0], 20_000.0, 1.57).0.is_nan());
}

#[test]
fn val_a_unit_is_blind_in_its_cone_of_silence() {
    // A missile that reaches only from 5 km up, and a radar whose beam ends at 30°: over a point
    // 5 km away the beam ends at 20 + 5,000·tan 30° = 2,907 m, over 20 km at 11,567 m.
    let terrain = flat(100.0);
    let floor = seen_from(&terrain, HERE, 20.0);
    let sensor = Sensor {
        beam: Some(Beam {
            lowest_rad: -1.0,
            highest_rad: std::f64::consts::FRAC_PI_6,
        }),
        ..sees(&floor, 100_000.0)
    };
    let weapon = Some(fires(HERE, air(0.0, 60_000.0, 5_000.0, 20_000.0)));
    let field = &one(vec![sensor], weapon).floors(&terrain, &raster(), &[1], &pool(2))[0];
    assert!(probe(field, 5_000.0, 1.57).0.is_nan());
    assert!((probe(field, 20_000.0, 1.57).0 - 5_000.0).abs() < 1.0);
}

#[test]
fn depth_counts_units_that_can_act_at_the_same_height() {
    let span = |unit, low_m, high_m| Act {
        unit,
        span: Span { low_m, high_m },
    };
    let acts = [
        span(0, 0.0, 500.0),
        span(1, 800.0, 2000.0),
        span(2, 900.0, 1000.0),
    ];
    assert!((lowest_at_depth(&acts, 1) - 0.0).abs() < 1e-12);
    assert!(
        (lowest_at_depth(&acts, 2) - 900.0).abs() < 1e-12,
        "not 800: unit 0 ends at 500"
    );
    assert!(lowest_at_depth(&acts, 3).is_infinite());
}

#[test]
fn intervals_of_one_unit_are_merged() {
    let span = |low_m, high_m| Span { low_m, high_m };
    let mut acts = Vec::new();
    let seen = [
        span(50.0, 70.0),
        span(0.0, 10.0),
        span(5.0, 20.0),
        Span::EMPTY,
        span(60.0, 90.0),
    ];
    push_acts(&mut acts, 3, span(1.0, 80.0), seen.into_iter());
    let got: Vec<Span> = acts.iter().map(|a| a.span).collect();
    assert_eq!(got, [span(1.0, 20.0), span(50.0, 80.0)]);
    assert_eq!(acts[1].unit, 3);
}

/// A rough terrain and eight units of two kinds, all linked in pairs.
fn rough() -> Grid {
    let mut grid = flat(0.0);
    for (i, value) in grid.values.iter_mut().enumerate() {
        let (y, x) = ((i / grid.cols) as f64, (i % grid.cols) as f64);
        *value = (200.0 + 150.0 * math::sin(1.3 * x + math::sin(0.9 * y))) as f32;
    }
    grid
}

fn eight(floors: &[PolarFloor]) -> Network<'_> {
    let units = floors.iter().enumerate().map(|(i, floor)| Unit {
        sensors: vec![i, (i + 1) % floors.len()],
        weapon: Some(fires(
            floor.at(),
            air(1_000.0, 30_000.0 + 4_000.0 * i as f64, 20.0, 9_000.0),
        )),
    });
    Network {
        sensors: floors.iter().map(|floor| sees(floor, 90_000.0)).collect(),
        units: units.collect(),
    }
}

fn eight_floors(terrain: &Grid) -> Vec<PolarFloor> {
    let site = |i: u32| {
        let at = LatLon::new(49.5 + 0.12 * f64::from(i), 21.4 + 0.3 * f64::from(i % 4));
        seen_from(terrain, at, 10.0 + f64::from(i))
    };
    (0..8).map(site).collect()
}

#[test]
fn prop_same_fields_on_1_2_and_7_threads() {
    let terrain = rough();
    let floors = eight_floors(&terrain);
    let network = eight(&floors);
    let bits = |fields: &[Grid]| -> Vec<u32> {
        fields
            .iter()
            .flat_map(|f| f.values.iter().map(|v| v.to_bits()))
            .collect()
    };
    let on = |threads| bits(&network.floors(&terrain, &raster(), &[1, 2, 3], &pool(threads)));
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(7));
}

/// Truth: the definition, height by height, at sampled cells.
#[test]
fn val_depth_field_equals_a_search_by_height() {
    let terrain = rough();
    let floors = eight_floors(&terrain);
    let network = eight(&floors);
    let raster = raster();
    let fields = network.floors(&terrain, &raster, &[1, 2, 3], &pool(2));
    let acts_at = |unit: &Unit, at: LatLon, ground_m: f64, height_m: f64| {
        let weapon = unit.weapon.expect("all eight are armed");
        let frame = LocalFrame::new(weapon.at);
        let reach = weapon
            .envelope
            .span(frame.polar_from_point(at).0, 100.0, ground_m);
        reach.holds(height_m)
            && unit.sensors.iter().any(|&s| {
                let sensor = &network.sensors[s];
                let (d, az) = LocalFrame::new(sensor.floor.at()).polar_from_point(at);
                let up_m = height_m - sensor.floor.antenna_asl_m();
                sensor.floor.visible(d, az, height_m) && d * d + up_m * up_m <= 90_000.0 * 90_000.0
            })
    };
    let mut deep = 0;
    for i in (0..raster.rows * raster.cols).step_by(97) {
        let (row, col) = (i / raster.cols, i % raster.cols);
        let at = raster.point(row, col);
        let ground_m = terrain.bilinear(at).expect("inside");
        for (field, depth) in fields.iter().zip(1..) {
            let enough = |agl_m: f64| {
                let acting = |unit: &&Unit| acts_at(unit, at, ground_m, ground_m + agl_m);
                network.units.iter().filter(acting).count() >= depth
            };
            let found = f64::from(field.values[i]);
            if found.is_nan() {
                assert!(
                    (0..90).all(|h| !enough(f64::from(h) * 100.0)),
                    "{at} {depth}"
                );
            } else {
                deep += usize::from(depth == 3);
                assert!(enough(found + 0.01), "{at} {depth} {found}");
                assert!(
                    (0..60).all(|h| !enough(found - 0.01 - f64::from(h) * 50.0) || found < 0.01)
                );
            }
        }
    }
    assert!(deep > 20, "the case must have depth: {deep}");
}

#[test]
fn servers_name_the_lowest_unit_and_the_field_without_it() {
    let terrain = rough();
    let floors = eight_floors(&terrain);
    let network = eight(&floors);
    let servers = network.servers(&terrain, &raster(), &pool(2));
    let all = &network.floors(&terrain, &raster(), &[1], &pool(2))[0];
    let bits = |grid: &Grid| -> Vec<u32> { grid.values.iter().map(|v| v.to_bits()).collect() };
    assert_eq!(bits(&servers.first), bits(all));
    for unit in 0..8 {
        let mut without = network.clone();
        without.units[unit].sensors.clear();
        let left = &without.floors(&terrain, &raster(), &[1], &pool(2))[0];
        for i in 0..left.values.len() {
            let source = if usize::from(servers.best[i]) == unit {
                &servers.second
            } else {
                all
            };
            assert_eq!(
                source.values[i].to_bits(),
                left.values[i].to_bits(),
                "{unit} {i}"
            );
        }
    }
}

#[test]
fn fields_are_floors_and_servers_of_the_units_that_may_act() {
    let terrain = rough();
    let floors = eight_floors(&terrain);
    let network = eight(&floors);
    let bits = |grid: &Grid| -> Vec<u32> { grid.values.iter().map(|v| v.to_bits()).collect() };
    let all = network.fields(&terrain, &raster(), &[1, 2], &|_, _| true, &pool(2));
    let wanted = network.floors(&terrain, &raster(), &[1, 2], &pool(2));
    let servers = network.servers(&terrain, &raster(), &pool(2));
    assert!(all.depths.iter().map(bits).eq(wanted.iter().map(bits)));
    assert_eq!(all.servers.best, servers.best);
    assert_eq!(bits(&all.servers.second), bits(&servers.second));
    // Without its permission a unit is as if it were not there, cell by cell.
    let may_act = |unit: usize, cell: usize| unit != 3 || cell.is_multiple_of(2);
    let some = network.fields(&terrain, &raster(), &[1], &may_act, &pool(2));
    let mut without = network.clone();
    without.units[3].sensors.clear();
    let left = &without.floors(&terrain, &raster(), &[1], &pool(2))[0];
    for (i, found) in some.depths[0].values.iter().enumerate() {
        let wanted = if i.is_multiple_of(2) {
            &wanted[0]
        } else {
            left
        };
        assert_eq!(found.to_bits(), wanted.values[i].to_bits(), "{i}");
    }
}

#[test]
#[should_panic(expected = "a unit names one of 0 sensors")]
fn a_unit_that_names_a_missing_sensor_is_an_error() {
    let network = Network {
        sensors: Vec::new(),
        units: vec![Unit {
            sensors: vec![0],
            weapon: None,
        }],
    };
    network.floors(&flat(0.0), &raster(), &[1], &pool(1));
}

proptest! {
    #[test]
    fn prop_a_sector_holds_what_lies_within_half_its_width(
        facing in -10.0..10.0_f64, width in 0.1..6.2_f64, off in -3.1..3.1_f64, turns in -2..3_i32,
    ) {
        prop_assume!((off.abs() - 0.5 * width).abs() > 1e-6);
        let sector = Sector { facing_rad: facing, width_rad: width };
        let azimuth = facing + off + f64::from(turns) * std::f64::consts::TAU;
        prop_assert_eq!(sector.holds(azimuth), off.abs() <= 0.5 * width);
    }
}

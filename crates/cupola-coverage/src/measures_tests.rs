use super::*;

const NONE: f32 = f32::NAN;

fn field(rows: usize, cols: usize, values: &[f32]) -> Grid {
    Grid {
        north_deg: 50.0,
        west_deg: 20.0,
        step_lat_deg: 0.01,
        step_lon_deg: 0.01,
        rows,
        cols,
        values: values.to_vec(),
    }
}

fn near(got: &[f64], truth: &[f64]) {
    assert_eq!(got.len(), truth.len());
    assert!(
        got.iter().zip(truth).all(|(g, t)| (g - t).abs() < 1e-9),
        "{got:?} {truth:?}"
    );
}

#[test]
fn shares_weigh_people_and_respect_the_mask() {
    let floors = field(2, 2, &[50.0, 500.0, NONE, 100.0]);
    let people = field(2, 2, &[10.0, 20.0, 30.0, NONE]);
    let heights = [10.0, 100.0, 1000.0, 30_000.0];
    let all = Weights::by_value(&people, None);
    near(&[all.total()], &[60.0]);
    near(
        &shares(&floors, &all, &heights),
        &[0.0, 1.0 / 6.0, 0.5, 0.5],
    );
    let mask = [false, true, true, true];
    let part = Weights::by_value(&people, Some(&mask));
    near(&shares(&floors, &part, &heights), &[0.0, 0.0, 0.4, 0.4]);
    let nobody = Weights::by_value(&people, Some(&[false; 4]));
    near(&shares(&floors, &nobody, &heights), &[0.0; 4]);
}

/// Truth: the area of a spherical zone of the authalic kind; a degree cell at 50° N on WGS 84 is
/// 7,961 km² (length of a degree of latitude 111.229 km times 71.58 km, means over 49.5–50.5° N).
#[test]
fn val_area_of_a_degree_cell_at_50_north() {
    let raster = Raster {
        north_deg: 50.0,
        west_deg: 20.0,
        step_lat_deg: 1.0,
        step_lon_deg: 1.0,
        rows: 1,
        cols: 1,
    };
    let area = Weights::by_area(&raster, None).total();
    assert!((area / (111.229 * 71.58) - 1.0).abs() < 0.002, "{area}");
}

#[test]
fn a_raster_over_a_box_has_its_nodes_on_the_edges() {
    let bounds = Bounds {
        south_deg: 47.0,
        north_deg: 53.0,
        west_deg: 17.0,
        east_deg: 30.0,
    };
    let raster = Raster::over(&bounds, 1.0 / 120.0);
    assert_eq!((raster.rows, raster.cols), (721, 1561));
    assert!((raster.lat_deg(720) - 47.0).abs() < 1e-9);
    assert!((raster.lon_deg(1560) - 30.0).abs() < 1e-9);
}

#[test]
fn the_median_takes_none_for_higher_than_any_height() {
    let a = field(1, 4, &[1.0, NONE, NONE, 5.0]);
    let b = field(1, 4, &[3.0, 2.0, NONE, 4.0]);
    let c = field(1, 4, &[2.0, 8.0, 1.0, 6.0]);
    let three = median(&[&a, &b, &c]);
    let bits = |grid: &Grid| -> Vec<u32> { grid.values.iter().map(|v| v.to_bits()).collect() };
    assert_eq!(bits(&three), bits(&field(1, 4, &[2.0, 8.0, NONE, 5.0])));
    assert_eq!(
        bits(&median(&[&a, &b])),
        bits(&field(1, 4, &[3.0, NONE, NONE, 5.0]))
    );
}

#[test]
fn a_unit_is_worth_what_is_lost_without_it() {
    let servers = Servers {
        first: field(1, 4, &[10.0, 20.0, 30.0, NONE]),
        second: field(1, 4, &[15.0, 600.0, NONE, NONE]),
        best: vec![0, 0, 1, u16::MAX],
    };
    let weights = Weights::by_value(&field(1, 4, &[1.0, 1.0, 1.0, 1.0]), None);
    let lost = leave_one_out(&servers, 3, &weights, &[12.0, 100.0, 1000.0]);
    near(&lost[0], &[0.25, 0.25, 0.0]);
    near(&lost[1], &[0.0, 0.25, 0.25]);
    near(&lost[2], &[0.0, 0.0, 0.0]);
}

#[test]
fn gaps_are_connected_by_sides_and_ranked_by_weight() {
    #[rustfmt::skip]
    let floors = field(4, 5, &[
        900.0,  10.0,  10.0, 700.0, 700.0,
         10.0, 900.0,  10.0,  10.0,  NONE,
         10.0,  10.0,  10.0,  10.0,  10.0,
         NONE,  NONE,  10.0,  10.0,  10.0,
    ]);
    let people = field(
        4,
        5,
        &[
            1.0, 1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 3.0,
            1.0, 1.0, 1.0,
        ],
    );
    let found = gaps(&floors, &Weights::by_value(&people, None), 500.0, 3);
    let weights: Vec<f64> = found.iter().map(|gap| gap.weight).collect();
    near(&weights, &[8.0, 3.0, 1.0]);
    let worst = found[0];
    near(&[worst.floor_m.0], &[700.0]);
    assert!(worst.floor_m.1.is_infinite());
    near(
        &[
            worst.bounds.west_deg,
            worst.bounds.east_deg,
            worst.bounds.south_deg,
        ],
        &[20.03, 20.04, 49.99],
    );
    near(
        &[worst.centre.lat_deg, worst.centre.lon_deg],
        &[49.995, 20.0375],
    );
    assert!(
        (worst.area_km2 - 3.0 * 0.797).abs() < 0.01,
        "{}",
        worst.area_km2
    );
    near(&[found[1].centre.lon_deg], &[20.01]);
    let mut mask = [true; 20];
    mask[4] = false;
    let cut = gaps(&floors, &Weights::by_value(&people, Some(&mask)), 500.0, 10);
    assert_eq!(cut.len(), 5);
    near(&[cut[0].weight], &[4.0]);
}

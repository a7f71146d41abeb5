//! The sweep beside stored floors of another program, `bench/sweep/oracle.py`, and closed forms;
//! cases of `validation/`.

use super::tests::truth::{HILLS, PLAINS, crop, fractal};
use super::*;

const SIDE: usize = 1001;
const MAST_M: f64 = 20.0;

/// Ground, sensor, and every how manieth cell has a stored floor.
struct Case {
    name: &'static str,
    sensor: (usize, usize),
    every: usize,
    /// Floors above ground, millimetres, one to a line.
    stored: &'static str,
}

const CASES: [Case; 5] = [
    Case {
        name: "hills",
        sensor: (500, 500),
        every: 97,
        stored: include_str!("../../../validation/oracle/hills.txt"),
    },
    Case {
        name: "plains",
        sensor: (500, 500),
        every: 499,
        stored: include_str!("../../../validation/oracle/plains.txt"),
    },
    Case {
        name: "corner",
        sensor: (0, 0),
        every: 499,
        stored: include_str!("../../../validation/oracle/corner.txt"),
    },
    Case {
        name: "pit",
        sensor: (700, 400),
        every: 499,
        stored: include_str!("../../../validation/oracle/pit.txt"),
    },
    Case {
        name: "cliff",
        sensor: (500, 620),
        every: 499,
        stored: include_str!("../../../validation/oracle/cliff.txt"),
    },
];

/// The ground of a case: hills or plains; in a pit of 7 cells and 150 m; on a cliff of 600 m.
fn heights_of(case: &Case) -> Vec<f32> {
    let kind = if case.name == "plains" { PLAINS } else { HILLS };
    let mut heights = crop(&fractal(&kind, 1024), 1024, SIDE, SIDE);
    let (row, col) = case.sensor;
    match case.name {
        "pit" => {
            for line in heights.chunks_mut(SIDE).skip(row - 3).take(7) {
                line[col - 3..=col + 3]
                    .iter_mut()
                    .for_each(|height| *height -= 150.0);
            }
        }
        "cliff" => {
            for line in heights.chunks_mut(SIDE) {
                line[col..].iter_mut().for_each(|height| *height += 600.0);
            }
        }
        _ => {}
    }
    heights
}

fn floors_of(
    heights_m: &[f32],
    (rows, cols): (usize, usize),
    sensor: (usize, usize),
    mast_m: f64,
) -> Vec<f32> {
    let dem = Dem {
        heights_m,
        rows,
        cols,
        cell_m: 100.0,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
    let pool = pool.expect("a small pool can be made");
    floor_field(&dem, &SweepSettings::radar(sensor, mast_m), &pool).expect("fine settings")
}

/// Writes the ground of a case for `bench/sweep/oracle.py` and prints the call.
#[expect(clippy::disallowed_methods, reason = "files for the other program")]
fn write_ground(case: &Case, heights_m: &[f32], folder: &std::path::Path) {
    let bytes: Vec<u8> = heights_m.iter().flat_map(|h| h.to_le_bytes()).collect();
    let file = folder.join(format!("{}.f32", case.name));
    std::fs::write(&file, bytes).expect("the folder can be written to");
    let ((row, col), every) = (case.sensor, case.every);
    println!(
        "oracle.py {} {SIDE} {row} {col} {MAST_M} {every}",
        file.display()
    );
}

/// Prints the errors at the stored cells: p95, p99, and the greatest, metres; wrong verdicts at
/// 100 m and 500 m, as a share.
fn against_stored(case: &Case, worst_id: &str) {
    let stored: Vec<f64> = case
        .stored
        .lines()
        .map(|line| line.parse::<f64>().expect("a number") / 1000.0)
        .collect();
    let heights_m = heights_of(case);
    if let Some(folder) = std::env::var_os("CUPOLA_GROUNDS") {
        write_ground(case, &heights_m, std::path::Path::new(&folder));
    }
    let floors = floors_of(&heights_m, (SIDE, SIDE), case.sensor, MAST_M);
    assert_eq!(stored.len(), floors.len().div_ceil(case.every));
    let pairs = || {
        floors
            .iter()
            .step_by(case.every)
            .map(|&floor| f64::from(floor))
            .zip(&stored)
    };
    let mut errors: Vec<f64> = pairs().map(|(ours, truth)| (ours - truth).abs()).collect();
    errors.sort_by(f64::total_cmp);
    let at = |share: f64| errors[(share * (errors.len() - 1) as f64) as usize];
    let name = case.name;
    let bars = if name == "plains" {
        [0.03, 0.03, 0.5]
    } else {
        [0.8, 1.5, 5.0]
    };
    let found = [("p95", at(0.95)), ("p99", at(0.99)), ("worst", at(1.0))];
    for ((what, ours), tolerance) in found.into_iter().zip(bars) {
        let id = if what == "worst" {
            worst_id
        } else {
            "sweep-oracle"
        };
        println!(
            "VALIDATION id={id} of={name}-{what} truth=0 ours={ours:.4} tolerance={tolerance} unit=m"
        );
    }
    for height_m in [100.0, 500.0] {
        let wrong = pairs().filter(|&(ours, truth)| (ours <= height_m) != (*truth <= height_m));
        let share = wrong.count() as f64 / stored.len() as f64;
        println!(
            "VALIDATION id=sweep-oracle of={name}-wrong-at-{height_m}m truth=0 ours={share:.5} tolerance=0.0003 unit=share"
        );
    }
}

#[test]
fn val_stored_floors() {
    for case in CASES.iter().filter(|case| case.name != "cliff") {
        against_stored(case, "sweep-oracle");
    }
}

#[test]
fn val_stored_floors_on_a_cliff() {
    let case = CASES.iter().find(|case| case.name == "cliff");
    against_stored(case.expect("is there"), "sweep-cliff");
}

/// Flat ground beside the closed form (d − √(2kRh))²/2kR behind the horizon: to 100 km, and all of
/// 8001² cells from the middle, of which one quarter is computed.
#[test]
fn val_flat_ground_is_the_closed_form() {
    let two_k_r = 2.0 * 4.0 / 3.0 * EARTH_RADIUS_EQUATORIAL_M;
    for (of, cells, mast_m, reach_m, tolerance) in [
        ("to-100km", 1001, 20.0, 100_000.0, 0.001),
        (
            "8001-cells-from-the-middle",
            4001,
            20.0,
            f64::INFINITY,
            0.005,
        ),
    ] {
        let floors = floors_of(&vec![150.0; cells * cells], (cells, cells), (0, 0), mast_m);
        let horizon_m = (two_k_r * mast_m).sqrt();
        let mut worst_m = 0.0_f64;
        for (i, &floor) in floors.iter().enumerate() {
            let (row, col) = ((i / cells) as f64, (i % cells) as f64);
            let distance_m = 100.0 * (row * row + col * col).sqrt();
            let past_m = (distance_m - horizon_m).max(0.0);
            if distance_m <= reach_m {
                worst_m = worst_m.max((f64::from(floor) - past_m * past_m / two_k_r).abs());
            }
        }
        println!(
            "VALIDATION id=sweep-flat of={of} truth=0 ours={worst_m:.4} tolerance={tolerance} unit=m"
        );
    }
}

//! Times the floor fields of the main job: 40 sites, 1,440 rays of 1,000 samples, three seeds.
//!
//! `cargo run --release -p cupola-coverage --example time_floors [threads]`

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::disallowed_types, reason = "a bench needs a clock")]

use std::time::Instant;

use cupola_coverage::{Antenna, LosSettings, floors};
use cupola_units::{LatLon, math};
use cupola_world::Grid;

/// Hills of several wavelengths at 30″ over 46–54° N, 12–36° E.
fn terrain(seed: f64) -> Grid {
    let (rows, cols) = (961, 2881);
    let values = (0..rows * cols).map(|i| {
        let (y, x) = ((i / cols) as f64, (i % cols) as f64);
        let wave = math::sin(0.11 * x + seed) * math::cos(0.09 * y)
            + 0.4 * math::sin(0.5 * x - 0.6 * y)
            + 0.2 * math::sin(1.7 * y + 1.9 * x + seed);
        (250.0 + 120.0 * wave) as f32
    });
    Grid {
        north_deg: 54.0,
        west_deg: 12.0,
        step_lat_deg: 1.0 / 120.0,
        step_lon_deg: 1.0 / 120.0,
        rows,
        cols,
        values: values.collect(),
    }
}

fn main() {
    let threads = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(2);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("a pool of a few threads can be made");
    let antennas: Vec<Antenna> = (0..40)
        .map(|i| Antenna {
            at: LatLon::new(48.5 + 0.08 * f64::from(i), 16.0 + 0.4 * f64::from(i)),
            mast_m: 15.0,
            ground_m: None,
            altitude_m: None,
        })
        .collect();
    let settings = LosSettings {
        step_m: 250.0,
        ..LosSettings::default()
    };
    let fields: Vec<Grid> = (0..3).map(|seed| terrain(f64::from(seed))).collect();
    let start = Instant::now();
    let mut check = 0.0;
    for field in &fields {
        let all = floors(field, &antennas, &settings, &pool, &|_| ());
        check += all
            .iter()
            .map(|f| f.floor_asl_m(50_000.0, 1.0))
            .sum::<f64>();
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("40 sites × 3 seeds × 1,440 × 1,000 on {threads} threads: {seconds:.2} s");
    println!(
        "{{\"bench\":\"floors\",\"threads\":{threads},\"seconds\":{seconds:.3},\"check\":{check:.1}}}"
    );
}

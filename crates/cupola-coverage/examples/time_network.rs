//! Times the network fields of the main job: 40 sites over 47–53° N, 17–30° E at 30″.
//!
//! `cargo run --release -p cupola-coverage --example time_network [threads]`

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::disallowed_types, reason = "a bench needs a clock")]

use std::time::Instant;

use cupola_coverage::network::{Envelope, Network, Sensor, Unit, Weapon};
use cupola_coverage::{Antenna, LosSettings, Raster, floors, measures};
use cupola_units::{LatLon, math};
use cupola_world::Bounds;

/// A weapon against aircraft with 70 km of range.
fn weapon(at: LatLon) -> Weapon {
    Weapon {
        at,
        launcher_asl_m: 250.0,
        envelope: Envelope::Air {
            range_min_m: 1_000.0,
            range_max_m: 70_000.0,
            altitude_min_agl_m: 30.0,
            ceiling_asl_m: 20_000.0,
        },
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
    let bounds = Bounds {
        south_deg: 47.0,
        north_deg: 53.0,
        west_deg: 17.0,
        east_deg: 30.0,
    };
    let raster = Raster::over(&bounds, 1.0 / 120.0);
    let wave = |i: usize| {
        let (y, x) = ((i / raster.cols) as f64, (i % raster.cols) as f64);
        250.0
            + 120.0 * math::sin(0.11 * x) * math::cos(0.09 * y)
            + 50.0 * math::sin(0.5 * x - 0.6 * y)
    };
    let ground = raster.grid(
        (0..raster.rows * raster.cols)
            .map(|i| wave(i) as f32)
            .collect(),
    );
    let antennas: Vec<Antenna> = (0..40)
        .map(|i| Antenna {
            at: LatLon::new(48.5 + 0.08 * f64::from(i), 20.0 + 0.2 * f64::from(i)),
            mast_m: 15.0,
            ground_m: None,
            altitude_m: None,
        })
        .collect();
    let polar = floors(&ground, &antennas, &LosSettings::default(), &pool, &|_| ());
    let sensors = polar.iter().map(|floor| Sensor {
        floor,
        range_m: 150_000.0,
        sector: None,
        beam: None,
    });
    let mut network = Network {
        sensors: sensors.collect(),
        units: Vec::new(),
    };
    for (label, linked, armed) in [
        ("see", false, false),
        ("engage alone", false, true),
        ("engage linked", true, true),
    ] {
        network.units = (0..polar.len())
            .map(|i| Unit {
                sensors: if linked {
                    (0..polar.len()).collect()
                } else {
                    vec![i]
                },
                weapon: armed.then(|| weapon(polar[i].at())),
            })
            .collect();
        let start = Instant::now();
        let fields = network.floors(&ground, &raster, &[1, 2, 3], &pool);
        let seconds = start.elapsed().as_secs_f64();
        let share = measures::shares(
            &fields[0],
            &cupola_coverage::Weights::by_area(&raster, None),
            &[100.0],
        )[0];
        println!("{label:14} depths 1–3, {threads} threads: {seconds:.2} s, {share:.4} at 100 m");
    }
}

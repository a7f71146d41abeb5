//! The graphics processor's field beside the processor's: `cargo test -p cupola-gpu --features device`.
//!
//! Any adapter will do; on Debian `mesa-vulkan-drivers` brings one in software.

use cupola_coverage::sweep::{Dem, FloorHeight, SweepSettings, floor_field};
use cupola_gpu::Gpu;
use cupola_units::math;

/// Rough ground with a hole and a ridge, the same on every run.
fn ground(side: usize) -> Vec<f32> {
    let mut noise = 1_u32;
    let wave = |turn: f32| math::sin(f64::from(turn)) as f32;
    let mut heights: Vec<f32> = (0..side * side)
        .map(|i| {
            let (y, x) = ((i / side) as f32, (i % side) as f32);
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let rough = (noise >> 24) as f32 / 16.0;
            300.0 + 120.0 * wave(0.021 * x + 0.013 * y) + 60.0 * wave(0.11 * y - 0.07 * x) + rough
        })
        .collect();
    heights[40 * side + side / 3] = f32::NAN;
    heights
}

fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build()
        .expect("a small pool can be made")
}

#[test]
fn val_verdicts_are_those_of_the_processor_on_all_but_a_ten_thousandth_of_cells() {
    let gpu = match Gpu::open() {
        Ok(gpu) => gpu,
        Err(error) => {
            println!("SKIPPED graphics processor: {error}");
            return;
        }
    };
    let side = 801;
    let heights_m = ground(side);
    let dem = Dem {
        heights_m: &heights_m,
        rows: side,
        cols: side,
        cell_m: 100.0,
    };
    let plain = SweepSettings::radar((400, 400), 20.0);
    let sensors = [
        plain,
        SweepSettings {
            radius_m: Some(30_000.0),
            ..SweepSettings::radar((3, 790), 5.0)
        },
        SweepSettings {
            height: FloorHeight::AboveSea,
            ..SweepSettings::radar((800, 0), 200.0)
        },
        SweepSettings {
            height: FloorHeight::Line,
            ..plain
        },
    ];
    let fields = gpu.floor_fields(&dem, &sensors).unwrap();
    let (mut wrong, mut cells, mut worst) = (0, 0, 0.0_f32);
    for (settings, ours) in sensors.iter().zip(&fields) {
        let truth = floor_field(&dem, settings, &pool()).unwrap();
        for ((a, b), ground_m) in ours.iter().zip(&truth).zip(&heights_m) {
            cells += 1;
            let above = match settings.height {
                FloorHeight::AboveGround => 0.0,
                _ => *ground_m,
            };
            let seen = |floor: f32, at: f32| floor - above <= at;
            let differs = [100.0, 500.0]
                .iter()
                .any(|&at| seen(*a, at) != seen(*b, at));
            wrong += usize::from(differs || a.is_nan() != b.is_nan());
            if (a - b).abs() > worst {
                worst = (a - b).abs();
            }
        }
    }
    let share = 100.0 * wrong as f64 / f64::from(cells);
    println!(
        "{}: {cells} cells, {share:.4} % otherwise judged, worst difference {worst} m",
        gpu.name()
    );
    assert!(share <= 0.01, "{share} % of {cells} cells");
    assert!(worst < 0.05, "{worst} m");
}

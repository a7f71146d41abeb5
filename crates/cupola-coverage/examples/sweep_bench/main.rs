//! Times the ring sweep and measures its errors against the exact oracle.
//!
//! `cargo run --release -p cupola-coverage --example sweep_bench [side]
//! [scalar|avx2|avx512|neon]`
//! (8001 cells and every path unless told). Last line: JSON.
//!
//! `… --example sweep_bench sizes` times the fastest path from 1001 to 16001 cells, and what is
//! computed again while a site is dragged: 150 km around it in cells of 90 m.
//!
//! "Passes" are multiples of the time to read the heights once and write as many numbers, in the
//! same memory, on the same threads, just before.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::disallowed_types, reason = "a bench needs a clock")]

use std::sync::Mutex;
use std::time::Instant;

use cupola_coverage::sweep::{Dem, SimdPath, SweepSettings, floor_field_into};

use crate::truth::{Errors, HILLS, PLAINS, crop, fractal, high_in_the_middle};

/// The names under which the shared file knows what it tests.
mod under_test {
    pub(crate) use cupola_coverage::sweep::{Dem, FloorHeight, SweepSettings};
}
#[path = "../../src/sweep_truth.rs"]
mod truth;

/// Side of the periodic field that is repeated over the model, cells.
const FIELD: usize = 2048;

fn pool(threads: usize) -> rayon::ThreadPool {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("a pool of a few threads can be made")
}

/// Best and middle of several times of the same work, milliseconds.
fn time_ms(repeats: usize, mut work: impl FnMut()) -> (f64, f64) {
    let mut times: Vec<f64> = (0..repeats)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    (times[0], times[repeats / 2])
}

/// Reads every height and writes a number for it.
fn pass(pool: &rayon::ThreadPool, heights: &[f32], floors: &mut [f32]) {
    let chunk = heights.len().div_ceil(pool.current_num_threads());
    let parts = floors.chunks_mut(chunk).zip(heights.chunks(chunk));
    let parts = Mutex::new(parts.collect::<Vec<_>>());
    pool.broadcast(|_| {
        let part = parts.lock().expect("no pass panics").pop();
        if let Some((to, from)) = part {
            for (to, from) in to.iter_mut().zip(from) {
                *to = *from * 1.5 + 2.0;
            }
        }
    });
}

/// Times every path on one and two threads; prints them and adds them to `json`.
fn times(name: &str, dem: &Dem<'_>, paths: &[SimdPath], json: &mut Vec<String>) -> Vec<f32> {
    let side = dem.rows;
    let settings = SweepSettings::radar(high_in_the_middle(dem.heights_m, side, side), 20.0);
    let mut floors = vec![0.0_f32; side * side];
    for threads in [1, 2] {
        let pool = pool(threads);
        let (pass_ms, _) = time_ms(15, || pass(&pool, dem.heights_m, &mut floors));
        println!("{name} {side}, {threads} threads: read and write once {pass_ms:.1} ms");
        for &path in paths {
            let (best_ms, middle_ms) = time_ms(9, || {
                floor_field_into(dem, &settings, &pool, path, &mut floors)
                    .expect("the settings are right");
            });
            let passes = best_ms / pass_ms;
            println!(
                "  {path:?}: best {best_ms:.1} ms, middle {middle_ms:.1} ms, {passes:.2} passes"
            );
            json.push(format!(
                "{{\"dem\":\"{name}\",\"side\":{side},\"threads\":{threads},\"path\":\"{path:?}\",\
                 \"ms\":{best_ms:.2},\"ms_middle\":{middle_ms:.2},\"pass_ms\":{pass_ms:.2}}}"
            ));
        }
    }
    floors
}

/// Errors of about 200,000 cells.
fn errors(name: &str, dem: &Dem<'_>, floors: &[f32], json: &mut Vec<String>) {
    let settings =
        SweepSettings::radar(high_in_the_middle(dem.heights_m, dem.rows, dem.cols), 20.0);
    let every = (floors.len() / 200_000).max(1) | 1;
    let errors = Errors::of(dem, &settings, floors, every, &pool(2));
    let [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1.0].map(|share| errors.quantile_m(share));
    let [at_100, at_500] = errors.wrong.map(|share| share * 100.0);
    println!(
        "  errors of {} cells, m: p50 {p50:.3} p95 {p95:.3} p99 {p99:.3} max {max:.3}; \
         wrong {at_100:.4} % at 100 m, {at_500:.4} % at 500 m",
        errors.sorted_m.len()
    );
    json.push(format!(
        "{{\"dem\":\"{name}\",\"side\":{},\"p95_m\":{p95:.4},\"p99_m\":{p99:.4},\"max_m\":{max:.4},\
         \"wrong_100_pct\":{at_100:.5},\"wrong_500_pct\":{at_500:.5}}}",
        dem.rows
    ));
}

/// Time per cell by size, fastest path, on one and two threads.
fn sizes() {
    println!("  side threads  best ms  middle ms  ns a cell  read and write once, ms  passes");
    for (side, radius_m) in [
        (1001, None),
        (2001, None),
        (4001, None),
        (8001, None),
        (16001, None),
        (3335, Some(150_000.0)),
    ] {
        let heights = crop(&fractal(&HILLS, FIELD), FIELD, side, side);
        let dem = Dem {
            heights_m: &heights,
            rows: side,
            cols: side,
            cell_m: if radius_m.is_some() { 90.0 } else { 100.0 },
        };
        let sensor = match radius_m {
            Some(_) => (side / 2, side / 2),
            None => high_in_the_middle(&heights, side, side),
        };
        let settings = SweepSettings {
            radius_m,
            ..SweepSettings::radar(sensor, 20.0)
        };
        let mut floors = vec![0.0_f32; side * side];
        let repeats = if side > 10_000 { 5 } else { 15 };
        for threads in [1, 2] {
            let pool = pool(threads);
            let (pass_ms, _) = time_ms(repeats, || pass(&pool, &heights, &mut floors));
            let (best_ms, middle_ms) = time_ms(repeats, || {
                floor_field_into(&dem, &settings, &pool, SimdPath::best(), &mut floors)
                    .expect("the settings are right");
            });
            let known = floors.iter().filter(|floor| !floor.is_nan()).count();
            println!(
                "{side:>6} {threads:>7} {best_ms:>8.2} {middle_ms:>10.2} {:>10.2} {pass_ms:>24.2} \
                 {:>7.2}{}",
                best_ms * 1e6 / known as f64,
                best_ms / pass_ms,
                if radius_m.is_some() { "  150 km" } else { "" }
            );
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|word| word == "sizes") {
        sizes();
        return;
    }
    let side = arguments
        .first()
        .map_or(8001, |n| n.parse().expect("the side is a number"));
    let wanted = arguments.get(1).map(|name| name.to_lowercase());
    let mut paths = SimdPath::available();
    paths.retain(|path| {
        let name = format!("{path:?}").to_lowercase();
        wanted.as_ref().is_none_or(|wanted| *wanted == name)
    });
    let mut json = Vec::new();
    for (name, ground) in [("hills", HILLS), ("plains", PLAINS)] {
        let heights = crop(&fractal(&ground, FIELD), FIELD, side, side);
        let dem = Dem {
            heights_m: &heights,
            rows: side,
            cols: side,
            cell_m: 100.0,
        };
        let floors = times(name, &dem, &paths, &mut json);
        errors(name, &dem, &floors, &mut json);
    }
    println!("[{}]", json.join(","));
}

//! Heights of flyers over terrain.
//!
//! Low flyers hold their height above the ground smoothed by a running maximum of a kilometre to
//! either side; all climb and descend at 10 % at most, by starting earlier, never by flying lower. So
//! the height above rough ground is larger than nominal.

use crate::route::{FINE_M, Sample};

/// Steepest climb and descent, metres per metre.
const CLIMB: f64 = 0.10;

/// Sets the heights of samples a kilometre apart that hold the ground in `asl_m`.
pub(crate) fn set_heights(samples: &mut [Sample], height_m: f64, low: bool) {
    let ground: Vec<f64> = samples.iter().map(|sample| sample.asl_m).collect();
    for (i, sample) in samples.iter_mut().enumerate() {
        let near = &ground[i.saturating_sub(1)..(i + 2).min(ground.len())];
        let highest = near.iter().copied().fold(f64::MIN, f64::max);
        sample.asl_m = height_m + if low { highest } else { ground[i] };
    }
    for i in 1..samples.len() {
        samples[i].asl_m = samples[i].asl_m.max(samples[i - 1].asl_m - CLIMB * FINE_M);
    }
    for i in (1..samples.len()).rev() {
        samples[i - 1].asl_m = samples[i - 1].asl_m.max(samples[i].asl_m - CLIMB * FINE_M);
    }
    for (sample, ground) in samples.iter_mut().zip(ground) {
        sample.agl_m = sample.asl_m - ground;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cupola_units::LatLon;

    /// Samples a kilometre apart over the ground given, flown low at 60 m.
    fn flown(ground: &[f64]) -> Vec<Sample> {
        let sample = |(i, &asl_m): (usize, &f64)| Sample {
            t_s: 5.0 * i as f64,
            direction: [1.0, 0.0, 0.0],
            at: LatLon::default(),
            asl_m,
            agl_m: 0.0,
            country: 0,
            nato_m: 0.0,
        };
        let mut samples: Vec<Sample> = ground.iter().enumerate().map(sample).collect();
        set_heights(&mut samples, 60.0, true);
        samples
    }

    #[test]
    fn val_low_flyers_follow_terrain() {
        let line = |of: &str, truth: &str, ours: f64| {
            println!(
                "VALIDATION id=terrain-following of={of} truth={truth} ours={ours:.3} tolerance=1e-9 unit=m"
            );
        };
        // Level ground gives the nominal height everywhere.
        let worst = flown(&[210.0; 40])
            .iter()
            .map(|s| (s.agl_m - 60.0).abs())
            .fold(0.0, f64::max);
        line("level", "0", worst);
        assert!(worst < 1e-9);
        // A ridge of 300 m is cleared by the nominal height, with its neighbours.
        let mut ground = [0.0; 40];
        ground[20] = 300.0;
        let samples = flown(&ground);
        let lowest = samples
            .iter()
            .map(|s| s.agl_m)
            .fold(f64::INFINITY, f64::min);
        line("ridge-least", "60", lowest);
        line("ridge-top", "360", samples[20].asl_m);
        line("ridge-before", "360", samples[19].asl_m);
        assert!((lowest - 60.0).abs() < 1e-9);
        for (i, asl_m) in [
            (19, 360.0),
            (20, 360.0),
            (21, 360.0),
            (18, 260.0),
            (16, 60.0),
        ] {
            assert!(
                (samples[i].asl_m - asl_m).abs() < 1e-9,
                "{i}: {:?}",
                samples[i]
            );
        }
        // No step between samples is steeper than 10 %.
        let steepest = samples
            .windows(2)
            .map(|pair| (pair[1].asl_m - pair[0].asl_m).abs())
            .fold(0.0, f64::max);
        line("steepest-per-km", "0..100", steepest);
        assert!(steepest <= 100.0 + 1e-9);
    }
}

use cupola_units::Stream;
use proptest::prelude::*;

use super::*;

/// A radar that detects 1 m² at 100 km with even chances and processes up to 400 km.
const R50: Radar = Radar {
    reference_range_m: 100_000.0,
    reference_section_m2: 1.0,
    reference_p_d: 0.5,
    p_fa: 1e-6,
    instrumented_range_m: Some(400_000.0),
};

fn near(got: f64, truth: f64, tolerance: f64) {
    assert!(
        (got - truth).abs() <= tolerance,
        "{got} is not {truth} ± {tolerance}"
    );
}

/// models.md section 2; printed to 0.01 dB there.
#[test]
fn val_swerling1_needed_snr() {
    for (p_fa, truth_db) in [
        (1e-6, [12.77, 17.85, 21.14, 24.29]),
        (1e-8, [14.08, 19.11, 22.40, 25.54]),
    ] {
        for (p_d, db) in [0.5, 0.8, 0.9, 0.95].into_iter().zip(truth_db) {
            let snr = swerling1_snr(p_d, p_fa);
            println!(
                "VALIDATION id=detection of=snr-{p_d}-{p_fa} truth={db} ours={:.4} tolerance=0.006 unit=dB",
                10.0 * math::log10(snr)
            );
            near(10.0 * math::log10(snr), db, 0.006);
            near(swerling1_p_d(snr, p_fa), p_d, 1e-12);
        }
    }
}

/// models.md section 2: probability by range over `R_50`, to three decimals there.
#[test]
fn val_p_d_by_range() {
    for (part, truth) in [
        (0.5, 0.956),
        (0.6, 0.910),
        (0.7, 0.841),
        (0.8, 0.746),
        (0.9, 0.630),
        (1.0, 0.5),
        (1.1, 0.371),
        (1.25, 0.206),
        (1.5, 0.054),
    ] {
        println!(
            "VALIDATION id=detection of=p_d-at-{part} truth={truth} ours={:.5} tolerance=0.0006 unit=probability",
            R50.p_d(part * 100_000.0, 1.0)
        );
        near(R50.p_d(part * 100_000.0, 1.0), truth, 0.000_6);
    }
    near(R50.range_at_m(1.0, 0.9) / 100_000.0, 0.618, 0.000_6);
    near(R50.range_at_m(1.0, 0.8) / 100_000.0, 0.747, 0.000_6);
    near(R50.p_d(R50.range_at_m(0.05, 0.9), 0.05), 0.9, 1e-9);
}

/// models.md section 2: factors of range by cross-section.
#[test]
fn val_range_by_cross_section() {
    for (section_m2, against_1, against_5) in [
        (0.01, 0.316, 0.211),
        (0.03, 0.416, 0.278),
        (0.05, 0.473, 0.316),
        (0.1, 0.562, 0.376),
    ] {
        println!(
            "VALIDATION id=detection of=range-{section_m2}-m2 truth={against_1} ours={:.5} tolerance=0.0006 unit=factor",
            R50.range_m(section_m2) / 100_000.0
        );
        near(R50.range_m(section_m2) / 100_000.0, against_1, 0.000_6);
        let five = Radar {
            reference_section_m2: 5.0,
            ..R50
        };
        near(five.range_m(section_m2) / 100_000.0, against_5, 0.000_6);
    }
}

#[test]
fn nothing_is_detected_beyond_the_instrumented_range() {
    let short = Radar {
        instrumented_range_m: Some(60_000.0),
        ..R50
    };
    near(short.range_m(1.0), 60_000.0, 1e-9);
    near(short.p_d(60_001.0, 100.0), 0.0, 0.0);
    assert!(short.p_d(59_999.0, 100.0) > 0.99);
    let silent = Radar {
        instrumented_range_m: None,
        ..R50
    };
    near(silent.range_m(50.0), 100_000.0, 1e-9);
    near(R50.p_d(f64::NAN, 1.0), 0.0, 0.0);
}

/// models.md section 2: one window of n scans.
#[test]
fn val_m_of_n_in_one_window() {
    let rule = |m, n| TrackRule::new(m, n).unwrap();
    for (m, n, p, truth) in [
        (2, 3, 0.7, 0.784),
        (3, 5, 0.7, 0.836_92),
        (2, 4, 0.7, 0.9163),
        (2, 3, 0.9, 0.972),
        (3, 5, 0.9, 0.991_44),
        (2, 4, 0.9, 0.9963),
    ] {
        println!(
            "VALIDATION id=track-rule of={m}-of-{n}-at-{p} truth={truth} ours={:.6} tolerance=1e-9 unit=probability",
            rule(m, n).p_window(p)
        );
        near(rule(m, n).p_window(p), truth, 1e-9);
    }
}

fn mean_scans(rule: TrackRule, p: f64) -> f64 {
    // E[T] = Σ P(T > t), t from 0.
    let cdf = first_track_cdf(rule, &vec![p; 4000]);
    1.0 + cdf.iter().map(|done| 1.0 - done).sum::<f64>()
}

/// models.md section 2: closed form for 2 of 3 and five printed means for 3 of 5.
#[test]
fn val_sliding_window_mean_time_to_track() {
    for (p, truth) in [
        (0.3, 9.8693),
        (0.5, 4.6667),
        (0.7, 2.9984),
        (0.9, 2.2334),
        (1.0, 2.0),
    ] {
        let q = 1.0 - p;
        let closed = (1.0 / p + 1.0 + q) / (1.0 - q * q);
        near(closed, truth, 0.000_06);
        println!(
            "VALIDATION id=track-rule of=scans-2-of-3-at-{p} truth={truth} ours={:.5} tolerance=0.00006 unit=scans",
            mean_scans(TrackRule::TWO_OF_THREE, p)
        );
        near(mean_scans(TrackRule::TWO_OF_THREE, p), closed, 1e-9);
    }
    let three_of_five = TrackRule::new(3, 5).unwrap();
    for (p, truth) in [
        (0.3, 18.389),
        (0.5, 7.2677),
        (0.7, 4.4645),
        (0.9, 3.3387),
        (1.0, 3.0),
    ] {
        println!(
            "VALIDATION id=track-rule of=scans-3-of-5-at-{p} truth={truth} ours={:.5} tolerance=0.0006 unit=scans",
            mean_scans(three_of_five, p)
        );
        near(mean_scans(three_of_five, p), truth, 0.000_6);
    }
}

/// The scan at which a run of results (bit i: scan i) first completes the rule.
fn completed(rule: TrackRule, results: u32, scans: usize) -> Option<usize> {
    (0..scans).find(|&t| {
        let first = (t + 1).saturating_sub(rule.n);
        let hits = (first..=t).filter(|i| results >> i & 1 == 1).count();
        hits >= rule.m
    })
}

proptest! {
    /// Truth by enumeration: every one of 2^12 sequences of results with its probability.
    #[test]
    fn val_first_track_cdf_equals_enumeration_of_all_sequences(
        p in prop::collection::vec(0.0..1.0_f64, 12), m in 1_usize..5, more in 0_usize..4,
    ) {
        let rule = TrackRule::new(m, m + more).unwrap();
        let mut truth = [0.0; 12];
        for results in 0_u32..1 << 12 {
            let weight: f64 = (0..12)
                .map(|i| if results >> i & 1 == 1 { p[i] } else { 1.0 - p[i] })
                .product();
            if let Some(scan) = completed(rule, results, 12) {
                truth[scan..].iter_mut().for_each(|t| *t += weight);
            }
        }
        for (got, truth) in first_track_cdf(rule, &p).iter().zip(truth) {
            prop_assert!((got - truth).abs() < 1e-12, "{got} {truth}");
        }
    }
}

/// Scan by scan with independent draws against the one-number draw, on a radial approach.
#[test]
fn val_one_uniform_draw_agrees_with_scan_by_scan() {
    let p: Vec<f64> = (0..40)
        .map(|i| R50.p_d(150_000.0 - 3000.0 * f64::from(i), 1.0))
        .collect();
    let (mut one, mut each, runs) = (0.0, 0.0, 20_000);
    for run in 0..runs {
        let stream = Stream::new(5, run);
        let drawn = first_track_scan(
            TrackRule::TWO_OF_THREE,
            p.iter().copied(),
            stream.uniform(1, 1, 0),
        );
        one += drawn.unwrap_or(40) as f64;
        let hits = (0..40).filter(|&i| stream.uniform(2, 2, i) < p[i as usize]);
        let hits: Vec<u32> = hits.collect();
        let second = hits
            .windows(2)
            .find(|w| w[1] - w[0] <= 2)
            .map_or(40, |w| w[1]);
        each += f64::from(second);
    }
    // Standard deviation of the scan is about 3: the difference of means has about 0.03.
    near(one / f64::from(runs), each / f64::from(runs), 0.1);
}

#[test]
fn impossible_track_rules_are_refused() {
    for (m, n) in [(0, 3), (4, 3), (2, 9)] {
        let error = TrackRule::new(m, n).unwrap_err();
        assert_eq!(error, CoverageError::TrackRule { m, n });
    }
    assert_eq!(
        TrackRule::new(4, 3).unwrap_err().to_string(),
        "a track of 4 detections in 3 scans is impossible: 1 ≤ m ≤ n ≤ 8 is needed"
    );
}

#[test]
fn a_target_never_seen_is_never_tracked() {
    assert_eq!(
        first_track_scan(TrackRule::TWO_OF_THREE, vec![0.0; 100], 1e-12),
        None
    );
    assert_eq!(
        first_track_scan(TrackRule::TWO_OF_THREE, vec![1.0; 3], 0.999),
        Some(1)
    );
}

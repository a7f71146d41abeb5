//! When a radar that has a target in line of sight detects it, and when it holds a track.
//!
//! A radar is known by one published triple: at range `r_0` it detects a cross-section `σ_0` with
//! probability `P_d0` in one scan. Everything else follows from the radar equation for a
//! fluctuating target (Swerling I, independent from scan to scan) and from the rule that makes a
//! track of `m` detections in any `n` consecutive scans. Noise-limited: clutter, jamming and
//! Doppler notches are not in it.

use cupola_units::math;

use crate::CoverageError;

/// False-alarm probability used where a radar states none.
pub const P_FALSE_ALARM_DEFAULT: f64 = 1e-6;
/// Longest window a [`TrackRule`] may have, scans.
pub const WINDOW_SCANS_MAX: usize = 8;

/// Signal-to-noise ratio (a power ratio, not decibels) at which a Swerling I target is detected
/// with probability `p_d` in one scan.
///
/// `p_fa` and `p_d` lie strictly between 0 and 1, `p_fa < p_d`.
///
/// # Source
/// `P_d = P_fa^(1/(1+S))`, the one-pulse form of Mahafza and Elsherbeni, "MATLAB Simulations for
/// Radar Systems Design", section 2.6.2 (as quoted in models.md, section 2).
pub fn swerling1_snr(p_d: f64, p_fa: f64) -> f64 {
    math::ln(p_fa) / math::ln(p_d) - 1.0
}

/// Probability of detecting a Swerling I target in one scan at a signal-to-noise ratio (a power
/// ratio); the inverse of [`swerling1_snr`].
pub fn swerling1_p_d(snr: f64, p_fa: f64) -> f64 {
    math::exp(math::ln(p_fa) / (1.0 + snr.max(0.0)))
}

/// What is published, or assumed, about how far a radar sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Radar {
    /// Range of the reference triple, metres.
    pub reference_range_m: f64,
    /// Cross-section of the reference triple, square metres.
    pub reference_section_m2: f64,
    /// Single-scan detection probability of the reference triple.
    pub reference_p_d: f64,
    /// Probability of a false alarm.
    pub p_fa: f64,
    /// Range beyond which the radar processes nothing, metres; `None` takes the reference range,
    /// so that a larger target is never seen further than the reference.
    pub instrumented_range_m: Option<f64>,
}

impl Radar {
    /// The range at which a cross-section is detected with the reference probability, metres:
    /// `r_0 (σ/σ_0)^¼`, never beyond the instrumented range.
    pub fn range_m(&self, section_m2: f64) -> f64 {
        self.free_range_m(section_m2).min(self.limit_m())
    }

    /// The range at which a cross-section is detected with probability `p_d` in one scan, metres,
    /// never beyond the instrumented range.
    pub fn range_at_m(&self, section_m2: f64, p_d: f64) -> f64 {
        let reference = swerling1_snr(self.reference_p_d, self.p_fa);
        let wanted = swerling1_snr(p_d, self.p_fa);
        let factor = (reference / wanted).sqrt().sqrt();
        (self.free_range_m(section_m2) * factor).min(self.limit_m())
    }

    /// Probability that one scan detects a cross-section at a slant range (metres) in clear line
    /// of sight; 0 beyond the instrumented range.
    pub fn p_d(&self, slant_range_m: f64, section_m2: f64) -> f64 {
        let heard = slant_range_m <= self.limit_m();
        if !heard {
            return 0.0;
        }
        let ratio = self.free_range_m(section_m2) / slant_range_m.max(1.0);
        let reference = swerling1_snr(self.reference_p_d, self.p_fa);
        swerling1_p_d(reference * (ratio * ratio) * (ratio * ratio), self.p_fa)
    }

    fn limit_m(&self) -> f64 {
        self.instrumented_range_m.unwrap_or(self.reference_range_m)
    }

    fn free_range_m(&self, section_m2: f64) -> f64 {
        let ratio = (section_m2 / self.reference_section_m2).max(0.0);
        self.reference_range_m * ratio.sqrt().sqrt()
    }
}

/// A track starts at the first scan that completes `m` detections within `n` consecutive scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackRule {
    m: usize,
    n: usize,
}

impl TrackRule {
    /// Two detections in any three consecutive scans: the default.
    pub const TWO_OF_THREE: Self = Self { m: 2, n: 3 };

    /// The rule "`m` of `n`".
    ///
    /// # Errors
    /// [`CoverageError::TrackRule`] unless 1 ≤ m ≤ n ≤ 8.
    pub fn new(m: usize, n: usize) -> Result<Self, CoverageError> {
        if m >= 1 && m <= n && n <= WINDOW_SCANS_MAX {
            Ok(Self { m, n })
        } else {
            Err(CoverageError::TrackRule { m, n })
        }
    }

    /// Probability that one window of `n` scans holds at least `m` detections at a constant `p_d`.
    pub fn p_window(self, p_d: f64) -> f64 {
        // Binomial probabilities by recursion on the number of scans.
        let mut p = [0.0; WINDOW_SCANS_MAX + 1];
        p[0] = 1.0;
        for scan in 1..=self.n {
            for hits in (0..=scan).rev() {
                let hit = if hits > 0 { p[hits - 1] * p_d } else { 0.0 };
                p[hits] = p[hits] * (1.0 - p_d) + hit;
            }
        }
        p[self.m..=self.n].iter().sum()
    }
}

/// Probability that a track exists, scan after scan: the exact Markov chain on the results of the
/// last `n − 1` scans.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackChain {
    rule: TrackRule,
    /// Probability of having no track yet and this pattern of results (bit 0: the last scan), now
    /// and after the next scan; only the rule's patterns are ever touched.
    waiting: [f64; 1 << (WINDOW_SCANS_MAX - 1)],
    next: [f64; 1 << (WINDOW_SCANS_MAX - 1)],
    p_track: f64,
}

impl TrackChain {
    /// Before the first scan: no detections, no track.
    pub fn new(rule: TrackRule) -> Self {
        let mut waiting = [0.0; 1 << (WINDOW_SCANS_MAX - 1)];
        waiting[0] = 1.0;
        Self {
            rule,
            waiting,
            next: [0.0; 1 << (WINDOW_SCANS_MAX - 1)],
            p_track: 0.0,
        }
    }

    /// Back to before the first scan.
    pub fn reset(&mut self) {
        self.waiting[..1 << (self.rule.n - 1)].fill(0.0);
        self.waiting[0] = 1.0;
        self.p_track = 0.0;
    }

    /// One more scan, which detects with probability `p_d` (0 when there is no line of sight);
    /// the answer is the probability that the track has started by now.
    pub fn scan(&mut self, p_d: f64) -> f64 {
        let patterns = 1 << (self.rule.n - 1);
        let next = &mut self.next[..patterns];
        next.fill(0.0);
        for (pattern, &p) in self.waiting[..patterns].iter().enumerate() {
            if p == 0.0 {
                continue;
            }
            let missed = (pattern << 1) & (patterns - 1);
            next[missed] += p * (1.0 - p_d);
            if pattern.count_ones() as usize + 1 >= self.rule.m {
                self.p_track += p * p_d;
            } else {
                next[(missed | 1) & (patterns - 1)] += p * p_d;
            }
        }
        self.waiting[..patterns].copy_from_slice(next);
        self.p_track
    }

    /// Probability that the track has started by now.
    pub fn p_track(&self) -> f64 {
        self.p_track
    }
}

/// Probability that the first track has started by each scan, given the single-scan detection
/// probabilities in order (0 for scans without line of sight).
pub fn first_track_cdf(rule: TrackRule, p_d: &[f64]) -> Vec<f64> {
    let mut chain = TrackChain::new(rule);
    p_d.iter().map(|&p| chain.scan(p)).collect()
}

/// The scan (from 0) at which the first track starts, drawn by one uniform number strictly
/// between 0 and 1; `None` when the scans end without a track.
///
/// The scans are only asked for as long as they are needed.
pub fn first_track_scan(
    rule: TrackRule,
    p_d: impl IntoIterator<Item = f64>,
    uniform: f64,
) -> Option<usize> {
    let mut chain = TrackChain::new(rule);
    p_d.into_iter().position(|p| chain.scan(p) >= uniform)
}

#[cfg(test)]
#[path = "detection_tests.rs"]
mod tests;

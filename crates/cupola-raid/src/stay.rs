//! Stretches of a route over the soil of NATO, for the ledger: where, for how long and how far.
//!
//! Not here: which threat really flew them, and what was shot at it.

/// Ground distance between the points looked at, metres; borders are then found to a few metres.
const STEP_M: f64 = 1000.0;

/// A stretch of a route over one country of NATO.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stay {
    /// Seconds since launch at entry and exit.
    pub from_s: f64,
    pub to_s: f64,
    /// Ground distance from the launch at entry and exit, metres.
    pub from_m: f64,
    pub to_m: f64,
    pub country: u8,
}

/// Adds the stretches between two ground distances, in metres, to those before.
///
/// `below` names the country of NATO below a distance, if there is one; `time_at` is the time of
/// flight to a distance, in seconds.
pub(crate) fn add_stays(
    stays: &mut Vec<Stay>,
    span_m: [f64; 2],
    below: impl Fn(f64) -> Option<u8>,
    time_at: impl Fn(f64) -> f64,
) {
    let mut add = |from_m: f64, to_m: f64, country: Option<u8>| {
        let Some(country) = country else { return };
        let to_s = time_at(to_m);
        match stays.last_mut() {
            Some(last) if last.country == country && from_m - last.to_m < 1.0 => {
                (last.to_m, last.to_s) = (to_m, to_s);
            }
            _ => stays.push(Stay {
                from_s: time_at(from_m),
                to_s,
                from_m,
                to_m,
                country,
            }),
        }
    };
    let count = ((span_m[1] - span_m[0]) / STEP_M).ceil() as usize;
    let (mut here_m, mut here) = (span_m[0], below(span_m[0]));
    for i in 1..=count {
        let next_m = (span_m[0] + STEP_M * i as f64).min(span_m[1]);
        let next = below(next_m);
        if next == here {
            add(here_m, next_m, here);
        } else {
            let border_m = border(here_m, next_m, |at| below(at) == here);
            add(here_m, border_m, here);
            add(border_m, next_m, next);
        }
        (here_m, here) = (next_m, next);
    }
}

/// Where between two distances something stops to hold, to a few metres.
fn border(mut from_m: f64, mut to_m: f64, holds: impl Fn(f64) -> bool) -> f64 {
    while to_m - from_m > 4.0 {
        let middle_m = 0.5 * (from_m + to_m);
        if holds(middle_m) {
            from_m = middle_m;
        } else {
            to_m = middle_m;
        }
    }
    0.5 * (from_m + to_m)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_countries_and_a_gap_are_three_stretches() {
        let below = |at: f64| match at {
            2500.0..5200.0 => Some(1),
            5200.0..7777.0 | 9000.0..9400.0 => Some(2),
            _ => None,
        };
        let mut stays = Vec::new();
        // Two spans meet inside a stretch, which stays one.
        for span in [[0.0, 6000.0], [6000.0, 12_000.0]] {
            add_stays(&mut stays, span, below, |at| at / 200.0);
        }
        let edges: Vec<(f64, f64, u8)> = stays
            .iter()
            .map(|s| (s.from_m, s.to_m, s.country))
            .collect();
        let wanted = [
            (2500.0, 5200.0, 1),
            (5200.0, 7777.0, 2),
            (9000.0, 9400.0, 2),
        ];
        for (edge, wanted) in edges.iter().zip(wanted) {
            assert!((edge.0 - wanted.0).abs() < 4.0, "{edges:?}");
            assert!((edge.1 - wanted.1).abs() < 4.0, "{edges:?}");
            assert_eq!(edge.2, wanted.2);
        }
        assert_eq!(edges.len(), 3);
        assert!((stays[0].from_s - 12.5).abs() < 0.02);
    }
}

//! Time under alarm: the measure of the union of the times at which threats are near, each
//! prolonged until the all-clear.
//!
//! Not here: which place is near what (`World::near_area`), alarms without a threat (take-offs).

use crate::engine::Setting;
use crate::geometry::Geometry;
use crate::log::{Incident, RaidLog};
use crate::threats::Flying;
use cupola_units::{LatLon, SimTime};

/// How one threat of a run flew, for whoever asks where it was when.
#[derive(Clone, Copy, Debug)]
pub struct Flight<'a> {
    /// Seconds from the beginning of the raid.
    pub launched_s: f64,
    /// When it ended, seconds from the beginning of the raid.
    pub ended_s: f64,
    /// When it was known of, if ever.
    pub alarm_s: Option<f64>,
    /// Seconds since launch and place, about every 10 km.
    pub track: &'a [(f64, LatLon)],
}

/// The alarms of one place: intervals joined where they touch, in order.
pub fn joined(mut intervals: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    join(&mut intervals);
    intervals
}

/// The same in place.
fn join(intervals: &mut Vec<(f64, f64)>) {
    intervals.retain(|(from, to)| to > from);
    intervals.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    intervals.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        if touches {
            last.1 = last.1.max(next.1);
        }
        touches
    });
}

pub(crate) fn flights<'a>(
    flying: &'a [Flying],
    geometry: &'a Geometry,
) -> impl Iterator<Item = Flight<'a>> {
    flying.iter().map(|threat| Flight {
        launched_s: threat.launched.seconds(),
        ended_s: threat.ended.seconds(),
        alarm_s: threat.alarm.is_ever().then(|| threat.alarm.seconds()),
        track: &geometry.routes[threat.route as usize].track,
    })
}

/// Counts the minutes under alarm of the protected area in the ledger, under the country in which
/// it lies.
pub(crate) fn tally(
    setting: &Setting<'_>,
    flying: &[Flying],
    buffer: &mut Vec<(f64, f64)>,
    log: &mut RaidLog,
) {
    let all_clear_s = setting.draw.values.get(setting.plan.shared.all_clear_min) * 60.0;
    let near = flying.iter().filter_map(|threat| {
        let (first_s, last_s) = setting.geometry.routes[threat.route as usize].near_s?;
        let after = |s: f64| threat.launched + SimTime::from_seconds(s);
        let known = threat.alarm.is_ever().then_some(threat.alarm)?;
        let from = after(first_s).max(known);
        let to = after(last_s).min(threat.ended);
        (to > from).then(|| (from.seconds(), to.seconds() + all_clear_s))
    });
    buffer.clear();
    buffer.extend(near);
    join(buffer);
    let seconds: f64 = buffer.iter().map(|(from, to)| to - from).sum();
    let minutes = (seconds / 60.0).round() as u32;
    if minutes > 0 {
        let country = setting.world.code(setting.plan.area_country);
        log.incidents_add(Incident::AlarmMinutes, country, minutes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cupola_units::{Stream, math};

    #[test]
    fn intervals_that_touch_are_one_alarm() {
        let alarms = joined(vec![
            (5.0, 7.0),
            (0.0, 2.0),
            (2.0, 3.0),
            (6.0, 6.5),
            (9.0, 9.0),
        ]);
        assert_eq!(alarms, [(0.0, 3.0), (5.0, 7.0)]);
    }

    /// M/G/∞: threats come at random with rate λ and stay for a time of mean E[D]; the share of time
    /// with any is 1 − exp(−λE[D]), a busy period lasts (exp(λE[D]) − 1)/λ on average.
    #[test]
    fn val_alarms_match_the_busy_period_of_an_infinite_server_queue() {
        // Rate per hour, stay of one hour on average: fixed for the first, exponential for the second.
        for (name, rate, fixed, truth_share, truth_length, count) in [
            (
                "half-a-day",
                0.5 / 24.0,
                true,
                0.020_618,
                1.010_49,
                400_000_u32,
            ),
            ("two-an-hour", 2.0, false, 0.864_665, 3.194_53, 1_000_000),
        ] {
            let stream = Stream::new(7, 1);
            let mut now = 0.0;
            let mut stays = Vec::new();
            for i in 0..count {
                let [u, v] = stream.uniform_pair(1, 2, i);
                now -= math::ln(u) / rate;
                let stay = if fixed { 1.0 } else { -math::ln(v) };
                stays.push((now, now + stay));
            }
            let alarms = joined(stays);
            let under: f64 = alarms.iter().map(|(from, to)| to - from).sum();
            let share = under / now;
            let length = under / alarms.len() as f64;
            println!(
                "VALIDATION id=alarm-union of=share-{name} truth={truth_share} ours={share:.6} tolerance=1% unit=share"
            );
            println!(
                "VALIDATION id=alarm-union of=length-{name} truth={truth_length} ours={length:.5} tolerance=1% unit=h"
            );
            assert!((share / truth_share - 1.0).abs() < 0.01, "{share}");
            assert!((length / truth_length - 1.0).abs() < 0.01, "{length}");
        }
    }
}

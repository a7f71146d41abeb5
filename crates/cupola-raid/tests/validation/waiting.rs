//! Targets that wait for a channel, and give up: Erlang's formulas with waiting.

use crate::bench::{Field, LAT_DEG, LON_DEG, Model, check, mean};
use cupola_scenario::Class;
use cupola_units::{LatLon, math};
use cupola_world::geodesy;
use std::fmt::Write as _;

/// Mean holding time of a channel, seconds.
const HOLD_S: f64 = 100.0;
/// Speeds of missile and target, metres per second.
const MISSILE_M_S: f64 = 360.0;
const TARGET_M_S: f64 = 5.0;
/// Share of the targets that the existing defence takes in time if nobody fires at them.
const TAKEN: f64 = 0.9995;
/// Targets of one run; holding times by stratum of equal probability, the last one cut again.
const COUNT: u32 = 20_000;
const STRATA: u32 = 40;
const LAST_IN: u32 = 5;

/// Share of the targets and mean holding time of every stratum of an exponential distribution.
fn strata() -> Vec<(f64, f64)> {
    let share = 1.0 / f64::from(STRATA);
    let mut edges: Vec<f64> = (0..STRATA).map(|i| f64::from(i) * share).collect();
    let last = edges[edges.len() - 1];
    edges.extend((1..=LAST_IN).map(|i| last + share * f64::from(i) / f64::from(LAST_IN)));
    // The integral of the quantile −ln(1 − u) is (1 − u) ln(1 − u) + u.
    let integral = |u: f64| {
        let rest = (1.0 - u).max(0.0);
        u + if rest > 1e-12 {
            rest * math::ln(rest)
        } else {
            0.0
        }
    };
    let each = edges.windows(2).map(|edge| {
        let share = edge[1] - edge[0];
        (share, (integral(edge[1]) - integral(edge[0])) / share)
    });
    each.collect()
}

/// A stationary stream at offered load `load` on `channels`; targets live `patience` mean holding
/// times in the mean, or for ever.
///
/// A target circles far enough out that a missile takes its holding time to it, and barely moves.
/// How long it lives is not known to the battery: the existing defence takes it at a constant rate.
fn stream(load: f64, channels: u32, patience: Option<f64>) -> Field {
    stream_with(load, channels, patience, "")
}

/// The same under a doctrine.
fn stream_with(load: f64, channels: u32, patience: Option<f64>, doctrine: &str) -> Field {
    let flight_s = HOLD_S * patience.unwrap_or(4.0) * -math::ln(1.0 - TAKEN);
    let quarter = std::f64::consts::FRAC_PI_2;
    let battery = LatLon::new(LAT_DEG, LON_DEG);
    let (mut aims, mut more, mut waves) = (Vec::new(), String::new(), String::new());
    let spread_min = f64::from(COUNT) * HOLD_S / load / 60.0;
    for (i, (share, hold)) in strata().into_iter().enumerate() {
        // The missile meets the target where it will be: a right-angled triangle.
        let closing = (MISSILE_M_S * MISSILE_M_S - TARGET_M_S * TARGET_M_S).sqrt();
        let start = geodesy::direct(battery, quarter, hold * HOLD_S * closing);
        let aim = geodesy::direct(start, 0.0, TARGET_M_S * flight_s);
        aims.push((aim.lat_deg, aim.lon_deg));
        let count = (f64::from(COUNT) * share).round();
        write!(
            more,
            "[launch_areas.l{i}]\nlat_deg = {}\nlon_deg = {}\n\
             [aims.a{i}]\ninside_share = 1\ninside = [{{ place = \"aim{i}\", radius_km = 0 }}]\n",
            start.lat_deg, start.lon_deg
        )
        .expect("a string takes any line");
        writeln!(
            waves,
            "{{ threat = \"target\", count = {count}, from = [\"l{i}\"], via = [\"aim{i}\"], \
             aims = \"a{i}\", spread_min = {spread_min} }},"
        )
        .expect("a string takes any line");
    }
    if patience.is_some() {
        write!(
            more,
            "[existing_defence]\nnation = \"UA\"\nbelief_share = 1\naim_share = 0\narea_weight = 1\n\
             alarm_delay_min = 0\n[existing_defence.path.cruise]\nkilled_share = {TAKEN}\nraid_rho = 0\n"
        )
        .expect("a string takes any line");
    }
    more.push_str(doctrine);
    let model = Model {
        p: 1.0,
        aims,
        waves: Vec::new(),
        more,
        ..Model::radial()
    };
    let text = model
        .system(&[("sensor.antenna_m", 1500.0), ("missile.range_km", 245.0)])
        .system(&[("missile.speed_m_s", MISSILE_M_S)])
        .system(&[("fire_control.channels", f64::from(channels))])
        .system(&[("fire_control.assess_s", 0.0)])
        .system(&[("launcher.launchers", 1_000_000.0)])
        .threat(&[("speed_km_h", 3.6 * TARGET_M_S), ("altitude_m", 1500.0)])
        .text();
    Field::new(&text.replace("waves = [\n]", &format!("waves = [\n{waves}]")))
}

/// Share of the targets that nobody ever fires at.
fn never_served(field: &Field, runs: u32) -> f64 {
    let mut lost = Vec::new();
    field.night().play(0, runs, false, |log| {
        let count = &log.classes[Class::Cruise.index()];
        lost.push(1.0 - f64::from(count.interceptors) / f64::from(count.launched));
    });
    mean(&lost).0
}

/// Erlang A: shares of time by number present, and with them who gives up.
fn erlang_a(load: f64, channels: u32, patience: f64) -> f64 {
    let (c, give_up) = (f64::from(channels), 1.0 / patience);
    let (mut p, mut sum, mut queue) = (1.0, 1.0, 0.0);
    for i in 1..2000 {
        let n = f64::from(i);
        p *= load / (n.min(c) + (n - c).max(0.0) * give_up);
        sum += p;
        queue += p * (n - c).max(0.0);
    }
    give_up * queue / sum / load
}

#[test]
fn val_waiting_against_erlang_a() {
    for (load, channels, patience, truth) in [(8.0, 9, 2.0, 0.068_921), (4.8, 4, 1.0, 0.269_319)] {
        assert!((erlang_a(load, channels, patience) - truth).abs() < 1e-5);
        let ours = never_served(&stream(load, channels, Some(patience)), 18);
        let of = format!("A{load}-c{channels}");
        check("erlang-a", &of, truth, ours, 0.004, "probability");
    }
}

/// When the first missile is fired at each target of a run, seconds.
fn first_shots(field: &Field, runs: u32) -> Vec<f64> {
    let mut all = Vec::new();
    field.night().play(0, runs, true, |log| {
        let mut first = vec![f64::NAN; log.stories.len()];
        for moment in log.moments.iter().filter(|m| m.text.contains(" fires ")) {
            let time_s = &mut first[moment.threat as usize];
            *time_s = time_s.min(moment.time.seconds());
        }
        all.append(&mut first);
    });
    all
}

#[test]
fn val_waiting_against_erlang_c() {
    // Load 2 on three channels, nobody gives up: C/(c − A) = (4/9)/1 holding times of waiting. The
    // same targets against channels without end are shot at as soon as they come.
    let runs = 4;
    let waited = first_shots(&stream(2.0, 3, None), runs);
    let at_once = first_shots(&stream(2.0, 1_000_000, None), runs);
    let waits = waited
        .iter()
        .zip(&at_once)
        .map(|(t, at_once)| (t - at_once) / HOLD_S);
    let waits: Vec<f64> = waits.collect();
    let unserved = waits.iter().filter(|wait| !wait.is_finite()).count();
    assert_eq!(unserved, 0, "everybody is served in the end");
    let ours = mean(&waits).0;
    check("erlang-c", "A2-c3", 0.4444, ours, 0.03, "holding-times");
}

/// M/M/c/K: the share of time with every place taken, and so of those who find it so.
fn turned_away(load: f64, channels: u32, places: u32) -> f64 {
    let (mut p, mut sum) = (1.0, 1.0);
    for n in 1..=channels + places {
        p *= load / f64::from(n.min(channels));
        sum += p;
    }
    p / sum
}

#[test]
fn val_limited_waiting_room() {
    for (load, channels, places, truth) in [(2.0, 3, 2, 0.075_829), (4.0, 3, 1, 0.375_367)] {
        assert!((turned_away(load, channels, places) - truth).abs() < 1e-6);
        let doctrine = format!("[doctrine.default]\nwaiting_max = {places}\n");
        let ours = never_served(&stream_with(load, channels, None, &doctrine), 18);
        let of = format!("A{load}-c{channels}-K{}", channels + places);
        check("waiting-room", &of, truth, ours, 0.004, "probability");
    }
}

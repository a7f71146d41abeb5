//! The threats of a run: how many, on which route, when, and how each would end by itself.

use crate::engine::{Setting, purpose};
use crate::hazard::{CoverHazard, PathHazard};
use crate::log::{Amount, Cause, End, Incident, RaidLog};
use crate::plan::WavePlan;
use crate::route::{Route, from_polar, polar};
use cupola_scenario::Class;
use cupola_units::{SimTime, Stream, math};

/// Mean distance a drone flies on after it is lost, metres (assumption: tens of kilometres).
const LOST_FLIGHT_M: f64 = 60_000.0;

/// One threat of a run.
#[derive(Clone, Debug)]
pub(crate) struct Flying {
    pub entity: u32,
    pub type_: usize,
    pub class: Class,
    pub route: u32,
    pub launched: SimTime,
    /// When it would end by itself, and how.
    pub ends: SimTime,
    pub fate: End,
    /// When it would reach its aim.
    pub arrives: SimTime,
    pub alive: bool,
    pub end: End,
    pub ended: SimTime,
    pub tracked: bool,
    pub shots: u16,
    pub salvos: u16,
    /// Salvos in the air that the network knows of.
    pub in_flight: u16,
    pub first_dealing: u32,
    /// When a unit is woken next to engage it; never when none is.
    pub wakes: SimTime,
    /// Taken for a decoy by some unit.
    pub taken_for_decoy: bool,
    pub heading: Heading,
    /// When civilians would be warned without the option's sensors.
    pub alarm: SimTime,
    causes: u16,
}

/// What the heading rule made of a threat.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Heading {
    /// It held fire, because the threat did not seem to head for NATO soil.
    pub refused: bool,
    /// The threat was engaged as heading there, and would not have entered.
    pub mistaken: bool,
}

impl Flying {
    /// Remembers why an engagement did not happen.
    pub(crate) fn note(&mut self, cause: Cause) {
        self.causes |= 1 << cause as u16;
    }

    /// Whether anybody shot at it.
    pub(crate) fn was_engaged(&self) -> bool {
        self.salvos > 0 || self.causes & (1 << Cause::Missed as u16) != 0
    }

    /// An earlier track warns earlier.
    pub(crate) fn warn(&mut self, tracked: SimTime) {
        self.alarm = self.alarm.min(tracked);
    }

    /// Why it leaked: the last link of the chain that held longest. `None` if nobody tracked it.
    pub(crate) fn cause(&self) -> Option<Cause> {
        let noted = Cause::ALL
            .into_iter()
            .rev()
            .find(|&c| self.causes & (1 << c as u16) != 0);
        noted.or(self.tracked.then_some(Cause::OutOfReach))
    }
}

/// The number of threat `i` of a wave in random counters: an odd step, so that no wave clashes
/// with itself.
pub(crate) fn threat_entity(wave: u32, i: u32) -> u32 {
    wave.wrapping_add(i.wrapping_mul(0x9E37_79B1))
}

/// Draws the threats of a run into `flying`.
pub(crate) fn launch(setting: &Setting<'_>, stream: Stream, flying: &mut Vec<Flying>) {
    flying.clear();
    let mut frailty = [1.0; 7];
    for (class, hazard) in setting.existing.0.path.iter().enumerate() {
        if let Some(hazard) = hazard.filter(|hazard| hazard.theta > 1e-6) {
            let shape = (1.0 / hazard.theta).clamp(0.05, 200.0);
            frailty[class] = stream.gamma(class as u32, purpose::FRAILTY, 0, shape) / shape;
        }
    }
    for (wave, pools) in setting.raid.waves.iter().zip(&setting.geometry.pools) {
        let count = if wave.count.is_fixed() {
            wave.count.mode
        } else {
            wave.count
                .quantile(stream.uniform(wave.entity, purpose::COUNT, 0))
        };
        let count = count.round().max(0.0) as u32;
        for i in 0..count {
            let entity = threat_entity(wave.entity, i);
            flying.push(one(setting, stream, wave, *pools, entity, &frailty));
        }
    }
}

fn one(
    setting: &Setting<'_>,
    stream: Stream,
    wave: &WavePlan,
    pools: [u32; 4],
    entity: u32,
    frailty: &[f64; 7],
) -> Flying {
    let draw = setting.draw;
    let class = crate::engine::class_of(setting, wave.threat);
    let route = pick_route(setting, stream, wave, pools, entity);
    let path = &setting.geometry.routes[route as usize];
    let mut launch_s = wave.start_s;
    if wave.spread_s > 0.0 {
        launch_s += wave.spread_s * stream.uniform(entity, purpose::LAUNCH, 0);
    }
    let launched = SimTime::from_seconds(launch_s);
    let arrives = launched + SimTime::from_seconds(path.flight_s);
    let (fate, end_s) = natural_end(setting, stream, wave, path, entity, frailty);
    let alarm = path.entry_s.map_or(SimTime::NEVER, |t| {
        launched + SimTime::from_seconds(t + setting.existing.0.alarm_delay_s)
    });
    debug_assert!(draw.threats.len() > wave.threat);
    Flying {
        entity,
        type_: wave.threat,
        class,
        route,
        launched,
        ends: launched + SimTime::from_seconds(end_s),
        fate,
        arrives,
        alive: true,
        end: End::Flying,
        ended: SimTime::NEVER,
        tracked: false,
        shots: 0,
        salvos: 0,
        in_flight: 0,
        first_dealing: 0,
        wakes: SimTime::NEVER,
        taken_for_decoy: false,
        heading: Heading::default(),
        alarm,
        causes: 0,
    }
}

/// Flyers choose their aim one by one. Ballistic and diving missiles of a wave come as a salvo on
/// one place: the record's outcomes for them are nearly all or nothing in a raid.
fn pick_route(
    setting: &Setting<'_>,
    stream: Stream,
    wave: &WavePlan,
    pools: [u32; 4],
    entity: u32,
) -> u32 {
    let values = &setting.draw.values;
    let inside_share = values.get(setting.plan.aims[wave.aims].inside_share);
    let salvo = !setting.plan.threats[wave.threat].class.is_air_breathing();
    let chooser = if salvo { wave.entity } else { entity };
    let strays = pools[3] > pools[2];
    let [u_side, u_stray] = if inside_share >= 1.0 && !strays {
        // Nothing to choose.
        [0.0, 1.0]
    } else {
        stream.uniform_pair(chooser, purpose::SIDE, 0)
    };
    let (from, to) = if u_side >= inside_share {
        (pools[1], pools[2])
    } else if strays && u_stray < values.get(wave.stray_share) {
        (pools[2], pools[3])
    } else {
        (pools[0], pools[1])
    };
    let count = (to - from).max(1) as usize;
    let first = from + stream.index(chooser, purpose::ROUTE, 0, count) as u32;
    if !salvo {
        return first;
    }
    let routes = &setting.geometry.routes;
    let same = |&i: &u32| routes[i as usize].place == routes[first as usize].place;
    let mates = (from..to).filter(same).count();
    let pick = stream.index(entity, purpose::ROUTE, 1, mates);
    (from..to).filter(same).nth(pick).unwrap_or(first)
}

/// How and when a threat ends if no fire unit of the option stops it, seconds since launch.
fn natural_end(
    setting: &Setting<'_>,
    stream: Stream,
    wave: &WavePlan,
    route: &Route,
    entity: u32,
    frailty: &[f64; 7],
) -> (End, f64) {
    let class = crate::engine::class_of(setting, wave.threat).index();
    let arrival = if route.inside {
        End::Leaked
    } else {
        End::LeftArea
    };
    let fail_share = setting.draw.threats[wave.threat].fail_share;
    if fail_share > 0.0 {
        let [u_fail, u_when] = stream.uniform_pair(entity, purpose::FAIL, 0);
        if u_fail < fail_share {
            return (End::Failed, route.flight_s * u_when);
        }
    }
    let luck = || stream.uniform_pair(entity, purpose::EXISTING, 0);
    if let Some(hazard) = &setting.existing.0.path[class] {
        let [u, u_cause] = luck();
        return along_path(hazard, route, frailty[class], u, u_cause, arrival);
    }
    if let Some(cover) = &setting.existing.0.cover[class]
        && under_cover(cover, setting, stream, route, class)
        && luck()[0] < cover.killed_share
    {
        // Met near the end of its flight.
        return (End::KilledExisting, route.flight_s * 0.97);
    }
    (arrival, route.flight_s)
}

fn along_path(
    hazard: &PathHazard,
    route: &Route,
    frailty: f64,
    u: f64,
    u_cause: f64,
    arrival: End,
) -> (End, f64) {
    match hazard.end_s(route, frailty, -math::ln(u)) {
        Some(t) if u_cause < hazard.lost_share => (End::Lost, t.min(route.flight_s)),
        Some(t) => (End::KilledExisting, t.min(route.flight_s)),
        None => (arrival, route.flight_s),
    }
}

/// Whether the aim is under cover in this run: all threats of a class at one place share the luck.
fn under_cover(
    cover: &CoverHazard,
    setting: &Setting<'_>,
    stream: Stream,
    route: &Route,
    class: usize,
) -> bool {
    let inside = setting.world.in_area(route.aim);
    let share = if inside {
        cover.area_cover_share
    } else {
        cover.cover_share
    };
    let cell = |deg: f64| (deg * 2.0).floor() as i32 as u32;
    let place = cell(route.aim.lat_deg).wrapping_mul(7919) ^ cell(route.aim.lon_deg);
    stream.uniform(place, purpose::COVER, class as u32) < share
}

/// Adds how a threat ended to the log.
pub(crate) fn tally(
    setting: &Setting<'_>,
    stream: Stream,
    log: &mut RaidLog,
    threat: &Flying,
    cause: Cause,
) {
    let route = &setting.geometry.routes[threat.route as usize];
    let class = threat.class.index();
    let count = log.class(threat.class);
    count.launched += 1;
    match threat.end {
        End::Failed => count.failed += 1,
        End::Lost => count.lost += 1,
        End::KilledExisting => count.killed_existing += 1,
        End::KilledShield => count.killed_shield += 1,
        End::Leaked => count.leaked += 1,
        End::LeftArea | End::Flying => count.left_area += 1,
    }
    if route.inside {
        log.inside[class] += 1;
        log.class(threat.class).inside_working += u32::from(threat.end != End::Failed);
        let warning = (threat.arrives - threat.alarm).seconds() / 60.0;
        if threat.alarm.is_ever() && warning > 0.0 {
            let count = log.class(threat.class);
            count.warning_sum_min += warning;
            count.warned += 1;
        }
        match threat.end {
            End::Failed => log.inside_ends[class][0] += 1,
            End::Lost => log.inside_ends[class][1] += 1,
            End::KilledExisting => log.inside_ends[class][2] += 1,
            End::KilledShield => log.inside_ends[class][3] += 1,
            End::Leaked => log.causes[class][cause as usize] += 1,
            End::LeftArea | End::Flying => {}
        }
    }
    let entered = incursion(setting, log, threat, route, cause);
    if threat.end == End::Lost {
        lost_down(setting, stream, log, threat, route, entered);
    }
}

/// Books the entry of a threat into NATO airspace: where first, for how long and how far, and why
/// it was not shot at if it was not. Answers whether it entered.
fn incursion(
    setting: &Setting<'_>,
    log: &mut RaidLog,
    threat: &Flying,
    route: &Route,
    cause: Cause,
) -> bool {
    let flown_s = (threat.ended - threat.launched).seconds();
    let mut stays = route
        .nato_stays
        .iter()
        .filter(|stay| stay.from_s <= flown_s)
        .peekable();
    let Some(first) = stays.peek() else {
        return false;
    };
    let code = setting.world.code(first.country);
    log.class(threat.class).incursions_nato += 1;
    log.incident(Incident::Incursion, code);
    if !threat.was_engaged() {
        log.incident(Incident::IncursionMissed(cause), code);
        if threat.heading.refused {
            log.incident(Incident::HeadingMissed, code);
        }
    }
    for stay in stays {
        let time_s = flown_s.min(stay.to_s) - stay.from_s;
        let share = time_s / (stay.to_s - stay.from_s).max(1e-9);
        let code = setting.world.code(stay.country);
        log.amount(Amount::IncursionTime, code, time_s);
        let path_km = (stay.to_m - stay.from_m) * share / 1000.0;
        log.amount(Amount::IncursionPath, code, path_km);
    }
    true
}

/// Where a lost drone comes down: it flies on towards its aim and beyond.
fn lost_down(
    setting: &Setting<'_>,
    stream: Stream,
    log: &mut RaidLog,
    threat: &Flying,
    route: &Route,
    entered: bool,
) {
    let lost_s = (threat.ended - threat.launched).seconds();
    let left_m = setting.draw.threats[threat.type_].speed_m_s * (route.flight_s - lost_s).max(0.0);
    let after = route.track.partition_point(|point| point.0 <= lost_s);
    let (from_s, from) = route.track[after.saturating_sub(1)];
    let (to_s, to) = route.track[after.min(route.track.len() - 1)];
    let (leg_m, heading) = polar(from, to);
    let share = ((lost_s - from_s) / (to_s - from_s).max(1e-9)).clamp(0.0, 1.0);
    let here = from_polar(from, leg_m * share, heading);
    let (_, azimuth) = polar(here, route.aim);
    let u = stream.uniform(threat.entity, purpose::LOST_FALL, 0);
    let flown = (-math::ln(u) * LOST_FLIGHT_M).min(left_m + 4.0 * LOST_FLIGHT_M);
    let down = from_polar(here, flown, azimuth);
    let country = setting.world.country_at(down);
    log.incident(Incident::LostDown, setting.world.code(country));
    if setting.world.is_nato(country) && !entered {
        log.class(threat.class).incursions_nato += 1;
        log.incident(Incident::Incursion, setting.world.code(country));
    }
}

//! One epistemic draw: every uncertain number has a value, for all options alike.

use crate::crews::CourseDraw;
use crate::debris::DebrisDraw;
use crate::inputs::{InputId, Values};
use crate::plan::{AreaPlan, DoctrinePlan, LossInputs, Plan, Unit};
use cupola_coverage::detection::Radar;
use cupola_coverage::network::Beam;
use cupola_scenario::{Class, Kind};
use cupola_units::{SimTime, Stream, math};

/// False-alarm probability behind every detection probability.
const P_FALSE_ALARM: f64 = 1e-6;
/// Longest line of sight computed, metres; sensors that reach further are cut here.
pub const SENSOR_RANGE_MAX_M: f64 = 250_000.0;
/// The same against ballistic arcs, which fly far above any ground between: metres.
pub(crate) const ARC_RANGE_MAX_M: f64 = 1_000_000.0;

/// The values of one draw, in the form the engine needs.
#[derive(Clone, Debug)]
pub struct Draw {
    /// Number of the draw.
    pub number: u32,
    /// Which terrain seed it uses.
    pub terrain: usize,
    /// Values by input.
    pub values: Values,
    pub(crate) units: Vec<UnitDraw>,
    pub(crate) threats: Vec<ThreatDraw>,
    /// Kill probability by family and threat type, before the raid's common factor.
    pub(crate) kill: Vec<Vec<f64>>,
    pub(crate) s_common: f64,
    pub(crate) s_family: f64,
    pub(crate) second_shot: f64,
    pub(crate) doctrines: Vec<DoctrineDraw>,
    pub(crate) areas: Vec<AreaDraw>,
    pub(crate) link_delay: SimTime,
    pub(crate) link_share: f64,
    /// Mean length of an outage of a link, seconds; 0: up or down for a whole raid.
    pub(crate) link_outage_s: f64,
    pub(crate) post_loss: LossDraw,
    pub(crate) debris: DebrisDraw,
}

/// A doctrine's figures in one draw.
#[derive(Clone, Debug)]
pub(crate) struct DoctrineDraw {
    pub shots: [f64; 7],
    pub taken_for_decoy: f64,
    pub decoy_engaged: f64,
}

/// A loss within a raid: its probability, and when, unless at a random time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LossDraw {
    pub share: f64,
    pub at: Option<SimTime>,
}

/// The figures of means over an area in one draw, SI.
#[derive(Clone, Debug)]
pub(crate) struct AreaDraw {
    pub ceiling_m: f64,
    /// Losses per second in the area (electronic warfare).
    pub lost_per_s: f64,
    /// Engagements per metre in the area (fire teams, interceptor drones).
    pub met_per_m: f64,
    pub kill_share: Option<f64>,
    pub rounds: u32,
    pub cost_musd: f64,
}

/// A unit's figures in one draw, SI.
#[derive(Clone, Debug)]
pub(crate) struct UnitDraw {
    /// Whether its course is finished.
    pub trained: bool,
    /// Weeks from the start of its course until it is manned.
    pub manned_weeks: Option<f64>,
    pub course: Option<CourseDraw>,
    pub ready_share: f64,
    pub loss: LossDraw,
    /// Radar against each threat type: detection range model and cross-section.
    pub radar: Radar,
    pub scan_s: f64,
    pub sector_half_rad: f64,
    /// Elevations watched, where they are limited.
    pub beam: Option<Beam>,
    pub look_down_share: f64,
    pub channels: i32,
    pub hold_share: f64,
    pub reaction: SimTime,
    pub assess: SimTime,
    pub ready: u32,
    pub per_load: u32,
    pub stock: u32,
    pub reload: SimTime,
    pub cost_musd: f64,
    pub fall_share: f64,
    pub envelope: EnvelopeDraw,
}

/// Where a unit's missile reaches, and how long it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EnvelopeDraw {
    pub range_m: f64,
    pub range_min_m: f64,
    pub ceiling_m: f64,
    pub altitude_min_m: f64,
    pub ballistic_range_m: f64,
    pub ballistic_min_m: f64,
    pub ballistic_max_m: f64,
    pub speed_m_s: f64,
    pub speed_far_m_s: f64,
    /// How far fighters fly towards the target before they fire, and how fast.
    pub response_m: f64,
    pub response_speed_m_s: f64,
}

impl EnvelopeDraw {
    /// Longest slant range at which anything of this class is engaged, metres.
    pub(crate) fn reach_m(&self, class: Class) -> f64 {
        if is_ballistic(class) {
            self.ballistic_range_m
        } else {
            self.range_m + self.response_m
        }
    }

    /// Whether a target at this slant range, height above sea and above ground can be met.
    pub(crate) fn holds(&self, class: Class, slant_m: f64, asl_m: f64, agl_m: f64) -> bool {
        if is_ballistic(class) {
            slant_m <= self.ballistic_range_m
                && (self.ballistic_min_m..=self.ballistic_max_m).contains(&asl_m)
        } else {
            (self.range_min_m..=self.range_m + self.response_m).contains(&slant_m)
                && asl_m <= self.ceiling_m
                && agl_m >= self.altitude_min_m
        }
    }

    /// Time from launch (for fighters: from commitment) to a slant range, seconds.
    pub(crate) fn fly_out_s(&self, slant_m: f64) -> f64 {
        let missile_m = slant_m.min(self.range_m);
        let flown_m = (slant_m - self.range_m).max(0.0);
        let share = missile_m / self.range_m.max(1.0);
        let speed = self.speed_m_s + (self.speed_far_m_s - self.speed_m_s) * share.min(1.0);
        missile_m / speed + flown_m / self.response_speed_m_s.max(1.0)
    }
}

/// Classes met in a descending footprint rather than in an envelope against aircraft.
pub(crate) fn is_ballistic(class: Class) -> bool {
    matches!(class, Class::Ballistic | Class::Heavy | Class::S300)
}

/// A threat type's figures in one draw, SI.
#[derive(Clone, Debug)]
pub(crate) struct ThreatDraw {
    pub speed_m_s: f64,
    pub altitude_m: f64,
    pub apogee_m: Option<f64>,
    pub terminal_speed_m_s: f64,
    pub descent_rad: f64,
    pub rcs_m2: f64,
    pub cost_musd: f64,
    pub fail_share: f64,
}

impl Draw {
    /// Draw `number` of the plan, with `terrains` terrain seeds taken in turn.
    pub fn new(plan: &Plan, number: u32, terrains: usize) -> Self {
        // Blocks of 128 draws visit the seeds evenly, and every hypercube meets every seed.
        let terrain = (number as usize / 16 + number as usize) % terrains.max(1);
        Self::of_values(plan, plan.inputs.draw(plan.seed, number), number, terrain)
    }

    /// The draw in the middle of every range, for maps.
    pub fn middle(plan: &Plan, terrain: usize) -> Self {
        Self::of_values(plan, plan.inputs.middle(), u32::MAX, terrain)
    }

    fn of_values(plan: &Plan, values: Values, number: u32, terrain: usize) -> Self {
        let shared = &plan.shared;
        let stream = Stream::new(plan.seed, 0x8000_0000 | number);
        let threats = plan
            .threats
            .iter()
            .map(|threat| threat_draw(threat, &values))
            .collect();
        let units = plan
            .units
            .iter()
            .map(|unit| unit_draw(unit, &values, stream))
            .collect();
        let rho = shared.families_correlation;
        let common = values.normal(shared.pk_common);
        let kill = plan.families.iter().map(|family| {
            let z = rho.sqrt() * common + (1.0 - rho).sqrt() * values.normal(family.own);
            let u = math::normal_cdf(z);
            let at = |range: &[f64; 3]| math::triangular_quantile(u, range[0], range[1], range[2]);
            family
                .by_threat
                .iter()
                .map(|range| range.as_ref().map_or(0.0, at))
                .collect()
        });
        let kill = kill.collect();
        Self {
            number,
            terrain,
            units,
            threats,
            kill,
            s_common: values.get(shared.s_common),
            s_family: values.get(shared.s_family),
            second_shot: values.get(shared.second_shot),
            doctrines: plan
                .doctrines
                .iter()
                .map(|d| doctrine_draw(d, &values))
                .collect(),
            areas: plan
                .areas
                .iter()
                .map(|area| area_draw(area, &values))
                .collect(),
            link_delay: SimTime::from_seconds(values.get(shared.link_delay_s)),
            link_share: values.get(shared.link_share),
            link_outage_s: values.get(shared.link_outage_min) * 60.0,
            post_loss: loss_draw(shared.post_loss, &values),
            debris: DebrisDraw {
                pieces: values.get(shared.debris.pieces),
                sheltered_share: values.get(shared.debris.sheltered_share),
                interceptor_m2: values.get(shared.debris.interceptor_m2),
                people_factor: values.get(shared.debris.people_factor),
            },
            values,
        }
    }
}

fn threat_draw(threat: &crate::plan::ThreatType, values: &Values) -> ThreatDraw {
    ThreatDraw {
        speed_m_s: values.get(threat.speed_km_h) / 3.6,
        altitude_m: values.get(threat.altitude_m),
        apogee_m: threat.apogee_km.map(|id| values.get(id) * 1000.0),
        terminal_speed_m_s: values.get(threat.terminal_speed_m_s),
        descent_rad: math::radians_from_degrees(values.get(threat.descent_deg).clamp(5.0, 89.0)),
        rcs_m2: values.get(threat.rcs_m2).max(1e-6),
        cost_musd: values.get(threat.cost_musd),
        fail_share: values.get(threat.fail_share),
    }
}

fn doctrine_draw(doctrine: &DoctrinePlan, values: &Values) -> DoctrineDraw {
    DoctrineDraw {
        shots: doctrine.shots.map(|id| values.get(id)),
        taken_for_decoy: values.get(doctrine.taken_for_decoy),
        decoy_engaged: values.get(doctrine.decoy_engaged),
    }
}

fn loss_draw(loss: LossInputs, values: &Values) -> LossDraw {
    LossDraw {
        share: values.get(loss.share),
        at: loss
            .at_min
            .map(|id| SimTime::from_seconds(values.get(id) * 60.0)),
    }
}

/// Engagements per metre flown are 2·w·n: teams per area times the width they cover.
fn area_draw(area: &AreaPlan, values: &Values) -> AreaDraw {
    let get = |id| values.get(id);
    AreaDraw {
        ceiling_m: get(area.ceiling_m),
        lost_per_s: get(area.lost_per_hour) / 3600.0,
        met_per_m: 2.0 * get(area.half_width_km) * get(area.teams_per_1000_km2) / 1e6,
        kill_share: area.kill_share.map(get),
        rounds: get(area.rounds).round().max(0.0) as u32,
        cost_musd: get(area.cost_musd),
    }
}

fn unit_draw(unit: &Unit, values: &Values, stream: Stream) -> UnitDraw {
    let get = |id| values.get(id);
    let i = &unit.inputs;
    let course = unit.course.map(|course| course_draw(&course, values));
    let manned_weeks = unit
        .course
        .zip(course)
        .map(|(course, figures)| figures.manned_weeks(course.before + 1, stream, course.entity));
    let finished =
        |course: crate::crews::Course| manned_weeks.is_none_or(|weeks| course.days >= 7.0 * weeks);
    let range_m = get(i.sensor.range_km) * 1000.0;
    let whole = |x: f64| x.round().max(1.0) as u32;
    let (ready, per_load, stock) = missiles(unit, values);
    UnitDraw {
        trained: unit.manned && unit.course.is_none_or(finished),
        manned_weeks,
        course,
        ready_share: get(i.ready_share),
        loss: loss_draw(unit.loss, values),
        radar: Radar {
            reference_range_m: range_m,
            reference_section_m2: get(i.sensor.rcs_ref_m2).max(1e-6),
            reference_p_d: get(i.sensor.pd_ref).clamp(0.05, 0.999),
            p_fa: P_FALSE_ALARM,
            instrumented_range_m: None,
        },
        scan_s: get(i.sensor.scan_s).max(0.5),
        sector_half_rad: math::radians_from_degrees(get(i.sensor.sector_deg)) / 2.0,
        beam: beam(unit, values),
        look_down_share: if unit.kind == Kind::Fighter {
            get(i.fighter.look_down_share)
        } else {
            1.0
        },
        channels: if unit.kind == Kind::Fighter {
            i32::try_from(on_station(unit, values)).unwrap_or(i32::MAX)
        } else {
            i32::try_from(whole(get(i.fire.channels))).unwrap_or(i32::MAX)
        },
        hold_share: get(i.fire.hold_share),
        reaction: SimTime::from_seconds(get(i.fire.reaction_s)),
        assess: SimTime::from_seconds(get(i.fire.assess_s)),
        ready,
        per_load,
        stock,
        reload: SimTime::from_seconds(get(i.stock.reload_min) * 60.0),
        cost_musd: get(i.missile.cost_musd),
        fall_share: 1.0 - get(i.missile.self_destruct_share),
        envelope: EnvelopeDraw {
            range_m: get(i.missile.range_km) * 1000.0,
            range_min_m: get(i.missile.range_min_km) * 1000.0,
            ceiling_m: get(i.missile.ceiling_km) * 1000.0,
            altitude_min_m: get(i.missile.altitude_min_m),
            ballistic_range_m: get(i.missile.ballistic_range_km) * 1000.0,
            ballistic_min_m: get(i.missile.ballistic_min_km) * 1000.0,
            ballistic_max_m: get(i.missile.ballistic_max_km) * 1000.0,
            speed_m_s: get(i.missile.speed_m_s).max(1.0),
            speed_far_m_s: get(i.missile.speed_far_m_s).max(1.0),
            response_m: get(i.fighter.radius_km) * 1000.0,
            response_speed_m_s: get(i.fighter.speed_m_s),
        },
    }
}

/// The elevations that a unit's sensor watches; `None` where nothing limits them.
fn beam(unit: &Unit, values: &Values) -> Option<Beam> {
    let sensor = &unit.inputs.sensor;
    let angle = |id: Option<InputId>, default_deg: f64| {
        math::radians_from_degrees(id.map_or(default_deg, |id| values.get(id)))
    };
    let limited = sensor.elevation_min_deg.is_some() || sensor.elevation_max_deg.is_some();
    limited.then(|| Beam {
        lowest_rad: angle(sensor.elevation_min_deg, -90.0),
        highest_rad: angle(sensor.elevation_max_deg, 90.0),
    })
}

fn course_draw(course: &crate::crews::Course, values: &Values) -> CourseDraw {
    let get = |id| values.get(id);
    let i = &course.inputs;
    CourseDraw {
        weeks: get(i.weeks),
        around_weeks: get(i.handover_weeks) + get(i.travel_weeks),
        delay_weeks: get(i.delay_weeks),
        places: i.places.map(get),
        dropout_share: get(i.dropout_share),
        persons: get(i.persons) * get(i.rotation),
    }
}

/// Aircraft on station out of those assigned: availability, time on station, transit and
/// turn-round (models page, section 13); transit half an hour each way, turn-round three hours.
fn on_station(unit: &Unit, values: &Values) -> u32 {
    let i = &unit.inputs;
    let on_station_h = values.get(i.fighter.on_station_h);
    let share =
        values.get(i.fighter.availability_share) * on_station_h / (on_station_h + 1.0 + 3.0);
    (values.get(i.fighter.aircraft) * share).round().max(1.0) as u32
}

/// Missiles ready, missiles of one launcher load, and missiles in stock beyond.
fn missiles(unit: &Unit, values: &Values) -> (u32, u32, u32) {
    let i = &unit.inputs;
    let whole = |x: f64| x.round().max(0.0) as u32;
    if unit.kind == Kind::Fighter {
        let load = whole(values.get(i.fighter.missiles));
        let ready = on_station(unit, values) * load;
        return (ready, load.max(1), ready);
    }
    let per_load = whole(values.get(i.stock.per_launcher)).max(1);
    let ready = per_load * whole(values.get(i.stock.launchers)).max(1);
    (
        ready,
        per_load,
        whole(f64::from(ready) * values.get(i.stock.loads)),
    )
}

/// What a map needs to know of a unit against one class: sensor range against a cross-section, and
/// the envelope.
#[derive(Clone, Copy, Debug)]
pub struct MapFigures {
    /// Detection range against the cross-section, metres.
    pub sensor_range_m: f64,
    /// Half the width of the sector watched, radians.
    pub sector_half_rad: f64,
    /// Elevations watched, where they are limited.
    pub beam: Option<Beam>,
    /// Range and minimum range against aircraft-like targets, metres.
    pub range_m: [f64; 2],
    /// Lowest target above ground and highest above sea, metres.
    pub altitude_m: [f64; 2],
    /// Slant reach against ballistic targets, metres; 0 is none.
    pub ballistic_range_m: f64,
    /// Lowest and highest intercept of a ballistic target, metres.
    pub ballistic_altitude_m: [f64; 2],
}

impl Draw {
    /// A unit's figures for a map, against a cross-section in m².
    pub fn map_figures(&self, unit: usize, rcs_m2: f64) -> MapFigures {
        let figures = &self.units[unit];
        let envelope = &figures.envelope;
        MapFigures {
            sensor_range_m: figures.radar.range_m(rcs_m2).min(SENSOR_RANGE_MAX_M),
            sector_half_rad: figures.sector_half_rad,
            beam: figures.beam,
            range_m: [envelope.range_min_m, envelope.range_m + envelope.response_m],
            altitude_m: [envelope.altitude_min_m, envelope.ceiling_m],
            ballistic_range_m: envelope.ballistic_range_m,
            ballistic_altitude_m: [envelope.ballistic_min_m, envelope.ballistic_max_m],
        }
    }

    /// Missiles of a unit, ready and in stock.
    pub fn missiles(&self, unit: usize) -> u32 {
        self.units[unit].ready + self.units[unit].stock
    }

    /// Probability that a unit is on duty.
    pub fn on_duty_share(&self, unit: usize) -> f64 {
        if self.units[unit].trained {
            self.units[unit].ready_share
        } else {
            0.0
        }
    }

    /// The course of a unit in this draw, and the weeks from its start until the unit is manned;
    /// infinite when it never is. `None` for a unit without a course.
    pub fn course(&self, unit: usize) -> Option<(CourseDraw, f64)> {
        let figures = &self.units[unit];
        figures.course.zip(figures.manned_weeks)
    }

    /// Cross-section of a threat type, m².
    pub fn rcs_m2(&self, threat: usize) -> f64 {
        self.threats[threat].rcs_m2
    }
}

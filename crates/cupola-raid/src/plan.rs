//! What a scenario means for the engine: units, waves, rules and options, with every uncertain
//! number registered as an input.

use crate::inputs::{InputId, Inputs};
use cupola_scenario::{
    Class, CommandMode, Engage, Kind, Num, Profile, Rejected, Scenario, Sensor, System,
};
use cupola_units::{LatLon, entity_id};
use cupola_world::World;
use std::collections::BTreeMap;

/// Everything about a scenario that does not change between draws.
#[derive(Debug)]
pub struct Plan {
    /// Uncertain inputs.
    pub inputs: Inputs,
    /// Fire units, patrols and sensors of all options together.
    pub units: Vec<Unit>,
    /// Threat types in the raids.
    pub threats: Vec<ThreatType>,
    /// The raids.
    pub raids: Vec<RaidPlan>,
    /// The options.
    pub options: Vec<OptionPlan>,
    /// Rules of engagement.
    pub rules: Vec<RulePlan>,
    /// The existing defence.
    pub existing: Option<ExistingPlan>,
    /// Inputs that belong to no unit or threat.
    pub shared: SharedInputs,
    /// Sets of aims by name.
    pub aims: Vec<AimSet>,
    /// Seed of all chance.
    pub seed: u64,
    /// Interceptor families in the order of kill-probability inputs.
    pub families: Vec<FamilyPlan>,
}

/// One fire unit, patrol or sensor.
#[derive(Clone, Debug)]
pub struct Unit {
    /// `group/system/site`, with a number when there are several.
    pub id: String,
    /// Number of the unit in random counters.
    pub entity: u32,
    /// Group that options name.
    pub group: String,
    /// Site as written.
    pub site: String,
    /// Nation of the crew, alpha-2.
    pub nation: String,
    /// Whether that nation is in NATO.
    pub is_nato: bool,
    /// System's catalogue id.
    pub system: String,
    /// System as printed.
    pub system_name: String,
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub at: LatLon,
    /// Ground above sea as given, metres.
    pub ground_m: Option<f64>,
    /// Antenna above ground, metres: the most likely value, since floors are computed once.
    pub antenna_m: f64,
    /// Height above sea of an airborne antenna, metres.
    pub altitude_m: Option<f64>,
    /// Direction watched, degrees from north.
    pub facing_deg: Option<f64>,
    /// Whether it fires on linked sensors' tracks.
    pub remote_tracks: bool,
    /// Whether it is manned on the day asked for, training aside.
    pub manned: bool,
    /// Days from the start of its course to the day asked for.
    pub course_days: Option<f64>,
    /// Position of its interceptor family; `None` for sensors.
    pub family: Option<usize>,
    /// Its uncertain figures.
    pub inputs: UnitInputs,
}

/// Inputs of a unit; those that do not apply are fixed numbers.
#[derive(Clone, Copy, Debug)]
pub struct UnitInputs {
    pub(crate) sensor_range_km: InputId,
    pub(crate) rcs_ref_m2: InputId,
    pub(crate) pd_ref: InputId,
    pub(crate) scan_s: InputId,
    pub(crate) sector_deg: InputId,
    pub(crate) range_km: InputId,
    pub(crate) range_min_km: InputId,
    pub(crate) ceiling_km: InputId,
    pub(crate) altitude_min_m: InputId,
    pub(crate) speed_m_s: InputId,
    pub(crate) speed_far_m_s: InputId,
    pub(crate) ballistic_range_km: InputId,
    pub(crate) ballistic_min_km: InputId,
    pub(crate) ballistic_max_km: InputId,
    pub(crate) self_destruct_share: InputId,
    pub(crate) cost_musd: InputId,
    pub(crate) channels: InputId,
    pub(crate) hold_share: InputId,
    pub(crate) reaction_s: InputId,
    pub(crate) assess_s: InputId,
    pub(crate) launchers: InputId,
    pub(crate) per_launcher: InputId,
    pub(crate) reload_min: InputId,
    pub(crate) loads_in_stock: InputId,
    pub(crate) ready_share: InputId,
    pub(crate) training_weeks: InputId,
    pub(crate) handover_weeks: InputId,
    pub(crate) look_down_share: InputId,
    pub(crate) response_speed_m_s: InputId,
    pub(crate) response_radius_km: InputId,
    pub(crate) availability_share: InputId,
    pub(crate) on_station_h: InputId,
    pub(crate) fighter_missiles: InputId,
    pub(crate) aircraft: InputId,
}

/// A type of threat.
#[derive(Clone, Debug)]
pub struct ThreatType {
    /// Catalogue id.
    pub id: String,
    /// Name as printed.
    pub name: String,
    /// Class.
    pub class: Class,
    /// How it flies.
    pub profile: Profile,
    /// Column of the kill-probability table.
    pub pk_column: Option<String>,
    pub(crate) speed_km_h: InputId,
    pub(crate) altitude_m: InputId,
    pub(crate) apogee_km: Option<InputId>,
    pub(crate) terminal_speed_m_s: InputId,
    pub(crate) descent_deg: InputId,
    pub(crate) rcs_m2: InputId,
    pub(crate) cost_musd: InputId,
    pub(crate) fail_share: InputId,
}

/// A raid.
#[derive(Clone, Debug)]
pub struct RaidPlan {
    /// Short name.
    pub name: String,
    /// Its waves.
    pub waves: Vec<WavePlan>,
}

/// A wave.
#[derive(Clone, Debug)]
pub struct WavePlan {
    /// Number of the wave in random counters.
    pub entity: u32,
    /// Position of the threat type.
    pub threat: usize,
    /// How many, drawn anew in each run.
    pub count: Num,
    /// Launch areas: centre and radius in metres.
    pub from: Vec<(LatLon, f64)>,
    /// Position of its aims.
    pub aims: usize,
    /// First launch, seconds after the raid begins.
    pub start_s: f64,
    /// Launches are spread over this time, seconds.
    pub spread_s: f64,
    /// Way-points.
    pub via: Vec<LatLon>,
    /// Share of those aimed inside that stray into NATO airspace.
    pub stray_share: InputId,
}

/// A set of aims.
#[derive(Clone, Debug)]
pub struct AimSet {
    /// Share aimed inside.
    pub inside_share: InputId,
    /// Aims inside and outside the area.
    pub lists: [Vec<AimPoint>; 2],
}

/// One aim of a set.
#[derive(Clone, Copy, Debug)]
pub struct AimPoint {
    /// Centre.
    pub at: LatLon,
    /// Cumulated share of the weights; 1 at the last.
    pub up_to: f64,
    /// Aim points are spread over a disc of this radius, metres.
    pub radius_m: f64,
    /// Nearest point of NATO soil, for those that stray.
    pub nato: Option<LatLon>,
}

/// An option.
#[derive(Clone, Debug)]
pub struct OptionPlan {
    /// Short name.
    pub name: String,
    /// Positions of its units.
    pub units: Vec<usize>,
    /// Rule of each of those units.
    pub rules: Vec<usize>,
    /// Mode of command.
    pub mode: CommandMode,
}

/// A rule of engagement.
#[derive(Clone, Debug)]
pub struct RulePlan {
    /// Where engagement is allowed.
    pub engage: Engage,
    /// Depth of a belt, metres.
    pub belt_m: f64,
    pub(crate) horizon_s: InputId,
    pub(crate) heading_error_deg: InputId,
    pub(crate) consent_s: InputId,
}

/// The existing defence.
#[derive(Clone, Debug)]
pub struct ExistingPlan {
    /// Country it acts over, as an index of the world.
    pub nation: u8,
    pub(crate) belief_share: InputId,
    pub(crate) aim_share: InputId,
    pub(crate) area_weight: InputId,
    pub(crate) alarm_delay_min: InputId,
    /// By class: killed share, lost share, correlation within a raid.
    pub(crate) path: BTreeMap<Class, [InputId; 3]>,
    /// By class: cover outside, cover inside, killed under cover.
    pub(crate) cover: BTreeMap<Class, [InputId; 3]>,
}

/// Inputs that belong to no unit or threat.
#[derive(Clone, Copy, Debug)]
pub struct SharedInputs {
    pub(crate) pk_common: InputId,
    pub(crate) s_common: InputId,
    pub(crate) s_family: InputId,
    pub(crate) second_shot: InputId,
    pub(crate) shots: [InputId; 7],
    pub(crate) link_delay_s: InputId,
    pub(crate) link_share: InputId,
    pub(crate) families_correlation: f64,
    pub(crate) cap: f64,
}

/// A row of the kill-probability table.
#[derive(Clone, Debug)]
pub struct FamilyPlan {
    /// Row id.
    pub id: String,
    /// Number of the family in random counters.
    pub entity: u32,
    pub(crate) own: InputId,
    /// Low, mode, high by position of the threat type.
    pub(crate) by_threat: Vec<Option<[f64; 3]>>,
}

impl Plan {
    /// Resolves a scenario against the world.
    ///
    /// # Errors
    /// [`Rejected`] pointing at the name of a site, place or aim that is not known.
    pub fn new(scenario: &Scenario, world: &World) -> Result<Self, Rejected> {
        let mut builder = Builder {
            scenario,
            world,
            inputs: Inputs::default(),
        };
        let shared = builder.shared();
        let threats = builder.threats();
        let families = builder.families(&threats);
        let (aims, aim_names) = builder.aims()?;
        let raids = builder.raids(&threats, &aim_names)?;
        let units = builder.units(&families)?;
        let (rules, rule_names) = builder.rules();
        let options = builder.options(&units, &rule_names);
        let existing = builder.existing();
        Ok(Self {
            inputs: builder.inputs,
            units,
            threats,
            raids,
            options,
            rules,
            existing,
            shared,
            aims,
            seed: scenario.file.campaign.seed,
            families,
        })
    }
}

impl FamilyPlan {
    /// Whether it has any capability against a threat type.
    pub fn kills(&self, threat: usize) -> bool {
        self.by_threat.get(threat).is_some_and(Option::is_some)
    }
}

impl Unit {
    /// The antenna for line of sight.
    pub fn antenna(&self) -> cupola_coverage::Antenna {
        cupola_coverage::Antenna {
            at: self.at,
            mast_m: self.antenna_m,
            ground_m: self.ground_m,
            altitude_m: self.altitude_m,
        }
    }
}

struct Builder<'a> {
    scenario: &'a Scenario,
    world: &'a World,
    inputs: Inputs,
}

impl Builder<'_> {
    fn add(&mut self, name: &str, num: &Num) -> InputId {
        self.inputs.add(name, num)
    }

    /// An input that may be absent, with the model's own default.
    fn or(&mut self, name: &str, num: Option<&Num>, default: &Num) -> InputId {
        self.inputs.add(name, num.unwrap_or(default))
    }

    fn fixed(&mut self, name: &str, num: Option<&Num>, default: f64) -> InputId {
        self.or(name, num, &Num::fixed(default))
    }

    fn point(&self, name: &str, path: &str) -> Result<(LatLon, Option<f64>), Rejected> {
        if let Some(site) = self.scenario.file.sites.get(name) {
            return Ok((LatLon::new(site.lat_deg, site.lon_deg), site.ground_m));
        }
        self.world
            .place(name)
            .map(|at| (at, None))
            .map_err(|error| {
                let near = error.suggestions.join(", ");
                let help = if near.is_empty() {
                    "name a place of 500 people or more as \"Name, CC\", or add it to [sites]"
                        .to_owned()
                } else {
                    format!("did you mean {near}? Or add it to [sites]")
                };
                self.scenario
                    .reject(path, format!("there is no place \"{name}\""), Some(help))
            })
    }

    fn shared(&mut self) -> SharedInputs {
        let pk = self.scenario.catalogue.pk.clone();
        let command = self.scenario.file.command.clone();
        let unit_range = Num::assumed(0.0, 0.5, 1.0, "place in the declared range, all families");
        SharedInputs {
            pk_common: self.add("pk:all families", &unit_range),
            s_common: self.add("pk.common_factor.s_common", &pk.common_factor.s_common),
            s_family: self.add("pk.common_factor.s_family", &pk.common_factor.s_family),
            second_shot: self.add("pk.second_shot.c_share", &pk.second_shot.c_share),
            shots: Class::ALL
                .map(|class| self.add(&format!("shots.{}", class.name()), pk.shots.of(class))),
            link_delay_s: self.fixed("command.link_delay_s", command.link_delay_s.as_ref(), 5.0),
            link_share: self.fixed(
                "command.link_availability_share",
                command.link_availability_share.as_ref(),
                1.0,
            ),
            families_correlation: pk.correlation.families,
            cap: pk.common_factor.cap,
        }
    }

    fn threats(&mut self) -> Vec<ThreatType> {
        let catalogue = self.scenario.catalogue.threats.clone();
        let descent = Num::assumed(
            35.0,
            45.0,
            60.0,
            "angle of the terminal dive, not published",
        );
        let terminal = Num::assumed(900.0, 1200.0, 1600.0, "terminal speed, not published");
        catalogue
            .values()
            .map(|threat| {
                let name = |key: &str| format!("{}.{key}", threat.id);
                ThreatType {
                    id: threat.id.clone(),
                    name: threat.name.clone(),
                    class: threat.class,
                    profile: threat.profile,
                    pk_column: threat.pk_column.clone(),
                    speed_km_h: self.fixed(&name("speed_km_h"), threat.speed_km_h.as_ref(), 5000.0),
                    altitude_m: self.fixed(&name("altitude_m"), threat.altitude_m.as_ref(), 100.0),
                    apogee_km: threat
                        .apogee_km
                        .as_ref()
                        .map(|apogee| self.add(&name("apogee_km"), apogee)),
                    terminal_speed_m_s: self.or(
                        &name("terminal_speed_m_s"),
                        threat.terminal_speed_m_s.as_ref(),
                        &terminal,
                    ),
                    descent_deg: self.or(
                        &name("descent_deg"),
                        threat.descent_deg.as_ref(),
                        &descent,
                    ),
                    rcs_m2: self.add(&name("rcs_m2"), &threat.rcs_m2),
                    cost_musd: self.add(&name("cost_musd"), &threat.cost_musd),
                    fail_share: self.fixed(&name("fail_share"), threat.fail_share.as_ref(), 0.0),
                }
            })
            .collect()
    }

    fn families(&mut self, threats: &[ThreatType]) -> Vec<FamilyPlan> {
        let systems = self.scenario.catalogue.systems.values();
        let mut ids: Vec<String> = systems
            .filter_map(|system| system.pk_family.clone())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let rows = self.scenario.catalogue.pk.families.clone();
        ids.into_iter()
            .filter_map(|id| {
                let row = rows.get(&id)?;
                let num = Num::assumed(0.0, 0.5, 1.0, &row.reason);
                let own = self.add(&format!("pk:{id}"), &num);
                let by_threat = threats
                    .iter()
                    .map(|threat| row.range(threat.class, threat.pk_column.as_deref()))
                    .map(|range| range.filter(|range| range[2] > 0.0))
                    .collect();
                Some(FamilyPlan {
                    entity: entity_id(&id),
                    id,
                    own,
                    by_threat,
                })
            })
            .collect()
    }

    fn aims(&mut self) -> Result<(Vec<AimSet>, Vec<String>), Rejected> {
        let mut sets = Vec::new();
        let mut names = Vec::new();
        let file = &self.scenario.file;
        for (name, aims) in &file.aims {
            let mut lists = [Vec::new(), Vec::new()];
            for (side, (key, list)) in [("inside", &aims.inside), ("outside", &aims.outside)]
                .into_iter()
                .enumerate()
            {
                let total: f64 = list.iter().map(|aim| aim.weight).sum();
                let mut sum = 0.0;
                for (i, aim) in list.iter().enumerate() {
                    let path = format!("aims.{name}.{key}[{i}].place");
                    let (at, _) = self.point(&aim.place, &path)?;
                    if self.world.in_area(at) != (side == 0) {
                        let where_ = if side == 0 { "outside" } else { "inside" };
                        let message = format!("\"{}\" lies {where_} the protected area", aim.place);
                        let help = "move it to the other list of aims".to_owned();
                        return Err(self.scenario.reject(&path, message, Some(help)));
                    }
                    sum += aim.weight;
                    // Looked up once here: it passes over the whole raster of countries.
                    let nato = if side == 0 {
                        self.world.nearest_nato(at)
                    } else {
                        None
                    };
                    let radius_m = aim.radius_km * 1000.0;
                    lists[side].push(AimPoint {
                        at,
                        up_to: sum / total,
                        radius_m,
                        nato,
                    });
                }
            }
            let id = self
                .inputs
                .add(&format!("aims.{name}.inside_share"), &aims.inside_share);
            sets.push(AimSet {
                inside_share: id,
                lists,
            });
            names.push(name.clone());
        }
        Ok((sets, names))
    }

    fn raids(
        &mut self,
        threats: &[ThreatType],
        aim_names: &[String],
    ) -> Result<Vec<RaidPlan>, Rejected> {
        let file = &self.scenario.file;
        let mut raids = Vec::new();
        for (i, raid) in file.raids.iter().enumerate() {
            let mut waves = Vec::new();
            for (j, wave) in raid.waves.iter().enumerate() {
                let mut via = Vec::new();
                for (k, name) in wave.via.iter().enumerate() {
                    via.push(
                        self.point(name, &format!("raids[{i}].waves[{j}].via[{k}]"))?
                            .0,
                    );
                }
                let from = wave
                    .from
                    .iter()
                    .filter_map(|name| file.launch_areas.get(name));
                let aims = wave.aims.as_ref().or(raid.aims.as_ref());
                let stray = wave.stray_share.clone().unwrap_or_else(|| Num::fixed(0.0));
                waves.push(WavePlan {
                    entity: entity_id(&format!("{}/{}/{j}", raid.name, wave.threat)),
                    threat: threats
                        .iter()
                        .position(|t| t.id == wave.threat)
                        .unwrap_or(0),
                    count: wave.count.clone(),
                    from: from
                        .map(|area| {
                            (
                                LatLon::new(area.lat_deg, area.lon_deg),
                                area.radius_km * 1e3,
                            )
                        })
                        .collect(),
                    aims: aims
                        .and_then(|a| aim_names.iter().position(|n| n == a))
                        .unwrap_or(0),
                    start_s: wave.start_min * 60.0,
                    spread_s: wave.spread_min * 60.0,
                    via,
                    stray_share: self
                        .inputs
                        .add(&format!("{}.stray_share", wave.threat), &stray),
                });
            }
            raids.push(RaidPlan {
                name: raid.name.clone(),
                waves,
            });
        }
        Ok(raids)
    }

    fn units(&mut self, families: &[FamilyPlan]) -> Result<Vec<Unit>, Rejected> {
        let file = &self.scenario.file;
        let mut units: Vec<Unit> = Vec::new();
        for (i, group) in file.fire_units.iter().enumerate() {
            let Some(system) = self.scenario.catalogue.systems.get(&group.system) else {
                continue;
            };
            let course = group
                .training
                .as_ref()
                .and_then(|name| file.training.get(name));
            let manned = group
                .manned_from
                .is_none_or(|from| day_number(&from) <= day_number(&file.question.as_of));
            let inputs = self.unit_inputs(system, group, course);
            let sensor = system.sensor.as_ref();
            for (j, site) in group.sites.iter().enumerate() {
                let (at, ground_m) = self.point(site, &format!("fire_units[{i}].sites[{j}]"))?;
                let base = format!("{}/{}/{}", group.group, system.id, site);
                let same = units
                    .iter()
                    .filter(|unit| unit.id.starts_with(&base))
                    .count();
                let id = if same > 0 {
                    format!("{base}#{}", same + 1)
                } else {
                    base
                };
                units.push(Unit {
                    entity: entity_id(&id),
                    id,
                    group: group.group.clone(),
                    site: site.clone(),
                    nation: group.nation.clone(),
                    is_nato: self.world.is_nato_code(&group.nation),
                    system: system.id.clone(),
                    system_name: system.name.clone(),
                    kind: system.kind,
                    at,
                    ground_m,
                    antenna_m: sensor
                        .and_then(|s| s.antenna_m.as_ref())
                        .map_or(5.0, |m| m.mode),
                    altitude_m: sensor.and_then(|s| s.altitude_m.as_ref()).map(|m| m.mode),
                    facing_deg: group.facing_deg,
                    remote_tracks: system
                        .fire_control
                        .as_ref()
                        .is_some_and(|fc| fc.remote_tracks),
                    manned,
                    course_days: course
                        .map(|c| day_number(&file.question.as_of) - day_number(&c.start)),
                    family: families
                        .iter()
                        .position(|family| Some(&family.id) == system.pk_family.as_ref()),
                    inputs,
                });
            }
        }
        Ok(units)
    }

    fn unit_inputs(
        &mut self,
        system: &System,
        group: &cupola_scenario::FireUnits,
        course: Option<&cupola_scenario::Training>,
    ) -> UnitInputs {
        let id = system.id.clone();
        let own = format!("{}/{}", group.group, id);
        let sensor = system.sensor.as_ref();
        let missile = system.missile.as_ref();
        let control = system.fire_control.as_ref();
        let launcher = system.launcher.as_ref();
        let fighter = system.fighter.as_ref();
        let s = |get: fn(&Sensor) -> &Num| sensor.map(get);
        let m = |get: fn(&cupola_scenario::Missile) -> &Num| missile.map(get);
        let mo = |get: fn(&cupola_scenario::Missile) -> Option<&Num>| missile.and_then(get);
        let c = |get: fn(&cupola_scenario::FireControl) -> &Num| control.map(get);
        let f = |get: fn(&cupola_scenario::Fighter) -> &Num| fighter.map(get);
        let key = |name: &str| format!("{id}.{name}");
        let weeks = course.and_then(|c| c.weeks.as_ref());
        let weeks = weeks.or(system
            .crew
            .as_ref()
            .and_then(|crew| crew.training_weeks.as_ref()));
        let launchers = group.launchers.as_ref().or(launcher.map(|l| &l.launchers));
        let loads = group
            .loads_in_stock
            .as_ref()
            .or(launcher.and_then(|l| l.loads_in_stock.as_ref()));
        UnitInputs {
            sensor_range_km: self.fixed(&key("sensor.range_km"), s(|s| &s.range_km), 0.0),
            rcs_ref_m2: self.fixed(&key("sensor.rcs_ref_m2"), s(|s| &s.rcs_ref_m2), 1.0),
            pd_ref: self.fixed(&key("sensor.pd_ref"), s(|s| &s.pd_ref), 0.8),
            scan_s: self.fixed(&key("sensor.scan_s"), s(|s| &s.scan_s), 5.0),
            sector_deg: self.fixed(
                &key("sensor.sector_deg"),
                sensor.and_then(|s| s.sector_deg.as_ref()),
                360.0,
            ),
            range_km: self.fixed(&key("missile.range_km"), m(|m| &m.range_km), 0.0),
            range_min_km: self.fixed(
                &key("missile.range_min_km"),
                mo(|m| m.range_min_km.as_ref()),
                0.0,
            ),
            ceiling_km: self.fixed(&key("missile.ceiling_km"), m(|m| &m.ceiling_km), 0.0),
            altitude_min_m: self.fixed(
                &key("missile.altitude_min_m"),
                mo(|m| m.altitude_min_m.as_ref()),
                0.0,
            ),
            speed_m_s: self.fixed(&key("missile.speed_m_s"), m(|m| &m.speed_m_s), 600.0),
            speed_far_m_s: self.or(
                &key("missile.speed_far_m_s"),
                mo(|m| m.speed_far_m_s.as_ref()),
                missile.map_or(&Num::fixed(600.0), |m| &m.speed_m_s),
            ),
            ballistic_range_km: self.fixed(
                &key("missile.ballistic_range_km"),
                mo(|m| m.ballistic_range_km.as_ref()),
                0.0,
            ),
            ballistic_min_km: self.fixed(
                &key("missile.ballistic_altitude_min_km"),
                mo(|m| m.ballistic_altitude_min_km.as_ref()),
                5.0,
            ),
            ballistic_max_km: self.fixed(
                &key("missile.ballistic_altitude_max_km"),
                mo(|m| m.ballistic_altitude_max_km.as_ref()),
                20.0,
            ),
            self_destruct_share: self.fixed(
                &key("missile.self_destruct_share"),
                mo(|m| m.self_destruct_share.as_ref()),
                1.0,
            ),
            cost_musd: self.fixed(&key("missile.cost_musd"), m(|m| &m.cost_musd), 0.0),
            channels: self.fixed(&key("fire_control.channels"), c(|c| &c.channels), 0.0),
            hold_share: self.fixed(
                &key("fire_control.channel_hold_share"),
                control.and_then(|c| c.channel_hold_share.as_ref()),
                1.0,
            ),
            reaction_s: self.fixed(&key("fire_control.reaction_s"), c(|c| &c.reaction_s), 10.0),
            assess_s: self.fixed(&key("fire_control.assess_s"), c(|c| &c.assess_s), 5.0),
            launchers: self.fixed(&format!("{own}.launchers"), launchers, 1.0),
            per_launcher: self.fixed(
                &key("launcher.missiles_per_launcher"),
                launcher.map(|l| &l.missiles_per_launcher),
                1.0,
            ),
            reload_min: self.fixed(
                &key("launcher.reload_min"),
                launcher.and_then(|l| l.reload_min.as_ref()),
                60.0,
            ),
            loads_in_stock: self.fixed(&format!("{own}.loads_in_stock"), loads, 0.0),
            ready_share: self.fixed(
                &format!("{own}.ready_share"),
                group.ready_share.as_ref(),
                1.0,
            ),
            training_weeks: self.fixed(&format!("{own}.training_weeks"), weeks, 0.0),
            handover_weeks: self.fixed(
                "training.handover_weeks",
                course.and_then(|c| c.handover_weeks.as_ref()),
                0.0,
            ),
            look_down_share: self.fixed(
                &key("fighter.look_down_share"),
                f(|f| &f.look_down_share),
                1.0,
            ),
            response_speed_m_s: self.fixed(
                &key("fighter.response_speed_m_s"),
                f(|f| &f.response_speed_m_s),
                300.0,
            ),
            response_radius_km: self.fixed(
                &key("fighter.response_radius_km"),
                f(|f| &f.response_radius_km),
                0.0,
            ),
            availability_share: self.fixed(
                &key("fighter.availability_share"),
                f(|f| &f.availability_share),
                1.0,
            ),
            on_station_h: self.fixed(&key("fighter.on_station_h"), f(|f| &f.on_station_h), 1.5),
            fighter_missiles: self.fixed(&key("fighter.missiles"), f(|f| &f.missiles), 0.0),
            aircraft: self.fixed(&format!("{own}.aircraft"), group.aircraft.as_ref(), 8.0),
        }
    }

    fn rules(&mut self) -> (Vec<RulePlan>, Vec<String>) {
        // The first rule is the one of options that name none: engage everywhere, at once.
        let mut rules = vec![RulePlan {
            engage: Engage::All,
            belt_m: 0.0,
            horizon_s: self.inputs.add("rules.none.horizon_s", &Num::fixed(0.0)),
            heading_error_deg: self
                .inputs
                .add("rules.none.heading_error_deg", &Num::fixed(0.0)),
            consent_s: self.inputs.add("rules.none.consent_s", &Num::fixed(0.0)),
        }];
        let mut names = vec![String::new()];
        let horizon = Num::assumed(60.0, 180.0, 300.0, "how far ahead the track is extended");
        let error = Num::assumed(5.0, 10.0, 20.0, "error of the extrapolated heading");
        for (name, rule) in &self.scenario.file.rules {
            let key = |key: &str| format!("rules.{name}.{key}");
            rules.push(RulePlan {
                engage: rule.engage,
                belt_m: rule.belt_km.unwrap_or(0.0) * 1000.0,
                horizon_s: self.inputs.add(
                    &key("horizon_s"),
                    rule.horizon_s.as_ref().unwrap_or(&horizon),
                ),
                heading_error_deg: self.inputs.add(
                    &key("heading_error_deg"),
                    rule.heading_error_deg.as_ref().unwrap_or(&error),
                ),
                consent_s: self.inputs.add(
                    &key("consent_s"),
                    rule.consent_s.as_ref().unwrap_or(&Num::fixed(0.0)),
                ),
            });
            names.push(name.clone());
        }
        (rules, names)
    }

    fn options(&self, units: &[Unit], rule_names: &[String]) -> Vec<OptionPlan> {
        let file = &self.scenario.file;
        file.options
            .iter()
            .map(|option| {
                let chosen: Vec<usize> = (0..units.len())
                    .filter(|&i| option.groups.contains(&units[i].group))
                    .collect();
                let rule_of = |nation: &str| {
                    let name = option
                        .rules
                        .get(nation)
                        .or_else(|| option.rules.get("default"));
                    name.and_then(|name| rule_names.iter().position(|n| n == name))
                        .unwrap_or(0)
                };
                OptionPlan {
                    name: option.name.clone(),
                    rules: chosen.iter().map(|&i| rule_of(&units[i].nation)).collect(),
                    units: chosen,
                    mode: option.command.unwrap_or(file.command.mode),
                }
            })
            .collect()
    }

    fn existing(&mut self) -> Option<ExistingPlan> {
        let existing = self.scenario.file.existing_defence.as_ref()?;
        let mut add = |name: &str, num: &Num| self.inputs.add(&format!("existing.{name}"), num);
        let none = Num::fixed(0.0);
        Some(ExistingPlan {
            nation: self.world.country_index(&existing.nation),
            belief_share: add("belief_share", &existing.belief_share),
            aim_share: add("aim_share", &existing.aim_share),
            area_weight: add("area_weight", &existing.area_weight),
            alarm_delay_min: add("alarm_delay_min", &existing.alarm_delay_min),
            path: existing
                .path
                .iter()
                .map(|(class, path)| {
                    let key = |key: &str| format!("{}.{key}", class.name());
                    let ids = [
                        add(&key("killed_share"), &path.killed_share),
                        add(
                            &key("lost_share"),
                            path.lost_share.as_ref().unwrap_or(&none),
                        ),
                        add(&key("raid_rho"), &path.raid_rho),
                    ];
                    (*class, ids)
                })
                .collect(),
            cover: existing
                .cover
                .iter()
                .map(|(class, cover)| {
                    let key = |key: &str| format!("{}.{key}", class.name());
                    let ids = [
                        add(&key("cover_share"), &cover.cover_share),
                        add(&key("area_cover_share"), &cover.area_cover_share),
                        add(&key("killed_under_cover_share"), &cover.killed_share),
                    ];
                    (*class, ids)
                })
                .collect(),
        })
    }
}

/// Days since an arbitrary day, from a date.
fn day_number(date: &impl ToString) -> f64 {
    let text = date.to_string();
    let mut parts = text
        .split(['-', 'T'])
        .filter_map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (
        parts.next().unwrap_or(2024),
        parts.next().unwrap_or(1),
        parts.next().unwrap_or(1),
    );
    // Days in the civil calendar counted from 1 March of year 0.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    (365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_between_dates_are_those_of_the_calendar() {
        assert!((day_number(&"2024-12-31") - day_number(&"2024-06-15") - 199.0).abs() < 1e-9);
        assert!((day_number(&"2024-03-01") - day_number(&"2024-02-28") - 2.0).abs() < 1e-9);
    }
}

//! From a scenario to a plan: names become points, numbers become inputs.

use super::{
    AimPoint, AimSet, AreaPlan, DebrisInputs, DoctrinePlan, ExistingPlan, FamilyPlan, LossInputs,
    OptionPlan, Plan, RaidPlan, RulePlan, SharedInputs, Supply, ThreatType, Unit, WavePlan,
    clashes, doctrine,
};
use crate::inputs::{InputId, Inputs};
use cupola_scenario::{Class, Engage, Num, Rejected, Scenario};
use cupola_units::{LatLon, entity_id};
use cupola_world::World;

/// Resolves a scenario against the world.
pub(super) fn plan(scenario: &Scenario, world: &World) -> Result<Plan, Rejected> {
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
    let areas = builder.areas(&families)?;
    let (rules, rule_names) = builder.rules();
    let doctrines = builder.doctrines(&threats);
    let options = builder.options(&units, &rule_names, &doctrines, &areas);
    let existing = builder.existing();
    let supply = builder.supply();
    let inside = aims.iter().flat_map(|set| &set.lists[0]).next();
    let area_country = inside.map_or(0, |aim| world.country_at(aim.at));
    let plan = Plan {
        area_country,
        inputs: builder.inputs,
        units,
        threats,
        raids,
        options,
        rules,
        existing,
        shared,
        aims,
        doctrines,
        areas,
        supply,
        seed: scenario.file.campaign.seed,
        families,
    };
    clashes::refuse(&plan, scenario)?;
    Ok(plan)
}

pub(super) struct Builder<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) world: &'a World,
    pub(super) inputs: Inputs,
}

impl Builder<'_> {
    pub(super) fn add(&mut self, name: &str, num: &Num) -> InputId {
        self.inputs.add(name, num)
    }

    /// An input that may be absent, with the model's own default.
    pub(super) fn or(&mut self, name: &str, num: Option<&Num>, default: &Num) -> InputId {
        self.inputs.add(name, num.unwrap_or(default))
    }

    pub(super) fn fixed(&mut self, name: &str, num: Option<&Num>, default: f64) -> InputId {
        self.or(name, num, &Num::fixed(default))
    }

    pub(super) fn point(&self, name: &str, path: &str) -> Result<(LatLon, Option<f64>), Rejected> {
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

    /// A loss within a raid: by its share, by its time, or by both; by default none.
    pub(super) fn loss(
        &mut self,
        own: &str,
        share: Option<&Num>,
        at_min: Option<&Num>,
    ) -> LossInputs {
        let certain = if at_min.is_some() { 1.0 } else { 0.0 };
        LossInputs {
            share: self.fixed(&format!("{own}loss_share"), share, certain),
            at_min: at_min.map(|num| self.add(&format!("{own}lost_at_min"), num)),
        }
    }

    fn supply(&mut self) -> Supply {
        let campaign = self.scenario.file.campaign.clone();
        let rate = campaign.raids_per_month.as_ref();
        Supply {
            raids_per_month: rate.map(|rate| self.add("campaign.raids_per_month", rate)),
            production_share: self.fixed(
                "campaign.production_share",
                campaign.production_share.as_ref(),
                0.0,
            ),
        }
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
            link_delay_s: self.fixed("command.link_delay_s", command.link_delay_s.as_ref(), 5.0),
            link_share: self.fixed(
                "command.link_availability_share",
                command.link_availability_share.as_ref(),
                1.0,
            ),
            link_outage_min: self.fixed(
                "command.link_outage_min",
                command.link_outage_min.as_ref(),
                0.0,
            ),
            post_loss: self.loss(
                "command.post_",
                command.post_loss_share.as_ref(),
                command.post_lost_at_min.as_ref(),
            ),
            debris: self.debris(),
            all_clear_min: self.all_clear(),
            families_correlation: pk.correlation.families,
            cap: pk.common_factor.cap,
        }
    }

    fn debris(&mut self) -> DebrisInputs {
        let pieces = Num::assumed(
            5.0,
            15.0,
            50.0,
            "hazardous pieces of one killed threat; not published, hence wide",
        );
        let sheltered = Num::assumed(
            0.5,
            0.8,
            0.95,
            "most people are under a roof when a raid comes, and a roof stops all but heavy pieces",
        );
        let interceptor = Num::assumed(
            0.3,
            0.8,
            1.5,
            "a missile body of 2 to 5 m, lying or tumbling",
        );
        let area = self.scenario.file.area.clone();
        let debris = self.scenario.file.debris.clone();
        DebrisInputs {
            pieces: self.or("debris.pieces", debris.pieces.as_ref(), &pieces),
            sheltered_share: self.or(
                "debris.sheltered_share",
                debris.sheltered_share.as_ref(),
                &sheltered,
            ),
            interceptor_m2: self.or(
                "debris.interceptor_m2",
                debris.interceptor_m2.as_ref(),
                &interceptor,
            ),
            people_factor: self.fixed("area.people_factor", area.people_factor.as_ref(), 1.0),
        }
    }

    fn all_clear(&mut self) -> InputId {
        let existing = self.scenario.file.existing_defence.clone();
        let own = existing.and_then(|existing| existing.all_clear_min);
        let default = Num::assumed(5.0, 15.0, 30.0, "end of the last threat to the all-clear");
        self.or("existing.all_clear_min", own.as_ref(), &default)
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
        let areas = self.scenario.file.means.iter();
        let areas = areas.filter_map(|means| means.kind.family().map(str::to_owned));
        let mut ids: Vec<String> = systems
            .filter_map(|system| system.pk_family.clone())
            .chain(areas)
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
        let mut waves = file.raids.iter().flat_map(|raid| &raid.waves);
        let strays = waves.any(|w| w.stray_share.as_ref().is_some_and(|share| share.high > 0.0));
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
                    let nato = if side == 0 && strays {
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
            let is_decoy = |wave: &WavePlan| threats[wave.threat].class == Class::Decoy;
            raids.push(RaidPlan {
                name: raid.name.clone(),
                has_decoys: waves.iter().any(is_decoy),
                waves,
            });
        }
        Ok(raids)
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

    fn options(
        &self,
        units: &[Unit],
        rule_names: &[String],
        doctrines: &[DoctrinePlan],
        areas: &[AreaPlan],
    ) -> Vec<OptionPlan> {
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
                let doctrine_of = |&i: &usize| {
                    let own = units[i].doctrine.as_deref();
                    doctrine::position(doctrines, option.doctrine.as_deref(), own)
                };
                OptionPlan {
                    name: option.name.clone(),
                    rules: chosen.iter().map(|&i| rule_of(&units[i].nation)).collect(),
                    doctrines: chosen.iter().map(doctrine_of).collect(),
                    areas: (0..areas.len())
                        .filter(|&i| option.means.contains(&areas[i].name))
                        .collect(),
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

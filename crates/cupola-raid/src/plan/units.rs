//! Fire units, patrols and sensors of a scenario.

use super::build::Builder;
use super::{
    FamilyPlan, FighterInputs, FireInputs, MissileInputs, SensorInputs, StockInputs, Unit,
    UnitInputs,
};
use crate::crews::{Course, CourseInputs};
use crate::inputs::InputId;
use cupola_scenario::{Fighter, FireUnits, Missile, Num, Rejected, System, Training};
use cupola_units::entity_id;
use cupola_world::{NoPost, Post, posts};

impl Builder<'_> {
    pub(super) fn units(&mut self, families: &[FamilyPlan]) -> Result<Vec<Unit>, Rejected> {
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
            let made_per_year = self.made_per_year(system);
            let own = format!("{}/{}.", group.group, system.id);
            let loss = self.loss(&own, group.loss_share.as_ref(), group.lost_at_min.as_ref());
            let inputs = self.unit_inputs(system, group);
            let course = course.map(|course| self.course(system, group, course));
            let sensor = system.sensor.as_ref();
            for post in self.posts(i)? {
                let (site, at, ground_m) = (post.name, post.at, post.ground_m);
                let base = format!("{}/{}/{}", group.group, system.id, site);
                let id = numbered(&units, base);
                units.push(Unit {
                    entity: entity_id(&id),
                    id,
                    group: group.group.clone(),
                    site,
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
                    course: course.map(|course| Course {
                        before: units
                            .iter()
                            .filter(|unit| unit.group == group.group)
                            .filter_map(|unit| unit.course)
                            .filter(|other| other.entity == course.entity)
                            .count() as u32,
                        ..course
                    }),
                    family: families
                        .iter()
                        .position(|family| Some(&family.id) == system.pk_family.as_ref()),
                    made_per_year,
                    doctrine: group.doctrine.clone(),
                    loss,
                    twin: units.len(),
                    inputs,
                });
            }
        }
        for i in 0..units.len() {
            let twin = units[..i].iter().position(|other| other.sees_as(&units[i]));
            units[i].twin = twin.unwrap_or(i);
        }
        Ok(units)
    }

    fn made_per_year(&mut self, system: &System) -> Option<InputId> {
        let made = system.missile.as_ref()?.made_per_year.as_ref()?;
        Some(self.add(&format!("{}.missile.made_per_year", system.id), made))
    }

    fn posts(&self, index: usize) -> Result<Vec<Post>, Rejected> {
        posts(self.scenario, index)
            .map_err(|no: NoPost| self.scenario.reject(&no.path, no.message, Some(no.help)))
    }

    fn unit_inputs(&mut self, system: &System, group: &FireUnits) -> UnitInputs {
        let own = format!("{}/{}", group.group, system.id);
        let ready = group.ready_share.as_ref();
        UnitInputs {
            sensor: self.sensor_inputs(system),
            missile: self.missile_inputs(system),
            fire: self.fire_inputs(system),
            stock: self.stock_inputs(system, group, &own),
            fighter: self.fighter_inputs(system, group, &own),
            ready_share: self.fixed(&format!("{own}.ready_share"), ready, 1.0),
        }
    }

    /// The course of a group's units; their places in the queue are given later.
    fn course(&mut self, system: &System, group: &FireUnits, course: &Training) -> Course {
        let file = &self.scenario.file;
        let own = format!("{}/{}", group.group, system.id);
        let name = group.training.as_deref().unwrap_or_default();
        let key = |key: &str| format!("training.{name}.{key}");
        let crew = system.crew.as_ref();
        let weeks = course
            .weeks
            .as_ref()
            .or(crew.and_then(|crew| crew.training_weeks.as_ref()));
        let persons = crew.and_then(|crew| crew.persons.as_ref());
        let attacked = file.existing_defence.as_ref().map(|e| e.nation.as_str());
        Course {
            entity: entity_id(&format!("{name}/{}", system.id)),
            before: 0,
            days: day_number(&file.question.as_of) - day_number(&course.start),
            inside: course.country.is_some() && course.country.as_deref() == attacked,
            inputs: CourseInputs {
                weeks: self.fixed(&format!("{own}.training_weeks"), weeks, 0.0),
                handover_weeks: self.fixed(
                    "training.handover_weeks",
                    course.handover_weeks.as_ref(),
                    0.0,
                ),
                travel_weeks: self.fixed(&key("travel_weeks"), course.travel_weeks.as_ref(), 0.0),
                delay_weeks: self.fixed(&key("delay_weeks"), course.delay_weeks.as_ref(), 0.0),
                places: course
                    .places
                    .as_ref()
                    .map(|places| self.add(&key("places"), places)),
                dropout_share: self.fixed(
                    &key("dropout_share"),
                    course.dropout_share.as_ref(),
                    0.0,
                ),
                rotation: self.fixed(&key("rotation"), course.rotation.as_ref(), 1.0),
                persons: self.fixed(&format!("{}.crew.persons", system.id), persons, 50.0),
            },
        }
    }

    fn sensor_inputs(&mut self, system: &System) -> SensorInputs {
        let sensor = system.sensor.as_ref();
        let key = |name: &str| format!("{}.sensor.{name}", system.id);
        let sector = sensor.and_then(|s| s.sector_deg.as_ref());
        let lowest = sensor.and_then(|s| s.elevation_min_deg.as_ref());
        let highest = sensor.and_then(|s| s.elevation_max_deg.as_ref());
        SensorInputs {
            range_km: self.fixed(&key("range_km"), sensor.map(|s| &s.range_km), 0.0),
            rcs_ref_m2: self.fixed(&key("rcs_ref_m2"), sensor.map(|s| &s.rcs_ref_m2), 1.0),
            pd_ref: self.fixed(&key("pd_ref"), sensor.map(|s| &s.pd_ref), 0.8),
            scan_s: self.fixed(&key("scan_s"), sensor.map(|s| &s.scan_s), 5.0),
            sector_deg: self.fixed(&key("sector_deg"), sector, 360.0),
            elevation_min_deg: lowest.map(|num| self.add(&key("elevation_min_deg"), num)),
            elevation_max_deg: highest.map(|num| self.add(&key("elevation_max_deg"), num)),
        }
    }

    fn missile_inputs(&mut self, system: &System) -> MissileInputs {
        let missile = system.missile.as_ref();
        let key = |name: &str| format!("{}.missile.{name}", system.id);
        let some = |get: fn(&Missile) -> Option<&Num>| missile.and_then(get);
        let all = |get: fn(&Missile) -> &Num| missile.map(get);
        let range_min = some(|m| m.range_min_km.as_ref());
        let altitude_min = some(|m| m.altitude_min_m.as_ref());
        let speed_far = some(|m| m.speed_far_m_s.as_ref()).or(all(|m| &m.speed_m_s));
        let reach = some(|m| m.ballistic_range_km.as_ref());
        let lowest = some(|m| m.ballistic_altitude_min_km.as_ref());
        let highest = some(|m| m.ballistic_altitude_max_km.as_ref());
        let destroyed = some(|m| m.self_destruct_share.as_ref());
        MissileInputs {
            range_km: self.fixed(&key("range_km"), all(|m| &m.range_km), 0.0),
            range_min_km: self.fixed(&key("range_min_km"), range_min, 0.0),
            ceiling_km: self.fixed(&key("ceiling_km"), all(|m| &m.ceiling_km), 0.0),
            altitude_min_m: self.fixed(&key("altitude_min_m"), altitude_min, 0.0),
            speed_m_s: self.fixed(&key("speed_m_s"), all(|m| &m.speed_m_s), 600.0),
            speed_far_m_s: self.fixed(&key("speed_far_m_s"), speed_far, 600.0),
            ballistic_range_km: self.fixed(&key("ballistic_range_km"), reach, 0.0),
            ballistic_min_km: self.fixed(&key("ballistic_altitude_min_km"), lowest, 5.0),
            ballistic_max_km: self.fixed(&key("ballistic_altitude_max_km"), highest, 20.0),
            self_destruct_share: self.fixed(&key("self_destruct_share"), destroyed, 1.0),
            cost_musd: self.fixed(&key("cost_musd"), all(|m| &m.cost_musd), 0.0),
        }
    }

    fn fire_inputs(&mut self, system: &System) -> FireInputs {
        let control = system.fire_control.as_ref();
        let key = |name: &str| format!("{}.fire_control.{name}", system.id);
        let hold = control.and_then(|c| c.channel_hold_share.as_ref());
        FireInputs {
            channels: self.fixed(&key("channels"), control.map(|c| &c.channels), 0.0),
            hold_share: self.fixed(&key("channel_hold_share"), hold, 1.0),
            reaction_s: self.fixed(&key("reaction_s"), control.map(|c| &c.reaction_s), 10.0),
            assess_s: self.fixed(&key("assess_s"), control.map(|c| &c.assess_s), 5.0),
        }
    }

    fn stock_inputs(&mut self, system: &System, group: &FireUnits, own: &str) -> StockInputs {
        let launcher = system.launcher.as_ref();
        let key = |name: &str| format!("{}.launcher.{name}", system.id);
        let launchers = group.launchers.as_ref().or(launcher.map(|l| &l.launchers));
        let loads = launcher.and_then(|l| l.loads_in_stock.as_ref());
        let loads = group.loads_in_stock.as_ref().or(loads);
        let each = launcher.map(|l| &l.missiles_per_launcher);
        let reload = launcher.and_then(|l| l.reload_min.as_ref());
        StockInputs {
            launchers: self.fixed(&format!("{own}.launchers"), launchers, 1.0),
            per_launcher: self.fixed(&key("missiles_per_launcher"), each, 1.0),
            reload_min: self.fixed(&key("reload_min"), reload, 60.0),
            loads: self.fixed(&format!("{own}.loads_in_stock"), loads, 0.0),
        }
    }

    fn fighter_inputs(&mut self, system: &System, group: &FireUnits, own: &str) -> FighterInputs {
        let fighter = system.fighter.as_ref();
        let key = |name: &str| format!("{}.fighter.{name}", system.id);
        let all = |get: fn(&Fighter) -> &Num| fighter.map(get);
        let available = all(|f| &f.availability_share);
        FighterInputs {
            look_down_share: self.fixed(&key("look_down_share"), all(|f| &f.look_down_share), 1.0),
            speed_m_s: self.fixed(
                &key("response_speed_m_s"),
                all(|f| &f.response_speed_m_s),
                300.0,
            ),
            radius_km: self.fixed(
                &key("response_radius_km"),
                all(|f| &f.response_radius_km),
                0.0,
            ),
            availability_share: self.fixed(&key("availability_share"), available, 1.0),
            on_station_h: self.fixed(&key("on_station_h"), all(|f| &f.on_station_h), 1.5),
            missiles: self.fixed(&key("missiles"), all(|f| &f.missiles), 0.0),
            aircraft: self.fixed(&format!("{own}.aircraft"), group.aircraft.as_ref(), 8.0),
        }
    }
}

/// An id that no other unit has: with a number from the second of its base on.
fn numbered(units: &[Unit], base: String) -> String {
    let next = format!("{base}#");
    let same = units
        .iter()
        .filter(|u| u.id == base || u.id.starts_with(&next));
    match same.count() {
        0 => base,
        others => format!("{next}{}", others + 1),
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

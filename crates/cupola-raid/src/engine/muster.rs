//! Who is on duty in a run, with what, linked to whom; and who gets a track on what.

use super::{Engine, NO_SLOT, purpose};
use crate::queue::Event;
use cupola_scenario::{CommandMode, Kind};
use cupola_units::{SimTime, math};

/// State of one unit in a run.
#[derive(Clone, Debug)]
pub(super) struct UnitState {
    pub(super) unit: usize,
    pub(super) rule: usize,
    pub(super) on_duty: bool,
    pub(super) linked: bool,
    pub(super) channels: i32,
    pub(super) ready: u32,
    pub(super) stock: u32,
    pub(super) fired_of_load: u32,
    pub(super) reload_until: SimTime,
    /// Kill probability by threat type in this raid.
    pub(super) kill: Vec<f64>,
    /// Sensors whose sight it may fire on.
    pub(super) sight: Vec<u64>,
    pub(super) waiting: Vec<(u16, u16)>,
}

impl Engine<'_, '_> {
    /// Who is on duty, with what, linked to whom.
    pub(super) fn muster(&mut self) {
        let (plan, draw) = (self.setting.plan, self.setting.draw);
        self.w.slot_of_unit.clear();
        self.w.slot_of_unit.resize(plan.units.len(), NO_SLOT);
        self.w
            .units
            .resize_with(self.option.units.len(), UnitState::empty);
        let words = self.setting.geometry.windows.words;
        let z_common = self.stream.normal(0, purpose::RAID, 0);
        for (slot, (&index, &rule)) in self.option.units.iter().zip(&self.option.rules).enumerate()
        {
            let (unit, figures) = (&plan.units[index], &draw.units[index]);
            let state = &mut self.w.units[slot];
            state.reset(index, rule);
            let ready = self.stream.uniform(unit.entity, purpose::READY, 0) < figures.ready_share;
            state.on_duty = figures.trained && ready;
            state.linked = self.stream.uniform(unit.entity, purpose::LINK, 0) < draw.link_share;
            state.channels = figures.channels;
            state.ready = figures.ready;
            state.stock = figures.stock;
            self.w.slot_of_unit[index] = slot as u16;
            if let Some(family) = unit.family {
                let own = self
                    .stream
                    .normal(plan.families[family].entity, purpose::RAID, 1);
                let shift = draw.s_common * z_common + draw.s_family * own;
                let spread = draw.s_common * draw.s_common + draw.s_family * draw.s_family;
                let cap = plan.shared.cap;
                let raid = |p: &f64| raid_kill(*p, shift, spread, cap);
                state.kill.extend(draw.kill[family].iter().map(raid));
            }
        }
        let mut network = std::mem::take(&mut self.w.network);
        network.clear();
        network.resize(words, 0);
        if self.option.mode != CommandMode::Autonomous {
            for state in self
                .w
                .units
                .iter()
                .filter(|state| state.on_duty && state.linked)
            {
                network[state.unit / 64] |= 1 << (state.unit % 64);
            }
        }
        for state in &mut self.w.units {
            let remote = plan.units[state.unit].remote_tracks && state.linked;
            state.sight.clear();
            state.sight.resize(words, 0);
            if remote {
                state.sight.copy_from_slice(&network);
            }
            state.sight[state.unit / 64] |= 1 << (state.unit % 64);
        }
        self.w.network = network;
    }

    /// First tracks on a threat, own and shared, and the time from which each unit may fire.
    pub(super) fn track(&mut self, index: usize) {
        let (plan, draw) = (self.setting.plan, self.setting.draw);
        let windows = &self.setting.geometry.windows;
        let (first, last) = self.pairs_of(index);
        let pairs = &windows.pairs[first..last];
        let threat = &self.w.flying[index];
        let (entity, launched, base) = (threat.entity, threat.launched, threat.first_pair as usize);
        let inside = self.setting.geometry.routes[threat.route as usize].inside;
        let mut shared = SimTime::NEVER;
        let mut earliest = SimTime::NEVER;
        for (k, pair) in pairs.iter().enumerate() {
            let Some(state) = self.state_of(pair) else {
                continue;
            };
            let linked = state.linked && self.option.mode != CommandMode::Autonomous;
            let unit_entity = plan.units[state.unit].entity;
            let steps = &windows.tracks[pair.tracks.0 as usize..pair.tracks.1 as usize];
            let u = self.stream.uniform(entity, purpose::TRACK, unit_entity);
            let missed = self.looks_down_in_vain(entity, unit_entity, state.unit);
            let first_over = steps.partition_point(|step| step.p <= u);
            let step = steps.get(first_over).filter(|_| !missed);
            let Some(step) = step else { continue };
            let own = launched + SimTime::from_seconds(step.t_s);
            earliest = earliest.min(own);
            self.w.ready[base + k] = own;
            if linked {
                shared = shared.min(own + draw.link_delay);
            }
        }
        for (k, pair) in pairs.iter().enumerate() {
            let Some(state) = self.state_of(pair) else {
                continue;
            };
            let unit = &plan.units[state.unit];
            // Only systems that take remote tracks fire on somebody else's.
            let picture = if state.linked && unit.remote_tracks {
                shared
            } else {
                SimTime::NEVER
            };
            let tracked = self.w.ready[base + k].min(picture);
            // Fighters sent towards a shared track must still find the target themselves.
            let lost = self.looks_down_in_vain(entity, unit.entity, state.unit);
            if unit.kind == Kind::Sensor || lost || !tracked.is_ever() {
                self.w.ready[base + k] = SimTime::NEVER;
                continue;
            }
            let consent = draw.values.get(plan.rules[state.rule].consent_s);
            let figures = &draw.units[state.unit];
            let ready = tracked + figures.reaction + SimTime::from_seconds(consent);
            self.w.ready[base + k] = ready;
            let event = Event::Engage {
                unit: k as u16,
                threat: index as u16,
            };
            if pair.chances.1 > pair.chances.0 {
                self.w.queue.push(ready, event);
            }
        }
        let threat = &mut self.w.flying[index];
        threat.tracked = earliest.is_ever();
        if inside {
            let delay = SimTime::from_seconds(self.setting.existing.0.alarm_delay_s);
            threat.warn(earliest + delay);
        }
    }

    /// Whether a fighter's radar fails to pick this threat up against the ground in this run.
    fn looks_down_in_vain(&self, threat: u32, unit_entity: u32, unit: usize) -> bool {
        let share = self.setting.draw.units[unit].look_down_share;
        share < 1.0 && self.stream.uniform(threat, purpose::LOOK_DOWN, unit_entity) >= share
    }
}

impl UnitState {
    pub(super) fn empty() -> Self {
        Self {
            unit: 0,
            rule: 0,
            on_duty: false,
            linked: false,
            channels: 0,
            ready: 0,
            stock: 0,
            fired_of_load: 0,
            reload_until: SimTime(0),
            kill: Vec::new(),
            sight: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn reset(&mut self, unit: usize, rule: usize) {
        self.unit = unit;
        self.rule = rule;
        self.fired_of_load = 0;
        self.reload_until = SimTime(0);
        self.kill.clear();
        self.waiting.clear();
    }
}

/// Kill probability in a raid: shifted on the logit, with the mean over raids kept.
///
/// The mean of a logistic of a normal is close to the logistic of the mean divided by
/// √(1 + π s²/8) (error below 0.01), so the logit is stretched by that before the shift.
fn raid_kill(p: f64, shift: f64, spread: f64, cap: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    let stretch = (1.0 + std::f64::consts::PI * spread / 8.0).sqrt();
    math::logistic(math::logit(p.min(0.999)) * stretch + shift).min(cap)
}

//! Means over an area at work: jamming, fire teams, interceptor drones.
//!
//! Along a threat's exposure they meet it as a Poisson stream. Jamming loses it at the first; a team
//! engages at each while there are rounds, and may kill.

use super::{Engine, purpose};
use crate::area::reached_s;
use crate::log::{Cause, End, Incident};
use crate::queue::Event;
use cupola_scenario::MeansKind;
use cupola_units::{SimTime, math};

/// Means over an area in a run.
#[derive(Clone, Debug, Default)]
pub(super) struct AreaState {
    pub(super) area: usize,
    pub(super) rounds: u32,
    /// Kill probability of an engagement by threat type in this raid.
    pub(super) kill: Vec<f64>,
}

/// A threat about to be met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    place: u16,
    threat: u16,
    /// Which meeting with these means it is, and the exposure by then.
    ordinal: u32,
    sum: f64,
}

/// Odd step between the numbers of successive meetings, far from those of other means.
const STEP: u32 = 0x85EB_CA6B;

impl Engine<'_, '_> {
    /// Puts a threat's first meeting with each of the option's means in the queue.
    pub(super) fn enter_areas(&mut self, index: usize) {
        for place in 0..self.w.areas.len() {
            self.next_pass(Pass {
                place: place as u16,
                threat: index as u16,
                ordinal: 0,
                sum: 0.0,
            });
        }
    }

    fn next_pass(&mut self, mut pass: Pass) {
        let threat = &self.w.flying[usize::from(pass.threat)];
        let area = self.w.areas[usize::from(pass.place)].area;
        let steps = self
            .setting
            .geometry
            .exposures
            .of(threat.route as usize, area);
        if steps.is_empty() {
            return;
        }
        let n = self.number(&pass);
        pass.sum -= math::ln(self.stream.uniform(threat.entity, purpose::PASS, n));
        let Some(t_s) = reached_s(steps, pass.sum) else {
            return;
        };
        let time = threat.launched + SimTime::from_seconds(t_s);
        let number = self.w.passes.len() as u32;
        self.w.passes.push(pass);
        self.w.queue.push(time, Event::Pass { pass: number });
    }

    fn number(&self, pass: &Pass) -> u32 {
        let area = self.w.areas[usize::from(pass.place)].area;
        let entity = self.setting.plan.areas[area].entity;
        entity.wrapping_add(pass.ordinal.wrapping_mul(STEP))
    }

    /// Means over an area meet a threat.
    pub(super) fn pass(&mut self, now: SimTime, number: u32) {
        let pass = self.w.passes[number as usize];
        let index = usize::from(pass.threat);
        if !self.w.flying[index].alive {
            return;
        }
        let state = &mut self.w.areas[usize::from(pass.place)];
        let plan = &self.setting.plan.areas[state.area];
        if plan.kind == MeansKind::ElectronicWarfare {
            return self.jam(now, pass);
        }
        if state.rounds == 0 {
            return self.w.flying[index].note(Cause::NoMissile);
        }
        state.rounds -= 1;
        let p = state.kill[self.w.flying[index].type_];
        self.count_engagement(now, pass);
        let n = self.number(&pass);
        let u = self
            .stream
            .uniform(self.w.flying[index].entity, purpose::PASS_KILL, n);
        if self.story {
            let what = if u < p { "kills it" } else { "misses it" };
            let agl_m = self.sample_at(now, index).1;
            let text = format!("{} {what}, {agl_m:.0} m above ground", plan.name);
            self.tell(now, pass.threat, text);
        }
        let threat = &mut self.w.flying[index];
        if u < p {
            threat.alive = false;
            threat.end = End::KilledShield;
            threat.ended = now;
            self.w.log.incident(Incident::AreaKill, &plan.nation);
            let (sample, _) = self.sample_at(now, index);
            self.debris(index, sample);
        } else {
            threat.note(Cause::Missed);
            self.next_pass(Pass {
                ordinal: pass.ordinal + 1,
                ..pass
            });
        }
    }

    fn jam(&mut self, now: SimTime, pass: Pass) {
        let threat = &mut self.w.flying[usize::from(pass.threat)];
        threat.alive = false;
        threat.end = End::Lost;
        threat.ended = now;
        let plan = &self.setting.plan.areas[self.w.areas[usize::from(pass.place)].area];
        self.w.log.incident(Incident::Jammed, &plan.nation);
        if self.story {
            let text = format!("is lost to jamming by {}", plan.name);
            self.tell(now, pass.threat, text);
        }
    }

    fn count_engagement(&mut self, now: SimTime, pass: Pass) {
        let index = usize::from(pass.threat);
        let area = self.w.areas[usize::from(pass.place)].area;
        let (sample, _) = self.sample_at(now, index);
        let plan = &self.setting.plan.areas[area];
        let threat = &self.w.flying[index];
        let route = &self.setting.geometry.routes[threat.route as usize];
        let over = self.setting.world.code(route.samples[sample].country);
        let log = &mut self.w.log;
        log.spent_areas[area] += 1;
        log.class(threat.class).interceptors += 1;
        log.class(threat.class).cost_musd += self.setting.draw.areas[area].cost_musd;
        log.class(threat.class).engagements_nato_crew += u32::from(plan.is_nato);
        log.incident(Incident::EngagementBy, &plan.nation);
        log.incident(Incident::EngagementOver, over);
    }

    /// The sample of a threat's route at a time, and its height above ground, metres.
    fn sample_at(&self, now: SimTime, index: usize) -> (usize, f64) {
        let threat = &self.w.flying[index];
        let samples = &self.setting.geometry.routes[threat.route as usize].samples;
        let t_s = (now - threat.launched).seconds();
        let at = samples.partition_point(|sample| sample.t_s <= t_s);
        let at = at.saturating_sub(1);
        (at, samples[at].agl_m)
    }
}

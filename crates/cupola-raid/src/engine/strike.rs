//! What missiles do when they arrive, and what comes down.

use super::fire::Shot;
use super::{Engine, purpose};
use crate::debris::Falls;
use crate::log::{Amount, Cause, End, Incident};
use crate::queue::Event;
use cupola_units::SimTime;

impl Engine<'_, '_> {
    /// Missiles arrive: each draws its luck while the threat lives; what misses may fall.
    pub(super) fn intercept(&mut self, now: SimTime, number: u32) {
        let shot = self.w.shots[number as usize];
        let index = usize::from(shot.threat);
        let state = &self.w.units[usize::from(shot.slot)];
        let unit = state.unit;
        let type_ = self.w.flying[index].type_;
        let p = state
            .family
            .map_or(0.0, |family| self.w.kill[family][type_]);
        let mut missed = 0;
        for _ in 0..shot.missiles {
            let threat = &mut self.w.flying[index];
            if !threat.alive {
                missed += 1;
                continue;
            }
            let after_miss = if threat.shots > 0 {
                1.0 - self.setting.draw.second_shot
            } else {
                1.0
            };
            let u = self
                .stream
                .uniform(threat.entity, purpose::KILL, u32::from(threat.shots));
            threat.shots += 1;
            if u < p * after_miss {
                threat.alive = false;
                threat.end = End::KilledShield;
                threat.ended = now;
                self.debris(index, shot.sample as usize);
                self.tell_kill(now, &shot, unit);
            } else {
                threat.note(Cause::Missed);
                missed += 1;
            }
        }
        self.falls(&shot, unit, missed);
        let assess = self.setting.draw.units[unit].assess;
        self.w
            .queue
            .push(now + assess, Event::Assess { shot: number });
    }

    /// Where the pieces of a killed threat come down.
    pub(super) fn debris(&mut self, index: usize, sample: usize) {
        let threat = &self.w.flying[index];
        let class = threat.class;
        let cost = self.setting.draw.threats[threat.type_].cost_musd;
        let log = &mut self.w.log;
        log.class(class).killed_cost_musd += cost;
        if self.setting.draw.debris.pieces <= 0.0 {
            return;
        }
        let falls = Falls {
            setting: self.setting,
            stream: self.stream,
        };
        let down = falls.debris(threat, sample);
        let world = self.setting.world;
        let on_nato = down.iter().any(|piece| world.is_nato(piece.country));
        log.class(class).debris_nato += u32::from(on_nato);
        for (i, piece) in down.iter().enumerate() {
            let code = world.code(piece.country);
            if !down[..i]
                .iter()
                .any(|before| before.country == piece.country)
            {
                log.incident(Incident::Debris, code);
            }
            let before = down[..i]
                .iter()
                .any(|b| b.in_town && b.country == piece.country);
            if piece.in_town && !before {
                log.incident(Incident::DebrisTown, code);
            }
            log.class(class).debris_people += piece.people;
            log.amount(Amount::DebrisPeople, code, piece.people);
        }
    }

    fn tell_kill(&mut self, now: SimTime, shot: &Shot, unit: usize) {
        if !self.story {
            return;
        }
        let route = self.w.flying[usize::from(shot.threat)].route as usize;
        let sample = &self.setting.geometry.routes[route].samples[shot.sample as usize];
        let unit = &self.setting.plan.units[unit];
        let text = format!(
            "{} at {} kills it at {}, {:.0} m above ground",
            unit.system_name, unit.site, sample.at, sample.agl_m
        );
        self.tell(now, shot.threat, text);
    }

    fn falls(&mut self, shot: &Shot, unit: usize, missed: u32) {
        let share = self.setting.draw.units[unit].fall_share;
        let threat = &self.w.flying[usize::from(shot.threat)];
        let falls = Falls {
            setting: self.setting,
            stream: self.stream,
        };
        for i in 0..missed {
            let n = u32::from(shot.salvo) * 16 + i;
            if self.stream.happens(share, threat.entity, purpose::FALL, n) {
                let down = falls.interceptor(threat, unit, shot.sample as usize, n);
                let nato = self.setting.world.is_nato(down.country);
                let code = self.setting.world.code(down.country);
                let log = &mut self.w.log;
                log.class(threat.class).debris_nato += u32::from(nato);
                log.class(threat.class).interceptor_people += down.people;
                log.incident(Incident::InterceptorFall, code);
                log.amount(Amount::InterceptorPeople, code, down.people);
            }
        }
    }
}

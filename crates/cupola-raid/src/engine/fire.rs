//! A unit fires: missiles, channel, reload, ledger; and what waited tries again.

use super::{Engine, purpose};
use crate::log::Incident;
use crate::queue::Event;
use cupola_scenario::Engage;
use cupola_units::SimTime;

/// Missiles in the air.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shot {
    pub(super) slot: u16,
    pub(super) threat: u16,
    pub(super) pair: u16,
    pub(super) missiles: u32,
    pub(super) sample: u32,
    /// Which salvo at the threat it is.
    pub(super) salvo: u16,
    /// Whether the network knows of it.
    pub(super) known: bool,
}

impl Shot {
    /// A shot that is not fired yet.
    pub(super) fn new(slot: u16, threat: u16, pair: u16, sample: u32) -> Self {
        Self {
            slot,
            threat,
            pair,
            missiles: 0,
            sample,
            salvo: 0,
            known: false,
        }
    }
}

impl Engine<'_, '_> {
    pub(super) fn fire(&mut self, now: SimTime, mut shot: Shot, intercept: SimTime) {
        let index = usize::from(shot.threat);
        self.load(now, index, &mut shot);
        let state = &mut self.w.units[usize::from(shot.slot)];
        let figures = &self.setting.draw.units[state.unit];
        state.channels -= 1;
        let held_s = figures.hold_share * (intercept + figures.assess - now).seconds();
        let held = now + SimTime::from_seconds(held_s);
        self.w
            .queue
            .push(held, Event::ChannelFree { unit: shot.slot });
        shot.known = state.linked;
        let flying = &mut self.w.flying[index];
        flying.in_flight += u16::from(shot.known);
        shot.salvo = flying.salvos;
        flying.salvos += 1;
        let flat = self.dealing(index, shot.pair);
        self.w.dealings[flat].busy = true;
        self.w.dealings[flat].looks += 1;
        self.enter_in_ledger(&shot);
        if self.story {
            let unit = &self.setting.plan.units[self.w.units[usize::from(shot.slot)].unit];
            let name = &self.setting.plan.threats[self.w.flying[index].type_].name;
            let text = format!(
                "{} at {} ({}) fires {} at {name} no. {}, to meet it at {intercept}",
                unit.system_name, unit.site, unit.nation, shot.missiles, shot.threat
            );
            self.tell(now, shot.threat, text);
        }
        let number = self.w.shots.len() as u32;
        self.w.shots.push(shot);
        self.w
            .queue
            .push(intercept, Event::Intercept { shot: number });
    }

    /// Takes the missiles of a salvo from the launchers; an empty launcher is reloaded.
    fn load(&mut self, now: SimTime, index: usize, shot: &mut Shot) {
        let draw = self.setting.draw;
        let flying = &self.w.flying[index];
        let state = &mut self.w.units[usize::from(shot.slot)];
        let wanted = draw.doctrines[state.doctrine].shots[flying.class.index()];
        let n = u32::from(flying.salvos);
        let one_more = self
            .stream
            .happens(wanted.fract(), flying.entity, purpose::SALVO, n);
        let salvo = (wanted as u32 + u32::from(one_more)).max(1);
        let figures = &draw.units[state.unit];
        shot.missiles = salvo.min(state.available(flying.class));
        state.ready -= shot.missiles;
        state.fired_of_load += shot.missiles;
        while state.fired_of_load >= figures.per_load {
            state.fired_of_load -= figures.per_load;
            if state.stock > 0 {
                state.reload_until = state.reload_until.max(now) + figures.reload;
                self.w
                    .queue
                    .push(state.reload_until, Event::Reload { unit: shot.slot });
            }
        }
    }

    fn enter_in_ledger(&mut self, shot: &Shot) {
        let (plan, world) = (self.setting.plan, self.setting.world);
        let state = &self.w.units[usize::from(shot.slot)];
        let (unit, figures) = (
            &plan.units[state.unit],
            &self.setting.draw.units[state.unit],
        );
        let flying = &mut self.w.flying[usize::from(shot.threat)];
        let route = &self.setting.geometry.routes[flying.route as usize];
        let country = route.samples[shot.sample as usize].country;
        let over = world.code(country);
        let log = &mut self.w.log;
        log.spent[state.unit] += shot.missiles;
        log.class(flying.class).interceptors += shot.missiles;
        log.class(flying.class).cost_musd += f64::from(shot.missiles) * figures.cost_musd;
        log.class(flying.class).engagements_nato_crew += u32::from(unit.is_nato);
        log.incident(Incident::EngagementBy, &unit.nation);
        log.incident(Incident::EngagementOver, over);
        if world.is_nato(country) && shot.salvo == 0 {
            log.incident(Incident::IncursionEngaged, over);
        }
        let heading = plan.rules[state.rule].engage == Engage::HeadingForNato;
        if heading && route.nato_stays.is_empty() && !flying.heading.mistaken {
            log.incident(Incident::HeadingFalse, &unit.nation);
            flying.heading.mistaken = true;
        }
    }

    /// The outcome is known: if the threat lives, every unit that may tries again.
    pub(super) fn assess(&mut self, now: SimTime, number: u32) {
        let shot = self.w.shots[number as usize];
        let flying = &mut self.w.flying[usize::from(shot.threat)];
        flying.in_flight -= u16::from(shot.known);
        let alive = flying.alive;
        let flat = self.dealing(usize::from(shot.threat), shot.pair);
        self.w.dealings[flat].busy = false;
        if alive {
            if self.story {
                self.tell(now, shot.threat, "the miss is recognised".to_owned());
            }
            self.retry(now, shot.threat);
        }
    }

    pub(super) fn channel_free(&mut self, now: SimTime, slot: u16) {
        self.w.units[usize::from(slot)].channels += 1;
        self.try_waiting(now, slot);
    }

    pub(super) fn reload(&mut self, now: SimTime, slot: u16) {
        let state = &mut self.w.units[usize::from(slot)];
        let load = self.setting.draw.units[state.unit]
            .per_load
            .min(state.stock);
        state.stock -= load;
        state.ready += load;
        self.try_waiting(now, slot);
    }

    /// What waited for a unit tries again, the most urgent first.
    fn try_waiting(&mut self, now: SimTime, slot: u16) {
        let mut again = std::mem::take(&mut self.w.again);
        again.clear();
        let state = &mut self.w.units[usize::from(slot)];
        std::mem::swap(&mut again, &mut state.waiting);
        let priority = self.setting.plan.doctrines[state.doctrine].priority;
        again
            .sort_unstable_by_key(|&(threat, pair)| (self.urgency(threat, priority), threat, pair));
        again.dedup();
        for &(threat, pair) in &again {
            self.engage(now, threat, pair);
        }
        self.w.again = again;
    }
}

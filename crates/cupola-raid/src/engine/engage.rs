//! A unit with a track tries to engage: is it free to, can it, will it?

use super::{Engine, NO_SLOT};
use crate::engine::fire::Shot;
use crate::log::Cause;
use crate::queue::Event;
use cupola_scenario::CommandMode;
use cupola_units::SimTime;

/// What one unit has to do with one threat.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dealing {
    /// Earliest engagement; never without a track.
    pub(super) ready: SimTime,
    /// Whether a salvo of its own is in the air.
    pub(super) busy: bool,
    /// Salvos it has fired.
    pub(super) looks: u16,
}

impl Default for Dealing {
    fn default() -> Self {
        Self {
            ready: SimTime::NEVER,
            busy: false,
            looks: 0,
        }
    }
}

impl Engine<'_, '_> {
    /// A unit (by its place among the route's pairs) tries to engage a threat.
    pub(super) fn engage(&mut self, now: SimTime, threat: u16, pair: u16) {
        let index = usize::from(threat);
        if !self.w.flying[index].alive {
            return;
        }
        let (first, _) = self.pairs_of(index);
        let at = &self.setting.geometry.windows.pairs[first + usize::from(pair)];
        let slot = self.w.slot_of_unit[usize::from(at.unit)];
        let flat = self.w.flying[index].first_pair as usize + usize::from(pair);
        if slot == NO_SLOT || self.w.dealings[flat].ready > now {
            return;
        }
        if !self.w.units[usize::from(slot)].on_duty {
            return self.w.flying[index].note(Cause::UnitLost);
        }
        if self.engaged_elsewhere(index, flat, pair, slot) || self.has_looked_enough(flat, slot) {
            return;
        }
        let Some((launch, intercept, sample)) = self.next_chance(now, index, at, slot) else {
            return;
        };
        if launch > now {
            return self
                .w
                .queue
                .push(launch, Event::Engage { unit: pair, threat });
        }
        if self.is_taken_for_decoy(now, index, slot) {
            return self.w.flying[index].note(Cause::TakenForDecoy);
        }
        if self.must_wait(now, index, pair, slot) {
            return;
        }
        if let Some(later) = self.leaves_to_cheaper(now, index, pair, slot) {
            return self
                .w
                .queue
                .push(later, Event::Engage { unit: pair, threat });
        }
        self.fire(now, Shot::new(slot, threat, pair, sample), intercept);
    }

    /// Whether a unit lacks a missile or a channel; it tries again when one is free.
    fn must_wait(&mut self, now: SimTime, index: usize, pair: u16, slot: u16) -> bool {
        let class = self.w.flying[index].class;
        let state = &mut self.w.units[usize::from(slot)];
        let (cause, waits) = if state.available(class) == 0 {
            (Cause::NoMissile, state.reload_until > now)
        } else if state.channels <= 0 {
            (Cause::NoChannel, true)
        } else {
            return false;
        };
        if waits {
            state.waiting.push((index as u16, pair));
        }
        self.w.flying[index].note(cause);
        true
    }

    /// Whether command leaves this threat to somebody else for now.
    fn engaged_elsewhere(&self, index: usize, flat: usize, pair: u16, slot: u16) -> bool {
        let busy = self.w.dealings[flat].busy;
        if !self.w.units[usize::from(slot)].linked {
            return busy;
        }
        match self.option.mode {
            CommandMode::Autonomous => busy,
            CommandMode::Networked => busy || self.w.flying[index].in_flight > 0,
            CommandMode::Zones => busy || self.owner(index) != Some(pair),
        }
    }

    /// In zones, the linked unit with a track and missiles that is first able to meet the threat
    /// owns it.
    fn owner(&self, index: usize) -> Option<u16> {
        let (first, last) = self.pairs_of(index);
        let base = self.w.flying[index].first_pair as usize;
        let able = |i: &usize| {
            let state = self.state_of(&self.setting.geometry.windows.pairs[*i]);
            state.is_some_and(|state| state.linked && state.ready + state.stock > 0)
                && self.w.dealings[base + i - first].ready.is_ever()
        };
        let windows = &self.setting.geometry.windows;
        (first..last)
            .filter(able)
            .filter(|&i| windows.pairs[i].chances.1 > windows.pairs[i].chances.0)
            .min_by(|&a, &b| {
                let launch =
                    |i: usize| windows.chances[windows.pairs[i].chances.0 as usize].launch_s;
                launch(a).total_cmp(&launch(b)).then(a.cmp(&b))
            })
            .map(|i| (i - first) as u16)
    }

    /// Everybody tries again, on every threat in the air: links or units have changed.
    pub(super) fn retry_all(&mut self, now: SimTime) {
        for index in 0..self.w.flying.len() {
            let threat = &self.w.flying[index];
            if threat.alive && threat.launched <= now {
                self.retry(now, index as u16);
            }
        }
    }

    /// Every unit that may tries again on a threat.
    pub(super) fn retry(&mut self, now: SimTime, threat: u16) {
        let (first, last) = self.pairs_of(usize::from(threat));
        for pair in 0..(last - first) {
            self.engage(now, threat, pair as u16);
        }
    }
}

//! A unit with a track tries to engage: is it free to, can it, will it?

use super::{Engine, NO_SLOT};
use crate::engine::fire::Shot;
use crate::log::Cause;
use crate::queue::Event;
use crate::windows::Pair;
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
    /// When it is woken next to try again; never when it is not.
    pub(super) wakes: SimTime,
    /// Whether it leaves the threat to a cheaper unit until then, and might as well look before.
    pub(super) leaves: bool,
    /// How many of its chances are past.
    pub(super) past: u32,
}

impl Default for Dealing {
    fn default() -> Self {
        Self {
            ready: SimTime::NEVER,
            busy: false,
            looks: 0,
            wakes: SimTime::NEVER,
            leaves: false,
            past: 0,
        }
    }
}

impl Engine<'_, '_> {
    /// The time has come for some units to try to engage a threat.
    ///
    /// Each threat has one such time in the queue, the earliest of its units': most of them would
    /// find it engaged or dead.
    pub(super) fn wake(&mut self, now: SimTime, threat: u16) {
        let flying = &mut self.w.flying[usize::from(threat)];
        // An earlier time took this one's place.
        if !flying.alive || flying.wakes != now {
            return;
        }
        flying.wakes = SimTime::NEVER;
        if self.is_left_alone(threat) {
            return;
        }
        for pair in 0..self.shooters(usize::from(threat)).len() as u16 {
            let flat = self.dealing(usize::from(threat), pair);
            let wakes = &mut self.w.dealings[flat].wakes;
            if *wakes <= now {
                *wakes = SimTime::NEVER;
                self.engage(now, threat, pair);
            }
        }
        self.wake_next(now, threat);
    }

    /// Wakes a unit later, instead of when it was to be woken before.
    pub(super) fn wake_at(&mut self, time: SimTime, threat: u16, pair: u16) {
        let flat = self.dealing(usize::from(threat), pair);
        self.w.dealings[flat].wakes = time;
        self.call(time, threat);
    }

    /// Puts the next time at which a unit is to be woken in the queue, unless nobody could fire then.
    pub(super) fn wake_next(&mut self, now: SimTime, threat: u16) {
        if self.is_left_alone(threat) {
            return;
        }
        let first = self.dealing(usize::from(threat), 0);
        let dealings = &self.w.dealings[first..first + self.shooters(usize::from(threat)).len()];
        let later = dealings.iter().map(|dealing| dealing.wakes);
        if let Some(next) = later.filter(|time| *time > now).min() {
            self.call(next, threat);
        }
    }

    fn call(&mut self, time: SimTime, threat: u16) {
        let flying = &mut self.w.flying[usize::from(threat)];
        if time < flying.wakes {
            flying.wakes = time;
            self.w.queue.push(time, Event::Engage { threat });
        }
    }

    /// Whether no unit fires at a threat before the outcome of what is in the air is known: then all
    /// try again.
    fn is_left_alone(&self, threat: u16) -> bool {
        self.w.shortcuts.all_linked
            && self.option.mode == CommandMode::Networked
            && self.w.flying[usize::from(threat)].in_flight > 0
    }

    /// Whether a unit's next chance is the same whenever it looks. In zones the owner changes.
    fn is_settled(&self) -> bool {
        self.w.shortcuts.steady && self.option.mode != CommandMode::Zones
    }

    /// Where the dealing of a threat with one of its shooters lies.
    pub(super) fn dealing(&self, index: usize, pair: u16) -> usize {
        self.w.flying[index].first_dealing as usize + usize::from(pair)
    }

    /// A unit (by its place among the route's shooters) tries to engage a threat.
    pub(super) fn engage(&mut self, now: SimTime, threat: u16, pair: u16) {
        let index = usize::from(threat);
        if !self.w.flying[index].alive {
            return;
        }
        let at = &self.shooters(index)[usize::from(pair)];
        let slot = self.w.slot_of_unit[usize::from(at.unit)];
        let flat = self.dealing(index, pair);
        if slot == NO_SLOT || self.w.dealings[flat].ready > now {
            return;
        }
        if !self.w.units[usize::from(slot)].on_duty {
            return self.w.flying[index].note(Cause::UnitLost);
        }
        if self.engaged_elsewhere(index, flat, pair, slot) || self.has_looked_enough(flat, slot) {
            return;
        }
        let Some((launch, intercept, sample)) = self.next_chance(now, index, at, (slot, flat))
        else {
            if self.is_settled() {
                // Nor will there be one.
                self.w.dealings[flat].ready = SimTime::NEVER;
            }
            return;
        };
        self.w.dealings[flat].leaves = false;
        if launch > now {
            return self.wake_at(launch, threat, pair);
        }
        if self.is_taken_for_decoy(now, index, slot) {
            return self.w.flying[index].note(Cause::TakenForDecoy);
        }
        if self.must_wait(now, index, pair, slot) {
            return;
        }
        if let Some(later) = self.leaves_to_cheaper(now, index, pair, slot) {
            self.w.dealings[flat].leaves = true;
            return self.wake_at(later, threat, pair);
        }
        self.fire(now, Shot::new(slot, threat, pair, sample), intercept);
    }

    /// Whether a unit lacks a missile or a channel; it tries again when one is free, unless too many
    /// wait for that already.
    fn must_wait(&mut self, now: SimTime, index: usize, pair: u16, slot: u16) -> bool {
        let class = self.w.flying[index].class;
        let state = &self.w.units[usize::from(slot)];
        let (cause, waits) = if state.available(class) == 0 {
            (Cause::NoMissile, state.reload_until > now)
        } else if state.channels <= 0 {
            (Cause::NoChannel, true)
        } else {
            return false;
        };
        if waits && self.may_wait(index, pair, slot) {
            let state = &mut self.w.units[usize::from(slot)];
            state.waiting.push((index as u16, pair));
        } else if waits {
            let flat = self.dealing(index, pair);
            self.w.dealings[flat].ready = SimTime::NEVER;
        }
        self.w.flying[index].note(cause);
        true
    }

    /// Whether there is a place to wait for a unit, or the threat has one.
    fn may_wait(&self, index: usize, pair: u16, slot: u16) -> bool {
        let state = &self.w.units[usize::from(slot)];
        let places = self.setting.plan.doctrines[state.doctrine].waiting_max;
        if places == u32::MAX {
            return true;
        }
        let alive = |(threat, _): &&(u16, u16)| self.w.flying[usize::from(*threat)].alive;
        let others = state.waiting.iter().filter(alive).count();
        others < places as usize || state.waiting.contains(&(index as u16, pair))
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
        let able = |(place, pair): &(u16, &Pair)| {
            let state = self.state_of(pair);
            state.is_some_and(|state| state.linked && state.ready + state.stock > 0)
                && self.w.dealings[self.dealing(index, *place)].ready.is_ever()
        };
        let shooters = (0..).zip(self.shooters(index)).filter(able);
        let owner = shooters.min_by_key(|(place, pair)| (pair.first_launch(), *place));
        owner.map(|(place, _)| place)
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
        let settled = self.is_settled();
        for pair in 0..self.shooters(usize::from(threat)).len() as u16 {
            let dealing = &self.w.dealings[self.dealing(usize::from(threat), pair)];
            // Its next launch is known, and is not yet.
            if settled && !dealing.leaves && dealing.wakes > now && dealing.wakes.is_ever() {
                continue;
            }
            self.engage(now, threat, pair);
        }
        self.wake_next(now, threat);
    }
}

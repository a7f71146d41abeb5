//! Doctrine: what a unit that could fire leaves alone, keeps back, or leaves to another.

use super::{Engine, purpose};
use crate::draw::is_ballistic;
use crate::engine::muster::UnitState;
use cupola_scenario::{Choice, Class, CommandMode, Priority};
use cupola_units::SimTime;

impl UnitState {
    /// Ready missiles that may be fired at a class: the last ones are kept for ballistic targets.
    pub(super) fn available(&self, class: Class) -> u32 {
        if is_ballistic(class) {
            self.ready
        } else {
            self.ready.saturating_sub(self.held)
        }
    }
}

impl Engine<'_, '_> {
    /// Whether a unit has fired as many salvos at a threat as its doctrine allows.
    pub(super) fn has_looked_enough(&self, flat: usize, slot: u16) -> bool {
        let doctrine = self.w.units[usize::from(slot)].doctrine;
        u32::from(self.w.dealings[flat].looks) >= self.setting.plan.doctrines[doctrine].looks_max
    }

    /// Whether a unit takes a threat for a decoy and leaves it alone: one number per threat, so that
    /// all units that discriminate alike err alike.
    pub(super) fn is_taken_for_decoy(&mut self, now: SimTime, index: usize, slot: u16) -> bool {
        if !self.setting.raid.has_decoys {
            return false;
        }
        let state = &self.w.units[usize::from(slot)];
        let doctrine = &self.setting.draw.doctrines[state.doctrine];
        let threat = &mut self.w.flying[index];
        let left_alone = match threat.class {
            Class::Drone => doctrine.taken_for_decoy,
            Class::Decoy => 1.0 - doctrine.decoy_engaged,
            _ => return false,
        };
        let u = self
            .stream
            .uniform(threat.entity, purpose::DISCRIMINATION, 0);
        if u >= left_alone {
            return false;
        }
        let first = !std::mem::replace(&mut threat.taken_for_decoy, true);
        if self.story && first {
            let unit = &self.setting.plan.units[state.unit];
            let right = self.w.flying[index].class == Class::Decoy;
            let text = format!(
                "{} at {} takes it for a decoy{} and leaves it alone",
                unit.system_name,
                unit.site,
                if right { ", rightly," } else { "" }
            );
            self.tell(now, index as u16, text);
        }
        true
    }

    /// When a dearer unit looks again, because a cheaper one of the network can meet the threat and
    /// the outcome is known before the dearer one's last chance.
    pub(super) fn leaves_to_cheaper(
        &self,
        now: SimTime,
        index: usize,
        pair: u16,
        slot: u16,
    ) -> Option<SimTime> {
        let (plan, draw) = (self.setting.plan, self.setting.draw);
        let own = &self.w.units[usize::from(slot)];
        let cheapest = plan.doctrines[own.doctrine].choice == Choice::CheapestSufficient;
        if !cheapest || !own.linked || self.option.mode != CommandMode::Networked {
            return None;
        }
        let pairs = self.shooters(index);
        let last_launch = self.last_launch(index, &pairs[usize::from(pair)], slot)?;
        let base = self.w.flying[index].first_dealing as usize;
        let class = self.w.flying[index].class;
        let known = |(k, at): (usize, &crate::windows::Pair)| {
            let other = self.state_of(at).filter(|other| other.linked)?;
            let figures = &draw.units[other.unit];
            let able = figures.cost_musd < draw.units[own.unit].cost_musd
                && other.channels > 0
                && other.available(class) > 0
                && !self.has_looked_enough(base + k, self.w.slot_of_unit[other.unit]);
            let ready = self.w.dealings[base + k].ready;
            if !able || !ready.is_ever() {
                return None;
            }
            let slot = self.w.slot_of_unit[other.unit];
            let when = now.max(ready);
            let past = self.past(when - self.w.flying[index].launched, at, base + k);
            let (_, meet, _) = self.find_chance(when, index, at, slot, past).ok()?;
            Some(meet + figures.assess + SimTime(1))
        };
        let outcomes = pairs.iter().enumerate().filter_map(known);
        outcomes.filter(|known| *known < last_launch).min()
    }

    /// Order in which what waits for a unit is tried.
    pub(super) fn urgency(&self, threat: u16, priority: Priority) -> (u8, SimTime) {
        let threat = &self.w.flying[usize::from(threat)];
        let rank = match (priority, threat.class) {
            (Priority::TimeToTarget, _) | (_, Class::Ballistic | Class::S300) => 0,
            (_, Class::Heavy) => 1,
            (_, Class::Cruise | Class::Guided) => 2,
            (_, Class::Drone | Class::Decoy) => 3,
        };
        (rank, threat.arrives)
    }
}

//! Links that fail and come back, units and command posts that are lost.
//!
//! A unit without a link keeps the tracks it had, fires on its own line of sight only, and does not
//! know what others fire at. A lost unit fires no more and is nobody's sensor; its missiles in the
//! air fly on.

use super::{Engine, purpose};
use crate::draw::LossDraw;
use crate::engine::muster::UnitState;
use crate::log::Incident;
use crate::queue::Event;
use cupola_scenario::CommandMode;
use cupola_units::{SimTime, math};

/// Most turns of one link in a raid: a guard against outages of no length.
const TURNS_MAX: u32 = 10_000;

impl UnitState {
    /// The first time from `time` on at which its link works, seen from the start of the raid.
    pub(super) fn linked_from(&self, time: SimTime) -> SimTime {
        let turned = self.turns.partition_point(|&at| at <= time);
        if self.linked == (turned % 2 == 0) {
            time
        } else {
            self.turns.get(turned).copied().unwrap_or(SimTime::NEVER)
        }
    }
}

impl Engine<'_, '_> {
    /// Draws whose link works when, and what is lost when.
    pub(super) fn links_and_losses(&mut self) {
        let draw = self.setting.draw;
        let raid_ends = self.w.flying.iter().map(|threat| threat.arrives).max();
        let raid_ends = raid_ends.unwrap_or(SimTime(0));
        for slot in 0..self.w.units.len() {
            let unit = self.w.units[slot].unit;
            let entity = self.setting.plan.units[unit].entity;
            self.link(slot, entity, raid_ends);
            let loss = draw.units[unit].loss;
            let lost_at = self.lost_at(loss, entity, purpose::UNIT_LOSS, raid_ends);
            let state = &mut self.w.units[slot];
            state.lost_at = lost_at;
            if state.on_duty && lost_at.is_ever() {
                let unit = slot as u16;
                self.w.queue.push(lost_at, Event::UnitLost { unit });
            }
        }
        self.w.post_lost_at = SimTime::NEVER;
        if self.option.mode != CommandMode::Autonomous && !self.w.units.is_empty() {
            let lost_at = self.lost_at(draw.post_loss, 0, purpose::POST_LOSS, raid_ends);
            self.w.post_lost_at = lost_at;
            if lost_at.is_ever() {
                self.w.queue.push(lost_at, Event::PostLost);
            }
        }
    }

    fn lost_at(&self, loss: LossDraw, entity: u32, purpose: u32, raid_ends: SimTime) -> SimTime {
        if loss.share <= 0.0 {
            return SimTime::NEVER;
        }
        let [u, u_when] = self.stream.uniform_pair(entity, purpose, 0);
        if u >= loss.share {
            return SimTime::NEVER;
        }
        let at_random = SimTime::from_seconds(raid_ends.seconds() * u_when);
        loss.at.unwrap_or(at_random)
    }

    /// A link is up or down for the whole raid, or turns as an alternating renewal with the same
    /// share of time up.
    fn link(&mut self, slot: usize, entity: u32, raid_ends: SimTime) {
        let draw = self.setting.draw;
        let share = draw.link_share;
        let up = self.stream.happens(share, entity, purpose::LINK, 0);
        let state = &mut self.w.units[slot];
        state.linked = self.option.mode != CommandMode::Autonomous && up;
        state.turns.clear();
        let turns = draw.link_outage_s > 0.0 && share > 0.0 && share < 1.0;
        if !turns || self.option.mode == CommandMode::Autonomous {
            return;
        }
        let up_s = draw.link_outage_s * share / (1.0 - share);
        let (mut up, mut time_s) = (state.linked, 0.0);
        for turn in 1..=TURNS_MAX {
            let mean_s = if up { up_s } else { draw.link_outage_s };
            time_s -= math::ln(self.stream.uniform(entity, purpose::LINK, turn)) * mean_s;
            let at = SimTime::from_seconds(time_s);
            if at > raid_ends {
                break;
            }
            state.turns.push(at);
            let unit = slot as u16;
            self.w.queue.push(at, Event::Link { unit });
            up = !up;
        }
    }

    /// Who sees for whom: sensors of the network for linked systems that take remote tracks.
    pub(super) fn connect(&mut self) {
        let network = &mut self.w.network;
        network.clear();
        network.resize(self.setting.geometry.windows.words, 0);
        for state in self.w.units.iter().filter(|s| s.on_duty && s.linked) {
            network[state.unit / 64] |= 1 << (state.unit % 64);
        }
        for state in &mut self.w.units {
            let remote = self.setting.plan.units[state.unit].remote_tracks && state.linked;
            state.sight.clear();
            state.sight.resize(network.len(), 0);
            if remote {
                state.sight.copy_from_slice(network);
            }
            state.sight[state.unit / 64] |= 1 << (state.unit % 64);
        }
    }

    pub(super) fn link_turns(&mut self, now: SimTime, slot: u16) {
        let state = &mut self.w.units[usize::from(slot)];
        if !state.on_duty || now >= self.w.post_lost_at {
            return;
        }
        state.linked = !state.linked;
        if self.story {
            let linked = state.linked;
            let unit = &self.setting.plan.units[state.unit];
            let what = if linked { "works again" } else { "fails" };
            let text = format!("the link of {} at {} {what}", unit.system_name, unit.site);
            self.tell_all(now, text);
        }
        self.connect();
        self.retry_all(now);
    }

    pub(super) fn unit_lost(&mut self, now: SimTime, slot: u16) {
        let state = &mut self.w.units[usize::from(slot)];
        state.on_duty = false;
        state.linked = false;
        state.waiting.clear();
        let unit = &self.setting.plan.units[state.unit];
        self.w.log.incident(Incident::UnitLost, &unit.nation);
        if self.story {
            let text = format!("{} at {} is lost", unit.system_name, unit.site);
            self.tell_all(now, text);
        }
        self.connect();
        self.retry_all(now);
    }

    /// Every unit is on its own for the rest of the raid.
    pub(super) fn post_lost(&mut self, now: SimTime) {
        for state in &mut self.w.units {
            state.linked = false;
        }
        self.w.log.incident(Incident::PostLost, "--");
        if self.story {
            let text = "the command post is lost; every unit is on its own".to_owned();
            self.tell_all(now, text);
        }
        self.connect();
        self.retry_all(now);
    }
}

//! Who gets a track on what, and from when each unit may fire.

use super::muster::{FiresOn, UnitState};
use super::{Engine, purpose};
use cupola_units::SimTime;

impl Engine<'_, '_> {
    /// First tracks on a threat, own and shared, and the time from which each unit may fire.
    pub(super) fn track(&mut self, index: usize) {
        let shared = self.own_tracks(index);
        self.ready_times(index, shared);
    }

    /// First own tracks of every unit; returns the first that the network has, with its delay.
    fn own_tracks(&mut self, index: usize) -> SimTime {
        let windows = &self.setting.geometry.windows;
        let threat = &self.w.flying[index];
        let (entity, launched) = (threat.entity, threat.launched);
        let (first, last) = windows.of_route[threat.route as usize];
        let delay = self.setting.draw.link_delay;
        let mut shared = SimTime::NEVER;
        let (mut earliest, mut by) = (SimTime::NEVER, 0);
        for pair in &windows.pairs[first as usize..last as usize] {
            let Some(state) = self.state_of(pair) else {
                continue;
            };
            // Who cannot have it before the network has it, nor needs a track of its own, is not asked.
            let soonest = launched + pair.first_track();
            let late = !self.w.cautious && soonest >= earliest && soonest + delay >= shared;
            if late && self.w.shortcuts.all_served {
                // Nor is anybody after it.
                break;
            }
            if late && !(pair.is_shooter() && self.needs_own(state, soonest, shared)) {
                continue;
            }
            let unit_entity = self.setting.plan.units[state.unit].entity;
            let u = self.stream.uniform(entity, purpose::TRACK, unit_entity);
            let missed = self.looks_down_in_vain(entity, unit_entity, state.unit);
            if missed {
                continue;
            }
            let own = if u < pair.first_p {
                soonest
            } else {
                let steps = &windows.tracks[pair.tracks.0 as usize..pair.tracks.1 as usize];
                let first_over = steps.partition_point(|step| step.p <= u);
                let Some(step) = steps.get(first_over) else {
                    continue;
                };
                launched + SimTime::from_seconds(step.t_s)
            };
            if own >= state.lost_at {
                continue;
            }
            if own < earliest {
                (earliest, by) = (own, state.unit);
            }
            let sent = state.linked_from(own);
            if sent.is_ever() {
                shared = shared.min(sent + delay);
            }
            if pair.is_shooter() {
                let flat = self.dealing(index, pair.shooter);
                self.w.dealings[flat].ready = own;
            }
        }
        let threat = &mut self.w.flying[index];
        threat.tracked = earliest.is_ever();
        let route = &self.setting.geometry.routes[threat.route as usize];
        if route.inside {
            let delay = SimTime::from_seconds(self.setting.existing.0.alarm_delay_s);
            threat.warn(earliest + delay);
        }
        if self.story && earliest < self.w.flying[index].ends {
            let unit = &self.setting.plan.units[by];
            let text = format!("is first tracked by {} at {}", unit.system_name, unit.site);
            self.tell(earliest, index as u16, text);
        }
        shared
    }

    /// From when each unit may fire: its first own or received track, its reaction, and consent.
    fn ready_times(&mut self, index: usize, shared: SimTime) {
        let threat = &self.w.flying[index];
        let (entity, launched) = (threat.entity, threat.launched);
        let base = threat.first_dealing as usize;
        for (k, pair) in self.shooters(index).iter().enumerate() {
            let Some(state) = self.state_of(pair) else {
                continue;
            };
            let tracked = self.w.dealings[base + k].ready;
            let tracked = tracked.min(self.picture(state, shared));
            // Fighters sent towards a shared track must still find the target themselves.
            let unit_entity = self.setting.plan.units[state.unit].entity;
            let lost = self.looks_down_in_vain(entity, unit_entity, state.unit);
            let (ready, wakes) = if state.fires_on == FiresOn::Nothing || lost || !tracked.is_ever()
            {
                (SimTime::NEVER, SimTime::NEVER)
            } else {
                let ready = tracked + state.reaction;
                // Before its first chance there is nothing to try.
                (ready, ready.max(launched + pair.first_launch()))
            };
            let dealing = &mut self.w.dealings[base + k];
            (dealing.ready, dealing.wakes) = (ready, wakes);
        }
        // Not before its launch.
        self.wake_next(launched - SimTime(1), index as u16);
    }

    /// From when a unit has the network's track: only systems that take remote tracks fire on
    /// somebody else's.
    fn picture(&self, state: &UnitState, shared: SimTime) -> SimTime {
        if state.fires_on != FiresOn::AllTracks {
            return SimTime::NEVER;
        }
        let picture = state.linked_from(shared);
        if picture < self.w.post_lost_at {
            picture
        } else {
            SimTime::NEVER
        }
    }

    /// Whether a unit that may itself have a track from `soonest` on could fire on it before it
    /// could on the network's.
    fn needs_own(&self, state: &UnitState, soonest: SimTime, shared: SimTime) -> bool {
        let always_linked = state.linked && state.turns.is_empty();
        let served =
            always_linked && state.fires_on == FiresOn::AllTracks && !self.w.post_lost_at.is_ever();
        !served || soonest < shared
    }

    /// Whether a fighter's radar fails to pick this threat up against the ground in this run.
    fn looks_down_in_vain(&self, threat: u32, unit_entity: u32, unit: usize) -> bool {
        let share = self.setting.draw.units[unit].look_down_share;
        let stream = self.stream;
        !stream.happens(share, threat, purpose::LOOK_DOWN, unit_entity)
    }
}

//! When a shot is possible: the next launch that meets the threat, with sight and within the rules.

use super::{Engine, purpose};
use crate::log::Cause;
use crate::windows::{Chance, Pair};
use cupola_scenario::Engage;
use cupola_units::SimTime;

impl Engine<'_, '_> {
    /// The next launch that meets the threat where sight and rules allow it: launch, intercept,
    /// sample. Notes on the threat why there is none.
    pub(super) fn next_chance(
        &mut self,
        now: SimTime,
        index: usize,
        pair: &Pair,
        slot: u16,
    ) -> Option<(SimTime, SimTime, u32)> {
        let geometry = self.setting.geometry;
        let threat = &self.w.flying[index];
        let route_index = threat.route as usize;
        let chances = &geometry.windows.chances[pair.chances.0 as usize..pair.chances.1 as usize];
        let now_s = (now - threat.launched).seconds();
        let state = &self.w.units[usize::from(slot)];
        let seen = |c: &Chance| {
            geometry
                .windows
                .is_seen(route_index, c.sample as usize, &state.sight)
        };
        let from = chances.partition_point(|chance| chance.launch_s < now_s);
        let (mut any_seen, mut forbidden) = (false, false);
        for (i, chance) in chances.iter().enumerate().skip(from) {
            if !seen(chance) {
                continue;
            }
            any_seen = true;
            if !self.allowed(state.rule, index, chance.sample as usize)
                || !self.allowed_at(state.rule, index, chance.launch_s.max(now_s))
            {
                forbidden = true;
                continue;
            }
            let sample = chance.sample;
            let meet = |t: f64| threat.launched + SimTime::from_seconds(t);
            // Between two chances in a row the launch may happen at once.
            if i == from
                && i > 0
                && chances[i - 1].sample + 1 >= sample
                && seen(&chances[i - 1])
                && self.allowed(state.rule, index, chances[i - 1].sample as usize)
            {
                let before = &chances[i - 1];
                let share = (now_s - before.launch_s) / (chance.launch_s - before.launch_s);
                let meet_s = before.meet_s + share * (chance.meet_s - before.meet_s);
                return Some((now, meet(meet_s).max(now), sample));
            }
            return Some((meet(chance.launch_s).max(now), meet(chance.meet_s), sample));
        }
        let late = chances.iter().take(from).any(seen);
        let cause = match (forbidden, any_seen || late) {
            (true, _) => Cause::NoRule,
            (false, true) => Cause::TooLate,
            (false, false) => Cause::OutOfReach,
        };
        self.w.flying[index].note(cause);
        None
    }

    fn allowed_at(&self, rule: usize, index: usize, t_s: f64) -> bool {
        let route = &self.setting.geometry.routes[self.w.flying[index].route as usize];
        let sample = route.samples.partition_point(|sample| sample.t_s < t_s);
        self.allowed(rule, index, sample.min(route.samples.len() - 1))
    }

    /// Whether a rule allows an engagement of the threat at a sample of its route.
    fn allowed(&self, rule: usize, index: usize, sample: usize) -> bool {
        let rule = &self.setting.plan.rules[rule];
        if rule.engage == Engage::All {
            return true;
        }
        let threat = &self.w.flying[index];
        let route = &self.setting.geometry.routes[threat.route as usize];
        let here = &route.samples[sample];
        if self.setting.world.is_nato(here.country) {
            return true;
        }
        let nation = self
            .setting
            .plan
            .existing
            .as_ref()
            .map(|existing| existing.nation);
        let over_host = here.country == 0 || Some(here.country) == nation;
        match rule.engage {
            Engage::All => true,
            Engage::OwnSoil => false,
            Engage::Belt => over_host && f64::from(here.nato_m) <= rule.belt_m,
            Engage::HeadingForNato => {
                let values = &self.setting.draw.values;
                let next = &route.samples[(sample + 1).min(route.samples.len() - 1)];
                let p = crate::rules::heading_probability(
                    here,
                    next,
                    values.get(rule.horizon_s),
                    values.get(rule.heading_error_deg),
                );
                over_host && self.stream.uniform(threat.entity, purpose::HEADING, 0) < p
            }
        }
    }
}

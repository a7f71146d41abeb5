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
        (slot, flat): (u16, usize),
    ) -> Option<(SimTime, SimTime, u32)> {
        let past = self.past(now - self.w.flying[index].launched, pair, flat);
        self.w.dealings[flat].past = past;
        let found = self.find_chance(now, index, pair, slot, past);
        if let Err(cause) = found {
            let rule = &self.setting.plan.rules[self.w.units[usize::from(slot)].rule];
            let heading = rule.engage == Engage::HeadingForNato && cause == Cause::NoRule;
            let threat = &mut self.w.flying[index];
            threat.note(cause);
            threat.heading.refused |= heading;
        }
        found.ok()
    }

    /// How many of the pair's chances begin before a time since the threat's launch; never fewer
    /// than when it was last looked.
    pub(super) fn past(&self, time: SimTime, pair: &Pair, flat: usize) -> u32 {
        pair.past(self.chances(pair), self.w.dealings[flat].past, time)
    }

    /// The next launch that meets the threat after those that are past, or why there is none.
    pub(super) fn find_chance(
        &self,
        now: SimTime,
        index: usize,
        pair: &Pair,
        slot: u16,
        past: u32,
    ) -> Result<(SimTime, SimTime, u32), Cause> {
        let threat = &self.w.flying[index];
        let chances = self.chances(pair);
        let since = now - threat.launched;
        let rule = self.w.units[usize::from(slot)].rule;
        let seen = |c: &Chance| self.sees(index, c, slot);
        let from = past as usize;
        let (mut any_seen, mut forbidden) = (false, false);
        for (i, chance) in chances.iter().enumerate().skip(from) {
            if !seen(chance) {
                continue;
            }
            any_seen = true;
            if !self.allowed(rule, index, chance.sample())
                || !self.allowed_at(rule, index, chance.launch().max(since))
            {
                forbidden = true;
                continue;
            }
            let sample = chance.sample();
            // Between two chances in a row the launch may happen at once.
            if i == from
                && i > 0
                && chances[i - 1].sample() + 1 >= sample
                && seen(&chances[i - 1])
                && self.allowed(rule, index, chances[i - 1].sample())
            {
                let before = &chances[i - 1];
                let share = (since - before.launch()).seconds()
                    / (chance.launch() - before.launch()).seconds();
                let on = SimTime::from_seconds(share * (chance.meet() - before.meet()).seconds());
                let meet = threat.launched + before.meet() + on;
                return Ok((now, meet.max(now), sample as u32));
            }
            let launch = threat.launched + chance.launch();
            return Ok((
                launch.max(now),
                threat.launched + chance.meet(),
                sample as u32,
            ));
        }
        let late = chances.iter().take(from).any(seen);
        Err(match (forbidden, any_seen || late) {
            (true, _) => Cause::NoRule,
            (false, true) => Cause::TooLate,
            (false, false) => Cause::OutOfReach,
        })
    }

    /// The last launch that meets the threat where sight and rules allow it.
    pub(super) fn last_launch(&self, index: usize, pair: &Pair, slot: u16) -> Option<SimTime> {
        let rule = self.w.units[usize::from(slot)].rule;
        let possible = |chance: &&Chance| {
            self.sees(index, chance, slot)
                && self.allowed(rule, index, chance.sample())
                && self.allowed_at(rule, index, chance.launch())
        };
        let last = self.chances(pair).iter().rev().find(possible)?;
        Some(self.w.flying[index].launched + last.launch())
    }

    fn chances(&self, pair: &Pair) -> &[Chance] {
        let (from, to) = pair.chances;
        &self.setting.geometry.windows.chances[from as usize..to as usize]
    }

    /// Whether a unit sees the threat at a chance, itself or through the network.
    fn sees(&self, index: usize, chance: &Chance, slot: u16) -> bool {
        if chance.is_seen() {
            return true;
        }
        let route = self.w.flying[index].route as usize;
        let sight = &self.w.units[usize::from(slot)].sight;
        let windows = &self.setting.geometry.windows;
        windows.is_seen(route, chance.sample(), sight)
    }

    fn allowed_at(&self, rule: usize, index: usize, since: SimTime) -> bool {
        if self.setting.plan.rules[rule].engage == Engage::All {
            return true;
        }
        let route = &self.setting.geometry.routes[self.w.flying[index].route as usize];
        let sample = route
            .samples
            .partition_point(|sample| sample.t_s < since.seconds());
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

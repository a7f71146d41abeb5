//! One raid against one option, event by event.
//!
//! Read it top to bottom: threats are launched; units that get a track try to engage; a unit that
//! may and can, fires; missiles meet the threat or miss; what was waiting tries again; each threat
//! ends exactly once. Randomness is keyed by threat and purpose, never by option, so all options
//! face the same raid. Times and intercept points were found beforehand (`windows`).

use crate::debris::Falls;
use crate::draw::Draw;
use crate::geometry::{Calibrated, Geometry};
use crate::log::{Cause, End, Incident, RaidLog};
use crate::plan::{OptionPlan, Plan, RaidPlan};
use crate::queue::{Event, Queue};
use crate::threats::Flying;
use crate::windows::{Chance, Pair};
use cupola_scenario::{Class, CommandMode, Engage, Kind};
use cupola_units::{SimTime, Stream, math};
use cupola_world::World;

pub(crate) mod purpose {
    pub(crate) const COUNT: u32 = 0x0300;
    pub(crate) const SIDE: u32 = 0x0301;
    pub(crate) const ROUTE: u32 = 0x0302;
    pub(crate) const LAUNCH: u32 = 0x0303;
    pub(crate) const FAIL: u32 = 0x0304;
    pub(crate) const EXISTING: u32 = 0x0305;
    pub(crate) const FRAILTY: u32 = 0x0306;
    pub(crate) const COVER: u32 = 0x0307;
    pub(crate) const TRACK: u32 = 0x0400; // partner: the unit, in n
    pub(crate) const LOOK_DOWN: u32 = 0x0401;
    pub(crate) const SALVO: u32 = 0x0402;
    pub(crate) const KILL: u32 = 0x0403;
    pub(crate) const FALL: u32 = 0x0404;
    pub(crate) const PIECES: u32 = 0x0405;
    pub(crate) const HEADING: u32 = 0x0406;
    pub(crate) const LOST_FALL: u32 = 0x0407;
    pub(crate) const READY: u32 = 0x0500;
    pub(crate) const LINK: u32 = 0x0501;
    pub(crate) const RAID: u32 = 0x0502;
}

/// Everything a run reads.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The world.
    pub world: &'a World,
    /// The draw.
    pub draw: &'a Draw,
    /// The raid.
    pub raid: &'a RaidPlan,
    /// Its geometry in the draw.
    pub geometry: &'a Geometry,
    /// The existing defence in the draw.
    pub existing: &'a Calibrated,
}

/// State of one unit in a run.
#[derive(Clone, Debug)]
struct UnitState {
    unit: usize,
    rule: usize,
    on_duty: bool,
    linked: bool,
    channels: i32,
    ready: u32,
    stock: u32,
    fired_of_load: u32,
    reload_until: SimTime,
    /// Kill probability by threat type in this raid.
    kill: Vec<f64>,
    /// Sensors whose sight it may fire on.
    sight: Vec<u64>,
    waiting: Vec<(u16, u16)>,
}

/// Missiles in the air.
#[derive(Clone, Copy, Debug)]
struct Shot {
    slot: u16,
    threat: u16,
    pair: u16,
    missiles: u32,
    sample: u32,
}

/// Memory of a run, kept for the next.
#[derive(Debug, Default)]
pub struct Workspace {
    queue: Queue,
    units: Vec<UnitState>,
    slot_of_unit: Vec<u16>,
    pub(crate) flying: Vec<Flying>,
    /// Earliest engagement by threat and pair, from `first_pair` on; later than all when none.
    ready: Vec<SimTime>,
    busy: Vec<bool>,
    shots: Vec<Shot>,
    again: Vec<(u16, u16)>,
    /// What the run left behind.
    pub log: RaidLog,
}

const NO_SLOT: u16 = u16::MAX;

/// Simulates run `run` of a raid against an option; the result lies in `workspace.log`.
pub fn simulate(
    setting: &Setting<'_>,
    option: &OptionPlan,
    run: u32,
    story: bool,
    workspace: &mut Workspace,
) {
    let stream = Stream::new(setting.plan.seed, run);
    workspace.log.clear(setting.plan.units.len());
    workspace.queue.clear();
    workspace.shots.clear();
    let mut engine = Engine {
        setting,
        option,
        stream,
        story,
        w: workspace,
    };
    engine.muster();
    engine.launch();
    while let Some((now, event)) = engine.w.queue.pop() {
        match event {
            Event::Engage { unit, threat } => engine.engage(now, threat, unit),
            Event::Intercept { shot } => engine.intercept(now, shot),
            Event::Assess { shot } => engine.assess(now, shot),
            Event::ChannelFree { unit } => engine.channel_free(now, unit),
            Event::Reload { unit } => engine.reload(now, unit),
            Event::End { threat } => engine.end(now, threat),
        }
    }
    engine.tally();
}

struct Engine<'a, 's> {
    setting: &'a Setting<'s>,
    option: &'a OptionPlan,
    stream: Stream,
    story: bool,
    w: &'a mut Workspace,
}

impl Engine<'_, '_> {
    /// Who is on duty, with what, linked to whom.
    fn muster(&mut self) {
        let (plan, draw) = (self.setting.plan, self.setting.draw);
        self.w.slot_of_unit.clear();
        self.w.slot_of_unit.resize(plan.units.len(), NO_SLOT);
        self.w
            .units
            .resize_with(self.option.units.len(), UnitState::empty);
        let words = self.setting.geometry.windows.words;
        let z_common = self.stream.normal(0, purpose::RAID, 0);
        for (slot, (&index, &rule)) in self.option.units.iter().zip(&self.option.rules).enumerate()
        {
            let (unit, figures) = (&plan.units[index], &draw.units[index]);
            let state = &mut self.w.units[slot];
            state.reset(index, rule);
            let ready = self.stream.uniform(unit.entity, purpose::READY, 0) < figures.ready_share;
            state.on_duty = figures.trained && ready;
            state.linked = self.stream.uniform(unit.entity, purpose::LINK, 0) < draw.link_share;
            state.channels = figures.channels;
            state.ready = figures.ready;
            state.stock = figures.stock;
            self.w.slot_of_unit[index] = slot as u16;
            if let Some(family) = unit.family {
                let own = self
                    .stream
                    .normal(plan.families[family].entity, purpose::RAID, 1);
                let shift = draw.s_common * z_common + draw.s_family * own;
                let spread = draw.s_common * draw.s_common + draw.s_family * draw.s_family;
                let cap = plan.shared.cap;
                let raid = |p: &f64| raid_kill(*p, shift, spread, cap);
                state.kill.extend(draw.kill[family].iter().map(raid));
            }
        }
        let mut network = vec![0_u64; words];
        if self.option.mode != CommandMode::Autonomous {
            for state in self
                .w
                .units
                .iter()
                .filter(|state| state.on_duty && state.linked)
            {
                network[state.unit / 64] |= 1 << (state.unit % 64);
            }
        }
        for state in &mut self.w.units {
            let remote = plan.units[state.unit].remote_tracks && state.linked;
            state.sight.clear();
            state.sight.resize(words, 0);
            if remote {
                state.sight.copy_from_slice(&network);
            }
            state.sight[state.unit / 64] |= 1 << (state.unit % 64);
        }
    }

    /// Puts every threat in the air, and every first chance to engage it in the queue.
    fn launch(&mut self) {
        crate::threats::launch(self.setting, self.stream, &mut self.w.flying);
        self.w.ready.clear();
        for index in 0..self.w.flying.len() {
            let (first, last) = self.pairs_of(index);
            self.w.flying[index].first_pair = self.w.ready.len() as u32;
            let end = self.w.flying[index].ends;
            self.w.queue.push(
                end,
                Event::End {
                    threat: index as u16,
                },
            );
            self.w
                .ready
                .resize(self.w.ready.len() + (last - first), SimTime::NEVER);
            self.track(index);
        }
        self.w.busy.clear();
        self.w.busy.resize(self.w.ready.len(), false);
    }

    fn pairs_of(&self, threat: usize) -> (usize, usize) {
        let route = self.w.flying[threat].route as usize;
        let (first, last) = self.setting.geometry.windows.of_route[route];
        (first as usize, last as usize)
    }

    /// First tracks on a threat, own and shared, and the time from which each unit may fire.
    fn track(&mut self, index: usize) {
        let (plan, draw) = (self.setting.plan, self.setting.draw);
        let windows = &self.setting.geometry.windows;
        let (first, last) = self.pairs_of(index);
        let pairs = &windows.pairs[first..last];
        let threat = &self.w.flying[index];
        let (entity, launched, base) = (threat.entity, threat.launched, threat.first_pair as usize);
        let inside = self.setting.geometry.routes[threat.route as usize].inside;
        let mut shared = SimTime::NEVER;
        let mut earliest = SimTime::NEVER;
        for (k, pair) in pairs.iter().enumerate() {
            let Some(state) = self.state_of(pair) else {
                continue;
            };
            let linked = state.linked && self.option.mode != CommandMode::Autonomous;
            let figures = &draw.units[state.unit];
            let unit_entity = plan.units[state.unit].entity;
            let steps = &windows.tracks[pair.tracks.0 as usize..pair.tracks.1 as usize];
            let u = self.stream.uniform(entity, purpose::TRACK, unit_entity);
            let missed = figures.look_down_share < 1.0
                && self.stream.uniform(entity, purpose::LOOK_DOWN, unit_entity)
                    >= figures.look_down_share;
            let step = steps.iter().find(|step| u < step.p).filter(|_| !missed);
            let Some(step) = step else { continue };
            let own = launched + SimTime::from_seconds(step.t_s);
            earliest = earliest.min(own);
            self.w.ready[base + k] = own;
            if linked {
                shared = shared.min(own + draw.link_delay);
            }
        }
        for (k, pair) in pairs.iter().enumerate() {
            let Some(state) = self.state_of(pair) else {
                continue;
            };
            let unit = &plan.units[state.unit];
            let picture = if state.linked { shared } else { SimTime::NEVER };
            let tracked = self.w.ready[base + k].min(picture);
            if unit.kind == Kind::Sensor || !tracked.is_ever() {
                self.w.ready[base + k] = SimTime::NEVER;
                continue;
            }
            let consent = draw.values.get(plan.rules[state.rule].consent_s);
            let figures = &draw.units[state.unit];
            let ready = tracked + figures.reaction + SimTime::from_seconds(consent);
            self.w.ready[base + k] = ready;
            let event = Event::Engage {
                unit: k as u16,
                threat: index as u16,
            };
            if pair.chances.1 > pair.chances.0 {
                self.w.queue.push(ready, event);
            }
        }
        let threat = &mut self.w.flying[index];
        threat.tracked = earliest.is_ever();
        if inside {
            threat.warn(earliest);
        }
    }

    fn state_of(&self, pair: &Pair) -> Option<&UnitState> {
        let slot = self.w.slot_of_unit[usize::from(pair.unit)];
        self.w
            .units
            .get(usize::from(slot))
            .filter(|state| state.on_duty)
    }

    /// A unit (by its place among the route's pairs) tries to engage a threat.
    fn engage(&mut self, now: SimTime, threat: u16, pair: u16) {
        let index = usize::from(threat);
        if !self.w.flying[index].alive {
            return;
        }
        let (first, _) = self.pairs_of(index);
        let at = &self.setting.geometry.windows.pairs[first + usize::from(pair)];
        let slot = self.w.slot_of_unit[usize::from(at.unit)];
        let flat = self.w.flying[index].first_pair as usize + usize::from(pair);
        if slot == NO_SLOT || self.w.ready[flat] > now || self.engaged_elsewhere(index, flat, pair)
        {
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
        let state = &mut self.w.units[usize::from(slot)];
        if state.ready == 0 {
            self.w.flying[index].note(Cause::NoMissile);
            if state.reload_until > now {
                state.waiting.push((threat, pair));
            }
        } else if state.channels <= 0 {
            self.w.flying[index].note(Cause::NoChannel);
            state.waiting.push((threat, pair));
        } else {
            self.fire(
                now,
                Shot {
                    slot,
                    threat,
                    pair,
                    missiles: 0,
                    sample,
                },
                intercept,
            );
        }
    }

    /// Whether command leaves this threat to somebody else for now.
    fn engaged_elsewhere(&self, index: usize, flat: usize, pair: u16) -> bool {
        match self.option.mode {
            CommandMode::Autonomous => self.w.busy[flat],
            CommandMode::Networked => self.w.flying[index].in_flight > 0,
            CommandMode::Zones => self.w.busy[flat] || self.owner(index) != Some(pair),
        }
    }

    /// In zones, the unit that is first able to meet the threat owns it.
    fn owner(&self, index: usize) -> Option<u16> {
        let (first, last) = self.pairs_of(index);
        let windows = &self.setting.geometry.windows;
        (first..last)
            .filter(|&i| self.state_of(&windows.pairs[i]).is_some())
            .filter(|&i| windows.pairs[i].chances.1 > windows.pairs[i].chances.0)
            .min_by(|&a, &b| {
                let launch =
                    |i: usize| windows.chances[windows.pairs[i].chances.0 as usize].launch_s;
                launch(a).total_cmp(&launch(b)).then(a.cmp(&b))
            })
            .map(|i| (i - first) as u16)
    }

    /// The next launch that meets the threat where sight and rules allow it: launch, intercept,
    /// sample. Notes on the threat why there is none.
    fn next_chance(
        &mut self,
        now: SimTime,
        index: usize,
        pair: &Pair,
        slot: u16,
    ) -> Option<(SimTime, SimTime, u32)> {
        let geometry = self.setting.geometry;
        let threat = &self.w.flying[index];
        let route_index = threat.route as usize;
        let route = &geometry.routes[route_index];
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
            let t_s = route.samples[sample as usize].t_s;
            // Between two chances in a row the launch may happen at once.
            if i == from
                && i > 0
                && chances[i - 1].sample + 1 == sample
                && seen(&chances[i - 1])
                && self.allowed(state.rule, index, chances[i - 1].sample as usize)
            {
                let before = &chances[i - 1];
                let share = (now_s - before.launch_s) / (chance.launch_s - before.launch_s);
                let t_before = route.samples[before.sample as usize].t_s;
                return Some((
                    now,
                    meet(t_before + share * (t_s - t_before)).max(now),
                    sample,
                ));
            }
            return Some((meet(chance.launch_s).max(now), meet(t_s), sample));
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

    fn fire(&mut self, now: SimTime, mut shot: Shot, intercept: SimTime) {
        let (plan, draw) = (self.setting.plan, self.setting.draw);
        let index = usize::from(shot.threat);
        let (type_, class) = (self.w.flying[index].type_, self.w.flying[index].class);
        let wanted = draw.shots[class.index()];
        let u = self.stream.uniform(
            self.w.flying[index].entity,
            purpose::SALVO,
            u32::from(self.w.flying[index].salvos),
        );
        let salvo = (wanted.floor() + f64::from(u8::from(u < wanted.fract()))).max(1.0) as u32;
        let state = &mut self.w.units[usize::from(shot.slot)];
        let figures = &draw.units[state.unit];
        shot.missiles = salvo.min(state.ready);
        state.ready -= shot.missiles;
        state.channels -= 1;
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
        let held_s = figures.hold_share * (intercept + figures.assess - now).seconds();
        let held = now + SimTime::from_seconds(held_s);
        self.w
            .queue
            .push(held, Event::ChannelFree { unit: shot.slot });
        let unit = &plan.units[state.unit];
        self.w.log.spent[state.unit] += shot.missiles;
        let flying = &mut self.w.flying[index];
        flying.in_flight += 1;
        flying.salvos += 1;
        let flat = flying.first_pair as usize + usize::from(shot.pair);
        let route = flying.route as usize;
        self.w.busy[flat] = true;
        let country = self.setting.geometry.routes[route].samples[shot.sample as usize].country;
        let over = self.setting.world.code(country);
        let log = &mut self.w.log;
        log.class(class).interceptors += shot.missiles;
        log.class(class).cost_musd += f64::from(shot.missiles) * figures.cost_musd;
        log.class(class).engagements_nato_crew += u32::from(unit.is_nato);
        log.incident(Incident::EngagementBy, &unit.nation);
        log.incident(Incident::EngagementOver, over);
        if self.setting.world.is_nato(country) {
            log.incident(Incident::IncursionEngaged, over);
        }
        if self.story {
            let name = &plan.threats[type_].name;
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

    /// Missiles arrive: each draws its luck while the threat lives; what misses may fall.
    fn intercept(&mut self, now: SimTime, number: u32) {
        let shot = self.w.shots[number as usize];
        let index = usize::from(shot.threat);
        let state = &self.w.units[usize::from(shot.slot)];
        let (unit, p) = (state.unit, state.kill[self.w.flying[index].type_]);
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
                self.debris(now, &shot, unit);
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

    fn debris(&mut self, now: SimTime, shot: &Shot, unit: usize) {
        let threat = &self.w.flying[usize::from(shot.threat)];
        let falls = Falls {
            setting: self.setting,
            stream: self.stream,
        };
        let countries = falls.debris(threat, shot.sample as usize);
        let class = threat.class;
        let cost = self.setting.draw.threats[threat.type_].cost_musd;
        let on_nato = countries.iter().any(|&c| self.setting.world.is_nato(c));
        let log = &mut self.w.log;
        log.class(class).killed_cost_musd += cost;
        log.class(class).debris_nato += u32::from(on_nato);
        for (i, &country) in countries.iter().enumerate() {
            if !countries[..i].contains(&country) {
                log.incident(Incident::Debris, self.setting.world.code(country));
            }
        }
        if self.story {
            let sample = &self.setting.geometry.routes
                [self.w.flying[usize::from(shot.threat)].route as usize]
                .samples[shot.sample as usize];
            let text = format!(
                "{} at {} kills it at {}, {:.0} m above ground",
                self.setting.plan.units[unit].system_name,
                self.setting.plan.units[unit].site,
                sample.at,
                sample.agl_m
            );
            self.tell(now, shot.threat, text);
        }
    }

    fn falls(&mut self, shot: &Shot, unit: usize, missed: u32) {
        let share = self.setting.draw.units[unit].fall_share;
        let threat = &self.w.flying[usize::from(shot.threat)];
        let falls = Falls {
            setting: self.setting,
            stream: self.stream,
        };
        for i in 0..missed {
            let n = u32::from(threat.salvos) * 16 + i;
            if self.stream.uniform(threat.entity, purpose::FALL, n) < share {
                let country = falls.interceptor(threat, unit, shot.sample as usize, n);
                let nato = self.setting.world.is_nato(country);
                self.w.log.class(threat.class).debris_nato += u32::from(nato);
                let code = self.setting.world.code(country);
                self.w.log.incident(Incident::InterceptorFall, code);
            }
        }
    }

    /// The outcome is known: if the threat lives, every unit that may tries again.
    fn assess(&mut self, now: SimTime, number: u32) {
        let shot = self.w.shots[number as usize];
        let index = usize::from(shot.threat);
        let flying = &mut self.w.flying[index];
        flying.in_flight -= 1;
        let flat = flying.first_pair as usize + usize::from(shot.pair);
        self.w.busy[flat] = false;
        if self.w.flying[index].alive {
            if self.story {
                self.tell(now, shot.threat, "the miss is recognised".to_owned());
            }
            let (first, last) = self.pairs_of(index);
            for pair in 0..(last - first) {
                self.engage(now, shot.threat, pair as u16);
            }
        }
    }

    fn channel_free(&mut self, now: SimTime, slot: u16) {
        self.w.units[usize::from(slot)].channels += 1;
        self.try_waiting(now, slot);
    }

    fn reload(&mut self, now: SimTime, slot: u16) {
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
        std::mem::swap(&mut again, &mut self.w.units[usize::from(slot)].waiting);
        again.sort_unstable_by_key(|&(threat, pair)| {
            (self.w.flying[usize::from(threat)].arrives, threat, pair)
        });
        again.dedup();
        for &(threat, pair) in &again {
            self.engage(now, threat, pair);
        }
        self.w.again = again;
    }

    fn end(&mut self, now: SimTime, threat: u16) {
        let flying = &mut self.w.flying[usize::from(threat)];
        if !flying.alive {
            return;
        }
        flying.alive = false;
        flying.ended = now;
        flying.end = flying.fate;
        if self.story {
            let text = match self.w.flying[usize::from(threat)].end {
                End::Failed => "fails by itself",
                End::Lost => "is lost to jamming",
                End::KilledExisting => "is killed by the existing defence",
                End::Leaked => "reaches its aim inside the protected area",
                _ => "reaches its aim outside the protected area",
            };
            self.tell(now, threat, text.to_owned());
        }
    }

    fn tell(&mut self, time: SimTime, threat: u16, text: String) {
        self.w.log.moments.push(crate::log::Moment {
            time,
            threat: u32::from(threat),
            text,
        });
    }

    /// Counts how every threat ended.
    fn tally(&mut self) {
        let on_duty = |state: &UnitState| {
            state.on_duty && self.setting.plan.units[state.unit].kind != Kind::Sensor
        };
        let armed = self.w.units.iter().any(on_duty);
        for index in 0..self.w.flying.len() {
            crate::threats::tally(
                self.setting,
                self.stream,
                &mut self.w.log,
                &self.w.flying[index],
                armed,
            );
            if self.story {
                let threat = &self.w.flying[index];
                self.w.log.stories.push(crate::log::ThreatStory {
                    threat: index as u32,
                    name: self.setting.plan.threats[threat.type_].name.clone(),
                    inside: self.setting.geometry.routes[threat.route as usize].inside,
                    end: threat.end,
                    cause: threat.cause(armed),
                });
            }
        }
    }
}

impl UnitState {
    fn empty() -> Self {
        Self {
            unit: 0,
            rule: 0,
            on_duty: false,
            linked: false,
            channels: 0,
            ready: 0,
            stock: 0,
            fired_of_load: 0,
            reload_until: SimTime(0),
            kill: Vec::new(),
            sight: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn reset(&mut self, unit: usize, rule: usize) {
        self.unit = unit;
        self.rule = rule;
        self.fired_of_load = 0;
        self.reload_until = SimTime(0);
        self.kill.clear();
        self.waiting.clear();
    }
}

/// Kill probability in a raid: shifted on the logit, with the mean over raids kept.
///
/// The mean of a logistic of a normal is close to the logistic of the mean divided by
/// √(1 + π s²/8) (error below 0.01), so the logit is stretched by that before the shift.
fn raid_kill(p: f64, shift: f64, spread: f64, cap: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    let stretch = (1.0 + std::f64::consts::PI * spread / 8.0).sqrt();
    math::logistic(math::logit(p.min(0.999)) * stretch + shift).min(cap)
}

/// Class order of a count.
pub(crate) fn class_of(setting: &Setting<'_>, type_: usize) -> Class {
    setting.plan.threats[type_].class
}

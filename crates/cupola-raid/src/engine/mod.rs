//! One raid against one option, event by event.
//!
//! Read it top to bottom: threats are launched; units that get a track try to engage; a unit that
//! may and can, fires; missiles meet the threat or miss; what was waiting tries again; each threat
//! ends exactly once. Randomness is keyed by threat and purpose, never by option, so all options
//! face the same raid. Times and intercept points were found beforehand (`windows`). Who is on
//! duty is in `muster`, when a shot is possible in `chance`, what missiles do in `strike`.

mod chance;
mod muster;
mod strike;

use crate::draw::Draw;
use crate::geometry::{Calibrated, Geometry};
use crate::log::{Cause, End, Incident, RaidLog};
use crate::plan::{OptionPlan, Plan, RaidPlan};
use crate::queue::{Event, Queue};
use crate::threats::Flying;
use crate::windows::Pair;
use cupola_scenario::{Class, CommandMode, Kind};
use cupola_units::{SimTime, Stream};
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

use muster::UnitState;

/// Missiles in the air.
#[derive(Clone, Copy, Debug)]
struct Shot {
    slot: u16,
    threat: u16,
    pair: u16,
    missiles: u32,
    sample: u32,
    /// Which salvo at the threat it is.
    salvo: u16,
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
    /// Units in the network, as words of bits.
    network: Vec<u64>,
    /// What the run left behind.
    pub log: RaidLog,
}

impl Workspace {
    /// How the threats of the last run flew.
    pub fn flights<'a>(
        &'a self,
        geometry: &'a Geometry,
    ) -> impl Iterator<Item = crate::alarms::Flight<'a>> {
        crate::alarms::flights(&self.flying, geometry)
    }
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
                    salvo: 0,
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

    /// In zones, the unit with a track and missiles that is first able to meet the threat owns it.
    fn owner(&self, index: usize) -> Option<u16> {
        let (first, last) = self.pairs_of(index);
        let base = self.w.flying[index].first_pair as usize;
        let able = |i: &usize| {
            let state = self.state_of(&self.setting.geometry.windows.pairs[*i]);
            state.is_some_and(|state| state.ready + state.stock > 0)
                && self.w.ready[base + i - first].is_ever()
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
        shot.salvo = flying.salvos;
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
        if self.setting.world.is_nato(country) && shot.salvo == 0 {
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

    /// Counts how every threat ended, and the time under alarm.
    fn tally(&mut self) {
        crate::alarms::tally(self.setting, &self.w.flying, &mut self.w.log);
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

/// Class order of a count.
pub(crate) fn class_of(setting: &Setting<'_>, type_: usize) -> Class {
    setting.plan.threats[type_].class
}

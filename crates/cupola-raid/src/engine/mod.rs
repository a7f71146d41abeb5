//! One raid against one option, event by event.
//!
//! Read it top to bottom: threats are launched; units that get a track try to engage; a unit that
//! may and can, fires; missiles meet the threat or miss; what was waiting tries again; each threat
//! ends exactly once. Randomness is keyed by threat and purpose, never by option, so all options
//! face the same raid. Times and intercept points were found beforehand (`windows`).
//!
//! Who is on duty is in `muster`, who sees what in `track`, links and losses in `links`, when a shot
//! is possible in `chance`, whether a unit takes it in `engage` and `doctrine`, what it costs in
//! `fire`, what missiles do in `strike`, jamming and teams over an area in `area`.

mod area;
mod chance;
mod doctrine;
mod engage;
mod fire;
mod links;
mod muster;
mod strike;
mod track;

use crate::draw::Draw;
use crate::geometry::{Calibrated, Geometry};
use crate::log::{Cause, End, Moment, RaidLog, ThreatStory};
use crate::plan::{OptionPlan, Plan, RaidPlan};
use crate::queue::{Event, Queue};
use crate::threats::Flying;
use crate::windows::Pair;
use cupola_scenario::{Class, Kind};
use cupola_units::{SimTime, Stream};
use cupola_world::World;
use muster::UnitState;

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
    pub(crate) const DISCRIMINATION: u32 = 0x0408;
    pub(crate) const PASS: u32 = 0x0409; // partner: the means, in n
    pub(crate) const PASS_KILL: u32 = 0x040A;
    pub(crate) const READY: u32 = 0x0500;
    pub(crate) const LINK: u32 = 0x0501;
    pub(crate) const RAID: u32 = 0x0502;
    pub(crate) const UNIT_LOSS: u32 = 0x0503;
    pub(crate) const POST_LOSS: u32 = 0x0504;
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

/// Memory of a run, kept for the next.
#[derive(Debug, Default)]
pub struct Workspace {
    queue: Queue,
    units: Vec<UnitState>,
    slot_of_unit: Vec<u16>,
    /// Kill probability in this raid by family and threat type, of families that are there.
    kill: Vec<Vec<f64>>,
    areas: Vec<area::AreaState>,
    /// Units on duty at the start, and units in the network now, as words of bits.
    watch: Vec<u64>,
    network: Vec<u64>,
    post_lost_at: SimTime,
    shortcuts: muster::Shortcuts,
    /// Whether runs take no shortcut.
    cautious: bool,
    pub(crate) flying: Vec<Flying>,
    /// What each shooter has to do with each threat, by threat, from `first_dealing` on.
    dealings: Vec<engage::Dealing>,
    shots: Vec<fire::Shot>,
    passes: Vec<area::Pass>,
    again: Vec<(u16, u16)>,
    /// Times that threats are near the area.
    near: Vec<(f64, f64)>,
    /// What the run left behind.
    pub log: RaidLog,
}

impl Workspace {
    /// A workspace whose runs try what is known to be in vain as well: slower, and the same results.
    /// What the shortcuts are tested against.
    pub fn cautious() -> Self {
        Self {
            cautious: true,
            ..Self::default()
        }
    }

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
    workspace.clear(setting.plan);
    let mut engine = Engine {
        setting,
        option,
        stream,
        story,
        w: workspace,
    };
    crate::threats::launch(setting, stream, &mut engine.w.flying);
    engine.muster();
    engine.schedule();
    while let Some((now, event)) = engine.w.queue.pop() {
        match event {
            Event::Engage { threat } => engine.wake(now, threat),
            Event::Intercept { shot } => engine.intercept(now, shot),
            Event::Assess { shot } => engine.assess(now, shot),
            Event::ChannelFree { unit } => engine.channel_free(now, unit),
            Event::Reload { unit } => engine.reload(now, unit),
            Event::Pass { pass } => engine.pass(now, pass),
            Event::Link { unit } => engine.link_turns(now, unit),
            Event::UnitLost { unit } => engine.unit_lost(now, unit),
            Event::PostLost => engine.post_lost(now),
            Event::End { threat } => engine.end(now, threat),
        }
    }
    engine.tally();
}

impl Workspace {
    fn clear(&mut self, plan: &Plan) {
        self.log.clear(plan.units.len(), plan.areas.len());
        self.queue.clear();
        self.shots.clear();
        self.passes.clear();
        self.dealings.clear();
    }
}

struct Engine<'a, 's> {
    setting: &'a Setting<'s>,
    option: &'a OptionPlan,
    stream: Stream,
    story: bool,
    w: &'a mut Workspace,
}

impl<'s> Engine<'_, 's> {
    /// The units that have a chance to meet a threat, in their order.
    fn shooters(&self, threat: usize) -> &'s [Pair] {
        let windows = &self.setting.geometry.windows;
        let (first, last) = windows.shooters_of[self.w.flying[threat].route as usize];
        &windows.shooters[first as usize..last as usize]
    }
}

impl Engine<'_, '_> {
    /// Puts the end of every threat in the queue, and every first chance to meet it before.
    fn schedule(&mut self) {
        for index in 0..self.w.flying.len() {
            let shooters = self.shooters(index).len();
            let known = self.w.dealings.len();
            self.w.flying[index].first_dealing = known as u32;
            let end = self.w.flying[index].ends;
            let threat = index as u16;
            self.w.queue.push(end, Event::End { threat });
            let none = engage::Dealing::default();
            self.w.dealings.resize(known + shooters, none);
            if self.story {
                let launched = self.w.flying[index].launched;
                self.tell(launched, threat, "is launched".to_owned());
            }
            self.track(index);
            self.enter_areas(index);
        }
    }

    fn state_of(&self, pair: &Pair) -> Option<&UnitState> {
        let slot = self.w.slot_of_unit[usize::from(pair.unit)];
        self.w
            .units
            .get(usize::from(slot))
            .filter(|state| state.on_duty)
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
        self.w.log.moments.push(Moment {
            time,
            threat: u32::from(threat),
            text,
        });
    }

    /// Tells what happens to no threat in particular.
    fn tell_all(&mut self, time: SimTime, text: String) {
        self.w.log.moments.push(Moment {
            time,
            threat: Moment::NO_THREAT,
            text,
        });
    }

    /// Counts how every threat ended, and the time under alarm.
    fn tally(&mut self) {
        let Workspace {
            flying, near, log, ..
        } = &mut *self.w;
        crate::alarms::tally(self.setting, flying, near, log);
        for index in 0..self.w.flying.len() {
            let threat = &self.w.flying[index];
            let cause = self.cause(threat);
            crate::threats::tally(self.setting, self.stream, &mut self.w.log, threat, cause);
            if self.story {
                self.w.log.stories.push(ThreatStory {
                    threat: index as u32,
                    name: self.setting.plan.threats[threat.type_].name.clone(),
                    inside: self.setting.geometry.routes[threat.route as usize].inside,
                    end: threat.end,
                    cause,
                });
            }
        }
    }

    /// Why a threat leaked, if it did.
    fn cause(&self, threat: &Flying) -> Cause {
        let watched = self.w.watch.iter().any(|word| *word != 0);
        if !watched && self.w.areas.is_empty() {
            return Cause::NoUnit;
        }
        let windows = &self.setting.geometry.windows;
        threat.cause().unwrap_or_else(|| {
            if watched {
                windows.why_unseen(threat.route as usize, &self.w.watch)
            } else {
                // Through an area without being met.
                Cause::OutOfReach
            }
        })
    }
}

/// Class order of a count.
pub(crate) fn class_of(setting: &Setting<'_>, type_: usize) -> Class {
    setting.plan.threats[type_].class
}

/// Whether a unit has something to fire.
fn is_armed(plan: &Plan, unit: usize) -> bool {
    plan.units[unit].kind != Kind::Sensor
}

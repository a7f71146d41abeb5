//! Who is on duty in a run, with what, under which doctrine.

use super::{Engine, NO_SLOT, is_armed, purpose};
use crate::draw::is_ballistic;
use cupola_units::{SimTime, math};

/// Tracks on which a unit fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FiresOn {
    /// It has no missiles.
    Nothing,
    OwnTracks,
    /// Also those of the network.
    AllTracks,
}

/// What never changes in a run, so that it need not be asked again.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shortcuts {
    /// What units see and know stays as it is to the end: no link turns, nothing is lost.
    pub(super) steady: bool,
    /// Moreover all are linked.
    pub(super) all_linked: bool,
    /// Moreover every armed unit fires on the network's tracks.
    pub(super) all_served: bool,
}

/// State of one unit in a run.
#[derive(Clone, Debug)]
pub(super) struct UnitState {
    pub(super) unit: usize,
    pub(super) rule: usize,
    pub(super) doctrine: usize,
    pub(super) on_duty: bool,
    pub(super) fires_on: FiresOn,
    /// From a track to its first launch: its reaction, and consent.
    pub(super) reaction: SimTime,
    pub(super) lost_at: SimTime,
    /// Whether its link works now, and when it turns.
    pub(super) linked: bool,
    pub(super) turns: Vec<SimTime>,
    pub(super) channels: i32,
    pub(super) ready: u32,
    pub(super) stock: u32,
    /// Ready missiles kept for ballistic targets.
    pub(super) held: u32,
    pub(super) fired_of_load: u32,
    pub(super) reload_until: SimTime,
    /// Whose kill probabilities its missiles have.
    pub(super) family: Option<usize>,
    /// Sensors whose sight it may fire on.
    pub(super) sight: Vec<u64>,
    pub(super) waiting: Vec<(u16, u16)>,
}

impl Engine<'_, '_> {
    /// Who is on duty, with what, linked to whom.
    pub(super) fn muster(&mut self) {
        let (plan, draw) = (self.setting.plan, self.setting.draw);
        self.w.slot_of_unit.clear();
        self.w.slot_of_unit.resize(plan.units.len(), NO_SLOT);
        self.w
            .units
            .resize_with(self.option.units.len(), UnitState::empty);
        let words = self.setting.geometry.windows.words;
        self.w.watch.clear();
        self.w.watch.resize(words, 0);
        let z_common = self.stream.normal(0, purpose::RAID, 0);
        self.w.kill.iter_mut().for_each(Vec::clear);
        self.w.kill.resize_with(plan.families.len(), Vec::new);
        let chosen = self.option.units.iter().zip(&self.option.rules);
        for (slot, (&index, &rule)) in chosen.enumerate() {
            let (unit, figures) = (&plan.units[index], &draw.units[index]);
            if let Some(family) = unit.family {
                self.draw_kills(family, z_common);
            }
            let state = &mut self.w.units[slot];
            state.reset(index, rule, self.option.doctrines[slot]);
            state.family = unit.family;
            let ready = self
                .stream
                .happens(figures.ready_share, unit.entity, purpose::READY, 0);
            state.on_duty = figures.trained && ready;
            state.fires_on = match (is_armed(plan, index), unit.remote_tracks) {
                (false, _) => FiresOn::Nothing,
                (true, false) => FiresOn::OwnTracks,
                (true, true) => FiresOn::AllTracks,
            };
            let consent = draw.values.get(plan.rules[rule].consent_s);
            state.reaction = figures.reaction + SimTime::from_seconds(consent);
            state.channels = figures.channels;
            state.ready = figures.ready;
            state.stock = figures.stock;
            if state.on_duty && state.fires_on != FiresOn::Nothing {
                self.w.watch[index / 64] |= 1 << (index % 64);
            }
            self.w.slot_of_unit[index] = slot as u16;
            let kills = unit.family.map_or(&[][..], |family| &self.w.kill[family]);
            let mut kills = plan.threats.iter().zip(kills);
            let meets_ballistic = figures.envelope.ballistic_range_m > 0.0
                && kills.any(|(t, p)| is_ballistic(t.class) && *p > 0.0);
            if meets_ballistic {
                state.held = plan.doctrines[state.doctrine].held_for_ballistic;
            }
        }
        self.watch_with_sensors();
        self.muster_areas(z_common);
        self.links_and_losses();
        self.connect();
        self.find_shortcuts();
    }

    fn find_shortcuts(&mut self) {
        let on_duty = || self.w.units.iter().filter(|state| state.on_duty);
        let stays = |state: &UnitState| state.turns.is_empty() && !state.lost_at.is_ever();
        let steady = !self.w.post_lost_at.is_ever() && on_duty().all(stays);
        let all_linked = on_duty().all(|state| state.linked);
        let all_served = on_duty().all(|state| state.fires_on != FiresOn::OwnTracks);
        let steady = steady && !self.w.cautious;
        self.w.shortcuts = Shortcuts {
            steady,
            all_linked: steady && all_linked,
            all_served: steady && all_linked && all_served,
        };
    }

    /// Where a unit is armed, sensors watch as well.
    fn watch_with_sensors(&mut self) {
        if self.w.watch.iter().all(|word| *word == 0) {
            return;
        }
        for state in self.w.units.iter().filter(|state| state.on_duty) {
            self.w.watch[state.unit / 64] |= 1 << (state.unit % 64);
        }
    }

    fn muster_areas(&mut self, z_common: f64) {
        let (plan, draw) = (self.setting.plan, self.setting.draw);
        self.w
            .areas
            .resize_with(self.option.areas.len(), Default::default);
        for (place, &index) in self.option.areas.iter().enumerate() {
            let (area, figures) = (&plan.areas[index], &draw.areas[index]);
            if let Some(family) = area.family {
                self.draw_kills(family, z_common);
            }
            let state = &mut self.w.areas[place];
            state.area = index;
            state.rounds = figures.rounds;
            state.kill.clear();
            match (figures.kill_share, area.family) {
                (Some(p), _) => state.kill.resize(plan.threats.len(), p),
                (None, Some(family)) => state.kill.extend_from_slice(&self.w.kill[family]),
                (None, None) => state.kill.resize(plan.threats.len(), 0.0),
            }
        }
    }

    /// Draws the kill probabilities of a family in this raid, unless another unit of it has.
    fn draw_kills(&mut self, family: usize, z_common: f64) {
        if !self.w.kill[family].is_empty() {
            return;
        }
        let (plan, draw) = (self.setting.plan, self.setting.draw);
        let entity = plan.families[family].entity;
        let own = self.stream.normal(entity, purpose::RAID, 1);
        let factor = Factor {
            shift: draw.s_common * z_common + draw.s_family * own,
            spread: draw.s_common * draw.s_common + draw.s_family * draw.s_family,
            cap: plan.shared.cap,
        };
        self.w.kill[family].extend(draw.kill[family].iter().map(|p| factor.of(*p)));
    }
}

impl UnitState {
    fn empty() -> Self {
        Self {
            unit: 0,
            rule: 0,
            doctrine: 0,
            on_duty: false,
            fires_on: FiresOn::Nothing,
            reaction: SimTime(0),
            lost_at: SimTime::NEVER,
            linked: false,
            turns: Vec::new(),
            channels: 0,
            ready: 0,
            stock: 0,
            held: 0,
            fired_of_load: 0,
            reload_until: SimTime(0),
            family: None,
            sight: Vec::new(),
            waiting: Vec::new(),
        }
    }

    fn reset(&mut self, unit: usize, rule: usize, doctrine: usize) {
        self.unit = unit;
        self.rule = rule;
        self.doctrine = doctrine;
        self.held = 0;
        self.fired_of_load = 0;
        self.reload_until = SimTime(0);
        self.waiting.clear();
    }
}

/// What a raid shares: a shift on the logit, its variance over raids, and a cap.
#[derive(Clone, Copy, Debug)]
struct Factor {
    shift: f64,
    spread: f64,
    cap: f64,
}

impl Factor {
    /// Kill probability in a raid: shifted on the logit, with the mean over raids kept.
    ///
    /// The mean of a logistic of a normal is close to the logistic of the mean divided by
    /// √(1 + π s²/8) (error below 0.01), so the logit is stretched by that before the shift.
    fn of(self, p: f64) -> f64 {
        if p <= 0.0 {
            return 0.0;
        }
        let stretch = (1.0 + std::f64::consts::PI * self.spread / 8.0).sqrt();
        math::logistic(math::logit(p.min(0.999)) * stretch + self.shift).min(self.cap)
    }
}

//! When a unit sees a threat on a route, and when a missile launched would meet it.
//!
//! Both are computed once per draw and route: a run only looks them up.

use crate::draw::Draw;
use crate::log::Cause;
use crate::plan::Plan;
use crate::route::Route;
use crate::sight::{PairContext, Sight, Tracker};
use cupola_coverage::PolarFloor;
use cupola_units::SimTime;

/// Samples that share one distance test.
pub(crate) const BLOCK: usize = 32;

/// A step of the distribution of the first own track.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrackStep {
    /// Seconds since the threat's launch.
    pub t_s: f64,
    /// Probability of a track by then.
    pub p: f64,
}

/// Milliseconds in four bytes, for times since a threat's launch: 24 days.
fn ms(time: SimTime) -> i32 {
    i32::try_from(time.0).unwrap_or(i32::MAX)
}

/// One chance to meet the threat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance {
    /// Launch and intercept, milliseconds since the threat's launch.
    pub launch_ms: i32,
    pub meet_ms: i32,
    /// The sample and whether the unit itself sees it, in the highest bit: chances are many, and
    /// whoever is smaller stays in the cache.
    sample_seen: u32,
}

impl Chance {
    const SEEN: u32 = 1 << 31;

    fn new(launch: SimTime, meet: SimTime, sample: usize, is_seen: bool) -> Self {
        Self {
            launch_ms: ms(launch),
            meet_ms: ms(meet),
            sample_seen: sample as u32 | if is_seen { Self::SEEN } else { 0 },
        }
    }

    /// Launch since the threat's launch.
    pub(crate) fn launch(self) -> SimTime {
        SimTime(i64::from(self.launch_ms))
    }

    /// Intercept since the threat's launch.
    pub(crate) fn meet(self) -> SimTime {
        SimTime(i64::from(self.meet_ms))
    }

    /// Sample of the route at the intercept, or next to it where it lies on the envelope's edge.
    pub(crate) fn sample(self) -> usize {
        (self.sample_seen & !Self::SEEN) as usize
    }

    /// Whether the unit's own sensor sees that sample.
    pub(crate) fn is_seen(self) -> bool {
        self.sample_seen & Self::SEEN != 0
    }
}

/// What one unit can do about threats on one route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub unit: u16,
    /// Place among the route's shooters; [`Pair::WATCHES`] for a unit that only watches.
    pub shooter: u16,
    /// Slices of [`Windows::tracks`] and [`Windows::chances`].
    pub tracks: (u32, u32),
    pub chances: (u32, u32),
    /// Earliest track, first and last chance's launch since the threat's, milliseconds;
    /// [`Pair::NEVER_MS`] where there is none.
    first_track_ms: i32,
    first_launch_ms: i32,
    last_launch_ms: i32,
    /// Probability of a track at the earliest time.
    pub first_p: f64,
}

impl Pair {
    /// No place among the shooters.
    pub(crate) const WATCHES: u16 = u16::MAX;
    const NEVER_MS: i32 = i32::MAX;

    /// Whether the unit has a chance to meet the threat.
    pub(crate) fn is_shooter(&self) -> bool {
        self.chances.1 > self.chances.0
    }

    /// Earliest track since the threat's launch; never where there is none.
    pub(crate) fn first_track(&self) -> SimTime {
        Self::time(self.first_track_ms)
    }

    /// Launch of the first chance since the threat's; never where there is none.
    pub(crate) fn first_launch(&self) -> SimTime {
        Self::time(self.first_launch_ms)
    }

    fn time(ms: i32) -> SimTime {
        if ms == Self::NEVER_MS {
            SimTime::NEVER
        } else {
            SimTime(i64::from(ms))
        }
    }

    /// How many of the pair's chances, `from` or more, begin before a time since the threat's launch.
    ///
    /// Launches follow each other almost evenly, so the place is guessed and then corrected: a search
    /// from either end would load far more of them.
    pub(crate) fn past(&self, chances: &[Chance], from: u32, time: SimTime) -> u32 {
        let count = chances.len();
        let first = SimTime(i64::from(self.first_launch_ms));
        let span = SimTime(i64::from(self.last_launch_ms)) - first;
        let share = (time - first).0 as f64 / span.0.max(1) as f64;
        // A negative place is cast to none.
        let place = (share * (count as f64 - 1.0)) as usize;
        let mut past = place.max(from as usize).min(count);
        while past < count && chances[past].launch() < time {
            past += 1;
        }
        while past > from as usize && chances[past - 1].launch() >= time {
            past -= 1;
        }
        past as u32
    }
}

/// Windows of all units on all routes of one raid in one draw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Windows {
    pub tracks: Vec<TrackStep>,
    pub chances: Vec<Chance>,
    /// By route, whoever may have it first comes first.
    pub pairs: Vec<Pair>,
    /// Slice of `pairs` by route.
    pub of_route: Vec<(u32, u32)>,
    /// Those of the pairs that have a chance, in the order of units, and slice of them by route.
    pub shooters: Vec<Pair>,
    pub shooters_of: Vec<(u32, u32)>,
    /// Units that see each sample, as words of bits; by route the offset of its first word.
    pub seen: Vec<u64>,
    pub seen_from: Vec<u32>,
    /// Units that ever have each route within their sensor's range, and in view; words by route.
    pub ever_in_range: Vec<u64>,
    pub ever_in_view: Vec<u64>,
    pub words: usize,
    /// Pairs as they were found, unit by unit, each with its route.
    found: Vec<(u32, Pair)>,
}

impl Windows {
    /// Forgets everything but its memory.
    fn clear(&mut self, units: usize, samples: usize, routes: usize) {
        self.tracks.clear();
        self.chances.clear();
        self.pairs.clear();
        self.of_route.clear();
        self.found.clear();
        self.words = units.div_ceil(64).max(1);
        for (words, count) in [
            (&mut self.seen, samples),
            (&mut self.ever_in_range, routes),
            (&mut self.ever_in_view, routes),
        ] {
            words.clear();
            words.resize(count * self.words, 0);
        }
    }

    /// Finds the windows of every unit on every route, each with the threat that flies it.
    ///
    /// Unit by unit, so that one floor field at a time is in the processor's cache; units that
    /// stand and reach alike are looked at once.
    pub(crate) fn fill(
        &mut self,
        plan: &Plan,
        draw: &Draw,
        floors: &[PolarFloor],
        routes: &[Route],
        threats: &[usize],
    ) {
        let samples = routes.iter().map(|route| route.samples.len()).sum();
        self.clear(plan.units.len(), samples, routes.len());
        self.seen_from.clear();
        let mut word = 0;
        for route in routes {
            self.seen_from.push(word as u32);
            word += route.samples.len() * self.words;
        }
        // First and last of each unit's finds.
        let mut finds: Vec<(usize, usize)> = Vec::with_capacity(plan.units.len());
        for (index, unit) in plan.units.iter().enumerate() {
            let from = self.found.len();
            if unit.twin < index {
                let (first, last) = finds[unit.twin];
                for i in first..last {
                    let (route, pair) = self.found[i];
                    let unit = index as u16;
                    self.found.push((route, Pair { unit, ..pair }));
                }
            } else {
                self.fill_unit(plan, draw, &floors[index], index, (routes, threats));
            }
            finds.push((from, self.found.len()));
        }
        self.sort_pairs(routes.len());
    }

    /// Finds the windows of one unit, for itself and those that stand and reach alike.
    fn fill_unit(
        &mut self,
        plan: &Plan,
        draw: &Draw,
        floor: &PolarFloor,
        index: usize,
        (routes, threats): (&[Route], &[usize]),
    ) {
        let mut twins = vec![0; self.words];
        for (other, unit) in plan.units.iter().enumerate() {
            if unit.twin == index {
                twins[other / 64] |= 1_u64 << (other % 64);
            }
        }
        let contexts: Vec<PairContext<'_>> = (0..plan.threats.len())
            .map(|threat| PairContext::new(plan, draw, floor, index, threat))
            .collect();
        let mut tracker = Tracker::new();
        for (number, (route, &threat)) in routes.iter().zip(threats).enumerate() {
            if contexts[threat].reach_m > 0.0 {
                let context = &contexts[threat];
                self.add_pair((number, route), context, &twins, &mut tracker);
            }
        }
    }

    /// Puts the pairs that were found unit by unit in the order of routes, then of their earliest
    /// tracks; shooters in that of routes, then units.
    fn sort_pairs(&mut self, routes: usize) {
        self.of_route.resize(routes, (0, 0));
        for (route, _) in &self.found {
            self.of_route[*route as usize].1 += 1;
        }
        let mut next = 0;
        for slice in &mut self.of_route {
            let count = slice.1;
            *slice = (next, next);
            next += count;
        }
        let nothing = Pair {
            unit: 0,
            shooter: Pair::WATCHES,
            tracks: (0, 0),
            chances: (0, 0),
            first_track_ms: Pair::NEVER_MS,
            first_launch_ms: Pair::NEVER_MS,
            last_launch_ms: Pair::NEVER_MS,
            first_p: 0.0,
        };
        self.pairs.resize(self.found.len(), nothing);
        for (route, pair) in &self.found {
            let end = &mut self.of_route[*route as usize].1;
            self.pairs[*end as usize] = *pair;
            *end += 1;
        }
        self.shooters.clear();
        self.shooters_of.clear();
        for &(first, last) in &self.of_route {
            let from = self.shooters.len();
            let pairs = &mut self.pairs[first as usize..last as usize];
            for pair in pairs.iter_mut().filter(|pair| pair.is_shooter()) {
                pair.shooter = (self.shooters.len() - from) as u16;
                self.shooters.push(*pair);
            }
            pairs.sort_unstable_by_key(|pair| (pair.first_track_ms, pair.unit));
            self.shooters_of
                .push((from as u32, self.shooters.len() as u32));
        }
    }

    fn add_pair(
        &mut self,
        (number, route): (usize, &Route),
        context: &PairContext<'_>,
        twins: &[u64],
        tracker: &mut Tracker,
    ) {
        let first_word = self.seen_from[number] as usize;
        let (first_track, first_chance) = (self.tracks.len(), self.chances.len());
        tracker.reset();
        let mut last_launch_s = f64::NEG_INFINITY;
        let mut previous: Option<(f64, Sight)> = None;
        let samples = &route.samples;
        let mut i = 0;
        while i < samples.len() {
            if i % BLOCK == 0 && context.is_far(&samples[i..(i + BLOCK).min(samples.len())]) {
                previous = None;
                i += BLOCK;
                continue;
            }
            let sample = &samples[i];
            let before = previous.take();
            if let Some(sight) = context.sight(sample) {
                self.note_sight(sight, first_word + i * self.words, number, twins);
                if let Some(before) = before {
                    tracker.scan_between(before, (sample.t_s, sight), context, &mut self.tracks);
                }
                let in_reach = context.holds(sight.slant_m, sample.asl_m, sample.agl_m);
                let edge = before.filter(|_| i > 0).and_then(|before| {
                    let then = (before, &samples[i - 1]);
                    context.edge(then, ((sample.t_s, sight), sample))
                });
                let here = in_reach.then_some((sample.t_s, sight.slant_m));
                let (inside, seen) = match before {
                    Some((_, before)) if !in_reach => (i.saturating_sub(1), before.is_seen()),
                    _ => (i, sight.is_seen()),
                };
                let (first, second) = if in_reach { (edge, here) } else { (here, edge) };
                for (meet_s, slant_m) in first.into_iter().chain(second) {
                    let launch_s = meet_s - context.envelope.fly_out_s(slant_m);
                    if launch_s > last_launch_s {
                        last_launch_s = launch_s;
                        let [launch, meet] = [launch_s, meet_s].map(SimTime::from_seconds);
                        self.chances.push(Chance::new(launch, meet, inside, seen));
                    }
                }
                previous = Some((sample.t_s, sight));
            }
            i += 1;
        }
        let track = self.tracks.get(first_track);
        let chance = self.chances.get(first_chance);
        let last_chance = chance.and(self.chances.last());
        if track.is_some() || chance.is_some() {
            let pair = Pair {
                unit: context.index as u16,
                shooter: Pair::WATCHES,
                tracks: (first_track as u32, self.tracks.len() as u32),
                chances: (first_chance as u32, self.chances.len() as u32),
                first_track_ms: track
                    .map_or(Pair::NEVER_MS, |step| ms(SimTime::from_seconds(step.t_s))),
                first_p: track.map_or(0.0, |step| step.p),
                first_launch_ms: chance.map_or(Pair::NEVER_MS, |chance| chance.launch_ms),
                last_launch_ms: last_chance.map_or(Pair::NEVER_MS, |chance| chance.launch_ms),
            };
            self.found.push((number as u32, pair));
        }
    }

    /// Notes what units make of the sample whose words begin at `word`, on a route.
    fn note_sight(&mut self, sight: Sight, word: usize, route: usize, twins: &[u64]) {
        let route = route * self.words;
        for (place, &bits) in twins.iter().enumerate() {
            if sight.is_seen() {
                self.seen[word + place] |= bits;
                self.ever_in_view[route + place] |= bits;
            }
            if sight.in_sector && sight.inside_m >= 0.0 {
                self.ever_in_range[route + place] |= bits;
            }
        }
    }

    /// Why a threat on a route that none of the units in `mask` tracked was not seen.
    pub(crate) fn why_unseen(&self, route: usize, mask: &[u64]) -> Cause {
        let any = |of: &[u64]| {
            let of = &of[route * self.words..(route + 1) * self.words];
            of.iter().zip(mask).any(|(of, mask)| of & mask != 0)
        };
        if any(&self.ever_in_view) {
            Cause::NeverSeen
        } else if any(&self.ever_in_range) {
            Cause::BelowFloor
        } else {
            Cause::OutsideRange
        }
    }

    /// Whether any of the units in `mask` sees a sample of a route.
    pub(crate) fn is_seen(&self, route: usize, sample: usize, mask: &[u64]) -> bool {
        let from = self.seen_from[route] as usize + sample * self.words;
        self.seen[from..from + self.words]
            .iter()
            .zip(mask)
            .any(|(seen, mask)| seen & mask != 0)
    }
}

//! What each nation of a coalition adds, and what the refusal of some costs.
//!
//! Every option written as a coalition is played again against the main raid without one nation
//! after the other, under the same luck; the others stay where they stand. A marginal contribution is
//! the paired change. Contributions do not add up: nations stand in for each other. Of several options
//! with the same nations only the first is taken apart.

use crate::Watch;
use crate::cover::{AreaRaster, HEIGHTS_M, people_shares};
use crate::outcome::{Endurance, Outcome};
use crate::run::{Beside, Inputs, Settings, main_raid};
use crate::sample::{Estimate, Sample};
use crate::tally;
use cupola_raid::{OptionPlan, Plan};
use cupola_scenario::{Class, Holding, Release, Scenario};

/// Everything about the coalitions of an answer; empty when no option is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coalitions {
    /// Runs of each line-up, and epistemic draws among them.
    pub runs: u32,
    /// Draws among the runs.
    pub draws: u32,
    /// Each option that is a coalition.
    pub options: Vec<Coalition>,
    /// Pairs of options of which one has some nations more.
    pub refusals: Vec<Refusal>,
}

/// One option that is a coalition.
#[derive(Clone, Debug, PartialEq)]
pub struct Coalition {
    /// Position of the option.
    pub option: usize,
    /// Level of release.
    pub release: Release,
    /// Its nations in the order of the option.
    pub members: Vec<Member>,
}

/// One nation of a coalition.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Alpha-2 code.
    pub nation: String,
    /// Name.
    pub name: String,
    /// Its fire units: system as printed and number.
    pub brings: Vec<(String, usize)>,
    /// Why it brings none, where that is known.
    pub nothing: Option<String>,
    /// What changes without it; empty when it brings nothing.
    pub without: Vec<Change>,
}

/// What a refusal costs: the option without some nations, compared with the one that has them.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The nations that refuse, alpha-2.
    pub nations: Vec<String>,
    /// Position of the option without them.
    pub without: usize,
    /// Position of the option with them.
    pub with: usize,
    /// What changes without them.
    pub changes: Vec<Change>,
}

/// A measure with all, without some, and the change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Measure.
    pub measure: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Class; `None` for all together.
    pub class: Option<Class>,
    /// Height above ground (cover), metres.
    pub height_m: Option<f64>,
    /// Mean with all.
    pub with: f64,
    /// Mean without.
    pub without: f64,
    /// Without minus with: paired by draw where it comes from runs; by terrain seed where it is cover,
    /// its ends then the least and the most of the seeds; elsewhere its ends are not numbers.
    pub change: Estimate,
}

/// Measures of the runs that are compared.
const COUNTED: [&str; 4] = [
    "leakers",
    "interceptors",
    "cost_musd",
    "engagements_nato_crew",
];
/// Cover that is compared: class and height above ground.
const COVERED: [(Class, f64); 4] = [
    (Class::Cruise, 100.0),
    (Class::Cruise, 1000.0),
    (Class::Drone, 1000.0),
    (Class::Ballistic, 10_000.0),
];

/// One line-up that is played: an option's units, all of them or without a nation's.
struct LineUp {
    option: usize,
    without: Option<String>,
}

/// Draws in which line-ups are played: a quarter of the campaign's, since there may be a dozen
/// line-ups and each change is paired; never fewer than 16 unless the campaign has fewer.
fn draws_beside(settings: Settings) -> u32 {
    let all = settings.draws();
    all.div_ceil(4).max(16).min(all)
}

/// The line-ups of a campaign's coalitions, to be played beside its options.
pub(crate) struct LineUps {
    of: Vec<LineUp>,
    plans: Vec<OptionPlan>,
    /// The raid they are played against.
    main: usize,
    draws: u32,
    /// Size of the campaign beside which they are played.
    settings: Settings,
}

impl LineUps {
    pub(crate) fn new(scenario: &Scenario, plan: &Plan, settings: Settings) -> Self {
        let of = line_ups(scenario, plan);
        Self {
            plans: of.iter().map(|of| option_plan(plan, of)).collect(),
            of,
            main: main_raid(scenario, plan),
            draws: draws_beside(settings),
            settings,
        }
    }

    pub(crate) fn beside(&self) -> Beside<'_> {
        Beside {
            line_ups: &self.plans,
            raid: self.main,
            draws: self.draws,
        }
    }

    /// Number of line-ups.
    pub(crate) fn len(&self) -> usize {
        self.of.len()
    }

    /// Somewhere for what is counted in the runs of the line-ups.
    pub(crate) fn sample(&self) -> Sample {
        Sample::new(self.main, self.settings.runs_per_draw)
    }

    /// What the runs of the line-ups say, and their cover; `outcome` answers to the options. `None`
    /// when asked to stop.
    pub(crate) fn found(
        &self,
        scenario: &Scenario,
        inputs: &Inputs<'_>,
        sample: &Sample,
        outcome: &Outcome,
        pool: &rayon::ThreadPool,
        watch: Watch<'_>,
    ) -> Option<Coalitions> {
        if self.of.is_empty() {
            return Some(Coalitions::default());
        }
        let area = AreaRaster::coarse(inputs.world);
        let before = self.settings.draws() + inputs.plan.options.len() as u32;
        let covered = watch.each(before, self.len(), pool, |i| {
            shares(inputs, &self.plans[i], &area, pool)
        })?;
        let played = Played {
            scenario,
            plan: inputs.plan,
            line_ups: self,
            sample,
            covered: &covered,
        };
        Some(Coalitions {
            runs: (self.draws * self.settings.runs_per_draw).min(self.settings.runs),
            draws: self.draws,
            options: played.coalitions(),
            refusals: played.refusals(outcome),
        })
    }
}

fn line_ups(scenario: &Scenario, plan: &Plan) -> Vec<LineUp> {
    let mut line_ups = Vec::new();
    for (option, spec) in scenario.file.options.iter().enumerate() {
        // The same nations under another rule are taken apart once, under the first.
        let earlier = scenario.file.options[..option].iter();
        let mut before = earlier.map(|other| &other.coalition);
        if spec.coalition.is_empty() || before.any(|other| *other == spec.coalition) {
            continue;
        }
        line_ups.push(LineUp {
            option,
            without: None,
        });
        let units = &plan.options[option].units;
        for nation in &spec.coalition {
            if units.iter().any(|&unit| plan.units[unit].nation == *nation) {
                line_ups.push(LineUp {
                    option,
                    without: Some(nation.clone()),
                });
            }
        }
    }
    line_ups
}

fn option_plan(plan: &Plan, line_up: &LineUp) -> OptionPlan {
    let full = &plan.options[line_up.option];
    let stays = |unit: usize| line_up.without.as_ref() != Some(&plan.units[unit].nation);
    let kept: Vec<usize> = (0..full.units.len())
        .filter(|&i| stays(full.units[i]))
        .collect();
    let of = |all: &[usize]| kept.iter().map(|&i| all[i]).collect();
    OptionPlan {
        units: of(&full.units),
        rules: of(&full.rules),
        doctrines: of(&full.doctrines),
        ..full.clone()
    }
}

/// Share of people covered by terrain seed, in the order of [`COVERED`].
fn shares(
    inputs: &Inputs<'_>,
    option: &OptionPlan,
    area: &AreaRaster,
    pool: &rayon::ThreadPool,
) -> Vec<[f64; COVERED.len()]> {
    let of_seed = |seed: usize| {
        let covered = people_shares(inputs, option, area, seed, pool);
        COVERED.map(|(class, height_m)| {
            let mut heights = HEIGHTS_M.iter();
            let height = heights.position(|h| (h - height_m).abs() < 0.5);
            let shares = covered.iter().find(|(of, _)| *of == class);
            height
                .zip(shares)
                .map_or(f64::NAN, |(height, (_, shares))| shares[height])
        })
    };
    (0..inputs.floors.len()).map(of_seed).collect()
}

/// All line-ups played.
struct Played<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    line_ups: &'a LineUps,
    sample: &'a Sample,
    /// By line-up and terrain seed, in the order of [`COVERED`].
    covered: &'a [Vec<[f64; COVERED.len()]>],
}

impl Played<'_> {
    fn place(&self, option: usize, without: Option<&str>) -> Option<usize> {
        let fits =
            |line_up: &LineUp| line_up.option == option && line_up.without.as_deref() == without;
        self.line_ups.of.iter().position(fits)
    }

    fn coalitions(&self) -> Vec<Coalition> {
        let options = self.scenario.file.options.iter().enumerate();
        let coalitions = options.filter(|(option, _)| self.place(*option, None).is_some());
        coalitions
            .map(|(option, spec)| Coalition {
                option,
                release: spec.release.unwrap_or_default(),
                members: spec
                    .coalition
                    .iter()
                    .map(|nation| self.member(option, nation))
                    .collect(),
            })
            .collect()
    }

    fn member(&self, option: usize, nation: &str) -> Member {
        let holding: Option<&Holding> = self.scenario.catalogue.holdings.get(nation);
        let full = self.place(option, None);
        let without = self.place(option, Some(nation));
        let mut brings: Vec<(String, usize)> = Vec::new();
        for &unit in full.map_or(&[][..], |full| &self.line_ups.plans[full].units) {
            let unit = &self.plan.units[unit];
            if unit.nation != nation {
                continue;
            }
            match brings
                .iter_mut()
                .find(|(name, _)| *name == unit.system_name)
            {
                Some((_, count)) => *count += 1,
                None => brings.push((unit.system_name.clone(), 1)),
            }
        }
        Member {
            nation: nation.to_owned(),
            name: holding.map_or_else(|| nation.to_owned(), |h| h.name.clone()),
            brings,
            nothing: holding.and_then(|h| h.holds_nothing.clone()),
            without: full
                .zip(without)
                .map_or_else(Vec::new, |(full, without)| self.changes(full, without)),
        }
    }

    /// What changes from one line-up to another.
    fn changes(&self, with: usize, without: usize) -> Vec<Change> {
        let mut changes = Vec::new();
        let classes = crate::run::classes_of(self.plan, self.sample.raid());
        for measure in COUNTED {
            let unit = tally::QUANTITIES.iter().find(|(id, _, _)| *id == measure);
            let unit = unit.map_or("", |(_, unit, _)| *unit);
            let split = (measure == "leakers").then_some(&classes);
            let split = split.into_iter().flatten().copied().map(Some);
            for class in std::iter::once(None).chain(split) {
                let series = |place: usize| self.sample.series(place, measure, class);
                changes.push(Change {
                    measure,
                    unit,
                    class,
                    height_m: None,
                    with: series(with).estimate().mean,
                    without: series(without).estimate().mean,
                    change: series(without).minus(&series(with)).estimate(),
                });
            }
        }
        for (i, (class, height_m)) in COVERED.into_iter().enumerate() {
            let of = |place: usize| self.covered[place].iter().map(move |seed| seed[i]);
            changes.push(Change {
                class: Some(class),
                height_m: Some(height_m),
                ..over_seeds(of(with), of(without))
            });
        }
        changes
    }

    fn refusals(&self, outcome: &Outcome) -> Vec<Refusal> {
        let options = &self.scenario.file.options;
        let coalition = |option: usize| &options[option].coalition;
        let mut refusals = Vec::new();
        for without in 0..options.len() {
            for with in 0..options.len() {
                let inside = coalition(without)
                    .iter()
                    .all(|n| coalition(with).contains(n));
                let more: Vec<String> = coalition(with)
                    .iter()
                    .filter(|nation| !coalition(without).contains(nation))
                    .cloned()
                    .collect();
                let places = self.place(with, None).zip(self.place(without, None));
                let Some((all, fewer)) = places.filter(|_| inside && !more.is_empty()) else {
                    continue;
                };
                let mut changes = self.changes(all, fewer);
                let of = |option: usize| outcome.options[option].endurance.as_slice();
                changes.extend(endurance(of(with), of(without)));
                refusals.push(Refusal {
                    nations: more,
                    without,
                    with,
                    changes,
                });
            }
        }
        refusals
    }
}

fn plain(measure: &'static str, unit: &'static str, with: f64, without: f64) -> Change {
    Change {
        measure,
        unit,
        class: None,
        height_m: None,
        with,
        without,
        change: Estimate {
            mean: without - with,
            lo95: f64::NAN,
            hi95: f64::NAN,
            mc_half95: f64::NAN,
            n: 0,
        },
    }
}

/// People covered, with the range of the change over terrain seeds where there are several.
fn over_seeds(
    with: impl ExactSizeIterator<Item = f64> + Clone,
    without: impl Iterator<Item = f64> + Clone,
) -> Change {
    let seeds = with.len();
    let mean = |sum: f64| sum / seeds.max(1) as f64;
    let means = [mean(with.clone().sum()), mean(without.clone().sum())];
    let mut change = plain("people_under_floor", "share", means[0], means[1]);
    change.change.n = seeds as u32;
    if seeds > 1 {
        let changes = with.zip(without).map(|(with, without)| without - with);
        change.change.lo95 = changes.clone().fold(f64::INFINITY, f64::min);
        change.change.hi95 = changes.fold(f64::NEG_INFINITY, f64::max);
    }
    change
}

/// Missiles at the start, and main raids until they are gone at the mean rate of use.
fn endurance(with: &[Endurance], without: &[Endurance]) -> [Change; 2] {
    let stock = |all: &[Endurance]| all.iter().map(|e| e.stock).sum::<f64>();
    let raids = |all: &[Endurance]| {
        let spent: f64 = all.iter().map(|e| e.spent_per_raid).sum();
        if spent > 0.0 {
            stock(all) / spent
        } else {
            f64::INFINITY
        }
    };
    [
        plain("missiles_in_stock", "missiles", stock(with), stock(without)),
        plain("raids_until_empty", "raids", raids(with), raids(without)),
    ]
}

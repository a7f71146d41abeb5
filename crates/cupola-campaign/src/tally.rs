//! What is kept of all runs: means by draw, histograms of runs, fates and incidents. Its size does
//! not grow with the runs inside a draw.

use crate::run::{DrawResult, Settings, classes_of};
use crate::stats::{Bins, Histogram, Nested};
use cupola_raid::{Amount, Cause, ClassCount, Incident, Plan, RaidLog};
use cupola_scenario::Class;
use std::collections::BTreeMap;

/// Quantities counted per run and class, with their unit and how finely they are kept.
pub(crate) const QUANTITIES: [(&str, &str, Bins); 15] = [
    ("launched", "threats per raid", Bins::Whole),
    ("failed", "threats per raid", Bins::Whole),
    ("lost", "threats per raid", Bins::Whole),
    ("killed_existing", "threats per raid", Bins::Whole),
    ("killed_shield", "threats per raid", Bins::Whole),
    ("left_area", "threats per raid", Bins::Whole),
    ("leakers", "threats per raid", Bins::Whole),
    ("interceptors", "missiles per raid", Bins::Whole),
    ("cost_musd", "million US dollars per raid", Bins::Fine),
    ("engagements_nato_crew", "engagements per raid", Bins::Whole),
    ("debris_nato", "falls per raid", Bins::Whole),
    ("incursions_nato", "threats per raid", Bins::Whole),
    ("warning_min", "min", Bins::Fine),
    ("debris_people", "people hit per raid, expected", Bins::Tiny),
    (
        "interceptor_people",
        "people hit per raid, expected",
        Bins::Tiny,
    ),
];

/// Position of the leakers among the quantities.
pub(crate) const LEAKERS: usize = 6;
/// Position of the missiles spent.
pub(crate) const INTERCEPTORS: usize = 7;
/// Position of the cost.
pub(crate) const COST: usize = 8;

pub(crate) fn quantity(count: &ClassCount, which: usize) -> f64 {
    match which {
        0 => f64::from(count.launched),
        1 => f64::from(count.failed),
        2 => f64::from(count.lost),
        3 => f64::from(count.killed_existing),
        4 => f64::from(count.killed_shield),
        5 => f64::from(count.left_area),
        6 => f64::from(count.leaked),
        7 => f64::from(count.interceptors),
        8 => count.cost_musd,
        9 => f64::from(count.engagements_nato_crew),
        10 => f64::from(count.debris_nato),
        11 => f64::from(count.incursions_nato),
        13 => count.debris_people,
        14 => count.interceptor_people,
        _ if count.warned > 0 => count.warning_sum_min / f64::from(count.warned),
        _ => f64::NAN,
    }
}

/// One quantity of one class (or all), raid and option.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    pub(crate) nested: Nested,
    pub(crate) difference: Nested,
    pub(crate) runs: Histogram,
}

/// One option against one raid.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// By class (last: all together) and quantity.
    pub(crate) cells: Vec<Vec<Cell>>,
    pub(crate) classes: Vec<Class>,
    /// Sums of leak causes, and of the other ends of threats aimed inside, by class.
    pub(crate) causes: [[f64; Cause::COUNT]; 7],
    pub(crate) ends: [[f64; 4]; 7],
    pub(crate) inside: [f64; 7],
    pub(crate) incidents: BTreeMap<(Incident, [u8; 2]), Histogram>,
    /// Amounts: their sum over all runs, and the runs that had any.
    pub(crate) amounts: BTreeMap<(Amount, [u8; 2]), (f64, Histogram)>,
    pub(crate) runs: u32,
    /// Missiles spent by unit and draw, for endurance.
    pub(crate) spent: Vec<Vec<f64>>,
    /// First run with a leaker inside and with a kill.
    pub(crate) first_leak: Option<u32>,
    pub(crate) first_kill: Option<u32>,
}

/// Everything kept of a campaign.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    /// By option and raid.
    pub(crate) tables: Vec<Vec<Table>>,
    /// Places of every input in its range, by draw.
    pub(crate) places: Vec<Vec<f64>>,
    /// Missiles by draw and unit, and the probability that the unit is on duty.
    pub(crate) missiles: Vec<Vec<u32>>,
    pub(crate) on_duty: Vec<f64>,
    /// By option: people on courses inside the attacked country on the day asked for, by draw.
    pub(crate) exposed: Vec<Vec<f64>>,
}

impl Tally {
    pub(crate) fn new(plan: &Plan) -> Self {
        let table = |raid: usize| {
            let classes = classes_of(plan, raid);
            let cell = |bins: Bins| Cell {
                runs: Histogram::new(bins),
                ..Cell::default()
            };
            let row = || QUANTITIES.iter().map(|(_, _, bins)| cell(*bins)).collect();
            Table {
                cells: (0..=classes.len()).map(|_| row()).collect(),
                classes,
                ..Table::default()
            }
        };
        let option = || (0..plan.raids.len()).map(table).collect();
        Self {
            tables: plan.options.iter().map(|_| option()).collect(),
            places: Vec::new(),
            missiles: Vec::new(),
            on_duty: vec![0.0; plan.units.len()],
            exposed: vec![Vec::new(); plan.options.len()],
        }
    }

    /// Takes up one draw; draws come in order.
    pub(crate) fn take(&mut self, plan: &Plan, settings: Settings, result: &DrawResult) {
        let draw = &result.draw;
        self.places.push(draw.values.uniforms().to_vec());
        self.missiles.push(
            (0..plan.units.len())
                .map(|unit| draw.missiles(unit))
                .collect(),
        );
        for (unit, sum) in self.on_duty.iter_mut().enumerate() {
            *sum += draw.on_duty_share(unit);
        }
        for (option, people) in plan.options.iter().zip(&mut self.exposed) {
            people.push(crate::crews::exposed(plan, draw, &option.units));
        }
        let raids = plan.raids.len();
        let each = result.logs.len() / (plan.options.len() * raids);
        let first_run = draw.number * settings.runs_per_draw;
        for raid in 0..raids {
            let logs = |option: usize| {
                let first = (option * raids + raid) * each;
                &result.logs[first..first + each]
            };
            for (option, tables) in self.tables.iter_mut().enumerate() {
                tables[raid].take(logs(option), logs(0), first_run);
            }
        }
    }
}

impl Table {
    fn take(&mut self, logs: &[RaidLog], baseline: &[RaidLog], first_run: u32) {
        let mut values = Vec::with_capacity(logs.len());
        let mut differences = Vec::with_capacity(logs.len());
        for class in 0..=self.classes.len() {
            for which in 0..QUANTITIES.len() {
                values.clear();
                differences.clear();
                for (log, base) in logs.iter().zip(baseline) {
                    let value = self.value(log, class, which);
                    values.push(value);
                    differences.push(value - self.value(base, class, which));
                }
                let cell = &mut self.cells[class][which];
                values
                    .iter()
                    .filter(|v| v.is_finite())
                    .for_each(|v| cell.runs.add(*v));
                cell.nested.add(&values);
                cell.difference.add(&differences);
            }
        }
        let units = logs.first().map_or(0, |log| log.spent.len());
        let mean = |unit: usize| {
            logs.iter()
                .map(|log| f64::from(log.spent[unit]))
                .sum::<f64>()
                / logs.len() as f64
        };
        self.spent.push((0..units).map(mean).collect());
        for (i, log) in logs.iter().enumerate() {
            self.take_run(log, first_run + i as u32);
        }
    }

    fn value(&self, log: &RaidLog, class: usize, which: usize) -> f64 {
        if let Some(class) = self.classes.get(class) {
            return quantity(&log.classes[class.index()], which);
        }
        let mut sum = ClassCount::default();
        for count in &log.classes {
            add(&mut sum, count);
        }
        quantity(&sum, which)
    }

    fn take_run(&mut self, log: &RaidLog, run: u32) {
        self.runs += 1;
        for class in 0..7 {
            for (sum, n) in self.causes[class].iter_mut().zip(log.causes[class]) {
                *sum += f64::from(n);
            }
            for (sum, n) in self.ends[class].iter_mut().zip(log.inside_ends[class]) {
                *sum += f64::from(n);
            }
            self.inside[class] += f64::from(log.inside[class]);
        }
        for &(kind, code, count) in &log.incidents {
            self.incidents
                .entry((kind, code))
                .or_default()
                .add(f64::from(count));
        }
        for &(kind, code, value) in &log.amounts {
            let bins = if kind.is_tiny() {
                Bins::Tiny
            } else {
                Bins::Fine
            };
            let entry = self.amounts.entry((kind, code));
            let (sum, runs) = entry.or_insert_with(|| (0.0, Histogram::new(bins)));
            *sum += value;
            runs.add(value);
        }
        if log.classes.iter().any(|count| count.leaked > 0) {
            self.first_leak.get_or_insert(run);
        }
        if log.classes.iter().any(|count| count.killed_shield > 0) {
            self.first_kill.get_or_insert(run);
        }
    }
}

pub(crate) fn add(sum: &mut ClassCount, count: &ClassCount) {
    sum.launched += count.launched;
    sum.failed += count.failed;
    sum.lost += count.lost;
    sum.killed_existing += count.killed_existing;
    sum.killed_shield += count.killed_shield;
    sum.left_area += count.left_area;
    sum.leaked += count.leaked;
    sum.interceptors += count.interceptors;
    sum.cost_musd += count.cost_musd;
    sum.killed_cost_musd += count.killed_cost_musd;
    sum.engagements_nato_crew += count.engagements_nato_crew;
    sum.debris_nato += count.debris_nato;
    sum.incursions_nato += count.incursions_nato;
    sum.warning_sum_min += count.warning_sum_min;
    sum.warned += count.warned;
    sum.debris_people += count.debris_people;
    sum.interceptor_people += count.interceptor_people;
    sum.inside_working += count.inside_working;
}

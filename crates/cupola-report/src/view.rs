//! Questions that every part of the report asks of an outcome.

use std::collections::BTreeMap;

use cupola_campaign::{Fate, Measure, OptionOutcome, Outcome, RaidInfo, Sensitivity};
use cupola_scenario::{Class, Confidence};

use crate::format::{NONE, Places, THIN, range};

/// Heights of the table's cover columns, metres above ground.
pub(crate) const HEADLINE_HEIGHTS_M: [f64; 3] = [100.0, 1_000.0, 10_000.0];

/// An outcome, asked.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) outcome: &'a Outcome,
}

impl<'a> View<'a> {
    pub(crate) fn new(outcome: &'a Outcome) -> Self {
        Self { outcome }
    }

    pub(crate) fn options(self) -> &'a [OptionOutcome] {
        &self.outcome.options
    }

    pub(crate) fn option(self, option: usize) -> Option<&'a OptionOutcome> {
        self.outcome.options.get(option)
    }

    pub(crate) fn title(self, option: usize) -> &'a str {
        self.option(option).map_or("", |o| o.title.as_str())
    }

    pub(crate) fn main_raid(self) -> Option<&'a RaidInfo> {
        self.outcome.raids.get(self.outcome.main_raid)
    }

    pub(crate) fn raid_title(self) -> &'a str {
        self.main_raid().map_or("no raid", |r| r.title.as_str())
    }

    /// A measure of the main raid.
    pub(crate) fn measure(
        self,
        option: usize,
        id: &str,
        class: Option<Class>,
    ) -> Option<&'a Measure> {
        let raid = self.main_raid()?.name.as_str();
        self.option(option)?
            .measures
            .iter()
            .find(|m| m.id == id && m.class == class && m.raid.as_deref() == Some(raid))
    }

    /// A measure of cover against cruise missiles at a height.
    pub(crate) fn cover(self, option: usize, id: &str, height_m: f64) -> Option<&'a Measure> {
        self.cover_all(option, id)
            .into_iter()
            .find(|m| m.height_m.is_some_and(|h| (h - height_m).abs() < 0.5))
    }

    /// A measure of cover against cruise missiles, lowest height first.
    pub(crate) fn cover_all(self, option: usize, id: &str) -> Vec<&'a Measure> {
        let Some(outcome) = self.option(option) else {
            return Vec::new();
        };
        let of_class = |class: Option<Class>| -> Vec<&Measure> {
            let all = outcome.measures.iter();
            all.filter(|m| m.id == id && m.class == class && m.height_m.is_some())
                .collect()
        };
        let mut found = of_class(Some(Class::Cruise));
        if found.is_empty() {
            found = of_class(None);
        }
        found
            .sort_by(|a, b| f64::total_cmp(&a.height_m.unwrap_or(0.0), &b.height_m.unwrap_or(0.0)));
        found
    }

    /// How a measure of the main raid is printed, the same wherever it stands.
    pub(crate) fn column(self, interval: Interval, id: &str, class: Option<Class>) -> Column {
        Column::of(
            interval,
            (0..self.options().len()).map(|i| self.measure(i, id, class)),
        )
    }

    /// How a share of people under a floor is printed.
    pub(crate) fn cover_column(self, height_m: f64) -> Column {
        let all = (0..self.options().len()).map(|i| self.cover(i, "people_under_floor", height_m));
        Column::of(Interval::Raid, all)
    }

    /// A measure of the main raid, all classes, in print.
    pub(crate) fn print(self, interval: Interval, option: usize, id: &str) -> String {
        self.column(interval, id, None)
            .both(self.measure(option, id, None))
    }

    /// Classes of which something is aimed inside the area in the main raid.
    pub(crate) fn classes(self) -> Vec<Class> {
        let Some(raid) = self.main_raid() else {
            return Vec::new();
        };
        let aimed = raid.aimed_inside.iter().chain(std::iter::repeat(&0.0));
        let classes = self.outcome.classes.iter().zip(aimed);
        classes
            .filter(|&(_, &n)| n > 0.0)
            .map(|(&c, _)| c)
            .collect()
    }

    /// Mean number aimed inside the area in the main raid.
    pub(crate) fn aimed_inside(self) -> f64 {
        self.main_raid()
            .map_or(0.0, |r| r.aimed_inside.iter().sum())
    }

    /// Mean number launched in the main raid.
    pub(crate) fn launched(self) -> f64 {
        self.main_raid().map_or(0.0, |r| r.launched.iter().sum())
    }

    /// The option with the fewest expected leakers in the main raid; the first of equals.
    pub(crate) fn best(self) -> usize {
        let leakers = |i: usize| {
            self.measure(i, "leakers", None)
                .map_or(f64::INFINITY, |m| m.mean)
        };
        (0..self.options().len())
            .min_by(|&a, &b| leakers(a).total_cmp(&leakers(b)))
            .unwrap_or(0)
    }

    /// Mean number per fate in the main raid, all classes, in the order of [`Fate::ALL`].
    pub(crate) fn fates(self, option: usize) -> Vec<(Fate, f64)> {
        let mut sums: BTreeMap<Fate, f64> = Fate::ALL.iter().map(|&f| (f, 0.0)).collect();
        let counts = self.option(option).map_or(&[][..], |o| &o.fates);
        for count in counts.iter().filter(|c| c.raid == self.outcome.main_raid) {
            *sums.entry(count.fate).or_default() += count.mean;
        }
        Fate::ALL.iter().map(|&f| (f, sums[&f])).collect()
    }

    /// Causes of leaks in the main raid, most frequent first, none that never happened.
    pub(crate) fn leak_causes(self, option: usize) -> Vec<(Fate, f64)> {
        let mut causes = self.fates(option);
        causes.retain(|&(fate, n)| leaked(fate) && n > 0.0);
        causes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        causes
    }

    /// Sensitivity of the main measure under an option, strongest first.
    pub(crate) fn sensitivity(self, option: usize) -> Vec<&'a Sensitivity> {
        let all = self.outcome.sensitivity.iter();
        let mut found: Vec<_> = all.filter(|s| s.option == option).collect();
        found.sort_by(|a, b| b.first_order.total_cmp(&a.first_order));
        found
    }

    /// Share of the main measure's variance that comes from assumed kill probabilities.
    pub(crate) fn pk_share(self, option: usize) -> f64 {
        self.outcome.options[option].pk_share
    }

    /// Number of inputs that are declared assumptions.
    pub(crate) fn assumed_count(self) -> usize {
        let all = self.outcome.inputs.iter();
        all.filter(|i| i.confidence == Some(Confidence::Assumed))
            .count()
    }

    pub(crate) fn is_statistical(self) -> bool {
        self.outcome.terrain.kind != "given"
    }

    /// The main raid's runs per option, as printed beside every chart of the raid.
    pub(crate) fn n_of_raid(self) -> String {
        let runs = crate::format::count(self.outcome.runs as usize);
        let draws = crate::format::count(self.outcome.draws as usize);
        format!("n = {runs} runs per option, {draws} draws of the inputs")
    }

    /// What stands behind numbers of cover.
    pub(crate) fn n_of_cover(self) -> String {
        let measures = self.cover_all(0, "people_under_floor");
        let n = measures
            .first()
            .map_or(self.outcome.terrain.seeds.len(), |m| m.n as usize);
        match n {
            0 | 1 => "n = 1 terrain".to_owned(),
            n => format!("n = {n} terrain seeds"),
        }
    }
}

/// Whether a fate is a leak.
pub(crate) fn leaked(fate: Fate) -> bool {
    fate >= Fate::NoUnit
}

/// Which interval stands beside a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interval {
    /// Where one raid falls with 90 %.
    Raid,
    /// The 95 % interval of the expected value.
    Expected,
    /// The paired difference to the first option, with the 95 % interval of its expected value.
    Difference,
}

impl Interval {
    /// Number, lower and upper end; shares as percent.
    pub(crate) fn of(self, m: &Measure) -> [f64; 3] {
        let f = factor(m);
        match self {
            Self::Raid => [m.mean, m.p05, m.p95],
            Self::Expected => [m.mean, m.mean_lo95, m.mean_hi95],
            Self::Difference => [m.diff, m.diff_lo95, m.diff_hi95],
        }
        .map(|v| v * f)
    }
}

fn is_share(m: &Measure) -> bool {
    matches!(m.unit, "share" | "1" | "fraction")
}

/// What a measure's numbers are multiplied by in print: shares are printed as percent.
pub(crate) fn factor(m: &Measure) -> f64 {
    if is_share(m) { 100.0 } else { 1.0 }
}

fn unit_suffix(m: &Measure) -> String {
    if is_share(m) {
        format!("{THIN}%")
    } else {
        String::new()
    }
}

/// How the numbers of one measure are printed down a column: by the narrowest interval in it.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    interval: Interval,
    places: Option<Places>,
}

impl Column {
    pub(crate) fn of<'m>(
        interval: Interval,
        measures: impl IntoIterator<Item = Option<&'m Measure>>,
    ) -> Self {
        let places = measures.into_iter().flatten().filter_map(|m| {
            let [value, low, high] = interval.of(m);
            let informs = value.is_finite() && (high - low).abs() > 1e-12;
            informs.then(|| {
                let places = Places::of_interval(low, high, value);
                if is_share(m) {
                    places.at_most(1).at_least(0)
                } else {
                    places.at_most(3)
                }
            })
        });
        // Differences spread over orders of magnitude: each is printed by its own interval.
        let places = places
            .reduce(Places::finer)
            .filter(|_| interval != Interval::Difference);
        Self { interval, places }
    }

    fn places(self, [value, low, high]: [f64; 3]) -> Places {
        self.places
            .unwrap_or_else(|| Places::of_interval(low, high, value).at_most(3))
    }

    /// The number alone.
    pub(crate) fn mean(self, measure: Option<&Measure>) -> String {
        let Some(m) = measure else {
            return NONE.to_owned();
        };
        let numbers = self.interval.of(m);
        if !numbers[0].is_finite() {
            return NONE.to_owned();
        }
        format!(
            "{}{}",
            self.one(self.places(numbers), numbers[0]),
            unit_suffix(m)
        )
    }

    /// The interval alone; empty where there is none.
    pub(crate) fn range(self, measure: Option<&Measure>) -> String {
        let Some(m) = measure else {
            return String::new();
        };
        let numbers @ [value, low, high] = self.interval.of(m);
        let informs = low.is_finite() && high.is_finite() && high - low > 1e-12;
        if !value.is_finite() || !informs {
            return String::new();
        }
        let places = self.places(numbers).unless_whole(&[low, high]);
        range(&self.one(places, low), &self.one(places, high))
    }

    /// `12 (4–21)`.
    pub(crate) fn both(self, measure: Option<&Measure>) -> String {
        let (mean, range) = (self.mean(measure), self.range(measure));
        if range.is_empty() {
            mean
        } else {
            format!("{mean} ({range})")
        }
    }

    fn one(self, places: Places, value: f64) -> String {
        if self.interval == Interval::Difference {
            places.print_signed(value)
        } else {
            places.print(value)
        }
    }
}

/// One number by itself, rounded by where one raid falls.
pub(crate) fn mean_only(measure: Option<&Measure>) -> String {
    Column::of(Interval::Raid, [measure]).mean(measure)
}

//! Time under air-raid alarm by region, from the published list of alarms.
//!
//! A region's minutes are those of the union of its alarms: overlapping entries count once. An
//! alarm without a known end was set to thirty minutes by its compilers (`naive`); it is kept and
//! counted. Regions that are under alarm without end, or not listed, are absent: their absence is
//! no silence.

use super::date::{Day, moment};
use super::{Counted, RecordError, Target, tally};
use std::collections::BTreeMap;

const REQUIRED: [&str; 3] = ["region", "started_at", "finished_at"];
const KNOWN: [&str; 1] = ["naive"];
const DAY_S: i64 = 86_400;

/// One region's alarms.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionAlarms {
    /// Name as written in the file.
    pub region: String,
    /// Alarms.
    pub count: usize,
    /// Alarms whose end is not known.
    pub naive: usize,
    /// Median length of an alarm, minutes.
    pub median_min: f64,
    /// Hours under alarm, overlapping alarms counted once.
    pub hours: f64,
    /// Minutes under alarm on an average day of the period.
    pub minutes_per_day: f64,
    /// Place in the order of minutes a day, the most first, from 1.
    pub rank: usize,
    /// The same by the year in which alarms start.
    pub years: Vec<YearAlarms>,
}

/// One region's alarms that start in one year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearAlarms {
    /// Year.
    pub year: i32,
    /// Alarms.
    pub count: usize,
    /// Hours under alarm.
    pub hours: f64,
    /// Minutes under alarm on an average day of that part of the year that the list covers.
    pub minutes_per_day: f64,
}

/// What a list of alarms holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Alarms {
    /// Rows of the file.
    pub rows: usize,
    /// Rows that are used.
    pub used: usize,
    /// Why the others are not.
    pub left_out: Vec<Counted>,
    /// Columns that are not in the published list.
    pub unknown_columns: Vec<String>,
    /// First day with an alarm.
    pub first: Day,
    /// Last day with an alarm.
    pub last: Day,
    /// Days from the first to the last, both included.
    pub days: i32,
    /// Median length of all alarms, minutes.
    pub median_min: f64,
    /// Regions by name.
    pub regions: Vec<RegionAlarms>,
}

#[derive(Clone, Copy)]
struct Alarm {
    start_s: i64,
    end_s: i64,
    is_naive: bool,
}

impl Alarm {
    fn minutes(&self) -> f64 {
        (self.end_s - self.start_s) as f64 / 60.0
    }
}

/// Reads the text of a list of alarms.
///
/// # Errors
/// [`RecordError`] when the text is no table, misses a column or holds no alarm.
pub fn alarms(text: &str) -> Result<Alarms, RecordError> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers()?.clone();
    let position = |name: &str| headers.iter().position(|header| header.trim() == name);
    let lacking: Vec<&str> = REQUIRED
        .into_iter()
        .filter(|name| position(name).is_none())
        .collect();
    if !lacking.is_empty() {
        return Err(RecordError::columns(&lacking, &headers));
    }
    let at = ["region", "started_at", "finished_at", "naive"].map(position);
    let mut rows = 0;
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    let mut by_region: BTreeMap<String, Vec<Alarm>> = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        rows += 1;
        match read(&record, at) {
            Ok((region, alarm)) => by_region.entry(region).or_default().push(alarm),
            Err(why) => *left.entry(why.to_owned()).or_insert(0) += 1,
        }
    }
    let all: Vec<Alarm> = by_region.values().flatten().copied().collect();
    let (Some(first), Some(last)) = (
        all.iter().map(|a| a.start_s.div_euclid(DAY_S)).min(),
        all.iter().map(|a| a.start_s.div_euclid(DAY_S)).max(),
    ) else {
        return Err(RecordError::Empty {
            what: "no alarm can be read".to_owned(),
        });
    };
    let (first, last) = (Day(first as i32), Day(last as i32));
    let is_known = |name: &str| REQUIRED.contains(&name) || KNOWN.contains(&name);
    let unknown = headers.iter().map(str::trim).filter(|name| !is_known(name));
    let mut regions: Vec<RegionAlarms> = by_region
        .into_iter()
        .map(|(region, alarms)| of_region(region, alarms, first, last))
        .collect();
    rank(&mut regions);
    Ok(Alarms {
        rows,
        used: all.len(),
        left_out: tally(left),
        unknown_columns: unknown.map(str::to_owned).collect(),
        first,
        last,
        days: last.0 - first.0 + 1,
        median_min: median(all.iter().map(Alarm::minutes).collect()),
        regions,
    })
}

fn read(
    record: &csv::StringRecord,
    at: [Option<usize>; 4],
) -> Result<(String, Alarm), &'static str> {
    let [region, start, end, naive] =
        at.map(|column| column.and_then(|c| record.get(c)).unwrap_or("").trim());
    if region.is_empty() {
        return Err("no region");
    }
    let seconds =
        |text| moment(text).and_then(|(day, clock)| Some(i64::from(day.0) * DAY_S + clock?));
    let start_s = seconds(start).ok_or("started_at is no time")?;
    let end_s = seconds(end).ok_or("finished_at is no time")?;
    if end_s < start_s {
        return Err("ends before it starts");
    }
    let is_naive = naive.eq_ignore_ascii_case("true");
    Ok((
        region.to_owned(),
        Alarm {
            start_s,
            end_s,
            is_naive,
        },
    ))
}

fn of_region(region: String, mut alarms: Vec<Alarm>, first: Day, last: Day) -> RegionAlarms {
    alarms.sort_by_key(|alarm| (alarm.start_s, alarm.end_s));
    let mut by_year: BTreeMap<i32, (usize, i64)> = BTreeMap::new();
    let mut under_s = 0;
    let mut until_s = i64::MIN;
    for alarm in &alarms {
        let start_s = alarm.start_s.max(until_s);
        let added_s = (alarm.end_s - start_s).max(0);
        until_s = until_s.max(alarm.end_s);
        under_s += added_s;
        let (year, _, _) = Day(alarm.start_s.div_euclid(DAY_S) as i32).date();
        let entry = by_year.entry(year).or_default();
        entry.0 += 1;
        entry.1 += added_s;
    }
    RegionAlarms {
        region,
        count: alarms.len(),
        naive: alarms.iter().filter(|alarm| alarm.is_naive).count(),
        median_min: median(alarms.iter().map(Alarm::minutes).collect()),
        hours: under_s as f64 / 3600.0,
        minutes_per_day: under_s as f64 / 60.0 / f64::from(last.0 - first.0 + 1),
        rank: 0,
        years: by_year
            .into_iter()
            .map(|(year, (count, s))| YearAlarms {
                year,
                count,
                hours: s as f64 / 3600.0,
                minutes_per_day: s as f64 / 60.0 / days_of(year, first, last),
            })
            .collect(),
    }
}

/// Days of a year between two days, both included; at least one.
fn days_of(year: i32, first: Day, last: Day) -> f64 {
    let bound = |month, day| Day::new(year, month, day).unwrap_or(first);
    f64::from((last.min(bound(12, 31)).0 - first.max(bound(1, 1)).0 + 1).max(1))
}

fn rank(regions: &mut [RegionAlarms]) {
    let mut order: Vec<usize> = (0..regions.len()).collect();
    order.sort_by(|&a, &b| {
        regions[b]
            .minutes_per_day
            .total_cmp(&regions[a].minutes_per_day)
            .then_with(|| regions[a].region.cmp(&regions[b].region))
    });
    for (place, index) in order.into_iter().enumerate() {
        regions[index].rank = place + 1;
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[half],
        _ => 0.5 * (values[half - 1] + values[half]),
    }
}

/// Compares simulated minutes under alarm on an average day, by region, and the median length of a
/// simulated alarm with the published list, as the protocol says.
///
/// The level may be off by a factor of two, the order of regions must agree (Spearman 0.7), the
/// median must lie between 25 and 60 minutes. Regions that the list does not know are passed over.
/// A simulation without take-off alarms should lie *below* the list: a level above it is a miss of
/// another kind, which the caller says in words.
pub fn compare(observed: &Alarms, simulated: &[(&str, f64)], median_min: f64) -> Vec<Target> {
    let pairs: Vec<(&str, f64, f64)> = simulated
        .iter()
        .filter_map(|(name, minutes)| {
            let region = observed.regions.iter().find(|r| r.region == *name)?;
            let latest = region.years.last()?;
            Some((*name, *minutes, latest.minutes_per_day))
        })
        .collect();
    let mut out: Vec<Target> = pairs
        .iter()
        .map(|(name, ours, theirs)| target(&format!("level {name}"), ours / theirs, 0.5, 2.0))
        .collect();
    let order: Vec<(f64, f64)> = pairs
        .iter()
        .map(|(_, ours, theirs)| (*ours, *theirs))
        .collect();
    out.push(target("order of regions", spearman(&order), 0.7, 1.0));
    out.push(target("median length min", median_min, 25.0, 60.0));
    out
}

fn target(id: &str, value: f64, low: f64, high: f64) -> Target {
    Target {
        id: id.to_owned(),
        value,
        low,
        high,
        pass: (low..=high).contains(&value),
    }
}

/// Agreement of two orders: Spearman's rank correlation of paired values, ties sharing their mean
/// place. Not a number for fewer than two pairs or when one side never differs.
pub fn spearman(pairs: &[(f64, f64)]) -> f64 {
    let places = |of: fn(&(f64, f64)) -> f64| -> Vec<f64> {
        let place = |pair| {
            let own = of(pair);
            let below = pairs.iter().filter(|p| of(p) < own).count() as f64;
            let equal = pairs
                .iter()
                .filter(|p| of(p).total_cmp(&own).is_eq())
                .count() as f64;
            below + 0.5 * (equal - 1.0)
        };
        pairs.iter().map(place).collect()
    };
    let (a, b) = (places(|p| p.0), places(|p| p.1));
    let middle = 0.5 * (pairs.len() as f64 - 1.0);
    let sum = |x: &[f64], y: &[f64]| -> f64 {
        x.iter()
            .zip(y)
            .map(|(x, y)| (x - middle) * (y - middle))
            .sum()
    };
    sum(&a, &b) / (sum(&a, &a) * sum(&b, &b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_alarms_count_once() {
        let found = alarms(
            "region,started_at,finished_at,naive,colour\n\
             B,2023-01-01 00:00:00+00:00,2023-01-01 01:00:00+00:00,False,red\n\
             B,2023-01-01 00:30:00+00:00,2023-01-01 02:00:00+00:00,True,red\n\
             A,2023-01-02 00:00:00+00:00,2023-01-02 03:00:00+00:00,False,red\n\
             A,2023-01-02 00:00:00+00:00,2023-01-01 03:00:00+00:00,False,red\n",
        )
        .unwrap();
        assert_eq!((found.rows, found.used, found.days), (4, 3, 2));
        assert_eq!(found.left_out[0].reason, "ends before it starts");
        assert_eq!(found.unknown_columns, ["colour"]);
        let [a, b] = &found.regions[..] else {
            panic!("two regions")
        };
        assert_eq!((a.rank, b.rank, b.count, b.naive), (1, 2, 2, 1));
        assert!((b.hours - 2.0).abs() < 1e-9 && (b.minutes_per_day - 60.0).abs() < 1e-9);
        assert!((b.median_min - 75.0).abs() < 1e-9);
        let year = &b.years[0];
        assert_eq!((year.year, year.count), (2023, 2));
        assert!((year.minutes_per_day - 60.0).abs() < 1e-9);
    }

    #[test]
    fn lists_that_cannot_be_read_say_where() {
        let error = alarms("region,started_at\n").unwrap_err();
        assert!(error.to_string().contains("`finished_at`"), "{error}");
        let head = "region,started_at,finished_at\n";
        assert!(alarms(head).unwrap_err().to_string().contains("no alarm"));
        let error = alarms(&format!("{head}A,b\n")).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }

    #[test]
    fn simulated_alarms_are_held_to_level_order_and_length() {
        let observed = alarms(
            "region,started_at,finished_at\n\
             A,2023-01-01 00:00:00,2023-01-01 01:00:00\n\
             B,2023-01-01 00:00:00,2023-01-01 02:00:00\n",
        )
        .unwrap();
        let passed = |found: Vec<Target>| found.iter().map(|t| t.pass).collect::<Vec<_>>();
        let good = compare(&observed, &[("A", 40.0), ("B", 80.0), ("C", 9.0)], 40.0);
        assert_eq!(passed(good), [true, true, true, true]);
        let bad = compare(&observed, &[("A", 130.0), ("B", 40.0)], 5.0);
        assert_eq!(passed(bad), [false, false, false, false]);
    }

    #[test]
    fn val_spearman_matches_a_textbook_case() {
        // Ranks 1..5 against 2, 1, 4, 3, 5: 1 − 6·4/(5·24) = 0.8.
        let pairs = [
            (1.0, 20.0),
            (2.0, 10.0),
            (3.0, 40.0),
            (4.0, 30.0),
            (5.0, 50.0),
        ];
        assert!((spearman(&pairs) - 0.8).abs() < 1e-12);
        assert!(spearman(&[(1.0, 2.0), (2.0, 2.0)]).is_nan());
    }
}

//! The published raid table, cleaned as the protocol says.

use super::class::{Place, RecordClass, place};
use super::date::{Day, moment};
use super::{Counted, RecordError, tally};
use std::collections::BTreeMap;

/// Columns without which nothing can be counted.
const REQUIRED: [&str; 5] = ["time_start", "model", "launched", "destroyed", "source"];
/// Columns of the published table that are known, and read or passed over.
const KNOWN: [&str; 17] = [
    "time_end",
    "launch_place",
    "target",
    "target_main",
    "not_reach_goal",
    "still_attacking",
    "border_crossing",
    "is_shahed",
    "num_hit_location",
    "num_fall_fragment_location",
    "carrier",
    "turbojet",
    "turbojet_destroyed",
    "affected region",
    "destroyed_details",
    "launched_details",
    "launch_place_details",
];
/// Accounts whose posts count for the whole country; a regional post mostly reports successes.
const NATIONAL: [&str; 3] = ["kpszsu", "GeneralStaff.ua", "CinCAFU"];
/// From this second of the day on, a row belongs to the next date.
const EVENING_S: i64 = 16 * 3600;
/// More than this in one row is a broken file, not a raid.
const LAUNCHED_MAX: f64 = 100_000.0;

/// One usable row: a class launched in one national post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The date the row starts on, as posted.
    pub start: Day,
    /// The raid night it is counted in.
    pub night: Day,
    /// Its class.
    pub class: RecordClass,
    /// Its model, as written.
    pub model: String,
    /// Launched.
    pub launched: u32,
    /// Claimed shot down.
    pub shot: u32,
    /// Claimed shot down or lost, at most as many as launched.
    pub neutralised: u32,
}

/// What a raid table holds.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// Rows of data in the file.
    pub rows_total: usize,
    /// Rows of national posts, whatever they report.
    pub rows_national: usize,
    /// Usable rows in the order of the file.
    pub rows: Vec<Row>,
    /// Why the other rows are left out; the counts add up to the rest.
    pub left_out: Vec<Counted>,
    /// Model names of national posts that nobody here has seen, with their rows.
    pub unknown_models: Vec<Counted>,
    /// Columns that are not in the published table; they are passed over.
    pub unknown_columns: Vec<String>,
    /// Known columns that the file does not have; they are taken as empty.
    pub missing_columns: Vec<String>,
    /// Corrections made, with the number of rows each touched.
    pub corrections: Vec<Counted>,
}

/// One class on one raid night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Night {
    /// The raid night.
    pub day: Day,
    /// The class.
    pub class: RecordClass,
    /// Launched.
    pub launched: u32,
    /// Claimed shot down.
    pub shot: u32,
    /// Claimed shot down or lost.
    pub neutralised: u32,
}

impl Import {
    /// Reads the text of a raid table.
    ///
    /// # Errors
    /// [`RecordError`] when the text is no table or misses a column that is needed.
    pub fn read(text: &str) -> Result<Self, RecordError> {
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let columns = Columns::find(reader.headers()?)?;
        let mut import = Self {
            unknown_columns: columns.unknown.clone(),
            missing_columns: columns.missing.clone(),
            ..Self::default()
        };
        let mut counts = Counts::default();
        for record in reader.records() {
            let record = record?;
            import.rows_total += 1;
            import.take(&columns, &record, &mut counts);
        }
        import.left_out = tally(counts.left_out);
        import.unknown_models = tally(counts.unknown_models);
        import.corrections = tally(counts.corrections);
        Ok(import)
    }

    fn take(&mut self, columns: &Columns, record: &csv::StringRecord, counts: &mut Counts) {
        let source = columns.text(record, Column::Source);
        let account = source.split('/').next().unwrap_or_default();
        if !NATIONAL.contains(&account) {
            let by_address = source
                .split('/')
                .any(|part| NATIONAL.contains(&part.trim()));
            counts.leave(if by_address {
                "national account given as a web address: the protocol takes post paths only"
            } else {
                "not a national post"
            });
            return;
        }
        self.rows_national += 1;
        match usable(columns, record, counts) {
            Ok(row) => self.rows.push(row),
            Err(why) => counts.leave(&why),
        }
    }

    /// The rows that start on or before `last`, with the others counted as left out.
    #[must_use]
    pub fn until(&self, last: Day) -> Self {
        let mut cut = self.clone();
        cut.rows.retain(|row| row.start <= last);
        let after = self.rows.len() - cut.rows.len();
        if after > 0 {
            cut.left_out.push(Counted {
                reason: format!("starts after {last}"),
                n: after,
            });
        }
        cut
    }

    /// The sum of the rows of each class on each raid night, by day and class.
    pub fn nights(&self) -> Vec<Night> {
        let mut nights: BTreeMap<(Day, RecordClass), Night> = BTreeMap::new();
        for row in &self.rows {
            let night = nights.entry((row.night, row.class)).or_insert(Night {
                day: row.night,
                class: row.class,
                launched: 0,
                shot: 0,
                neutralised: 0,
            });
            night.launched += row.launched;
            night.shot += row.shot;
            night.neutralised += row.neutralised;
        }
        nights.into_values().collect()
    }
}

#[derive(Debug, Default)]
struct Counts {
    left_out: BTreeMap<String, usize>,
    unknown_models: BTreeMap<String, usize>,
    corrections: BTreeMap<String, usize>,
}

impl Counts {
    fn leave(&mut self, why: &str) {
        *self.left_out.entry(why.to_owned()).or_insert(0) += 1;
    }
}

fn usable(
    columns: &Columns,
    record: &csv::StringRecord,
    counts: &mut Counts,
) -> Result<Row, String> {
    let model = columns.text(record, Column::Model);
    let class = match place(model) {
        Place::In(class) => class,
        Place::Out(why) => return Err(why.to_owned()),
        Place::Mix => return Err("mix across classes: never split by shares".to_owned()),
        Place::Unknown => {
            *counts.unknown_models.entry(model.to_owned()).or_insert(0) += 1;
            return Err("model not known".to_owned());
        }
    };
    let (start, clock) =
        moment(columns.text(record, Column::Start)).ok_or("time_start is no date")?;
    let night = if clock.is_some_and(|second| second >= EVENING_S) {
        Day(start.0 + 1)
    } else {
        start
    };
    let launched = count(columns.text(record, Column::Launched), "launched")?;
    let destroyed = count(columns.text(record, Column::Destroyed), "destroyed")?;
    let (Some(mut launched), Some(mut shot)) = (launched, destroyed) else {
        return Err("launched or destroyed is missing".to_owned());
    };
    let lost = count(columns.text(record, Column::Lost), "not_reach_goal")?.unwrap_or(0);
    if launched == 0 {
        return Err("nothing launched".to_owned());
    }
    let is_mix_of_may = model == "C-400 and Iskander-M"
        && Day::new(2023, 5, 16) == Some(start)
        && (launched, shot) == (10, 10);
    if is_mix_of_may {
        (launched, shot) = (3, 3);
        let what = "2023-05-16 C-400 and Iskander-M: 10 of 10 taken as 3 of 3";
        *counts.corrections.entry(what.to_owned()).or_insert(0) += 1;
    }
    if shot + lost > launched {
        let what = "shot down and lost exceed launched: taken as launched";
        *counts.corrections.entry(what.to_owned()).or_insert(0) += 1;
    }
    Ok(Row {
        start,
        night,
        class,
        model: model.to_owned(),
        launched,
        shot: shot.min(launched),
        neutralised: (shot + lost).min(launched),
    })
}

/// A count as the table writes it (`12`, `12.0`), nothing when the cell is empty.
fn count(text: &str, column: &str) -> Result<Option<u32>, String> {
    if text.is_empty() || text.eq_ignore_ascii_case("nan") {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(x) if (0.0..=LAUNCHED_MAX).contains(&x) && x.fract() < 1e-9 => Ok(Some(x as u32)),
        _ => Err(format!("{column} is no count")),
    }
}

#[derive(Clone, Copy, Debug)]
enum Column {
    Start,
    Model,
    Launched,
    Destroyed,
    Source,
    Lost,
}

#[derive(Debug)]
struct Columns {
    at: [Option<usize>; 6],
    unknown: Vec<String>,
    missing: Vec<String>,
}

impl Columns {
    fn find(headers: &csv::StringRecord) -> Result<Self, RecordError> {
        let position = |name: &str| headers.iter().position(|header| header.trim() == name);
        let lacking: Vec<&str> = REQUIRED
            .into_iter()
            .filter(|name| position(name).is_none())
            .collect();
        if !lacking.is_empty() {
            return Err(RecordError::columns(&lacking, headers));
        }
        let is_known = |name: &str| REQUIRED.contains(&name) || KNOWN.contains(&name);
        let unknown = headers.iter().map(str::trim).filter(|name| !is_known(name));
        let missing = KNOWN.into_iter().filter(|name| position(name).is_none());
        Ok(Self {
            at: [
                position("time_start"),
                position("model"),
                position("launched"),
                position("destroyed"),
                position("source"),
                position("not_reach_goal"),
            ],
            unknown: unknown.map(str::to_owned).collect(),
            missing: missing.map(str::to_owned).collect(),
        })
    }

    fn text<'a>(&self, record: &'a csv::StringRecord, column: Column) -> &'a str {
        self.at[column as usize]
            .and_then(|at| record.get(at))
            .unwrap_or_default()
            .trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "time_start,model,launched,destroyed,not_reach_goal,source\n";

    fn read(rows: &str) -> Import {
        Import::read(&format!("{HEAD}{rows}")).unwrap()
    }

    #[test]
    fn a_night_begins_at_four_in_the_afternoon() {
        let import = read(
            "2024-10-01 16:00,Shahed-136/131,10,8,1,kpszsu/posts/a\n\
             2024-10-02,Shahed-136/131,5.0,4.0,,kpszsu/posts/b\n\
             2024-10-02 15:59,Kalibr,4,3,,CinCAFU/posts/c\n",
        );
        let nights = import.nights();
        assert_eq!(nights.len(), 2);
        assert_eq!(
            (nights[0].launched, nights[0].shot, nights[0].neutralised),
            (15, 12, 13)
        );
        assert_eq!(nights[0].day, Day::new(2024, 10, 2).unwrap());
        let extra = Import::read("sea state,time_start,model,launched,destroyed,source\n").unwrap();
        assert_eq!(extra.unknown_columns, ["sea state"]);
        assert!(extra.missing_columns.contains(&"not_reach_goal".to_owned()));
    }

    #[test]
    fn every_row_is_used_or_left_out_for_a_reason() {
        let import = read(
            "2024-10-01,Shahed-136/131,10,8,5,kpszsu/posts/a\n\
             2024-10-01,Shahed-136/131,10,8,,PvKPivden/posts/a\n\
             2024-10-01,Shahed-136/131,10,8,,https://t.me/kpszsu/1\n\
             2024-10-01,Perun-7,10,8,,kpszsu/posts/a\n\
             2024-10-01,Iskander-M and Iskander-K,2,0,,kpszsu/posts/a\n\
             2024-10-01,Kalibr,,0,,kpszsu/posts/a\n\
             2024-10-01,Kalibr,many,0,,kpszsu/posts/a\n\
             2024-10-01,Kalibr,-4,0,,kpszsu/posts/a\n\
             2024-10-01,Kalibr,0,0,,kpszsu/posts/a\n\
             yesterday,Kalibr,4,0,,kpszsu/posts/a\n\
             2023-05-16,C-400 and Iskander-M,10,10,,kpszsu/posts/a\n",
        );
        let left: usize = import.left_out.iter().map(|counted| counted.n).sum();
        assert_eq!((import.rows_total, import.rows.len(), left), (11, 2, 9));
        assert_eq!(import.rows[0].neutralised, 10);
        assert_eq!(import.rows[1].launched, 3);
        assert_eq!(import.unknown_models[0].reason, "Perun-7");
        assert_eq!(import.corrections.len(), 2);
        let cut = import.until(Day::new(2023, 12, 31).unwrap());
        assert_eq!(cut.rows.len(), 1);
    }

    #[test]
    fn a_broken_table_is_one_error_with_its_line() {
        let error = Import::read("time_start,model,launched,source\n").unwrap_err();
        assert!(error.to_string().contains("`destroyed`"), "{error}");
        assert!(error.to_string().contains("line 1"), "{error}");
        let error = Import::read(&format!("{HEAD}2024-10-01,Kalibr,1\n")).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
        let error = Import::read("").unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
    }
}

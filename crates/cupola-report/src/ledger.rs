//! The ledger of risk: incidents counted by kind, crew and country.

use std::collections::BTreeMap;

use cupola_campaign::{LedgerCount, RadarView};

use crate::format::{Places, THIN, country, plain, range};
use crate::html_table::{Cell, Table};
use crate::sections::{option_head, section};
use crate::view::View;

/// Kinds in the order of the page: key, heading of the rows, table.
const KINDS: [(&str, &str); 31] = [
    ("engagements by crew", "engagements by crews of"),
    ("engagements over", "engagements over"),
    ("incursions into", "threats that entered"),
    ("incursions engaged over", "of these engaged over"),
    (
        "incursions not shot at (no added unit) into",
        "of these not shot at, no added unit:",
    ),
    (
        "incursions not shot at (out of sensor range) into",
        "of these not shot at, out of sensor range:",
    ),
    (
        "incursions not shot at (below the floor) into",
        "of these not shot at, below the floor:",
    ),
    (
        "incursions not shot at (never seen) into",
        "of these not shot at, never seen:",
    ),
    (
        "incursions not shot at (out of reach) into",
        "of these not shot at, out of reach:",
    ),
    (
        "incursions not shot at (seen too late) into",
        "of these not shot at, seen too late:",
    ),
    (
        "incursions not shot at (unit lost) into",
        "of these not shot at, the unit was lost:",
    ),
    (
        "incursions not shot at (taken for a decoy) into",
        "of these not shot at, taken for a decoy:",
    ),
    (
        "incursions not shot at (rule forbade it) into",
        "of these not shot at, rule forbade it:",
    ),
    (
        "incursions not shot at (no channel free) into",
        "of these not shot at, no channel free:",
    ),
    (
        "incursions not shot at (no missile ready) into",
        "of these not shot at, no missile ready:",
    ),
    (
        "time of incursions (s) in",
        "seconds that threats spent in the airspace of",
    ),
    (
        "path of incursions (km) in",
        "kilometres that threats flew in the airspace of",
    ),
    ("threat debris in", "debris of threats in"),
    ("threat debris on towns in", "of these on towns in"),
    ("interceptor falls in", "interceptors fallen in"),
    ("lost drones down in", "lost drones down in"),
    (
        "heading rule: engaged, would not have entered, by",
        "engaged as heading for NATO soil, would not have entered, by crews of",
    ),
    (
        "heading rule: not engaged, entered",
        "not engaged as not heading for NATO soil, entered",
    ),
    (
        "drones jammed by",
        "drones that lost their location to jamming by",
    ),
    ("fire units lost of", "fire units lost of"),
    ("command posts lost", "command posts lost"),
    ("area kills by", "kills by teams and interceptor drones of"),
    ("minutes under alarm in", "minutes under alarm in"),
    ("people on courses in", "people on courses in"),
    ("people hit by threat debris in", "by threat debris in"),
    (
        "people hit by interceptor falls in",
        "by interceptors that fell in",
    ),
];

/// Where the kinds begin that are expectations of people, not counts.
const PEOPLE_FROM: usize = 29;

/// The section.
pub(crate) fn ledger(view: View<'_>) -> String {
    let mut body = String::from(
        "<p>Incidents per raid of the main kind: the mean, in brackets where nine raids in ten \
         fall. These are counts of events of stated kinds. <b>No probability of escalation is \
         computed</b>: there is no model of it that this program would stand behind.</p>\n",
    );
    let known: Vec<&str> = KINDS.iter().map(|k| k.0).collect();
    let crews = table(view, "t-crews", "By nation of the crew", &known[..1]);
    let countries = table(view, "t-countries", "By country", &known[1..PEOPLE_FROM]);
    let people = table(
        view,
        "t-people-hit",
        "People hit by what comes down, by expectation, in thousandths of a person",
        &known[PEOPLE_FROM..],
    );
    let others: Vec<&str> = kinds_beyond(view, &known);
    body.push_str(&crews);
    body.push_str(&countries);
    body.push_str(&people);
    if !people.is_empty() {
        body.push_str(
            "<p>Casualty area times density of people, summed over pieces of killed threats and \
             over interceptors that missed, which are never merged. Pieces, roofs and sizes are \
             declared assumptions: an order of magnitude, not a forecast.</p>\n",
        );
    }
    if !others.is_empty() {
        body.push_str(&table(
            view,
            "t-other-incidents",
            "Other incidents",
            &others,
        ));
    }
    if crews.is_empty() && countries.is_empty() && others.is_empty() {
        body.push_str("<p>No incident happened in any run.</p>\n");
    }
    body.push_str(&radar_view(view));
    section("ledger", "7", "Ledger of risk", &body)
}

fn of_main_raid(view: View<'_>, option: usize) -> impl Iterator<Item = &LedgerCount> {
    let raid = view.outcome.main_raid;
    let all = view.option(option).map_or(&[][..], |o| &o.ledger);
    all.iter().filter(move |l| l.raid == raid)
}

fn kinds_beyond<'a>(view: View<'a>, known: &[&str]) -> Vec<&'a str> {
    let mut found = Vec::new();
    for option in 0..view.options().len() {
        for count in of_main_raid(view, option) {
            if !known.contains(&count.kind) && !found.contains(&count.kind) {
                found.push(count.kind);
            }
        }
    }
    found
}

fn table(view: View<'_>, id: &str, caption: &str, kinds: &[&str]) -> String {
    type Key = (usize, String);
    let options = view.options().len();
    let mut rows: BTreeMap<Key, Vec<Option<&LedgerCount>>> = BTreeMap::new();
    for i in 0..options {
        for count in of_main_raid(view, i) {
            let Some(kind) = kinds.iter().position(|k| *k == count.kind) else {
                continue;
            };
            let key = (kind, count.nation.clone());
            rows.entry(key).or_insert_with(|| vec![None; options])[i] = Some(count);
        }
    }
    let caption = format!("{caption}; {}", view.n_of_raid());
    let mut table = Table::new(id, caption)
        .class("ledger")
        .text_column("Per raid");
    for i in 0..options {
        table = table.markup_column(option_head(view, i));
    }
    for ((kind, nation), counts) in rows {
        let kind = kinds[kind];
        let words = KINDS.iter().find(|k| k.0 == kind).map_or(kind, |k| k.1);
        let place = if kind == "command posts lost" {
            String::new()
        } else if nation == "--" {
            "no country (sea)".to_owned()
        } else {
            country(&nation)
        };
        let mut row = vec![Cell::Head(format!("{words} {place}").trim_end().to_owned())];
        row.extend(
            counts
                .iter()
                .map(|c| Cell::Number(c.map_or("0".to_owned(), printed))),
        );
        table.row(row);
    }
    if table.is_empty() {
        String::new()
    } else {
        table.finish()
    }
}

/// Thousandths of a person: these numbers are small.
fn by_expectation(count: &LedgerCount) -> String {
    let thousandths = |people: f64| {
        let value = 1000.0 * people;
        if value > 0.0 && value < 0.01 {
            format!("<{THIN}0.01")
        } else {
            Places::of_interval(0.0, value, value).print(value)
        }
    };
    let ends = range(&thousandths(count.p05), &thousandths(count.p95));
    format!("{} ({ends})", thousandths(count.mean))
}

/// Airspace of countries outside the alliance that the option's radars look into.
fn radar_view(view: View<'_>) -> String {
    let options = view.options();
    let caption = "Airspace of countries outside NATO in view of the option's radars: area, km²; \
                   the farthest point from NATO soil, km; every figure in the middle of its range";
    let mut table = Table::new("t-radar-view", caption.to_owned())
        .class("ledger")
        .text_column("Over, at a height above ground of");
    for i in 0..options.len() {
        table = table.markup_column(option_head(view, i));
    }
    let mut rows: BTreeMap<(&str, u32), Vec<Option<&RadarView>>> = BTreeMap::new();
    for (i, option) in options.iter().enumerate() {
        for seen in &option.radar_view {
            let key = (seen.country.as_str(), seen.height_m as u32);
            rows.entry(key).or_insert_with(|| vec![None; options.len()])[i] = Some(seen);
        }
    }
    for ((code, height_m), seen) in rows {
        let mut row = vec![Cell::Head(format!(
            "{}, {} m",
            country(code),
            plain(f64::from(height_m))
        ))];
        row.extend(seen.iter().map(|seen| Cell::Number(in_view(*seen))));
        table.row(row);
    }
    if table.is_empty() {
        String::new()
    } else {
        table.finish()
    }
}

/// `12 300; 87`: square kilometres, and kilometres of depth.
fn in_view(seen: Option<&RadarView>) -> String {
    match seen {
        Some(seen) if seen.area_km2 > 0.0 => {
            let step = if seen.area_km2 >= 1000.0 { 100.0 } else { 10.0 };
            let area_km2 = (seen.area_km2 / step).round() * step;
            let depth_km = seen.depth_km.round();
            format!("{}; {}", plain(area_km2), plain(depth_km))
        }
        _ => "0".to_owned(),
    }
}

fn printed(count: &LedgerCount) -> String {
    let (low, high) = (count.p05, count.p95);
    if KINDS[PEOPLE_FROM..].iter().any(|k| k.0 == count.kind) {
        return by_expectation(count);
    }
    let places = Places::of_interval(low, high, count.mean).at_most(2);
    if count.mean > 0.0 && count.mean < 0.005 {
        return format!("<{THIN}0.01");
    }
    let mean = places.print(count.mean);
    if high - low > 1e-12 {
        let ends = places.unless_whole(&[low, high]);
        format!("{mean} ({})", range(&ends.print(low), &ends.print(high)))
    } else {
        mean
    }
}

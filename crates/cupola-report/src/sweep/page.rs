//! The page of a sweep: response curves, a table of changes, incidents.

use super::chart::{axis_words, response_chart};
use super::series::{Wanted, find, slice};
use crate::charts::option_class;
use crate::format::{class_name, count, height, letter};
use crate::html_table::{Cell, Table};
use crate::page::shell;
use crate::svg::escaped;
use cupola_campaign::sweep::{Point, Response};
use cupola_scenario::Class;
use std::collections::BTreeSet;

/// Heights at which cover is drawn, metres.
const HEIGHTS_M: [f64; 4] = [100.0, 500.0, 1000.0, 10_000.0];

/// The page, as one self-contained HTML file.
pub fn sweep_html(response: &Response) -> String {
    let mut body = opening(response);
    let seconds: Vec<Option<&str>> = response.axes.get(1).map_or_else(
        || vec![None],
        |axis| {
            axis.values
                .iter()
                .map(|value| Some(value.as_str()))
                .collect()
        },
    );
    for second in seconds {
        let points = slice(response, second);
        if let (Some(value), Some(axis)) = (second, response.axes.get(1)) {
            push!(
                body,
                "<h2>{} = {}</h2>\n",
                escaped(&axis.path),
                escaped(value)
            );
        }
        for (title, note, charts) in groups(&points) {
            body.push_str(&multiples(response, &points, title, note, &charts));
        }
        body.push_str(&changes(response, &points, &suffix(second)));
        body.push_str(&incidents(response, &points, second));
    }
    shell(
        &format!("{}: a sweep", response.title),
        "cupola · response to a swept field, an analysis by simulation, not a forecast",
        &body,
    )
}

fn opening(response: &Response) -> String {
    let fields: Vec<String> = response
        .axes
        .iter()
        .map(|axis| format!("<code>{}</code>", escaped(&axis.path)))
        .collect();
    let mut body = format!(
        "<p class=\"question\">How does the answer respond to {}?</p>\n\
         <p>Raid: {}. {} runs per option at each point, {} draws of the inputs, seed {}; draws and \
         chance are the same at every point. Lines are means, bands the 95&nbsp;% interval of the \
         expected value over what is not known (for cover: over the seeds of the terrain). \
         Terrain: {}</p>\n<p class=\"legend\">",
        fields.join(" and "),
        escaped(&response.raid_title),
        count(response.runs as usize),
        count(response.draws as usize),
        response.seed,
        escaped(&response.terrain),
    );
    for (option, (_, title)) in response.options.iter().enumerate() {
        push!(
            body,
            "<span><span class=\"badge {}\">{}</span> {}</span>",
            option_class(response.first_letter + option),
            letter(response.first_letter + option),
            escaped(title)
        );
    }
    body.push_str("</p>\n");
    body
}

pub(super) type Group = (&'static str, &'static str, Vec<Wanted>);

pub(super) fn wanted(
    measure: &'static str,
    unit: &'static str,
    title: impl Into<String>,
) -> Wanted {
    Wanted {
        measure,
        class: None,
        height_m: None,
        title: title.into(),
        unit,
        is_share: false,
    }
}

fn groups(points: &[&Point]) -> Vec<Group> {
    vec![
        (
            "What leaks in one raid",
            "Expected number of threats that reach an aim in the protected area.",
            leakers(points),
        ),
        (
            "Cover by threat and height",
            "Share of the people of the protected area over whom such a threat can be engaged when it \
             flies at this height above ground.",
            cover(),
        ),
        (
            "What it spends",
            "In one raid.",
            vec![
                wanted("interceptors", "missiles", "Missiles spent"),
                wanted("cost_musd", "million US dollars", "Their cost"),
                wanted("killed_shield", "threats", "Killed by the option"),
            ],
        ),
        (
            "What it risks",
            "Incidents in one raid; no probability of escalation is computed.",
            vec![
                wanted(
                    "engagements_nato_crew",
                    "engagements",
                    "Engagements by NATO crews",
                ),
                wanted("debris_nato", "falls", "Debris on NATO soil"),
                wanted(
                    "incursions_nato",
                    "threats",
                    "Threats that entered NATO airspace",
                ),
            ],
        ),
        (
            "How exposed the units stand",
            "Distance of the nearest fire unit to the nearest launch area of a raid, and fire units \
             within the reach of short and of long ground-launched missiles. No likelihood of being hit.",
            vec![
                wanted("nearest_launch_area_km", "km", "Nearest launch area"),
                wanted(
                    "units_within_100_km",
                    "fire units",
                    "Units within 100 km of one",
                ),
                wanted(
                    "units_within_500_km",
                    "fire units",
                    "Units within 500 km of one",
                ),
            ],
        ),
    ]
}

/// All threats, then each class that the raid has.
fn leakers(points: &[&Point]) -> Vec<Wanted> {
    let rows = points.iter().flat_map(|point| &point.rows);
    let classes: BTreeSet<Class> = rows
        .filter(|row| row.height_m.is_none())
        .filter_map(|row| row.class)
        .collect();
    let mut leakers = vec![wanted("leakers", "leakers", "All threats")];
    leakers.extend(classes.iter().map(|&class| Wanted {
        class: Some(class),
        ..wanted("leakers", "leakers", capital(class_name(class)))
    }));
    leakers
}

fn cover() -> Vec<Wanted> {
    let mut cover = Vec::new();
    for class in [Class::Drone, Class::Cruise, Class::Ballistic] {
        for height_m in HEIGHTS_M {
            let title = format!("{} at {}", capital(class_name(class)), height(height_m));
            cover.push(Wanted {
                class: Some(class),
                height_m: Some(height_m),
                is_share: true,
                ..wanted("people_under_floor", "people, %", title)
            });
        }
    }
    cover
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().collect());
    first + letters.as_str()
}

pub(super) fn multiples(
    response: &Response,
    points: &[&Point],
    title: &str,
    note: &str,
    charts: &[Wanted],
) -> String {
    let mut drawn = String::new();
    let mut empty = Vec::new();
    for wanted in charts {
        match response_chart(response, points, wanted) {
            Some(svg) => push!(
                drawn,
                "<figure class=\"multiple\"><figcaption>{}</figcaption>{svg}</figure>\n",
                escaped(&wanted.title)
            ),
            None => empty.push(wanted.title.clone()),
        }
    }
    let mut out = format!("<h3>{}</h3>\n<p>{}</p>\n", escaped(title), escaped(note));
    if !drawn.is_empty() {
        push!(out, "<div class=\"multiples\">\n{drawn}</div>\n");
    }
    if !empty.is_empty() {
        push!(
            out,
            "<p class=\"mark\">Zero under every option at every point: {}.</p>\n",
            escaped(&empty.join("; "))
        );
    }
    out
}

/// Leakers by value and option, with the paired change from the first point.
pub(super) fn changes(response: &Response, points: &[&Point], suffix: &str) -> String {
    let id = format!("t-leakers{suffix}");
    let caption = format!(
        "Leakers in one raid: mean (95 % interval of the expected value); below, the paired change \
         from the first point of the sweep; n = {} runs",
        count(response.runs as usize)
    );
    let first = response.axes.first().map_or("", |axis| axis.path.as_str());
    let mut table = Table::new(id, caption)
        .class("stacked")
        .text_column(&axis_words(first));
    for (option, (_, title)) in response.options.iter().enumerate() {
        table = table.markup_column(format!(
            "<span class=\"badge {}\">{}</span> {}",
            option_class(response.first_letter + option),
            letter(response.first_letter + option),
            escaped(title)
        ));
    }
    for point in points {
        let mut row = vec![Cell::Head(
            point.values.first().cloned().unwrap_or_default(),
        )];
        for option in 0..response.options.len() {
            let reading = find(point, option, "leakers", None, None);
            let number = reading.map_or(String::new(), |r| super::both(&r.estimate, false));
            let change = reading.and_then(|r| r.change);
            let change = change.map_or(String::new(), |change| super::both(&change, true));
            let markup = format!(
                "{}<span class=\"range\">{}</span>",
                escaped(&number),
                escaped(&change)
            );
            row.push(Cell::Markup(markup, format!("{number}; {change}")));
        }
        table.row(row);
    }
    table.finish()
}

fn suffix(second: Option<&str>) -> String {
    second.map_or(String::new(), |value| format!("-{value}"))
}

/// Incidents of the ledger by value, kind and country, for every option.
fn incidents(response: &Response, points: &[&Point], second: Option<&str>) -> String {
    let mut kinds: BTreeSet<(&str, &str)> = BTreeSet::new();
    for row in points.iter().flat_map(|point| &point.rows) {
        if let (Some(kind), Some(nation)) = (row.measure.strip_prefix("incidents: "), &row.nation) {
            kinds.insert((kind, nation));
        }
    }
    let caption = "Incidents in one raid, mean number, at each point in order of the sweep";
    let id = format!("t-incidents{}", suffix(second));
    let mut table = Table::new(id, caption)
        .class("ledger")
        .text_column("Kind and country")
        .text_column("Option");
    for point in points {
        table = table.number_column(point.values.first().map_or("", String::as_str));
    }
    for (kind, nation) in kinds {
        for (option, (name, _)) in response.options.iter().enumerate() {
            let mean = |point: &&Point| {
                let found = point.rows.iter().find(|row| {
                    row.option == option
                        && row.nation.as_deref() == Some(nation)
                        && row.measure.strip_prefix("incidents: ") == Some(kind)
                });
                found.map_or(0.0, |row| row.estimate.mean)
            };
            let means: Vec<f64> = points.iter().map(mean).collect();
            // What hardly ever happens would only lengthen the table.
            if means.iter().all(|mean| *mean < 0.005) {
                continue;
            }
            let nation = if nation == "--" { "no country" } else { nation };
            let mut row = vec![
                Cell::Head(format!("{kind} {nation}")),
                Cell::Text(format!("{} {name}", letter(response.first_letter + option))),
            ];
            row.extend(means.into_iter().map(|mean| Cell::Number(incident(mean))));
            table.row(row);
        }
    }
    if table.is_empty() {
        return String::new();
    }
    table.finish()
}

fn incident(mean: f64) -> String {
    if mean < 0.1 {
        format!("{mean:.3}")
    } else {
        format!("{mean:.2}")
    }
}

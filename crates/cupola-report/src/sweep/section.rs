//! The small sweep as a section of the report, and its part of `summary.json`.

use super::chart::axis_words;
use super::page::{Group, changes, multiples, wanted};
use super::series::{Wanted, slice};
use crate::charts::option_class;
use crate::format::{count, letter};
use crate::sections::section;
use crate::svg::escaped;
use crate::view::View;
use cupola_campaign::sweep::{Point, Response};
use cupola_scenario::Class;
use serde_json::{Value, json};

/// Cover that is drawn: class, height above ground in metres, title.
const COVER: [(Class, f64, &str); 4] = [
    (Class::Cruise, 100.0, "Cover, cruise missiles at 100 m"),
    (Class::Cruise, 1000.0, "Cover, cruise missiles at 1 km"),
    (Class::Drone, 1000.0, "Cover, drones at 1 km"),
    (
        Class::Ballistic,
        10_000.0,
        "Cover, ballistic missiles at 10 km",
    ),
];

/// The section; nothing when the scenario has no sweep.
pub(crate) fn sweep_section(view: View<'_>) -> String {
    let Some(response) = &view.outcome.sweep else {
        return String::new();
    };
    let points = slice(response, None);
    let path = response.axes.first().map_or("", |axis| axis.path.as_str());
    let mut body = format!(
        "<p><b>{}.</b> {} runs of the main raid per option at each value of <code>{}</code>, {} draws \
         of the inputs, the same luck at every value, the first terrain seed. Lines are means, bands \
         the 95&nbsp;% interval of the expected value; cover is an average over the people of the area. \
         Few runs: read the direction, not the digits; <code>cupola sweep</code> plays more.</p>\n",
        escaped(&response.title),
        count(response.runs as usize),
        escaped(path),
        count(response.draws as usize),
    );
    body.push_str("<p class=\"legend\">");
    for (option, (_, title)) in response.options.iter().enumerate() {
        let option = response.first_letter + option;
        push!(
            body,
            "<span><span class=\"badge {}\">{}</span> {}</span>",
            option_class(option),
            letter(option),
            escaped(title)
        );
    }
    body.push_str("</p>\n");
    for (title, note, charts) in groups() {
        body.push_str(&multiples(response, &points, title, note, &charts));
    }
    body.push_str(&changes(response, &points, "-sweep"));
    let title = format!("What changes with the {}", what(path));
    section("sweep", "9", &title, &body)
}

/// The swept field without its unit.
fn what(path: &str) -> String {
    let words = axis_words(path);
    words.split(',').next().unwrap_or_default().to_owned()
}

fn groups() -> [Group; 3] {
    let cover = COVER.into_iter().map(|(class, height_m, title)| Wanted {
        class: Some(class),
        height_m: Some(height_m),
        is_share: true,
        ..wanted("people_under_floor", "people, %", title)
    });
    [
        (
            "What leaks and what it costs",
            "In one raid of the main kind.",
            vec![
                wanted("leakers", "leakers", "Leakers, all threats"),
                wanted("cost_musd", "million US dollars", "Cost of the missiles"),
            ],
        ),
        (
            "Cover",
            "Share of the people over whom such a threat can be engaged at that height above ground.",
            cover.collect(),
        ),
        (
            "What it risks",
            "Incidents in one raid, and how near the units stand to where raids start; no probability of \
             escalation is computed.",
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
                wanted("nearest_launch_area_km", "km", "Nearest launch area"),
            ],
        ),
    ]
}

/// The sweep as a value of `summary.json`; null when there is none.
pub(crate) fn json(sweep: Option<&Response>) -> Value {
    let Some(response) = sweep else {
        return Value::Null;
    };
    let names: Vec<&str> = response.options.iter().map(|o| o.0.as_str()).collect();
    let point = |point: &Point| {
        let rows = point.rows.iter();
        let readings: Vec<Value> = rows.map(|r| super::reading_json(response, r)).collect();
        json!({ "value": point.values.first(), "readings": readings })
    };
    let points: Vec<Value> = response.points.iter().map(point).collect();
    json!({
        "title": response.title,
        "over": response.axes.first().map(|axis| axis.path.as_str()),
        "runs": response.runs,
        "draws": response.draws,
        "options": names,
        "points": points,
    })
}

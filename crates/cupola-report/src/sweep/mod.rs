//! The response of an answer to a swept field: JSON, CSV, a table for the terminal, and a page.

mod chart;
mod page;
mod section;
mod series;

pub use page::sweep_html;
pub(crate) use section::{json as small_sweep_json, sweep_section};
pub(crate) use series::percent_of;

use crate::format::{Places, range};
use cupola_campaign::sweep::{Reading, Response};
use serde_json::{Value, json};

/// What stands under `schema`; it changes only when a key changes its meaning.
const SCHEMA_ID: &str = "cupola/sweep/1";

/// Everything measured, as JSON: a point a line of readings.
pub fn sweep_json(response: &Response) -> String {
    let axes: Vec<Value> = response
        .axes
        .iter()
        .map(|axis| json!({ "path": axis.path, "values": axis.values }))
        .collect();
    let options: Vec<Value> = response
        .options
        .iter()
        .map(|(name, title)| json!({ "name": name, "title": title }))
        .collect();
    let head = [
        ("schema", json!(SCHEMA_ID)),
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("scenario", json!(response.scenario)),
        ("seed", json!(response.seed)),
        ("runs", json!(response.runs)),
        ("draws", json!(response.draws)),
        ("raid", json!(response.raid)),
        ("terrain", json!(response.terrain)),
        ("axes", json!(axes)),
        ("options", json!(options)),
    ];
    let mut out = String::from("{\n");
    for (key, value) in head {
        push!(out, "  \"{key}\": {value},\n");
    }
    out.push_str("  \"points\": [");
    for (i, point) in response.points.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let (values, hash) = (json!(point.values), json!(point.hash));
        push!(
            out,
            "{comma}\n    {{ \"values\": {values}, \"hash\": {hash}, \"readings\": ["
        );
        for (k, reading) in point.rows.iter().enumerate() {
            let comma = if k == 0 { "" } else { "," };
            push!(out, "{comma}\n      {}", reading_json(response, reading));
        }
        out.push_str("\n    ] }");
    }
    out.push_str("\n  ]\n}\n");
    out
}

pub(super) fn reading_json(response: &Response, reading: &Reading) -> Value {
    let e = &reading.estimate;
    let option = response.options.get(reading.option).map(|(name, _)| name);
    json!({
        "option": option,
        "measure": reading.measure,
        "nation": reading.nation,
        "class": reading.class.map(cupola_scenario::Class::name),
        "height_m": reading.height_m,
        "unit": reading.unit,
        "n": e.n,
        "mean": e.mean,
        "mean_lo95": e.lo95,
        "mean_hi95": e.hi95,
        "mc_half95": e.mc_half95,
        "p05": reading.one_raid[0],
        "p95": reading.one_raid[1],
        "change": reading.change.map(|c| c.mean),
        "change_lo95": reading.change.map(|c| c.lo95),
        "change_hi95": reading.change.map(|c| c.hi95),
    })
}

/// A line for each value, option, measure and class.
pub fn sweep_csv(response: &Response) -> String {
    let mut out = String::new();
    for axis in &response.axes {
        push!(out, "{},", quoted(&axis.path));
    }
    out.push_str(
        "option,measure,nation,class,height_m,unit,n,mean,mean_lo95,mean_hi95,mc_half95,p05,p95,\
         change,change_lo95,change_hi95\n",
    );
    for point in &response.points {
        for reading in &point.rows {
            for value in &point.values {
                push!(out, "{},", quoted(value));
            }
            let name = response.options.get(reading.option);
            push!(
                out,
                "{},{},{},{},{},{},{}",
                quoted(name.map_or("", |(name, _)| name)),
                quoted(&reading.measure),
                reading.nation.as_deref().unwrap_or(""),
                reading.class.map_or("all", cupola_scenario::Class::name),
                number(reading.height_m.unwrap_or(f64::NAN)),
                quoted(&reading.unit),
                reading.estimate.n,
            );
            let e = &reading.estimate;
            let change = reading
                .change
                .map_or([f64::NAN; 3], |c| [c.mean, c.lo95, c.hi95]);
            let [low, high] = reading.one_raid;
            for value in [e.mean, e.lo95, e.hi95, e.mc_half95, low, high]
                .into_iter()
                .chain(change)
            {
                push!(out, ",{}", number(value));
            }
            out.push('\n');
        }
    }
    out
}

/// A number in its shortest form that reads back the same; nothing where there is none.
fn number(value: f64) -> String {
    if value.is_finite() {
        format!("{}", value + 0.0)
    } else {
        String::new()
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Leakers, missiles and cost by value and option, as text of at most `width` columns.
pub fn sweep_table(response: &Response, width: usize) -> String {
    let mut out = crate::table::wrapped(&response.title, width, "");
    let how = format!(
        "Raid: {}. {} runs per option at each point, the same luck at all of them; terrain: {}",
        response.raid_title, response.runs, response.terrain
    );
    out.push_str(&crate::table::wrapped(&how, width, ""));
    let note = "Means; in brackets the 95 % interval of the expected value; Δ is the paired change \
                of the leakers from the first point.";
    out.push_str(&crate::table::wrapped(note, width, ""));
    let head = [
        "leakers",
        "Δ leakers",
        "missiles",
        "cost, M$",
        "people, 1 km",
    ];
    for (option, (name, _)) in response.options.iter().enumerate() {
        let mut rows = vec![
            std::iter::once(name.clone())
                .chain(head.map(str::to_owned))
                .collect::<Vec<_>>(),
        ];
        for (i, point) in response.points.iter().enumerate() {
            let find =
                |id, class, height| series::find(&response.points[i], option, id, class, height);
            let leakers = find("leakers", None, None);
            let missiles = find("interceptors", None, None);
            let cost = find("cost_musd", None, None);
            let cruise = Some(cupola_scenario::Class::Cruise);
            let people = find("people_under_floor", cruise, Some(1000.0));
            let change = leakers.and_then(|r| r.change);
            rows.push(vec![
                point.values.join(" · "),
                leakers.map_or(String::new(), |r| both(&r.estimate, false)),
                change.map_or(String::new(), |change| both(&change, true)),
                missiles.map_or(String::new(), |r| both(&r.estimate, false)),
                cost.map_or(String::new(), |r| both(&r.estimate, false)),
                people.map_or(String::new(), |r| percent_of(r.estimate.mean)),
            ]);
        }
        out.push('\n');
        push_rows(&mut out, &rows);
    }
    out
}

/// Mean with the interval of the expected value.
pub(crate) fn both(e: &cupola_campaign::Estimate, signed: bool) -> String {
    let places = Places::of_interval(e.lo95, e.hi95, e.mean).at_most(3);
    let print = |value: f64| {
        if signed {
            places.print_signed(value)
        } else {
            places.print(value)
        }
    };
    if e.hi95 - e.lo95 > 1e-9 {
        format!(
            "{} ({})",
            print(e.mean),
            range(&print(e.lo95), &print(e.hi95))
        )
    } else {
        print(e.mean)
    }
}

fn push_rows(out: &mut String, rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |c: usize| {
        rows.iter()
            .map(|row| row[c].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut line = String::new();
        for (c, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - cell.chars().count());
            if c == 0 {
                push!(line, "{cell}{pad}");
            } else {
                push!(line, "  {pad}{cell}");
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

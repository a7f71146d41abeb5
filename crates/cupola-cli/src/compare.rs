//! `cupola compare A B`: the main measures of two answers side by side.

use crate::args::{Compare, Format};
use crate::failure::Failure;
use cupola_io::IoError;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

/// The measures compared: those that a reader asks for first.
const MEASURES: [&str; 6] = [
    "leakers",
    "interceptors",
    "cost_musd",
    "engagements_nato_crew",
    "debris_nato",
    "incursions_nato",
];

/// Compares two answers.
///
/// # Errors
/// [`Failure`] when one cannot be read or is no summary.
pub(crate) fn compare(args: &Compare) -> Result<(), Failure> {
    let (a, b) = (summary(&args.a)?, summary(&args.b)?);
    let rows = rows(&a, &b);
    if args.format == Format::Json {
        return crate::print(&format!("{:#}\n", Value::Array(rows)));
    }
    let mut text = String::new();
    let name = |summary: &Value| {
        let hash = summary["scenario"]["hash"].as_str().unwrap_or("");
        let short: String = hash.chars().take(12).collect();
        format!(
            "{} ({short})",
            summary["scenario"]["name"].as_str().unwrap_or("?")
        )
    };
    let mut line = |line: std::fmt::Arguments<'_>| {
        text.write_fmt(line)
            .expect("writing to a string cannot fail");
        text.push('\n');
    };
    line(format_args!("A: {}", name(&a)));
    line(format_args!("B: {}", name(&b)));
    line(format_args!(
        "{:18} {:14} {:22} {:>10} {:>10} {:>10}  intervals of the mean",
        "option", "raid", "measure", "A", "B", "B − A"
    ));
    for row in &rows {
        let overlap = if row["overlap"].as_bool() == Some(true) {
            "overlap"
        } else {
            "apart"
        };
        let number = |key: &str| {
            row[key]
                .as_f64()
                .map_or("–".to_owned(), |x| format!("{x:.2}"))
        };
        line(format_args!(
            "{:18} {:14} {:22} {:>10} {:>10} {:>10}  {overlap}",
            row["option"].as_str().unwrap_or(""),
            row["raid"].as_str().unwrap_or(""),
            row["id"].as_str().unwrap_or(""),
            number("a"),
            number("b"),
            number("difference"),
        ));
    }
    if rows.is_empty() {
        line(format_args!("the two answers share no option and raid"));
    }
    crate::print(&text)
}

fn summary(path: &Path) -> Result<Value, Failure> {
    let file = if path.is_dir() {
        path.join("summary.json")
    } else {
        path.to_path_buf()
    };
    let help = || Some("give an output folder of `cupola run`, or its summary.json".to_owned());
    let text = std::fs::read_to_string(&file).map_err(|error| {
        let error = IoError::from_os(&file, "read", &error);
        Failure::Input(error.to_string(), help())
    })?;
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        Failure::Input(format!("{} is no JSON: {error}", file.display()), help())
    })?;
    if value["options"].is_array() {
        Ok(value)
    } else {
        Err(Failure::Input(
            format!("{} is no summary of cupola", file.display()),
            help(),
        ))
    }
}

/// Rows for every option, raid and measure that both answers have, all classes together.
fn rows(a: &Value, b: &Value) -> Vec<Value> {
    let mut rows = Vec::new();
    for option in a["options"].as_array().into_iter().flatten() {
        let same = |other: &&Value| other["name"] == option["name"];
        let Some(other) = b["options"].as_array().into_iter().flatten().find(same) else {
            continue;
        };
        for measure in option["measures"].as_array().into_iter().flatten() {
            let id = measure["id"].as_str().unwrap_or("");
            if !MEASURES.contains(&id) || !measure["class"].is_null() {
                continue;
            }
            let twin = |m: &&Value| {
                m["id"] == measure["id"] && m["raid"] == measure["raid"] && m["class"].is_null()
            };
            let Some(twin) = other["measures"]
                .as_array()
                .into_iter()
                .flatten()
                .find(twin)
            else {
                continue;
            };
            let number = |m: &Value, key: &str| m[key].as_f64();
            let overlap = number(measure, "mean_lo95") <= number(twin, "mean_hi95")
                && number(twin, "mean_lo95") <= number(measure, "mean_hi95");
            let difference = number(twin, "mean")
                .zip(number(measure, "mean"))
                .map(|(b, a)| b - a);
            rows.push(json!({
                "option": option["name"], "raid": measure["raid"], "id": id,
                "a": measure["mean"], "b": twin["mean"], "difference": difference,
                "overlap": overlap,
            }));
        }
    }
    rows
}

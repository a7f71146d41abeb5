//! How long the missiles last.

use cupola_campaign::Endurance;

use crate::charts::{DOT_SPAN, dot_mark, option_class, scale_ends};
use crate::format::{Places, letter, mean_count, plain, range};
use crate::html_table::{Cell, Table};
use crate::sections::{badge_cell, badge_only, section};
use crate::svg::{Scale, escaped};
use crate::view::View;

/// Raids in a row that the scale spans.
const RAIDS: [f64; 2] = [0.3, 300.0];

/// `1.5–8.2`, or `1.5 to never`: 5 % and 95 % quantile over the draws, where it ever runs dry.
pub(crate) fn interval_text(endurance: &Endurance) -> Option<String> {
    let [low, mid, high] = endurance.raids_until_empty;
    let low = low?;
    match high {
        Some(high) => {
            let places = Places::of_interval(low, high, mid.unwrap_or(low));
            Some(range(&places.print(low), &places.print(high)))
        }
        None => Some(format!("{} to never", plain(low))),
    }
}

/// The section.
pub(crate) fn endurance(view: View<'_>) -> String {
    let caption = format!("Missiles, by option and system; {}", view.n_of_raid());
    let mut table = Table::new("t-endurance", caption)
        .class("endurance")
        .text_column("Option")
        .text_column("System")
        .number_column("Missiles at the start")
        .number_column("Spent in one raid")
        .number_column("Raids until empty")
        .number_column("on a scale of raids");
    let x = Scale::log(RAIDS, DOT_SPAN);
    for (i, option) in view.options().iter().enumerate() {
        for (k, system) in option.endurance.iter().enumerate() {
            let [_, mid, _] = system.raids_until_empty;
            let text = match (mid, interval_text(system)) {
                (Some(mid), Some(text)) => format!("{} ({text})", plain(mid)),
                (None, Some(text)) => format!("never ({text})"),
                (Some(mid), None) => plain(mid),
                (None, None) => "never".to_owned(),
            };
            table.row(vec![
                if k == 0 {
                    badge_cell(view, i)
                } else {
                    badge_only(view, i)
                },
                Cell::Text(system.system_name.clone()),
                Cell::Number(plain(system.stock)),
                Cell::Number(mean_count(system.spent_per_raid)),
                Cell::Number(text),
                mark(system, i, x),
            ]);
        }
    }
    if table.is_empty() {
        let none = "<p>No option spends missiles of its own.</p>";
        return section("endurance", "6", "How long the missiles last", none);
    }
    let ends = ["raids: 0.3", "300"];
    table.foot(vec![
        Cell::Head("scale".to_owned()),
        Cell::Text(String::new()),
        Cell::Number(String::new()),
        Cell::Number(String::new()),
        Cell::Number(String::new()),
        Cell::Markup(scale_ends(ends[0], ends[1]), ends.join(" to ")),
    ]);
    let body = format!(
        "<p>Missiles with the units at the start (ready and in stock), spent in one raid of the \
         main kind, and how many such raids in a row it takes until the system is empty: median, \
         in brackets 90\u{202f}% of the draws. There is no resupply in between. {} Cost per raid \
         and per leaker prevented stand in <a href=\"#t-spends\">section 3</a>.</p>\n{}{}",
        escaped(&first_dry(view)),
        table.finish(),
        supply(view)
    );
    section("endurance", "6", "How long the missiles last", &body)
}

/// Names the system that is empty first.
fn first_dry(view: View<'_>) -> String {
    let all = view
        .options()
        .iter()
        .flat_map(|o| o.endurance.iter().map(move |e| (o, e)));
    let finite = all.filter_map(|(o, e)| Some((o, e, e.raids_until_empty[1]?)));
    match finite.min_by(|a, b| a.2.total_cmp(&b.2)) {
        Some((option, system, raids)) => format!(
            "First to run dry is {} under “{}”, after {} raids.",
            system.system_name,
            option.title,
            plain(raids)
        ),
        None => "No system runs dry in half of the draws.".to_owned(),
    }
}

/// Production beside the stock, and months where the scenario says how often such raids come.
fn supply(view: View<'_>) -> String {
    let all = || view.options().iter().enumerate();
    let mut made: Vec<String> = all()
        .flat_map(|(_, option)| &option.endurance)
        .filter_map(|e| {
            let [low, _, high] = e.made_per_year?;
            Some(format!(
                "{} {}",
                e.system_name,
                range(&plain(low), &plain(high))
            ))
        })
        .collect();
    made.sort_unstable();
    made.dedup();
    let months: Vec<String> = all()
        .flat_map(|(i, option)| option.endurance.iter().map(move |e| (i, e)))
        .filter_map(|(i, e)| {
            let [_, mid, _] = e.months_until_empty?;
            let mid = mid.map_or("never".to_owned(), plain);
            Some(format!("{} under {} {mid}", e.system_name, letter(i)))
        })
        .collect();
    let mut text = String::new();
    if !made.is_empty() {
        push!(
            text,
            "<p>Made in a year, for all buyers, where it is published: {}.</p>\n",
            escaped(&made.join("; "))
        );
    }
    if !months.is_empty() {
        push!(
            text,
            "<p>Months until empty at the scenario’s rate of such raids, with its share of what is \
             made, the median: {}.</p>\n",
            escaped(&months.join("; "))
        );
    }
    text
}

fn mark(system: &Endurance, option: usize, x: Scale) -> Cell {
    let [low, mid, high] = system.raids_until_empty;
    let Some(low) = low else {
        return Cell::Number(String::new());
    };
    let numbers = [mid.unwrap_or(f64::NAN), low, high.unwrap_or(RAIDS[1])];
    let markup = dot_mark(x, numbers, None, &option_class(option), false);
    Cell::Markup(markup, String::new())
}

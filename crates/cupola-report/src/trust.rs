//! What drives the answer, how far to trust it, where its figures are from, how to repeat it.

use cupola_campaign::InputInfo;
use cupola_scenario::Confidence;

use crate::charts;
use crate::format::{THIN, exact, letter, listed, percent};
use crate::html_table::{Cell, Table};
use crate::input_words::in_words;
use crate::json::confidence_name;
use crate::sections::{figure, section};
use crate::svg::{breakable, escaped};
use crate::view::View;

/// Bars in the chart of sensitivity.
const BARS_MAX: usize = 8;

/// What the model leaves out: holds for every scenario.
const NOT_MODELLED: [&str; 10] = [
    "adversaries who learn: routes, decoys and timing do not react to the defence",
    "attacks on the fire units themselves",
    "electronic warfare against radars and links, beyond the share of links that are down",
    "weather, and ducting that bends radar beams further than the 4/3 Earth does",
    "manoeuvre of the threats in the end game, beyond its part in the assumed kill probabilities",
    "tracks from the existing defence's own radars, handed to the added fire units",
    "relief for the missiles of the existing defence when others shoot",
    "effects of weapons on the ground: leakers are counted, damage is not",
    "the political decision itself, and any probability of escalation",
    "positions of real units of the existing defence: it acts by its published record",
];

/// Sensitivity of the main measure.
pub(crate) fn drivers(view: View<'_>) -> String {
    let best = view.best();
    let drivers = view.sensitivity(best);
    if drivers.is_empty() {
        if view.pk_share(best).is_nan() {
            let none = format!(
                "<p>Not computed: this needs 64 draws of the inputs, and this run has {}.</p>",
                view.outcome.draws
            );
            return section("drivers", "8", "What drives the answer", &none);
        }
        let none = format!(
            "<p>No single input stands out from chance in {} draws of the inputs. More runs tell \
             more.</p>",
            view.outcome.draws
        );
        return section("drivers", "8", "What drives the answer", &none);
    }
    let next: Vec<String> = drivers.iter().take(2).map(|s| in_words(&s.input)).collect();
    let mut body = format!(
        "<p>Most worth researching next: <b>{}</b>. Declared kill probabilities \
         (inputs named <code>pk:</code>) together explain <b>{}</b> of the variance of \
         the expected leakers under option {}; first-order shares need not add up to \
         100{THIN}%.</p>\n",
        breakable(&listed(&next)),
        percent(view.pk_share(best)),
        letter(best)
    );
    let shown = &drivers[..drivers.len().min(BARS_MAX)];
    let caption = format!(
        "Expected leakers under option {} ({}) where an input lies in its lowest quarter (low) and \
         in its highest (high). A long bar is an input that matters. {}.",
        letter(best),
        view.title(best),
        view.n_of_raid()
    );
    body.push_str(&figure(&charts::tornado(view, best, shown), &caption));
    body.push_str(&driver_table(view));
    section("drivers", "8", "What drives the answer", &body)
}

fn driver_table(view: View<'_>) -> String {
    let caption = format!(
        "The three strongest inputs of each option, with their share of the variance of the \
         expected leakers; {}",
        view.n_of_raid()
    );
    let mut table = Table::new("t-drivers", caption)
        .class("drivers")
        .text_column("Option")
        .text_column("Strongest inputs")
        .number_column("Assumed kill probabilities");
    for i in 0..view.options().len() {
        let strongest: Vec<String> = view
            .sensitivity(i)
            .iter()
            .take(3)
            .map(|s| format!("{}: {}", in_words(&s.input), percent(s.first_order)))
            .collect();
        table.row(vec![
            crate::sections::badge_cell(view, i),
            Cell::TextMarkup(breakable(&strongest.join("; ")), strongest.join("; ")),
            Cell::Number(percent(view.pk_share(i))),
        ]);
    }
    table.finish()
}

/// Assumptions, limits, claims.
pub(crate) fn trust(view: View<'_>) -> String {
    let (assumed, all) = (view.assumed_count(), view.outcome.inputs.len());
    let mut body = format!(
        "<p><b>{assumed} of {all} uncertain inputs are declared assumptions</b>: no public source \
         states them, so a range stands in and is carried through to every interval above. Kill \
         probabilities are assumptions one and all.</p>\n"
    );
    if !view.outcome.warnings.is_empty() {
        body.push_str("<h3>Said by this run</h3><ul>");
        for warning in &view.outcome.warnings {
            push!(body, "<li>{}</li>", escaped(warning));
        }
        body.push_str("</ul>\n");
    }
    body.push_str(
        "<h3>Claims of belligerents</h3><p>Counts of threats launched and shot down come from \
         reports of a belligerent. They enter as claims: the scenario states how far they are \
         believed as a range, and the intervals hold both ends. They say nothing of single places, \
         so the existing defence acts by its record, never by guessed positions.</p>\n",
    );
    body.push_str("<h3>Not modelled</h3><ul>");
    for item in NOT_MODELLED {
        push!(body, "<li>{}</li>", escaped(item));
    }
    body.push_str("</ul>\n<h3>Checked against</h3>");
    body.push_str(&crate::checks::checks());
    let rows = view
        .outcome
        .inputs
        .iter()
        .filter(|i| i.confidence == Some(Confidence::Assumed));
    body.push_str(&input_table(
        "t-assumptions",
        "Declared assumptions, with their ranges",
        "Reason",
        rows,
    ));
    section("trust", "9", "How far to trust it", &body)
}

fn input_table<'a>(
    id: &str,
    caption: &str,
    basis: &str,
    inputs: impl Iterator<Item = &'a InputInfo>,
) -> String {
    let mut table = Table::new(id, caption)
        .class("inputs")
        .text_column("Input")
        .number_column("Range (mode)")
        .text_column(basis);
    for input in inputs {
        table.row(vec![
            Cell::HeadMarkup(breakable(&input.name), input.name.clone()),
            Cell::Number(input_range(input)),
            Cell::Text(with_date(input)),
        ]);
    }
    if table.is_empty() {
        String::new()
    } else {
        table.finish()
    }
}

fn input_range(input: &InputInfo) -> String {
    if (input.high - input.low).abs() < f64::EPSILON {
        return exact(input.mode);
    }
    let (low, mode, high) = (exact(input.low), exact(input.mode), exact(input.high));
    format!("{} ({mode})", crate::format::range(&low, &high))
}

fn with_date(input: &InputInfo) -> String {
    let confidence = input
        .confidence
        .filter(|c| *c != Confidence::Assumed)
        .map(confidence_name);
    let mut notes: Vec<String> = Vec::new();
    notes.extend(input.date.clone());
    notes.extend(confidence.map(|c| format!("confidence: {c}")));
    if notes.is_empty() {
        input.basis.clone()
    } else {
        format!("{} ({})", input.basis, notes.join("; "))
    }
}

/// Where every figure is from, and the one command.
pub(crate) fn sources(view: View<'_>, repeat_command: &str) -> String {
    let outcome = view.outcome;
    let mut body = String::from("<h3>Of the question and the raids</h3><ul>");
    for source in &outcome.sources {
        push!(body, "<li>{}</li>", escaped(source));
    }
    for raid in &outcome.raids {
        let source = raid
            .source
            .as_deref()
            .unwrap_or("no source given: hypothetical");
        push!(
            body,
            "<li>{}: {}</li>",
            escaped(&raid.title),
            escaped(source)
        );
    }
    body.push_str("</ul>\n");
    let rows = outcome
        .inputs
        .iter()
        .filter(|i| i.confidence != Some(Confidence::Assumed));
    body.push_str(&input_table(
        "t-sources",
        "Uncertain inputs with a source: date and confidence stand behind it",
        "Source",
        rows,
    ));
    push!(
        body,
        "<h3>Repeat it</h3><p>The same version, scenario and seed give the same bytes on any \
         number of threads:</p><pre><code>{}</code></pre>\n",
        escaped(repeat_command)
    );
    section("sources", "10", "Sources, and how to repeat it", &body)
}

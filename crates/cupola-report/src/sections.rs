//! Pieces that every section uses, and the first two sections.

use crate::answer::{LEADS, answer_sentences};
use crate::charts::option_class;
use crate::format::{count, letter, plain};
use crate::html_table::Cell;
use crate::svg::{breakable, escaped};
use crate::view::View;

/// A numbered section with a heading to link to.
pub(crate) fn section(id: &str, number: &str, title: &str, body: &str) -> String {
    format!(
        "<section id=\"{id}\"><h2><span class=\"number\">{number}</span> {}</h2>\n{body}\
         </section>\n",
        escaped(title)
    )
}

/// A figure with its caption.
pub(crate) fn figure(drawing: &str, caption: &str) -> String {
    format!(
        "<figure>{drawing}<figcaption>{}</figcaption></figure>\n",
        escaped(caption)
    )
}

/// The letter of an option on its colour.
pub(crate) fn badge(option: usize) -> String {
    format!(
        "<span class=\"badge {}\">{}</span>",
        option_class(option),
        letter(option)
    )
}

/// Letter and title of an option as the head of a row.
pub(crate) fn badge_cell(view: View<'_>, option: usize) -> Cell {
    let title = view.title(option);
    let markup = format!("{} {}", badge(option), escaped(title));
    Cell::HeadMarkup(markup, format!("{} {title}", letter(option)))
}

/// The letter alone, where the title stands in a row above.
pub(crate) fn badge_only(view: View<'_>, option: usize) -> Cell {
    Cell::HeadMarkup(
        badge(option),
        format!("{} {}", letter(option), view.title(option)),
    )
}

/// Letter and title of an option as the head of a column.
pub(crate) fn option_head(view: View<'_>, option: usize) -> String {
    format!("{} {}", badge(option), escaped(view.title(option)))
}

/// The question as asked, and what the answer was made with.
pub(crate) fn question(view: View<'_>) -> String {
    let outcome = view.outcome;
    let mut facts: Vec<(&str, String)> = vec![
        ("As of", outcome.as_of.clone()),
        (
            "Protected area",
            format!(
                "{}: {} km², {} people",
                outcome.area,
                Printed(outcome.area_km2).round(),
                Printed(outcome.area_people).round()
            ),
        ),
        (
            "Scenario",
            format!(
                "{}, run by cupola {}",
                outcome.scenario,
                env!("CARGO_PKG_VERSION")
            ),
        ),
        ("Its hash", outcome.hash.clone()),
        (
            "Runs",
            format!(
                "{} of each raid under each option, {} draws of the inputs, seed {}",
                count(outcome.runs as usize),
                count(outcome.draws as usize),
                outcome.seed
            ),
        ),
        ("Terrain", terrain(view)),
    ];
    if let Some(raid) = view.main_raid() {
        facts.insert(2, ("Main raid", raid.title.clone()));
    }
    let mut body = format!(
        "<p class=\"question\">{}</p>\n<dl>",
        escaped(&outcome.question)
    );
    for (name, text) in facts {
        push!(
            body,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escaped(name),
            escaped(&text)
        );
    }
    body.push_str("</dl>\n");
    section("question", "1", "The question", &body)
}

fn terrain(view: View<'_>) -> String {
    let terrain = &view.outcome.terrain;
    let kind = match terrain.seeds.len() {
        0 => terrain.kind.clone(),
        seeds => format!("{}, {seeds} seeds", terrain.kind),
    };
    format!(
        "{kind}, a height every {} m. {}",
        plain(terrain.cell_m.round()),
        terrain.description
    )
}

/// A number of the heading, to three significant digits.
struct Printed(f64);

impl Printed {
    fn round(&self) -> String {
        let mut step = 1.0;
        while self.0.is_finite() && self.0 / step >= 1_000.0 {
            step *= 10.0;
        }
        plain((self.0 / step).round() * step)
    }
}

/// The answer in five sentences.
pub(crate) fn answer(view: View<'_>) -> String {
    let mut body = String::from("<ol class=\"answer\">\n");
    for (lead, sentence) in LEADS.iter().zip(answer_sentences(view.outcome)) {
        push!(
            body,
            "<li><b>{lead}</b> {}</li>\n",
            with_badges(view, &sentence)
        );
    }
    body.push_str("</ol>\n");
    section("answer", "2", "The answer in five sentences", &body)
}

/// A sentence as markup, with the letter of an option on its colour where its title follows.
fn with_badges(view: View<'_>, sentence: &str) -> String {
    let mut markup = breakable(sentence);
    for i in 0..view.options().len() {
        let title = format!(" ({})", breakable(view.title(i)));
        let plain = format!("{}{title}", letter(i));
        markup = markup.replace(&plain, &format!("{}{title}", badge(i)));
    }
    markup
}

//! The page: one file, nothing loaded, readable without scripts.

use cupola_campaign::Outcome;

use crate::map_base::MapContext;
use crate::svg::escaped;
use crate::view::View;
use crate::{
    carryover, coalition, cover_map, endurance, glance, ledger, raid_section, sections, sweep,
    trust,
};

const STYLE: &str = include_str!("assets/style.css");
const SCRIPT: &str = include_str!("assets/csv.js");

/// Sections of the page: id and name in the list at the side.
const CONTENTS: [(&str, &str); 13] = [
    ("question", "Question"),
    ("answer", "Answer"),
    ("glance", "At a glance"),
    ("maps", "Maps"),
    ("raid", "The raid"),
    ("endurance", "Endurance"),
    ("ledger", "Risk"),
    ("coalition", "Coalition"),
    ("sweep", "Sweep"),
    ("precedent", "Precedent"),
    ("drivers", "What drives it"),
    ("trust", "Trust"),
    ("sources", "Sources"),
];

/// The report as one self-contained HTML file.
///
/// It loads nothing, prints on A4, follows the reader's light or dark setting and reads without
/// scripts; a few lines of script only offer each table as CSV. `repeat_command` is printed as
/// the way to get the same bytes again.
pub fn html(outcome: &Outcome, map: &MapContext, repeat_command: &str) -> String {
    let view = View::new(outcome);
    let sections = [
        sections::question(view),
        sections::answer(view),
        glance::glance(view),
        cover_map::maps(view, map),
        raid_section::raid(view),
        endurance::endurance(view),
        ledger::ledger(view),
        coalition::coalition(view),
        sweep::sweep_section(view),
        carryover::precedent_section(view),
        trust::drivers(view),
        trust::trust(view),
        trust::sources(view, repeat_command),
    ];
    let mut contents = String::from("<nav aria-label=\"Contents\"><ol>");
    let mut body = String::new();
    let there = CONTENTS
        .iter()
        .zip(&sections)
        .filter(|(_, text)| !text.is_empty());
    for (number, ((id, name), text)) in there.enumerate() {
        push!(contents, "<li><a href=\"#{id}\">{name}</a></li>");
        body.push_str(&numbered(text, number + 1));
    }
    contents.push_str("</ol></nav>\n");
    let title = escaped(&outcome.title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n{contents}<main>\n\
         <header><p class=\"kicker\">cupola · an analysis by simulation, not a forecast</p>\
         <h1>{title}</h1></header>\n{body}</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

/// A section with its number among those that are there.
fn numbered(section: &str, number: usize) -> String {
    const OPEN: &str = "<span class=\"number\">";
    match section.split_once(OPEN) {
        Some((head, rest)) => {
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{head}{OPEN}{number}{rest}")
        }
        None => section.to_owned(),
    }
}

/// A page without a list of sections: a sweep, cards.
pub(crate) fn shell(title: &str, kicker: &str, body: &str) -> String {
    let (title, kicker) = (escaped(title), escaped(kicker));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header><p class=\"kicker\">{kicker}</p><h1>{title}</h1></header>\n{body}</main>\n\
         <script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

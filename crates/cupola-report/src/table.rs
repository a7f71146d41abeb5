//! The table on the terminal: section 3 of the report in a hundred columns.

use cupola_campaign::{Measure, Outcome};
use cupola_scenario::Class;

use crate::format::{height, letter, percent};
use crate::view::{self, HEADLINE_HEIGHTS_M, Interval, View};

/// Narrowest width that is tried: below it, names of options are cut to nothing.
const WIDTH_MIN: usize = 60;

/// The options at a glance, as text of at most `width` columns (60 at least).
///
/// Numbers are means; in brackets stands where one raid falls with 90 %. Columns that do not fit
/// go into a further block below. Then come the three inputs that drive the answer most.
pub fn terminal_table(outcome: &Outcome, width: usize) -> String {
    let view = View::new(outcome);
    let width = width.max(WIDTH_MIN);
    let mut out = heading(view, width);
    for (caption, columns) in [
        (
            "What leaks in one such raid: mean (90 % of raids)",
            leak_columns(view),
        ),
        (
            "Share of the people over whom a cruise missile can be engaged at 100 m, 1 km, 10 km; \
             warning",
            cover_columns(view),
        ),
        (
            "What one such raid spends and risks (NATO crews: engagements; NATO debris: falls on its soil)",
            spend_columns(view),
        ),
    ] {
        out.push('\n');
        out.push_str(&wrapped(caption, width, ""));
        push_blocks(&mut out, &names(view), &columns, width);
    }
    out.push('\n');
    push_drivers(&mut out, view, width);
    out
}

struct Column {
    head: String,
    cells: Vec<String>,
}

impl Column {
    /// A column of one measure, printed by its narrowest interval.
    fn new<'m>(
        view: View<'m>,
        head: impl Into<String>,
        measure: impl Fn(usize) -> Option<&'m Measure>,
    ) -> Self {
        let measures: Vec<_> = (0..view.options().len()).map(measure).collect();
        let column = view::Column::of(Interval::Raid, measures.iter().copied());
        let cells = measures.iter().map(|&m| column.both(m)).collect();
        Self {
            head: head.into(),
            cells,
        }
    }

    /// The same without the intervals.
    fn means<'m>(
        view: View<'m>,
        head: impl Into<String>,
        measure: impl Fn(usize) -> Option<&'m Measure>,
    ) -> Self {
        let measures: Vec<_> = (0..view.options().len()).map(measure).collect();
        let column = view::Column::of(Interval::Raid, measures.iter().copied());
        let cells = measures.iter().map(|&m| column.mean(m)).collect();
        Self {
            head: head.into(),
            cells,
        }
    }

    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|c| c.chars().count());
        cells.chain([self.head.chars().count()]).max().unwrap_or(0)
    }
}

fn heading(view: View<'_>, width: usize) -> String {
    let outcome = view.outcome;
    let mut out = wrapped(&format!("{} ({})", outcome.title, outcome.as_of), width, "");
    let main = format!(
        "Raid: {}. Of {} launched, {} are aimed at {}.",
        view.raid_title(),
        crate::format::plain(view.launched()),
        crate::format::plain(view.aimed_inside()),
        outcome.area,
    );
    out.push_str(&wrapped(&main, width, ""));
    let how = format!("{}; terrain: {}.", view.n_of_raid(), outcome.terrain.kind);
    out.push_str(&wrapped(&how, width, ""));
    out
}

fn names(view: View<'_>) -> Vec<String> {
    let options = view.options().iter().enumerate();
    options
        .map(|(i, o)| format!("{} {}", letter(i), o.name))
        .collect()
}

fn leak_columns(view: View<'_>) -> Vec<Column> {
    let mut columns = vec![Column::new(view, "all", |i| {
        view.measure(i, "leakers", None)
    })];
    columns.extend(view.classes().into_iter().map(|class| {
        Column::new(view, class_title(class), |i| {
            view.measure(i, "leakers", Some(class))
        })
    }));
    columns
}

fn cover_columns(view: View<'_>) -> Vec<Column> {
    let floors = HEADLINE_HEIGHTS_M
        .map(|h| Column::means(view, height(h), |i| view.cover(i, "people_under_floor", h)));
    let mut columns = Vec::from(floors);
    columns.push(Column::new(view, "warning, min", |i| {
        view.measure(i, "warning_min", None)
    }));
    columns
}

fn spend_columns(view: View<'_>) -> Vec<Column> {
    let raid =
        |head: &str, id: &'static str| Column::new(view, head, |i| view.measure(i, id, None));
    let per_leaker = Column::means(view, "M$/leaker", |i| {
        view.measure(i, "cost_per_leaker_prevented_musd", None)
    });
    vec![
        raid("missiles", "interceptors"),
        raid("cost, M$", "cost_musd"),
        per_leaker,
        raid("NATO crews", "engagements_nato_crew"),
        raid("NATO debris", "debris_nato"),
    ]
}

/// Name of a class in a column head.
pub(crate) fn class_title(class: Class) -> &'static str {
    match class {
        Class::Drone => "drones",
        Class::Decoy => "decoys",
        Class::Cruise => "cruise",
        Class::Guided => "guided",
        Class::Ballistic => "ballistic",
        Class::Heavy => "heavy",
        Class::S300 => "S-300",
    }
}

/// Pushes columns beside the names, in as many blocks as the width asks for.
fn push_blocks(out: &mut String, names: &[String], columns: &[Column], width: usize) {
    let longest = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
    let name_width = longest.min(width / 3);
    let mut rest = columns;
    while !rest.is_empty() {
        let mut used = name_width;
        let fits = rest.iter().take_while(|c| {
            used += 2 + c.width();
            used <= width
        });
        let take = fits.count().max(1);
        let (block, next) = rest.split_at(take);
        push_block(out, names, name_width, block);
        rest = next;
    }
}

fn push_block(out: &mut String, names: &[String], name_width: usize, columns: &[Column]) {
    let mut push_row = |name: &str, cells: Vec<&str>| {
        let mut line = padded(&cut(name, name_width), name_width);
        for (column, cell) in columns.iter().zip(cells) {
            let gap = column.width() - cell.chars().count();
            push!(line, "  {}{cell}", " ".repeat(gap));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    };
    push_row("", columns.iter().map(|c| c.head.as_str()).collect());
    for (i, name) in names.iter().enumerate() {
        push_row(name, columns.iter().map(|c| c.cells[i].as_str()).collect());
    }
}

fn push_drivers(out: &mut String, view: View<'_>, width: usize) {
    let best = view.best();
    let drivers = view.sensitivity(best);
    if drivers.is_empty() {
        return;
    }
    let caption = format!(
        "What drives the leakers under {} most (share of the variance of the expected value; \
         mean in the input's lowest → highest quarter)",
        view.title(best)
    );
    out.push_str(&wrapped(&caption, width, ""));
    for (i, driver) in drivers.iter().take(3).enumerate() {
        let text = format!(
            "{}. {}: {}, {} → {}",
            i + 1,
            crate::input_words::in_words(&driver.input),
            percent(driver.first_order),
            crate::format::plain(driver.mean_low),
            crate::format::plain(driver.mean_high),
        );
        out.push_str(&wrapped(&text, width, "   "));
    }
    let assumed = format!(
        "{} of {} inputs are declared assumptions.",
        view.assumed_count(),
        view.outcome.inputs.len()
    );
    out.push_str(&wrapped(&assumed, width, ""));
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

fn padded(text: &str, width: usize) -> String {
    let gap = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(gap))
}

/// Text broken at spaces, each line ended; a word longer than the width is cut.
pub(crate) fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let line = lines.last().map_or(0, |l| l.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(indent.to_owned());
        }
        if let Some(line) = lines.last_mut() {
            if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let mut out = String::new();
    for line in lines {
        out.push_str(&cut(&line, width));
        out.push('\n');
    }
    out
}

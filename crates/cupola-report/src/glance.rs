//! Options at a glance: a row per option, a mark and a number per measure.

use cupola_campaign::Measure;

use crate::charts::{DOT_SPAN, dot_mark, option_class, scale_ends};
use crate::format::{Places, class_name, height};
use crate::html_table::{Cell, Table};
use crate::sections::{badge_cell, section};
use crate::svg::{Scale, escaped};
use crate::view::{Column, HEADLINE_HEIGHTS_M, Interval, View};

/// A column of the glance: a head and one measure per option.
struct Strip<'m> {
    head: String,
    measures: Vec<Option<&'m Measure>>,
    interval: Interval,
}

/// The section.
pub(crate) fn glance(view: View<'_>) -> String {
    let mut body = String::from(
        "<p>The dot is the mean. The thick line is the 95\u{202f}% interval of the expected \
         value: what is not known; more runs do not shrink it. The thin line is where nine raids \
         in ten fall. In numbers: the mean, below it nine raids in ten (for cover: the spread \
         over terrain seeds, every other figure in the middle of its range). Each column has a scale of its own, printed at its foot.</p>\n",
    );
    let n = view.n_of_raid();
    let raid = view.raid_title();
    let caption = format!("Leakers in one raid ({raid}), number of threats; {n}");
    body.push_str(&strip_table(
        view,
        "t-leakers",
        &caption,
        &leakers(view, Interval::Raid),
    ));
    if view.options().len() > 1 {
        let caption = format!(
            "Leakers compared with option A in the same raids (paired), number of threats; the \
             interval is that of the expected difference, 95\u{202f}%; {n}"
        );
        let strips = leakers(view, Interval::Difference);
        body.push_str(&strip_table(view, "t-differences", &caption, &strips));
    }
    let caption = format!(
        "Share of the people over whom a cruise missile can be engaged, by its height above \
         ground, %; {}",
        view.n_of_cover()
    );
    body.push_str(&strip_table(view, "t-cover", &caption, &cover(view)));
    let caption = format!("What one such raid spends; {n}");
    body.push_str(&strip_table(view, "t-spends", &caption, &spends(view)));
    let caption = format!("What one such raid risks, and how much warning there is; {n}");
    body.push_str(&strip_table(view, "t-risks", &caption, &risks(view)));
    section("glance", "3", "Options at a glance", &body)
}

fn of_raid<'m>(view: View<'m>, head: &str, id: &str) -> Strip<'m> {
    Strip {
        head: head.to_owned(),
        measures: (0..view.options().len())
            .map(|i| view.measure(i, id, None))
            .collect(),
        interval: Interval::Raid,
    }
}

fn leakers(view: View<'_>, interval: Interval) -> Vec<Strip<'_>> {
    let classes = [None]
        .into_iter()
        .chain(view.classes().into_iter().map(Some));
    let strips = classes.map(|class| Strip {
        head: class.map_or("all together", class_name).to_owned(),
        measures: (0..view.options().len())
            .map(|i| view.measure(i, "leakers", class))
            .collect(),
        interval,
    });
    strips.collect()
}

fn cover(view: View<'_>) -> Vec<Strip<'_>> {
    let strips = HEADLINE_HEIGHTS_M.into_iter().map(|h| Strip {
        head: format!("at {}", height(h)),
        measures: (0..view.options().len())
            .map(|i| view.cover(i, "people_under_floor", h))
            .collect(),
        interval: Interval::Expected,
    });
    strips.collect()
}

fn spends(view: View<'_>) -> Vec<Strip<'_>> {
    vec![
        of_raid(view, "missiles fired", "interceptors"),
        of_raid(view, "cost, million US$", "cost_musd"),
        of_raid(
            view,
            "cost per leaker prevented, million US$",
            "cost_per_leaker_prevented_musd",
        ),
    ]
}

fn risks(view: View<'_>) -> Vec<Strip<'_>> {
    vec![
        of_raid(
            view,
            "engagements by crews of NATO members",
            "engagements_nato_crew",
        ),
        of_raid(
            view,
            "falls of debris or interceptors on NATO soil",
            "debris_nato",
        ),
        of_raid(view, "incursions into NATO airspace", "incursions_nato"),
        of_raid(view, "mean warning of those warned, minutes", "warning_min"),
    ]
}

fn strip_table(view: View<'_>, id: &str, caption: &str, strips: &[Strip<'_>]) -> String {
    let mut table = Table::new(id, caption)
        .class(if strips.len() > 4 {
            "glance"
        } else {
            "glance few"
        })
        .text_column("Option");
    for strip in strips {
        table = table.number_column(&strip.head);
    }
    let scales: Vec<(Scale, [String; 2])> = strips.iter().map(scale).collect();
    for i in 0..view.options().len() {
        let mut row = vec![badge_cell(view, i)];
        for (strip, (x, _)) in strips.iter().zip(&scales) {
            row.push(cell(strip, i, *x));
        }
        table.row(row);
    }
    let mut foot = vec![Cell::Head("scale".to_owned())];
    for (_, [low, high]) in &scales {
        foot.push(Cell::Markup(
            scale_ends(low, high),
            format!("{low} to {high}"),
        ));
    }
    table.foot(foot);
    table.finish()
}

fn cell(strip: &Strip<'_>, i: usize, x: Scale) -> Cell {
    let Some(measure) = strip.measures[i] else {
        return Cell::Number(crate::format::NONE.to_owned());
    };
    let difference = strip.interval == Interval::Difference;
    if difference && i == 0 {
        return Cell::Number("reference".to_owned());
    }
    let column = Column::of(strip.interval, strip.measures.iter().copied());
    let (mean, range) = (column.mean(Some(measure)), column.range(Some(measure)));
    let thick = if difference {
        Interval::Difference
    } else {
        Interval::Expected
    };
    let thin = (!difference).then(|| {
        let [_, low, high] = Interval::Raid.of(measure);
        [low, high]
    });
    let numbers = thick.of(measure);
    let mark = if numbers[0].is_finite() {
        dot_mark(x, numbers, thin, &option_class(i), difference)
    } else {
        String::new()
    };
    let markup = format!(
        "{mark}<b>{}</b><span class=\"range\">{}</span>",
        escaped(&mean),
        escaped(&range)
    );
    Cell::Markup(markup, column.both(Some(measure)))
}

/// The scale of a column, and its ends in words.
fn scale(strip: &Strip<'_>) -> (Scale, [String; 2]) {
    let difference = strip.interval == Interval::Difference;
    let (mut low, mut high) = (0.0_f64, 0.0_f64);
    for measure in strip.measures.iter().flatten() {
        let sets = if difference {
            [Interval::Difference, Interval::Difference]
        } else {
            [Interval::Expected, Interval::Raid]
        };
        for value in sets
            .iter()
            .flat_map(|s| s.of(measure))
            .filter(|v| v.is_finite())
        {
            (low, high) = (low.min(value), high.max(value));
        }
    }
    if strip
        .measures
        .iter()
        .flatten()
        .any(|m| crate::view::factor(m) > 1.0)
    {
        (low, high) = (0.0, 100.0);
    }
    let places = Places::of_interval(low, high, high).unless_whole(&[low, high]);
    let ends = [low, high].map(|end| match (end.abs() < 1e-12, difference) {
        (true, _) => "0".to_owned(),
        (false, true) => places.print_signed(end),
        (false, false) => places.print(end),
    });
    (Scale::linear([low, high], DOT_SPAN), ends)
}

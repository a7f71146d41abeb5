//! Manned fire units by date, as a page, a table for a terminal, and JSON.

use cupola_campaign::CrewTimeline;
use serde_json::{Value, json};

use crate::charts::PAGE_WIDTH;
use crate::format::{NONE, Places, range};
use crate::html_table::{Cell, Table};
use crate::page::shell;
use crate::sections::{figure, section};
use crate::svg::{Anchor, Scale, Svg, escaped, polyline, ticks};

/// The page: a chart for each option, and one table.
pub fn crews_html(title: &str, timelines: &[CrewTimeline]) -> String {
    let mut charts = String::new();
    for (i, timeline) in timelines.iter().enumerate() {
        let caption = format!(
            "{}: manned fire units by date; line: median of the draws, band: 5 to 95 %.",
            name(timeline)
        );
        charts.push_str(&figure(&chart(timeline, i), &caption));
    }
    let mut body = format!(
        "<p>Manned by their courses, draw by draw: who may take part on which day. Readiness on a \
         day, losses and deliveries are not in it. A shield is called effective here from the day on \
         which half of its units are manned. People on courses inside the attacked country are \
         exposed; no strike on them is modelled.</p>\n{}",
        section("when", "1", "When the shield is manned", &table(timelines)),
    );
    let inside = training_inside(timelines);
    let mut number = 2;
    if !inside.is_empty() {
        let title = "What training inside the country changes";
        body.push_str(&section("inside", "2", title, &inside));
        number = 3;
    }
    let number = number.to_string();
    body.push_str(&section("timelines", &number, "Timelines", &charts));
    shell(
        title,
        "cupola · an analysis by simulation, not a forecast",
        &body,
    )
}

fn name(timeline: &CrewTimeline) -> String {
    if timeline.courses.is_empty() {
        timeline.title.clone()
    } else {
        format!("{} ({})", timeline.title, timeline.courses.join(", "))
    }
}

fn chart(timeline: &CrewTimeline, option: usize) -> String {
    let days = timeline.days();
    let last = days.len().saturating_sub(1) as f64;
    let (left, right, top, bottom) = (44.0, PAGE_WIDTH - 12.0, 8.0, 128.0);
    let x = Scale::linear([0.0, last], [left, right]);
    let y = Scale::linear([0.0, f64::from(timeline.units)], [bottom, top]);
    let mut svg = Svg::new(PAGE_WIDTH, bottom + 42.0);
    for tick in ticks(0.0, f64::from(timeline.units), 4) {
        if tick.fract().abs() < 1e-9 {
            svg.line([left, y.px(tick)], [right, y.px(tick)], "grid");
            let at = [left - 6.0, y.px(tick) + 5.0];
            svg.text(at, Anchor::End, "tick", &format!("{tick:.0}"));
        }
    }
    for (i, day) in days.iter().enumerate().step_by(13) {
        svg.line(
            [x.px(i as f64), bottom],
            [x.px(i as f64), bottom + 4.0],
            "axis",
        );
        let anchor = match i {
            0 => Anchor::Start,
            i if x.px(i as f64) > right - 30.0 => Anchor::End,
            _ => Anchor::Middle,
        };
        svg.text(
            [x.px(i as f64), bottom + 18.0],
            anchor,
            "tick",
            &day.month().to_string(),
        );
    }
    svg.line([left, bottom], [right, bottom], "axis");
    svg.text_upwards(
        [14.0, f64::midpoint(top, bottom)],
        "axis-title",
        "manned units",
    );
    let point = |i: usize, pick: usize| [x.px(i as f64), y.px(timeline.manned[i][pick])];
    let steps = |pick: usize| -> Vec<[f64; 2]> {
        (0..timeline.manned.len())
            .flat_map(|i| {
                let here = point(i, pick);
                let before = i
                    .checked_sub(1)
                    .map(|before| [here[0], point(before, pick)[1]]);
                before.into_iter().chain([here])
            })
            .collect()
    };
    let class = crate::charts::option_class(option);
    let mut band = steps(0);
    band.extend(steps(2).into_iter().rev());
    svg.path(&format!("{}Z", polyline(&band)), &format!("band {class}"));
    svg.path(&polyline(&steps(1)), &format!("series {class}"));
    let alt = format!("Manned fire units by date under {}", name(timeline));
    svg.finish("chart", &alt)
}

/// A date some days after the start; a dash where it never comes.
fn date(timeline: &CrewTimeline, days: f64) -> String {
    if !days.is_finite() {
        return "never".to_owned();
    }
    if days <= 0.0 {
        return "from the start".to_owned();
    }
    let day = cupola_campaign::record::Day(timeline.start.0 + days.ceil() as i32);
    day.to_string()
}

/// Median date, with 5 and 95 % of the draws.
fn dates(timeline: &CrewTimeline, range: [f64; 3]) -> [String; 3] {
    range.map(|days| date(timeline, days))
}

fn people(range_of: [f64; 3]) -> String {
    if range_of[2] <= 0.0 {
        return "0".to_owned();
    }
    let [low, middle, high] = range_of.map(|n| crate::format::count(n.round() as usize));
    format!("{middle} ({})", range(&low, &high))
}

fn table(timelines: &[CrewTimeline]) -> String {
    let start = timelines.first().map_or(String::new(), |timeline| {
        format!("; the start is {}", timeline.start)
    });
    let mut table = Table::new(
        "t-crews",
        format!("Day from which fire units are manned: median (5 to 95 % of the draws){start}"),
    )
    .class("dates")
    .text_column("Option (course)")
    .number_column("units")
    .number_column("first")
    .number_column("half")
    .number_column("all")
    .number_column("people on courses inside")
    .number_column("person-weeks inside");
    for timeline in timelines {
        let when = |range: [f64; 3]| {
            let [low, middle, high] = dates(timeline, range);
            if low == high {
                return Cell::Number(middle);
            }
            let markup = format!(
                "{}<span class=\"range\">{}</span><span class=\"range\">to {}</span>",
                escaped(&middle),
                escaped(&low),
                escaped(&high)
            );
            Cell::Markup(markup, format!("{middle} ({low} to {high})"))
        };
        table.row(vec![
            Cell::Head(name(timeline)),
            Cell::Number(timeline.units.to_string()),
            when(timeline.until[0]),
            when(timeline.until[1]),
            when(timeline.until[2]),
            Cell::Number(people(timeline.people_inside)),
            Cell::Number(people(timeline.person_weeks_inside)),
        ]);
    }
    if table.is_empty() {
        return format!("<p>{NONE}</p>\n");
    }
    table.finish()
}

/// Every course inside the attacked country beside every other course of the same option.
fn training_inside(timelines: &[CrewTimeline]) -> String {
    let mut table = Table::new(
        "t-inside",
        "Half of the units are manned later by, days: median (5 to 95 % of the draws), draw by draw",
    )
    .class("dates")
    .text_column("Option")
    .text_column("Course inside the country")
    .text_column("instead of")
    .number_column("later by, days")
    .number_column("people on courses inside");
    for (timeline, other) in pairs_inside(timelines) {
        table.row(vec![
            Cell::Head(timeline.title.clone()),
            Cell::Text(timeline.courses.join(", ")),
            Cell::Text(other.courses.join(", ")),
            Cell::Number(days_later(timeline.later_than(other))),
            Cell::Number(people(timeline.people_inside)),
        ]);
    }
    if table.is_empty() {
        String::new()
    } else {
        table.finish()
    }
}

fn pairs_inside(
    timelines: &[CrewTimeline],
) -> impl Iterator<Item = (&CrewTimeline, &CrewTimeline)> {
    let is_inside = |timeline: &&CrewTimeline| timeline.people_inside[2] > 0.0;
    timelines
        .iter()
        .filter(is_inside)
        .flat_map(move |timeline| {
            let same = timelines
                .iter()
                .filter(|other| other.option == timeline.option);
            same.filter(move |other| !is_inside(other))
                .map(move |other| (timeline, other))
        })
}

/// Days with the middle of the draws.
fn days_later(later: [f64; 3]) -> String {
    if !later[1].is_finite() {
        return NONE.to_owned();
    }
    let [low, middle, high] = later.map(|days| Places::of_interval(0.0, 100.0, 0.0).print(days));
    format!("{middle} ({low} to {high})")
}

/// The table for a terminal.
pub fn crews_table(title: &str, timelines: &[CrewTimeline]) -> String {
    let mut out =
        format!("{title}\nDay from which fire units are manned: median (5–95 % of the draws)\n\n");
    push!(
        out,
        "{:44} {:>5}  {:36}  {:36}  {:36}  people inside\n",
        "option (course)",
        "units",
        "first",
        "half",
        "all"
    );
    for timeline in timelines {
        let when = |range: [f64; 3]| {
            let [low, middle, high] = dates(timeline, range);
            if low == high {
                return middle;
            }
            format!("{middle} ({low}–{high})")
        };
        let mut name = name(timeline);
        if name.chars().count() > 44 {
            push!(out, "{name}\n");
            name.clear();
        }
        push!(
            out,
            "{name:44} {:>5}  {:36}  {:36}  {:36}  {}\n",
            timeline.units,
            when(timeline.until[0]),
            when(timeline.until[1]),
            when(timeline.until[2]),
            people(timeline.people_inside)
        );
    }
    for (timeline, other) in pairs_inside(timelines) {
        push!(
            out,
            "\n{}: half of the units are manned {} days later with course `{}` than with `{}`\n",
            timeline.title,
            days_later(timeline.later_than(other)),
            timeline.courses.join(", "),
            other.courses.join(", ")
        );
    }
    out
}

/// The same as JSON, with the whole timelines.
pub fn crews_json(timelines: &[CrewTimeline]) -> String {
    let number = |x: f64| if x.is_finite() { json!(x) } else { Value::Null };
    let three = |range: [f64; 3]| json!({ "p05": number(range[0]), "p50": number(range[1]), "p95": number(range[2]) });
    let one = |timeline: &CrewTimeline| {
        let points = timeline.days().into_iter().zip(&timeline.manned);
        let manned: Vec<Value> = points
            .map(|(day, range)| json!({ "date": day.to_string(), "manned": three(*range) }))
            .collect();
        json!({
            "option": timeline.option, "title": timeline.title, "courses": timeline.courses,
            "units": timeline.units, "trained": timeline.trained,
            "start": timeline.start.to_string(),
            "days_until_first": three(timeline.until[0]),
            "days_until_half": three(timeline.until[1]),
            "days_until_all": three(timeline.until[2]),
            "people_inside": three(timeline.people_inside),
            "person_weeks_inside": three(timeline.person_weeks_inside),
            "timeline": manned,
        })
    };
    let value: Vec<Value> = timelines.iter().map(one).collect();
    format!("{:#}\n", Value::Array(value))
}

//! What a precedent carries over, as a page, a table for a terminal, and JSON: a waterfall.

use cupola_campaign::{Change, Share, Station, Waterfall};
use cupola_scenario::Class;
use serde_json::{Value, json};

use crate::charts::PAGE_WIDTH;
use crate::format::{NONE, THIN, class_name, count, range};
use crate::html_table::{Cell, Table};
use crate::page::shell;
use crate::sections::{figure, section};
use crate::svg::{Anchor, Scale, Svg, escaped, text_width, ticks};
use crate::view::View;

/// Size of the text of charts.
const TEXT_PX: f64 = 14.7;
/// Height of a row of the chart, pixels.
const ROW_PX: f64 = 50.0;

/// How the chart is read.
const BARS: &str = "From left to right within a bar: how far the share moves at each step. Thin lines: \
                    where the middle 95 % of the draws put the change.";

/// The page.
pub fn carryover_html(answer: &Waterfall) -> String {
    let Some(first) = answer.orders.first() else {
        return shell(&answer.title, "cupola", "");
    };
    let mut body = format!("<p class=\"question\">{}</p>\n", escaped(&answer.text));
    push!(
        body,
        "<p>{}</p>\n<p>{}</p>\n",
        escaped(&sentence(first)),
        escaped(&basis(answer))
    );
    body.push_str(&section(
        "waterfall",
        "1",
        "What carries over",
        &format!(
            "{}{}{}",
            figure(&chart(first), BARS),
            table(first, "t-waterfall", "In the order of the chart"),
            changes(first)
        ),
    ));
    for (i, stations) in answer.orders.iter().enumerate().skip(1) {
        let text = "<p>What is changed first gets another share of the difference, as always where \
                    causes work together. The same steps in another order:</p>\n";
        let id = format!("t-order-{i}");
        body.push_str(&section(
            &format!("order-{i}"),
            &(i + 1).to_string(),
            "In another order",
            &format!("{text}{}", table(stations, &id, "In another order")),
        ));
    }
    shell(
        &answer.title,
        "cupola · an analysis by simulation, not a forecast",
        &body,
    )
}

/// The section of a report: the first order of the steps; nothing when the scenario names no precedent.
pub(crate) fn precedent_section(view: View<'_>) -> String {
    let answer = view.outcome.precedent.as_ref();
    let Some((answer, stations)) = answer.and_then(|a| Some((a, a.orders.first()?))) else {
        return String::new();
    };
    let body = format!(
        "<p><b>{}</b> {}</p>\n<p>{} {} Few runs: read the direction, not the digits. What is changed first \
         gets another share of the difference; <code>cupola carryover</code> plays more, in another order \
         too. The stations are scenarios of their own.</p>\n{}{}{}",
        escaped(&answer.title),
        escaped(&answer.text),
        escaped(&sentence(stations)),
        escaped(&basis(answer)),
        figure(&chart(stations), BARS),
        table(stations, "t-precedent", "In the order of the chart"),
        changes(stations)
    );
    section(
        "precedent",
        "10",
        "What carries over from a precedent",
        &body,
    )
}

/// The answer in one sentence made from the numbers.
fn sentence(stations: &[Station]) -> String {
    let (Some(start), Some(end)) = (stations.first(), stations.last()) else {
        return String::new();
    };
    let largest = steps(stations).max_by(|a, b| a.2.mean.abs().total_cmp(&b.2.mean.abs()));
    let mut text = format!(
        "Of what works and is aimed inside, {} comes through in the first case and {} in the last",
        with_range(&start.through.share(None)),
        with_range(&end.through.share(None))
    );
    if let Some((_, station, change)) = largest {
        push!(
            text,
            "; the largest step is “{}”, {}",
            station.title,
            points(change)
        );
    }
    text.push('.');
    text
}

fn basis(answer: &Waterfall) -> String {
    format!(
        "The same rules of a raid at every station; n = {} runs each, {} draws of the inputs, seed \
         {}. In brackets the middle 95{THIN}% of the draws: what is not known, and the luck of the \
         runs in a draw.",
        count(answer.runs as usize),
        answer.draws,
        answer.seed
    )
}

/// Position, station reached, and the change that led there.
fn steps(stations: &[Station]) -> impl Iterator<Item = (usize, &Station, Change)> {
    stations.windows(2).enumerate().map(|(i, pair)| {
        let change = pair[0].through.change(&pair[1].through, None);
        (i + 1, &pair[1], change)
    })
}

fn chart(stations: &[Station]) -> String {
    let shares: Vec<Share> = stations.iter().map(|s| s.through.share(None)).collect();
    let ends = steps(stations).flat_map(|(i, _, change)| {
        let from = shares[i - 1].mean;
        [from + change.hi95, shares[i].mean]
    });
    let most = ends
        .chain(shares.iter().map(|s| s.hi95))
        .filter(|v| v.is_finite())
        .fold(0.05, f64::max)
        .min(1.0);
    let x = Scale::linear([0.0, 100.0 * most], [0.0, PAGE_WIDTH - 70.0]);
    let bottom = ROW_PX * (stations.len() as f64 + 1.0) + 4.0;
    let mut svg = Svg::new(PAGE_WIDTH, bottom + 44.0);
    for tick in ticks(0.0, 100.0 * most, 6) {
        svg.line([x.px(tick), 0.0], [x.px(tick), bottom], "grid");
        svg.text(
            [x.px(tick), bottom + 16.0],
            if tick > 0.0 {
                Anchor::Middle
            } else {
                Anchor::Start
            },
            "tick",
            &format!("{tick:.0}"),
        );
    }
    let title = "share that comes through, %";
    svg.text(
        [PAGE_WIDTH / 2.0, bottom + 38.0],
        Anchor::Middle,
        "axis-title",
        title,
    );
    for (i, bar) in bars(stations, &shares).iter().enumerate() {
        push_bar(&mut svg, bar, ROW_PX * i as f64, x);
    }
    svg.finish(
        "chart",
        "Waterfall of the share that comes through; the table below holds the same numbers.",
    )
}

/// One bar of the chart, in shares.
struct Bar {
    title: String,
    from: f64,
    to: f64,
    ends: [f64; 2],
    text: String,
    class: &'static str,
}

fn bars(stations: &[Station], shares: &[Share]) -> Vec<Bar> {
    let total = |title: &str, share: &Share| Bar {
        title: title.to_owned(),
        from: 0.0,
        to: share.mean,
        ends: [share.lo95, share.hi95],
        text: percent(share.mean),
        class: "o0",
    };
    let mut bars = Vec::new();
    if let (Some(station), Some(share)) = (stations.first(), shares.first()) {
        bars.push(total(&station.title, share));
    }
    for (i, station, change) in steps(stations) {
        let from = shares[i - 1].mean;
        bars.push(Bar {
            title: station.title.clone(),
            from,
            to: shares[i].mean,
            ends: [from + change.lo95, from + change.hi95],
            text: points(change),
            class: if change.mean > 0.0 { "o6" } else { "o3" },
        });
    }
    bars.extend(shares.last().map(|share| total("where it ends", share)));
    bars
}

fn push_bar(svg: &mut Svg, bar: &Bar, top: f64, x: Scale) {
    let px = |share: f64| x.px(100.0 * share);
    let (a, b) = (px(bar.from), px(bar.to));
    svg.text(
        [0.0, top + 15.0],
        Anchor::Start,
        "bar-title halo",
        &bar.title,
    );
    let class = format!("bar {}", bar.class);
    svg.rect(
        [a.min(b), top + 21.0],
        [(b - a).abs().max(1.5), 18.0],
        &class,
    );
    if bar.ends.iter().all(|end| end.is_finite()) {
        let [low, high] = bar.ends.map(px);
        svg.line([low, top + 30.0], [high, top + 30.0], "mean");
    }
    let ends = bar.ends.map(px).into_iter().filter(|end| end.is_finite());
    let right = ends.clone().fold(a.max(b), f64::max) + 6.0;
    let left = ends.fold(a.min(b), f64::min) - 6.0;
    let wide = text_width(&bar.text, TEXT_PX);
    // Beside the bar where there is room, to its right or left; else after the title, or over the bar.
    let (at, anchor) = if right + wide <= PAGE_WIDTH {
        ([right, top + 35.0], Anchor::Start)
    } else if left >= wide {
        ([left, top + 35.0], Anchor::End)
    } else if text_width(&bar.title, TEXT_PX) + wide + 16.0 <= PAGE_WIDTH {
        ([PAGE_WIDTH, top + 15.0], Anchor::End)
    } else {
        ([PAGE_WIDTH, top + 35.0], Anchor::End)
    };
    svg.text(at, anchor, "direct halo", &bar.text);
}

fn percent(share: f64) -> String {
    if share.is_finite() {
        format!("{:.1}{THIN}%", 100.0 * share)
    } else {
        NONE.to_owned()
    }
}

fn with_range(share: &Share) -> String {
    if !share.mean.is_finite() {
        return NONE.to_owned();
    }
    let ends = range(
        &format!("{:.1}", 100.0 * share.lo95),
        &format!("{:.1}", 100.0 * share.hi95),
    );
    format!("{} ({ends})", percent(share.mean))
}

/// A change in percentage points with its interval.
fn points(change: Change) -> String {
    let signed = |value: f64| {
        let text = format!("{:.1}", 100.0 * value.abs());
        let sign = if value < -0.0005 { "−" } else { "+" };
        format!("{sign}{text}")
    };
    format!(
        "{} points ({} to {})",
        signed(change.mean),
        signed(change.lo95),
        signed(change.hi95)
    )
}

/// Classes met anywhere in these stations.
fn classes(stations: &[Station]) -> Vec<Class> {
    let all: Vec<Class> = stations.iter().flat_map(|s| s.through.classes()).collect();
    let met = |class: &Class| all.contains(class);
    Class::ALL.into_iter().filter(met).collect()
}

fn table(stations: &[Station], id: &str, caption: &str) -> String {
    let classes = classes(stations);
    let caption = format!("{caption}: share that comes through, % (middle 95 % of the draws)");
    let mut table = Table::new(id, caption)
        .class("steps")
        .text_column("After")
        .number_column("aimed inside, per raid")
        .number_column("all")
        .number_column("change, points");
    for class in &classes {
        table = table.number_column(class_name(*class));
    }
    let mut before: Option<&Station> = None;
    for station in stations {
        let all = station.through.share(None);
        let change = before.map_or(NONE.to_owned(), |before| {
            points(before.through.change(&station.through, None)).replace(" points", "")
        });
        let mut row = vec![
            Cell::Head(station.title.clone()),
            Cell::Number(format!("{:.0}", all.working)),
            Cell::stacked(&with_range(&all)),
            Cell::stacked(&change),
        ];
        let of = |class: &Class| Cell::stacked(&with_range(&station.through.share(Some(*class))));
        row.extend(classes.iter().map(of));
        table.row(row);
        before = Some(station);
    }
    table.finish()
}

/// What exactly each step changes.
fn changes(stations: &[Station]) -> String {
    let mut out = String::from("<dl>");
    for station in stations.iter().filter(|s| !s.note.is_empty()) {
        push!(
            out,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escaped(&station.name),
            escaped(&station.note)
        );
    }
    out.push_str("</dl>\n");
    out
}

/// The table of the first order for a terminal.
pub fn carryover_table(answer: &Waterfall) -> String {
    let mut out = format!("{}\n", answer.title);
    for (i, stations) in answer.orders.iter().enumerate() {
        if i == 0 {
            push!(out, "{}\n{}\n", sentence(stations), basis(answer));
        } else {
            out.push_str("\nIn another order\n");
        }
        push!(
            out,
            "\n{:58} {:>9}  {:>17}  change, points\n",
            "after",
            "inside",
            "through, %"
        );
        let mut before: Option<&Station> = None;
        for station in stations {
            let share = station.through.share(None);
            let change = before.map_or(String::new(), |before| {
                points(before.through.change(&station.through, None)).replace(" points", "")
            });
            let through = format!(
                "{:.1} ({:.1}–{:.1})",
                100.0 * share.mean,
                100.0 * share.lo95,
                100.0 * share.hi95
            );
            let mut title = station.title.as_str();
            if title.chars().count() > 58 {
                push!(out, "{title}\n");
                title = "";
            }
            push!(
                out,
                "{title:58} {:>9.0}  {through:>17}  {change}\n",
                share.working
            );
            before = Some(station);
        }
    }
    out
}

/// The same numbers as JSON.
pub fn carryover_json(answer: &Waterfall) -> String {
    format!("{:#}\n", json_of(answer))
}

/// The numbers of a precedent as a value; null without one.
pub(crate) fn precedent_json(answer: Option<&Waterfall>) -> Value {
    answer.map_or(Value::Null, json_of)
}

fn json_of(answer: &Waterfall) -> Value {
    let number = |x: f64| if x.is_finite() { json!(x) } else { Value::Null };
    let share = |share: Share| {
        json!({
            "mean": number(share.mean), "lo95": number(share.lo95), "hi95": number(share.hi95),
            "working": number(share.working),
        })
    };
    let station = |(i, stations): (usize, &[Station])| {
        let station = &stations[i];
        let classes = station.through.classes();
        let by_class: serde_json::Map<String, Value> = classes
            .iter()
            .map(|class| {
                let value = share(station.through.share(Some(*class)));
                (class.name().to_owned(), value)
            })
            .collect();
        let change = (i > 0).then(|| stations[i - 1].through.change(&station.through, None));
        json!({
            "step": station.name, "title": station.title, "note": station.note,
            "hash": station.hash, "through": share(station.through.share(None)),
            "classes": by_class,
            "change": change.map(|c| json!({
                "mean": number(c.mean), "lo95": number(c.lo95), "hi95": number(c.hi95),
            })),
        })
    };
    let order = |stations: &Vec<Station>| -> Value {
        let all = (0..stations.len()).map(|i| station((i, stations)));
        Value::Array(all.collect())
    };
    let orders: Vec<Value> = answer.orders.iter().map(order).collect();
    json!({
        "title": answer.title, "text": answer.text, "runs": answer.runs, "draws": answer.draws,
        "seed": answer.seed, "orders": orders,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left and right end, and the line, of every text of a drawing.
    fn texts(svg: &str) -> Vec<(f64, f64, String)> {
        let value = |tag: &str, name: &str| -> Option<String> {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let all = svg.split("<text").skip(1).filter_map(|tag| {
            let (_, words) = tag.split_once('>')?;
            let words = words.split_once('<')?.0;
            let x: f64 = value(tag, "x")?.parse().ok()?;
            let wide = text_width(words, TEXT_PX);
            let left = match value(tag, "text-anchor")?.as_str() {
                "end" => x - wide,
                "middle" => x - wide / 2.0,
                _ => x,
            };
            Some((left, left + wide, value(tag, "y")?))
        });
        all.collect()
    }

    #[test]
    fn numbers_of_bars_do_not_run_into_titles() {
        let title = "density: the batteries the debate spoke of, beside Ukraine's own defence";
        for (from, to, ends) in [
            (0.08, 0.22, [0.19, 0.28]),
            (0.22, 0.03, [0.01, 0.06]),
            (0.02, 0.04, [0.0, 0.05]),
        ] {
            let bar = Bar {
                title: title.to_owned(),
                from,
                to,
                ends,
                text: "+14.1 points (+10.3 to +19.3)".to_owned(),
                class: "o6",
            };
            let mut svg = Svg::new(PAGE_WIDTH, 60.0);
            let x = Scale::linear([0.0, 28.0], [0.0, PAGE_WIDTH - 70.0]);
            push_bar(&mut svg, &bar, 0.0, x);
            let found = texts(&svg.finish("chart", ""));
            let [title, number] = &found[..] else {
                panic!("a title and a number")
            };
            let apart = title.2 != number.2 || title.1 < number.0;
            assert!(apart, "{from} to {to}: {found:?}");
            assert!(number.0 >= 0.0 && number.1 <= PAGE_WIDTH + 0.1, "{found:?}");
        }
    }
}

//! The figure of a card: the number and what it becomes when an input is varied, against the
//! threshold.

use crate::svg::{Anchor, Scale, Svg, text_width, ticks};
use cupola_campaign::claims::{Judged, Number, Verdict};
use cupola_scenario::claims::Direction;

const WIDTH: f64 = 680.0;
const LEFT: f64 = 300.0;
const RIGHT: f64 = WIDTH - 20.0;
const ROW: f64 = 24.0;
const TEXT_PX: f64 = 14.7;

/// A row for the claim's number, then one for each value of each varied input.
pub(super) fn figure(judged: &Judged) -> String {
    let factor = if judged.claim.quantity.unit == "share" {
        100.0
    } else {
        1.0
    };
    let threshold = &judged.claim.threshold;
    let numbers = || {
        let varied = judged.variants.iter().map(|variant| &variant.number);
        std::iter::once(&judged.number).chain(varied)
    };
    let ends = numbers().flat_map(|n| [n.value, n.lo, n.hi]);
    let high = ends
        .chain([threshold.holds, threshold.fails])
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    let x = Scale::linear([0.0, high * factor * 1.05], [LEFT, RIGHT]);
    let rows = rows(judged);
    let bottom = 34.0 + ROW * rows.len() as f64;
    let mut svg = Svg::new(WIDTH, bottom + 44.0);
    push_zones(&mut svg, judged, x, factor, bottom);
    for tick in ticks(0.0, high * factor * 1.05, 6) {
        svg.line([x.px(tick), bottom], [x.px(tick), bottom + 4.0], "axis");
        let at = [x.px(tick), bottom + 18.0];
        svg.text(at, Anchor::Middle, "tick", &crate::format::plain(tick));
    }
    svg.line([LEFT, bottom], [RIGHT, bottom], "axis");
    let unit = if factor > 1.0 {
        "%"
    } else {
        &judged.claim.quantity.unit
    };
    let middle = [f64::midpoint(LEFT, RIGHT), bottom + 38.0];
    svg.text(middle, Anchor::Middle, "axis-title", unit);
    for (i, (text, number)) in rows.iter().enumerate() {
        let y = 12.0 + ROW * (i as f64 + 0.5);
        let class = if number.is_none() {
            "axis-title"
        } else {
            "direct"
        };
        // The name of an input has its row to itself.
        let room = if number.is_none() { WIDTH } else { LEFT } - 14.0;
        let text = shortened(text, room);
        let class = format!("{class} halo");
        svg.text([0.0, y + 5.0], Anchor::Start, &class, &text);
        if let Some((number, verdict)) = number {
            push_number(&mut svg, number, *verdict, x, factor, y);
        }
    }
    let alt = format!(
        "{}: the number and its interval, and the same with each input varied, against the threshold.",
        judged.claim.title
    );
    svg.finish("chart", &alt)
}

type Line<'a> = (String, Option<(&'a Number, Verdict)>);

fn rows(judged: &Judged) -> Vec<Line<'_>> {
    let mut rows: Vec<Line<'_>> = vec![(
        "as claimed".to_owned(),
        Some((&judged.number, judged.alone)),
    )];
    let mut last = "";
    for variant in &judged.variants {
        if variant.input != last {
            rows.push((variant.input.clone(), None));
            last = &variant.input;
        }
        let written = variant.value.trim_matches('"');
        let text = format!("\u{2003}{}", variant.words.as_deref().unwrap_or(written));
        rows.push((text, Some((&variant.number, variant.verdict))));
    }
    rows
}

/// Where the claim holds and where it fails, as bands.
fn push_zones(svg: &mut Svg, judged: &Judged, x: Scale, factor: f64, bottom: f64) {
    let threshold = &judged.claim.threshold;
    let [holds, fails] = [threshold.holds, threshold.fails].map(|v| x.px(v * factor));
    let (good, bad) = match threshold.direction {
        Direction::AtLeast => ([holds, RIGHT], [LEFT, fails]),
        Direction::AtMost => ([LEFT, holds], [fails, RIGHT]),
    };
    for ([from, to], class, word) in [(good, "zone holds", "holds"), (bad, "zone fails", "fails")] {
        svg.rect([from, 8.0], [to - from, bottom - 8.0], class);
        if to - from > text_width(word, TEXT_PX) + 8.0 {
            let at = [f64::midpoint(from, to), bottom - 6.0];
            svg.text(at, Anchor::Middle, "tick", word);
        }
    }
}

fn push_number(svg: &mut Svg, number: &Number, verdict: Verdict, x: Scale, factor: f64, y: f64) {
    let class = verdict.name();
    let px = |value: f64| x.px(value * factor).clamp(LEFT, RIGHT);
    if number.lo.is_finite() && number.hi.is_finite() {
        let ends = [px(number.lo), px(number.hi)];
        svg.line(
            [ends[0], y],
            [ends[1], y],
            &format!("thick verdict-{class}"),
        );
    }
    if number.value.is_finite() {
        svg.circle([px(number.value), y], 5.0, &format!("dot verdict-{class}"));
    }
}

fn shortened(text: &str, width: f64) -> String {
    if text_width(text, TEXT_PX) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if text_width(&kept, TEXT_PX) > width - TEXT_PX {
            break;
        }
    }
    kept + "…"
}

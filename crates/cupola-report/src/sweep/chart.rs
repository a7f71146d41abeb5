//! A response curve: a line and its interval for each option, over the values of the swept field.

use super::series::{Wanted, curve, places};
use crate::charts::option_class;
use crate::format::{letter, plain};
use crate::svg::{Anchor, Scale, Svg, polyline, text_width, ticks};
use cupola_campaign::sweep::{Point, Response};

const WIDTH: f64 = 336.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = WIDTH - 26.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 172.0;
const TEXT_PX: f64 = 14.7;

/// The drawing; nothing when no option has a number, or every number is zero.
pub(crate) fn response_chart(
    response: &Response,
    points: &[&Point],
    wanted: &Wanted,
) -> Option<String> {
    let curves: Vec<Vec<[f64; 3]>> = (0..response.options.len())
        .map(|option| curve(points, option, wanted))
        .collect();
    let numbers = || {
        let all = curves.iter().flatten().flatten().copied();
        all.filter(|value| value.is_finite())
    };
    let high = numbers().fold(0.0, f64::max);
    let low = numbers().fold(0.0, f64::min);
    if high - low <= 1e-12 {
        return None;
    }
    let names: Vec<String> = points
        .iter()
        .filter_map(|p| p.values.first().cloned())
        .collect();
    let (at, numeric) = places(&names);
    let lowest = at.iter().copied().fold(f64::INFINITY, f64::min);
    let last = at.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let x = Scale::linear([lowest, last], [LEFT, RIGHT]);
    let y = Scale::linear([low, high * 1.02], [BOTTOM, TOP]);
    let mut svg = Svg::new(WIDTH, BOTTOM + if numeric { 44.0 } else { 62.0 });
    push_axes(&mut svg, [x, y], [low, high], wanted.unit);
    push_values(&mut svg, x, &at, &names, numeric, [lowest, last]);
    let path = response.axes.first().map_or("", |axis| axis.path.as_str());
    let first = response.first_letter;
    if numeric {
        let middle = f64::midpoint(LEFT, RIGHT);
        svg.text(
            [middle, BOTTOM + 38.0],
            Anchor::Middle,
            "axis-title",
            &axis_words(path),
        );
    }
    for (option, curve) in curves.iter().enumerate() {
        push_band(&mut svg, curve, &at, [x, y], first + option);
    }
    for (option, curve) in curves.iter().enumerate() {
        push_line(&mut svg, curve, &at, [x, y], first + option);
    }
    push_letters(&mut svg, &curves, y, first);
    let alt = format!("{} by {path}, a line for each option.", wanted.title);
    Some(svg.finish("chart", &alt))
}

/// The last key of a path in words: `fire_units[*].line.distance_km` is `distance, km`.
pub(super) fn axis_words(path: &str) -> String {
    const UNITS: [(&str, &str); 9] = [
        ("_km_h", "km/h"),
        ("_km", "km"),
        ("_m", "m"),
        ("_s", "s"),
        ("_min", "min"),
        ("_weeks", "weeks"),
        ("_share", "share of one"),
        ("_deg", "degrees"),
        ("_musd", "million US dollars"),
    ];
    let key = path.rsplit('.').next().unwrap_or(path);
    let unit = UNITS
        .iter()
        .find_map(|(end, unit)| Some((key.strip_suffix(end)?, unit)));
    match unit {
        Some((name, unit)) => format!("{}, {unit}", name.replace('_', " ")),
        None => key.replace('_', " "),
    }
}

fn push_axes(svg: &mut Svg, [_, y]: [Scale; 2], [low, high]: [f64; 2], unit: &str) {
    for tick in ticks(low, high * 1.02, 5) {
        svg.line([LEFT, y.px(tick)], [RIGHT, y.px(tick)], "grid");
        let text = plain(tick);
        svg.text([LEFT - 6.0, y.px(tick) + 5.0], Anchor::End, "tick", &text);
    }
    svg.line([LEFT, BOTTOM], [RIGHT, BOTTOM], "axis");
    svg.text_upwards([12.0, f64::midpoint(TOP, BOTTOM)], "axis-title", unit);
}

fn push_values(
    svg: &mut Svg,
    x: Scale,
    at: &[f64],
    names: &[String],
    numeric: bool,
    [first, last]: [f64; 2],
) {
    if numeric {
        for tick in ticks(first, last, 5) {
            svg.line([x.px(tick), BOTTOM], [x.px(tick), BOTTOM + 4.0], "axis");
            let at = [x.px(tick), BOTTOM + 18.0];
            svg.text(at, Anchor::Middle, "tick", &plain(tick));
        }
        return;
    }
    // Words stand in three rows below each other, so that neighbours do not run together.
    for (i, (place, name)) in at.iter().zip(names).enumerate() {
        let name = shortened(name.trim_matches('"'));
        let half = text_width(&name, TEXT_PX) / 2.0;
        let middle = x.px(*place).clamp(half, (WIDTH - half).max(half));
        svg.line([x.px(*place), BOTTOM], [x.px(*place), BOTTOM + 4.0], "axis");
        let at = [middle, BOTTOM + 18.0 + 16.0 * (i % 3) as f64];
        svg.text(at, Anchor::Middle, "tick", &name);
    }
}

fn shortened(name: &str) -> String {
    const MOST: usize = 24;
    if name.chars().count() <= MOST {
        return name.to_owned();
    }
    let head: String = name.chars().take(MOST - 1).collect();
    format!("{head}…")
}

fn push_band(svg: &mut Svg, curve: &[[f64; 3]], at: &[f64], [x, y]: [Scale; 2], option: usize) {
    let known = || {
        let pairs = at.iter().zip(curve);
        pairs.filter(|(_, [_, low, high])| low.is_finite() && high.is_finite())
    };
    let mut ring: Vec<[f64; 2]> = known().map(|(at, c)| [x.px(*at), y.px(c[2])]).collect();
    let mut below: Vec<[f64; 2]> = known().map(|(at, c)| [x.px(*at), y.px(c[1])]).collect();
    below.reverse();
    ring.extend(below);
    if ring.len() > 3 {
        let class = format!("band {}", option_class(option));
        svg.path(&format!("{}Z", polyline(&ring)), &class);
    }
}

fn push_line(svg: &mut Svg, curve: &[[f64; 3]], at: &[f64], [x, y]: [Scale; 2], option: usize) {
    let pairs = at.iter().zip(curve).filter(|(_, c)| c[0].is_finite());
    let line: Vec<[f64; 2]> = pairs.map(|(at, c)| [x.px(*at), y.px(c[0])]).collect();
    let class = option_class(option);
    svg.path(&polyline(&line), &format!("series {class}"));
    for &point in &line {
        svg.circle(point, 3.0, &format!("dot {class}"));
    }
}

/// The letter of each option at the right end of its line, spread where lines end together.
fn push_letters(svg: &mut Svg, curves: &[Vec<[f64; 3]>], y: Scale, first: usize) {
    let end = |curve: &Vec<[f64; 3]>| curve.iter().rev().find(|c| c[0].is_finite()).map(|c| c[0]);
    let mut ends: Vec<(f64, usize)> = curves
        .iter()
        .enumerate()
        .filter_map(|(option, curve)| Some((y.px(end(curve)?), option)))
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let gap = TEXT_PX;
    for i in 1..ends.len() {
        ends[i].0 = ends[i].0.max(ends[i - 1].0 + gap);
    }
    // What would stand below the axis moves up again, and pushes the others before it.
    let mut limit = BOTTOM;
    for end in ends.iter_mut().rev() {
        end.0 = end.0.min(limit);
        limit = end.0 - gap;
    }
    for (place, option) in ends {
        let class = format!("direct {}", option_class(first + option));
        let text = letter(first + option);
        svg.text([RIGHT + 8.0, place + 5.0], Anchor::Start, &class, &text);
    }
}

#[cfg(test)]
mod tests {
    use super::axis_words;

    #[test]
    fn an_axis_says_its_field_in_words() {
        for (path, words) in [
            ("fire_units[*].line.distance_km", "distance, km"),
            ("rules.own-soil.consent_s", "consent, s"),
            ("options.six.release", "release"),
            ("question.as_of", "as of"),
        ] {
            assert_eq!(axis_words(path), words);
        }
    }
}

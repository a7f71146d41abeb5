//! Line chart of cover, stacked bars of fates, bars of sensitivity.

use cupola_campaign::{Measure, Sensitivity};

use crate::format::{height, letter, mean_count, percent, plain};
use crate::input_words::in_words;
use crate::map_base::MAP_WIDTH;
use crate::svg::{Anchor, Scale, Svg, polyline, text_width, ticks};
use crate::view::{Interval, View, leaked};

/// Width of a figure that fills A4 between its margins, CSS pixels.
pub(crate) const PAGE_WIDTH: f64 = 680.0;
const TEXT_PX: f64 = 14.7;

/// Colour class of an option; the same everywhere.
pub(crate) fn option_class(option: usize) -> String {
    format!("o{}", option % 8)
}

/// Share of area and people over whom a cruise missile can be engaged, by its height.
pub(crate) fn cover_by_altitude(view: View<'_>, option: usize) -> String {
    let people = view.cover_all(option, "people_under_floor");
    let area = view.cover_all(option, "area_under_floor");
    let heights = || people.iter().chain(&area).filter_map(|m| m.height_m);
    let low = heights().fold(f64::INFINITY, f64::min);
    let high = heights().fold(0.0, f64::max);
    if !low.is_finite() || low >= high {
        return String::new();
    }
    let (left, right, top, bottom) = (52.0, MAP_WIDTH - 62.0, 10.0, 108.0);
    let x = Scale::log([low, high], [left, right]);
    let y = Scale::linear([0.0, 100.0], [bottom, top]);
    let mut svg = Svg::new(MAP_WIDTH, bottom + 46.0);
    for share in [0.0, 50.0, 100.0] {
        svg.line([left, y.px(share)], [right, y.px(share)], "grid");
        svg.text(
            [left - 6.0, y.px(share) + 5.0],
            Anchor::End,
            "tick",
            &plain(share),
        );
    }
    for tick in [10.0, 100.0, 1_000.0, 10_000.0] {
        if tick >= low * 0.99 && tick <= high * 1.01 {
            svg.line([x.px(tick), bottom], [x.px(tick), bottom + 4.0], "axis");
            svg.text(
                [x.px(tick), bottom + 18.0],
                Anchor::Middle,
                "tick",
                &height(tick),
            );
        }
    }
    svg.line([left, bottom], [right, bottom], "axis");
    let middle = f64::midpoint(left, right);
    let title = format!("height above ground; {}", view.n_of_cover());
    svg.text(
        [middle, bottom + 38.0],
        Anchor::Middle,
        "axis-title",
        &title,
    );
    svg.text_upwards([14.0, f64::midpoint(top, bottom)], "axis-title", "share, %");
    let class = option_class(option);
    let end = |of: &[&Measure]| {
        of.last()
            .map_or(bottom, |m| y.px(Interval::Expected.of(m)[0]))
    };
    let (mut people_y, mut area_y) = (end(&people), end(&area));
    if (people_y - area_y).abs() < TEXT_PX {
        let shift = (TEXT_PX - (people_y - area_y).abs()) / 2.0;
        let sign = if people_y <= area_y { 1.0 } else { -1.0 };
        people_y -= sign * shift;
        area_y += sign * shift;
        let beyond = people_y.max(area_y) - bottom;
        (people_y, area_y) = (people_y - beyond.max(0.0), area_y - beyond.max(0.0));
    }
    for (series, dashed, name, label_y) in [
        (&area, " dashed", "area", area_y),
        (&people, "", "people", people_y),
    ] {
        push_series(&mut svg, series, &class, dashed, [x, y]);
        svg.text([right + 5.0, label_y + 5.0], Anchor::Start, "direct", name);
    }
    let alt = format!(
        "Share of area and people under {} over whom a cruise missile can be engaged, by its \
         height above ground.",
        view.title(option)
    );
    svg.finish("chart", &alt)
}

fn push_series(svg: &mut Svg, series: &[&Measure], class: &str, dashed: &str, [x, y]: [Scale; 2]) {
    let at = |m: &&Measure, pick: usize| {
        let share = Interval::Expected.of(m)[pick];
        let share = if share.is_finite() {
            share
        } else {
            Interval::Expected.of(m)[0]
        };
        [x.px(m.height_m.unwrap_or(0.0)), y.px(share)]
    };
    let mut band: Vec<[f64; 2]> = series.iter().map(|m| at(m, 2)).collect();
    band.extend(series.iter().rev().map(|m| at(m, 1)));
    svg.path(&format!("{}Z", polyline(&band)), &format!("band {class}"));
    let line: Vec<[f64; 2]> = series.iter().map(|m| at(m, 0)).collect();
    svg.path(&polyline(&line), &format!("series {class}{dashed}"));
}

/// How the threats of the main raid end, a bar per option.
pub(crate) fn fates(view: View<'_>) -> String {
    let options = view.options().len();
    let all: Vec<_> = (0..options).map(|i| view.fates(i)).collect();
    let total = |i: usize| all[i].iter().map(|f| f.1).sum::<f64>();
    let most = (0..options).map(total).fold(0.0, f64::max);
    let row = 58.0;
    let bottom = row * options as f64 + 4.0;
    let x = Scale::linear([0.0, most], [0.0, PAGE_WIDTH - 4.0]);
    let mut svg = Svg::new(PAGE_WIDTH, bottom + 44.0);
    for tick in ticks(0.0, most, 8) {
        svg.line([x.px(tick), 18.0], [x.px(tick), bottom], "grid");
        let anchor = if tick > 0.0 {
            Anchor::Middle
        } else {
            Anchor::Start
        };
        svg.text([x.px(tick), bottom + 16.0], anchor, "tick", &plain(tick));
    }
    let title = "threats aimed inside the area, mean number per raid";
    svg.text(
        [PAGE_WIDTH / 2.0, bottom + 38.0],
        Anchor::Middle,
        "axis-title",
        title,
    );
    for (i, fates) in all.iter().enumerate() {
        let top = row * i as f64;
        let leaks: f64 = fates.iter().filter(|f| leaked(f.0)).map(|f| f.1).sum();
        svg.rect(
            [0.0, top + 1.0],
            [20.0, 19.0],
            &format!("bar {}", option_class(i)),
        );
        let class = format!("on-bar {}", option_class(i));
        svg.text([10.0, top + 16.0], Anchor::Middle, &class, &letter(i));
        svg.text(
            [27.0, top + 16.0],
            Anchor::Start,
            "bar-title",
            view.title(i),
        );
        let text = format!("leaked {}", mean_count(leaks));
        svg.text(
            [x.px(total(i)), top + 16.0],
            Anchor::End,
            "bar-title",
            &text,
        );
        let mut sum = 0.0;
        for (k, (_, n)) in fates.iter().enumerate().filter(|(_, f)| f.1 > 0.0) {
            let (from, to) = (x.px(sum), x.px(sum + n));
            svg.rect([from, top + 22.0], [to - from, 26.0], &format!("fate f{k}"));
            let text = mean_count(*n);
            if text_width(&text, TEXT_PX) + 4.0 < to - from {
                let at = [f64::midpoint(from, to), top + 40.0];
                svg.text(at, Anchor::Middle, &format!("in f{k}"), &text);
            }
            sum += n;
        }
    }
    let alt = "Stacked bars: how the threats aimed inside the area end under each option; the \
               table below holds the same numbers.";
    svg.finish("chart", alt)
}

/// Mean of the main measure where an input lies in its lowest and in its highest quarter.
pub(crate) fn tornado(view: View<'_>, option: usize, drivers: &[&Sensitivity]) -> String {
    let Some(mean) = view.measure(option, "leakers", None).map(|m| m.mean) else {
        return String::new();
    };
    let values = || {
        drivers
            .iter()
            .flat_map(|s| [s.mean_low, s.mean_high])
            .chain([mean])
    };
    let low = values()
        .filter(|v| v.is_finite())
        .fold(f64::INFINITY, f64::min);
    let high = values()
        .filter(|v| v.is_finite())
        .fold(f64::NEG_INFINITY, f64::max);
    let pad = ((high - low) * 0.1).max(1e-6);
    let (left, right) = (60.0, PAGE_WIDTH - 60.0);
    let x = Scale::linear([(low - pad).max(0.0), high + pad], [left, right]);
    let row = 48.0;
    let bottom = 22.0 + row * drivers.len() as f64;
    let mut svg = Svg::new(PAGE_WIDTH, bottom + 46.0);
    for tick in ticks((low - pad).max(0.0), high + pad, 6) {
        svg.line([x.px(tick), 22.0], [x.px(tick), bottom], "grid");
        svg.text(
            [x.px(tick), bottom + 18.0],
            Anchor::Middle,
            "tick",
            &plain(tick),
        );
    }
    svg.line([x.px(mean), 18.0], [x.px(mean), bottom], "mean");
    let text = format!("mean {}", mean_count(mean));
    svg.text([x.px(mean), 14.0], Anchor::Middle, "direct", &text);
    let title = "expected leakers per raid";
    svg.text(
        [PAGE_WIDTH / 2.0, bottom + 40.0],
        Anchor::Middle,
        "axis-title",
        title,
    );
    for (k, driver) in drivers.iter().enumerate() {
        push_driver(&mut svg, driver, 24.0 + row * k as f64, x, option);
    }
    let alt = format!(
        "Bars: expected leakers under {} where each input lies in its lowest and in its highest \
         quarter.",
        view.title(option)
    );
    svg.finish("chart", &alt)
}

fn push_driver(svg: &mut Svg, driver: &Sensitivity, top: f64, x: Scale, option: usize) {
    let share = percent(driver.first_order);
    let text = format!("{} · {share} of the variance", in_words(&driver.input));
    svg.text([0.0, top + 15.0], Anchor::Start, "direct halo", &text);
    let (a, b) = (x.px(driver.mean_low), x.px(driver.mean_high));
    let y = top + 21.0;
    let class = format!("bar {}", option_class(option));
    svg.rect([a.min(b), y], [(b - a).abs().max(1.0), 16.0], &class);
    let ends = if a <= b {
        [Anchor::End, Anchor::Start]
    } else {
        [Anchor::Start, Anchor::End]
    };
    let low = format!("low {}", mean_count(driver.mean_low));
    let high = format!("high {}", mean_count(driver.mean_high));
    for (at, anchor, text) in [(a, ends[0], low), (b, ends[1], high)] {
        let shift = if anchor == Anchor::End { -5.0 } else { 5.0 };
        svg.text([at + shift, y + 13.0], anchor, "tick halo", &text);
    }
}

/// Number, thin line and thick line on a scale: the mark of a cell in a table.
pub(crate) fn dot_mark(
    x: Scale,
    [value, thick_low, thick_high]: [f64; 3],
    thin: Option<[f64; 2]>,
    class: &str,
    zero: bool,
) -> String {
    let mut svg = Svg::new(DOT_WIDTH, DOT_HEIGHT);
    let y = DOT_HEIGHT / 2.0;
    svg.line([0.0, y], [DOT_WIDTH, y], "rail");
    if zero {
        svg.line([x.px(0.0), 0.0], [x.px(0.0), DOT_HEIGHT], "zero");
    }
    if let Some([low, high]) = thin.filter(|t| t.iter().all(|v| v.is_finite())) {
        svg.line([x.px(low), y], [x.px(high), y], "thin");
    }
    if thick_low.is_finite() && thick_high.is_finite() {
        svg.line([x.px(thick_low), y], [x.px(thick_high), y], "thick");
    }
    if value.is_finite() {
        svg.circle([x.px(value), y], 4.0, "dot");
    }
    svg.finish_hidden(&format!("dots {class}"))
}

/// Size of the mark in a cell.
pub(crate) const DOT_WIDTH: f64 = 96.0;
const DOT_HEIGHT: f64 = 16.0;
/// The part of it that the scale spans.
pub(crate) const DOT_SPAN: [f64; 2] = [6.0, DOT_WIDTH - 6.0];

/// Ends of a scale as text below a column of marks.
pub(crate) fn scale_ends(low: &str, high: &str) -> String {
    format!(
        "<span class=\"ends\"><span>{}</span><span>{}</span></span>",
        crate::svg::escaped(low),
        crate::svg::escaped(high)
    )
}

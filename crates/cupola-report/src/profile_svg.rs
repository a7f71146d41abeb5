//! One line of sight as a picture: ground, the lowest height seen over it, what blocks it.
//!
//! Heights are above sea, so the sea is level and a straight line of sight bends upwards; the dashed
//! line is the one that leaves the antenna level.

use crate::format::THIN;
use crate::svg::{Anchor, Scale, Svg, polyline, ticks};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 460.0;
const LEFT: f64 = 78.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 56.0;
/// Points drawn at most: more do not show.
const POINTS_MAX: usize = 2_000;

const STYLE: &str = "<style>.paper{fill:#fff}text{font-family:system-ui,sans-serif;font-size:14px;fill:#1a1a1a}\
.title{font-size:17px;font-weight:600}.ground{fill:#c9b79a;stroke:#6b5a3e;stroke-width:1}\
.hidden{fill:#5b5f73;fill-opacity:.28}.seen{fill:#d8ecf7}.floor{fill:none;stroke:#1f4e79;stroke-width:2}\
.level{fill:none;stroke:#1f4e79;stroke-width:1;stroke-dasharray:5 4}\
.sight{fill:none;stroke:#c0392b;stroke-width:1.5}.grid{stroke:#fff;stroke-width:1}\
.axis{stroke:#1a1a1a;stroke-width:1}.site{fill:#c0392b;stroke:#fff;stroke-width:1.5}\
.block{fill:#fff;stroke:#c0392b;stroke-width:2.5}.target{fill:#1a1a1a}.mast{stroke:#c0392b;stroke-width:3}\
.halo{paint-order:stroke;stroke:#fff;stroke-width:4px}</style>";

/// A point of the line; all in metres, heights above sea.
#[derive(Clone, Copy, Debug)]
pub struct PicturePoint {
    /// Ground distance from the antenna.
    pub distance_m: f64,
    /// The ground; NaN where unknown.
    pub ground_m: f64,
    /// How far the Earth falls away.
    pub drop_m: f64,
    /// The lowest height seen; NaN where unknown.
    pub floor_m: f64,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub struct ProfilePicture<'a> {
    /// The antenna's place first.
    pub points: &'a [PicturePoint],
    /// Height of the antenna above sea, metres.
    pub antenna_m: f64,
    /// The point that blocks the sight to the end.
    pub blocked_by: Option<usize>,
    /// Height of a target over the end above sea, metres, and whether it is seen.
    pub target: Option<(f64, bool)>,
    /// A line over the picture.
    pub title: String,
}

/// The picture as an SVG file.
pub fn profile_svg(picture: &ProfilePicture<'_>) -> String {
    let points = thinned(picture);
    let end = points.last().map_or(1.0, |point| point.distance_m);
    let (low, high) = heights(picture, &points);
    let x = Scale::linear([0.0, end], [LEFT, WIDTH - RIGHT]);
    let y = Scale::linear([low, high], [HEIGHT - BOTTOM, TOP]);
    let mut svg = Svg::new(WIDTH, HEIGHT);
    svg.raw(STYLE);
    svg.rect([0.0, 0.0], [WIDTH, HEIGHT], "paper");
    svg.rect(
        [LEFT, TOP],
        [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM],
        "seen",
    );
    let line = |height: &dyn Fn(&PicturePoint) -> f64| -> Vec<[f64; 2]> {
        let known = points.iter().filter(|point| !height(point).is_nan());
        known
            .map(|point| [x.px(point.distance_m), y.px(height(point))])
            .collect()
    };
    let (ground, floor) = (line(&|p| p.ground_m), line(&|p| p.floor_m));
    svg.path(&closed(&floor, HEIGHT - BOTTOM), "hidden");
    svg.path(&closed(&ground, HEIGHT - BOTTOM), "ground");
    axes(&mut svg, x, y, [end, low, high]);
    svg.path(&polyline(&line(&|p| picture.antenna_m + p.drop_m)), "level");
    svg.path(&polyline(&floor), "floor");
    marks(&mut svg, picture, x, y);
    svg.text([LEFT, 25.0], Anchor::Start, "title", &picture.title);
    let text = svg.finish("profile", &picture.title);
    text.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1) + "\n"
}

/// Points at even steps, with what blocks and the end.
fn thinned(picture: &ProfilePicture<'_>) -> Vec<PicturePoint> {
    let step = picture.points.len().div_ceil(POINTS_MAX).max(1);
    let last = picture.points.len().saturating_sub(1);
    let kept = |i: usize| i.is_multiple_of(step) || i == last || picture.blocked_by == Some(i);
    let points = picture.points.iter().enumerate();
    points
        .filter(|(i, _)| kept(*i))
        .map(|(_, point)| *point)
        .collect()
}

/// The lowest and highest height shown, with some air above.
fn heights(picture: &ProfilePicture<'_>, points: &[PicturePoint]) -> (f64, f64) {
    let of = |pick: fn(&PicturePoint) -> f64| points.iter().map(pick).filter(|v| !v.is_nan());
    let low = of(|p| p.ground_m)
        .fold(f64::INFINITY, f64::min)
        .min(picture.antenna_m);
    let top = of(|p| p.ground_m).chain(of(|p| p.floor_m));
    let target = picture
        .target
        .map_or(f64::NEG_INFINITY, |(height, _)| height);
    let high = top.fold(picture.antenna_m.max(target), f64::max);
    let span = (high - low).max(50.0);
    (low - 0.08 * span, high + 0.12 * span)
}

fn closed(points: &[[f64; 2]], base: f64) -> String {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return String::new();
    };
    let mut all = vec![[first[0], base]];
    all.extend_from_slice(points);
    all.push([last[0], base]);
    polyline(&all) + "Z"
}

fn axes(svg: &mut Svg, x: Scale, y: Scale, [end, low, high]: [f64; 3]) {
    let base = HEIGHT - BOTTOM;
    let kilometres = end >= 5_000.0;
    let unit = if kilometres { 1000.0 } else { 1.0 };
    for tick in ticks(0.0, end / unit, 8) {
        let at = x.px(tick * unit);
        svg.line([at, base], [at, base + 5.0], "axis");
        svg.text([at, base + 21.0], Anchor::Middle, "tick", &number(tick));
    }
    let name = if kilometres { "km" } else { "m" };
    let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
    let text = format!("distance along the ground, {name}");
    svg.text([middle, HEIGHT - 14.0], Anchor::Middle, "name", &text);
    for tick in ticks(low, high, 6) {
        let at = y.px(tick);
        svg.line([LEFT - 5.0, at], [LEFT, at], "axis");
        svg.text([LEFT - 9.0, at + 5.0], Anchor::End, "tick", &number(tick));
    }
    svg.text_upwards(
        [18.0, TOP + (base - TOP) / 2.0],
        "name",
        "height above sea, m",
    );
    svg.line([LEFT, base], [WIDTH - RIGHT, base], "axis");
    svg.line([LEFT, TOP], [LEFT, base], "axis");
}

/// Antenna, what blocks, the target, and the words beside them.
fn marks(svg: &mut Svg, picture: &ProfilePicture<'_>, x: Scale, y: Scale) {
    let antenna = [x.px(0.0), y.px(picture.antenna_m)];
    let foot = picture
        .points
        .first()
        .map_or(picture.antenna_m, |p| p.ground_m);
    svg.line([antenna[0], y.px(foot)], antenna, "mast");
    if let Some(point) = picture.blocked_by.and_then(|i| picture.points.get(i)) {
        let slope = (point.ground_m - point.drop_m - picture.antenna_m) / point.distance_m;
        let before = picture
            .points
            .iter()
            .filter(|p| p.distance_m <= point.distance_m);
        let sight = before.map(|p| {
            let height = picture.antenna_m + slope * p.distance_m + p.drop_m;
            [x.px(p.distance_m), y.px(height)]
        });
        svg.path(&polyline(&sight.collect::<Vec<_>>()), "sight");
        let at = [x.px(point.distance_m), y.px(point.ground_m)];
        svg.circle(at, 5.5, "block");
        let text = format!(
            "blocks: {:.1}{THIN}km, {:.0}{THIN}m",
            point.distance_m / 1000.0,
            point.ground_m
        );
        let anchor = if at[0] > WIDTH * 0.7 {
            Anchor::End
        } else {
            Anchor::Start
        };
        let beside = if anchor == Anchor::End { -9.0 } else { 9.0 };
        svg.text([at[0] + beside, at[1] + 22.0], anchor, "halo", &text);
    }
    svg.circle(antenna, 5.5, "site");
    let Some(end) = picture.points.last() else {
        return;
    };
    let right = WIDTH - RIGHT;
    if !end.floor_m.is_nan() {
        let text = format!(
            "lowest seen here: {:.0}{THIN}m above ground",
            end.floor_m - end.ground_m
        );
        let at = (y.px(end.floor_m) - 10.0).max(TOP + 14.0);
        svg.text([right - 8.0, at], Anchor::End, "halo", &text);
    }
    if let Some((height, seen)) = picture.target {
        let at = y.px(height);
        svg.circle([right, at], 5.0, "target");
        let text = if seen {
            "target: seen"
        } else {
            "target: hidden"
        };
        svg.text([right - 10.0, at + 5.0], Anchor::End, "halo", text);
    }
}

/// A tick without the digits that adding left behind.
fn number(tick: f64) -> String {
    let rounded = (tick * 1e6).round() / 1e6;
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

//! What the maps are drawn on: frame, land, borders, relief, the outline of the area.

use cupola_units::{LatLon, math};
use cupola_world::{Bounds, Grid};

use crate::png::{self, Pixels};
use crate::svg::{polyline, px};

/// What the maps show beside the outcome.
#[derive(Clone, Debug)]
pub struct MapContext {
    /// Countries to draw, each with closed rings (even-odd rule).
    pub countries: Vec<MapPolygon>,
    /// Cities: name, place, people. The largest are labelled as far as there is room.
    pub cities: Vec<(String, LatLon, f64)>,
    /// Outline of the protected area, closed rings (even-odd rule); empty clips nothing.
    pub area_outline: Vec<Vec<LatLon>>,
    /// Real heights for the relief, metres. Never invented ones.
    pub relief: Option<Grid>,
    /// What the maps show.
    pub bounds: Bounds,
}

/// A country on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapPolygon {
    /// ISO 3166-1 alpha-2 code, printed if there is room.
    pub iso2: String,
    /// Closed rings, even-odd rule.
    pub rings: Vec<Vec<LatLon>>,
}

/// Width of a map as printed, CSS pixels: two beside each other on A4.
pub(crate) const MAP_WIDTH: f64 = 336.0;

/// Greatest height of a map.
const HEIGHT_MAX: f64 = 264.0;

/// Kilometres of a degree of latitude, mean.
const KM_PER_DEGREE: f64 = 111.195;

/// Where degrees lie on the drawing: straight meridians and parallels, true to scale in the middle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) bounds: Bounds,
    pub(crate) height: f64,
    px_per_lat: f64,
    px_per_lon: f64,
}

impl Frame {
    /// The frame of a box; one taller than two rows on A4 allow gains land at its sides.
    pub(crate) fn new(bounds: Bounds) -> Self {
        let mid_deg = f64::midpoint(bounds.south_deg, bounds.north_deg);
        let narrowing = math::cos(math::radians_from_degrees(mid_deg)).max(0.05);
        let lat_deg = (bounds.north_deg - bounds.south_deg).max(1e-6);
        let lon_deg = (bounds.east_deg - bounds.west_deg).max(1e-6);
        let wide_deg = lon_deg.max(lat_deg * MAP_WIDTH / (HEIGHT_MAX * narrowing));
        let side_deg = (wide_deg - lon_deg) / 2.0;
        let px_per_lon = MAP_WIDTH / wide_deg;
        let px_per_lat = px_per_lon / narrowing;
        let bounds = Bounds {
            west_deg: bounds.west_deg - side_deg,
            east_deg: bounds.east_deg + side_deg,
            ..bounds
        };
        Self {
            bounds,
            height: (lat_deg * px_per_lat).max(80.0),
            px_per_lat,
            px_per_lon,
        }
    }

    pub(crate) fn xy(&self, at: LatLon) -> [f64; 2] {
        [
            (at.lon_deg - self.bounds.west_deg) * self.px_per_lon,
            (self.bounds.north_deg - at.lat_deg) * self.px_per_lat,
        ]
    }

    pub(crate) fn px_per_km(&self) -> f64 {
        self.px_per_lat / KM_PER_DEGREE
    }

    /// Path data of rings, cut at the edge of the drawing and thinned to what can be seen.
    pub(crate) fn path(&self, rings: &[Vec<LatLon>]) -> String {
        let mut d = String::new();
        for ring in rings {
            let points: Vec<[f64; 2]> = ring.iter().map(|&p| self.xy(p)).collect();
            let visible = thinned(&self.cut(points));
            if visible.len() > 2 {
                d.push_str(&polyline(&visible));
                d.push('Z');
            }
        }
        d
    }

    /// The part of a ring inside the drawing, a little beyond its edge (Sutherland and Hodgman).
    fn cut(&self, ring: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
        let (low, [right, bottom]) = (-6.0, [MAP_WIDTH + 6.0, self.height + 6.0]);
        let edges: [(usize, f64, f64); 4] = [
            (0, low, 1.0),
            (0, right, -1.0),
            (1, low, 1.0),
            (1, bottom, -1.0),
        ];
        let mut points = ring;
        for (axis, edge, sign) in edges {
            let inside = |p: &[f64; 2]| (p[axis] - edge) * sign >= 0.0;
            let mut kept = Vec::with_capacity(points.len());
            for (i, p) in points.iter().enumerate() {
                let before = &points[(i + points.len() - 1) % points.len()];
                if inside(p) != inside(before) {
                    let t = (edge - before[axis]) / (p[axis] - before[axis]);
                    let along = |k: usize| before[k] + t * (p[k] - before[k]);
                    kept.push([along(0), along(1)]);
                }
                if inside(p) {
                    kept.push(*p);
                }
            }
            points = kept;
        }
        points
    }

    /// Whether a point lies on the drawing.
    pub(crate) fn shows(&self, at: LatLon) -> bool {
        self.bounds.contains(at)
    }

    /// The middle of the largest visible part of a country, and its size in square pixels.
    pub(crate) fn middle(&self, rings: &[Vec<LatLon>]) -> Option<([f64; 2], f64)> {
        let parts = rings.iter().filter_map(|ring| {
            let points = self.cut(ring.iter().map(|&p| self.xy(p)).collect());
            let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
            for (i, &[bx, by]) in points.iter().enumerate() {
                let [ax, ay] = points[(i + points.len() - 1) % points.len()];
                let cross = ax * by - bx * ay;
                area += cross;
                x += (ax + bx) * cross;
                y += (ay + by) * cross;
            }
            (area.abs() > 1.0).then(|| ([x / (3.0 * area), y / (3.0 * area)], area.abs() / 2.0))
        });
        parts.reduce(|a, b| if b.1 > a.1 { b } else { a })
    }
}

/// Points nearer than half a pixel to the last one left out.
fn thinned(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut kept: Vec<[f64; 2]> = Vec::new();
    for &[x, y] in points {
        let near = kept
            .last()
            .is_some_and(|&[lx, ly]| (x - lx) * (x - lx) + (y - ly) * (y - ly) < 0.25);
        if !near {
            kept.push([x, y]);
        }
    }
    kept
}

/// What all maps share, drawn once: `#base-land`, `#base-lines`, `#area-clip`, `#no-cover`,
/// `#invented`.
pub(crate) fn definitions(frame: &Frame, map: &MapContext) -> String {
    let mut land = String::new();
    let mut borders = String::new();
    for country in &map.countries {
        let d = frame.path(&country.rings);
        if !d.is_empty() {
            push!(land, "<path d=\"{d}\" class=\"land\"/>");
            push!(borders, "<path d=\"{d}\" class=\"border\"/>");
        }
    }
    let area = frame.path(&map.area_outline);
    let relief = map
        .relief
        .as_ref()
        .map_or(String::new(), |grid| relief_image(frame, grid));
    let everything = format!("M0 0H{}V{}H0Z", px(MAP_WIDTH), px(frame.height));
    let clip = if area.is_empty() { &everything } else { &area };
    format!(
        "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\
         <pattern id=\"no-cover\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect width=\"7\" height=\"7\" class=\"hatch-ground\"/>\
         <line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"7\" class=\"hatch\"/></pattern>\
         <pattern id=\"invented\" width=\"11\" height=\"11\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(-45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"11\" \
         class=\"invented\"/></pattern>\
         <clipPath id=\"area-clip\"><path d=\"{clip}\" clip-rule=\"evenodd\"/></clipPath>\
         <g id=\"base-land\">{land}</g>\
         <g id=\"base-lines\">{relief}{borders}<path d=\"{area}\" class=\"area\"/></g>\
         </defs></svg>\n"
    )
}

/// Place of a grid's cells on the drawing, as attributes of an image.
pub(crate) fn image_box(frame: &Frame, grid: &Grid) -> String {
    let (half_lat, half_lon) = (grid.step_lat_deg / 2.0, grid.step_lon_deg / 2.0);
    let bounds = grid.bounds();
    let north_west = LatLon::new(bounds.north_deg + half_lat, bounds.west_deg - half_lon);
    let south_east = LatLon::new(bounds.south_deg - half_lat, bounds.east_deg + half_lon);
    let ([x, y], [right, bottom]) = (frame.xy(north_west), frame.xy(south_east));
    format!(
        "x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\"",
        px(x),
        px(y),
        px(right - x),
        px(bottom - y)
    )
}

/// Shade of real heights, light from the north-west: black where it is dark, white where lit.
fn relief_image(frame: &Frame, whole: &Grid) -> String {
    let grid = cropped(whole, &frame.bounds);
    if grid.rows < 3 || grid.cols < 3 {
        return String::new();
    }
    let metres = KM_PER_DEGREE * 1_000.0;
    let mid_deg = f64::midpoint(frame.bounds.south_deg, frame.bounds.north_deg);
    let dy_m = grid.step_lat_deg * metres;
    let dx_m = grid.step_lon_deg * metres * math::cos(math::radians_from_degrees(mid_deg));
    let height = |row: usize, col: usize| {
        let z = f64::from(grid.values[row * grid.cols + col]);
        if z.is_nan() { 0.0 } else { z }
    };
    let mut bytes = Vec::with_capacity(grid.rows * grid.cols * 2);
    for row in 0..grid.rows {
        for col in 0..grid.cols {
            let (up, down) = (row.saturating_sub(1), (row + 1).min(grid.rows - 1));
            let (left, right) = (col.saturating_sub(1), (col + 1).min(grid.cols - 1));
            let east = (height(row, right) - height(row, left)) / (2.0 * dx_m) * EXAGGERATION;
            let north = (height(up, col) - height(down, col)) / (2.0 * dy_m) * EXAGGERATION;
            let lit =
                (0.5 * east - 0.5 * north + FLAT) / (east * east + north * north + 1.0).sqrt();
            let (grey, strength) = if lit < FLAT {
                (0, (FLAT - lit) / FLAT)
            } else {
                (255, (lit - FLAT) / (1.0 - FLAT))
            };
            bytes.extend_from_slice(&[grey, (strength * 95.0).clamp(0.0, 95.0) as u8]);
        }
    }
    let image = png::encode(grid.cols, grid.rows, &Pixels::GreyAlpha, &bytes);
    let (place, uri) = (image_box(frame, &grid), png::data_uri(&image));
    format!("<image class=\"relief\" {place} href=\"{uri}\"/>")
}

/// Slopes are drawn this many times steeper than they are.
const EXAGGERATION: f64 = 12.0;
/// Brightness of level ground under light from 45° above.
const FLAT: f64 = std::f64::consts::FRAC_1_SQRT_2;

/// The part of a grid that the bounds show, with a cell to spare.
fn cropped(grid: &Grid, bounds: &Bounds) -> Grid {
    let node = |distance_deg: f64, step_deg: f64, count: usize| {
        ((distance_deg / step_deg).max(0.0) as usize).min(count)
    };
    let north = grid.north_deg;
    let row_from = node(
        north - bounds.north_deg - grid.step_lat_deg,
        grid.step_lat_deg,
        grid.rows,
    );
    let row_to = node(
        north - bounds.south_deg + 2.0 * grid.step_lat_deg,
        grid.step_lat_deg,
        grid.rows,
    );
    let west = grid.west_deg;
    let col_from = node(
        bounds.west_deg - west - grid.step_lon_deg,
        grid.step_lon_deg,
        grid.cols,
    );
    let col_to = node(
        bounds.east_deg - west + 2.0 * grid.step_lon_deg,
        grid.step_lon_deg,
        grid.cols,
    );
    let rows = row_from..row_to.max(row_from);
    let values = rows.clone().flat_map(|row| {
        let start = row * grid.cols;
        grid.values[start + col_from..start + col_to.max(col_from)]
            .iter()
            .copied()
    });
    Grid {
        north_deg: north - row_from as f64 * grid.step_lat_deg,
        west_deg: west + col_from as f64 * grid.step_lon_deg,
        step_lat_deg: grid.step_lat_deg,
        step_lon_deg: grid.step_lon_deg,
        rows: rows.len(),
        cols: col_to.saturating_sub(col_from),
        values: values.collect(),
    }
}

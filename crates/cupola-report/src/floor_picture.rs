//! The floor field of one site as a picture: classes of height over shaded ground, legend, scale.
//!
//! Pixels are square on the ground at the site. Statistical relief is never shaded: it would show
//! valleys that do not exist.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use crate::cover_map::{CLASS_TOPS_M, COLOURS};
use crate::png::{self, Pixels};

/// Longest side of the map, pixels.
const MAP_PX_MAX: f64 = 1000.0;
const LEGEND_PX: usize = 250;
const MARGIN_PX: usize = 14;
const LINE_PX: usize = 22;
/// Room for the scale below the legend.
const SCALE_PX: usize = 80;
const BLACK: [u8; 3] = [0x1a, 0x1a, 0x1a];
const GREY: [u8; 3] = [0x66, 0x66, 0x66];
const WHITE: [u8; 3] = [255, 255, 255];
const RED: [u8; 3] = [0xe6, 0x1e, 0x1e];

/// What is drawn.
#[derive(Clone, Debug)]
pub struct FloorPicture<'a> {
    /// Floors, metres, row by row from the north; NaN where none is known and beyond the range.
    pub floor_m: &'a [f32],
    /// Ground above sea to shade, metres, in the same cells; `None` for no shading.
    pub ground_m: Option<&'a [f32]>,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Height and width of a cell at the site, metres.
    pub cell_m: (f64, f64),
    /// Row and column of every site.
    pub sites: Vec<(f64, f64)>,
    /// Lines over the legend, cut with `..` where too long; the first is the title.
    pub title: Vec<String>,
    /// Lines under the legend.
    pub notes: Vec<String>,
}

/// Part of the field that is shown, and pixels per cell.
struct View {
    top: usize,
    left: usize,
    /// Metres per pixel.
    pixel_m: f64,
    width: usize,
    height: usize,
}

struct Canvas {
    width: usize,
    rgb: Vec<u8>,
}

/// The picture as a PNG file.
pub fn floor_png(picture: &FloorPicture<'_>) -> Vec<u8> {
    let view = View::of(picture);
    let lines = picture.title.len() + CLASS_TOPS_M.len() + picture.notes.len() + 2;
    let legend_px = MARGIN_PX + lines * LINE_PX + SCALE_PX;
    let (width, height) = (view.width + LEGEND_PX, view.height.max(legend_px));
    let mut canvas = Canvas {
        width,
        rgb: vec![255; width * height * 3],
    };
    for y in 0..view.height {
        for x in 0..view.width {
            canvas.set(x, y, colour(picture, &view, x, y));
        }
    }
    for &(row, col) in &picture.sites {
        mark(&mut canvas, &view, picture, row, col);
    }
    legend(&mut canvas, &view, picture, height);
    png::encode(width, height, &Pixels::Rgb, &canvas.rgb)
}

impl View {
    /// The box of all cells whose floor is known, a little wider.
    fn of(picture: &FloorPicture<'_>) -> Self {
        let (rows, cols) = (picture.rows, picture.cols);
        let known = |line: &[f32]| line.iter().any(|v| !v.is_nan());
        let mut lines = picture.floor_m.chunks(cols.max(1)).enumerate();
        let mut found = [rows, 0, cols, 0];
        for (row, line) in lines.by_ref().filter(|(_, line)| known(line)) {
            let first = line.iter().position(|v| !v.is_nan()).unwrap_or(0);
            let last = line.iter().rposition(|v| !v.is_nan()).unwrap_or(0);
            found = [
                found[0].min(row),
                found[1].max(row),
                found[2].min(first),
                found[3].max(last),
            ];
        }
        if found[0] > found[1] {
            found = [0, rows.max(1) - 1, 0, cols.max(1) - 1];
        }
        let [top, bottom, left, right] = found;
        let size_m = (
            (bottom + 1 - top) as f64 * picture.cell_m.0,
            (right + 1 - left) as f64 * picture.cell_m.1,
        );
        let pixel_m = size_m.0.max(size_m.1).max(1e-6) / MAP_PX_MAX;
        let pixels = |size_m: f64| ((size_m / pixel_m).round() as usize).max(1);
        Self {
            top,
            left,
            pixel_m,
            width: pixels(size_m.1),
            height: pixels(size_m.0),
        }
    }

    /// Row and column of the cell under a pixel.
    fn cell(&self, picture: &FloorPicture<'_>, x: f64, y: f64) -> (usize, usize) {
        let at =
            |pixel: f64, cell_m: f64| ((pixel + 0.5) * self.pixel_m / cell_m).max(0.0) as usize;
        (
            (self.top + at(y, picture.cell_m.0)).min(picture.rows - 1),
            (self.left + at(x, picture.cell_m.1)).min(picture.cols - 1),
        )
    }
}

fn colour(picture: &FloorPicture<'_>, view: &View, x: usize, y: usize) -> [u8; 3] {
    let (row, col) = view.cell(picture, x as f64, y as f64);
    let floor_m = f64::from(picture.floor_m[row * picture.cols + col]);
    let light = shade(picture, view, x as f64, y as f64);
    if floor_m.is_nan() {
        // Beyond the range, or unknown: pale ground, or white where that is unknown too.
        return light.map_or(WHITE, |light| [mix(0xe8, light, 0.5); 3]);
    }
    let class = CLASS_TOPS_M.iter().position(|top| floor_m <= *top);
    let base = class.map_or([0xf2, 0xf2, 0xf2], |class| {
        let [r, g, b, _] = COLOURS[class];
        [r, g, b]
    });
    base.map(|part| mix(part, light.unwrap_or(1.0), 1.0))
}

/// A part of a colour under light of 0 (none), 1 (level ground) and more.
fn mix(part: u8, light: f64, strength: f64) -> u8 {
    let light = 1.0 + (light - 1.0) * strength;
    let part = f64::from(part);
    let lit = if light <= 1.0 {
        part * light
    } else {
        part + (255.0 - part) * (light - 1.0).min(1.0)
    };
    lit.round().clamp(0.0, 255.0) as u8
}

/// Light on the ground from the north-west, 1 on level ground; `None` where ground is unknown.
fn shade(picture: &FloorPicture<'_>, view: &View, x: f64, y: f64) -> Option<f64> {
    /// Slopes drawn steeper than they are, so that hills show.
    const STEEPER: f64 = 4.0;
    let ground = picture.ground_m?;
    let height = |x: f64, y: f64| {
        let (row, col) = view.cell(picture, x.max(0.0), y.max(0.0));
        let value = f64::from(ground[row * picture.cols + col]);
        (!value.is_nan()).then_some(value)
    };
    // At least a cell to either side, where pixels are finer than cells.
    let reach = (picture.cell_m.0.max(picture.cell_m.1) / view.pixel_m).max(1.0);
    let east = height(x + reach, y)? - height(x - reach, y)?;
    let south = height(x, y + reach)? - height(x, y - reach)?;
    let run_m = 2.0 * reach * view.pixel_m;
    let (a, b) = (STEEPER * east / run_m, STEEPER * south / run_m);
    let cosine = (1.0 + (-a - b) * -0.5) / (1.5 * (1.0 + a * a + b * b)).sqrt();
    Some((cosine * 1.5_f64.sqrt()).clamp(0.35, 1.45))
}

fn mark(canvas: &mut Canvas, view: &View, picture: &FloorPicture<'_>, row: f64, col: f64) {
    let x = (col + 0.5 - view.left as f64) * picture.cell_m.1 / view.pixel_m;
    let y = (row + 0.5 - view.top as f64) * picture.cell_m.0 / view.pixel_m;
    for (radius, colour) in [(7.0_f64, WHITE), (5.0, RED)] {
        let reach = |middle: f64, most: usize| {
            let first = (middle - radius).floor().max(0.0) as usize;
            first..((middle + radius).ceil().max(0.0) as usize + 1).min(most)
        };
        for py in reach(y, view.height) {
            for px in reach(x, view.width) {
                let (dx, dy) = (px as f64 + 0.5 - x, py as f64 + 0.5 - y);
                if dx * dx + dy * dy <= radius * radius {
                    canvas.set(px, py, colour);
                }
            }
        }
    }
}

fn legend(canvas: &mut Canvas, view: &View, picture: &FloorPicture<'_>, height: usize) {
    let left = view.width + MARGIN_PX;
    let mut y = MARGIN_PX;
    for (i, line) in picture.title.iter().enumerate() {
        canvas.text(left, y, line, if i == 0 { BLACK } else { GREY });
        y += LINE_PX;
    }
    y += LINE_PX / 2;
    for (top_m, [r, g, b, _]) in CLASS_TOPS_M.iter().zip(COLOURS) {
        canvas.fill([left, y], [26, 16], [r, g, b]);
        canvas.text(left + 36, y, &format!("up to {}", metres(*top_m)), BLACK);
        y += LINE_PX;
    }
    canvas.fill([left, y], [26, 16], BLACK);
    canvas.fill([left + 1, y + 1], [24, 14], [0xf2, 0xf2, 0xf2]);
    let last_m = CLASS_TOPS_M.last().copied().unwrap_or(0.0);
    canvas.text(left + 36, y, &format!("above {}", metres(last_m)), BLACK);
    y += LINE_PX + LINE_PX / 2;
    for note in &picture.notes {
        canvas.text(left, y, note, GREY);
        y += LINE_PX;
    }
    scale(canvas, view, left, height - MARGIN_PX - 40);
}

fn metres(height_m: f64) -> String {
    if height_m < 1000.0 {
        format!("{height_m} m")
    } else {
        format!("{} km", height_m / 1000.0)
    }
}

fn scale(canvas: &mut Canvas, view: &View, left: usize, y: usize) {
    let room_m = (LEGEND_PX - 3 * MARGIN_PX) as f64 * view.pixel_m;
    let mut length_m = 1.0;
    for step in [2.0, 2.5, 2.0].iter().cycle().take(30) {
        if length_m * step > room_m {
            break;
        }
        length_m *= step;
    }
    let length_px = (length_m / view.pixel_m).round() as usize;
    canvas.fill([left, y], [length_px, 3], BLACK);
    canvas.fill([left, y - 5], [2, 8], BLACK);
    canvas.fill([left + length_px - 2, y - 5], [2, 8], BLACK);
    canvas.text(left, y + 9, &metres(length_m), BLACK);
}

impl Canvas {
    fn set(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        let at = (y * self.width + x) * 3;
        if let Some(pixel) = self.rgb.get_mut(at..at + 3) {
            pixel.copy_from_slice(&colour);
        }
    }

    fn fill(&mut self, [left, top]: [usize; 2], [width, height]: [usize; 2], colour: [u8; 3]) {
        for y in top..top + height {
            for x in left..(left + width).min(self.width) {
                self.set(x, y, colour);
            }
        }
    }

    /// A line of text on white.
    fn text(&mut self, left: usize, top: usize, text: &str, colour: [u8; 3]) {
        const SIZE: RasterHeight = RasterHeight::Size16;
        let step = get_raster_width(FontWeight::Regular, SIZE);
        let room = self.width.saturating_sub(left) / step;
        let letters: Vec<char> = match text.chars().count() {
            long if long > room => {
                let kept = text.chars().take(room.saturating_sub(2));
                kept.chain("..".chars()).collect()
            }
            _ => text.chars().collect(),
        };
        for (i, letter) in letters.into_iter().enumerate() {
            let Some(letter) = get_raster(letter, FontWeight::Regular, SIZE) else {
                continue;
            };
            for (y, line) in letter.rows().enumerate() {
                for (x, ink) in line.iter().enumerate() {
                    let x = left + i * step + x;
                    if *ink > 0 && x < self.width {
                        let ink = u16::from(*ink);
                        let mixed =
                            colour.map(|c| ((u16::from(c) * ink + 255 * (255 - ink)) / 255) as u8);
                        self.set(x, top + y, mixed);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_is_cut_to_what_is_known_and_cells_keep_their_shape() {
        let mut floor_m = vec![f32::NAN; 60 * 80];
        for row in 10..30 {
            for col in 20..60 {
                floor_m[row * 80 + col] = 50.0;
            }
        }
        let picture = FloorPicture {
            floor_m: &floor_m,
            ground_m: None,
            rows: 60,
            cols: 80,
            cell_m: (100.0, 50.0),
            sites: vec![(20.0, 40.0)],
            title: vec!["Floor".to_owned()],
            notes: Vec::new(),
        };
        let view = View::of(&picture);
        assert_eq!(
            (view.top, view.left, view.width, view.height),
            (10, 20, 1000, 1000)
        );
        let png = floor_png(&picture);
        assert!(png.starts_with(b"\x89PNG") && png.len() > 1000);
    }

    #[test]
    fn level_ground_is_lit_as_it_is_and_slopes_to_the_light_are_brighter() {
        let ramp = |slope: f32| {
            (0..900)
                .map(|i| (i % 30) as f32 * slope)
                .collect::<Vec<_>>()
        };
        let light = |ground: &[f32]| {
            let picture = FloorPicture {
                floor_m: &[0.0; 900],
                ground_m: Some(ground),
                rows: 30,
                cols: 30,
                cell_m: (100.0, 100.0),
                sites: Vec::new(),
                title: Vec::new(),
                notes: Vec::new(),
            };
            let view = View::of(&picture);
            shade(&picture, &view, 500.0, 500.0).unwrap()
        };
        assert!((light(&ramp(0.0)) - 1.0).abs() < 1e-9);
        assert!(light(&ramp(5.0)) > 1.05 && light(&ramp(-5.0)) < 0.95);
    }
}

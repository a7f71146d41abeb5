//! One wedge of the grid: its cells in the order of the sweep, and the work on them.
//!
//! The grid is cut into four triangular sectors (north, south, west, east of the sensor), each
//! into two halves along its axis, each half into wedges of equal slope. A wedge is one task; it
//! owns the cells of its slopes as slices of the rows of the answer, so tasks share nothing.
//! North and south sectors own the axis, east and west own the diagonals.
#![expect(
    clippy::inline_always,
    reason = "the work is compiled once per kind of vector, inside the function that has it"
)]

use std::sync::Mutex;

use super::kernel::{
    CELLS_PER_TOP, PADDING, Rays, Ring, Scene, UNKNOWN_M, advance, block, block_mut, find_tops,
    read_off,
};
use super::simd::{Job, LANES, Lanes};

/// Columns that an eastern or western wedge turns into rings at a time.
const RINGS_PER_STRIP: usize = 2 * LANES;

/// Part of one row of the answer: the cells at `first`, `first + 1`, … of the wedge's own count.
#[derive(Debug, Default)]
pub(super) struct Piece<'a> {
    /// Offset (north, south) or ring (west, east) of the least cell.
    pub(super) first: usize,
    /// The cells, from west to east.
    pub(super) cells: &'a mut [f32],
}

/// A wedge and its cells.
#[derive(Debug, Default)]
pub(super) struct Wedge<'a> {
    /// Rings are rows (north, south) rather than columns.
    pub(super) rings_are_rows: bool,
    /// Rings go towards lower rows or columns.
    pub(super) rings_backwards: bool,
    /// Offsets go towards lower rows or columns.
    pub(super) offsets_backwards: bool,
    /// Number of rings.
    pub(super) rings: usize,
    /// Greatest offset that is on the grid.
    pub(super) offset_max: usize,
    /// Rays per unit of slope in the half sector.
    pub(super) rays_per_unit: usize,
    /// The rays between which its cells lie: from the first (included) to the last (excluded,
    /// unless it is the diagonal).
    pub(super) rays: (usize, usize),
    /// Pieces by ring from 1 (north, south) or by offset from 0 (west, east).
    pub(super) pieces: Vec<Piece<'a>>,
}

impl Wedge<'_> {
    /// Offsets of its cells on ring `k`: from the first to before the last.
    pub(super) fn cells(&self, k: usize) -> (usize, usize) {
        let at = |ray: usize| (ray * k).div_ceil(self.rays_per_unit);
        let diagonal = if self.rings_are_rows { k } else { k + 1 };
        let last = self.rays.1 == self.rays_per_unit;
        let end = if last { diagonal } else { at(self.rays.1) };
        (at(self.rays.0), end.min(self.offset_max + 1))
    }

    /// Its rays, and those beside them that its cells need.
    fn rays_needed(&self) -> (usize, usize) {
        (self.rays.0.saturating_sub(1), self.rays.1 + 2)
    }
}

/// Columns of a western or eastern wedge while they are rings.
#[derive(Clone, Copy, Debug)]
struct Strip {
    /// First ring.
    first: usize,
    /// Number of rings.
    count: usize,
    /// Offsets needed, both included.
    offsets: (usize, usize),
    /// Places from one ring to the next in the tables.
    width: usize,
}

/// The ground and the wedges still to be done.
#[derive(Debug)]
pub(super) struct Work<'a, 'b> {
    /// Heights above sea, metres, row by row.
    pub(super) dem: &'a [f32],
    pub(super) cols: usize,
    /// Row and column of the sensor.
    pub(super) sensor: (usize, usize),
    pub(super) scene: Scene,
    pub(super) wedges: &'a Mutex<Vec<Wedge<'b>>>,
}

/// Tables that one thread needs, kept from wedge to wedge.
#[derive(Debug, Default)]
struct Tables {
    rays: Rays,
    /// Rings of ground, each `width` long; the first is the last ring of the strip before.
    ground: Vec<f32>,
    /// Rings of floors, each `width` long.
    floors: Vec<f32>,
    tops: [Vec<f32>; 2],
    width: usize,
}

impl Tables {
    fn reset(&mut self, scene: &Scene, wedge: &Wedge<'_>) {
        // An odd number of cache lines, so that the rings of a strip do not share cache sets.
        let lines = (wedge.offset_max + 2 + PADDING).div_ceil(LANES) | 1;
        self.width = lines * LANES;
        let strip = if wedge.rings_are_rows {
            1
        } else {
            RINGS_PER_STRIP
        };
        self.ground
            .resize(((strip + 1) * self.width).max(self.ground.len()), 0.0);
        self.floors
            .resize((strip * self.width).max(self.floors.len()), 0.0);
        for tops in &mut self.tops {
            tops.clear();
            tops.resize(self.width / CELLS_PER_TOP + 2, UNKNOWN_M);
        }
        let (first, last) = wedge.rays_needed();
        self.rays.reset(scene, wedge.rays_per_unit, first, last);
    }
}

impl Job for &Work<'_, '_> {
    #[inline(always)]
    fn run<S: Lanes>(self, simd: S) {
        let mut tables = Tables::default();
        loop {
            let next = self
                .wedges
                .lock()
                .expect("no wedge panics while taking work")
                .pop();
            let Some(mut wedge) = next else {
                return;
            };
            tables.reset(&self.scene, &wedge);
            if wedge.rings_are_rows {
                self.rows(simd, &mut wedge, &mut tables);
            } else {
                self.columns(simd, &mut wedge, &mut tables);
            }
        }
    }
}

impl Work<'_, '_> {
    /// A northern or southern wedge: every ring is part of a row.
    #[inline(always)]
    fn rows<S: Lanes>(&self, simd: S, wedge: &mut Wedge<'_>, tables: &mut Tables) {
        let width = tables.width;
        for k in 1..=wedge.rings {
            let (low, high) = tables.rays.offsets(k);
            if low > wedge.offset_max {
                return;
            }
            let high = high.min(wedge.offset_max + 1);
            let row = step(self.sensor.0, k, wedge.rings_backwards) * self.cols;
            let here = (k % 2) * width;
            let ground = &mut tables.ground[here..here + width];
            self.copy_row(simd, row, wedge, (low, high), ground);
            find_tops(simd, ground, low, high, &mut tables.tops[k % 2]);
            let (even, odd) = tables.ground[..2 * width].split_at(width);
            let (ground, before) = if k % 2 == 0 { (even, odd) } else { (odd, even) };
            let ring = |ground, k: usize| Ring {
                ground,
                tops: &tables.tops[k % 2],
            };
            if k > 1 {
                let (before, ring) = (ring(before, k - 1), ring(ground, k));
                advance(simd, k, &mut tables.rays, before, ring, wedge.offset_max);
            }
            let piece = &mut wedge.pieces[k - 1];
            if piece.cells.is_empty() {
                continue;
            }
            let cells = (piece.first, piece.first + piece.cells.len() - 1);
            read_off(
                simd,
                &self.scene,
                k,
                &tables.rays,
                ground,
                cells,
                &mut tables.floors,
            );
            let floors = &tables.floors[cells.0..=cells.1];
            if wedge.offsets_backwards {
                reverse_into(floors, piece.cells);
            } else {
                piece.cells.copy_from_slice(floors);
            }
        }
    }

    /// The ground of a row at offsets `low` to `high`, above the antenna; beyond the grid the last
    /// cell is repeated.
    #[inline(always)]
    fn copy_row<S: Lanes>(
        &self,
        simd: S,
        row: usize,
        wedge: &Wedge<'_>,
        (low, high): (usize, usize),
        ground: &mut [f32],
    ) {
        let end = high.min(wedge.offset_max);
        if wedge.offsets_backwards {
            let from = &self.dem[row + self.sensor.1 - end..=row + self.sensor.1 - low];
            reverse_into(from, &mut ground[low..=end]);
        } else {
            let from = &self.dem[row + self.sensor.1 + low..=row + self.sensor.1 + end];
            ground[low..=end].copy_from_slice(from);
        }
        for at in (low..=end).step_by(LANES) {
            let place = block_mut(ground, at);
            simd.store(self.above_antenna(simd, simd.load(place)), place);
        }
        if high > end {
            ground[high] = ground[end];
        }
    }

    /// Heights above sea made heights above the antenna; unknown ones made towering.
    #[inline(always)]
    fn above_antenna<S: Lanes>(&self, simd: S, heights: S::F) -> S::F {
        let unknown = simd.splat(UNKNOWN_M);
        let rise = simd.sub(heights, simd.splat(self.scene.antenna_m));
        simd.max(simd.min(rise, unknown), simd.splat(-UNKNOWN_M))
    }

    /// A western or eastern wedge: rings are columns, turned into rows a strip at a time.
    #[inline(always)]
    fn columns<S: Lanes>(&self, simd: S, wedge: &mut Wedge<'_>, tables: &mut Tables) {
        let width = tables.width;
        for first in (1..=wedge.rings).step_by(RINGS_PER_STRIP) {
            let count = RINGS_PER_STRIP.min(wedge.rings + 1 - first);
            let (low, _) = tables.rays.offsets(first);
            let (_, high) = tables.rays.offsets(first + count - 1);
            if low > wedge.offset_max {
                return;
            }
            let high = high.min(wedge.offset_max + 1);
            let strip = Strip {
                first,
                count,
                offsets: (low, high),
                width,
            };
            self.turn_in(simd, wedge, &strip, &mut tables.ground);
            for i in 0..count {
                self.ring_of_strip(simd, wedge, first, i, tables);
            }
            turn_out(simd, wedge, &strip, &tables.floors);
            tables
                .ground
                .copy_within(count * width + low..=count * width + high, low);
        }
    }

    /// Ring `first + i` of a strip that has been turned in.
    #[inline(always)]
    fn ring_of_strip<S: Lanes>(
        &self,
        simd: S,
        wedge: &Wedge<'_>,
        first: usize,
        i: usize,
        tables: &mut Tables,
    ) {
        let (k, width) = (first + i, tables.width);
        let (low, high) = tables.rays.offsets(k);
        if low > wedge.offset_max {
            return;
        }
        let high = high.min(wedge.offset_max + 1);
        let rings = &tables.ground[i * width..(i + 2) * width];
        let (before, ground) = rings.split_at(width);
        find_tops(simd, ground, low, high, &mut tables.tops[k % 2]);
        let ring = |ground, k: usize| Ring {
            ground,
            tops: &tables.tops[k % 2],
        };
        if k > 1 {
            let (before, ring) = (ring(before, k - 1), ring(ground, k));
            advance(simd, k, &mut tables.rays, before, ring, wedge.offset_max);
        }
        let (cell, end) = wedge.cells(k);
        if cell < end {
            let floors = &mut tables.floors[i * width..(i + 1) * width];
            read_off(
                simd,
                &self.scene,
                k,
                &tables.rays,
                ground,
                (cell, end - 1),
                floors,
            );
        }
    }

    /// Row on the grid of an offset of a western or eastern wedge.
    #[inline(always)]
    fn row_of(&self, wedge: &Wedge<'_>, offset: usize) -> usize {
        step(self.sensor.0, offset, wedge.offsets_backwards) * self.cols
    }

    /// The columns of a strip become rings 1 to `count` of `ground`.
    #[inline(always)]
    fn turn_in<S: Lanes>(&self, simd: S, wedge: &Wedge<'_>, strip: &Strip, ground: &mut [f32]) {
        let (low, high) = strip.offsets;
        let end = high.min(wedge.offset_max);
        // Whole blocks may reach beyond what is needed, as long as there is ground.
        let blocks = (end + 1 - low)
            .div_ceil(LANES)
            .min((wedge.offset_max + 1 - low) / LANES);
        let whole = if strip.count == RINGS_PER_STRIP {
            low + blocks * LANES
        } else {
            low
        };
        for offset in (low..whole).step_by(LANES) {
            for part in (0..RINGS_PER_STRIP).step_by(LANES) {
                self.turn_block_in(simd, wedge, strip, (part, offset), ground);
            }
        }
        for offset in whole..=end {
            let row = self.row_of(wedge, offset);
            for i in 0..strip.count {
                let col = step(self.sensor.1, strip.first + i, wedge.rings_backwards);
                let rise = self.dem[row + col] - self.scene.antenna_m;
                let rise = if rise < UNKNOWN_M { rise } else { UNKNOWN_M };
                ground[(i + 1) * strip.width + offset] = rise.max(-UNKNOWN_M);
            }
        }
        if high > end {
            for ring in 1..=strip.count {
                ground[ring * strip.width + high] = ground[ring * strip.width + end];
            }
        }
    }

    /// Sixteen rows by sixteen columns become sixteen rings.
    #[inline(always)]
    fn turn_block_in<S: Lanes>(
        &self,
        simd: S,
        wedge: &Wedge<'_>,
        strip: &Strip,
        (part, offset): (usize, usize),
        ground: &mut [f32],
    ) {
        let near = step(self.sensor.1, strip.first + part, wedge.rings_backwards);
        let west = if wedge.rings_backwards {
            near + 1 - LANES
        } else {
            near
        };
        let mut rows = [simd.splat(0.0); LANES];
        for (i, row) in rows.iter_mut().enumerate() {
            let at = self.row_of(wedge, offset + i) + west;
            *row = self.above_antenna(simd, simd.load(block(self.dem, at)));
        }
        simd.transpose(&mut rows);
        for (i, row) in rows.into_iter().enumerate() {
            let i = if wedge.rings_backwards {
                LANES - 1 - i
            } else {
                i
            };
            let at = (part + i + 1) * strip.width + offset;
            simd.store(row, block_mut(ground, at));
        }
    }
}

/// The rings of floors of a strip go to the rows that own their cells.
#[inline(always)]
fn turn_out<S: Lanes>(simd: S, wedge: &mut Wedge<'_>, strip: &Strip, floors: &[f32]) {
    let last = strip.first + strip.count - 1;
    let (low, high) = (wedge.cells(strip.first).0, wedge.cells(last).1);
    for offset in (low..high).step_by(LANES) {
        let rows = &mut wedge.pieces[offset..high.min(offset + LANES)];
        for part in (0..strip.count).step_by(LANES) {
            let rings = (
                strip.first + part,
                strip.first + strip.count.min(part + LANES),
            );
            let whole = rows.len() == LANES
                && rings.1 - rings.0 == LANES
                && rows
                    .iter()
                    .all(|row| row.first <= rings.0 && rings.1 <= row.first + row.cells.len());
            if whole {
                turn_block_out(
                    simd,
                    rows,
                    wedge.rings_backwards,
                    strip,
                    (part, offset),
                    floors,
                );
                continue;
            }
            for (row, offset) in rows.iter_mut().zip(offset..) {
                copy_out(row, wedge.rings_backwards, strip, rings, &floors[offset..]);
            }
        }
    }
}

/// Sixteen rings become sixteen columns of sixteen rows.
#[inline(always)]
fn turn_block_out<S: Lanes>(
    simd: S,
    rows: &mut [Piece<'_>],
    backwards: bool,
    strip: &Strip,
    (part, offset): (usize, usize),
    floors: &[f32],
) {
    let mut turned = [simd.splat(0.0); LANES];
    for (i, row) in turned.iter_mut().enumerate() {
        let i = if backwards { LANES - 1 - i } else { i };
        *row = simd.load(block(floors, (part + i) * strip.width + offset));
    }
    simd.transpose(&mut turned);
    for (row, piece) in turned.into_iter().zip(rows) {
        let at = strip.first + part - piece.first;
        let at = if backwards {
            piece.cells.len() - at - LANES
        } else {
            at
        };
        simd.store(row, block_mut(piece.cells, at));
    }
}

/// The cells of one row that lie on some rings of a strip, one by one; `floors` starts at the
/// row's offset on the first ring of the strip.
#[inline(always)]
fn copy_out(
    piece: &mut Piece<'_>,
    backwards: bool,
    strip: &Strip,
    rings: (usize, usize),
    floors: &[f32],
) {
    let len = piece.cells.len();
    let from = rings.0.max(piece.first);
    let to = rings.1.min(piece.first + len);
    for k in from..to {
        let at = k - piece.first;
        let at = if backwards { len - 1 - at } else { at };
        piece.cells[at] = floors[(k - strip.first) * strip.width];
    }
}

/// `by` steps from a row or column.
#[inline(always)]
fn step(from: usize, by: usize, backwards: bool) -> usize {
    if backwards { from - by } else { from + by }
}

/// Copies in reverse order.
#[inline(always)]
fn reverse_into(from: &[f32], to: &mut [f32]) {
    for (to, from) in to.iter_mut().zip(from.iter().rev()) {
        *to = *from;
    }
}

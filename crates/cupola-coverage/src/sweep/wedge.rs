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
    CELLS_PER_TOP, PADDING, Rays, Reader, Scene, UNKNOWN_M, advance, block, block_mut, find_tops,
};
use super::reach::Reach;
use super::simd::{Job, LANES, Lanes};

/// Columns that an eastern or western wedge turns into rings at a time: one block.
const RINGS_PER_STRIP: usize = LANES;

/// Part of one row of the answer: the cells at `first`, `first + 1`, … of the wedge's own count.
#[derive(Debug, Default)]
pub(super) struct Piece<'a> {
    /// Offset (north, south) or ring (west, east) of the least cell.
    pub(super) first: usize,
    /// The cells, from west to east.
    pub(super) cells: &'a mut [f32],
}

impl Piece<'_> {
    /// Where the cell of a ring or offset would be.
    #[inline(always)]
    fn place(&self, of: usize, backwards: bool) -> Option<usize> {
        let at = of.checked_sub(self.first)?;
        if backwards {
            self.cells.len().checked_sub(at + 1)
        } else {
            Some(at)
        }
    }
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
    /// Where cells are wanted.
    pub(super) reach: Reach,
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

    /// The offset on ring `k` beyond which no ground matters: rays that are there leave the circle
    /// of the cells wanted, and those beside its border read up to two cells beyond.
    fn last_offset(&self, k: usize) -> usize {
        self.offset_max
            .min(self.reach.across(k, self.offset_max) + 2)
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

impl Strip {
    /// The part of its offsets whose memory is asked for while ring number `i` is computed.
    fn share(&self, i: usize, offset_max: usize) -> std::ops::Range<usize> {
        let end = self.offsets.1.min(offset_max) + 1;
        let each = (end - self.offsets.0).div_ceil(RINGS_PER_STRIP);
        let at = |i: usize| (self.offsets.0 + i * each).min(end);
        at(i)..at(i + 1)
    }
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
    /// Rings of ground, each `width` long: an even and an odd row, or the columns of a strip after
    /// the last of the strip before.
    ground: Vec<f32>,
    /// Rings of floors of a strip, each `width` long.
    floors: Vec<f32>,
    /// Highest ground of every `CELLS_PER_TOP` cells: of even rings, of odd ones, of the last two.
    tops: [Vec<f32>; 3],
    width: usize,
}

impl Tables {
    fn reset(&mut self, wedge: &Wedge<'_>) {
        // An odd number of cache lines, so that the rings of a strip do not share cache sets.
        let lines = (wedge.offset_max + 2 + PADDING).div_ceil(LANES) | 1;
        self.width = lines * LANES;
        let grow = |table: &mut Vec<f32>, rings: usize| {
            table.resize((rings * self.width).max(table.len()), 0.0);
        };
        if wedge.rings_are_rows {
            grow(&mut self.ground, 2);
        } else {
            grow(&mut self.ground, RINGS_PER_STRIP + 1);
            grow(&mut self.floors, RINGS_PER_STRIP);
        }
        for tops in &mut self.tops {
            tops.clear();
            // Tops are looked up by vectors too, and so need a table's padding.
            tops.resize(self.width / CELLS_PER_TOP + PADDING, UNKNOWN_M);
        }
        let (first, last) = wedge.rays_needed();
        self.rays.reset(wedge.rays_per_unit, first, last);
    }

    /// Takes the rays to ring `k`; it and the ring before are the `here`-th and `before`-th of the
    /// ground, known from the first to the last of `offsets`.
    #[inline(always)]
    fn advance<S: Lanes>(
        &mut self,
        simd: S,
        scene: &Scene,
        k: usize,
        (before, here): (usize, usize),
        offsets: (usize, usize),
        offset_max: usize,
    ) {
        let ring = |at: usize| &self.ground[at * self.width..(at + 1) * self.width];
        let rings = (ring(before), ring(here));
        let [even, odd, both] = &mut self.tops;
        let (tops, tops_before) = if k.is_multiple_of(2) {
            (even, odd)
        } else {
            (odd, even)
        };
        find_tops(simd, rings.1, offsets, tops_before, tops, both);
        if k > 1 {
            advance(simd, scene, k, &mut self.rays, rings, both, offset_max);
        }
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
            tables.reset(&wedge);
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
            let last = wedge.last_offset(k);
            if low > last {
                return;
            }
            let high = high.min(last + 1);
            let row = step(self.sensor.0, k, wedge.rings_backwards) * self.cols;
            let (before, here) = ((k + 1) % 2, k % 2);
            let ring = here * width..(here + 1) * width;
            self.row_in(
                simd,
                row,
                wedge,
                (low, high),
                &mut tables.ground[ring.clone()],
            );
            let (rings, offsets) = ((before, here), (low, high));
            tables.advance(simd, &self.scene, k, rings, offsets, last);
            let ground = &tables.ground[ring];
            let reader = Reader::new(simd, &self.scene, k, &tables.rays, ground);
            self.row_out(simd, &reader, k, wedge);
        }
    }

    /// Floors of the cells of ring `k`; the memory of the next ring is fetched meanwhile.
    #[inline(always)]
    fn row_out<S: Lanes>(&self, simd: S, reader: &Reader<'_, S>, k: usize, wedge: &mut Wedge<'_>) {
        let backwards = wedge.offsets_backwards;
        let (pieces, next) = wedge.pieces.split_at_mut(k);
        let (piece, next) = (&mut pieces[k - 1], next.first());
        let ring = (k + 1).min(wedge.rings);
        let row = step(self.sensor.0, ring, wedge.rings_backwards) * self.cols;
        let next = next.map_or(&[][..], |piece| &*piece.cells);
        let len = piece.cells.len();
        for from in (0..len).step_by(LANES) {
            let to = from + LANES;
            let soon = if backwards {
                next.len().wrapping_sub(to)
            } else {
                from
            };
            simd.ask_for(next, soon);
            let offset = piece.first + from;
            simd.ask_for(self.dem, row + step(self.sensor.1, offset, backwards));
            let floors = reader.floors(offset);
            let floors = if backwards {
                simd.reverse(floors)
            } else {
                floors
            };
            if to <= len {
                let at = if backwards { len - to } else { from };
                simd.store(floors, block_mut(piece.cells, at));
                continue;
            }
            let mut some = [0.0; LANES];
            simd.store(floors, &mut some);
            if backwards {
                piece.cells[..len - from].copy_from_slice(&some[to - len..]);
            } else {
                piece.cells[from..].copy_from_slice(&some[..len - from]);
            }
        }
    }

    /// The ground of a row at offsets `low` to `high`, above the antenna; beyond the grid the last
    /// cell is repeated.
    #[inline(always)]
    fn row_in<S: Lanes>(
        &self,
        simd: S,
        row: usize,
        wedge: &Wedge<'_>,
        (low, high): (usize, usize),
        ground: &mut [f32],
    ) {
        let end = high.min(wedge.offset_max);
        for at in (low / LANES * LANES..=end).step_by(LANES) {
            let near = step(row + self.sensor.1, at, wedge.offsets_backwards);
            let first = if wedge.offsets_backwards {
                (near + 1).checked_sub(LANES)
            } else {
                Some(near)
            };
            // Whole blocks may reach into the row beside, where nothing is asked for.
            let whole = first.and_then(|first| self.dem.get(first..first + LANES)?.first_chunk());
            let place = block_mut(ground, at);
            if let Some(whole) = whole {
                let heights = simd.load(whole);
                let heights = if wedge.offsets_backwards {
                    simd.reverse(heights)
                } else {
                    heights
                };
                simd.store(self.above_antenna(simd, heights), place);
                continue;
            }
            for (i, place) in place.iter_mut().enumerate().take(end + 1 - at) {
                *place = self.rise(self.dem[step(near, i, wedge.offsets_backwards)]);
            }
        }
        if high > end {
            ground[high] = ground[end];
        }
    }

    /// As `above_antenna`, of one height.
    #[inline(always)]
    fn rise(&self, height_m: f32) -> f32 {
        let rise = height_m - self.scene.antenna_m;
        let rise = if rise < UNKNOWN_M { rise } else { UNKNOWN_M };
        rise.max(-UNKNOWN_M)
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
            let last = wedge.last_offset(first);
            if low > last {
                return;
            }
            let high = high.min(last + 1);
            let strip = Strip {
                first,
                count,
                offsets: (low, high),
                width,
            };
            self.turn_in(simd, wedge, &strip, &mut tables.ground);
            for i in 0..count {
                self.ring_of_strip(simd, wedge, &strip, i, tables);
            }
            turn_out(simd, wedge, &strip, &tables.floors);
            tables
                .ground
                .copy_within(count * width + low..=count * width + high, low);
        }
    }

    /// Fetches the memory of one offset that is needed soon: the ground of the next strip, the
    /// place of this one's floors. They are short pieces of far-apart rows, which a processor does
    /// not foresee.
    #[inline(always)]
    fn ask_ahead<S: Lanes>(&self, simd: S, wedge: &Wedge<'_>, strip: &Strip, offset: usize) {
        let backwards = wedge.rings_backwards;
        let (row, piece) = (self.row_of(wedge, offset), &wedge.pieces[offset]);
        for ring in [strip.first, strip.first + RINGS_PER_STRIP - 1] {
            let next = (ring + RINGS_PER_STRIP).min(wedge.rings);
            simd.ask_for(self.dem, row + step(self.sensor.1, next, backwards));
            if let Some(place) = piece.place(ring, backwards) {
                simd.ask_for(piece.cells, place);
            }
        }
    }

    /// Ring number `i` of a strip that has been turned in.
    #[inline(always)]
    fn ring_of_strip<S: Lanes>(
        &self,
        simd: S,
        wedge: &Wedge<'_>,
        strip: &Strip,
        i: usize,
        tables: &mut Tables,
    ) {
        let (k, width) = (strip.first + i, tables.width);
        let (low, high) = tables.rays.offsets(k);
        let last = wedge.last_offset(k);
        if low > last {
            return;
        }
        let (rings, offsets) = ((i, i + 1), (low, high.min(last + 1)));
        tables.advance(simd, &self.scene, k, rings, offsets, last);
        let (cell, end) = wedge.cells(k);
        if cell < end {
            let floors = &mut tables.floors[i * width..(i + 1) * width];
            let ground = &tables.ground[(i + 1) * width..(i + 2) * width];
            let reader = Reader::new(simd, &self.scene, k, &tables.rays, ground);
            let mut ahead = strip.share(i, wedge.offset_max);
            for at in (cell..end).step_by(LANES) {
                simd.store(reader.floors(at), block_mut(floors, at));
                if let Some(offset) = ahead.next() {
                    self.ask_ahead(simd, wedge, strip, offset);
                }
            }
            for offset in ahead {
                self.ask_ahead(simd, wedge, strip, offset);
            }
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
        let low = low / LANES * LANES;
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
            self.turn_block_in(simd, wedge, strip, offset, ground);
        }
        for offset in whole..=end {
            let row = self.row_of(wedge, offset);
            for i in 0..strip.count {
                let col = step(self.sensor.1, strip.first + i, wedge.rings_backwards);
                ground[(i + 1) * strip.width + offset] = self.rise(self.dem[row + col]);
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
        offset: usize,
        ground: &mut [f32],
    ) {
        let near = step(self.sensor.1, strip.first, wedge.rings_backwards);
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
            let at = (i + 1) * strip.width + offset;
            simd.store(row, block_mut(ground, at));
        }
    }
}

/// The rings of floors of a strip go to the rows that own their cells.
#[inline(always)]
fn turn_out<S: Lanes>(simd: S, wedge: &mut Wedge<'_>, strip: &Strip, floors: &[f32]) {
    let last = strip.first + strip.count - 1;
    let (low, high) = (wedge.cells(strip.first).0, wedge.cells(last).1);
    let low = low / LANES * LANES;
    for offset in (low..high).step_by(LANES) {
        let rows = &mut wedge.pieces[offset..high.min(offset + LANES)];
        let whole = rows.len() == LANES
            && strip.count == RINGS_PER_STRIP
            && rows
                .iter()
                .all(|row| row.first <= strip.first && last < row.first + row.cells.len());
        if whole {
            turn_block_out(simd, rows, wedge.rings_backwards, strip, &floors[offset..]);
            continue;
        }
        for (row, offset) in rows.iter_mut().zip(offset..) {
            copy_out(row, wedge.rings_backwards, strip, &floors[offset..]);
        }
    }
}

/// Sixteen rings become sixteen columns of sixteen rows; `floors` starts at the first row's offset on
/// the first ring.
#[inline(always)]
fn turn_block_out<S: Lanes>(
    simd: S,
    rows: &mut [Piece<'_>],
    backwards: bool,
    strip: &Strip,
    floors: &[f32],
) {
    let mut turned = [simd.splat(0.0); LANES];
    for (i, row) in turned.iter_mut().enumerate() {
        let i = if backwards { LANES - 1 - i } else { i };
        *row = simd.load(block(floors, i * strip.width));
    }
    simd.transpose(&mut turned);
    for (row, piece) in turned.into_iter().zip(rows) {
        let at = strip.first - piece.first;
        let at = if backwards {
            piece.cells.len() - at - LANES
        } else {
            at
        };
        simd.store(row, block_mut(piece.cells, at));
    }
}

/// The cells of one row that lie on the rings of a strip, one by one; `floors` starts at the row's
/// offset on the first ring.
#[inline(always)]
fn copy_out(piece: &mut Piece<'_>, backwards: bool, strip: &Strip, floors: &[f32]) {
    let from = strip.first.max(piece.first);
    let to = (strip.first + strip.count).min(piece.first + piece.cells.len());
    for k in from..to {
        if let Some(place) = piece.place(k, backwards) {
            piece.cells[place] = floors[(k - strip.first) * strip.width];
        }
    }
}

/// `by` steps from a row or column.
#[inline(always)]
fn step(from: usize, by: usize, backwards: bool) -> usize {
    if backwards { from - by } else { from + by }
}

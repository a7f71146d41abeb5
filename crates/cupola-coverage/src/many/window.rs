//! The ground around one site, resampled from tiles onto square cells with the site in the middle.
//!
//! The cells lie on an azimuthal equidistant plane around the site: distances from it are exact and
//! lines of sight are straight, which is what drop and horizon depend on. Positions are exact at the
//! corners of blocks of sixteen or thirty-two cells and linear between, which is off by less than
//! 1/100 of a cell (cells to 200 m, up to 68° of latitude; 3 % of 5 km cells at 50°); heights are bilinear between posts. A block is done before the next: its posts
//! stay in the first cache, and those of the next are asked for meanwhile. Every kind of vector gives
//! the same bits.
#![expect(
    clippy::inline_always,
    reason = "the work is compiled once per kind of vector, inside the function that has it"
)]

use std::ops::Range;

use cupola_units::{LatLon, math};
use cupola_world::geodesy::LocalFrame;

use super::tiles::{Cell, Tile, TileSet};
use crate::sweep::{Block, Job, LANES, Lanes, SimdPath};

/// The cells around a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    /// Side of a cell, metres.
    pub(super) cell_m: f64,
    /// Cells from the site to each edge; the side is twice that and one.
    pub(super) half: usize,
    /// Farthest cells wanted, metres.
    pub(super) range_m: f64,
    /// Cells between exact positions.
    block: usize,
}

impl Layout {
    pub(super) fn new(range_m: f64, cell_m: f64) -> Self {
        // An arc of 32 cells bends by 32²/8 · cell · tan(lat) / R cells: 0.7 % of 200 m at 60°.
        let block = if cell_m <= 200.0 { 32 } else { 16 };
        Self {
            cell_m,
            half: (range_m / cell_m).ceil() as usize,
            range_m,
            block,
        }
    }

    pub(super) fn side(&self) -> usize {
        2 * self.half + 1
    }

    /// The first and last block of a row of blocks that have cells within the range, or within two
    /// cells of it.
    fn blocks(&self, row: usize) -> (usize, usize) {
        let nearest = self
            .half
            .clamp(row * self.block, row * self.block + self.block - 1);
        let off = (nearest as f64 - self.half as f64) * self.cell_m;
        let wide_m = (self.range_m * self.range_m - off * off).max(0.0).sqrt();
        let cells = (wide_m / self.cell_m) as usize + 2;
        let (first, last) = (
            self.half.saturating_sub(cells),
            (self.half + cells).min(2 * self.half),
        );
        (first / self.block, last / self.block)
    }
}

/// Heights of the cells around a site, row by row from the north, into `heights_m`; NaN where
/// there is no ground and outside the range.
pub(super) fn fill(
    tiles: &TileSet,
    at: LatLon,
    layout: &Layout,
    path: SimdPath,
    heights_m: &mut Vec<f32>,
) {
    // What is there from the site before is overwritten.
    let side = layout.side();
    heights_m.resize(side * side, f32::NAN);
    path.run(Fill {
        tiles,
        frame: LocalFrame::new(at),
        layout,
        heights_m,
    });
}

/// The work of [`fill`].
struct Fill<'a> {
    tiles: &'a TileSet,
    frame: LocalFrame,
    layout: &'a Layout,
    heights_m: &'a mut [f32],
}

impl Job for Fill<'_> {
    #[inline(always)]
    fn run<S: Lanes>(self, simd: S) {
        let (layout, side) = (self.layout, self.layout.side());
        let blocks = side.div_ceil(layout.block);
        let mut above = corners(&self.frame, layout, 0, blocks);
        let mut held = Held {
            tiles: self.tiles,
            last: None,
        };
        for (row, lines) in self.heights_m.chunks_mut(layout.block * side).enumerate() {
            let below = corners(&self.frame, layout, row + 1, blocks);
            let (first, last) = layout.blocks(row);
            let wanted = first * layout.block..((last + 1) * layout.block).min(side);
            for line in lines.chunks_mut(side) {
                line[..wanted.start].fill(f32::NAN);
                line[wanted.end..].fill(f32::NAN);
            }
            for col in first..=last {
                let block = Between {
                    corners: [above[col], above[col + 1], below[col], below[col + 1]],
                    size: layout.block,
                };
                let cells = col * layout.block..((col + 1) * layout.block).min(side);
                fill_block(simd, &mut held, &block, lines, (side, cells));
            }
            above = below;
        }
    }
}

/// Tiles, and the last one asked for: the next question is mostly about the same.
struct Held<'a> {
    tiles: &'a TileSet,
    last: Option<(Cell, Option<&'a Tile>)>,
}

impl<'a> Held<'a> {
    #[inline(always)]
    fn tile(&mut self, cell: Cell) -> Option<&'a Tile> {
        match self.last {
            Some((last, tile)) if last == cell => tile,
            _ => {
                let tile = self.tiles.tile(wrapped(cell));
                self.last = Some((cell, tile));
                tile
            }
        }
    }
}

/// A latitude and a longitude, degrees.
type Place = (f64, f64);

/// Exact places at the corners of blocks along one row of corners.
fn corners(frame: &LocalFrame, layout: &Layout, row: usize, blocks: usize) -> Vec<Place> {
    let metres =
        |block: usize| ((block * layout.block) as f64 - layout.half as f64) * layout.cell_m;
    let north_m = -metres(row);
    let place = |col| {
        let east_m = metres(col);
        let distance_m = (north_m * north_m + east_m * east_m).sqrt();
        let point = frame.point_from_polar(distance_m, math::atan2(east_m, north_m));
        // Longitudes run on across the antimeridian, so that what lies between them is between.
        let turns = ((point.lon_deg - frame.origin().lon_deg) / 360.0).round();
        (point.lat_deg, point.lon_deg - 360.0 * turns)
    };
    (0..=blocks).map(place).collect()
}

/// A square of cells between exact places: north-west, north-east, south-west, south-east.
struct Between {
    corners: [Place; 4],
    /// Cells a side.
    size: usize,
}

/// The heights of a block, line by line from the north.
#[inline(always)]
fn fill_block<S: Lanes>(
    simd: S,
    tiles: &mut Held<'_>,
    block: &Between,
    lines: &mut [f32],
    (side, cells): (usize, Range<usize>),
) {
    let per_cell = 1.0 / block.size as f64;
    let cell = cell_of(block.corners[0]);
    if block.corners.iter().any(|&corner| cell_of(corner) != cell) {
        for (line, i) in lines.chunks_mut(side).zip(0_u16..) {
            let (from, step) = line_of(block.corners, f64::from(i) * per_cell, per_cell);
            fill_line(simd, tiles, from, step, &mut line[cells.clone()]);
        }
        return;
    }
    let Some(tile) = tiles.tile(cell) else {
        lines
            .chunks_mut(side)
            .for_each(|line| line[cells.clone()].fill(f32::NAN));
        return;
    };
    // What lies between corners in a tile lies in it: single precision does for the lines.
    let places = block.corners.map(|at| {
        let at = shifted(at, cell);
        tile.position(at.0, at.1)
    });
    let (values, (col, row)) = from_first_post(tile, &places);
    let places = places.map(|(x, y)| ((x - col as f64) as f32, (y - row as f64) as f32));
    let per_cell = per_cell as f32;
    for (i, line) in (0_u16..).zip((0..lines.len()).step_by(side)) {
        // The next block's place, which the processor does not foresee.
        for at in (cells.end..cells.end + block.size).step_by(LANES) {
            simd.ask_for(lines, line + at);
        }
        let (from, step) = line_of(places, f32::from(i) * per_cell, per_cell);
        let part = Part {
            values,
            stride: tile.stride(),
            from,
            step,
            posts: (tile.cols - col, tile.rows - row),
            ahead: (places[1].0 - places[0].0).max(0.0) as usize,
        };
        part.fill(simd, &mut lines[line + cells.start..line + cells.end]);
    }
}

/// Where a line across a block starts, at a share of the way south, and its step from cell to cell.
#[inline(always)]
fn line_of<T>(corners: [(T, T); 4], share: T, per_cell: T) -> ((T, T), (T, T))
where
    T: Copy + std::ops::Add<Output = T> + std::ops::Sub<Output = T> + std::ops::Mul<Output = T>,
{
    let [nw, ne, sw, se] = corners;
    let between = |a: (T, T), b: (T, T)| (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
    let (from, to) = (between(nw, sw), between(ne, se));
    let step = ((to.0 - from.0) * per_cell, (to.1 - from.1) * per_cell);
    (from, step)
}

/// The posts of a tile from the first one on that some places need, and its column and row.
#[inline(always)]
fn from_first_post<'a>(tile: &'a Tile, places: &[Place]) -> (&'a [f32], (usize, usize)) {
    let first = |low: f64, posts: usize| (low.max(0.0) as usize).min(posts - 1);
    let least = |of: fn(&Place) -> f64| places.iter().map(of).fold(f64::INFINITY, f64::min);
    let col = first(least(|place| place.0), tile.cols);
    let row = first(least(|place| place.1), tile.rows);
    (&tile.values[row * tile.stride() + col..], (col, row))
}

/// The heights of a line across a block, tile by tile: mostly two.
#[inline(always)]
fn fill_line<S: Lanes>(simd: S, tiles: &mut Held<'_>, from: Place, step: Place, line: &mut [f32]) {
    let mut done = 0;
    while done < line.len() {
        let (at, cell) = place_of(from, step, done);
        let mut end = line.len();
        if place_of(from, step, end - 1).1 != cell {
            end = done + 1;
            while place_of(from, step, end).1 == cell {
                end += 1;
            }
        }
        match tiles.tile(cell) {
            Some(tile) => fill_from(simd, tile, shifted(at, cell), step, &mut line[done..end]),
            None => line[done..end].fill(f32::NAN),
        }
        done = end;
    }
}

/// The place `i` steps along a line, and its cell.
#[inline(always)]
fn place_of(from: Place, step: Place, i: usize) -> (Place, Cell) {
    let at = (from.0 + step.0 * i as f64, from.1 + step.1 * i as f64);
    (at, cell_of(at))
}

fn cell_of((lat_deg, lon_deg): Place) -> Cell {
    (lat_deg.floor() as i32, lon_deg.floor() as i32)
}

fn wrapped((south, west): Cell) -> Cell {
    (south, (west + 180).rem_euclid(360) - 180)
}

/// A point with its longitude counted like that of its cell's tile.
fn shifted((lat_deg, lon_deg): Place, cell: Cell) -> Place {
    (lat_deg, lon_deg - f64::from(cell.1 - wrapped(cell).1))
}

/// Bilinear heights of a tile at equal steps along a line inside it.
///
/// Positions are kept relative to the first whole post, in single precision: within 1/1000 of a
/// post.
#[inline(always)]
fn fill_from<S: Lanes>(simd: S, tile: &Tile, from: Place, step: Place, line: &mut [f32]) {
    let (x, y) = tile.position(from.0, from.1);
    let (dx, dy) = (step.1 * tile.cols as f64, -step.0 * tile.rows as f64);
    let last = line.len() as f64 - 1.0;
    let (values, (col, row)) = from_first_post(tile, &[(x, y), (x + dx * last, y + dy * last)]);
    let part = Part {
        values,
        stride: tile.stride(),
        from: ((x - col as f64) as f32, (y - row as f64) as f32),
        step: (dx as f32, dy as f32),
        posts: (tile.cols - col, tile.rows - row),
        ahead: 0,
    };
    part.fill(simd, line);
}

/// A line over a part of a tile.
struct Part<'a> {
    /// Heights from the first post on.
    values: &'a [f32],
    /// Posts a row.
    stride: usize,
    /// Column and row of the first place.
    from: (f32, f32),
    /// Columns and rows from one place to the next.
    step: (f32, f32),
    /// Steps to the eastern and the southern edge.
    posts: (usize, usize),
    /// Posts until those of places that come after all lines like this one.
    ahead: usize,
}

impl Part<'_> {
    /// The heights at places 0, 1, …
    #[inline(always)]
    fn fill<S: Lanes>(&self, simd: S, line: &mut [f32]) {
        // Places in the table are reckoned in single precision, which counts to 2²⁴.
        let last = line.len() as f32 - 1.0;
        let rows_below = (self.from.1.max(self.from.1 + self.step.1 * last) as usize) + 2;
        if (rows_below + 1) * self.stride > 1 << 24 {
            for (i, height) in (0..).zip(line) {
                *height = self.at(i);
            }
            return;
        }
        let (whole, rest) = line.as_chunks_mut::<LANES>();
        let mut i = 0_u16;
        for block in whole {
            self.block(simd, i, block);
            i += LANES as u16;
        }
        if !rest.is_empty() {
            let mut block = [0.0; LANES];
            self.block(simd, i, &mut block);
            rest.copy_from_slice(&block[..rest.len()]);
        }
    }

    /// The height at place `i`.
    fn at(&self, i: u16) -> f32 {
        let (col, fx) = post_along(self.from.0, self.step.0, self.posts.0, i);
        let (row, fy) = post_along(self.from.1, self.step.1, self.posts.1, i);
        let i = row * self.stride + col;
        let [a, b] = [self.values[i], self.values[i + 1]];
        let i = i + self.stride;
        let [c, d] = [self.values[i], self.values[i + 1]];
        let north = a + (b - a) * fx;
        let south = c + (d - c) * fx;
        north + (south - north) * fy
    }

    /// The heights at places `i` to `i + 15`, each as [`Self::at`] has it.
    #[inline(always)]
    fn block<S: Lanes>(&self, simd: S, i: u16, heights_m: &mut Block) {
        let places = simd.float(simd.count_from(i32::from(i)));
        let (col, fx) = along(simd, places, self.from.0, self.step.0, self.posts.0);
        let (row, fy) = along(simd, places, self.from.1, self.step.1, self.posts.1);
        let [(a, b), (c, d)] = self.posts_around(simd, col, row);
        let (north, south) = (blend(simd, a, b, fx), blend(simd, c, d, fx));
        let height = blend(simd, north, south, fy);
        simd.store(height, heights_m);
    }

    /// The posts north-west and north-east of places `i` to `i + 15`, and those south of them.
    ///
    /// Sixteen places mostly lie between the same two or three rows of posts and advance by a post
    /// or two: whole rows are then loaded and picked from, which is faster than asking for each
    /// pair.
    #[inline(always)]
    fn posts_around<S: Lanes>(&self, simd: S, col: S::F, row: S::F) -> [(S::F, S::F); 2] {
        /// Entries that a pick may look at, from the first one on.
        const PICKED: usize = 4 * LANES + 1;
        let rows = simd.ends(simd.truncate(row));
        let (top, bottom) = (rows.0.min(rows.1) as usize, rows.0.max(rows.1) as usize);
        let cols = simd.truncate(col);
        let start = top * self.stride + simd.ends(cols).0 as usize;
        let end = start + 2 * self.stride + PICKED;
        if bottom - top > 1 || self.step.0 < 0.0 || end > self.values.len() {
            let at = simd.add(simd.mul(row, simd.splat(self.stride as f32)), col);
            let at = simd.truncate(at);
            let south = &self.values[self.stride..];
            return [simd.pairs(self.values, at), simd.pairs(south, at)];
        }
        // Places that come after all lines like this one need these rows farther east; with every
        // second one the last two rows are asked for as well.
        for row in [0, 2] {
            let next = start + self.ahead + row * self.stride;
            simd.ask_for(self.values, next);
            simd.ask_for(self.values, next + LANES);
        }
        let col = cols;
        let (first, second) = (self.row(simd, top, col), self.row(simd, top + 1, col));
        if bottom == top {
            return [first, second];
        }
        let third = self.row(simd, top + 2, col);
        let upper = simd.lt(row, simd.splat(bottom as f32));
        [
            select(simd, upper, first, second),
            select(simd, upper, second, third),
        ]
    }

    /// The posts of a row west and east of some places.
    #[inline(always)]
    fn row<S: Lanes>(&self, simd: S, row: usize, col: S::I) -> (S::F, S::F) {
        simd.pair(&self.values[row * self.stride..], col, self.step.0)
    }
}

/// One pair where the mask holds, another elsewhere.
#[inline(always)]
fn select<S: Lanes>(simd: S, m: S::M, a: (S::F, S::F), b: (S::F, S::F)) -> (S::F, S::F) {
    (simd.select(m, a.0, b.0), simd.select(m, a.1, b.1))
}

/// The post before a place along a line, and how far beyond it that is.
#[inline(always)]
fn post_along(from: f32, step: f32, posts: usize, i: u16) -> (usize, f32) {
    // A rounding must not lead beyond the last posts.
    let x = (from + step * f32::from(i)).clamp(0.0, posts as f32);
    let post = (x as usize).min(posts - 1);
    (post, x - post as f32)
}

/// The posts before some places along a line, and how far beyond them these are.
#[inline(always)]
fn along<S: Lanes>(simd: S, places: S::F, from: f32, step: f32, posts: usize) -> (S::F, S::F) {
    let x = simd.add(simd.splat(from), simd.mul(simd.splat(step), places));
    let x = simd.min(simd.max(x, simd.splat(0.0)), simd.splat(posts as f32));
    let post = simd.float(simd.truncate(x));
    let post = simd.min(post, simd.splat((posts - 1) as f32));
    (post, simd.sub(x, post))
}

/// A share of the way from `a` to `b`.
#[inline(always)]
fn blend<S: Lanes>(simd: S, a: S::F, b: S::F, share: S::F) -> S::F {
    simd.add(a, simd.mul(share, simd.sub(b, a)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cupola_world::Grid;

    fn height_m(at: LatLon) -> f64 {
        300.0 + 400.0 * (at.lat_deg - 49.5) + 300.0 * (at.lon_deg - 23.5)
    }

    fn tiles() -> TileSet {
        let load = |(south, west): Cell| -> Result<Option<Grid>, ()> {
            let cols = if south < 50 { 600 } else { 400 };
            let mut grid = Grid {
                north_deg: f64::from(south + 1),
                west_deg: f64::from(west),
                step_lat_deg: 1.0 / 600.0,
                step_lon_deg: 1.0 / cols as f64,
                rows: 600,
                cols,
                values: Vec::new(),
            };
            let values = (0..600 * cols).map(|i| height_m(grid.point(i / cols, i % cols)) as f32);
            grid.values = values.collect();
            Ok(Some(grid))
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(2)
            .build()
            .unwrap();
        let mut set = TileSet::default();
        let cells: Vec<Cell> = (48..=51)
            .flat_map(|s| (22..=25).map(move |w| (s, w)))
            .collect();
        set.hold(&cells, &load, &pool).unwrap();
        set
    }

    #[test]
    fn cells_have_the_ground_of_their_own_place() {
        let at = LatLon::new(50.02, 23.97);
        let layout = Layout::new(40_000.0, 180.0);
        let (tiles, mut heights) = (tiles(), Vec::new());
        for path in SimdPath::available() {
            // What a site before has left behind must not shine through.
            let mut again = vec![7.0; 11];
            fill(&tiles, at, &layout, path, &mut again);
            let bits = |heights: &[f32]| heights.iter().map(|h| h.to_bits()).collect::<Vec<_>>();
            assert!(
                heights.is_empty() || bits(&heights) == bits(&again),
                "{path:?}"
            );
            heights = again;
        }
        let frame = LocalFrame::new(at);
        let (side, half) = (layout.side(), layout.half as f64);
        let mut worst = 0.0_f64;
        for i in (0..side * side).step_by(7) {
            let east = (i % side) as f64 - half;
            let north = half - (i / side) as f64;
            let distance_m = (east * east + north * north).sqrt() * layout.cell_m;
            if distance_m > 40_000.0 {
                continue;
            }
            let point = frame.point_from_polar(distance_m, math::atan2(east, north));
            worst = worst.max((f64::from(heights[i]) - height_m(point)).abs());
        }
        // The plane rises 4 m in a kilometre: 1.8 m is half a cell, 2 cm a hundredth.
        assert!(worst < 0.02, "{worst}");
        assert!(heights[0].is_nan());
    }
}

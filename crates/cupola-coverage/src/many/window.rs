//! The ground around one site, resampled from tiles onto square cells with the site in the middle.
//!
//! The cells lie on an azimuthal equidistant plane around the site: distances from it are exact and
//! lines of sight are straight, which is what drop and horizon depend on. Positions are exact at
//! every sixteenth or thirty-second cell and linear between, which is off by less than
//! 1/100 of a cell; heights are bilinear between posts. Every kind of vector gives the same bits.
#![expect(
    clippy::inline_always,
    reason = "the work is compiled once per kind of vector, inside the function that has it"
)]

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
        // An arc of 32 cells bends by 32²/8 · cell · tan(lat) / R cells: 0.4 % of 200 m at 60°.
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

    /// First and last column of a row within the range, with two cells more on both sides.
    fn columns(&self, row: usize) -> (usize, usize) {
        let off = (row as f64 - self.half as f64) * self.cell_m;
        let wide_m = (self.range_m * self.range_m - off * off).max(0.0).sqrt();
        let cells = (wide_m / self.cell_m) as usize + 2;
        (
            self.half.saturating_sub(cells),
            (self.half + cells).min(2 * self.half),
        )
    }
}

/// Exact positions at the corners of blocks along one row of corners.
struct Corners {
    lat_deg: Vec<f64>,
    lon_deg: Vec<f64>,
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
        for (block, lines) in self.heights_m.chunks_mut(layout.block * side).enumerate() {
            let below = corners(&self.frame, layout, block + 1, blocks);
            for (i, line) in lines.chunks_mut(side).enumerate() {
                let share = i as f64 / layout.block as f64;
                let row = block * layout.block + i;
                fill_row(simd, &mut held, layout, row, share, [&above, &below], line);
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

fn corners(frame: &LocalFrame, layout: &Layout, row: usize, blocks: usize) -> Corners {
    let metres =
        |block: usize| ((block * layout.block) as f64 - layout.half as f64) * layout.cell_m;
    let north_m = -metres(row);
    let points = (0..=blocks).map(|col| {
        let east_m = metres(col);
        let distance_m = (north_m * north_m + east_m * east_m).sqrt();
        frame.point_from_polar(distance_m, math::atan2(east_m, north_m))
    });
    let (mut lat_deg, mut lon_deg) = (Vec::new(), Vec::new());
    for point in points {
        // Longitudes run on across the antimeridian, so that what lies between them is between.
        let turns = ((point.lon_deg - frame.origin().lon_deg) / 360.0).round();
        lat_deg.push(point.lat_deg);
        lon_deg.push(point.lon_deg - 360.0 * turns);
    }
    Corners { lat_deg, lon_deg }
}

#[inline(always)]
fn fill_row<S: Lanes>(
    simd: S,
    tiles: &mut Held<'_>,
    layout: &Layout,
    row: usize,
    share: f64,
    [above, below]: [&Corners; 2],
    line: &mut [f32],
) {
    let (first, last) = layout.columns(row);
    let between = |of: [&Vec<f64>; 2], i: usize| of[0][i] + (of[1][i] - of[0][i]) * share;
    let place = |i: usize| {
        let lat_deg = between([&above.lat_deg, &below.lat_deg], i);
        (lat_deg, between([&above.lon_deg, &below.lon_deg], i))
    };
    let per_cell = 1.0 / layout.block as f64;
    let (first, last) = (first / layout.block, last / layout.block);
    let end = ((last + 1) * layout.block).min(line.len());
    line[..first * layout.block].fill(f32::NAN);
    line[end..].fill(f32::NAN);
    for block in first..=last {
        let (from, to) = (place(block), place(block + 1));
        let start = block * layout.block;
        let end = (start + layout.block).min(line.len());
        let step = ((to.0 - from.0) * per_cell, (to.1 - from.1) * per_cell);
        let part = &mut line[start..end];
        fill_block(simd, tiles, from, step, part);
    }
}

/// The heights of a block, tile by tile: mostly one, at edges two or three.
#[inline(always)]
fn fill_block<S: Lanes>(
    simd: S,
    tiles: &mut Held<'_>,
    from: (f64, f64),
    step: (f64, f64),
    part: &mut [f32],
) {
    let mut done = 0;
    while done < part.len() {
        let (at, cell) = place_of(from, step, done);
        let mut end = part.len();
        if place_of(from, step, end - 1).1 != cell {
            end = done + 1;
            while place_of(from, step, end).1 == cell {
                end += 1;
            }
        }
        match tiles.tile(cell) {
            Some(tile) => fill_from(simd, tile, shifted(at, cell), step, &mut part[done..end]),
            None => part[done..end].fill(f32::NAN),
        }
        done = end;
    }
}

/// The place `i` steps along a line, and its cell.
#[inline(always)]
fn place_of(from: (f64, f64), step: (f64, f64), i: usize) -> ((f64, f64), Cell) {
    let at = (from.0 + step.0 * i as f64, from.1 + step.1 * i as f64);
    (at, cell_of(at))
}

fn cell_of((lat_deg, lon_deg): (f64, f64)) -> Cell {
    (lat_deg.floor() as i32, lon_deg.floor() as i32)
}

fn wrapped((south, west): Cell) -> Cell {
    (south, (west + 180).rem_euclid(360) - 180)
}

/// A point with its longitude counted like that of its cell's tile.
fn shifted((lat_deg, lon_deg): (f64, f64), cell: Cell) -> (f64, f64) {
    (lat_deg, lon_deg - f64::from(cell.1 - wrapped(cell).1))
}

/// Bilinear heights of a tile at equal steps along a line inside it.
///
/// Positions are kept relative to the first whole post, in single precision: within 1/1000 of a
/// post.
#[inline(always)]
fn fill_from<S: Lanes>(simd: S, tile: &Tile, from: (f64, f64), step: (f64, f64), line: &mut [f32]) {
    let (x, y) = tile.position(from.0, from.1);
    let (dx, dy) = (step.1 * tile.cols as f64, -step.0 * tile.rows as f64);
    let last = line.len() as f64 - 1.0;
    let base = |from: f64, step: f64, posts: usize| {
        let low = from.min(from + step * last).floor().max(0.0) as usize;
        low.min(posts - 1)
    };
    let (col, row) = (base(x, dx, tile.cols), base(y, dy, tile.rows));
    let stride = tile.stride();
    let part = Part {
        values: &tile.values[row * stride + col..],
        stride,
        from: ((x - col as f64) as f32, (y - row as f64) as f32),
        step: (dx as f32, dy as f32),
        posts: (tile.cols - col, tile.rows - row),
    };
    // Places in the table are reckoned in single precision, which counts to 2²⁴.
    let rows_below = (part.from.1.max(part.from.1 + part.step.1 * last as f32) as usize) + 2;
    if (rows_below + 1) * stride > 1 << 24 {
        for (i, height) in (0..).zip(line) {
            *height = part.at(i);
        }
        return;
    }
    let (whole, rest) = line.as_chunks_mut::<LANES>();
    let mut i = 0_u16;
    for block in whole {
        part.block(simd, i, block);
        i += LANES as u16;
    }
    if !rest.is_empty() {
        let mut block = [0.0; LANES];
        part.block(simd, i, &mut block);
        rest.copy_from_slice(&block[..rest.len()]);
    }
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
}

impl Part<'_> {
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
        let [(a, b), (c, d)] = self.posts_around(simd, i, col, row);
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
    fn posts_around<S: Lanes>(&self, simd: S, i: u16, col: S::F, row: S::F) -> [(S::F, S::F); 2] {
        /// Entries that a pick may look at, from the first one on.
        const PICKED: usize = 4 * LANES + 1;
        let (one, other) = (self.row_of(i), self.row_of(i + LANES as u16 - 1));
        let (top, bottom) = (one.min(other), one.max(other));
        let last = (bottom + 1) * self.stride + self.col_of(i) + PICKED;
        if bottom - top > 1 || self.step.0 < 0.0 || last > self.values.len() {
            let at = simd.add(simd.mul(row, simd.splat(self.stride as f32)), col);
            let at = simd.truncate(at);
            let south = &self.values[self.stride..];
            return [simd.pairs(self.values, at), simd.pairs(south, at)];
        }
        // The line below this one will be the first to need the row after these.
        let next = (bottom + 2) * self.stride + self.col_of(i);
        simd.ask_for(self.values, next);
        simd.ask_for(self.values, next + LANES);
        let col = simd.truncate(col);
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

    /// The column west of place `i`.
    #[inline(always)]
    fn col_of(&self, i: u16) -> usize {
        post_along(self.from.0, self.step.0, self.posts.0, i).0
    }

    /// The row north of place `i`.
    #[inline(always)]
    fn row_of(&self, i: u16) -> usize {
        post_along(self.from.1, self.step.1, self.posts.1, i).0
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

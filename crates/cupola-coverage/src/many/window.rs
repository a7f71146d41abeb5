//! The ground around one site, resampled from tiles onto square cells with the site in the middle.
//!
//! The cells lie on an azimuthal equidistant plane around the site: distances from it are exact and
//! lines of sight are straight, which is what drop and horizon depend on. Positions are exact at
//! every sixteenth or thirty-second cell and linear between, which is off by less than
//! 1/100 of a cell; heights are bilinear between posts.

use cupola_units::{LatLon, math};
use cupola_world::geodesy::LocalFrame;

use super::tiles::{Cell, Tile, TileSet};

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
pub(super) fn fill(tiles: &TileSet, at: LatLon, layout: &Layout, heights_m: &mut Vec<f32>) {
    let side = layout.side();
    heights_m.clear();
    heights_m.resize(side * side, f32::NAN);
    let frame = LocalFrame::new(at);
    let blocks = side.div_ceil(layout.block);
    let mut above = corners(&frame, layout, 0, blocks);
    for block in 0..blocks {
        let below = corners(&frame, layout, block + 1, blocks);
        let first = block * layout.block;
        for row in first..(first + layout.block).min(side) {
            let share = (row - first) as f64 / layout.block as f64;
            let line = &mut heights_m[row * side..(row + 1) * side];
            fill_row(tiles, layout, row, share, [&above, &below], line);
        }
        above = below;
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

fn fill_row(
    tiles: &TileSet,
    layout: &Layout,
    row: usize,
    share: f64,
    [above, below]: [&Corners; 2],
    line: &mut [f32],
) {
    let (first, last) = layout.columns(row);
    let between = |of: &dyn Fn(&Corners) -> &Vec<f64>, i: usize| {
        of(above)[i] + (of(below)[i] - of(above)[i]) * share
    };
    let place = |i: usize| (between(&|c| &c.lat_deg, i), between(&|c| &c.lon_deg, i));
    let per_cell = 1.0 / layout.block as f64;
    for block in first / layout.block..=last / layout.block {
        let (from, to) = (place(block), place(block + 1));
        let start = block * layout.block;
        let end = (start + layout.block).min(line.len());
        let step = ((to.0 - from.0) * per_cell, (to.1 - from.1) * per_cell);
        let part = &mut line[start..end];
        let cell = cell_of(from);
        let last = part.len() as f64 - 1.0;
        let far = cell_of((from.0 + step.0 * last, from.1 + step.1 * last));
        if cell == far {
            if let Some(tile) = tiles.tile(wrapped(cell)) {
                fill_from(tile, shifted(from, cell), step, part);
            }
            continue;
        }
        for (i, height) in part.iter_mut().enumerate() {
            let at = (from.0 + step.0 * i as f64, from.1 + step.1 * i as f64);
            let cell = cell_of(at);
            if let Some(tile) = tiles.tile(wrapped(cell)) {
                let (lat_deg, lon_deg) = shifted(at, cell);
                let (x, y) = tile.position(lat_deg, lon_deg);
                *height = tile.at(x, y) as f32;
            }
        }
    }
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
fn fill_from(tile: &Tile, from: (f64, f64), step: (f64, f64), line: &mut [f32]) {
    let (x, y) = tile.position(from.0, from.1);
    let (dx, dy) = (step.1 * tile.cols as f64, -step.0 * tile.rows as f64);
    let last = line.len() as f64 - 1.0;
    let base = |from: f64, step: f64, posts: usize| {
        let low = from.min(from + step * last).floor().max(0.0) as usize;
        low.min(posts - 1)
    };
    let (col, row) = (base(x, dx, tile.cols), base(y, dy, tile.rows));
    let stride = tile.stride();
    let values = &tile.values[row * stride + col..];
    let (x, y) = ((x - col as f64) as f32, (y - row as f64) as f32);
    let (dx, dy) = (dx as f32, dy as f32);
    // A rounding must not lead beyond the last posts.
    let (x_max, y_max) = ((tile.cols - col) as f32, (tile.rows - row) as f32);
    let (col_max, row_max) = (tile.cols - col - 1, tile.rows - row - 1);
    for (i, height) in line.iter_mut().enumerate() {
        let x = (x + dx * i as f32).clamp(0.0, x_max);
        let y = (y + dy * i as f32).clamp(0.0, y_max);
        let (c, r) = ((x as usize).min(col_max), (y as usize).min(row_max));
        let (fx, fy) = (x - c as f32, y - r as f32);
        let i = r * stride + c;
        let [a, b] = [values[i], values[i + 1]];
        let [c, d] = [values[i + stride], values[i + stride + 1]];
        let north = a + (b - a) * fx;
        let south = c + (d - c) * fx;
        *height = north + (south - north) * fy;
    }
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
        let mut heights = Vec::new();
        fill(&tiles(), at, &layout, &mut heights);
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

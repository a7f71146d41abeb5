//! One-degree tiles of terrain side by side, each with the edge posts of its neighbours.
//!
//! A tile has posts on all four edges of its cell, also where the source leaves out the southern
//! row and the eastern column (Copernicus), and whatever the number of columns north and south of
//! it (the seams at 50°, 60° …). A point is then answered from one tile alone, which is what makes
//! resampling millions of points cheap.
//!
//! Not here: which tiles are in memory at what time (the caller loads and forgets them), and
//! priority between sources (`terrain::Mosaic`).

use std::collections::BTreeMap;

use cupola_units::LatLon;
use cupola_world::{Bounds, Grid};
use rayon::prelude::*;

use crate::CoverageError;

/// A whole-degree cell: southern and western edge, degrees.
pub type Cell = (i32, i32);

/// Heights of one cell at posts on and between all its edges; NaN is void.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Latitude of the southern edge.
    pub south_deg: i32,
    /// Longitude of the western edge.
    pub west_deg: i32,
    /// Steps from the northern to the southern edge; there is one more row of posts.
    pub rows: usize,
    /// Steps from the western to the eastern edge; there is one more column of posts.
    pub cols: usize,
    /// Row-major heights from the north-west, `(rows + 1) × (cols + 1)`, metres above sea.
    pub values: Vec<f32>,
}

/// Tiles in memory.
#[derive(Clone, Debug, Default)]
pub struct TileSet {
    tiles: BTreeMap<Cell, Tile>,
}

/// What can go wrong when a tile is loaded: the loader's own error, or a grid that is no tile.
#[derive(Clone, Debug, PartialEq)]
pub enum LoadError<E> {
    /// The loader's.
    Loader(E),
    /// The grid is not one of a whole-degree cell.
    Tile(CoverageError),
}

impl Tile {
    /// A tile from a grid whose first post is the cell's north-western corner, with or without
    /// posts on the southern and eastern edges; absent edges are void until the neighbours are
    /// known.
    fn new(cell: Cell, grid: &Grid) -> Result<Self, CoverageError> {
        let bad = || CoverageError::Tile {
            south_deg: cell.0,
            west_deg: cell.1,
            rows: grid.rows,
            cols: grid.cols,
        };
        let steps = |count: usize, step_deg: f64| {
            let per_degree = (1.0 / step_deg).round();
            let whole = (step_deg * per_degree - 1.0).abs() < 1e-6;
            let steps = per_degree as usize;
            (whole && (count == steps || count == steps + 1)).then_some(steps)
        };
        let near = |a: f64, b: i32, step_deg: f64| (a - f64::from(b)).abs() < 0.01 * step_deg;
        let rows = steps(grid.rows, grid.step_lat_deg).ok_or_else(bad)?;
        let cols = steps(grid.cols, grid.step_lon_deg).ok_or_else(bad)?;
        let placed = near(grid.north_deg, cell.0 + 1, grid.step_lat_deg)
            && near(grid.west_deg, cell.1, grid.step_lon_deg);
        if !placed || grid.values.len() != grid.rows * grid.cols {
            return Err(bad());
        }
        let mut values = Vec::with_capacity((rows + 1) * (cols + 1));
        for row in grid.values.chunks_exact(grid.cols) {
            values.extend_from_slice(row);
            values.resize(values.len() + cols + 1 - grid.cols, f32::NAN);
        }
        values.resize((rows + 1) * (cols + 1), f32::NAN);
        Ok(Self {
            south_deg: cell.0,
            west_deg: cell.1,
            rows,
            cols,
            values,
        })
    }

    /// Posts per row of [`Self::values`].
    pub fn stride(&self) -> usize {
        self.cols + 1
    }

    /// Column and row coordinates of a point: 0 in the north-west, one per post.
    pub fn position(&self, lat_deg: f64, lon_deg: f64) -> (f64, f64) {
        let x = (lon_deg - f64::from(self.west_deg)) * self.cols as f64;
        let y = (f64::from(self.south_deg + 1) - lat_deg) * self.rows as f64;
        (x, y)
    }

    /// Bilinear height at a position inside the tile; NaN where a post it needs is void.
    pub fn at(&self, x: f64, y: f64) -> f64 {
        let (x, y) = (
            x.clamp(0.0, self.cols as f64),
            y.clamp(0.0, self.rows as f64),
        );
        let (col, row) = (
            (x as usize).min(self.cols - 1),
            (y as usize).min(self.rows - 1),
        );
        let (fx, fy) = (x - col as f64, y - row as f64);
        let i = row * self.stride() + col;
        let j = i + self.stride();
        let [a, b] = [self.values[i], self.values[i + 1]].map(f64::from);
        let [c, d] = [self.values[j], self.values[j + 1]].map(f64::from);
        blend(blend(a, b, fx), blend(c, d, fx), fy)
    }

    /// The northern row at a share of the way east, for the tile north of this one.
    fn north_edge(&self, share: f64) -> f32 {
        self.at(snapped(share * self.cols as f64), 0.0) as f32
    }

    /// The western column at a share of the way down, for the tile west of this one.
    fn west_edge(&self, share: f64) -> f32 {
        self.at(0.0, snapped(share * self.rows as f64)) as f32
    }

    /// Whether posts on the southern or eastern edge were left out by the source.
    fn open_edges(&self) -> (bool, bool) {
        let last_row = &self.values[self.rows * self.stride()..];
        let south = last_row.iter().all(|height| height.is_nan());
        let east = (0..=self.rows).all(|row| self.values[row * self.stride() + self.cols].is_nan());
        (south, east)
    }
}

/// A position that is a rounding away from a post, on it.
fn snapped(position: f64) -> f64 {
    let post = position.round();
    if (position - post).abs() < 1e-9 {
        post
    } else {
        position
    }
}

/// Linear between two posts; a void post that has no share does not count.
fn blend(a: f64, b: f64, share: f64) -> f64 {
    if share == 0.0 { a } else { a + (b - a) * share }
}

impl TileSet {
    /// Forgets the tiles of all other cells and loads those of these that are not there, in the
    /// pool.
    ///
    /// `load` gives a cell's grid, or `None` where there is none. Posts on edges that a source
    /// leaves out come from the neighbours, which are asked for as well.
    ///
    /// # Errors
    /// [`LoadError`] of the first cell, from the south-west, that cannot be loaded.
    pub fn hold<E: Send>(
        &mut self,
        cells: &[Cell],
        load: &(dyn Fn(Cell) -> Result<Option<Grid>, E> + Sync),
        pool: &rayon::ThreadPool,
    ) -> Result<(), LoadError<E>> {
        self.tiles.retain(|cell, _| cells.contains(cell));
        let mut wanted: Vec<Cell> = cells.to_vec();
        wanted.retain(|cell| !self.tiles.contains_key(cell));
        wanted.sort_unstable();
        wanted.dedup();
        let one = |cell: &Cell| -> Result<Option<Tile>, LoadError<E>> {
            let Some(grid) = load(*cell).map_err(LoadError::Loader)? else {
                return Ok(None);
            };
            Tile::new(*cell, &grid).map(Some).map_err(LoadError::Tile)
        };
        let loaded: Vec<_> = pool.install(|| wanted.par_iter().map(one).collect());
        for (cell, tile) in wanted.into_iter().zip(loaded) {
            if let Some(tile) = tile? {
                self.tiles.insert(cell, tile);
            }
        }
        // Tiles from before may wait for an edge of a fresh one, too.
        let all: Vec<Cell> = self.tiles.keys().copied().collect();
        for cell in all {
            self.close(cell);
        }
        Ok(())
    }

    /// Fills the edges that a tile's source left out from its neighbours, as far as they are here.
    fn close(&mut self, cell: Cell) {
        let Some(tile) = self.tiles.get(&cell) else {
            return;
        };
        let (south, east) = tile.open_edges();
        if !south && !east {
            return;
        }
        let (rows, cols) = (tile.rows, tile.cols);
        let below = self.tiles.get(&(cell.0 - 1, cell.1));
        let beside = self.tiles.get(&(cell.0, next_east(cell.1)));
        let corner = self.tiles.get(&(cell.0 - 1, next_east(cell.1)));
        let share = |i: usize, of: usize| i as f64 / of as f64;
        let row: Vec<f32> = (0..cols)
            .map(|i| below.map_or(f32::NAN, |t| t.north_edge(share(i, cols))))
            .collect();
        let column: Vec<f32> = (0..rows)
            .map(|i| beside.map_or(f32::NAN, |t| t.west_edge(share(i, rows))))
            .collect();
        let last = corner.map_or(f32::NAN, |t| t.north_edge(0.0));
        let Some(tile) = self.tiles.get_mut(&cell) else {
            return;
        };
        let stride = tile.stride();
        if south {
            tile.values[rows * stride..rows * stride + cols].copy_from_slice(&row);
        }
        if east {
            for (i, height) in column.into_iter().enumerate() {
                tile.values[i * stride + cols] = height;
            }
        }
        let end = rows * stride + cols;
        if tile.values[end].is_nan() {
            tile.values[end] = last;
        }
    }

    /// The cells whose tiles are here, from the south-west.
    pub fn cells(&self) -> impl Iterator<Item = Cell> {
        self.tiles.keys().copied()
    }

    /// The tile of a cell.
    pub fn tile(&self, cell: Cell) -> Option<&Tile> {
        self.tiles.get(&cell)
    }

    /// Bilinear height at a point, metres above sea; NaN where there is none.
    pub fn height_m(&self, at: LatLon) -> f64 {
        let lon_deg = cupola_units::math::wrap_degrees(at.lon_deg);
        let cell = (at.lat_deg.floor() as i32, lon_deg.floor() as i32);
        self.tile(cell).map_or(f64::NAN, |tile| {
            let (x, y) = tile.position(at.lat_deg, lon_deg);
            tile.at(x, y)
        })
    }

    /// Bytes of all heights.
    pub fn bytes(&self) -> usize {
        self.tiles.values().map(|tile| 4 * tile.values.len()).sum()
    }

    /// Number of tiles.
    pub fn len(&self) -> usize {
        self.tiles.len()
    }

    /// Whether there is no tile.
    pub fn is_empty(&self) -> bool {
        self.tiles.is_empty()
    }
}

fn next_east(west_deg: i32) -> i32 {
    if west_deg >= 179 { -180 } else { west_deg + 1 }
}

/// The cells of a box and those south and east of it that hold its last posts.
pub fn cells_of(bounds: &Bounds) -> Vec<Cell> {
    let south = bounds.south_deg.floor() as i32 - 1;
    let north = bounds.north_deg.floor() as i32;
    let west = bounds.west_deg.floor() as i32;
    let east = bounds.east_deg.floor() as i32 + 1;
    (south.max(-90)..=north.min(89))
        .flat_map(|lat| (west..=east).map(move |lon| (lat, (lon + 180).rem_euclid(360) - 180)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(lat_deg: f64, lon_deg: f64) -> f64 {
        100.0 + 40.0 * lat_deg + 20.0 * lon_deg
    }

    /// A tile in the Copernicus manner, of a plane.
    fn half_open((south, west): Cell, rows: usize, cols: usize) -> Grid {
        let mut grid = Grid {
            north_deg: f64::from(south + 1),
            west_deg: f64::from(west),
            step_lat_deg: 1.0 / rows as f64,
            step_lon_deg: 1.0 / cols as f64,
            rows,
            cols,
            values: Vec::new(),
        };
        grid.values = (0..rows * cols)
            .map(|i| {
                let at = grid.point(i / cols, i % cols);
                plane(at.lat_deg, at.lon_deg) as f32
            })
            .collect();
        grid
    }

    fn pool() -> rayon::ThreadPool {
        rayon::ThreadPoolBuilder::new()
            .num_threads(2)
            .build()
            .unwrap()
    }

    #[test]
    fn half_open_tiles_join_without_a_gap_where_the_columns_change() {
        let load = |cell: Cell| -> Result<Option<Grid>, ()> {
            Ok(Some(half_open(cell, 12, if cell.0 < 50 { 12 } else { 8 })))
        };
        let mut set = TileSet::default();
        let cells = [(49, 23), (49, 24), (50, 23), (50, 24), (48, 23), (48, 24)];
        set.hold(&cells, &load, &pool()).unwrap();
        for i in 0..=100 {
            let t = f64::from(i) / 100.0;
            for (lat, lon) in [
                (49.2 + t, 23.9),
                (50.0, 23.4 + 0.5 * t),
                (49.97 + 0.06 * t, 23.97 + 0.06 * t),
            ] {
                let found = set.height_m(LatLon::new(lat, lon));
                assert!(
                    (found - plane(lat, lon)).abs() < 1e-3,
                    "{lat} {lon}: {found}"
                );
            }
        }
        // Beyond the last tile nothing is known.
        assert!(set.height_m(LatLon::new(50.5, 25.0)).is_nan());
        assert!(set.height_m(LatLon::new(50.5, 24.99)).is_nan());
    }

    #[test]
    fn tiles_that_go_and_come_back_are_the_same() {
        let load = |cell: Cell| -> Result<Option<Grid>, ()> { Ok(Some(half_open(cell, 12, 12))) };
        let mut set = TileSet::default();
        set.hold(&[(10, 10)], &load, &pool()).unwrap();
        assert!(set.height_m(LatLon::new(10.01, 10.5)).is_nan());
        let four = [(10, 10), (10, 11), (9, 10), (9, 11)];
        set.hold(&four, &load, &pool()).unwrap();
        let whole = set.tile((10, 10)).unwrap().clone();
        set.hold(&[(9, 10)], &load, &pool()).unwrap();
        assert_eq!(set.len(), 1);
        set.hold(&four, &load, &pool()).unwrap();
        assert_eq!(set.tile((10, 10)), Some(&whole));
        assert!(whole.values.iter().all(|height| !height.is_nan()));
    }

    #[test]
    fn a_grid_of_another_place_is_no_tile() {
        let load = |_: Cell| -> Result<Option<Grid>, ()> { Ok(Some(half_open((1, 1), 12, 12))) };
        let error = TileSet::default().hold(&[(1, 2)], &load, &pool());
        assert!(matches!(error, Err(LoadError::Tile(_))));
    }
}

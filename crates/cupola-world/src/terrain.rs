//! Where heights come from: measured tiles by priority, the embedded terrain underneath.
//!
//! A [`Mosaic`] joins tiles of any size and spacing. Tiles may share their edge rows (DTED, SRTM)
//! or leave out the southern row and eastern column (Copernicus): the missing strip is taken from
//! the neighbour. Voids fall through to the next source and at last to the embedded terrain.
//!
//! Not here: reading files (`cupola-io` does, and hands over grids).

use std::collections::BTreeMap;

use cupola_units::LatLon;
use cupola_units::math::radians_from_degrees;

use crate::codec::wrap_lon;
use crate::elevation::Relief;
use crate::error::cells;
use crate::{Bounds, Grid, WorldError};

/// Whether heights are measured or drawn at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerrainKind {
    /// Embedded 5′ heights with seeded relief: right on average, wrong at any one place.
    Statistical {
        /// Seed of the relief.
        seed: u32,
    },
    /// Measured heights given by the user.
    Given,
}

/// A source of heights.
pub trait Terrain {
    /// Heights of a box, metres above sea, on nodes that cover it; no void.
    ///
    /// # Errors
    /// [`WorldError`] if the box is empty or the grid too large.
    fn grid(&self, bounds: &Bounds) -> Result<Grid, WorldError>;
    /// The same, and which nodes are statistical where others are measured: one per height, or none
    /// at all where every node is of the terrain's kind.
    ///
    /// # Errors
    /// As [`Terrain::grid`].
    fn ground(&self, bounds: &Bounds) -> Result<(Grid, Vec<bool>), WorldError> {
        Ok((self.grid(bounds)?, Vec::new()))
    }
    /// Whether the heights are measured.
    fn kind(&self) -> TerrainKind;
    /// North–south spacing of the nodes, metres.
    fn cell_m(&self) -> f64;
    /// One line for reports: sources and spacing.
    fn description(&self) -> String;
}

/// Metres of a meridian arc on the mean sphere.
fn metres(degrees: f64) -> f64 {
    radians_from_degrees(degrees) * cupola_units::EARTH_RADIUS_MEAN_M
}

/// The embedded terrain with statistical relief of one seed.
#[derive(Clone, Debug)]
pub struct Statistical {
    relief: Relief,
}

impl Statistical {
    /// Takes about 0.2 s; keep it for several boxes.
    pub fn new(seed: u32) -> Self {
        Self {
            relief: Relief::new(seed),
        }
    }
}

impl Terrain for Statistical {
    fn grid(&self, bounds: &Bounds) -> Result<Grid, WorldError> {
        self.relief.grid(bounds)
    }

    fn kind(&self) -> TerrainKind {
        TerrainKind::Statistical {
            seed: self.relief.seed(),
        }
    }

    fn cell_m(&self) -> f64 {
        metres(1.0 / 120.0)
    }

    fn description(&self) -> String {
        format!(
            "statistical terrain: embedded 5′ heights with random relief at 30″, seed {}",
            self.relief.seed()
        )
    }
}

/// Level ground at one height: for closed formulas, tests and benchmarks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    /// Height above sea, metres.
    pub height_m: f64,
}

impl Level {
    /// Spacing of its nodes, degrees.
    const STEP_DEG: f64 = 0.05;
}

impl Terrain for Level {
    fn grid(&self, bounds: &Bounds) -> Result<Grid, WorldError> {
        let step = Self::STEP_DEG;
        let nodes = |from: f64, to: f64| ((to - from).max(0.0) / step).ceil() as usize + 3;
        let rows = nodes(bounds.south_deg, bounds.north_deg);
        let cols = nodes(bounds.west_deg, bounds.east_deg);
        Ok(Grid {
            north_deg: bounds.north_deg + step,
            west_deg: bounds.west_deg - step,
            step_lat_deg: step,
            step_lon_deg: step,
            rows,
            cols,
            values: vec![self.height_m as f32; rows * cols],
        })
    }

    fn kind(&self) -> TerrainKind {
        TerrainKind::Given
    }

    fn cell_m(&self) -> f64 {
        metres(Self::STEP_DEG)
    }

    fn description(&self) -> String {
        format!("level ground at {} m", self.height_m)
    }
}

/// Tiles of one kind, of which none is better than another.
#[derive(Clone, Debug)]
struct Source {
    name: String,
    tiles: Vec<Grid>,
    /// Tiles that touch a whole degree square, by its south-west corner.
    squares: BTreeMap<(i16, i16), Vec<usize>>,
}

/// Heights by priority from several sources of tiles, above the embedded terrain.
#[derive(Clone, Debug)]
pub struct Mosaic {
    sources: Vec<Source>,
    base: Relief,
    step_deg: f64,
}

/// A grid and how many of its nodes came from which source.
#[derive(Clone, Debug, PartialEq)]
pub struct Resampled {
    /// The heights.
    pub grid: Grid,
    /// Sources by priority and the number of nodes from each; the embedded terrain last.
    pub nodes_by_source: Vec<(String, usize)>,
    /// Which nodes are land of the embedded terrain, statistical relief; none at all if no node is.
    /// Its sea is level and no invention.
    pub statistical: Vec<bool>,
}

/// Slack when comparing coordinates of tiles, degrees (0.1 mm).
const SLACK_DEG: f64 = 1e-9;

fn whole_degrees(tile: &Grid) -> impl Iterator<Item = (i16, i16)> {
    let b = tile.bounds();
    // One post beyond the last row and column, for the strip that some tiles leave out.
    let south = (b.south_deg - tile.step_lat_deg).floor() as i16;
    let east = (b.east_deg + tile.step_lon_deg).floor() as i16;
    let north = (b.north_deg + SLACK_DEG).floor() as i16;
    let west = (b.west_deg - SLACK_DEG).floor() as i16;
    let east = east.min(west + 359);
    (south..=north).flat_map(move |lat| (west..=east).map(move |lon| (lat, turned(lon))))
}

/// A whole degree of longitude counted from −180 to 179: 180° E is 180° W.
fn turned(lon: i16) -> i16 {
    (lon + 180).rem_euclid(360) - 180
}

impl Source {
    fn new(name: &str, tiles: Vec<Grid>) -> Result<Self, WorldError> {
        let mut squares: BTreeMap<(i16, i16), Vec<usize>> = BTreeMap::new();
        for (index, tile) in tiles.iter().enumerate() {
            let sound = tile.rows >= 2 && tile.cols >= 2;
            if !sound || tile.values.len() != tile.rows * tile.cols {
                return Err(WorldError::BadTile {
                    source_name: name.to_owned(),
                    index,
                    rows: tile.rows,
                    cols: tile.cols,
                    values: tile.values.len(),
                });
            }
            for square in whole_degrees(tile) {
                squares.entry(square).or_default().push(index);
            }
        }
        Ok(Self {
            name: name.to_owned(),
            tiles,
            squares,
        })
    }

    fn near(&self, at: LatLon) -> &[usize] {
        let square = (at.lat_deg.floor() as i16, turned(at.lon_deg.floor() as i16));
        self.squares.get(&square).map_or(&[], Vec::as_slice)
    }

    /// Height inside the posts of any tile.
    fn within_posts(&self, at: LatLon) -> Option<f64> {
        self.near(at).iter().find_map(|&index| {
            let tile = &self.tiles[index];
            tile.bilinear(at).or_else(|| nudged(tile, at))
        })
    }

    fn height_m(&self, at: LatLon) -> Option<f64> {
        self.within_posts(at).or_else(|| {
            self.near(at)
                .iter()
                .find_map(|&index| self.across_seam(&self.tiles[index], at))
        })
    }

    /// Height in the strip south or east of a tile's last posts, with the neighbours' posts.
    fn across_seam(&self, tile: &Grid, at: LatLon) -> Option<f64> {
        let y = (tile.north_deg - at.lat_deg) / tile.step_lat_deg;
        let x = (lon_near(tile, at) - tile.west_deg) / tile.step_lon_deg;
        let in_reach = y >= 0.0 && x >= 0.0 && y <= tile.rows as f64 && x <= tile.cols as f64;
        if !in_reach {
            return None;
        }
        let (row, col) = (
            (y as usize).min(tile.rows - 1),
            (x as usize).min(tile.cols - 1),
        );
        let post = |row: usize, col: usize| {
            if row < tile.rows && col < tile.cols {
                let value = f64::from(tile.values[row * tile.cols + col]);
                return (!value.is_nan()).then_some(value);
            }
            self.within_posts(wrap_lon(tile.point(row, col)))
        };
        let (fy, fx) = (y - row as f64, x - col as f64);
        let blend = |a: Option<f64>, b: Option<f64>, share: f64| match (a, b) {
            (Some(a), _) if share <= 0.0 => Some(a),
            (Some(a), Some(b)) => Some(a + (b - a) * share),
            _ => None,
        };
        let north = blend(post(row, col), post(row, col + 1), fx)?;
        if fy <= 0.0 {
            return Some(north);
        }
        let south = blend(post(row + 1, col), post(row + 1, col + 1), fx);
        blend(Some(north), south, fy)
    }
}

/// The longitude of a point in the turn in which it lies on a tile, or nearest to its middle.
fn lon_near(tile: &Grid, at: LatLon) -> f64 {
    let middle_deg = tile.west_deg + 0.5 * tile.cols as f64 * tile.step_lon_deg;
    at.lon_deg + 360.0 * ((middle_deg - at.lon_deg) / 360.0).round()
}

/// Height of a point that rounding puts just outside the posts of a tile, or on its edge.
fn nudged(tile: &Grid, at: LatLon) -> Option<f64> {
    let b = tile.bounds();
    let at = LatLon::new(at.lat_deg, lon_near(tile, at));
    let inside = LatLon::new(
        at.lat_deg.clamp(b.south_deg, b.north_deg),
        at.lon_deg.clamp(b.west_deg, b.east_deg),
    );
    let moved = (inside.lat_deg - at.lat_deg)
        .abs()
        .max((inside.lon_deg - at.lon_deg).abs());
    if moved > SLACK_DEG {
        return None;
    }
    // The last row and column computed from the count may miss the clamp by a rounding, too.
    let shrink = LatLon::new(
        inside.lat_deg + (0.5 * (b.south_deg + b.north_deg) - inside.lat_deg) * 1e-12,
        inside.lon_deg + (0.5 * (b.west_deg + b.east_deg) - inside.lon_deg) * 1e-12,
    );
    tile.bilinear(shrink)
}

impl Mosaic {
    /// An empty mosaic that answers [`Terrain::grid`] with nodes every `step_deg` degrees and has
    /// the embedded terrain with relief of `seed` underneath.
    ///
    /// # Errors
    /// [`WorldError::BadStep`] if the step is not positive.
    pub fn new(step_deg: f64, seed: u32) -> Result<Self, WorldError> {
        if !(step_deg > 0.0 && step_deg.is_finite()) {
            return Err(WorldError::BadStep { step_deg });
        }
        Ok(Self {
            sources: Vec::new(),
            base: Relief::new(seed),
            step_deg,
        })
    }

    /// Adds a source below those added before.
    ///
    /// # Errors
    /// [`WorldError::BadTile`] if a tile has fewer than two rows or columns or lacks values.
    pub fn push(&mut self, name: &str, tiles: Vec<Grid>) -> Result<(), WorldError> {
        self.sources.push(Source::new(name, tiles)?);
        Ok(())
    }

    /// Measured height at a point, metres above sea; `None` where no source has one.
    pub fn height_m(&self, at: LatLon) -> Option<f64> {
        let at = wrap_lon(at);
        self.sources.iter().find_map(|source| source.height_m(at))
    }

    /// Heights of a box on nodes every `step_deg` degrees from its north-west corner, with a count
    /// of the sources; where none has a height, the embedded terrain.
    ///
    /// # Errors
    /// [`WorldError`] if the box is empty, the step not positive, or the grid too large.
    pub fn resample(&self, bounds: &Bounds, step_deg: f64) -> Result<Resampled, WorldError> {
        let (rows, cols) = cells(bounds, step_deg)?;
        let mut grid = Grid {
            north_deg: bounds.north_deg,
            west_deg: bounds.west_deg,
            step_lat_deg: step_deg,
            step_lon_deg: step_deg,
            rows: rows + 1,
            cols: cols + 1,
            values: vec![f32::NAN; (rows + 1) * (cols + 1)],
        };
        let mut counts = vec![0; self.sources.len() + 1];
        let mut base = None;
        let mut statistical = Vec::new();
        for row in 0..grid.rows {
            for col in 0..grid.cols {
                let at = grid.point(row, col);
                let wrapped = wrap_lon(at);
                let found = self
                    .sources
                    .iter()
                    .enumerate()
                    .find_map(|(i, source)| Some((i, source.height_m(wrapped)?)));
                let (index, height) = match found {
                    Some(found) => found,
                    None => (self.sources.len(), self.base_height(&mut base, &grid, at)?),
                };
                counts[index] += 1;
                let node = row * grid.cols + col;
                grid.values[node] = height as f32;
                if index == self.sources.len() && height != 0.0 {
                    statistical.resize(grid.values.len(), false);
                    statistical[node] = true;
                }
            }
        }
        let names = self.sources.iter().map(|s| s.name.clone());
        let nodes_by_source = names.chain(["embedded".to_owned()]).zip(counts).collect();
        Ok(Resampled {
            grid,
            nodes_by_source,
            statistical,
        })
    }

    /// Embedded height, from a grid made when the first void is met.
    fn base_height(
        &self,
        base: &mut Option<Grid>,
        grid: &Grid,
        at: LatLon,
    ) -> Result<f64, WorldError> {
        let at = LatLon::new(at.lat_deg.clamp(-90.0, 90.0), at.lon_deg);
        if base.is_none() {
            let mut bounds = grid.bounds();
            bounds.south_deg = bounds.south_deg.max(-90.0);
            *base = Some(self.base.grid(&bounds)?);
        }
        let held = base.as_ref().and_then(|grid| grid.bilinear(at));
        Ok(held.unwrap_or_else(|| self.base.height_m(at)))
    }
}

impl Terrain for Mosaic {
    fn grid(&self, bounds: &Bounds) -> Result<Grid, WorldError> {
        Ok(self.resample(bounds, self.step_deg)?.grid)
    }

    fn ground(&self, bounds: &Bounds) -> Result<(Grid, Vec<bool>), WorldError> {
        let found = self.resample(bounds, self.step_deg)?;
        Ok((found.grid, found.statistical))
    }

    fn kind(&self) -> TerrainKind {
        TerrainKind::Given
    }

    fn cell_m(&self) -> f64 {
        metres(self.step_deg)
    }

    fn description(&self) -> String {
        let names: Vec<String> = self
            .sources
            .iter()
            .map(|s| format!("{} ({} tiles)", s.name, s.tiles.len()))
            .collect();
        format!(
            "given terrain at {:.0} m: {}, then the embedded terrain",
            self.cell_m(),
            if names.is_empty() {
                "no tiles".to_owned()
            } else {
                names.join(", then ")
            }
        )
    }
}

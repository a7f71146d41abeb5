//! A folder of terrain tiles: which of them a box needs, which are missing, and their digest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use cupola_units::LatLon;
use cupola_world::{Bounds, Grid};
use sha2::{Digest as _, Sha256};

use crate::IoError;
use crate::raster::{Extent, TerrainFile, describe, extent, read_terrain, read_terrain_within};
use crate::tile_cache::{has_land, no_tiles};
use crate::tile_name::Corner;

/// Deepest nesting of folders that is followed, which also ends loops of links.
const MAX_DEPTH: usize = 16;
const ENDINGS: [&str; 9] = [
    ".tif", ".tiff", ".hgt", ".dt0", ".dt1", ".dt2", ".hgt.gz", ".tif.gz", ".zip",
];

/// The tiles of a folder that a box needs.
#[derive(Clone, Debug)]
pub struct TerrainFolder {
    /// Name relative to the folder, with `/`, and heights in metres; sorted by name.
    ///
    /// `GeoTIFFs` are cut to the box with two more nodes on each side, other tiles are whole.
    pub tiles: Vec<(String, Grid)>,
    /// Whole-degree cells inside the box that no tile covers, where the folder has such tiles.
    pub missing: Vec<MissingTile>,
    /// Terrain files that were not used although they may lie in the box.
    pub unused: Vec<UnusedFile>,
    /// SHA-256, in hex, of the lines that `sha256sum` prints for the tiles, sorted by name, and of
    /// a line `no tile  CELL` for each tile of sea.
    pub sha256: String,
}

/// A whole-degree cell without terrain: sea in most sources, a lost file inland.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingTile {
    /// The cell, `N49E023`.
    pub cell: String,
    /// The file that was expected, named like its siblings.
    pub file: String,
    /// Southern edge, whole degrees north.
    pub south_deg: i32,
    /// Western edge, whole degrees east.
    pub west_deg: i32,
    /// Whether tiles stand on two opposite sides of it, so that it is a gap and not an edge.
    pub enclosed: bool,
}

/// A file that was passed over, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedFile {
    /// Name relative to the folder, with `/`.
    pub name: String,
    /// Why it was not used and what would help.
    pub why: String,
}

/// Reads every tile below a folder that overlaps a box.
///
/// A box may reach over the antimeridian: its west exceeds its east, or one of them lies beyond 180°.
/// A raster that lies on both sides of it comes as two grids of one name.
///
/// Names and headers decide; only the pixels of the tiles that are needed are read. Files without
/// a raster's ending are passed over. What is missing is data, not an error. A cell that the folder
/// notes as having no tile, and that has no land, is sea: it comes as a tile of zeros, named by its
/// cell, after the files.
///
/// # Errors
/// [`IoError::NothingOverlaps`] when no tile overlaps the box; the error of the first tile, by
/// name, that cannot be read; [`IoError::Os`] for the folder itself.
pub fn read_folder(folder: &Path, bounds: &Bounds) -> Result<TerrainFolder, IoError> {
    let names = tile_names(folder)?;
    let parts = parts(bounds);
    let mut unused = Vec::new();
    let mut chosen = Vec::new();
    let mut cells = BTreeMap::new();
    let mut covers = Vec::new();
    for name in &names {
        match extent(&folder.join(name))? {
            Extent::Projected => unused.push(UnusedFile {
                name: name.clone(),
                why: "it is projected: gdalwarp -t_srs EPSG:4326 in.tif out.tif".to_owned(),
            }),
            Extent::Degrees(extent, corner) => {
                if let Some(corner) = corner {
                    cells.entry(corner).or_insert_with(|| name.clone());
                } else {
                    covers.push(extent);
                }
                let turns = parts.iter().flat_map(turns);
                let wanted: Vec<Bounds> = turns.filter(|part| overlap(&extent, part)).collect();
                if !wanted.is_empty() {
                    chosen.push((name, wanted));
                }
            }
        }
    }
    if chosen.is_empty() {
        return Err(nothing(folder, bounds, names.len(), &cells, &covers));
    }
    let mut missing = missing(&parts, &cells, &covers);
    let sea = sea_tiles(folder, &mut missing)?;
    let mut tiles = Vec::new();
    let mut hasher = Sha256::new();
    for (name, wanted) in chosen {
        let path = folder.join(name);
        hasher.update(format!("{}  {name}\n", sha256_of_file(&path)?));
        for part in &wanted {
            if let TerrainFile::Geographic(grid) = read_terrain_within(&path, part)? {
                tiles.push((name.clone(), grid));
            }
        }
    }
    for (cell, grid) in sea {
        hasher.update(format!("no tile  {cell}\n"));
        tiles.push((cell, grid));
    }
    Ok(TerrainFolder {
        tiles,
        missing,
        unused,
        sha256: hex(&hasher.finalize()),
    })
}

/// Names of the terrain files below a folder, relative to it, with `/`, sorted.
///
/// # Errors
/// [`IoError::Os`] when a folder cannot be read.
pub fn tile_names(folder: &Path) -> Result<Vec<String>, IoError> {
    let mut names = Vec::new();
    list(folder, "", 0, &mut names)?;
    names.sort();
    Ok(names)
}

/// The whole-degree tiles below a folder, each to be read when it is wanted.
#[derive(Clone, Debug)]
pub struct TileIndex {
    files: BTreeMap<Corner, (PathBuf, String, u64)>,
    sea: BTreeSet<Corner>,
}

impl TileIndex {
    /// Looks at names and headers; of two tiles of one cell the first by name counts.
    ///
    /// # Errors
    /// [`IoError`] for a folder or header that cannot be read.
    pub fn open(folder: &Path) -> Result<Self, IoError> {
        let mut files = BTreeMap::new();
        for name in tile_names(folder)? {
            let path = folder.join(&name);
            if let Extent::Degrees(_, Some(corner)) = extent(&path)? {
                let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
                files.entry(corner).or_insert((path, name, bytes));
            }
        }
        let noted = no_tiles(folder)?;
        let corners = noted.keys().filter_map(|label| Corner::from_name(label));
        let sea = corners.filter(|corner| !files.contains_key(corner) && !has_land(*corner));
        let sea = sea.collect();
        Ok(Self { files, sea })
    }

    /// Number of tiles.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no tile.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The heights of a cell: its tile, zeros where the folder notes sea, or nothing.
    ///
    /// # Errors
    /// As [`crate::read_terrain`].
    pub fn read(&self, cell: Corner) -> Result<Option<Grid>, IoError> {
        if self.sea.contains(&cell) {
            return Ok(Some(sea(cell)));
        }
        let Some((path, ..)) = self.files.get(&cell) else {
            return Ok(None);
        };
        match read_terrain(path)? {
            TerrainFile::Geographic(grid) => Ok(Some(grid)),
            TerrainFile::Projected(_) => Ok(None),
        }
    }

    /// SHA-256 of the names and sizes of the tiles of these cells: enough to notice other terrain
    /// without reading it.
    pub fn outline_sha256(&self, cells: &BTreeSet<Corner>) -> String {
        let mut hasher = Sha256::new();
        for cell in cells {
            if let Some((_, name, bytes)) = self.files.get(cell) {
                hasher.update(format!("{bytes}  {name}\n"));
            } else if self.sea.contains(cell) {
                hasher.update(format!("no tile  {}\n", cell.label()));
            }
        }
        hex(&hasher.finalize())
    }
}

/// A tile of zeros.
fn sea(cell: Corner) -> Grid {
    Grid {
        north_deg: f64::from(cell.south_deg + 1),
        west_deg: f64::from(cell.west_deg),
        step_lat_deg: 1.0,
        step_lon_deg: 1.0,
        rows: 2,
        cols: 2,
        values: vec![0.0; 4],
    }
}

/// Takes the cells out of `missing` that are noted as having no tile and have no land.
fn sea_tiles(
    folder: &Path,
    missing: &mut Vec<MissingTile>,
) -> Result<Vec<(String, Grid)>, IoError> {
    let noted = no_tiles(folder)?;
    let corner = |tile: &MissingTile| Corner {
        south_deg: tile.south_deg,
        west_deg: tile.west_deg,
    };
    let (no_tile, land): (Vec<_>, Vec<_>) = missing
        .drain(..)
        .partition(|tile| noted.contains_key(&tile.cell) && !has_land(corner(tile)));
    *missing = land;
    let zeros = |tile: MissingTile| (tile.cell.clone(), sea(corner(&tile)));
    Ok(no_tile.into_iter().map(zeros).collect())
}

/// SHA-256 of a file's bytes, in hex.
///
/// # Errors
/// [`IoError::Os`] when the file cannot be read.
pub fn sha256_of_file(path: &Path) -> Result<String, IoError> {
    let os = |error| IoError::from_os(path, "read", &error);
    let mut file = File::open(path).map_err(os)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut piece).map_err(os)?;
        if count == 0 {
            return Ok(hex(&hasher.finalize()));
        }
        hasher.update(&piece[..count]);
    }
}

/// SHA-256 of bytes, in hex.
pub(crate) fn sha256_of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn list(folder: &Path, prefix: &str, depth: usize, names: &mut Vec<String>) -> Result<(), IoError> {
    let os = |error| IoError::from_os(folder, "read", &error);
    for entry in std::fs::read_dir(folder).map_err(os)? {
        let entry = entry.map_err(os)?;
        let file_name = entry.file_name();
        let Some(plain) = file_name.to_str() else {
            continue;
        };
        if plain.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{plain}");
        let path = entry.path();
        // A link to nowhere is no tile.
        let Ok(metadata) = std::fs::metadata(&path) else {
            continue;
        };
        if metadata.is_dir() && depth < MAX_DEPTH {
            list(&path, &format!("{name}/"), depth + 1, names)?;
        } else if metadata.is_file() {
            let lower = plain.to_lowercase();
            if ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
                names.push(name);
            }
        }
    }
    Ok(())
}

/// A box as one or two that lie within −180 to 180.
fn parts(bounds: &Bounds) -> Vec<Bounds> {
    let wide = |west_deg: f64, east_deg: f64| Bounds {
        west_deg,
        east_deg,
        ..*bounds
    };
    let across = bounds.west_deg > bounds.east_deg;
    let width_deg = bounds.east_deg - bounds.west_deg + if across { 360.0 } else { 0.0 };
    if width_deg >= 360.0 {
        return vec![wide(-180.0, 180.0)];
    }
    let west_deg = (bounds.west_deg + 180.0).rem_euclid(360.0) - 180.0;
    let east_deg = west_deg + width_deg;
    if east_deg <= 180.0 {
        return vec![wide(west_deg, east_deg)];
    }
    vec![wide(west_deg, 180.0), wide(-180.0, east_deg - 360.0)]
}

/// A box as a raster may count it that goes on beyond 180° or begins before −180°.
fn turns(part: &Bounds) -> [Bounds; 3] {
    [-360.0, 0.0, 360.0].map(|turn_deg| Bounds {
        west_deg: part.west_deg + turn_deg,
        east_deg: part.east_deg + turn_deg,
        ..*part
    })
}

/// Whether two boxes share more than an edge.
fn overlap(a: &Bounds, b: &Bounds) -> bool {
    a.south_deg < b.north_deg
        && b.south_deg < a.north_deg
        && a.west_deg < b.east_deg
        && b.west_deg < a.east_deg
}

fn nothing(
    folder: &Path,
    bounds: &Bounds,
    files: usize,
    cells: &BTreeMap<Corner, String>,
    covers: &[Bounds],
) -> IoError {
    let boxes = cells.keys().map(|corner| Bounds {
        south_deg: f64::from(corner.south_deg),
        north_deg: f64::from(corner.south_deg + 1),
        west_deg: f64::from(corner.west_deg),
        east_deg: f64::from(corner.west_deg + 1),
    });
    let union = boxes
        .chain(covers.iter().copied())
        .reduce(|sum, next| sum.union(&next));
    let found = match union {
        None if files == 0 => "it holds no .tif, .hgt or .dt0 to .dt2 file".to_owned(),
        None => format!("all {files} rasters in it are projected"),
        Some(all) => format!("its {files} rasters lie in {}", describe(&all)),
    };
    IoError::NothingOverlaps {
        path: folder.to_owned(),
        wanted: describe(bounds),
        found,
    }
}

fn missing(
    parts: &[Bounds],
    cells: &BTreeMap<Corner, String>,
    covers: &[Bounds],
) -> Vec<MissingTile> {
    let Some((sibling, sibling_name)) = cells.iter().next() else {
        return Vec::new();
    };
    let present: BTreeSet<(i32, i32)> = cells
        .keys()
        .map(|corner| (corner.south_deg, corner.west_deg))
        .collect();
    let has = |south_deg: i32, west_deg: i32| {
        present.contains(&(south_deg, (west_deg + 180).rem_euclid(360) - 180))
    };
    let mut missing = Vec::new();
    let rows = parts.first().map_or(0..0, |part| {
        part.south_deg.floor() as i32..part.north_deg.ceil() as i32
    });
    for south_deg in rows {
        let columns = parts
            .iter()
            .flat_map(|part| part.west_deg.floor() as i32..part.east_deg.ceil() as i32);
        for west_deg in columns {
            let middle = LatLon::new(f64::from(south_deg) + 0.5, f64::from(west_deg) + 0.5);
            if has(south_deg, west_deg) || covers.iter().any(|cover| cover.contains(middle)) {
                continue;
            }
            let corner = Corner {
                south_deg,
                west_deg,
            };
            let label = corner.label();
            missing.push(MissingTile {
                file: corner
                    .name_like(sibling_name, *sibling)
                    .unwrap_or_else(|| format!("{label}.hgt")),
                cell: label,
                south_deg,
                west_deg,
                enclosed: has(south_deg, west_deg - 1) && has(south_deg, west_deg + 1)
                    || has(south_deg - 1, west_deg) && has(south_deg + 1, west_deg),
            });
        }
    }
    missing
}

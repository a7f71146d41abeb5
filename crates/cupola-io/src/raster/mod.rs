//! Reading terrain and population rasters: GeoTIFF, HGT, DTED.

mod chunks;
mod dted;
mod geokeys;
mod geotiff;
mod hgt;
mod ifd;
mod packing;
mod sample;
mod source;
mod unpack;

use std::path::Path;

use cupola_world::{Bounds, Grid};

pub use geokeys::GeoKeys;
pub(crate) use source::Source;

use crate::tile_name::Corner;
use crate::{Floats, IoError};

/// Most cells of one raster held in memory: 2^28, 1 GiB as 32-bit floats.
pub const MAX_CELLS: u64 = 1 << 28;

/// A raster of heights as its file has it.
#[derive(Clone, Debug, PartialEq)]
pub enum TerrainFile {
    /// In latitude and longitude.
    Geographic(Grid),
    /// In metres of a map projection.
    Projected(ProjectedGrid),
}

/// A raster in metres of a map projection, row 0 in the north, column 0 in the west.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectedGrid {
    /// EPSG code of the projection, where the file gives one.
    pub epsg: Option<u16>,
    /// The file's name for its coordinate system, possibly empty.
    pub citation: String,
    /// Easting of the centre of the first column, metres.
    pub x0: f64,
    /// Northing of the centre of the first row, metres.
    pub y0: f64,
    /// Distance between columns, metres, positive eastwards.
    pub cell_x_m: f64,
    /// Distance between rows, metres, positive southwards.
    pub cell_y_m: f64,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// Row-major values, `rows × cols`; NaN is void.
    pub values: Floats,
    /// The coordinate system as the file states it, for writing back.
    pub geo_keys: GeoKeys,
}

/// What the numbers of a raster are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// Metres above sea.
    Heights,
    /// People per cell.
    People,
}

impl Meaning {
    /// Whether a value may stand; −9999 is suspect only where the file declares no void value.
    fn allows(self, value: f64, void_declared: bool) -> bool {
        match self {
            Self::Heights => {
                let undeclared_void = !void_declared && (value + 9_999.0).abs() < 1e-9;
                (-12_000.0..=9_000.0).contains(&value) && !undeclared_void
            }
            Self::People => (0.0..1e9).contains(&value),
        }
    }

    /// The lowest and the highest value that may stand.
    fn limits(self) -> (f32, f32) {
        match self {
            Self::Heights => (-12_000.0, 9_000.0),
            Self::People => (0.0, 1e9),
        }
    }

    fn implausible(self, path: &Path, row: usize, col: usize, value: f64) -> IoError {
        let why = match self {
            Self::Heights => "no height in metres; probably an undeclared void value",
            Self::People => "no number of people; probably an undeclared void value",
        };
        IoError::Implausible {
            path: path.to_owned(),
            row,
            col,
            what: format!("{value} is {why}"),
            help: format!("if it means void: gdal_edit.py -a_nodata {value} FILE"),
        }
    }
}

/// Reads a terrain tile: GeoTIFF or COG (first band), HGT, or DTED level 0 to 2.
///
/// Heights are metres; void cells become NaN. The format is told by the content, the position of
/// an HGT by its name. A `.gz` or `.zip` around any of them is opened. GeoTIFF: strips or tiles,
/// plain, deflate, LZW, zstd or `PackBits`, predictors 1 to 3, integers of 8 to 32 bits and
/// floats of 32 and 64, either byte order, `BigTIFF`; no rotation, no scaled values.
///
/// # Errors
/// An [`IoError`] for a file that cannot be opened, is damaged, cut short, too large
/// ([`MAX_CELLS`]), without position, or holds impossible heights.
pub fn read_terrain(path: &Path) -> Result<TerrainFile, IoError> {
    read(&Source::open(path)?, None, Meaning::Heights, None)
}

/// As [`read_terrain`], with the threads of a pool; the answer is the same.
///
/// # Errors
/// As [`read_terrain`].
pub fn read_terrain_in(path: &Path, pool: &rayon::ThreadPool) -> Result<TerrainFile, IoError> {
    read(&Source::open(path)?, None, Meaning::Heights, Some(pool))
}

/// Reads the part of a terrain raster that covers a box, with two more nodes on each side.
///
/// Only `GeoTIFFs` in degrees are cut; other files are returned whole.
///
/// # Errors
/// As [`read_terrain`], and [`IoError::NothingOverlaps`] when a GeoTIFF lies outside the box.
pub fn read_terrain_within(path: &Path, bounds: &Bounds) -> Result<TerrainFile, IoError> {
    read(&Source::open(path)?, Some(bounds), Meaning::Heights, None)
}

/// Reads terrain from bytes; the name serves messages and gives the position of an HGT.
///
/// # Errors
/// As [`read_terrain`].
pub fn read_terrain_bytes(name: &Path, bytes: &[u8]) -> Result<TerrainFile, IoError> {
    read(
        &Source::from_bytes(name, bytes),
        None,
        Meaning::Heights,
        None,
    )
}

/// Reads a population raster: the first band of a GeoTIFF in latitude and longitude.
///
/// Values are people per cell (a count, not a density), NaN where void. Node (row, column) of the
/// grid is the centre of the cell that is counted.
///
/// # Errors
/// As [`read_terrain`], and [`IoError::Unsupported`] for a projected raster or another format.
pub fn read_people(path: &Path) -> Result<Grid, IoError> {
    people(&Source::open(path)?, None)
}

/// Reads the part of a population raster that covers a box, for files of continents or the globe.
///
/// # Errors
/// As [`read_people`], and [`IoError::NothingOverlaps`] when it lies outside the box.
pub fn read_people_within(path: &Path, bounds: &Bounds) -> Result<Grid, IoError> {
    people(&Source::open(path)?, Some(bounds))
}

fn people(source: &Source<'_>, within: Option<&Bounds>) -> Result<Grid, IoError> {
    let head = source.head(8)?;
    if !ifd::Ifd::is_tiff(&head) && !unpack::is_packed(&head) {
        return Err(wrong_format(source, "a GeoTIFF of people per cell", &head));
    }
    match read(source, within, Meaning::People, None)? {
        TerrainFile::Geographic(grid) => Ok(grid),
        TerrainFile::Projected(grid) => Err(IoError::Unsupported {
            path: source.path().to_owned(),
            place: format!("GeoKey 3072, {}", grid.citation),
            what: "people are read in latitude and longitude, and this raster is projected".into(),
            help:
                "reproject it keeping the counts: gdalwarp -t_srs EPSG:4326 -r sum in.tif out.tif"
                    .into(),
        }),
    }
}

fn read(
    source: &Source<'_>,
    within: Option<&Bounds>,
    meaning: Meaning,
    pool: Option<&rayon::ThreadPool>,
) -> Result<TerrainFile, IoError> {
    let head = source.head(8)?;
    if unpack::is_packed(&head) {
        let (name, bytes) = unpack::unpack(source)?;
        let inner = Source::from_bytes(&name, &bytes);
        return read_plain(&inner, within, meaning, pool);
    }
    read_plain(source, within, meaning, pool)
}

fn read_plain(
    source: &Source<'_>,
    within: Option<&Bounds>,
    meaning: Meaning,
    pool: Option<&rayon::ThreadPool>,
) -> Result<TerrainFile, IoError> {
    let head = source.head(80)?;
    if ifd::Ifd::is_tiff(&head) {
        return geotiff::read(source, within, meaning, pool);
    }
    let grid = if dted::is_dted(&head) {
        dted::read(source)?
    } else if hgt::is_hgt_name(source.path()) {
        hgt::read(source)?
    } else {
        let expected = "a terrain tile (GeoTIFF, HGT or DTED)";
        return Err(wrong_format(source, expected, &head));
    };
    for (i, height) in grid.values.iter().enumerate() {
        let height = f64::from(*height);
        if !height.is_nan() && !meaning.allows(height, true) {
            let (row, col) = (i / grid.cols, i % grid.cols);
            return Err(meaning.implausible(source.path(), row, col, height));
        }
    }
    Ok(TerrainFile::Geographic(grid))
}

/// How a file lies, told without reading its pixels.
pub(crate) enum Extent {
    /// In degrees; the corner is there when the file is one whole-degree tile.
    Degrees(Bounds, Option<Corner>),
    /// In metres of a projection.
    Projected,
}

/// Where a raster lies, from its name or its header.
pub(crate) fn extent(path: &Path) -> Result<Extent, IoError> {
    let source = Source::open(path)?;
    let head = source.head(80)?;
    if ifd::Ifd::is_tiff(&head) {
        return header_extent(&source);
    }
    if dted::is_dted(&head) {
        let header = dted::Header::read(&source)?;
        return Ok(whole_degree(header.bounds()));
    }
    if unpack::is_packed(&head) {
        if let Some(corner) = hgt::corner_of(path) {
            return Ok(Extent::Degrees(cell(corner), Some(corner)));
        }
        let (name, bytes) = unpack::unpack(&source)?;
        let inner = Source::from_bytes(&name, &bytes);
        let head = inner.head(80)?;
        if ifd::Ifd::is_tiff(&head) {
            return header_extent(&inner);
        }
        if dted::is_dted(&head) {
            return Ok(whole_degree(dted::Header::read(&inner)?.bounds()));
        }
        let corner = hgt::require_corner(&name)?;
        return Ok(Extent::Degrees(cell(corner), Some(corner)));
    }
    if hgt::is_hgt_name(path) {
        let corner = hgt::require_corner(path)?;
        return Ok(Extent::Degrees(cell(corner), Some(corner)));
    }
    let expected = "a terrain tile (GeoTIFF, HGT or DTED)";
    Err(wrong_format(&source, expected, &head))
}

fn header_extent(source: &Source<'_>) -> Result<Extent, IoError> {
    let header = geotiff::Header::read(source)?;
    Ok(header.extent().map_or(Extent::Projected, whole_degree))
}

fn cell(corner: Corner) -> Bounds {
    let (south, west) = (f64::from(corner.south_deg), f64::from(corner.west_deg));
    Bounds {
        south_deg: south,
        north_deg: south + 1.0,
        west_deg: west,
        east_deg: west + 1.0,
    }
}

/// A tile is a whole-degree one when its edges are within a hundredth of a degree of a cell's.
fn whole_degree(bounds: Bounds) -> Extent {
    let corner = Corner {
        south_deg: bounds.south_deg.round() as i32,
        west_deg: bounds.west_deg.round() as i32,
    };
    let wanted = cell(corner);
    let near = |a: f64, b: f64| (a - b).abs() < 0.01;
    let fits = near(bounds.south_deg, wanted.south_deg)
        && near(bounds.north_deg, wanted.north_deg)
        && near(bounds.west_deg, wanted.west_deg)
        && near(bounds.east_deg, wanted.east_deg);
    Extent::Degrees(bounds, fits.then_some(corner))
}

/// A box in words: `47.50 to 53.00 N, 17.00 to 30.00 E`.
pub(crate) fn describe(bounds: &Bounds) -> String {
    format!(
        "{:.2} to {:.2} N, {:.2} to {:.2} E",
        bounds.south_deg, bounds.north_deg, bounds.west_deg, bounds.east_deg
    )
}

fn too_many_cells(path: &Path, cells: u64) -> Result<(), IoError> {
    if cells <= MAX_CELLS {
        return Ok(());
    }
    Err(IoError::TooLarge {
        path: path.to_owned(),
        what: "cells:",
        size: cells,
        limit: MAX_CELLS,
    })
}

fn wrong_format(source: &Source<'_>, expected: &'static str, head: &[u8]) -> IoError {
    let text = String::from_utf8_lossy(&head[..head.len().min(24)]).to_lowercase();
    let (found, help) = if head.is_empty() {
        ("it is empty", "fetch it again, or delete it")
    } else if text.trim_start().starts_with('<') {
        (
            "it is a web page",
            "the server sent an error page instead of the tile: open it to see why, then fetch again",
        )
    } else if text.starts_with("version https://git-lfs") {
        (
            "it is a Git LFS pointer",
            "run `git lfs pull` where it came from",
        )
    } else {
        (
            "its first bytes are of another format",
            "convert it: gdal_translate in out.tif",
        )
    };
    IoError::WrongFormat {
        path: source.path().to_owned(),
        expected,
        found: found.to_owned(),
        help: help.to_owned(),
    }
}

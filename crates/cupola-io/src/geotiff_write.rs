//! Writing GeoTIFF: bands of 32-bit floats or bytes, each stored apart, with names and metadata.
//!
//! The same input gives the same bytes: little-endian classic TIFF, header, directory, values of
//! tags, then bands one after the other. Files end below 4 GiB.

use std::io::Write;
use std::path::Path;

use cupola_world::Grid;
use flate2::write::ZlibEncoder;

use crate::IoError;
use crate::raster::{GeoKeys, ProjectedGrid};

/// The value that stands for void in bands of floats.
pub const NODATA: f32 = -9_999.0;
const TILE: usize = 256;
const STRIP_BYTES: usize = 1 << 16;
const HEADER_BYTES: usize = 8;

/// Where a raster lies: the outer edges of its first cell and the size of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// Latitude and longitude on WGS 84 (EPSG:4326), degrees.
    LatLon {
        /// Northern edge of the first row, degrees.
        north_edge_deg: f64,
        /// Western edge of the first column, degrees.
        west_edge_deg: f64,
        /// Height of a cell, degrees.
        step_lat_deg: f64,
        /// Width of a cell, degrees.
        step_lon_deg: f64,
    },
    /// Metres of a map projection.
    Projected {
        /// Northern edge of the first row, metres.
        north_edge_m: f64,
        /// Western edge of the first column, metres.
        west_edge_m: f64,
        /// Height of a cell, metres.
        cell_y_m: f64,
        /// Width of a cell, metres.
        cell_x_m: f64,
        /// The projection, as read from another file.
        geo_keys: GeoKeys,
    },
}

/// The numbers of a band, row-major from the north-west.
#[derive(Clone, Copy, Debug)]
pub enum BandValues<'a> {
    /// Floats; NaN is written as [`NODATA`].
    F32(&'a [f32]),
    /// Bytes, and the one that means void.
    U8(&'a [u8], Option<u8>),
}

/// One band with its name.
#[derive(Clone, Debug)]
pub struct Band<'a> {
    /// Shown as the band's description.
    pub name: String,
    /// Unit of the values, `m` or empty.
    pub unit: String,
    /// The values.
    pub values: BandValues<'a>,
}

/// Compression of strips and tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// None.
    Plain,
    /// Deflate, no predictor.
    Deflate,
}

/// How a band is cut into pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Strips of whole rows, about 64 KiB each.
    Strips,
    /// Tiles of 256 by 256 cells.
    Tiles,
}

/// A raster to be written.
#[derive(Clone, Debug)]
pub struct GeoTiff<'a> {
    /// Where it lies.
    pub place: Place,
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub cols: usize,
    /// One or more bands, all of the same number type.
    pub bands: Vec<Band<'a>>,
    /// Free items for the file, such as scenario and seed; shown by `gdalinfo`.
    pub metadata: Vec<(String, String)>,
    /// Compression.
    pub packing: Packing,
    /// Strips or tiles.
    pub layout: Layout,
}

impl Place {
    /// The place of a node-registered grid, each node the centre of a cell.
    pub fn of_grid(grid: &Grid) -> Self {
        Self::LatLon {
            north_edge_deg: grid.north_deg + 0.5 * grid.step_lat_deg,
            west_edge_deg: grid.west_deg - 0.5 * grid.step_lon_deg,
            step_lat_deg: grid.step_lat_deg,
            step_lon_deg: grid.step_lon_deg,
        }
    }

    /// The place of a projected raster that was read, in its own projection.
    pub fn of_projected(grid: &ProjectedGrid) -> Self {
        Self::Projected {
            north_edge_m: grid.y0 + 0.5 * grid.cell_y_m,
            west_edge_m: grid.x0 - 0.5 * grid.cell_x_m,
            cell_y_m: grid.cell_y_m,
            cell_x_m: grid.cell_x_m,
            geo_keys: grid.geo_keys.clone(),
        }
    }

    /// `[cell width, cell height, west, north]`
    fn numbers(&self) -> [f64; 4] {
        match *self {
            Self::LatLon {
                north_edge_deg,
                west_edge_deg,
                step_lat_deg,
                step_lon_deg,
            } => [step_lon_deg, step_lat_deg, west_edge_deg, north_edge_deg],
            Self::Projected {
                north_edge_m,
                west_edge_m,
                cell_y_m,
                cell_x_m,
                ..
            } => [cell_x_m, cell_y_m, west_edge_m, north_edge_m],
        }
    }

    /// The keys to write, with the raster type pixel-is-area, since edges are given.
    fn keys(&self) -> GeoKeys {
        match self {
            Self::LatLon { .. } => GeoKeys {
                directory: [
                    [1, 1, 0, 4],
                    [1_024, 0, 1, 2],
                    [1_025, 0, 1, 1],
                    [2_048, 0, 1, 4_326],
                    [2_054, 0, 1, 9_102],
                ]
                .concat(),
                ..GeoKeys::default()
            },
            Self::Projected { geo_keys, .. } => {
                let mut keys = geo_keys.clone();
                for entry in keys.directory.chunks_exact_mut(4).skip(1) {
                    if entry[0] == 1_025 {
                        entry[3] = 1;
                    }
                }
                keys
            }
        }
    }
}

impl BandValues<'_> {
    fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::U8(values, _) => values.len(),
        }
    }

    fn cell_bytes(&self) -> usize {
        match self {
            Self::F32(_) => 4,
            Self::U8(..) => 1,
        }
    }

    /// Appends the cells of one row from `start`, then void up to `width` cells.
    fn row(&self, start: usize, cells: usize, width: usize, out: &mut Vec<u8>) {
        match self {
            Self::F32(values) => {
                let row = values[start..start + cells].iter().copied();
                let padding = std::iter::repeat_n(NODATA, width - cells);
                for value in row.chain(padding) {
                    let value = if value.is_nan() { NODATA } else { value };
                    out.extend_from_slice(&value.to_le_bytes());
                }
            }
            Self::U8(values, void) => {
                out.extend_from_slice(&values[start..start + cells]);
                out.extend(std::iter::repeat_n(void.unwrap_or(0), width - cells));
            }
        }
    }
}

impl GeoTiff<'_> {
    /// The file as bytes; `path` serves messages only.
    ///
    /// # Errors
    /// [`IoError::Mismatch`] when the bands do not fit the size or each other, a value is infinite
    /// or a number of the place is not finite; [`IoError::TooLarge`] from 4 GiB on.
    pub fn to_bytes(&self, path: &Path) -> Result<Vec<u8>, IoError> {
        let mut bytes = Vec::new();
        self.write_to(&mut bytes, path)?;
        Ok(bytes)
    }

    /// Writes the file; `path` serves messages only.
    ///
    /// # Errors
    /// As [`Self::to_bytes`], and [`IoError::Os`] when writing fails.
    pub fn write_to(&self, out: &mut impl Write, path: &Path) -> Result<(), IoError> {
        self.check(path)?;
        let chunks = self.chunks();
        let head = self.head(&chunks);
        let total = head.len() + chunks.iter().map(Vec::len).sum::<usize>();
        if total > u32::MAX as usize {
            return Err(IoError::TooLarge {
                path: path.to_owned(),
                what: "bytes to write:",
                size: total as u64,
                limit: u64::from(u32::MAX),
            });
        }
        std::iter::once(&head)
            .chain(&chunks)
            .try_for_each(|piece| out.write_all(piece))
            .map_err(|error| IoError::from_os(path, "write", &error))
    }

    fn check(&self, path: &Path) -> Result<(), IoError> {
        let refuse = |what: String| Err(IoError::mismatch(path, what));
        let Some(first) = self.bands.first() else {
            return refuse("a raster needs at least one band".to_owned());
        };
        if self.rows == 0 || self.cols == 0 {
            return refuse(format!(
                "it has {} rows and {} columns",
                self.rows, self.cols
            ));
        }
        let [width, height, west, north] = self.place.numbers();
        let finite = [width, height, west, north].iter().all(|n| n.is_finite());
        if !finite || width <= 0.0 || height <= 0.0 {
            return refuse(format!(
                "its cells are {width} by {height} at {west}, {north}"
            ));
        }
        for band in &self.bands {
            if band.values.len() != self.rows * self.cols {
                return refuse(format!(
                    "band `{}` has {} values for {} rows of {}",
                    band.name,
                    band.values.len(),
                    self.rows,
                    self.cols
                ));
            }
            let infinite = match band.values {
                BandValues::F32(values) => values.iter().any(|value| value.is_infinite()),
                BandValues::U8(..) => false,
            };
            if infinite {
                return refuse(format!("band `{}` holds an infinite value", band.name));
            }
            let same = match (band.values, first.values) {
                (BandValues::F32(_), BandValues::F32(_)) => true,
                (BandValues::U8(_, a), BandValues::U8(_, b)) => a == b,
                _ => false,
            };
            if !same {
                return refuse("its bands differ in number type or void value".to_owned());
            }
        }
        Ok(())
    }

    /// Rows and columns of a strip or tile.
    fn chunk_shape(&self) -> (usize, usize) {
        let row_bytes = self.cols * self.bands[0].values.cell_bytes();
        match self.layout {
            Layout::Strips => ((STRIP_BYTES / row_bytes).clamp(1, self.rows), self.cols),
            Layout::Tiles => (TILE, TILE),
        }
    }

    /// All strips or tiles, band after band, packed.
    fn chunks(&self) -> Vec<Vec<u8>> {
        let (chunk_rows, chunk_cols) = self.chunk_shape();
        let mut chunks = Vec::new();
        for band in &self.bands {
            for top in (0..self.rows).step_by(chunk_rows) {
                for left in (0..self.cols).step_by(chunk_cols) {
                    let cells = chunk_cols.min(self.cols - left);
                    let mut bytes = Vec::new();
                    for row in top..(top + chunk_rows).min(self.rows) {
                        band.values
                            .row(row * self.cols + left, cells, chunk_cols, &mut bytes);
                    }
                    if self.layout == Layout::Tiles {
                        for _ in self.rows..top + chunk_rows {
                            band.values.row(0, 0, chunk_cols, &mut bytes);
                        }
                    }
                    chunks.push(self.pack(bytes));
                }
            }
        }
        chunks
    }

    fn pack(&self, bytes: Vec<u8>) -> Vec<u8> {
        match self.packing {
            Packing::Plain => bytes,
            Packing::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
                encoder
                    .write_all(&bytes)
                    .and_then(|()| encoder.finish())
                    .expect("a Vec takes every byte")
            }
        }
    }

    /// Header, directory and values of tags: everything before the first chunk.
    fn head(&self, chunks: &[Vec<u8>]) -> Vec<u8> {
        // The length of the head does not depend on the offsets in it: build once to measure.
        let zeros = vec![0; chunks.len()];
        let mut at = directory(&self.tags(chunks, &zeros)).len();
        let mut offsets = Vec::with_capacity(chunks.len());
        for chunk in chunks {
            offsets.push(at as u32);
            at += chunk.len();
        }
        directory(&self.tags(chunks, &offsets))
    }

    fn tags(&self, chunks: &[Vec<u8>], offsets: &[u32]) -> Vec<Tag> {
        let bands = self.bands.len();
        let values = self.bands[0].values;
        let (chunk_rows, chunk_cols) = self.chunk_shape();
        let counts: Vec<u32> = chunks.iter().map(|chunk| chunk.len() as u32).collect();
        let (bits, format) = match values {
            BandValues::F32(_) => (32, 3),
            BandValues::U8(..) => (8, 1),
        };
        let packing = match self.packing {
            Packing::Plain => 1,
            Packing::Deflate => 8,
        };
        let [width, height, west, north] = self.place.numbers();
        let keys = self.place.keys();
        let mut tags = vec![
            Tag::longs(256, &[self.cols as u32]),
            Tag::longs(257, &[self.rows as u32]),
            Tag::shorts(258, &vec![bits; bands]),
            Tag::shorts(259, &[packing]),
            Tag::shorts(262, &[1]),
            Tag::shorts(277, &[bands as u16]),
            Tag::shorts(284, &[if bands > 1 { 2 } else { 1 }]),
            Tag::shorts(339, &vec![format; bands]),
            Tag::doubles(33_550, &[width, height, 0.0]),
            Tag::doubles(33_922, &[0.0, 0.0, 0.0, west, north, 0.0]),
            Tag::shorts(34_735, &keys.directory),
            Tag::text(42_112, &self.gdal_metadata()),
        ];
        match self.layout {
            Layout::Strips => tags.extend([
                Tag::longs(273, offsets),
                Tag::longs(278, &[chunk_rows as u32]),
                Tag::longs(279, &counts),
            ]),
            Layout::Tiles => tags.extend([
                Tag::longs(322, &[chunk_cols as u32]),
                Tag::longs(323, &[chunk_rows as u32]),
                Tag::longs(324, offsets),
                Tag::longs(325, &counts),
            ]),
        }
        if bands > 1 {
            tags.push(Tag::shorts(338, &vec![0; bands - 1]));
        }
        if !keys.doubles.is_empty() {
            tags.push(Tag::doubles(34_736, &keys.doubles));
        }
        if !keys.ascii.is_empty() {
            tags.push(Tag::text(34_737, &keys.ascii));
        }
        match values {
            BandValues::F32(_) => tags.push(Tag::text(42_113, "-9999")),
            BandValues::U8(_, Some(void)) => tags.push(Tag::text(42_113, &void.to_string())),
            BandValues::U8(_, None) => {}
        }
        tags.sort_by_key(|tag| tag.number);
        tags
    }

    fn gdal_metadata(&self) -> String {
        let free = self.metadata.iter().map(|(name, value)| {
            let (name, value) = (escape(name), escape_twice(value));
            format!("  <Item name=\"{name}\">{value}</Item>\n")
        });
        let of_bands = self.bands.iter().enumerate().flat_map(|(i, band)| {
            let items = [("description", &band.name), ("unittype", &band.unit)];
            items
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(move |(role, value)| {
                    let (name, value) = (role.to_uppercase(), escape_twice(value));
                    format!(
                        "  <Item name=\"{name}\" sample=\"{i}\" role=\"{role}\">{value}</Item>\n"
                    )
                })
        });
        let items: String = free.chain(of_bands).collect();
        format!("<GDALMetadata>\n{items}</GDALMetadata>\n")
    }
}

/// GDAL writes the texts of items escaped twice, and undoes it twice when it reads them.
fn escape_twice(text: &str) -> String {
    escape(&escape(text))
}

fn escape(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}

/// One directory entry with its values as little-endian bytes.
struct Tag {
    number: u16,
    kind: u16,
    count: usize,
    bytes: Vec<u8>,
}

impl Tag {
    fn shorts(number: u16, values: &[u16]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self::new(number, 3, values.len(), bytes)
    }

    fn longs(number: u16, values: &[u32]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self::new(number, 4, values.len(), bytes)
    }

    fn doubles(number: u16, values: &[f64]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self::new(number, 12, values.len(), bytes)
    }

    fn text(number: u16, text: &str) -> Self {
        let bytes: Vec<u8> = text.bytes().chain([0]).collect();
        Self::new(number, 2, bytes.len(), bytes)
    }

    fn new(number: u16, kind: u16, count: usize, bytes: Vec<u8>) -> Self {
        Self {
            number,
            kind,
            count,
            bytes,
        }
    }
}

/// Header, one directory and the values that do not fit into it, padded to even offsets.
fn directory(tags: &[Tag]) -> Vec<u8> {
    let mut head = b"II*\0".to_vec();
    head.extend_from_slice(&(HEADER_BYTES as u32).to_le_bytes());
    head.extend_from_slice(&(tags.len() as u16).to_le_bytes());
    let mut values = Vec::new();
    let values_at = HEADER_BYTES + 2 + 12 * tags.len() + 4;
    for tag in tags {
        head.extend_from_slice(&tag.number.to_le_bytes());
        head.extend_from_slice(&tag.kind.to_le_bytes());
        head.extend_from_slice(&(tag.count as u32).to_le_bytes());
        if tag.bytes.len() <= 4 {
            let mut word = tag.bytes.clone();
            word.resize(4, 0);
            head.extend_from_slice(&word);
        } else {
            head.extend_from_slice(&((values_at + values.len()) as u32).to_le_bytes());
            values.extend_from_slice(&tag.bytes);
            if values.len() % 2 == 1 {
                values.push(0);
            }
        }
    }
    head.extend_from_slice(&[0; 4]);
    head.extend_from_slice(&values);
    head
}

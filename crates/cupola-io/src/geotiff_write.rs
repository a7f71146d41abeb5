//! Writing GeoTIFF: bands of 32-bit floats or bytes, each stored apart, with names and metadata.
//!
//! The same input gives the same bytes: little-endian classic TIFF, header, directory, values of
//! tags, then bands one after the other; a cloud-optimised file has its smaller images between the
//! directories and the full one. Files end below 4 GiB.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use crate::IoError;
use crate::image::{Image, Values, infinite};
use crate::place::Place;
use crate::tiff_tags::{HEADER_BYTES, Tag, directory, header};

/// The value that stands for void in bands of floats.
pub const NODATA: f32 = -9_999.0;
const TILE: usize = 256;
const STRIP_BYTES: usize = 1 << 16;
/// Side of a tile of a cloud-optimised file.
const COG_TILE: usize = 512;

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
    /// Cloud-optimised: tiles of 512 by 512 cells, and the raster halved again and again until one
    /// tile holds it, every cell the largest of the four it stands for. One band of floats.
    Cog,
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

    fn is_infinite(&self) -> bool {
        match self {
            Self::F32(values) => values.iter().fold(false, |odd, v| odd | v.is_infinite()),
            Self::U8(..) => false,
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
        self.write_to(&mut bytes, path, None)?;
        Ok(bytes)
    }

    /// Writes the file, compressing with the threads of a pool; `path` serves messages only.
    ///
    /// # Errors
    /// As [`Self::to_bytes`], and [`IoError::Os`] when writing fails.
    pub fn write_to(
        &self,
        out: &mut impl Write,
        path: &Path,
        pool: Option<&rayon::ThreadPool>,
    ) -> Result<(), IoError> {
        self.check(path)?;
        let images = self.images();
        if self.packing == Packing::Plain {
            let sizes: Vec<Vec<usize>> = images
                .iter()
                .map(|image| {
                    let chunks = image.chunks();
                    chunks.iter().map(|chunk| image.bytes_of(chunk)).collect()
                })
                .collect();
            self.write_head(out, path, &images, &sizes)?;
            return images
                .iter()
                .rev()
                .try_for_each(|image| image.write_plain(out, path));
        }
        let packed: Vec<Vec<Vec<u8>>> = images.iter().map(|image| image.pack(pool)).collect();
        let sizes: Vec<Vec<usize>> = packed
            .iter()
            .map(|chunks| chunks.iter().map(Vec::len).collect())
            .collect();
        self.write_head(out, path, &images, &sizes)?;
        for (image, chunks) in images.iter().zip(&packed).rev() {
            let mut chunks = chunks.iter();
            chunks
                .try_for_each(|chunk| image.write_chunk(out, chunk))
                .map_err(|error| IoError::from_os(path, "write", &error))?;
        }
        Ok(())
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
        let one_of_floats = self.bands.len() == 1 && matches!(first.values, BandValues::F32(_));
        if self.layout == Layout::Cog && !one_of_floats {
            return refuse("a cloud-optimised file has one band of floats here".to_owned());
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
            let same = match (band.values, first.values) {
                (BandValues::F32(_), BandValues::F32(_)) => true,
                (BandValues::U8(_, a), BandValues::U8(_, b)) => a == b,
                _ => false,
            };
            if !same {
                return refuse("its bands differ in number type or void value".to_owned());
            }
            // Plain strips are looked at while they are written.
            let looked_at = self.packing == Packing::Plain && self.layout == Layout::Strips;
            if !looked_at && band.values.is_infinite() {
                return Err(infinite(path, &band.name));
            }
        }
        Ok(())
    }

    /// The raster, then the smaller ones of a cloud-optimised file.
    fn images(&self) -> Vec<Image<'_>> {
        let row_bytes = self.cols * self.bands[0].values.cell_bytes();
        let (chunk_rows, chunk_cols) = match self.layout {
            Layout::Strips => ((STRIP_BYTES / row_bytes).clamp(1, self.rows), self.cols),
            Layout::Tiles => (TILE, TILE),
            Layout::Cog => (COG_TILE, COG_TILE),
        };
        let bands = self.bands.iter().map(|band| match band.values {
            BandValues::F32(values) => Values::F32(Cow::Borrowed(values)),
            BandValues::U8(values, void) => Values::U8(values, void.unwrap_or(0)),
        });
        let mut images = vec![Image {
            names: self.bands.iter().map(|band| band.name.as_str()).collect(),
            bands: bands.collect(),
            rows: self.rows,
            cols: self.cols,
            chunk_rows,
            chunk_cols,
            tiled: self.layout != Layout::Strips,
            framed: self.layout == Layout::Cog,
        }];
        while let Some(last) = images.last()
            && self.layout == Layout::Cog
            && last.rows.max(last.cols) > COG_TILE
        {
            images.push(last.halved());
        }
        images
    }

    /// Writes everything before the first chunk; chunks follow from the smallest image on.
    fn write_head(
        &self,
        out: &mut impl Write,
        path: &Path,
        images: &[Image<'_>],
        sizes: &[Vec<usize>],
    ) -> Result<(), IoError> {
        let ghost = if self.layout == Layout::Cog {
            cog_note()
        } else {
            String::new()
        };
        let first = HEADER_BYTES + ghost.len();
        // The length of a directory does not depend on the offsets in it: build once to measure.
        let lengths = images.iter().zip(sizes).map(|(image, sizes)| {
            let zeros = vec![0; sizes.len()];
            directory(&self.tags(image, sizes, &zeros, &images[0]), 0, 0).len()
        });
        let lengths: Vec<usize> = lengths.collect();
        let head_bytes = first + lengths.iter().sum::<usize>();
        let frame = images[0].frame_bytes();
        let chunks = sizes.iter().flatten();
        let total = head_bytes + chunks.map(|size| size + 2 * frame).sum::<usize>();
        if total > u32::MAX as usize {
            return Err(IoError::TooLarge {
                path: path.to_owned(),
                what: "bytes to write:",
                size: total as u64,
                limit: u64::from(u32::MAX),
            });
        }
        let mut at = head_bytes;
        let mut offsets = vec![Vec::new(); sizes.len()];
        for (offsets, sizes) in offsets.iter_mut().zip(sizes).rev() {
            for size in sizes {
                offsets.push((at + frame) as u32);
                at += size + 2 * frame;
            }
        }
        let mut head = header(first as u32);
        head.extend_from_slice(ghost.as_bytes());
        for (i, image) in images.iter().enumerate() {
            let tags = self.tags(image, &sizes[i], &offsets[i], &images[0]);
            let end = head.len() + lengths[i];
            let next = if i + 1 == images.len() { 0 } else { end as u32 };
            head.extend(directory(&tags, head.len(), next));
        }
        out.write_all(&head)
            .map_err(|error| IoError::from_os(path, "write", &error))
    }

    fn tags(
        &self,
        image: &Image<'_>,
        sizes: &[usize],
        offsets: &[u32],
        full: &Image<'_>,
    ) -> Vec<Tag> {
        let bands = self.bands.len();
        let values = self.bands[0].values;
        let counts: Vec<u32> = sizes.iter().map(|size| *size as u32).collect();
        let (bits, format) = match values {
            BandValues::F32(_) => (32, 3),
            BandValues::U8(..) => (8, 1),
        };
        let packing = match self.packing {
            Packing::Plain => 1,
            Packing::Deflate => 8,
        };
        let mut tags = vec![
            Tag::longs(256, &[image.cols as u32]),
            Tag::longs(257, &[image.rows as u32]),
            Tag::shorts(258, &vec![bits; bands]),
            Tag::shorts(259, &[packing]),
            Tag::shorts(262, &[1]),
            Tag::shorts(277, &[bands as u16]),
            Tag::shorts(284, &[if bands > 1 { 2 } else { 1 }]),
            Tag::shorts(339, &vec![format; bands]),
        ];
        match self.layout {
            Layout::Strips => tags.extend([
                Tag::longs(273, offsets),
                Tag::longs(278, &[image.chunk_rows as u32]),
                Tag::longs(279, &counts),
            ]),
            Layout::Tiles | Layout::Cog => tags.extend([
                Tag::longs(322, &[image.chunk_cols as u32]),
                Tag::longs(323, &[image.chunk_rows as u32]),
                Tag::longs(324, offsets),
                Tag::longs(325, &counts),
            ]),
        }
        if bands > 1 {
            tags.push(Tag::shorts(338, &vec![0; bands - 1]));
        }
        match values {
            BandValues::F32(_) => tags.push(Tag::text(42_113, "-9999")),
            BandValues::U8(_, Some(void)) => tags.push(Tag::text(42_113, &void.to_string())),
            BandValues::U8(_, None) => {}
        }
        if image.rows == full.rows && image.cols == full.cols {
            tags.extend(self.tags_of_place());
        } else {
            // A smaller image of the one before.
            tags.push(Tag::longs(254, &[1]));
        }
        tags.sort_by_key(|tag| tag.number);
        tags
    }

    /// What only the full image says: where it lies and what it is.
    fn tags_of_place(&self) -> Vec<Tag> {
        let [width, height, west, north] = self.place.numbers();
        let keys = self.place.keys();
        let mut tags = vec![
            Tag::doubles(33_550, &[width, height, 0.0]),
            Tag::doubles(33_922, &[0.0, 0.0, 0.0, west, north, 0.0]),
            Tag::shorts(34_735, &keys.directory),
            Tag::text(42_112, &self.gdal_metadata()),
        ];
        if !keys.doubles.is_empty() {
            tags.push(Tag::doubles(34_736, &keys.doubles));
        }
        if !keys.ascii.is_empty() {
            tags.push(Tag::text(34_737, &keys.ascii));
        }
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

/// The note by which GDAL knows that directories come first, images after them from the smallest
/// on, and every tile between its size and a copy of its end. Directories stand at even offsets.
fn cog_note() -> String {
    let text = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n\
                BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";
    let size = text.len();
    let note = format!("GDAL_STRUCTURAL_METADATA_SIZE={size:06} bytes\n{text}");
    if note.len() % 2 == 1 {
        note + " "
    } else {
        note
    }
}

//! The cells of one image of a TIFF, cut into strips or tiles, as bytes.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use flate2::write::ZlibEncoder;
use rayon::prelude::*;

use crate::IoError;
use crate::geotiff_write::NODATA;

/// Cells that are looked at, and written, in one piece: they stay in the cache between the two.
const CELLS_PER_PIECE: usize = 1 << 17;

/// The cells of a band.
pub(crate) enum Values<'a> {
    /// Floats; NaN is void.
    F32(Cow<'a, [f32]>),
    /// Bytes, and the one that stands beyond the edge.
    U8(&'a [u8], u8),
}

/// One image: all bands at one size.
pub(crate) struct Image<'a> {
    pub(crate) names: Vec<&'a str>,
    pub(crate) bands: Vec<Values<'a>>,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) chunk_rows: usize,
    pub(crate) chunk_cols: usize,
    /// Whether all chunks have all their rows, as tiles do and strips do not.
    pub(crate) tiled: bool,
    /// Whether chunks stand between their size and a copy of their last four bytes.
    pub(crate) framed: bool,
}

/// A strip or tile.
pub(crate) struct Chunk {
    band: usize,
    top: usize,
    left: usize,
}

impl Values<'_> {
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
                out.extend(std::iter::repeat_n(*void, width - cells));
            }
        }
    }
}

impl Image<'_> {
    /// All strips or tiles, band after band.
    pub(crate) fn chunks(&self) -> Vec<Chunk> {
        let tops = (0..self.rows).step_by(self.chunk_rows);
        let of_band = |band: usize| {
            tops.clone().flat_map(move |top| {
                let lefts = (0..self.cols).step_by(self.chunk_cols);
                lefts.map(move |left| Chunk { band, top, left })
            })
        };
        (0..self.bands.len()).flat_map(of_band).collect()
    }

    /// Bytes of a chunk before it is packed.
    pub(crate) fn bytes_of(&self, chunk: &Chunk) -> usize {
        let rows = if self.tiled {
            self.chunk_rows
        } else {
            self.chunk_rows.min(self.rows - chunk.top)
        };
        rows * self.chunk_cols * self.bands[chunk.band].cell_bytes()
    }

    fn chunk_bytes(&self, chunk: &Chunk) -> Vec<u8> {
        let band = &self.bands[chunk.band];
        let wanted = self.bytes_of(chunk);
        let mut bytes = Vec::with_capacity(wanted);
        let cells = self.chunk_cols.min(self.cols - chunk.left);
        for row in chunk.top..(chunk.top + self.chunk_rows).min(self.rows) {
            let start = row * self.cols + chunk.left;
            band.row(start, cells, self.chunk_cols, &mut bytes);
        }
        while bytes.len() < wanted {
            band.row(0, 0, self.chunk_cols, &mut bytes);
        }
        bytes
    }

    /// All chunks, deflated.
    pub(crate) fn pack(&self, pool: Option<&rayon::ThreadPool>) -> Vec<Vec<u8>> {
        let chunks = self.chunks();
        let pack = |chunk: &Chunk| {
            let mut encoder = ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
            encoder
                .write_all(&self.chunk_bytes(chunk))
                .and_then(|()| encoder.finish())
                .expect("a Vec takes every byte")
        };
        match pool {
            Some(pool) => pool.install(|| chunks.par_iter().map(pack).collect()),
            None => chunks.iter().map(pack).collect(),
        }
    }

    /// Writes all chunks as they are.
    pub(crate) fn write_plain(&self, out: &mut impl Write, path: &Path) -> Result<(), IoError> {
        let os = |error| IoError::from_os(path, "write", &error);
        if self.tiled {
            let chunks = self.chunks();
            let mut chunks = chunks.iter().map(|chunk| self.chunk_bytes(chunk));
            return chunks
                .try_for_each(|chunk| self.write_chunk(out, &chunk))
                .map_err(os);
        }
        // Strips of whole rows one after the other are the band itself.
        for (band, name) in self.bands.iter().zip(&self.names) {
            match band {
                Values::U8(values, _) => out.write_all(values).map_err(os)?,
                Values::F32(values) => write_floats(values, name, out, path)?,
            }
        }
        Ok(())
    }

    /// Bytes that stand before and behind each chunk.
    pub(crate) fn frame_bytes(&self) -> usize {
        if self.framed { 4 } else { 0 }
    }

    /// Writes one chunk, in its frame where there is one.
    pub(crate) fn write_chunk(&self, out: &mut impl Write, chunk: &[u8]) -> std::io::Result<()> {
        if !self.framed {
            return out.write_all(chunk);
        }
        out.write_all(&(chunk.len() as u32).to_le_bytes())?;
        out.write_all(chunk)?;
        let last = &chunk[chunk.len().saturating_sub(4)..];
        out.write_all(last)?;
        // No packed chunk is that short; the frame is whole all the same.
        out.write_all(&[0; 4][last.len()..])
    }

    /// The image at half the size: each cell the largest of up to four, void if none is known.
    pub(crate) fn halved(&self) -> Self {
        let (rows, cols) = (self.rows.div_ceil(2), self.cols.div_ceil(2));
        let bands = self.bands.iter().map(|band| match band {
            Values::F32(values) => Values::F32(Cow::Owned(halve(values, self.rows, self.cols))),
            Values::U8(values, void) => Values::U8(values, *void),
        });
        Self {
            names: self.names.clone(),
            bands: bands.collect(),
            rows,
            cols,
            ..*self
        }
    }
}

fn halve(values: &[f32], rows: usize, cols: usize) -> Vec<f32> {
    let mut half = Vec::with_capacity(rows.div_ceil(2) * cols.div_ceil(2));
    for row in (0..rows).step_by(2) {
        let upper = &values[row * cols..(row + 1) * cols];
        let lower = (row + 1) * cols;
        let lower = values.get(lower..lower + cols).unwrap_or(upper);
        for (a, b) in upper.chunks(2).zip(lower.chunks(2)) {
            let largest = a.iter().chain(b).copied().fold(f32::NAN, f32::max);
            half.push(largest);
        }
    }
    half
}

/// Writes floats in pieces, void as [`NODATA`].
fn write_floats(
    values: &[f32],
    band: &str,
    out: &mut impl Write,
    path: &Path,
) -> Result<(), IoError> {
    let os = |error| IoError::from_os(path, "write", &error);
    let mut written = Vec::new();
    for piece in values.chunks(CELLS_PER_PIECE) {
        let odd = piece.iter().fold(false, |odd, v| odd | !v.is_finite());
        if !odd && cfg!(target_endian = "little") {
            out.write_all(bytemuck::cast_slice(piece)).map_err(os)?;
            continue;
        }
        if piece.iter().any(|v| v.is_infinite()) {
            return Err(infinite(path, band));
        }
        written.clear();
        written.extend(piece.iter().map(|v| {
            let bits = if v.is_nan() { NODATA } else { *v }.to_bits();
            bits.to_le()
        }));
        out.write_all(bytemuck::cast_slice::<u32, u8>(&written))
            .map_err(os)?;
    }
    Ok(())
}

/// The error for a band that holds an infinite value.
pub(crate) fn infinite(path: &Path, band: &str) -> IoError {
    IoError::mismatch(path, format!("band `{band}` holds an infinite value"))
}
